"""Does what is written down to be done: in each lane one thing at a time, across restarts and replicas."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    sleep_using_event,
    stop_when_event_set,
    wait_exponential,
)

from storage.database import Database
from storage.later import NotKnownHere
from storage.tenancy import EVERYWHERE, at_work_for

LANES_AT_ONCE = 8
"""Of each kind of work."""
LOOK_EVERY = 1.0
"""In seconds: how soon something left behind by a process that died is noticed."""
LONGEST_WAIT = 60
"""In seconds: how long it may take until what failed is tried again."""
LONGEST_COURTESY = 1.0
"""In seconds: how long lanes stand back while much is accepted. Slack waits three seconds, and then sends it again."""
GLANCE = 0.05
LEAVES_FOR = 2.0
"""In seconds: how long a process leaves a lane to others that it could not go on with itself."""
STANDS_STILL_AFTER = 60.0
"""In seconds: longer than a database keeps whoever looks for work waiting."""
SECONDS_TO_FINISH = 10

log = logging.getLogger(__name__)


class NotNow(Exception):
    """Slack or the database cannot be reached; what was to be done is still to be done."""


class NotHere(NotNow):
    """This process cannot do it; another one may, such as one of a later version, which decided that it be done."""


class Lane(NamedTuple):
    """Things that are done one after the other in the workspace `team`; `what` names them within their kind of work."""

    team: str
    what: str

    def __str__(self) -> str:
        return f"{self.team} {self.what}"


@dataclass(frozen=True)
class Waiting:
    """The lanes in which something can be done now, the longest waiting first.

    If others rest, the first of them may go on at `rests_end` (UTC).
    """

    lanes: Sequence[Lane]
    rests_end: datetime | None = None


class Work(Protocol):
    """Things to be done that wait in the database, in lanes. Its `name` is the same in every process."""

    name: str

    def waiting(self, session: Session, now: datetime) -> Waiting:
        """What waits, in any workspace; `now` is in UTC."""
        ...

    def is_anything_left(self, session: Session) -> bool:
        """Whether anything waits in any workspace, also in lanes that rest."""
        ...

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Do the first thing in a lane, whose workspace is worked for; False when there is none, or not now.

        It may have been done before by a process that died before it could write that down. Raises `NotNow`, and
        `NotHere` or `storage.later.NotKnownHere` if another process may be able to. Whatever else it raises leaves the
        lane for later, and for longer each time. It does not begin anything long once `stopping` is set.
        """
        ...


