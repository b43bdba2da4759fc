"""Looks at all that the bot needs, and says of each in a sentence whether it is well, or what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy.exc import DBAPIError

from bot import manifest
from bot.directory import Directory
from bot.engine import NotNow
from bot.installations import ManyInstallations
from bot.oauth_stores import InstallationStore
from bot.places import Standing
from bot.settings import BadSetting, OAuth, Settings
from bot.whereabouts import introduce
from flows.lens import read
from storage.database import Database
from storage.installations import examine, present
from storage.revisions import Shape, shape_of
from storage.sealing import Keys
from storage.tenancy import EVERYWHERE, NOBODYS, at_work_for
from storage.vitals import open_in

MOST_CHANNELS = 40
"""Slack lets about fifty be asked for in a minute."""

MOST_WORKSPACES = 20

FARTHEST = timedelta(minutes=1)
"""How far two clocks may be apart. Slack's requests are refused when they are five minutes old."""

SENTENCE = "They cannot do another audit by hand."

WHY_NOT = {
    Standing.NOT_A_MEMBER: "the bot is not in it; invite it there",
    Standing.ARCHIVED: "it is archived; take it out of the archive, or close the deals",
    Standing.SHARED: "another company reads along, and nothing is said there until it does not",
}


@dataclass(frozen=True)
class Check:
    """What was looked at, and what was found, in a sentence."""

    about: str
    found: str
    is_well: bool = True

    @property
    def line(self) -> str:
        return f"{'' if self.is_well else '! '}{self.about}: {self.found}"


def checkup(given: Mapping[str, str | None], database: Database, now: datetime) -> list[Check]:
    """Look at everything, the database first; `given` are the environment's variables, `now` is in UTC."""
    kept = _database(database)
    return [kept, _lens(), *_slack(given, database if kept.is_well else None, now)]


def _database(database: Database) -> Check:
    if not database.is_there:
        told = f"there is none at {database.where}; set DATABASE_URL, or make one with dealreview db upgrade."
        return Check("Database", told, False)
    try:
        found = shape_of(database)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return Check("Database", f"it does not answer ({reason}); check DATABASE_URL, and that it runs.", False)
    if found is Shape.OLDER:
        return Check("Database", "it is older than this version; run dealreview db upgrade.", False)
    if found is Shape.NEWER:
        return Check("Database", "it was made by a newer version of Dealreview; install that one.", False)
    return Check("Database", "it answers, and its tables are those of this version.")


def _lens() -> Check:
    try:
        read("change", SENTENCE)
    except Exception as error:  # whatever it is, there is one thing to do about it
        return Check("Lens", f"its model cannot be used ({error}); install Dealreview again.", False)
    return Check("Lens", "its model reads.")


