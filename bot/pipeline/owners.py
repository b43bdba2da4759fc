"""Whose a row of a pipeline file is: found in Slack by e-mail address or name, each asked for once in a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clients import lasting, reaching_slack
from bot.directory import Directory
from flows.pipeline import Ground, Rejection, Row

T = TypeVar("T")

PEOPLE_IN_A_PAGE = 200
TRIES = 20
"""For the client: how often Slack may ask for a rest before a run is given up for later."""


class MissingScope(Exception):
    """Slack does not let the bot look people up; the message names the scope that is missing, or Slack's reason."""


class Owners:
    """The people of one workspace, remembered for one run. What it raises: `NotNow` and `MissingScope`."""

    def __init__(self, client: WebClient, directory: Directory, team: str) -> None:
        self._client = client
        self._directory = directory
        self._team = team
        self._by_email: dict[str, str] = {}
        self._by_user: dict[str, bool] = {}
        self._by_name: dict[str, set[str]] | None = None

    def find(self, row: Row) -> str | Rejection:
        """The Slack id of a row's owner, empty if it names none, or why there is none such."""
        if row.user:
            return row.user if self.is_there(row.user) else Rejection(Ground.UNKNOWN_USER, row.user)
        if row.email:
            return self.with_email(row.email) or Rejection(Ground.UNKNOWN_EMAIL, row.email)
        if not row.owner:
            return ""
        found = self._named(row.owner)
        if len(found) == 1:
            return next(iter(found))
        return Rejection(Ground.SHARED_NAME if found else Ground.UNKNOWN_NAME, row.owner)

    def with_email(self, email: str) -> str:
        """The Slack id of whoever has this address, empty if nobody has."""
        if email not in self._by_email:
            answer = _asked(lambda: self._client.users_lookupByEmail(email=email), "users_not_found")
            found = str(answer["user"]["id"]) if answer else ""
            self._by_email[email] = found if found and self.is_there(found) else ""
        return self._by_email[email]

    def is_there(self, user: str) -> bool:
        """Whether a person is a member of the workspace now."""
        if user not in self._by_user:
            self._by_user[user] = _asked(lambda: self._directory.renew(self._team, user)) is not None
        return self._by_user[user]

    def _named(self, name: str) -> set[str]:
        """Everybody who is called so, in full or as they want to be called."""
        if self._by_name is None:
            self._by_name = _asked(self._everybody) or {}
        found = self._by_name.get(_key(name), set())
        return {user for user in found if self.is_there(user)}

    def _everybody(self) -> dict[str, set[str]]:
        called: dict[str, set[str]] = {}
        for page in self._client.users_list(limit=PEOPLE_IN_A_PAGE, team_id=self._team):
            for user in page["members"]:
                if not (user.get("deleted") or user.get("is_bot")):
                    for name in _names(user):
                        called.setdefault(_key(name), set()).add(str(user["id"]))
        return called


class Nobody:
    """Stands in where Slack is not asked: a file that names owners finds none of them."""

    def find(self, row: Row) -> str | Rejection:
        if row.user:
            return row.user
        if row.email:
            return Rejection(Ground.UNKNOWN_EMAIL, row.email)
        return Rejection(Ground.UNKNOWN_NAME, row.owner) if row.owner else ""

    def is_there(self, user: str) -> bool:
        return True


def _names(user: dict[str, Any]) -> set[str]:
    profile = user.get("profile") or {}
    names = (user.get("real_name"), profile.get("real_name"), profile.get("display_name"))
    return {name for name in names if name}


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _asked(ask: Callable[[], T], *unknown: str) -> T | None:
    """What Slack answers, None if that is one of these refusals."""
    try:
        with reaching_slack():
            return ask()
    except SlackApiError as error:
        reason = lasting(error)
        if reason in unknown:
            return None
        raise MissingScope(str(error.response.get("needed") or reason)) from error
