"""`dealreview deals …`: bring deals in from a file of another system, and take what we know of them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import click
from slack_sdk import WebClient
from slack_sdk.http_retry import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from sqlalchemy.exc import OperationalError

from bot.command_line import environment, opened_database
from bot.engine import NotNow
from bot.foundation import Foundation, lay_foundation
from bot.installations import ManyInstallations
from bot.oauth_stores import InstallationStore
from bot.pipeline import exporting
from bot.pipeline.exporting import Format
from bot.pipeline.importing import Importer, People, Request
from bot.pipeline.owners import TRIES, MissingScope, Nobody, Owners
from bot.pipeline.rejects import Rejects
from bot.pipeline.sheet import Sheet, Trouble, Unreadable, survey
from bot.settings import SLACK, sealing_keys
from bot.whereabouts import introduce
from flows import utterances as say
from flows.pipeline import Report
from flows.pipeline_values import Order, read_day
from flows.utterances.pipeline import shown
from storage import exports
from storage.audit import DEALS, OPERATOR, Audit, Did
from storage.database import Database
from storage.sealing import Keys
from storage.tenancy import EVERYWHERE, at_work_for

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
TROUBLES = {
    Trouble.EMPTY: "is empty.",
    Trouble.NO_ROWS: "has a header and no deals below it.",
    Trouble.NO_CSV: "is no table; export it as CSV (UTF-8).",
    Trouble.WORKBOOK: "is an Excel workbook; save it as CSV (UTF-8) there.",
    Trouble.NO_NAMES: 'has no column that names the deals; call one "Deal name".',
    Trouble.LONG_LINE: "has a row without an end; a quote may be left open.",
    Trouble.NO_ENCODING: "is in no encoding that is known here; save it as CSV (UTF-8).",
}


@dataclass(frozen=True)
class Slack:
    """Whom to ask about people; without a token, nobody. `team` is the workspace that the token is for."""

    client: WebClient
    team: str

    @property
    def is_there(self) -> bool:
        return bool(self.client.token)


@click.group()
def deals() -> None:
    """Bring deals in from Salesforce, HubSpot, Pipedrive or a spreadsheet, and take what is known of them out."""


@deals.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--team", default="", metavar="ID", help="The Slack workspace; the bot's own, or the only one known.")
@click.option("--owner", default="", metavar="WHO", help="Whose the deals are that name nobody: a Slack id or e-mail.")
@click.option(
    "--dates",
    type=click.Choice([each.value for each in Order]),
    help="Where 04/12 may be either: us is 12 April, eu 4 December.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def import_(path: Path, team: str, owner: str, dates: str | None, dry_run: bool) -> None:
    """Import the deals of a CSV file. Rows that are not taken are written beside it, with the reasons.

    An import changes owners, stages, close dates, amounts, periods, endings and the spelling of names; never what
    people told of the customer. A cell that is empty changes nothing.
    """
    try:
        with opened_database(is_made=True) as database:
            sheet = survey(path)
            order = Order(dates) if dates else sheet.dates.order or _ask_for_order(sheet)
            slack = _slack(database, team)
            asked_team = team or slack.team or _only_team(database)
            with at_work_for(asked_team):
                _import(database, slack, sheet, order, asked_team, owner, dry_run)
    except Unreadable as error:
        seen = f" It has: {', '.join(error.found[:12])}." if error.trouble is Trouble.NO_NAMES else ""
        raise click.ClickException(f"{path} {TROUBLES[error.trouble]}{seen}") from None
    except MissingScope as error:
        message = f"Slack does not let the bot look people up; its app needs the scope {error}."
        raise click.ClickException(message) from None
    except OperationalError as error:
        message = f"The database does not answer ({error.orig}); run it again. What was imported stays."
        raise click.ClickException(message) from None
    except NotNow as error:
        message = f"{error}; run it again later. What was imported stays, and is not imported twice."
        raise click.ClickException(message) from None


@deals.command("export")
@click.option(
    "--format", "form", type=click.Choice([each.value for each in Format]), default=Format.CSV.value, show_default=True
)
@click.option("--deal", default="", metavar="NAME", help="Only the deal of that name.")
@click.option("--all", "everything", is_flag=True, help="Every deal.")
@click.option("--team", default="", metavar="ID", help="Only the deals of one Slack workspace.")
@click.option("--private", is_flag=True, help="Also what was said in private channels and direct messages.")
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="A new folder.")
def export(form: str, deal: str, everything: bool, team: str, private: bool, folder: Path) -> None:
    """Write deals, their reviews and what is known of them to a folder. Nothing is sent anywhere.

    What was said in private channels and direct messages is left out unless it is asked for: whoever gets the files
    may not be among those who could read it. What was deleted in Slack stays out.
    """
    if not (deal or everything or team):
        raise click.UsageError("Say which deals: --deal NAME, --team ID or --all.")
    if deal and everything:
        raise click.UsageError("--deal and --all exclude each other.")
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty; name a new folder, so that nothing is written over.")
    with opened_database() as database, at_work_for(team or EVERYWHERE):
        try:
            count = _export(database, exports.Choice(team, deal, private), Format(form), folder)
        except OSError as error:
            raise click.ClickException(f"{folder} cannot be written ({error.strerror}).") from None
    click.echo(f"{count:,} {'deal' if count == 1 else 'deals'} in {folder}.")


def _export(database: Database, choice: exports.Choice, form: Format, folder: Path) -> int:
    """Write the chosen deals to a folder; returns how many they are."""
    count = exports.count(database, choice)
    if not count:
        raise click.ClickException(_none_such(database, choice))
    _note_export(database, choice)  # before the first word leaves
    folder.mkdir(parents=True, exist_ok=True)
    written = exporting.write(exports.export(database, choice), form, folder, datetime.now(UTC))
    with click.progressbar(written, length=count, label="Deals written") as bar:
        for _ in bar:
            pass
    return count


def _note_export(database: Database, choice: exports.Choice) -> None:
    """Tell the log of each workspace how many of its deals are taken out."""
    for team in [choice.team] if choice.team else exports.teams(database):
        with at_work_for(team):
            if count := exports.count(database, choice):
                with database.transaction() as session:
                    Audit(session, team).note(OPERATOR, Did.EXPORTED, DEALS, count, datetime.now(UTC))


def _import(database: Database, slack: Slack, sheet: Sheet, order: Order, team: str, owner: str, dry_run: bool) -> None:
    bot = _bot(database, slack)
    people: People = Owners(slack.client, bot.directory, team) if slack.is_there else Nobody()
    asked = Request(team, "", _owner(people, owner), order, f"import:{uuid4().hex}")
    beside = sheet.path.with_name(f"{sheet.path.stem}.rejected.csv")
    rejects = Rejects(beside, sheet, lambda why: bot.speaker.sentence(team, say.rejection(why)))
    system = f", an export of {sheet.columns.system}" if sheet.columns.system else ""
    rows = f"{sheet.rows:,} {'row' if sheet.rows == 1 else 'rows'}"
    click.echo(f"{sheet.path}: {rows}, {sheet.encoding}, {DELIMITERS[sheet.delimiter]}{system}.")
    report = Report()
    try:
        with rejects, click.progressbar(length=sheet.rows, label="Rows read" if dry_run else "Rows taken") as bar:
            for report in Importer(database, bot.decisions).run(sheet, asked, people, rejects, write=not dry_run):
                bar.update(report.rows - bar.pos)
    except OSError as error:
        raise click.ClickException(f"{beside} cannot be written ({error.strerror}).") from None
    if not dry_run:
        with database.transaction() as session:
            Audit(session, team).note(OPERATOR, Did.IMPORTED, DEALS, report.new + report.changed, datetime.now(UTC))
    for line in _lines(report, dry_run):
        click.echo(line)
    if report.rejected:
        click.echo(f"The rejected rows are in {beside}, each with its line and the reason.")
    if slack.is_there is False and report.rejected:
        click.echo("Owners were not looked up, since SLACK_BOT_TOKEN is not set.")


def _lines(report: Report, dry_run: bool) -> list[str]:
    """What came of a file, or would, in lines."""
    if dry_run:
        first = "Nothing was changed: this is a dry run. It would be:"
    elif report.changes_something:
        first = "Imported:"
    else:
        none_taken = report.rejected == report.rows
        first = f"Nothing was changed: {'no row could be taken' if none_taken else 'all of it was here already'}."
    lines = [first, *(f"{count:9,}  {name.replace('same', 'the same')}" for name, count in report)]
    for sample in report.samples:
        told = (
            f"{each.field.replace('_', ' ')} {shown(each.before) or '–'} → {shown(each.after)}"
            for each in sample.differences
        )
        lines.append(f"  {sample.deal}: {', '.join(told)}")
    if report.changed > len(report.samples):
        lines.append(f"  and {report.changed - len(report.samples):,} more")
    lines += [
        f"The stage “{stage}” is not known and changes nothing ({count:,} rows)."
        for stage, count in report.stages.items()
    ]
    if report.still_ended:
        lines.append(f"{report.still_ended:,} deals are open in the file and ended here; they stay ended.")
    return lines


def _ask_for_order(sheet: Sheet) -> Order:
    example = sheet.dates.example
    if sheet.dates.days_first or not example:
        raise click.UsageError("Some close dates have the day first and some the month; say --dates us or --dates eu.")
    days = " or ".join(f"{read_day(example, order):%d %B} (--dates {order})" for order in (Order.EU, Order.US))
    raise click.UsageError(f"“{example}” among the close dates may be {days}; say which.")


def _owner(people: People, told: str) -> str:
    if not told:
        return ""
    if "@" in told and not isinstance(people, Owners):
        raise click.BadParameter(
            f"Slack cannot be asked who {told} is, since SLACK_BOT_TOKEN is not set; give a Slack id.",
            param_hint="--owner",
        )
    found = people.with_email(told.casefold()) if isinstance(people, Owners) and "@" in told else told
    if not found or "@" in found or not people.is_there(found):
        raise click.BadParameter(f"nobody in the workspace is {told}.", param_hint="--owner")
    return found


def _only_team(database: Database) -> str:
    known = exports.teams(database)
    if len(known) != 1:
        which = f"; known are {', '.join(known)}" if known else ""
        raise click.UsageError(f"Say which Slack workspace the deals are of: --team, or set SLACK_BOT_TOKEN{which}.")
    return known[0]


def _none_such(database: Database, choice: exports.Choice) -> str:
    hidden = exports.count(database, exports.Choice(choice.team, choice.name, private=True))
    if hidden:
        return "Such deals are known in private channels only; --private exports them, too."
    return f"There is no deal called “{choice.name}”." if choice.name else "There are no deals."


def _slack(database: Database, team: str) -> Slack:
    """Slack by the bot's token, or by that of its installation in a workspace, if there is one. Raises `BadSetting`."""
    given = environment()
    token = (given.get("SLACK_BOT_TOKEN") or "").strip()
    address = (given.get("SLACK_API_URL") or SLACK).rstrip("/") + "/"
    client = WebClient(
        token or None,
        base_url=address,
        retry_handlers=[ConnectionErrorRetryHandler(), RateLimitErrorRetryHandler(TRIES)],
    )
    if not token:
        client.token = _installed_in(database, given, team, address)
        return Slack(client, team if client.token else "")
    mine = str(introduce(client)["team_id"])
    if team and team != mine:
        raise click.BadParameter(f"SLACK_BOT_TOKEN is for the workspace {mine}.", param_hint="--team")
    return Slack(client, mine)


def _installed_in(database: Database, given: Mapping[str, str | None], team: str, address: str) -> str | None:
    """The token of the bot in one of many workspaces; None if it has none there, or none that can be read.

    Raises `BadSetting`.
    """
    client_id = (given.get("SLACK_CLIENT_ID") or "").strip()
    keys = sealing_keys(given)
    if not (team and client_id and keys):
        return None
    store = InstallationStore(client_id, database.engine, Keys(keys), _now)
    found = ManyInstallations(database, store, WebClient(base_url=address), _now).find(team)
    return found.bot_token if found else None


def _now() -> datetime:
    return datetime.now(UTC)


def _bot(database: Database, slack: Slack) -> Foundation:
    """As much of the bot as a change of a deal with reviews takes. What it says, the running bot will."""
    return lay_foundation(database, slack.client, slack.client, str, _now, wake=lambda: None, pace=timedelta())
