"""Short-lived permissions Slack hands a bot with each act of a person: trigger ids and response URLs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.refusals import Refusal

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass
class Trigger:
    """Leave to show `user` one modal. It came from the modal `view_id`, or from `channel`, or from neither."""

    user: str
    view_id: str | None
    channel: str | None
    issued: float
    used: bool = False


@dataclass
class ResponsePlace:
    """Where a response URL writes: into a channel, as a note to `user` by default, or over the original."""

    user: str
    channel: str
    message_ts: str | None
    ephemeral_id: str | None
    issued: float
    uses: int = 0


class Permits:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}
        self._places: dict[str, ResponsePlace] = {}

    def trigger(self, user: str, view_id: str | None = None, channel: str | None = None) -> str:
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, view_id, channel, self._workspace.now())
        return trigger_id

    def redeem(self, trigger_id: str) -> Trigger:
        """Three seconds, once (https://docs.slack.dev/interactivity/handling-user-interaction)."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._workspace.now() - trigger.issued > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_place(
        self, user: str, channel: str, message_ts: str | None = None, ephemeral_id: str | None = None
    ) -> str:
        place_id = secrets.token_urlsafe(18)
        self._places[place_id] = ResponsePlace(user, channel, message_ts, ephemeral_id, self._workspace.now())
        return place_id

    def has_trigger(self, trigger_id: str) -> bool:
        return trigger_id in self._triggers

    def has_response(self, place_id: str) -> bool:
        return place_id in self._places

    def use_response(self, place_id: str) -> ResponsePlace:
        place = self._places.get(place_id)
        if place is None:
            raise Refusal("no_service")
        if place.uses >= RESPONSE_USES:
            raise Refusal("used_url")
        if self._workspace.now() - place.issued > RESPONSE_SECONDS:
            raise Refusal("expired_url")
        place.uses += 1
        return place
