"""`dealreview workspace …` and `dealreview audit`: how long a workspace is kept, its end, and who did what."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from bot.command_line import opened_database
from storage import erasing, exports
from storage.audit import BY_ITSELF, OPERATOR, WORKSPACE, Audit, Did, entries
from storage.installations import ends_at
from storage.tenancy import EVERYWHERE, at_work_for

BOT = "the bot"


@click.group()
def workspace() -> None:
    """Say how long what is kept of a Slack workspace stays, or delete all of it."""


@workspace.command()
@click.argument("team", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask for the id a second time.")
def delete(team: str, yes: bool) -> None:
    """Delete everything that is kept of a Slack workspace, by its id. There is no way back.

    What the bot wrote in Slack stays there, for whoever runs that workspace.
    """
    with opened_database() as database:
        if team not in exports.teams(database):
            raise click.BadParameter(f"nothing is kept of a workspace {team}.", param_hint="ID")
        if not yes and click.prompt("There is no way back. Type the id again") != team:
            raise click.ClickException("That is another id. Nothing was deleted.")
        with at_work_for(team), database.transaction() as session:
            deals = erasing.erase_workspace(session, team, datetime.now(UTC))
    click.echo(
        f"Everything that was kept of {team} is deleted, and with it {deals:,} {'deal' if deals == 1 else 'deals'}."
    )


@workspace.command()
@click.argument("team", metavar="ID")
@click.option("--days", type=click.IntRange(0, 36500), help="Delete closed deals so long after their last word.")
def retention(team: str, days: int | None) -> None:
    """Say after how many days closed deals of a workspace are deleted, or settle it; 0 is never.

    The days count from the last thing that happened in a review of the deal, or from when it was closed. A workspace
    that the bot is removed from is kept as many days, or 30 if it is 0, and then deleted.
    """
    with opened_database() as database:
        is_known = team in exports.teams(database)
        with at_work_for(team), database.transaction() as session:
            if days is not None:
                erasing.settle(session, team, days)
                Audit(session, team).note(OPERATOR, Did.SETTLED, WORKSPACE, days, datetime.now(UTC))
            kept, end = erasing.kept_for(session, team), ends_at(session, team)
    when = f"are deleted {kept:,} days after their last word" if kept else "are kept for ever"
    click.echo(f"Closed deals of {team} {when}.")
    if not is_known:
        click.echo("Nothing is kept of such a workspace yet; look again whether that is its id.")
    if end:
        click.echo(f"The bot was removed from it, so all that is kept of it is deleted on {end:%Y-%m-%d}, in UTC.")


@click.command()
@click.option("--team", default="", metavar="ID", help="Only what was done in one Slack workspace.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Only what was done from this day on, in UTC.",
)
def audit(team: str, since: datetime | None) -> None:
    """Say who changed, exported and deleted what, and when. The log has ids, and no words."""
    is_anything = False
    with opened_database() as database, at_work_for(team or EVERYWHERE), database.transaction() as session:
        for each in entries(session, team, since.replace(tzinfo=UTC) if since else None):
            is_anything, who = True, BOT if each.person == BY_ITSELF else each.person
            click.echo(f"{each.at:%Y-%m-%d %H:%M} UTC  {each.team}  {who}  {each.act}  {each.kind} {each.subject}")
    if not is_anything:
        click.echo("Nothing such is in the log.", err=True)
