"""How knowledge ages: fresh when the customer's side gives it, then amber, then stale, until they give it anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import ceil
from statistics import median
from zoneinfo import ZoneInfo

from flows.deal import Stage
from flows.hours import DAY, Habits, is_workday, local_day
from flows.ledger import Known, Wait
from flows.playbook import STANDARD, Playbook


class State(StrEnum):
    """How far what we know about a question can still be relied on."""

    FRESH = "fresh"
    AMBER = "amber"  # three quarters of its days are over
    STALE = "stale"
    OPEN = "open"  # not known yet
    WAITING = "waiting"  # old, but they cannot move before a day and said why
    NEVER = "never"  # never talked about


class Cause(StrEnum):
    """What makes it stale."""

    DAYS = "days"  # it is too long ago
    DUE = "due"  # the day of their step is over
    DOUBT = "doubt"  # something happened which may have changed it


@dataclass(frozen=True)
class Freshness:
    """How fresh what we know about one question is at a moment.

    `since` is when the customer's side last gave it, or since when it is open. `stale_at` is when it becomes or became
    stale, and `cause` by what; both are None for what does not age. `days` is its age in whole calendar days. Moments
    are in UTC.
    """

    state: State
    since: datetime | None = None
    stale_at: datetime | None = None
    days: int | None = None
    cause: Cause | None = None


AMBER_FROM = 0.75
"""The part of its days after which an answer is amber."""

USUAL_DAYS = 90
"""From first review to close: a team that takes so long has the days of the table as they are."""

ENOUGH_DEALS = 5
"""Of five deals, the quickest and the slowest have the team's true median between them 15 times in 16; of four, 7 in 8.

From five on, it also takes three odd deals to lead the median astray.
"""


def freshness(
    question: str,
    known: Known | None,
    stage: Stage | None,
    now: datetime,
    *,
    scale: float = 1.0,
    wait: Wait | None = None,
    zone: str = "UTC",
    playbook: Playbook = STANDARD,
) -> Freshness:
    """How fresh what we know about a question is at `now`, by the product's rules in "How fast it ages".

    The table counts calendar days, so they are counted here as on the wall of the owner, in their IANA `zone`: what was
    heard on 3 November is 21 days old from the first to the last minute of 24 November. But for a doubt, it changes as
    a day begins, and part of a day is not a day yet: three quarters of 30 days are over on day 23.

    - It is stale when its days in the `playbook`, times the team's `scale`, are over, or when the day of their step is,
      "whichever is first". "By Thursday" includes Thursday, so "its date passes (same day)" as Friday begins, with no
      days of grace. A date does not fade before that: only the days of the table turn amber. Once over, a day stays
      over, even for what is called still true afterwards: a step that is still to come needs a new day.
    - A doubt makes it stale at once, unless the customer's side gave it then or later.
    - What is not known yet does not age: it is open, and has an age. What nobody there ever gave us was never heard.
    - While the customer waits, what would be amber or stale is waiting instead. What is fresh stays fresh and what is
      open stays open: to wait means that nobody needs to ask again, not that anything is known or answered.
    - Without a stage it ages as in the middle of the table, where it is the least mistaken if the stage turns out to
      be another.
    - What is given in the future, by a clock that was set back, is fresh and 0 days old.
    """
    since = known and (known.open_since or known.given_at)
    if not known or not since:
        return Freshness(State.NEVER)
    day = local_day(since, zone)
    days = max(0, (local_day(now, zone) - day).days)
    if known.is_open:
        return Freshness(State.OPEN, since, days=days)
    if not (lasts := lasts_for(question, stage, playbook)):
        return Freshness(State.FRESH, since, days=days)

    lasts *= scale
    amber_at = _start(day + _whole_days(lasts * AMBER_FROM), zone)
    over, cause = day + _whole_days(lasts), Cause.DAYS
    if known.due and known.due < over:
        over, cause = known.due + DAY, Cause.DUE
    stale_at = _start(over, zone)
    if known.doubted_at and since < known.doubted_at <= stale_at:
        stale_at, cause = known.doubted_at, Cause.DOUBT

    state = State.STALE if now >= stale_at else State.AMBER if now >= amber_at else State.FRESH
    if state is not State.FRESH and wait and is_waiting(wait, now, zone):
        state = State.WAITING
    return Freshness(state, since, stale_at, days, cause)


def lasts_for(question: str, stage: Stage | None, playbook: Playbook = STANDARD) -> float:
    """For how many calendar days an answer is relied on at a stage; 0 if it does not age.

    That is the opening, which is a snapshot, and what a team lets stand.
    """
    asked = playbook.find(question)
    return asked.ages[list(Stage).index(stage or Stage.COMPARING)] if asked and asked.ages else 0.0


def is_waiting(wait: Wait, now: datetime, zone: str) -> bool:
    """Whether the customer still waits, and so nobody is nudged: until their day "+ 1 workday" in an IANA zone.

    A wait until Friday is over as Monday begins, and so is one until Saturday.
    """
    day = local_day(now, zone)
    while not is_workday(day, Habits(zone)):
        day -= DAY
    return day <= wait.until


def scale_of(durations_in_days: Sequence[float]) -> float:
    """How much slower than usual a team's deals are, from the days between first review and close of its closed deals.

    Their median over 90, held between 0.5 and 2, as the product has it. With fewer than five deals it is 1.0: they may
    as well be the odd ones.
    """
    if len(durations_in_days) < ENOUGH_DEALS:
        return 1.0
    return min(2.0, max(0.5, median(durations_in_days) / USUAL_DAYS))


def _whole_days(days: float) -> timedelta:
    """Up to the day on which so many days are over. Rounded first, as 30 * (93 / 90) is a hair above 31."""
    return timedelta(days=ceil(round(days, 6)))


def _start(day: date, zone: str) -> datetime:
    """The moment in UTC at which a day begins in an IANA zone, also where the clocks are changed at midnight."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
