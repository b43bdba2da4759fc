"""A person's own mirror: what they asked in others' reviews in a week. Counts, never a judgement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from flows.asking import Side, questions, side_of
from flows.hours import WEEK, Habits, is_working, local_day
from flows.moments import moment
from flows.playbook import OUR_HELP, STEERED
from flows.shares import week_of

MOST_QUOTES = 3
WEEKS_BEFORE = 4

TO_TRY = tuple(question for question in STEERED if question != OUR_HELP)
"""The questions anybody may ask at any time: how we help can only be asked when it is known what is hard for them."""


@dataclass(frozen=True)
class Week:
    """How many questions somebody asked in the week that begins on a Monday of theirs, by whose story they ask for."""

    begins: date
    us: int
    customer: int
    either: int

    @property
    def asked(self) -> int:
        return self.us + self.customer + self.either


@dataclass(frozen=True)
class Mirror:
    """What somebody asked in a week, some of it quoted, and the weeks before in which they asked anything.

    `to_try` is the key of a question they might ask, if most of theirs were about us.
    """

    week: Week
    about_us: tuple[str, ...]
    about_customer: tuple[str, ...]
    before: tuple[Week, ...]
    to_try: str | None


def mirror(wrote: Iterable[tuple[datetime, str]], week: date, zone: str, colleagues: Collection[str] = ()) -> Mirror:
    """What somebody asked in the week that begins on a Monday in their IANA zone.

    `wrote` are their texts in others' reviews with when they were written (UTC), from the earliest of the weeks before
    on; the names in them are the customer's people but for those of `colleagues`.
    """
    asked: dict[date, list[tuple[str, Side]]] = {week - WEEK * ago: [] for ago in range(WEEKS_BEFORE, -1, -1)}
    for at, text in sorted(wrote):
        texts = asked.get(week_of(local_day(at, zone)), [])
        texts += [(question, side_of(question, colleagues)) for question in questions(text)]
    *before, this = (_count(begins, those) for begins, those in asked.items())
    return Mirror(
        this,
        _quotes(asked[week], Side.US),
        _quotes(asked[week], Side.CUSTOMER),
        tuple(each for each in before if each.asked),
        TO_TRY[week.toordinal() // WEEK.days % len(TO_TRY)] if this.us * 2 > this.asked else None,
    )


def last_week(now: datetime, zone: str) -> date:
    """The Monday of the week before this one, in an IANA zone; `now` is in UTC."""
    return this_week(now, zone) - WEEK


def this_week(now: datetime, zone: str) -> date:
    return week_of(local_day(now, zone))


def span(week: date, zone: str) -> tuple[datetime, datetime]:
    """When the earliest of the weeks before a week begins, and when the week ends, in UTC."""
    first = week - WEEK * WEEKS_BEFORE
    return moment(first, time.min, zone).at, moment(week + WEEK, time.min, zone).at


def is_due(habits: Habits, seen: date | None, now: datetime) -> bool:
    """Whether somebody is to be shown last week now, who was last shown the week that began on `seen`.

    That is as soon as they work in a new week: on Monday morning, or when they are back. Raises `ValueError` as
    `flows.hours.is_workday` does.
    """
    is_new = seen is None or seen < last_week(now, habits.zone)
    return habits.mirror and is_new and is_working(now, habits)


def _count(begins: date, asked: Sequence[tuple[str, Side]]) -> Week:
    sides = [side for _, side in asked]
    return Week(begins, sides.count(Side.US), sides.count(Side.CUSTOMER), sides.count(Side.EITHER))


def _quotes(asked: Sequence[tuple[str, Side]], side: Side) -> tuple[str, ...]:
    """The first questions of a side, each once."""
    return tuple(islice(dict.fromkeys(question for question, asks_for in asked if asks_for is side), MOST_QUOTES))
