"""Trouble on demand: Web API calls that are too many, fail, get no answer, or take long."""

import asyncio
from dataclasses import dataclass
from typing import Literal, get_args

from sandbox.refusals import Refusal

FaultKind = Literal["rate_limited", "server_error", "drop_before", "drop_after", "slow", "compliance"]


@dataclass
class Fault:
    """`seconds` is the Retry-After of `rate_limited`, or the delay of `slow`.

    `compliance` is how Slack refuses to delete anything where everything said has to be kept.
    """

    method: str
    kind: FaultKind
    times: int
    seconds: float


class Faults:
    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._held: dict[str, asyncio.Event] = {}

    def plan(self, method: str, kind: FaultKind, times: int = 1, seconds: float = 1.0) -> None:
        """The next `times` calls of `method` (or of any, with `*`) meet this."""
        if kind not in get_args(FaultKind):
            raise Refusal("invalid_arguments", f"A fault is one of {', '.join(get_args(FaultKind))}.")
        self._planned.append(Fault(method, kind, times, seconds))

    def hold(self, method: str) -> None:
        """Calls of `method` wait from now on, before anything is done with them, until they are let go."""
        self._held[method] = asyncio.Event()

    def let_go(self, method: str) -> None:
        self._held.pop(method).set()

    async def pass_by(self, method: str) -> None:
        if held := self._held.get(method):
            await held.wait()

    def forget(self) -> None:
        self._planned.clear()

    def meet(self, method: str) -> Fault | None:
        fault = next((fault for fault in self._planned if fault.method in (method, "*")), None)
        if fault:
            fault.times -= 1
            self._planned = [each for each in self._planned if each.times > 0]
        return fault
