"""How the share of the customer and of us in what was written moved, review by review or week by week. Counts only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flows.hours import WEEK, local_day
from flows.summary import Tally

MOST_REVIEWS = 6
FEWEST_REVIEWS = 3
"""Two points are a difference, and no movement."""
WEEKS = 8
FEWEST_WEEKS = 2


@dataclass(frozen=True)
class Told:
    """What was written in one finished review, line by line, the opening included; `at` is its end, in UTC.

    What was only called still true was written before, and counts there.
    """

    at: datetime
    tally: Tally


@dataclass(frozen=True)
class Point:
    """The lines of the reviews of a day, or of the week that begins on it, and how many reviews that are."""

    day: date
    tally: Tally
    reviews: int


@dataclass(frozen=True)
class Movement:
    """Points in the order of time; a week without a review is a point without lines. `fewest` make a picture."""

    points: tuple[Point, ...]
    by_week: bool
    fewest: int

    @property
    def is_enough(self) -> bool:
        """Whether there is a movement to see: enough points with lines on one side or the other."""
        return sum(point.tally.us + point.tally.customer > 0 for point in self.points) >= self.fewest


def of_deal(told: Iterable[Told], zone: str) -> Movement:
    """A deal's last six reviews, one by one; their days are those of an IANA zone."""
    latest = sorted(told, key=lambda each: each.at)[-MOST_REVIEWS:]
    points = (Point(local_day(each.at, zone), each.tally, 1) for each in latest)
    return Movement(tuple(points), by_week=False, fewest=FEWEST_REVIEWS)


def of_team(told: Iterable[Told], now: datetime, zone: str) -> Movement:
    """The reviews of the last eight weeks, this one included, from the first in which there was one.

    Weeks begin on Mondays in an IANA zone; `now` is in UTC.
    """
    this_week = week_of(local_day(now, zone))
    by_week: dict[date, list[Tally]] = {this_week - WEEK * ago: [] for ago in range(WEEKS - 1, -1, -1)}
    for each in told:
        by_week.get(week_of(local_day(each.at, zone)), []).append(each.tally)
    points = [Point(week, together(tallies), len(tallies)) for week, tallies in by_week.items()]
    begun = next((number for number, point in enumerate(points) if point.reviews), len(points))
    return Movement(tuple(points[begun:]), by_week=True, fewest=FEWEST_WEEKS)


def since(now: datetime) -> datetime:
    """A moment (UTC) before the first of a team's eight weeks, whatever the zone."""
    return now - WEEK * (WEEKS + 1)


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def together(tallies: Iterable[Tally]) -> Tally:
    """The lines of several tellings."""
    every = list(tallies)
    return Tally(sum(each.us for each in every), sum(each.customer for each in every), sum(e.unclear for e in every))


def plain(moved: Movement) -> dict[str, Any]:
    """A movement as templates take it. Of two points on the same day of a year, `again` counts the later one."""
    return {
        "by_week": moved.by_week,
        "is_enough": moved.is_enough,
        "reviews": sum(point.reviews for point in moved.points),
        "most": max((point.tally.us + point.tally.customer for point in moved.points), default=0),
        "points": [
            {"day": point.day, "again": again, "reviews": point.reviews, **vars(point.tally)}
            for point, again in zip(moved.points, _again([point.day for point in moved.points]), strict=True)
        ],
    }


def _again(days: Sequence[date]) -> list[int]:
    """How often the label of each day came before: a picture tells its bars apart by their labels."""
    seen: Counter[tuple[int, int]] = Counter()
    found = []
    for day in days:
        found.append(seen[day.month, day.day])
        seen[day.month, day.day] += 1
    return found
