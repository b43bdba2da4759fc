"""How the cost of a reply, of App Home, of a tick and of a look grows with the number of deals and their reviews."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from slack_sdk import WebClient

from bot.directory import Directory
from bot.engine import Lane
from bot.outbox import Outbox
from bot.service.arrivals import Arrivals, Said
from bot.service.decisions import Decisions
from bot.service.home import HomeService
from bot.service.reviews import ReviewService
from bot.service.rulings import Rulings
from bot.service.turns import TurnService
from bot.speaker import Speaker
from flows import lens
from flows.home import Shown
from storage.database import Database
from storage.messages import Messages
from storage.rests import is_resting
from storage.reviews import Reviews
from storage.tenancy import EVERYWHERE, at_work_for
from tests.bench.databases import KINDS, Databases
from tests.bench.report import Row, Section, at_most
from tests.bench.seeds import BUSY, BUSY_SHARE, DEALS_OF_ONE, fill, owner_of, parent_ts
from tests.bench.stub import TEAM
from tests.sayings import ANSWERS

AIM = 2.0
OPEN = 20
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_numbers = itertools.count(1)


class Nowhere(WebClient):
    """A Slack that is not there, in which everybody is a colleague and every channel the company's own."""

    def users_info(self, **asked: Any) -> Any:
        return {"user": {"name": "somebody"}}

    def conversations_info(self, **asked: Any) -> Any:
        return {"channel": {}}


@dataclass
class Place:
    """The use cases on a database with so many deals; nothing is said to Slack, so nobody need be there."""

    database: Database
    deals: int
    ticks: int
    due: int
    now: datetime = NOW
    times: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database.upgrade()
        mornings = [NOW + timedelta(hours=tick + 1) for tick in range(self.ticks) for _ in range(self.due)]
        fill(self.database, self.deals, OPEN, mornings)
        nowhere = Nowhere("xoxb-bench", base_url="http://nowhere.invalid/api/")
        directory = Directory(nowhere, self.database, lambda: "https://bench.slack.com/")
        speaker = Speaker(nowhere, directory)
        self._outbox = Outbox(self.database, speaker, timedelta(seconds=1))
        decisions = Decisions(self.database, self._outbox, speaker, lambda: self.now, wake=lambda: None)
        self._arrivals = Arrivals(self.database, directory, lambda: self.now, nullcontext)
        self._turns = TurnService(self.database, decisions, directory, speaker, lens.read, timedelta(0))
        rulings = Rulings(self.database, directory)
        self._reviews = ReviewService(self.database, decisions, self._outbox, directory, rulings)
        self._homes = HomeService(self.database, directory, lambda: self.now)

    def time(self, what: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        self.times.setdefault(what, []).append((time.perf_counter() - began) * 1000)

    def reply(self, turn: int) -> None:
        number = self.deals + 1 + turn % OPEN
        with self.database.transaction() as session:
            review = Reviews(session, TEAM).lock(number)
        if review is None or review.thread_ts != parent_ts(number):
            raise LookupError(f"review {number} is not as it was made")
        text = ANSWERS[1:][turn // OPEN % (len(ANSWERS) - 1)]
        ts = f"{1_795_000_000 + next(_numbers)}.000200"
        said = Said(TEAM, review.channel, parent_ts(number), "said", ts, review.owner, text, at=ts, occasion=ts)
        self.time("a reply accepted", lambda: self._arrivals.hear(said))
        self.time("a reply taken", lambda: self._turns.do_next(Lane(TEAM, str(number)), Event()))

    def home(self, turn: int) -> None:
        person = owner_of(1 + turn * DEALS_OF_ONE % self.deals)
        self.time("App Home", lambda: self._homes.home(TEAM, person, Shown()))

    def look(self) -> None:
        """What the engine asks of the database before each post."""

        def ask() -> None:
            now = datetime.now(UTC)
            with at_work_for(EVERYWHERE), self.database.transaction() as session:
                self._outbox.waiting(session, now)
            with self.database.transaction() as session:
                messages = Messages(session)
                is_resting(session, BUSY, now)
                messages.next_unsaid(BUSY)
                messages.posted_between(BUSY, now - timedelta(seconds=8), now)

        self.time("the engine's look", ask)

    def tick(self) -> None:
        self.now += timedelta(hours=1)
        self.time(f"a tick, {self.due} due", self._reviews.tick)


def growth(databases: Databases, small: int, large: int, turns: int, ticks: int, due: int) -> Section:
    """Each thing so many `turns`, a tick with so many `due` so many `ticks`; a small and a large database alternate."""
    with at_work_for(TEAM):
        rows = tuple(row for kind in KINDS for row in _on(kind, databases, small, large, turns, ticks, due))
    return Section(
        "As the deals grow",
        f"A has {large:,} deals with a finished review each, B {small:,}. A finished review has nine answers, nine "
        "replies and twenty messages. "
        f"A person owns {DEALS_OF_ONE} deals in both, and every {BUSY_SHARE}th review was held in one busy channel: "
        "*the engine's look* is what it asks of the database before it posts there. A reply is accepted, which Slack "
        f"waits for, and then taken, the lens included; a tick asks {due} owners again whose morning has come.",
        rows,
    )


def _on(kind: str, databases: Databases, small: int, large: int, turns: int, ticks: int, due: int) -> list[Row]:
    a, b = (Place(Database(databases.fresh(kind)), deals, ticks, due) for deals in (large, small))
    try:
        for turn in range(turns):
            for place in (a, b):
                place.reply(turn)
                place.home(turn)
                place.look()
        for _ in range(ticks):
            a.tick()
            b.tick()
    finally:
        a.database.close()
        b.database.close()
    return [
        at_most(f"{kind}, {what}", "ms", statistics.median(a.times[what]), statistics.median(b.times[what]), AIM)
        for what in a.times
    ]
