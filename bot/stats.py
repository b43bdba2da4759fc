"""Whether what the bot does is worth it: what nudges bring, and how often flagged deals end without a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.deal import Ending
from flows.nudging import Result
from storage.database import Database
from storage.nudges import yields
from storage.tenancy import EVERYWHERE, at_work_for
from storage.watched import endings

DAYS = 90
WORTH_IT = 1 / 3
"""The part of the nudges that should bring something new: "at least one in three"."""

OUTCOMES = {
    Result.NEW: "something new from the customer",
    Result.STILL_TRUE: "still true, heard on a day",
    Result.WAITING: "waiting, with a reason",
    Result.TAKEN_UP: "taken up, nothing new so far",
    Result.STOPPED: "no more about a deal",
    Result.SNOOZED: "put off until tomorrow",
    Result.IGNORED: "no reaction",
    None: "no reaction yet",
    Result.UNDELIVERED: "not delivered",
}


@dataclass(frozen=True)
class Stats:
    """How many nudges had each outcome, and how closed deals ended that the no-decision watch had flagged, or not."""

    counts: Mapping[Result | None, int]
    endings: Mapping[tuple[bool | None, Ending], int] = field(default_factory=dict)

    @property
    def settled(self) -> int:
        """How many were delivered and had their time: the newest to a person still has it while nothing came of it."""
        return sum(count for outcome, count in self.counts.items() if outcome not in (None, Result.UNDELIVERED))

    @property
    def new(self) -> int:
        return self.counts.get(Result.NEW, 0)

    def lines(self) -> Iterator[str]:
        yield from self._of_nudges()
        yield ""
        yield from self._of_the_watch()

    def _of_nudges(self) -> Iterator[str]:
        yield f"Nudges in the last {DAYS} days: {sum(self.counts.values())}"
        for outcome, words in OUTCOMES.items():
            if count := self.counts.get(outcome, 0):
                yield f"  {count:5}  {words}"
        if not self.counts:
            return
        if not self.settled:
            yield "None of them has had its time yet, so whether they bring something new is still to be seen."
            return
        verdict = "At least" if self.new >= self.settled * WORTH_IT else "Fewer than"
        share = f"{self.new} of {self.settled} ({self.new / self.settled:.0%})"
        yield f"{verdict} one in three brought something new: {share}."

    def _of_the_watch(self) -> Iterator[str]:
        """Counts only: whether a flag is worth showing, they tell after fifty closed deals or so."""
        yield "Closed deals that ended without a decision, by the no-decision watch on the day they were closed:"
        for is_flagged, words in {True: "that it had flagged", False: "that it had not"}.items():
            every = sum(count for (flag, _), count in self.endings.items() if flag is is_flagged)
            yield f"  {self.endings.get((is_flagged, Ending.NO_DECISION), 0):5}  of {every} {words}"
        if later := sum(count for (flag, _), count in self.endings.items() if flag is None):
            yield f"  {later:5}  were told more of after they were closed, and are left out"


def count(database: Database, now: datetime) -> Stats:
    """The outcomes of the nudges sent in the 90 days before a moment (UTC) and of all deals, in all workspaces."""
    with at_work_for(EVERYWHERE), database.transaction() as session:
        return Stats(yields(session, now - timedelta(days=DAYS)), endings(session))
