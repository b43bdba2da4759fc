"""Trouble on the way to the bot: events that arrive twice, late, in the opposite order, or not at all."""

from dataclasses import dataclass
from typing import Literal, get_args

from sandbox.model import Json
from sandbox.refusals import Refusal

TroubleKind = Literal["twice", "lost", "delayed", "reordered"]


@dataclass
class Trouble:
    """What the next `times` events meet; `seconds`, of real time, is how late `delayed` ones come."""

    kind: TroubleKind
    times: int
    seconds: float


class Troubles:
    """`bot` is the id of the bot's user."""

    def __init__(self, bot: str) -> None:
        self._bot = bot
        self._planned: list[Trouble] = []

    def plan(self, kind: TroubleKind, times: int = 1, seconds: float = 1.0) -> None:
        """Plans are met one after the other. `reordered` events wait for the last of them, which comes first."""
        if kind not in get_args(TroubleKind):
            raise Refusal("invalid_arguments", f"A trouble is one of {', '.join(get_args(TroubleKind))}.")
        fewest = 2 if kind == "reordered" else 1
        if times < fewest:
            raise Refusal("invalid_arguments", f"It takes at least {fewest} events to be {kind}.")
        if seconds < 0:
            raise Refusal("invalid_arguments", "Nothing arrives before it has happened.")
        self._planned.append(Trouble(kind, times, seconds))

    def meet(self, event: Json) -> Trouble | None:
        """What this event meets, with how many `times` are left. What the bot did itself is told to it as ever."""
        if not self._planned or self._is_the_bots_doing(event):
            return None
        trouble = self._planned[0]
        trouble.times -= 1
        if not trouble.times:
            self._planned.pop(0)
        return trouble

    def forget(self) -> None:
        self._planned.clear()

    def _is_the_bots_doing(self, event: Json) -> bool:
        who = (event.get("previous_message") or event).get("user")
        return who == self._bot and event["type"] != "member_joined_channel"
