"""The town of the drill: a local workspace in a bad mood, whose people see each thread as it grows."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from bot import manifest
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.happenings import Deleted, Happening, Posted
from sandbox.model import Channel, Message, User
from sandbox.people import BOT_USER
from sandbox.running import LocalWorkspace
from sandbox.traffic import Entry, Traffic

T = TypeVar("T")

PEOPLE = tuple(
    User(f"U0{name.upper()}", name, f"{name.title()} {family}")
    for name, family in {
        "anna": "Weber", "ben": "Adeyemi", "chloe": "Martin", "dev": "Patel", "elif": "Kaya", "finn": "Olsen",
        "grace": "Okoro", "hugo": "Lindt",
    }.items()
)  # fmt: skip
_ALL = [*(person.id for person in PEOPLE), BOT_USER]
CHANNELS = (
    Channel("C0DEALS", "deals", "channel", _ALL),
    Channel("C0EMEA", "emea", "channel", _ALL),
    Channel("C0APAC", "apac", "channel", _ALL),
    Channel("C0AMER", "americas", "channel", _ALL),
    Channel("G0FORECAST", "forecast", "private", _ALL),
)

RETRY_DELAYS = (0.2, 1.0, 3.0, *[5.0] * 20)
"""Slack sends an event again for minutes. A drill kills as often in a minute as life does in years, so that here it
takes more tries until an event has met a process that lives."""

TROUBLE = 0.12
"""The share of calls that meet trouble."""
EVERY: tuple[FaultKind, ...] = ("rate_limited", "server_error", "drop_before", "drop_after", "slow")
TROUBLED: dict[str, tuple[FaultKind, ...]] = {
    "chat.postMessage": (*EVERY, "rate_limited", "drop_after"),
    "chat.update": EVERY,
    "reactions.add": ("rate_limited", "server_error", "drop_before", "drop_after"),
    "conversations.replies": ("server_error", "drop_before"),
    "conversations.history": ("server_error", "drop_before"),
    "conversations.info": ("drop_before",),
    "conversations.members": ("server_error", "drop_before"),
    "conversations.open": ("server_error", "drop_before"),
    "users.info": ("drop_before",),
}
REST_SECONDS = 1.0
SLOW_SECONDS = 0.5


class Temper(Faults):
    """Faults that come by themselves, by a seed; `slowed` is told when a post begins to take long."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.calm = False
        self.slowed: Callable[[], None] = lambda: None
        self._random = random.Random(seed)  # noqa: S311 - it rehearses, it keeps no secret

    def meet(self, method: str) -> Fault | None:
        fault = super().meet(method)
        if fault is None and not self.calm and method in TROUBLED and self._random.random() < TROUBLE:
            kind = self._random.choice(TROUBLED[method])
            fault = Fault(method, kind, 1, REST_SECONDS if kind == "rate_limited" else SLOW_SECONDS)
        if fault and fault.kind == "slow" and method == "chat.postMessage":
            self.slowed()
        return fault


class Tally(Traffic):
    """Traffic that is also counted, since only the latest of it is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def log(self, entry: Entry) -> None:
        super().log(entry)
        if entry.direction == "from_bot":
            self.counts[entry.status] += 1
            self.counts[entry.kind] += 1
        elif "(retry " in entry.summary:
            self.counts["re-sent"] += 1


class Town(LocalWorkspace):
    """A local workspace that re-sends fast, makes trouble by a seed, and wakes whoever waits for something to appear.

    `posted` is told of each message of the bot while the call that posted it is not yet answered. `top` holds what
    stands in the channels, `threads` the replies by the `ts` of their parent, both oldest first.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(manifest.socket_mode(), people=PEOPLE, channels=CHANNELS, retry_delays=RETRY_DELAYS)
        self.temper = Temper(seed)
        self.tally = Tally()
        self.posted: Callable[[Message], None] = lambda message: None
        self.deleted: set[str] = set()
        self.top: list[Message] = []
        self.threads: dict[str, list[Message]] = {}
        self._changed = threading.Condition()

    def _build(self, url: str) -> web.Application:
        application = super()._build(url)
        server = self._server
        server.faults = server.door._faults = self.temper
        server.traffic = server.door._traffic = server.delivery._traffic = self.tally
        self._workspace.watch(self._on)
        return application

    def _on(self, happening: Happening) -> None:
        with self._changed:
            if isinstance(happening, Posted):
                self._where(happening.message).append(happening.message)
            elif isinstance(happening, Deleted):
                self._where(happening.message).remove(happening.message)
                self.deleted.add(happening.message.ts)
            self._changed.notify_all()
        if isinstance(happening, Posted) and happening.message.bot_id:
            self.posted(happening.message)

    def _where(self, message: Message) -> list[Message]:
        return self.threads.setdefault(message.thread_ts, []) if message.thread_ts else self.top

    def await_sight(self, look: Callable[[], T | None], until: float) -> T | None:
        """What `look` finds, as soon as it finds something; None when it has not by `until` (`time.monotonic`).

        `look` may read `top` and `threads`, and must not ask the workspace, which waits for whoever looks.
        """
        with self._changed:
            while (found := look()) is None:
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(min(left, 1.0))
        return found


def key_of(message: Message) -> str:
    """The key that the bot gave a message of its own: `<review>:<slot>`; empty if it gave none."""
    return str((message.metadata or {}).get("event_payload", {}).get("key", ""))


def slot_of(message: Message) -> str:
    return key_of(message).partition(":")[2]
