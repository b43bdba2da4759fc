"""An upgrade as an operator does it, in the middle of everything: first the tables, then one replica after another."""

from __future__ import annotations

import contextlib
import itertools
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from sandbox.model import Message
from tests.drill.people import Memory
from tests.drill.replicas import ROOT, Replica, Replicas, command
from tests.drill.tempo import Tempo
from tests.drill.town import Town

Stage = tuple[str, Callable[["Upgrader"], None]]
CONNECTS = "apps.connections.open"
PATIENCE = 10.0
"""In seconds: how long it is waited for the replica that is to be killed to post."""


class Upgrader(threading.Thread):
    """Takes the bot from the version before to this one, and counts what people typed before each stage.

    On Postgres the tables change while the version before serves; then each replica in turn gives way to a new one.
    The first leaves as it is asked to, the second is killed when Slack has its post and it does not know yet, and so
    on. SQLite's one process is stopped while its tables change, and killed once more when it is new.
    """

    def __init__(self, town: Town, replicas: Replicas, tempo: Tempo, memory: Memory) -> None:
        super().__init__(name="upgrader", daemon=True)
        self.kinds: Counter[str] = Counter()
        """How often it ended a process in which way."""
        self._replies: dict[str, int] = {}
        self._town = town
        self._replicas = replicas
        self._tempo = tempo
        self._memory = memory

    @property
    def counts(self) -> dict[str, int]:
        """What people typed before each stage, and after the last."""
        return {**self._replies, "replies, all new": len(self._memory.typed) - sum(self._replies.values())}

    def missing(self, seconds: float) -> list[str]:
        """What did not come about in the time there was; an upgrade into silence shows nothing."""
        silent = [f"nobody typed anything: {name}" for name, many in self.counts.items() if not many]
        return self._tempo.missing("stages of the upgrade", seconds) + silent

    def run(self) -> None:
        for name, act in stages(self._replicas):
            if not self._tempo.before_kill():
                return
            if name:
                self._replies[name] = len(self._memory.typed) - sum(self._replies.values())
            act(self)
            self._tempo.killed()

    def begin(self) -> None:
        """The version before is at work already."""

    def change_tables(self) -> None:
        """What an operator types, with the new version."""
        done = subprocess.run(  # noqa: S603
            command("db", "upgrade"),
            env=self._replicas.all[0].environment(ROOT),
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            self._replicas.fell.append(f"the tables could not be changed: {done.stderr[-3000:]}")

    def renew(self, replica: Replica) -> None:
        """Ask a process of the version before to leave, and start one of this version."""
        self.kinds["asked to leave"] += 1
        self._replicas.stop(replica)
        self._start(replica)

    def upgrade_the_only_one(self) -> None:
        self.kinds["asked to leave"] += 1
        (replica,) = self._replicas.all
        self._replicas.stop(replica)
        self.change_tables()
        self._start(replica)

    def kill_and_renew(self, replica: Replica) -> None:
        """Kill a process when Slack has its post and it does not know yet, and start one of this version."""
        killed = threading.Event()

        def at_post(message: Message) -> None:
            if not killed.is_set() and self._replicas.speaks_in(message.channel) is replica:
                replica.signal(signal.SIGKILL)
                killed.set()

        self._town.posted = at_post
        if not killed.wait(PATIENCE):  # nothing is said just now
            replica.signal(signal.SIGKILL)
        self.kinds["posted" if killed.is_set() else "any"] += 1
        self._town.posted = lambda message: None
        self._replicas.bury(replica)
        self._start(replica)

    def _start(self, replica: Replica) -> None:
        """Start a process of this version, and wait until it is connected: an operator looks before going on."""
        connected = self._town.tally.counts[CONNECTS]
        self._replicas.start(replica, ROOT)
        with contextlib.suppress(TimeoutError):  # then too little comes about, and that is told
            self._town.wait_until(lambda: self._town.tally.counts[CONNECTS] > connected, timeout=60)


def stages(replicas: Replicas) -> Sequence[Stage]:
    """What is done one after the other, each by the name of the replies that come before it."""
    first, *others = replicas.all
    if not others:
        return [
            ("", Upgrader.begin),
            ("replies, old tables", Upgrader.upgrade_the_only_one),
            ("replies, new", partial(Upgrader.kill_and_renew, replica=first)),
        ]
    ways = itertools.cycle((Upgrader.renew, Upgrader.kill_and_renew))
    renewing = [
        (f"replies, {number} of {len(replicas.all)} new", partial(way, replica=replica))
        for number, (replica, way) in enumerate(zip(replicas.all, ways, strict=False))
    ]
    return [("", Upgrader.begin), ("replies, old tables", Upgrader.change_tables), *renewing]