class Engine:
    """Works off lanes: one of them in one process at a time, its first thing first; lanes beside each other.

    It looks everywhere for what waits, and does what waits in a lane at work for the lane's workspace alone.
    What is to be done is a row, written in the transaction of the decision to do it; call `wake` when it is committed.
    Whoever holds a lane does what waits in it; when a process dies, its hold ends and another takes over. `on_tick` is
    called every second to do what has become due; `around` goes around each thing that is done, and is given its name.
    In a workspace that the bot `is_away` from nothing is done.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._works: list[tuple[Work, ThreadPoolExecutor]] = []
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._everywhere: set[str] = set()
        self._busy: set[str] = set()
        self._left: dict[str, float] = {}  # until when, by `time.monotonic`, lanes are left to other processes
        self._stumbles: Counter[str] = Counter()  # how often in a row lanes failed for no reason that is known
        self._arriving = 0
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="engine", daemon=True)
        self._looked_at = time.monotonic()
        self.on_tick: Callable[[], None] = lambda: None
        self.is_away: Callable[[str], bool] = lambda team: False
        self.around: Callable[[str], AbstractContextManager[None]] = lambda name: nullcontext()

    def take_on(self, work: Work, everywhere: bool = False) -> None:
        """From the start on, do this work, too; with `everywhere`, also where the bot is not any more."""
        if everywhere:
            self._everywhere.add(work.name)
        self._works.append((work, ThreadPoolExecutor(LANES_AT_ONCE, thread_name_prefix=work.name)))

    def wake(self) -> None:
        """There may be something to do."""
        self._due.set()

    @contextmanager
    def accepting(self) -> Iterator[None]:
        """Something new is being written down: that goes first, and there may be something to do when it is done."""
        with self._door:
            self._arriving += 1
        try:
            yield
        finally:
            with self._door:
                self._arriving -= 1
            self.wake()

    def is_idle(self) -> bool:
        """Whether everything that was written down is done."""
        if self._busy:
            return False
        with at_work_for(EVERYWHERE), self._database.transaction() as session:
            return not any(work.is_anything_left(session) for work, _ in self._works)

    @property
    def left_to_others(self) -> frozenset[str]:
        """The lanes, each after its kind of work, that this process could not go on with when it last tried."""
        return frozenset(self._left)

    @property
    def is_alive(self) -> bool:
        """Whether it looks for work, or did so lately."""
        return self._thread.is_alive() and time.monotonic() - self._looked_at < STANDS_STILL_AFTER

    def start(self) -> None:
        """Begin with what an earlier process left undone."""
        self.wake()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand; the rest is done after the next start, or by another replica."""
        self._stopping.set()
        self._due.set()
        if self._thread.is_alive():
            self._thread.join(SECONDS_TO_FINISH)
        for _, threads in self._works:
            threads.shutdown()

    def _watch(self) -> None:
        """Give every lane in which something waits to a thread, whenever there may be one."""
        ticked = 0.0
        while self._may_begin():
            self._due.clear()
            self._looked_at = time.monotonic()
            try:
                if time.monotonic() - ticked >= LOOK_EVERY:
                    ticked = time.monotonic()
                    self.on_tick()
                wait = self._give_out()
            except OperationalError as error:
                log.warning("the database does not answer: %s", error.orig)
                wait = LOOK_EVERY
            except Exception:  # whatever it is, the bot must not fall silent for good
                log.exception("the engine stumbled")
                wait = LOOK_EVERY
            self._due.wait(wait)

    def _give_out(self) -> float:
        """Start on the lanes in which something waits; returns after how many seconds to look again."""
        now = datetime.now(UTC)
        with at_work_for(EVERYWHERE), self._database.transaction() as session:
            found = [(work, threads, work.waiting(session, now)) for work, threads in self._works]
        for work, threads, waiting in found:
            for lane in waiting.lanes:
                key = _key(work, lane)
                if key not in self._busy and not self._is_left(key) and not self._rests(work, lane):
                    self._busy.add(key)
                    threads.submit(self._work_off, work, lane)
        ends = [waiting.rests_end for _, _, waiting in found if waiting.rests_end]
        return min(LOOK_EVERY, *((end - now).total_seconds() for end in ends)) if ends else LOOK_EVERY

    def _work_off(self, work: Work, lane: Lane) -> None:
        patiently = Retrying(
            retry=retry_if_exception(
                lambda error: (
                    isinstance(error, NotNow) and not isinstance(error, NotHere) and not self._rests(work, lane)
                )
            ),
            wait=wait_exponential(multiplier=0.2, max=LONGEST_WAIT),
            sleep=sleep_using_event(self._stopping),
            stop=stop_when_event_set(self._stopping),
            before_sleep=_report,
            reraise=True,
        )
        did = False
        key = _key(work, lane)
        try:
            with at_work_for(lane.team), self._database.hold(key) as mine:
                while mine and self._may_begin() and patiently(self._do_next, work, lane):
                    did = True
        except NotHere as error:
            log.warning("%s is left to others: %s", key, error)
            self._left[key] = time.monotonic() + LEAVES_FOR
        except (NotNow, OperationalError) as error:
            log.warning("%s is left for later: %s", key, error)
        except Exception:
            log.exception("%s is left for later", key)
            self._stumbles[key] += 1
            self._left[key] = time.monotonic() + min(2.0 ** (self._stumbles[key] - 1), LONGEST_WAIT)
        else:
            self._stumbles.pop(key, None)
        finally:
            self._busy.discard(key)
            if did:
                self.wake()  # something may have been written down between the last look and now

    def _is_left(self, key: str) -> bool:
        """Whether a lane is left to other processes; one that was left long enough is forgotten."""
        if self._left.get(key, 0.0) > time.monotonic():
            return True
        self._left.pop(key, None)
        return False

    def _rests(self, work: Work, lane: Lane) -> bool:
        return work.name not in self._everywhere and self.is_away(lane.team)

    def _do_next(self, work: Work, lane: Lane) -> bool:
        try:
            with self.around(work.name):
                return work.do_next(lane, self._stopping)
        except OperationalError as error:
            raise NotNow(f"the database does not answer: {error.orig}") from error
        except NotKnownHere as error:
            raise NotHere(str(error)) from error

    def _may_begin(self) -> bool:
        """Let go first what is being accepted, for a while; False when nothing is to be begun any more."""
        until = time.monotonic() + LONGEST_COURTESY
        while self._arriving and time.monotonic() < until and not self._stopping.wait(GLANCE):
            pass
        return not self._stopping.is_set()


def _key(work: Work, lane: Lane) -> str:
    return f"{work.name} {lane}"


def _report(state: RetryCallState) -> None:
    reason = state.outcome.exception() if state.outcome else None
    log.warning("%s; trying again, attempt %d", reason, state.attempt_number + 1)
