"""Nudges: when a person is asked about what may have moved, about which deals, and what came of it. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flows.answer import HEARD
from flows.deal import Deal
from flows.freshness import State
from flows.hours import DAY, Habits, is_workday, is_working, local_day
from flows.outlook import Item
from flows.periods import CALENDAR, Periods
from flows.playbook import (
    DECISION_PATH,
    DESTINATION,
    NEXT_STEP,
    NO_ACTION,
    OUR_HELP,
    PEOPLE,
    STANDARD,
    STRUGGLE,
    WHY_CHANGE,
    Playbook,
)
from flows.review import Review

MOST_DEALS = 5
"""So many deals are named in a nudge, and of each so many questions; it has to fit a phone."""
MOST_QUESTIONS = 3
"""The aim of a short review, too: "3 or fewer, under 3 minutes"."""

URGENCY = (NEXT_STEP, PEOPLE, DECISION_PATH, WHY_CHANGE, NO_ACTION, STRUGGLE, DESTINATION, OUR_HELP)
"""What is asked first: a step that passed, then who decides and how, on which the digest looks first, too; then why
they move at all; last what follows from the rest."""

SPARING = 2
"""After so many nudges in a row without a reaction, one comes every second working day,"""
RARELY = 4
"""and after so many, one comes a week."""
WORKING_DAYS = {0: 1, SPARING: 2, RARELY: 5}
"""How many working days after the last nudge the next may come, from so many ignored in a row."""

LOOKS_BACK = RARELY + 1
"""So many of the latest nudges tell how often the next may come."""


class Result(StrEnum):
    """What came of a nudge; the best counts. The order is from the worst to the best."""

    UNDELIVERED = "undelivered"  # they left the workspace, or take no messages from us
    IGNORED = "ignored"  # the next one was due, and they had not reacted
    SNOOZED = "snoozed"  # tomorrow
    STOPPED = "stopped"  # no more about a deal
    TAKEN_UP = "taken_up"  # two minutes now; nothing from the customer's side so far
    WAITING = "waiting"  # the customer waits until a day, for a reason
    STILL_TRUE = "still_true"  # heard on a day
    NEW = "new"  # the customer's side gave something new on what it was about


class Came(StrEnum):
    """What came of one deal of a nudge."""

    IN_REVIEW = "in_review"
    UP_TO_DATE = "up_to_date"
    WAITING = "waiting"
    STOPPED = "stopped"
    CLOSED = "closed"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True)
class Nudge:
    """What a person was asked at a moment (`at`, UTC), which was a `day` of theirs.

    `items` are the deals (by id) and questions it was about, the most urgent first. `channel` is their conversation
    with the bot. `outcome` is None until something comes of it.
    """

    id: int
    team: str
    person: str
    day: date
    at: datetime
    channel: str
    items: tuple[tuple[int, str], ...]
    outcome: Result | None = None

    @property
    def deals(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(deal for deal, _ in self.items))

    def about(self, deal: int) -> frozenset[str]:
        """The questions of a deal that it was about."""
        return frozenset(question for each, question in self.items if each == deal)

    def improves(self, outcome: Result) -> bool:
        """Whether an outcome is better than what came of it so far."""
        ranks = list(Result)
        return self.outcome is None or ranks.index(outcome) > ranks.index(self.outcome)


@dataclass(frozen=True)
class Standing:
    """A deal with how each of its questions stands. `reviewed_at` is when its latest review began, in UTC.

    `in_review` says whether that is open.
    """

    deal: Deal
    items: tuple[Item, ...]
    reviewed_at: datetime | None = None
    in_review: bool = False


@dataclass(frozen=True)
class Matter:
    """One deal of a nudge: what is stale, the most urgent first; or what came of it, None while it is to be asked."""

    deal: Deal
    items: tuple[Item, ...]
    came: Came | None = None


@dataclass(frozen=True)
class Plan:
    """A nudge to be sent. One that `eases_off` says that from now on they come less often."""

    day: date
    matters: tuple[Matter, ...]
    eases_off: bool = False

    @property
    def items(self) -> tuple[tuple[int, str], ...]:
        return tuple((matter.deal.id, item.question) for matter in self.matters for item in matter.items)


def plan(
    person: str,
    deals: Iterable[Standing],
    habits: Habits,
    before: Sequence[Nudge],
    now: datetime,
    periods: Periods = CALENDAR,
) -> Plan | None:
    """The nudge that a person is to get at a moment (UTC), or None.

    One for all their deals, at most one on each day of theirs, only in their working hours; see `matters` for what it
    is about, and `may_come` for how often. `before` are their latest nudges, in any order, `LOOKS_BACK` or more.
    Raises `ValueError` if their country is none that `flows.hours.is_country` knows.
    """
    if not habits.nudges or not may_come(habits, before, now):
        return None
    found = matters(person, deals, habits, now, periods)
    return Plan(local_day(now, habits.zone), found, ignored(before) == SPARING) if found else None


def may_come(habits: Habits, before: Sequence[Nudge], now: datetime) -> bool:
    """Whether a nudge may come at a moment (UTC): they are working, had none today, and are not being left in peace.

    Each working day, unless the last ones were ignored: after two in a row every second working day, after four once a
    week, which is every fifth working day. Any reaction resets that. A day counts as it is called where they are, and
    also as it was called where they were.
    """
    if not is_working(now, habits):
        return False
    today = local_day(now, habits.zone)
    if any(today in (each.day, local_day(each.at, habits.zone)) for each in before):
        return False
    days = [each.day for each in before if each.day < today]
    if not days:
        return True
    gap = next(gap for least, gap in sorted(WORKING_DAYS.items(), reverse=True) if ignored(before) >= least)
    return _working_days(max(days), today, habits, gap) >= gap


def ignored(before: Sequence[Nudge]) -> int:
    """How many of the latest nudges in a row had no reaction. One that could not be delivered says nothing."""
    count = 0
    for each in sorted(before, key=lambda nudge: nudge.day, reverse=True):
        if each.outcome in (None, Result.IGNORED):
            count += 1
        elif each.outcome is not Result.UNDELIVERED:
            break
    return count


def matters(
    person: str, deals: Iterable[Standing], habits: Habits, now: datetime, periods: Periods = CALENDAR
) -> tuple[Matter, ...]:
    """What a person is to be asked about at a moment (UTC), the most urgent deal first.

    That is what is stale of their deals in this forecast period. Not what is open or was never talked about: nobody
    can have forgotten it. Not what the customer waits with, nor a deal that has ended, that they do not want to be
    asked about, or that they are being asked about, since its review is open.
    """
    today = local_day(now, habits.zone)
    found = [
        Matter(each.deal, stale)
        for each in deals
        if each.deal.owner == person and each.deal.nudges and each.deal.ending is None and not each.in_review
        if is_in_period(each, today, habits.zone, periods)
        if (stale := _stale(each.items))
    ]
    return tuple(sorted(found, key=_urgency))


def is_in_period(standing: Standing, today: date, zone: str, periods: Periods = CALENDAR) -> bool:
    """Whether a deal is in the forecast period of a day in an IANA zone, or somebody has started a review in it.

    A deal is in it if our close date is in it or is over, whatever the team calls its periods; a deal without a close
    date counts by its reviews only.
    """
    first, last = periods.of(today)
    closes = standing.deal.close_date
    reviewed = standing.reviewed_at and local_day(standing.reviewed_at, zone)
    return (closes is not None and closes <= last) or (reviewed is not None and first <= reviewed <= last)


def resume(nudge: Nudge, deals: Mapping[int, Standing]) -> tuple[Matter, ...]:
    """How each deal of a nudge stands by now, in its order; what was stale and is not any more is left out."""
    return tuple(_matter(nudge, deals[deal]) for deal in nudge.deals if deal in deals)


def is_news(nudge: Nudge, review: Review) -> bool:
    """Whether a review holds news from the customer's side, written since a nudge, on what the nudge was about."""
    return any(
        reply.at >= nudge.at and any(line.label in HEARD for line in reply.lines())
        for question in nudge.about(review.deal.id)
        for reply in review.answer(question).live
    )


