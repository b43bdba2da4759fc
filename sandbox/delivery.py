"""How things reach the bot: at once, in order, with three seconds to acknowledge, and again if it did not.

Events are retried as Slack does (https://docs.slack.dev/apis/events-api/): up to three times, with the same
`event_id`. Commands and interactions are not: the person is told.
"""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox.model import Json
from sandbox.refusals import Refusal
from sandbox.traffic import Entry, Traffic, summary_of
from sandbox.troubles import Trouble, Troubles
from sandbox.workspace import Workspace

DeliveryKind = Literal["events_api", "slash_commands", "interactive"]

ACK_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
REMEMBERED = 1000


@dataclass(frozen=True)
class Retry:
    number: int
    reason: str


@dataclass(frozen=True)
class Answer:
    """`failure` is empty when the bot acknowledged, else Slack's reason: `http_timeout`, `http_error`…"""

    failure: str = ""
    payload: Any = None
    no_retry: bool = False


class Link(Protocol):
    """One way to the bot."""

    @property
    def connected(self) -> bool: ...

    async def send(self, kind: DeliveryKind, body: Json, retry: Retry | None, timeout: float) -> Answer: ...

    async def wait_for_connection(self, timeout: float) -> None: ...


class Delivery:
    def __init__(
        self,
        link: Link,
        traffic: Traffic,
        workspace: Workspace,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        self.link = link
        self.retry_delays = retry_delays
        self.ack_seconds = ack_seconds
        self.events: deque[Json] = deque(maxlen=REMEMBERED)
        self.troubles = Troubles(workspace.bot.id)
        self._held: list[Json] = []
        self._traffic = traffic
        self._workspace = workspace
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many deliveries are held back, on their way late, or await an acknowledgement or a retry."""
        return len(self._held) + len(self._under_way)

    def event(self, body: Json, times: int = 1) -> None:
        """Sends without waiting: a slow bot delays nobody, and tasks start in the order of this call.

        `times` other than 1 rehearses what goes wrong on the way: 0 loses the event, 2 delivers it twice. Otherwise
        the event meets the trouble that is planned, if one is.
        """
        self.events.append(body)
        trouble = self.troubles.meet(body["event"]) if times == 1 else None
        if trouble:
            self._send_astray(body, trouble)
            return
        for _ in range(times):
            self._start(self._deliver(body))

    def _send_astray(self, body: Json, trouble: Trouble) -> None:
        match trouble.kind:
            case "lost":
                pass
            case "twice":
                self._start(self._deliver(body))
                self._start(self._deliver(body))
            case "delayed":
                self._start(self._deliver(body, trouble.seconds))
            case "reordered":
                self._held.append(body)
                if not trouble.times:
                    self._start(self._deliver_in_turn(self._held[::-1]))
                    self._held.clear()

    def forget(self) -> None:
        """Drops what is held back, and every planned trouble."""
        self.troubles.forget()
        self._held.clear()

    def again(self, body: Json, reason: str = "http_timeout") -> None:
        """The same event once more, as a retry whose first delivery seemed lost."""
        self._start(self._once("events_api", body, Retry(1, reason)))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _once(self, kind: DeliveryKind, body: Json, retry: Retry | None) -> None:
        await self._send(kind, body, retry)

    async def _deliver_in_turn(self, bodies: Iterable[Json]) -> None:
        """Each when the one before is acknowledged or given up: a bot that works concurrently cannot undo the order."""
        for body in bodies:
            await self._deliver(body)

    async def _deliver(self, body: Json, late: float = 0.0) -> None:
        if late:
            await asyncio.sleep(late)
        answer = await self._send("events_api", body, None)
        for number, delay in enumerate(self.retry_delays, start=1):
            if not answer.failure or answer.no_retry:
                return
            await self._pause(delay)
            answer = await self._send("events_api", body, Retry(number, answer.failure))

    async def _pause(self, seconds: float) -> None:
        """Slack may lose what it sends to nobody; here a bot that connects meanwhile gets it at once."""
        if self.link.connected:
            await asyncio.sleep(seconds)
        else:
            await self.link.wait_for_connection(seconds)

    def tell(self, kind: DeliveryKind, body: Json) -> None:
        """Sends something that needs no answer and is not sent again."""
        if self._workspace.installed:
            self._start(self._once(kind, body, None))

    async def ask(self, kind: DeliveryKind, body: Json) -> Any:
        """Sends a command or an interaction and returns what the bot acknowledged it with, or None."""
        if not self._workspace.installed:
            raise Refusal("dispatch_failed", "The app is no longer in this workspace (dispatch_failed).")
        answer = await self._send(kind, body, None)
        if answer.failure == "http_timeout":
            raise Refusal("operation_timeout", "The app did not answer within three seconds (operation_timeout).")
        if answer.failure:
            raise Refusal("dispatch_failed", "The app is not running, or could not be reached (dispatch_failed).")
        return answer.payload

    async def _send(self, kind: DeliveryKind, body: Json, retry: Retry | None) -> Answer:
        began = time.monotonic()
        answer = await self.link.send(kind, body, retry, self.ack_seconds)
        again = f" (retry {retry.number}: {retry.reason})" if retry else ""
        self._traffic.log(
            Entry(
                at=f"{self._workspace.now():.6f}",
                direction="to_bot",
                kind=kind,
                summary=summary_of(body) + again,
                status=answer.failure or "ok",
                ms=round((time.monotonic() - began) * 1000),
                body=body,
            )
        )
        return answer

    async def stop(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
