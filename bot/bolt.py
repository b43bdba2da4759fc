"""Bolt, as this bot uses it: each request is taken for the workspace it comes from, and for no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from sqlalchemy.exc import OperationalError

from bot import payloads
from bot.facing import facing
from storage.admissions import admit, is_known
from storage.database import Database
from storage.tenancy import NOBODYS, at_work_for

ORGANISATION = "E"
"""Begins the id of an organisation; that of a workspace begins with T."""

KINDS = {
    "event_callback": "event",
    "block_actions": "press",
    "view_submission": "form",
    "shortcut": "shortcut",
}

Around = Callable[[str, float], AbstractContextManager[None]]
"""Goes around a request of a kind, which was received at a moment of `time.perf_counter`."""


Take = Callable[[], BoltResponse]
Once = Callable[[str, Take], BoltResponse]
"""Takes an event by its mark, or knows that it was taken."""


class WorkspaceApp(App):
    """Takes each request at work for the workspace it comes from; see `storage.tenancy`.

    Something may be `around` each, and events are taken `once`, but for words, which are kept by their own time. A door
    that lets requests wait says when each was `received`.
    """

    around: Around = staticmethod(lambda kind, received: nullcontext())
    once: Once = staticmethod(lambda mark, take: take())

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        team = _team_of(req)
        if team:
            req.context["team_id"] = team
        if team and isinstance(req.body.get("user"), dict):  # of a whole organisation, a press may not say whose it is
            req.body["team"] = {**(req.body.get("team") or {}), "id": team}
        received = req.context.setdefault("received", time.perf_counter())
        person = req.context.user_id or ""
        with at_work_for(team or NOBODYS), facing(person), self.around(_kind(req.body), received):
            take = partial(super().dispatch, req)
            mark = payloads.event_mark(req.body)
            return self.once(f"{team} {mark}", take) if mark and not payloads.may_come_twice(req.body) else take()


class Admissions:
    """Takes each event once: Slack sends one again that was not acknowledged in time.

    It is known only when it is taken: a process may die meanwhile, and nothing be lost. One that comes again before
    then waits.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._door = threading.Condition()
        self._under_way: set[str] = set()

    def once(self, mark: str, take: Take) -> BoltResponse:
        """Take an event, unless it was taken; see `WorkspaceApp.once`."""
        with self._door:
            self._door.wait_for(lambda: mark not in self._under_way)
            self._under_way.add(mark)
        try:
            return self._take(mark, take)
        finally:
            with self._door:
                self._under_way.discard(mark)
                self._door.notify_all()

    def _take(self, mark: str, take: Take) -> BoltResponse:
        with suppress(OperationalError):  # without the database nothing can come of it, and Bolt says so
            if is_known(self._database, mark):
                return BoltResponse(status=200)
        answer = take()
        if answer.status < 500:
            with suppress(OperationalError):
                admit(self._database, mark, datetime.now(UTC))
        return answer


def _team_of(req: BoltRequest) -> str:
    """The workspace a request comes from, empty if from none.

    Where the bot is installed in a whole organisation, Bolt may find that, or nothing, and the payload tells.
    """
    team, body = req.context.team_id or "", req.body
    if team and not team.startswith(ORGANISATION):
        return team
    if body.get("is_ext_shared_channel"):  # it may be another company's
        return ""
    places = (("id", body.get("team")), ("team_id", body.get("user")), ("team_id", body.get("view")))
    named = [body.get("team_id"), *(place.get(name) for name, place in places if isinstance(place, dict))]
    return next((each for each in named if each and not each.startswith(ORGANISATION)), "")


def _kind(body: dict[str, Any]) -> str:
    return "command" if "command" in body else KINDS.get(str(body.get("type")), "other")