def questions_for(matter: Matter, playbook: Playbook = STANDARD) -> tuple[str, ...]:
    """What a short review of a deal asks: the most urgent stale questions, three at most, in the playbook's order."""
    return playbook.in_order(item.question for item in matter.items[:MOST_QUESTIONS])


def _matter(nudge: Nudge, standing: Standing) -> Matter:
    deal, about = standing.deal, nudge.about(standing.deal.id)
    items = _stale(item for item in standing.items if item.question in about)
    if deal.ending:
        return Matter(deal, (), Came.CLOSED)
    if deal.owner != nudge.person:
        return Matter(deal, (), Came.HANDED_OVER)
    if not deal.nudges:
        return Matter(deal, (), Came.STOPPED)
    if standing.in_review:
        return Matter(deal, (), Came.IN_REVIEW)
    if items:
        return Matter(deal, items)
    waits = any(item.freshness.state is State.WAITING for item in standing.items if item.question in about)
    return Matter(deal, (), Came.WAITING if waits else Came.UP_TO_DATE)


def _stale(items: Iterable[Item]) -> tuple[Item, ...]:
    stale = [item for item in items if item.freshness.state is State.STALE]
    return tuple(sorted(stale, key=lambda item: rank(item.question)))


def _urgency(matter: Matter) -> tuple[int, date, int]:
    """By what of it is most urgent, then by when we want to close it."""
    return rank(matter.items[0].question), matter.deal.close_date or date.max, matter.deal.id


def rank(question: str) -> int:
    """How soon a question is asked, the most urgent at 0."""
    return URGENCY.index(question) if question in URGENCY else len(URGENCY)


def _working_days(after: date, until: date, habits: Habits, most: int) -> int:
    """How many of their working days come after one day, up to another; no more than `most` are counted."""
    count, day = 0, after
    while day < until and count < most:
        day += DAY
        count += is_workday(day, habits)
    return count
