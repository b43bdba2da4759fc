"""A batch: how many deals a forecast call may be about, when its digest comes, and how far its reviews are. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flows.calls import Result
from flows.hours import DAY, local_day
from flows.moments import moment
from flows.review import OPEN, Status

MOST_DEALS = 500
"""At Slack's pace the reviews of so many are opened in a quarter of an hour, and no call has the time for more."""

LEAST_AHEAD = timedelta(minutes=15)
"""A call that begins sooner leaves nobody the time to answer."""

MOST_EDITS = 20
"""So often, about, the manager's message is brought up to date while the reviews are opened."""

EVENING = time(18)


@dataclass(frozen=True)
class Line:
    """A deal of a call as its manager sees it.

    Its review, if it has one, is at question `number` of `total`, held in `channel` under the message `ts`. One that
    `is_refused` never began: Slack would not take its first message. `owner` is who owns the deal now.
    """

    deal: str
    owner: str
    closes: date | None
    result: Result
    status: Status | None = None
    number: int = 0
    total: int = 0
    channel: str = ""
    ts: str | None = None
    is_refused: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.result is Result.WAITING

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def was_before(self) -> bool:
        """Whether its review was under way before the call's reviews were opened."""
        return self.result is Result.UNDER_WAY


@dataclass(frozen=True)
class Overview:
    """The deals of a call by what became of them, each in the order in which we want to close them."""

    waiting: tuple[Line, ...] = ()
    open: tuple[Line, ...] = ()
    reviewed: tuple[Line, ...] = ()
    stopped: tuple[Line, ...] = ()
    skipped: dict[Result, tuple[Line, ...]] = field(default_factory=dict)
    refused: tuple[Line, ...] = ()

    @property
    def total(self) -> int:
        skipped = sum(map(len, self.skipped.values()))
        return sum(map(len, (self.waiting, self.open, self.reviewed, self.stopped, self.refused))) + skipped


def overview(lines: Iterable[Line]) -> Overview:
    """Sort the deals of a call. One that was under review before is open, reviewed or stopped like any other."""
    kept: dict[str, list[Line]] = {}
    skipped: dict[Result, list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.closes or date.max, line.deal.casefold())):
        if line.is_waiting:
            kept.setdefault("waiting", []).append(line)
        elif line.is_refused:
            kept.setdefault("refused", []).append(line)
        elif line.status is None:
            skipped.setdefault(line.result, []).append(line)
        elif line.is_open:
            kept.setdefault("open", []).append(line)
        else:
            kept.setdefault("reviewed" if line.status is Status.FINISHED else "stopped", []).append(line)
    return Overview(
        **{group: tuple(found) for group, found in kept.items()},
        skipped={result: tuple(found) for result, found in skipped.items()},
    )


def is_worth_an_edit(lines: Sequence[Line]) -> bool:
    """Whether so many deals are dealt with that the manager's message should say so."""
    done = sum(not line.is_waiting for line in lines)
    return done % math.ceil(len(lines) / MOST_EDITS) == 0


def is_soon(at: datetime, now: datetime) -> bool:
    """Whether a call (both moments in UTC) is so soon that it makes no sense to prepare it."""
    return at < now + LEAST_AHEAD


def digest_minutes(asked: int, at: datetime, now: datetime) -> int:
    """How many minutes before a call its digest comes: as asked, or half of what is left till then, if that is less."""
    return min(asked, int((at - now).total_seconds() // 120))


def evening_before(at: datetime, zone: str) -> int:
    """How many minutes before a call (in UTC) it is six in the evening, the day before, in an IANA zone."""
    evening = moment(local_day(at, zone) - DAY, EVENING, zone).at
    return int((at - evening).total_seconds() // 60)
