"""How knowledge ages: the product's table, the days around its edges, and what may never make anything fresher."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.answer import Source
from flows.deal import Stage
from flows.freshness import Cause, Freshness, State, freshness, is_waiting, scale_of
from flows.ledger import Known, Wait
from flows.playbook import NEXT_STEP, OPENING, PLAYBOOK, STEERED

DOCUMENT = """
| why_change | 45 | 30 | 21 | 14 |
| no_action | 45 | 30 | 21 | 14 |
| destination | 60 | 45 | 30 | 21 |
| people | 30 | 21 | 14 | 7 |
| decision_path | 45 | 21 | 10 | 5 |
| struggle | 30 | 21 | 14 | 7 |
| our_help | 30 | 21 | 14 | 10 |
| next_step | 14 | 10 | 7 | 3 |
"""
"""The table "How fast it ages" as the product has it."""

CELLS = [
    (question, stage, int(days))
    for question, *row in (line.strip("| ").split(" | ") for line in DOCUMENT.strip().splitlines())
    for stage, days in zip(Stage, row, strict=True)
]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)
BERLIN = "Europe/Berlin"


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type]


HEARD = utc(2026, 11, 3, 10)
"""When Ruth told it: on a Tuesday."""


def told(question: str = "why_change", given_at: datetime = HEARD, **more: Any) -> Known:
    return Known(question, 1, ("We can't do another audit on spreadsheets.",), ("U0LENA",), given_at=given_at, **more)


def state(known: Known | None, stage: Stage | None, now: datetime, **more: Any) -> State:
    return freshness(known.question if known else "why_change", known, stage, now, **more).state


# The table


@pytest.mark.parametrize(("question", "stage", "days"), CELLS)
def test_it_lasts_as_many_days_as_the_table_says_and_is_amber_for_the_last_quarter(
    question: str, stage: Stage, days: int
) -> None:
    known = told(question)
    for age in range(days + 3):
        expected = State.STALE if age >= days else State.AMBER if age >= 0.75 * days else State.FRESH
        assert state(known, stage, HEARD + age * DAY) is expected, age


def test_everything_asked_about_the_customer_has_its_days_and_the_opening_has_none() -> None:
    assert [question.key for question in PLAYBOOK if question.ages] == list(STEERED)


@pytest.mark.parametrize("question", [OPENING, "a_teams_own"])
def test_what_has_no_days_stays_as_it_is(question: str) -> None:
    assert freshness(question, told(question), Stage.SIGNING, HEARD + 999 * DAY) == Freshness(
        State.FRESH, HEARD, days=999
    )


def test_a_deal_without_a_stage_ages_as_in_the_middle() -> None:
    assert state(told(), None, HEARD + 29 * DAY) is State.AMBER
    assert state(told(), None, HEARD + 30 * DAY) is State.STALE


def test_when_the_deal_moves_on_the_shorter_days_hold_at_once() -> None:
    known = told("decision_path")
    assert state(known, Stage.COMPARING, HEARD + 12 * DAY) is State.FRESH
    assert state(known, Stage.DECIDING, HEARD + 12 * DAY) is State.STALE


# Days, as they hang on the wall


def test_it_turns_amber_and_stale_as_the_owners_day_begins() -> None:
    """Told at eleven at night in Berlin. Of ten days, three quarters are over on day 8."""
    known = told(NEXT_STEP, utc(2026, 11, 3, 22))
    amber, stale = utc(2026, 11, 10, 23), utc(2026, 11, 12, 23)
    around = [amber - INSTANT, amber, stale - INSTANT, stale]
    assert [state(known, Stage.COMPARING, now, zone=BERLIN) for now in around] == [
        State.FRESH,
        State.AMBER,
        State.AMBER,
        State.STALE,
    ]
    assert freshness(NEXT_STEP, known, Stage.COMPARING, amber, zone=BERLIN).stale_at == stale


@pytest.mark.parametrize("now", [utc(2026, 11, 23, 23), utc(2026, 11, 24, 8), utc(2026, 11, 24, 22, 59)])
def test_what_was_heard_on_the_third_is_21_days_old_all_through_the_24th(now: datetime) -> None:
    assert freshness("people", told("people"), None, now, zone=BERLIN).days == 21


def test_an_hour_before_midnight_is_yesterday_an_hour_later() -> None:
    known = told(given_at=utc(2026, 11, 3, 22, 30))
    assert freshness("why_change", known, None, utc(2026, 11, 3, 23, 30), zone=BERLIN).days == 1
    assert freshness("why_change", known, None, utc(2026, 11, 3, 23, 30)).days == 0


@pytest.mark.parametrize(
    ("told_on", "stale_on"),
    [
        (utc(2026, 1, 31, 9), utc(2026, 3, 2)),
        (utc(2028, 1, 31, 9), utc(2028, 3, 1)),
        (utc(2026, 12, 31, 9), utc(2027, 1, 30)),
    ],
)
def test_thirty_days_go_over_the_ends_of_months_and_years(told_on: datetime, stale_on: datetime) -> None:
    assert freshness("why_change", told(given_at=told_on), Stage.COMPARING, told_on).stale_at == stale_on


def test_days_are_as_many_when_the_clocks_change() -> None:
    """Berlin sets its clocks back on 25 October and forward on 28 March."""
    back, forward = told("people", utc(2026, 10, 20, 12)), told("people", utc(2027, 3, 25, 12))
    signing = Stage.SIGNING
    assert freshness("people", back, signing, HEARD, zone=BERLIN).stale_at == utc(2026, 10, 26, 23)
    assert freshness("people", forward, signing, HEARD, zone=BERLIN).stale_at == utc(2027, 3, 31, 22)


# The day of their step


@pytest.mark.parametrize(
    ("due", "begins"),
    [
        (date(2026, 11, 5), utc(2026, 11, 5, 23)),
        (date(2026, 10, 24), utc(2026, 10, 24, 22)),
        (date(2026, 10, 25), utc(2026, 10, 25, 23)),
        (date(2027, 3, 27), utc(2027, 3, 27, 23)),
        (date(2027, 3, 28), utc(2027, 3, 28, 22)),
        (date(2026, 11, 30), utc(2026, 11, 30, 23)),
        (date(2026, 12, 31), utc(2026, 12, 31, 23)),
        (date(2028, 2, 29), utc(2028, 2, 29, 23)),
    ],
)
def test_a_step_holds_through_its_day_and_is_stale_as_the_next_begins(due: date, begins: datetime) -> None:
    """Also in the nights in which Berlin changes its clocks, and when a month or a year ends."""
    known = told(NEXT_STEP, begins - 2 * DAY, due=due)
    assert state(known, Stage.EXPLORING, begins - INSTANT, zone=BERLIN) is State.FRESH
    found = freshness(NEXT_STEP, known, Stage.EXPLORING, begins, zone=BERLIN)
    assert (found.state, found.stale_at, found.cause) == (State.STALE, begins, Cause.DUE)


def test_a_day_may_begin_at_one_in_the_morning() -> None:
    """In Santiago the clocks go from midnight to one on Sunday 6 September 2026."""
    known = told(NEXT_STEP, utc(2026, 9, 4, 15), due=date(2026, 9, 5))
    stale_at = freshness(NEXT_STEP, known, Stage.EXPLORING, HEARD, zone="America/Santiago").stale_at
    assert stale_at == utc(2026, 9, 6, 4)


def test_a_day_may_have_two_midnights() -> None:
    """In Havana the clocks go from one back to midnight on Sunday 1 November 2026; the day begins at the first."""
    known = told(NEXT_STEP, utc(2026, 10, 30, 15), due=date(2026, 10, 31))
    stale_at = freshness(NEXT_STEP, known, Stage.EXPLORING, HEARD, zone="America/Havana").stale_at
    assert stale_at == utc(2026, 11, 1, 4)


def test_a_step_in_the_far_future_is_stale_when_its_days_are_over() -> None:
    for due in (date(2027, 2, 1), date.max):
        known = told(NEXT_STEP, due=due)
        found = freshness(NEXT_STEP, known, Stage.SIGNING, HEARD + 3 * DAY)
        assert (found.state, found.cause) == (State.STALE, Cause.DAYS)


@pytest.mark.parametrize(
    ("due", "cause"),
    [(date(2026, 11, 5), Cause.DUE), (date(2026, 11, 6), Cause.DAYS), (date(2026, 11, 7), Cause.DAYS)],
)
def test_it_is_its_own_day_or_the_days_of_the_table_whichever_is_first(due: date, cause: Cause) -> None:
    found = freshness(NEXT_STEP, told(NEXT_STEP, due=due), Stage.SIGNING, HEARD)
    assert (found.stale_at, found.cause) == (utc(2026, 11, 6), cause)


def test_a_day_does_not_fade_before_it_is_over() -> None:
    known = told(NEXT_STEP, due=date(2026, 11, 6))
    assert state(known, Stage.EXPLORING, utc(2026, 11, 6, 23, 59)) is State.FRESH


def test_a_day_that_is_over_stays_over_though_the_step_is_called_still_true() -> None:
    known = told(NEXT_STEP, utc(2026, 11, 23), due=date(2026, 11, 20))
    assert state(known, Stage.EXPLORING, utc(2026, 11, 24)) is State.STALE


# Doubt


def test_a_doubt_makes_it_stale_at_once() -> None:
    doubted_at = HEARD + 2 * DAY + HOUR
    known = told(doubted_at=doubted_at)
    assert state(known, Stage.EXPLORING, doubted_at - INSTANT) is State.FRESH
    assert freshness("why_change", known, Stage.EXPLORING, doubted_at) == Freshness(
        State.STALE, HEARD, doubted_at, 2, Cause.DOUBT
    )


def test_what_the_customer_gives_with_a_doubt_or_after_it_is_as_fresh_as_ever() -> None:
    for doubted_at in (HEARD - HOUR, HEARD):
        assert state(told(doubted_at=doubted_at), Stage.SIGNING, HEARD + DAY) is State.FRESH


def test_a_doubt_about_what_was_stale_already_leaves_it_stale_since_then() -> None:
    found = freshness("why_change", told(doubted_at=utc(2026, 12, 3, 1)), Stage.COMPARING, utc(2026, 12, 3, 2))
    assert (found.stale_at, found.cause) == (utc(2026, 12, 3), Cause.DAYS)


# What nobody knows


def test_what_was_never_talked_about_has_no_age() -> None:
    assert freshness("people", None, Stage.SIGNING, HEARD) == Freshness(State.NEVER)


def test_what_nobody_at_the_customer_ever_gave_was_never_talked_about() -> None:
    assert freshness("people", Known("people", 1, source=Source.OUR_GUESS), None, HEARD) == Freshness(State.NEVER)


def test_what_is_not_known_yet_is_open_for_some_days() -> None:
    known = Known("people", 1, open_since=HEARD)
    assert freshness("people", known, Stage.SIGNING, HEARD + 21 * DAY) == Freshness(State.OPEN, HEARD, days=21)


def test_what_became_open_is_as_old_as_the_question_and_not_as_the_last_answer() -> None:
    known = told("people", HEARD - 90 * DAY, open_since=HEARD, doubted_at=HEARD + DAY)
    assert freshness("people", known, Stage.SIGNING, HEARD + 2 * DAY) == Freshness(State.OPEN, HEARD, days=2)


# Waiting for them


@pytest.mark.parametrize(
    ("until", "over"),
    [
        (date(2026, 11, 24), utc(2026, 11, 24, 23)),
        (date(2026, 11, 27), utc(2026, 11, 29, 23)),
        (date(2026, 11, 28), utc(2026, 11, 29, 23)),
        (date(2026, 11, 29), utc(2026, 11, 29, 23)),
        (date(2026, 12, 31), utc(2026, 12, 31, 23)),
        (date(2027, 3, 26), utc(2027, 3, 28, 22)),
    ],
)
def test_a_wait_is_over_as_the_next_workday_begins(until: date, over: datetime) -> None:
    wait = Wait(until, "their budget round")
    assert is_waiting(wait, over - INSTANT, BERLIN)
    assert not is_waiting(wait, over, BERLIN)
    assert not is_waiting(wait, over + 5 * DAY, BERLIN)


def test_nobody_needs_to_ask_about_what_is_old_while_the_customer_waits() -> None:
    wait = Wait(date(2027, 1, 12), "budget meets")
    ages = (22, 23, 30, 70, 71)
    found = [state(told(), Stage.COMPARING, HEARD + age * DAY, wait=wait) for age in ages]
    assert found == [State.FRESH, State.WAITING, State.WAITING, State.WAITING, State.STALE]


def test_to_wait_answers_no_question() -> None:
    wait = Wait(date(2027, 1, 12), "budget meets")
    assert state(Known("people", 1, open_since=HEARD), None, HEARD + DAY, wait=wait) is State.OPEN
    assert state(None, None, HEARD, wait=wait) is State.NEVER


def test_it_is_known_while_they_wait_since_when_it_is_stale() -> None:
    found = freshness("why_change", told(), None, HEARD + 40 * DAY, wait=Wait(date.max, "budget meets"))
    assert found == Freshness(State.WAITING, HEARD, utc(2026, 12, 3), 40, Cause.DAYS)


# Clocks that jump


def test_what_was_given_in_the_future_is_fresh_and_of_today() -> None:
    found = freshness(NEXT_STEP, told(NEXT_STEP), Stage.SIGNING, HEARD - 400 * DAY)
    assert (found.state, found.days) == (State.FRESH, 0)
    assert freshness("people", Known("people", 1, open_since=HEARD), None, HEARD - DAY).days == 0


# The team's scale


@pytest.mark.parametrize(
    ("durations", "scale"),
    [
        ([], 1.0),
        ([400, 400, 400, 400], 1.0),
        ([90, 90, 90, 90, 90], 1.0),
        ([10, 20, 135, 300, 900], 1.5),
        ([60, 120, 60, 120, 60, 120], 1.0),
        ([3, 3, 3, 3, 400], 0.5),
        ([45, 45, 45, 45, 45], 0.5),
        ([180, 181, 182, 183, 184], 2.0),
        ([0, 0, 0, 0, 0], 0.5),
    ],
)
def test_the_scale_is_the_median_of_enough_closed_deals_over_ninety_days(durations: list[float], scale: float) -> None:
    assert scale_of(durations) == scale


def test_a_quick_team_has_half_the_days_and_a_slow_one_twice_as_many() -> None:
    for scale, days in ((0.5, 15), (1.0, 30), (2.0, 60)):
        assert state(told(), Stage.COMPARING, HEARD + (days - 1) * DAY, scale=scale) is State.AMBER
        assert state(told(), Stage.COMPARING, HEARD + days * DAY, scale=scale) is State.STALE


def test_part_of_a_day_is_not_a_day_yet() -> None:
    known = told(NEXT_STEP)
    assert state(known, Stage.SIGNING, HEARD + DAY, scale=0.5) is State.FRESH
    assert state(known, Stage.SIGNING, HEARD + 2 * DAY, scale=0.5) is State.STALE


def test_a_scale_that_is_no_round_number_takes_no_day_too_many() -> None:
    """A median of 93 days makes 31 of 30; to a computer, a hair more."""
    assert 30 * scale_of([93] * 5) > 31
    assert state(told(), Stage.COMPARING, HEARD + 31 * DAY, scale=scale_of([93] * 5)) is State.STALE


# Still true, and still true


# What may never make anything fresher

ORDER = [State.FRESH, State.AMBER, State.STALE]

unhurried = settings(deadline=None)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
zones = st.sampled_from(["UTC", BERLIN, "America/Los_Angeles", "Pacific/Auckland", "America/Santiago", "Asia/Kolkata"])
scales = st.floats(0.5, 2.0)
stages = st.sampled_from(Stage)
answers = st.builds(
    Known,
    question=st.sampled_from(STEERED),
    review=st.integers(1),
    lines=st.lists(st.text(max_size=5)).map(tuple),
    authors=st.lists(st.text(max_size=5)).map(tuple),
    source=st.none() | st.sampled_from(Source),
    given_at=moments,
    due=st.none() | days,
    repeats=st.integers(0, 5),
    doubted_at=st.none() | moments,
)
open_answers = st.builds(
    Known, question=st.sampled_from(STEERED), review=st.integers(1), open_since=moments, doubted_at=moments
)


def staleness(known: Known, stage: Stage | None, now: datetime, **more: Any) -> int:
    return ORDER.index(state(known, stage, now, **more))


@unhurried
@given(answers, stages, moments, moments, scales, zones)
def test_time_alone_makes_nothing_fresher(
    known: Known, stage: Stage, now: datetime, later: datetime, scale: float, zone: str
) -> None:
    now, later = sorted((now, later))
    assert staleness(known, stage, now, scale=scale, zone=zone) <= staleness(
        known, stage, later, scale=scale, zone=zone
    )


@unhurried
@given(answers, answers, stages, moments)
def test_what_we_do_ourselves_makes_nothing_fresher(known: Known, ours: Known, stage: Stage, now: datetime) -> None:
    """Another review, words put better, a source, one more *still true*: only when they gave it counts."""
    busy = replace(
        known,
        review=ours.review,
        lines=ours.lines,
        authors=ours.authors,
        source=ours.source,
        repeats=ours.repeats,
    )
    assert freshness(known.question, busy, stage, now) == freshness(known.question, known, stage, now)


@unhurried
@given(answers, stages, stages, moments, scales)
def test_a_later_stage_makes_nothing_fresher_and_no_stage_makes_it_newer(
    known: Known, stage: Stage, other: Stage, now: datetime, scale: float
) -> None:
    earlier, later = sorted((stage, other), key=list(Stage).index)
    assert staleness(known, earlier, now, scale=scale) <= staleness(known, later, now, scale=scale)
    assert freshness(known.question, known, earlier, now).days == freshness(known.question, known, later, now).days


@unhurried
@given(answers, stages, moments, scales, scales)
def test_a_slower_team_finds_nothing_staler(
    known: Known, stage: Stage, now: datetime, scale: float, other: float
) -> None:
    quick, slow = sorted((scale, other))
    assert staleness(known, stage, now, scale=slow) <= staleness(known, stage, now, scale=quick)


@unhurried
@given(answers, stages, moments, moments, zones)
def test_a_doubt_makes_nothing_fresher(
    known: Known, stage: Stage, now: datetime, doubted_at: datetime, zone: str
) -> None:
    sure = replace(known, doubted_at=None)
    doubted = replace(known, doubted_at=doubted_at)
    assert staleness(sure, stage, now, zone=zone) <= staleness(doubted, stage, now, zone=zone)


@unhurried
@given(answers, stages, moments, days, zones)
def test_a_day_for_their_step_makes_nothing_fresher(
    known: Known, stage: Stage, now: datetime, due: date, zone: str
) -> None:
    sometime = replace(known, due=None)
    assert staleness(sometime, stage, now, zone=zone) <= staleness(replace(known, due=due), stage, now, zone=zone)


@unhurried
@given(answers, stages, moments, moments, zones)
def test_what_they_give_anew_is_never_staler(
    known: Known, stage: Stage, now: datetime, given_at: datetime, zone: str
) -> None:
    assume(known.given_at and given_at >= known.given_at)
    assert staleness(replace(known, given_at=given_at), stage, now, zone=zone) <= staleness(
        known, stage, now, zone=zone
    )


@unhurried
@given(st.none() | open_answers, st.none() | stages, moments, scales, zones)
def test_what_is_open_or_was_never_talked_about_is_never_stale(
    known: Known | None, stage: Stage | None, now: datetime, scale: float, zone: str
) -> None:
    found = freshness("people", known, stage, now, scale=scale, zone=zone)
    assert found.state is (State.OPEN if known else State.NEVER)
    assert found.stale_at is None and found.cause is None


@unhurried
@given(answers, stages, moments, days, zones)
def test_a_wait_hides_what_is_old_and_changes_nothing_else(
    known: Known, stage: Stage, now: datetime, until: date, zone: str
) -> None:
    wait = Wait(until, "budget meets")
    without = freshness(known.question, known, stage, now, zone=zone)
    waiting = freshness(known.question, known, stage, now, zone=zone, wait=wait)
    old = without.state in (State.AMBER, State.STALE) and is_waiting(wait, now, zone)
    assert waiting == (replace(without, state=State.WAITING) if old else without)


@unhurried
@given(answers, st.none() | stages, moments, scales, zones)
def test_it_is_stale_from_the_moment_it_says(
    known: Known, stage: Stage | None, now: datetime, scale: float, zone: str
) -> None:
    found = freshness(known.question, known, stage, now, scale=scale, zone=zone)
    assert found.stale_at and found.cause and found.days is not None and found.days >= 0
    assert found.stale_at.tzinfo is UTC
    assert (found.state is State.STALE) == (now >= found.stale_at)


@unhurried
@given(st.lists(st.floats(0, 2000), min_size=5), st.floats(0, 2000))
def test_the_scale_stays_between_a_half_and_two_and_grows_with_the_deals(durations: list[float], more: float) -> None:
    assert 0.5 <= scale_of(durations) <= 2
    assert scale_of([each + more for each in durations]) >= scale_of(durations)
