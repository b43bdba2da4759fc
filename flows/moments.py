"""Moments as people name them: a day and a time on the wall clock of a zone, which may skip it or show it twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil import tz

FARTHEST = timedelta(days=366)
"""Whoever names a day that is further away mistyped it."""


@dataclass(frozen=True)
class Moment:
    """When a wall clock shows a time on a day: `at`, in UTC.

    A time that is skipped when the clocks go forward `is_skipped`: `at` is then as long after the change as the time
    would be. One that comes twice when they go back `is_doubled`: `at` is the first.
    """

    at: datetime
    is_skipped: bool = False
    is_doubled: bool = False


def is_far(day: date, today: date) -> bool:
    """Whether a day is more than a year away from today, before or after: no wall clock is asked about it."""
    return abs(day - today) > FARTHEST


def moment(day: date, wall: time, zone: str) -> Moment:
    """The moment at which the wall clock of an IANA zone shows a time on a day."""
    shown = datetime.combine(day, wall, ZoneInfo(zone))
    at = tz.resolve_imaginary(shown).astimezone(UTC)
    is_skipped = not tz.datetime_exists(shown)
    return Moment(at, is_skipped, not is_skipped and tz.datetime_ambiguous(shown))


def slack_time(moment: datetime) -> str:
    """A moment as Slack writes it, in seconds since the epoch; until the year 2286 these sort like the moments."""
    return f"{moment.timestamp():.6f}"
