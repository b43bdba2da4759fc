"""Bolt, as this bot uses it: each request is taken for the workspace it comes from, and for no other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse

from bot.facing import facing
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


class WorkspaceApp(App):
    """Takes each request at work for the workspace it comes from; see `storage.tenancy`.

    Something may be `around` each. A door that lets requests wait says when each was `received`.
    """

    around: Around = staticmethod(lambda kind, received: nullcontext())

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        team = _team_of(req)
        if team:
            req.context["team_id"] = team
        if team and isinstance(req.body.get("user"), dict):  # of a whole organisation, a press may not say whose it is
            req.body["team"] = {**(req.body.get("team") or {}), "id": team}
        received = req.context.get("received") or time.perf_counter()
        person = req.context.user_id or ""
        with at_work_for(team or NOBODYS), facing(person), self.around(_kind(req.body), received):
            return super().dispatch(req)


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
