"""Who and what is in the workspace: asked of Slack once, remembered in the database."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import IntegrityError

from bot.clients import lasting, reaching_slack
from bot.engine import NotNow
from bot.lately import Lately
from bot.mrkdwn import cleaned
from bot.places import Place, Standing, is_shared, read_place
from flows.review import DIRECT
from storage.database import Database
from storage.deals import Person, find_person, keep_person
from storage.erasing_people import come_back, is_forgotten

NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
"""Slack's ways to say that there is no such person in this workspace."""

COLLEAGUE_FOR = 600.0
"""In seconds: a member of the workspace is taken for one so long, and an admin for one."""

log = logging.getLogger(__name__)


class Directory:
    """Looks people and places up. `home` tells the address of the workspace that is worked for, such as
    `https://team.slack.com/`, or nothing if it is not known.

    Who is a colleague, who is in a channel and who shares it is asked again after a while by `clock`, in seconds.
    """

    def __init__(
        self,
        client: WebClient,
        database: Database,
        home: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._database = database
        self._home = home
        self._colleagues = Lately(self._ask_whether_colleague, COLLEAGUE_FOR, clock)
        self._admins = Lately(self._ask_whether_admin, COLLEAGUE_FOR, clock)
        self._locales: Lately[str] = Lately(lambda team, person_id: "", COLLEAGUE_FOR, clock)
        self._members = Lately(self.members, clock=clock)
        self._shared = Lately(self._ask_whether_shared, clock=clock)

    def known(self, team: str, person_id: str) -> Person:
        """What we remember of a person, without asking Slack; a nameless colleague in UTC if that is nothing.

        Their language we may have heard at the door all the same.
        """
        with self._database.transaction() as session:
            if person := find_person(session, team, person_id):
                return person
        return Person(team, person_id, "a colleague", "UTC", self._locales.told(team, person_id) or "")

    def name(self, team: str, person_id: str) -> str:
        """What a person is called, asking Slack if need be; empty when nobody knows.

        Whoever is no member of the workspace may be named in a text, and is not kept for that. Raises `NotNow` when
        Slack cannot tell at the moment.
        """
        if person := self.meet(team, person_id):
            return person.name
        try:
            return _name(self._client.users_info(user=person_id)["user"])
        except SlackApiError as error:
            log.info("Slack does not tell what %s is called: %s", person_id, lasting(error))
            return ""

    def meet(self, team: str, person_id: str) -> Person | None:
        """A person, asked of Slack the first time.

        None for a bot, a deactivated account, an unknown id, a guest, somebody of another company, and somebody who
        had themselves forgotten and has not come back.
        """
        with self._database.transaction() as session:
            if person := find_person(session, team, person_id):
                return person
        return self.renew(team, person_id)

    def welcome(self, team: str, person_id: str) -> Person | None:
        """A person who does something here themselves: whoever was forgotten is back. None as for `meet`."""
        with self._database.transaction() as session:
            if person := find_person(session, team, person_id):
                return person
            come_back(session, team, person_id)
        return self.renew(team, person_id)

    def renew(self, team: str, person_id: str) -> Person | None:
        """A person, asked of Slack now: they move, change their name, and leave. None as for `meet`.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        with self._database.transaction() as session:
            if is_forgotten(session, team, person_id):
                return None
        try:
            user = self._client.users_info(user=person_id, include_locale=True)["user"]
        except SlackApiError as error:
            reason = lasting(error)
            log.info("Slack does not tell who %s is: %s", person_id, reason)
            return None if reason in NOBODY else self.known(team, person_id)
        is_colleague = self._learn(user, team, person_id)
        if not is_colleague or user.get("deleted") or user.get("is_bot"):
            return None
        person = Person(team, person_id, _name(user), _zone(user.get("tz")), _locale(user))
        with suppress(IntegrityError), self._database.transaction() as session:  # another process has just met them
            keep_person(session, person)
        return person

    def is_colleague(self, team: str, person_id: str) -> bool:
        """Whether somebody is a full member of the workspace, and no guest or somebody of another company.

        Raises `NotNow` when Slack cannot tell at the moment of somebody we never met. Whom we met is let in meanwhile.
        """
        try:
            return self._colleagues(team, person_id)
        except NotNow:
            with self._database.transaction() as session:
                if find_person(session, team, person_id):
                    return True
            raise

    def has_met(self, team: str, person_id: str) -> bool:
        """Whether it is known without asking Slack who somebody is: a colleague, or not."""
        return self._colleagues.knows(team, person_id)

    def is_admin(self, team: str, person_id: str) -> bool:
        """Whether somebody runs the workspace, as an admin or owner in Slack. Where it does not tell, nobody does.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        return self._admins(team, person_id)

    def is_in(self, person_id: str, channel: str) -> bool:
        """Whether a person is in a channel, as of a minute ago at most. Where Slack does not tell, nobody is."""
        try:
            return person_id in (self._members(channel) or ())
        except (NotNow, OSError) as error:
            log.info("who is in %s cannot be told now: %s", channel, error)
            return False

    def shut_out(self, person_id: str, channels: Iterable[str]) -> frozenset[str]:
        """Those of some channels that a person is not in, or is not in any more."""
        return frozenset(channel for channel in channels if not self.is_in(person_id, channel))

    def is_shared(self, channel: str) -> bool:
        """Whether people of another company can read a channel, as of a minute ago at most.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        return not channel.startswith(DIRECT) and self._shared(channel)

    def heard_of(self, channel: str, is_shared: bool) -> None:
        """Slack told without being asked whether people of another company can read a channel."""
        self._shared.learn(is_shared, channel)

    def ask_anew(self, channel: str) -> None:
        """Forget whether people of another company can read a channel: Slack is asked the next time."""
        self._shared.forget(channel)

    def conversation(self, person_id: str) -> str:
        """The channel of the bot's direct messages with a person, empty if there can be none.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        try:
            return str(self._client.conversations_open(users=person_id)["channel"]["id"])
        except SlackApiError as error:
            reason = lasting(error)
            log.info("Slack opens no conversation with %s: %s", person_id, reason)
            return ""

    def place(self, channel: str) -> Place:
        """A channel as it is now: membership and sharing change, so they are asked each time.

        Where Slack does not tell, for want of a scope, the place is taken for a private one. Raises `NotNow` when it
        cannot tell at the moment.
        """
        learn_whether_shared = self._shared.asking(channel)
        try:
            found = self._client.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            reason = lasting(error)
            log.info("Slack does not tell of %s: %s", channel, reason)
            outside = reason in ("channel_not_found", "not_in_channel")
            return Place(channel, channel, Standing.NOT_A_MEMBER if outside else Standing.WELCOME)
        learn_whether_shared(is_shared(found))
        return read_place(channel, found)

    def members(self, channel: str) -> frozenset[str] | None:
        """Who is in a channel, by their ids; None where Slack does not tell.

        Raises `NotNow` when Slack cannot tell at the moment.
        """
        try:
            pages = self._client.conversations_members(channel=channel, limit=1000)
            return frozenset(str(member) for page in pages for member in page["members"])
        except SlackApiError as error:
            reason = lasting(error)
            log.info("Slack does not tell who is in %s: %s", channel, reason)
            return None

    def standing_for(self, place: Place, person: str) -> Standing:
        """How a place stands for a person: of a private channel that they are not in, nothing else is told.

        Whether it is there at all, and whether the bot is in it, is not for them to find out. Raises `NotNow` as
        `members` does.
        """
        if place.scope and person not in (self.members(place.channel) or ()):
            return Standing.OUTSIDE
        return place.standing

    def link(self, channel: str, ts: str | None) -> str:
        """The address of a message as Slack forms it, or empty when there is none."""
        home = self._home() if ts else ""
        if not ts or not home:
            return ""
        return f"{home}archives/{channel}/p{ts.replace('.', '')}"

    def _ask_whether_colleague(self, team: str, person_id: str) -> bool:
        try:
            with reaching_slack():
                user = self._client.users_info(user=person_id, include_locale=True)["user"]
        except SlackApiError as error:
            if (reason := str(error.response.get("error"))) in NOBODY:
                return False
            if reason == "unknown_method":
                return True  # a stand-in for Slack that knows no people, and so no guests
            raise NotNow(f"Slack says {reason}") from error
        return self._learn(user, team, person_id)

    def _ask_whether_admin(self, team: str, person_id: str) -> bool:
        try:
            with reaching_slack():
                return _is_admin(self._client.users_info(user=person_id)["user"], team)
        except SlackApiError as error:
            log.info("Slack does not tell whether %s is an admin of %s: %s", person_id, team, lasting(error))
            return False

    def _learn(self, user: dict[str, Any], team: str, person_id: str) -> bool:
        """Slack told of somebody: who they are here is remembered. Gives whether they are a colleague."""
        self._admins.learn(_is_admin(user, team), team, person_id)
        self._locales.learn(_locale(user), team, person_id)
        return self._colleagues.learn(_is_colleague(user, team), team, person_id)

    def _ask_whether_shared(self, channel: str) -> bool:
        try:
            found = self._client.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            reason = lasting(error)
            log.info("Slack does not tell who shares %s: %s", channel, reason)
            return False  # the bot is not in it any more, and Slack takes no post there
        return is_shared(found)


def _is_colleague(user: dict[str, Any], team: str) -> bool:
    """Whether Slack tells of a full member of a workspace. In an organisation a person may be in several."""
    teams = {user.get("team_id", team), *(user.get("enterprise_user") or {}).get("teams", ())}
    is_guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    return team in teams and not is_guest and not user.get("is_stranger")


def _is_admin(user: dict[str, Any], team: str) -> bool:
    """Whether Slack tells of a full member who runs the workspace: an owner may all that an admin may."""
    runs_it = user.get("is_admin") or user.get("is_owner")
    return bool(runs_it) and not user.get("deleted") and _is_colleague(user, team)


def _name(user: dict[str, Any]) -> str:
    profile = user.get("profile") or {}
    called = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user["name"]
    return cleaned(str(called)) or str(user["id"])


def _locale(user: dict[str, Any]) -> str:
    return str(user.get("locale") or "")


def _zone(name: str | None) -> str:
    try:
        return ZoneInfo(name or "UTC").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
