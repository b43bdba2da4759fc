"""The rules of nudges: to whom, when, about what, how often; each as a pure function of what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import nudging
from flows.deal import Deal, Ending
from flows.hours import Habits, is_workday, is_working, local_day
from flows.ledger import Known
from flows.nudging import Came, Nudge, Plan, Result, Standing
from flows.outlook import outlook
from flows.periods import CALENDAR
from flows.playbook import NEXT_STEP, STEERED

BERLIN = Habits("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Berlin
LONG_AGO = NOW - timedelta(days=100)
DEAL = Deal(1, "T1", "", "Northwind", "U1", close_date=date(2026, 12, 11))


def standing(
    deal: Deal = DEAL, *questions: str, given: datetime = LONG_AGO, now: datetime = NOW, **how: object
) -> Standing:
    """A deal of which these questions (or all) were last given at a moment."""
    ledger = {key: Known(key, 1, ("words",), given_at=given) for key in questions or STEERED}
    looked = Standing(deal, outlook(deal, ledger, now, scale=1.0, zone="Europe/Berlin"))
    return replace(looked, **how)  # type: ignore[arg-type]


def sent(day: date, outcome: Result | None = None, number: int = 1) -> Nudge:
    at = datetime.combine(day, time(10), ZoneInfo("Europe/Berlin")).astimezone(UTC)
    return Nudge(number, "T1", "U1", day, at, "D1", ((1, "people"),), outcome)


def plan(*deals: Standing, habits: Habits = BERLIN, before: tuple[Nudge, ...] = (), now: datetime = NOW) -> Plan | None:
    return nudging.plan("U1", deals, habits, before, now)


# About what


def test_one_nudge_is_about_all_deals() -> None:
    found = plan(standing(), standing(replace(DEAL, id=2)))
    assert found and {deal for deal, _ in found.items} == {1, 2} and len(found.items) == 2 * len(STEERED)


def test_what_is_fresh_open_or_was_never_talked_about_is_no_reason_to_nudge() -> None:
    fresh = standing(given=NOW - timedelta(days=1))
    still_open = {key: Known(key, 1, open_since=LONG_AGO) for key in STEERED}
    opened = Standing(DEAL, outlook(DEAL, still_open, NOW, scale=1.0, zone="UTC"))
    never = Standing(DEAL, outlook(DEAL, {}, NOW, scale=1.0, zone="UTC"))
    assert plan(fresh, opened, never) is None


@pytest.mark.parametrize(
    "deal",
    [
        replace(DEAL, ending=Ending.WON),
        replace(DEAL, nudges=False),
        replace(DEAL, owner="U2"),
        replace(DEAL, waits_until=date(2026, 11, 24)),
        replace(DEAL, close_date=date(2027, 1, 1)),
        replace(DEAL, close_date=None),
    ],
    ids=["closed", "stopped", "another's", "waiting", "next quarter", "no date"],
)
def test_a_deal_that_nobody_is_to_be_asked_about(deal: Deal) -> None:
    assert plan(standing(deal)) is None


def test_a_deal_whose_review_is_open_is_being_asked_about_already() -> None:
    assert plan(standing(in_review=True, reviewed_at=NOW)) is None


def test_a_deal_of_another_period_counts_once_a_review_of_it_was_started_in_this_one() -> None:
    for deal in (replace(DEAL, close_date=None), replace(DEAL, close_date=date(2027, 3, 1))):
        assert plan(standing(deal, reviewed_at=datetime(2026, 9, 30, 12, tzinfo=UTC))) is None
        assert plan(standing(deal, reviewed_at=datetime(2026, 10, 1, 12, tzinfo=UTC)))


def test_an_overdue_deal_is_in_every_period() -> None:
    assert plan(standing(replace(DEAL, close_date=date(2025, 3, 31))))


def test_the_quarter_begins_where_the_person_is() -> None:
    begun = standing(replace(DEAL, close_date=None), reviewed_at=datetime(2026, 9, 30, 22, 30, tzinfo=UTC))
    assert nudging.is_in_period(begun, date(2026, 11, 24), "Europe/Berlin")
    assert not nudging.is_in_period(begun, date(2026, 11, 24), "America/New_York")


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_quarter_has_three_months_and_every_day_is_in_its_own(day: date) -> None:
    first, last = CALENDAR.of(day)
    assert first <= day <= last and first.day == 1 and (last + timedelta(days=1)).day == 1
    assert 90 <= (last - first).days + 1 <= 92


def test_the_most_urgent_comes_first() -> None:
    later = replace(DEAL, id=2, close_date=date(2026, 12, 20))
    found = plan(
        standing(replace(DEAL, id=3), "our_help", "why_change"), standing(later, "people"), standing(DEAL, "people")
    )
    assert found and found.items == ((1, "people"), (2, "people"), (3, "why_change"), (3, "our_help"))
    assert nudging.URGENCY[0] == NEXT_STEP and set(nudging.URGENCY) == set(STEERED)


def test_a_short_review_asks_the_three_most_urgent_in_the_order_of_the_playbook() -> None:
    found = plan(standing())
    assert found and nudging.questions_for(found.matters[0]) == ("people", "decision_path", NEXT_STEP)


# When


def test_not_outside_their_hours_nor_on_days_off() -> None:
    tuesday = date(2026, 11, 24)
    assert plan(standing(), now=NOW.replace(hour=7)) is None
    assert plan(standing(), now=NOW.replace(hour=16)) is None
    assert plan(standing(), habits=replace(BERLIN, away_from=tuesday, away_until=tuesday)) is None
    assert plan(standing(), habits=replace(BERLIN, workdays=frozenset({0, 2}))) is None
    assert plan(standing(), habits=replace(BERLIN, nudges=False)) is None
    thanksgiving = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    assert plan(standing(), habits=Habits("America/New_York", country="US"), now=thanksgiving) is None


def test_once_a_day() -> None:
    assert plan(standing(), before=(sent(date(2026, 11, 24), Result.NEW),)) is None
    assert plan(standing(), before=(sent(date(2026, 11, 23), Result.NEW),))


def test_whoever_flies_west_has_the_day_once() -> None:
    """It was already Tuesday when they got it, and is Tuesday still."""
    flown = replace(sent(date(2026, 11, 24), Result.NEW), at=datetime(2026, 11, 24, 5, tzinfo=UTC))
    assert (
        plan(standing(), habits=Habits("Pacific/Honolulu"), before=(flown,), now=datetime(2026, 11, 24, 19, tzinfo=UTC))
        is None
    )


def test_a_clock_that_was_ahead_silences_nobody() -> None:
    assert plan(standing(), before=(sent(date(2027, 11, 24), Result.NEW),))


# How often


def nudged_days(ignoring: int, days: int = 60, react: Result = Result.IGNORED) -> list[tuple[date, bool]]:
    """On which days somebody is nudged who reacts to the first nudges after having ignored so many."""
    before: list[Nudge] = []
    found = []
    for passed in range(days):
        now = NOW + timedelta(days=passed)
        if made := plan(standing(now=now), before=tuple(before[-nudging.LOOKS_BACK :]), now=now):
            outcome = Result.IGNORED if len(before) < ignoring else react
            before.append(sent(made.day, outcome, len(before)))
            found.append((made.day, made.eases_off))
    return found


def test_ignored_they_come_less_often_and_say_so_once() -> None:
    found = nudged_days(ignoring=100, days=36)
    weekdays = [day for day in (date(2026, 11, 24) + timedelta(days=n) for n in range(40)) if day.weekday() < 5]
    assert [weekdays.index(day) for day, _ in found] == [0, 1, 3, 5, 10, 15, 20, 25]
    assert [eases for _, eases in found] == [False, False, True, False, False, False, False, False]


@pytest.mark.parametrize("reaction", [*Result][2:])
def test_any_reaction_resets_that(reaction: Result) -> None:
    found = [day for day, _ in nudged_days(ignoring=4, days=30, react=reaction)]
    assert (found[4] - found[3]).days == 7
    assert all((after - day).days in (1, 3) for day, after in pairwise(found[4:]))


def test_one_that_was_not_delivered_says_nothing_about_the_person() -> None:
    lost = sent(date(2026, 11, 23), Result.UNDELIVERED)
    seen = sent(date(2026, 11, 20), Result.NEW)
    assert nudging.ignored((lost, seen)) == 0
    assert nudging.ignored((lost, replace(seen, outcome=None), sent(date(2026, 11, 19), Result.IGNORED))) == 2


def test_days_off_do_not_count_as_working_days() -> None:
    before = (sent(date(2026, 11, 19)), sent(date(2026, 11, 20)))  # Thursday and Friday
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert plan(standing(), before=before, now=monday) is None
    assert plan(standing(), before=before)
    away = replace(BERLIN, away_from=date(2026, 11, 23), away_until=date(2026, 11, 23))
    assert plan(standing(), habits=away, before=before) is None


# What came of it


def test_the_best_outcome_counts() -> None:
    nudge = sent(date(2026, 11, 24))
    assert nudge.improves(Result.IGNORED) and nudge.improves(Result.SNOOZED)
    assert replace(nudge, outcome=Result.SNOOZED).improves(Result.NEW)
    assert not replace(nudge, outcome=Result.NEW).improves(Result.STILL_TRUE)


@pytest.mark.parametrize(
    ("deal", "came"),
    [
        (DEAL, None),
        (replace(DEAL, ending=Ending.NO_DECISION), Came.CLOSED),
        (replace(DEAL, owner="U2"), Came.HANDED_OVER),
        (replace(DEAL, nudges=False), Came.STOPPED),
        (replace(DEAL, waits_until=date(2026, 12, 1)), Came.WAITING),
    ],
)
def test_what_came_of_a_deal_is_seen_from_the_deal(deal: Deal, came: Came | None) -> None:
    (matter,) = nudging.resume(sent(date(2026, 11, 24)), {1: standing(deal)})
    assert matter.came is came and bool(matter.items) is (came is None)


def test_a_deal_of_which_all_was_heard_is_up_to_date() -> None:
    nudge = sent(date(2026, 11, 24))
    (matter,) = nudging.resume(nudge, {1: standing(given=NOW)})
    assert matter.came is Came.UP_TO_DATE
    (matter,) = nudging.resume(nudge, {1: standing(in_review=True)})
    assert matter.came is Came.IN_REVIEW
    assert nudging.resume(nudge, {}) == ()


# Properties

HABITS = st.builds(
    Habits,
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Pacific/Chatham"]),
    begins=st.times(max_value=time(11)),
    ends=st.times(min_value=time(12)),
    workdays=st.frozensets(st.integers(0, 6), min_size=1),
    country=st.sampled_from(["", "DE", "US"]),
    nudges=st.booleans(),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
BEFORE = st.lists(st.tuples(st.integers(0, 30), st.sampled_from([None, *Result])), max_size=6)


@given(HABITS, MOMENTS, BEFORE, st.integers(0, 90))
def test_whatever_there_is_to_ask_nobody_is_asked_off_work_or_twice_a_day(
    habits: Habits, now: datetime, before: list[tuple[int, Result | None]], age: int
) -> None:
    today = local_day(now, habits.zone)
    nudges = tuple(sent(today - timedelta(days=ago), outcome) for ago, outcome in before)
    found = plan(standing(given=now - timedelta(days=age), now=now), habits=habits, before=nudges, now=now)
    if found:
        assert habits.nudges and is_working(now, habits) and found.day == today
        assert today not in {nudge.day for nudge in nudges}
        assert found.items and all(question in STEERED for _, question in found.items)


@given(HABITS, MOMENTS, st.integers(1, 30), st.sampled_from([r for r in Result if r is not Result.IGNORED]))
def test_who_reacts_can_be_asked_on_each_working_day(habits: Habits, now: datetime, ago: int, outcome: Result) -> None:
    day = local_day(now, habits.zone) - timedelta(days=ago)
    nudge = Nudge(1, "T1", "U1", day, now - timedelta(days=ago + 1), "D1", (), outcome)
    assert nudging.may_come(habits, (nudge,), now) is is_working(now, habits)


@given(st.lists(st.sampled_from([None, *Result]), max_size=8))
def test_more_ignored_never_means_more_often(outcomes: list[Result | None]) -> None:
    nudges = [sent(date(2026, 11, 1) + timedelta(days=n), outcome) for n, outcome in enumerate(outcomes)]
    days = [date(2026, 11, 10) + timedelta(days=n) for n in range(20)]
    may = [nudging.may_come(BERLIN, nudges, NOW.replace(day=day.day)) for day in days if is_workday(day, BERLIN)]
    ignoring = [*nudges, sent(date(2026, 11, 9), None)]
    after = [nudging.may_come(BERLIN, ignoring, NOW.replace(day=day.day)) for day in days if is_workday(day, BERLIN)]
    assert sum(after) <= sum(may)
