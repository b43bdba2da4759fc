"""Forecast calls: the deals that one is about, what became of each, and the calendar such calls follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

PROPOSED = time(10)
"""The time of a call, until another is chosen."""
DIGEST_MINUTES = 60
THIS_QUARTER = "@quarter"
"""Stands for the forecast period of the day on which the reviews are opened, by our close dates; see `Periods`."""


@dataclass(frozen=True)
class Choice:
    """Which deals a call is about: those of `owners` in a `period`, where either may be left open, and `deals` by hand.

    A period is what the team calls it, or `THIS_QUARTER`; `deals` are their ids. With nothing but `deals`, only those.
    """

    owners: tuple[str, ...] = ()
    period: str = ""
    deals: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.owners or self.period or self.deals)


@dataclass(frozen=True)
class Call:
    """A forecast call of a `manager`, at a moment (UTC) that was said in an IANA `zone`.

    One review of each of its deals is opened in `channel`, or with each deal's owner in their direct messages if it is
    `in_direct`. The digest comes `digest_minutes` before; `digested_at` (UTC) is when it was decided.
    """

    id: int
    team: str
    manager: str
    channel: str
    at: datetime
    zone: str
    in_direct: bool
    digest_minutes: int
    created_at: datetime
    schedule: int | None = None
    cancelled_at: datetime | None = None
    digested_at: datetime | None = None

    @property
    def digest_at(self) -> datetime:
        """When the digest is due, in UTC."""
        return self.at - timedelta(minutes=self.digest_minutes)


class Result(StrEnum):
    """What became of a deal of a call."""

    WAITING = "waiting"  # its review is still to be opened
    OPENED = "opened"
    UNDER_WAY = "under_way"  # it was under review already
    FRESH = "fresh"  # nothing is stale, open or was never talked about
    CLOSED = "closed"  # it has ended meanwhile
    NOT_REACHED = "not_reached"  # its owner left Slack, or is not in the channel
    SHUT_OUT = "shut_out"  # the bot may not post in the channel any more
    LATE = "late"  # the call began before it was opened
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Entry:
    """A deal of a call, by its id, with what became of it; `review` is the one that was opened or found."""

    deal: int
    result: Result = Result.WAITING
    review: int | None = None


@dataclass(frozen=True)
class Schedule:
    """Calls on a calendar: each `every_weeks` weeks from the day they begin, at a wall clock's time in an IANA zone.

    A call on a public holiday of `country` (as in `flows.hours.Habits`) is moved to the working day before. The reviews
    are opened `days_ahead` working days before. What comes up to `since` (UTC) is prepared, or no call of it.
    """

    id: int
    team: str
    manager: str
    channel: str
    begins: date
    every_weeks: int
    time: time
    zone: str
    country: str
    choice: Choice
    in_direct: bool
    since: datetime
    digest_minutes: int = DIGEST_MINUTES
    days_ahead: int = 1
    paused: bool = False


def opened(entries: Sequence[Entry]) -> int:
    """How many reviews were opened."""
    return sum(entry.result is Result.OPENED for entry in entries)