def _slack(given: Mapping[str, str | None], database: Database | None, now: datetime) -> Iterator[Check]:
    """What Slack tells of us. Without a token it is not asked: the database can be looked at from anywhere."""
    if not any((given.get(name) or "").strip() for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID")):
        yield Check("Slack", "it was not asked, for SLACK_BOT_TOKEN is not set here.")
        return
    try:
        settings = Settings.read({name: value for name, value in given.items() if value is not None})
        client = WebClient(settings.bot_token or None, base_url=settings.slack_api_url, timeout=10)
        if settings.oauth is None:
            yield from _workspace(client, introduce(client), database, now)
        elif database:
            yield from _workspaces(client, settings.oauth, database, now)
    except BadSetting as problem:
        yield Check("Settings", str(problem), False)
        return
    if settings.app_token:
        yield _app_token(client, settings.app_token)


def _workspaces(client: WebClient, oauth: OAuth, database: Database, now: datetime) -> Iterator[Check]:
    """What Slack tells of us wherever we are installed, if the keys open all of that."""
    keys = Keys(oauth.keys)
    with at_work_for(NOBODYS), database.transaction() as session:
        if examine(session, keys).unreadable:
            return
    store = InstallationStore(oauth.client_id, database.engine, keys, lambda: now)
    installed = ManyInstallations(database, store, client, lambda: now)
    with at_work_for(EVERYWHERE), database.transaction() as session:
        teams = present(session)
    for team in teams[:MOST_WORKSPACES]:
        if found := installed.find(team):
            there = WebClient(found.bot_token, base_url=client.base_url, timeout=10)
            yield from _workspace(there, introduce(there), database, now, team)
        else:
            yield Check("Token", f"Slack does not accept that of {team}; install the bot there again.", False)
    if len(teams) > MOST_WORKSPACES:
        yield Check("Slack", f"of {len(teams)} workspaces, {MOST_WORKSPACES} were looked at.")


def _workspace(
    client: WebClient, me: SlackResponse, database: Database | None, now: datetime, team: str = ""
) -> Iterator[Check]:
    """What Slack tells of us in a workspace; of an organisation it names none, so the `team` is given."""
    team = team or str(me.get("team_id"))
    yield Check("Token", f"Slack knows it as {me.get('user')} in {me.get('team')} ({team}).")
    yield from _granted(me, now)
    if database:
        yield from _channels(client, database, team)


def _granted(me: SlackResponse, now: datetime) -> Iterator[Check]:
    """The scopes, and the time, as the headers of an answer tell them."""
    headers = {name.lower(): value for name, value in me.headers.items()}
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")} - {""}
    yield _scopes(granted) if granted else Check("Scopes", "Slack does not tell which are granted.")
    if "date" in headers:
        yield _clock(now - parsedate_to_datetime(str(headers["date"])))


def _scopes(granted: set[str]) -> Check:
    needed = set(manifest.socket_mode()["oauth_config"]["scopes"]["bot"])
    if missing := sorted(needed - granted):
        return Check(
            "Scopes",
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not granted; "
            "bring the app's manifest up to date (dealreview manifest prints it), and install the app again.",
            False,
        )
    more = sorted(granted - needed)
    return Check("Scopes", f"all {len(needed)} are granted{', and besides ' + ', '.join(more) if more else ''}.")


def _clock(ahead: timedelta) -> Check:
    if abs(ahead) <= FARTHEST:
        return Check("Clock", "it agrees with Slack's.")
    direction = "ahead of" if ahead > timedelta() else "behind"
    seconds = abs(ahead).total_seconds()
    return Check("Clock", f"it is {seconds:,.0f} seconds {direction} Slack's; let this machine set it by NTP.", False)


def _app_token(client: WebClient, token: str) -> Check:
    try:
        client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        return Check(
            "App-level token",
            f"Slack does not accept SLACK_APP_TOKEN ({error.response.get('error')}); copy it again, or make a new one "
            "with the scope connections:write.",
            False,
        )
    except OSError as error:
        return Check("App-level token", f"Slack cannot be reached ({error}); try again later.", False)
    return Check("App-level token", "Slack accepts it.")


def _channels(client: WebClient, database: Database, team: str) -> Iterator[Check]:
    """Whether the bot can still speak where reviews are open."""
    directory = Directory(client, database, str)
    with at_work_for(team):
        with database.transaction() as session:
            counts = open_in(session, team)
        asked = list(counts)[:MOST_CHANNELS]
        try:
            troubles = {channel: WHY_NOT.get(directory.place(channel).standing) for channel in asked}
        except (OSError, NotNow) as error:
            yield Check("Channels", f"Slack cannot be reached ({error}); try again later.", False)
            return
    for channel, why in troubles.items():
        if why:
            reviews = "a review is" if counts[channel] == 1 else f"{counts[channel]} reviews are"
            yield Check("Channels", f"{reviews} open in {channel}: {why}.", False)
    if not any(troubles.values()):
        left = f"; of {len(counts)}, {len(asked)} were looked at" if len(counts) > len(asked) else ""
        yield Check("Channels", f"the bot can speak wherever a review is open{left}.")
