"""Who and what is in the workspace: asked of Slack once, remembered in the database."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import IntegrityError

from bot.engine import NotNow
from bot.outbox import PASSING
from storage.database import Database
from storage.deals import Person, find_person, keep_person

log = logging.getLogger(__name__)


class Standing(StrEnum):
    """Whether a review can be held in a place."""

    WELCOME = "welcome"
    NOT_A_MEMBER = "not_a_member"  # the bot must be invited first
    SHARED = "shared"  # people of another company read along
    ARCHIVED = "archived"  # nobody can post there any more


@dataclass(frozen=True)
class Place:
    """A channel or direct message. `scope` is empty if anyone in the workspace may read it, else its own id."""

    channel: str
    scope: str
    standing: Standing
    is_direct: bool = False


class Directory:
    """Looks people and places up. `home` is the workspace's own address, such as `https://team.slack.com/`."""

    def __init__(self, client: WebClient, database: Database, home: str) -> None:
        self._client = client
        self._database = database
        self._home = home

    def known(self, team: str, person_id: str) -> Person:
        """What we remember of a person, without asking Slack; a nameless colleague in UTC if that is nothing."""
        with self._database.transaction() as session:
            return find_person(session, team, person_id) or Person(team, person_id, "a colleague", "UTC")

    def name(self, team: str, person_id: str) -> str:
        """What a person is called, asking Slack if need be; empty when nobody knows."""
        person = self.meet(team, person_id)
        return person.name if person else ""

    def meet(self, team: str, person_id: str) -> Person | None:
        """A person, asked of Slack the first time. None for a bot, a deactivated account or an unknown id."""
        with self._database.transaction() as session:
            if person := find_person(session, team, person_id):
                return person
        return self.renew(team, person_id)

    def renew(self, team: str, person_id: str) -> Person | None:
        """A person, asked of Slack now: they move, change their name, and leave. None as for `meet`."""
        try:
            user = self._client.users_info(user=person_id)["user"]
        except SlackApiError as error:
            log.info("Slack does not tell who %s is: %s", person_id, error.response.get("error"))
            unknown = error.response.get("error") in ("user_not_found", "user_not_visible")
            return None if unknown else self.known(team, person_id)
        if user.get("deleted") or user.get("is_bot"):
            return None
        profile = user.get("profile") or {}
        name = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user["name"]
        person = Person(team, person_id, name, _zone(user.get("tz")))
        with suppress(IntegrityError), self._database.transaction() as session:  # another process has just met them
            keep_person(session, person)
        return person

    def conversation(self, person_id: str) -> str:
        """The channel of the bot's direct messages with a person, empty if there can be none.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        try:
            return str(self._client.conversations_open(users=person_id)["channel"]["id"])
        except SlackApiError as error:
            reason = str(error.response.get("error"))
            if reason in PASSING or error.response.status_code >= 429:
                raise NotNow(f"Slack says {reason}") from error
            log.info("Slack opens no conversation with %s: %s", person_id, reason)
            return ""

    def place(self, channel: str) -> Place:
        """A channel as it is now: membership and sharing change, so they are asked each time.

        Where Slack does not tell, for want of a scope, the place is taken for a private one.
        """
        try:
            found = self._client.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            log.info("Slack does not tell of %s: %s", channel, error.response.get("error"))
            outside = error.response.get("error") in ("channel_not_found", "not_in_channel")
            return Place(channel, channel, Standing.NOT_A_MEMBER if outside else Standing.WELCOME)
        direct = bool(found.get("is_im") or found.get("is_mpim"))
        private = direct or found.get("is_private") or found.get("is_group")
        scope = channel if private else ""
        if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
            return Place(channel, scope, Standing.SHARED)
        if found.get("is_archived"):
            return Place(channel, scope, Standing.ARCHIVED)
        if not direct and not found.get("is_member", True):
            return Place(channel, scope, Standing.NOT_A_MEMBER)
        return Place(channel, scope, Standing.WELCOME, direct)

    def members(self, channel: str) -> frozenset[str] | None:
        """Who is in a channel, by their ids; None where Slack does not tell.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        try:
            pages = self._client.conversations_members(channel=channel, limit=1000)
            return frozenset(str(member) for page in pages for member in page["members"])
        except SlackApiError as error:
            reason = str(error.response.get("error"))
            if reason in PASSING or error.response.status_code >= 429:
                raise NotNow(f"Slack says {reason}") from error
            log.info("Slack does not tell who is in %s: %s", channel, reason)
            return None

    def link(self, channel: str, ts: str | None) -> str:
        """The address of a message as Slack forms it, or empty when there is none."""
        if not ts or not self._home:
            return ""
        return f"{self._home}archives/{channel}/p{ts.replace('.', '')}"


def _zone(name: str | None) -> str:
    try:
        return ZoneInfo(name or "UTC").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
