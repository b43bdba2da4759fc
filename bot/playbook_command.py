"""`dealreview playbook …`: a team's playbooks as files, out and in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import IntegrityError

from bot.command_line import opened_database
from flows.drafting import left_of_the_customer, with_all_of
from flows.playbook import SHIPPED, Playbook, Shelf
from flows.playbook_files import BadPlaybook, read_bytes, write
from storage import exports
from storage.audit import OPERATOR, PLAYBOOK, Audit, Did
from storage.database import Database
from storage.playbooks import Playbooks
from storage.tenancy import at_work_for

TEAM = click.option("--team", default="", metavar="ID", help="Whose, if the bot works for several Slack workspaces.")


@click.group()
def playbook() -> None:
    """Write the questions of a team to a file, or take them from one."""


@playbook.command("export")
@click.argument("key")
@TEAM
def export_one(key: str, team: str) -> None:
    """Write a playbook to stdout as YAML, as it is now: standard, renewal, first_meeting, or one of the team's own."""
    with opened_database() as database:
        if not (team or exports.teams(database)):
            found = _named(key, SHIPPED)
        else:
            team = _team(database, team)
            with at_work_for(team), database.transaction() as session:
                found = _named(key, Playbooks(session, team).shelf())
                Audit(session, team).note(OPERATOR, Did.EXPORTED, PLAYBOOK, found.key, datetime.now(UTC))
    click.echo(write(found), nl=False)


@playbook.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@TEAM
@click.option("--anyway", is_flag=True, help="Also if it hardly asks about the customer.")
def import_one(file: Path, team: str, anyway: bool) -> None:
    """Take a playbook from a YAML file, as the next version of the one with its key, or as a new one.

    Reviews that begin from then on ask it; the open ones keep what they began with. A question that the file leaves out
    is switched off. Exits with 1 if the file holds no playbook, and says why.
    """
    try:
        found = read_bytes(file.read_bytes())
    except BadPlaybook as bad:
        for problem in bad.problems:
            click.echo(problem, err=True)
        sys.exit(1)
    try:
        with opened_database() as database:
            click.echo(_keep(database, _team(database, team), found, anyway))
    except IntegrityError:
        raise click.ClickException("Somebody saved a version in the same moment; look at it and try again.") from None


def _keep(database: Database, team: str, found: Playbook, anyway: bool) -> str:
    """Keep a playbook of a team, and say so. Raises `IntegrityError` if somebody else does in the same moment."""
    with at_work_for(team), database.transaction() as session:
        playbooks, now = Playbooks(session, team), datetime.now(UTC)
        before = playbooks.shelf().playbooks.get(found.key)
        whole = with_all_of(found, before) if before else found
        if before and (whole.name, whole.questions) == (before.name, before.questions):
            return f"“{before.name}” is that already; nothing was changed."
        left = left_of_the_customer(whole)
        if left is not None and not anyway:
            named = ", ".join(f"“{each.label}”" for each in left) or "nothing"
            raise click.ClickException(
                f"This asks about the customer only {named}. Leave some of those questions on, or use --anyway."
            )
        version = before.version if before else 0
        saved = playbooks.save(Playbook(whole.key, whole.name, whole.questions, version), OPERATOR, now)
        Audit(session, team).note(OPERATOR, Did.CHANGED, PLAYBOOK, saved.ref, now)
    off = [each.label for each in saved.questions if each.key not in {question.key for question in found.questions}]
    more = f" Not in the file, and switched off: {', '.join(off)}." if off else ""
    return f"“{saved.name}” is version {saved.version} in {team}.{more}"


def _named(key: str, shelf: Shelf) -> Playbook:
    """Raises `click.BadParameter` if there is no such playbook."""
    found = shelf.named(key)
    if found is None:
        there = ", ".join(shelf.playbooks)
        raise click.BadParameter(f"there is no playbook {key}; there are {there}.", param_hint="KEY")
    return found


def _team(database: Database, asked: str) -> str:
    """The workspace that is meant. Raises `click.UsageError` if that is not clear."""
    teams = exports.teams(database)
    if asked and asked not in teams:
        raise click.BadParameter(f"nothing is known of a workspace {asked}.", param_hint="--team")
    if not asked and len(teams) != 1:
        if not teams:
            raise click.UsageError("Nobody has used the bot yet; begin a review in Slack first.")
        raise click.UsageError(f"There are {', '.join(teams)}; name a workspace with --team ID.")
    return asked or teams[0]
