"""The calendar of forecast calls: their days, holidays, clock changes, when reviews open; and how people say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.calendar import ROOM, Planned, due, first, missed, upcoming
from flows.calls import THIS_QUARTER, Choice, Schedule
from flows.hours import Habits
from flows.moments import moment
from flows.recurring import Recurring, read_recurring
from flows.times import NotUnderstood, UnknownZone, When

THURSDAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MAYA = Habits("Europe/London")
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")


def schedule(**changes: object) -> Schedule:
    """Every Thursday at ten in London, from 26 November on."""
    usual = Schedule(
        id=1,
        team="T1",
        manager="U1",
        channel="C1",
        begins=THURSDAY,
        every_weeks=1,
        time=time(10),
        zone="Europe/London",
        country="",
        choice=Choice(("U2",)),
        in_direct=False,
        since=NOW,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def next_days(of: Schedule, many: int = 3, manager: Habits = MAYA, now: datetime = NOW) -> list[date]:
    return [each.day for each in islice(upcoming(of, manager, now), many)]


def local(at: datetime, zone: str = "Europe/London") -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


# Days


@pytest.mark.parametrize(
    ("weeks", "days"),
    [(1, [26, 3, 10]), (2, [26, 10, 24]), (4, [26, 24, 21])],
)
def test_a_call_comes_back_every_so_many_weeks(weeks: int, days: list[int]) -> None:
    found = next_days(schedule(every_weeks=weeks))
    assert [day.day for day in found] == days
    assert {day.weekday() for day in found} == {3}


def test_every_second_week_keeps_its_rhythm_from_the_day_it_began() -> None:
    long_ago = schedule(begins=THURSDAY - timedelta(weeks=101), every_weeks=2)
    assert next_days(long_ago, 2) == [date(2026, 12, 3), date(2026, 12, 17)]


def test_the_call_of_today_counts_until_it_begins() -> None:
    at_ten = datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert next_days(schedule(), 1, now=at_ten - timedelta(seconds=1)) == [THURSDAY]
    assert next_days(schedule(), 1, now=at_ten) == [date(2026, 12, 3)]


def test_a_holiday_moves_a_call_to_the_working_day_before() -> None:
    new_year = next(upcoming(schedule(begins=date(2026, 12, 31), country="DE"), MAYA, NOW))
    assert not new_year.is_moved
    christmas = schedule(begins=date(2026, 12, 25), country="DE")  # a Friday
    (found,) = islice(upcoming(christmas, MAYA, NOW), 1)
    assert (found.planned, found.day, found.is_moved) == (date(2026, 12, 25), date(2026, 12, 24), True)
    boxing_day_observed = schedule(begins=date(2026, 12, 28), country="GB")  # a Monday; Friday is Christmas
    assert next_days(boxing_day_observed, 1) == [date(2026, 12, 24)]


def test_holidays_of_a_part_of_a_country_count_there() -> None:
    corpus_christi = schedule(begins=date(2028, 6, 15), country="DE-BY")
    now = datetime(2028, 6, 1, tzinfo=UTC)
    assert next_days(corpus_christi, 1, now=now) == [date(2028, 6, 14)]
    assert next_days(replace(corpus_christi, country="DE"), 1, now=now) == [date(2028, 6, 15)]


def test_a_call_on_a_sunday_is_no_accident() -> None:
    """Where people work on Sundays nobody moves a call from there; and it moves to a day on which its manager works."""
    tel_aviv = Habits("Asia/Jerusalem", workdays=frozenset({6, 0, 1, 2, 3}))
    sundays = schedule(begins=date(2026, 11, 29), zone="Asia/Jerusalem", country="IL")
    assert next_days(sundays, 1, tel_aviv) == [date(2026, 11, 29)]
    passover = replace(sundays, begins=date(2026, 9, 13), every_weeks=1)  # the second day of the Jewish year
    assert next_days(passover, 1, tel_aviv, datetime(2026, 9, 1, tzinfo=UTC)) == [date(2026, 9, 10)]


def test_a_week_that_is_all_holidays_has_no_call() -> None:
    """In China the spring festival of 2025 was one; a call of its end does not move into the week before."""
    mondays = schedule(begins=date(2025, 1, 20), country="CN", zone="Asia/Shanghai")
    found = list(islice(upcoming(mondays, MAYA, datetime(2025, 1, 18, tzinfo=UTC)), 3))
    assert [each.planned for each in found] == [date(2025, 1, 20), date(2025, 1, 27), date(2025, 2, 10)]


def test_the_calendar_ends() -> None:
    last = schedule(begins=date(9999, 12, 23))
    assert next_days(last, 5) == [date(9999, 12, 23), date(9999, 12, 30)]


# The clocks


def test_a_call_in_an_hour_that_is_skipped_is_as_long_after_the_change() -> None:
    night = schedule(begins=date(2027, 3, 28), time=time(1, 30))  # London goes from one to two
    found = next(upcoming(night, MAYA, NOW))
    assert found.is_skipped
    assert local(found.at) == "Sun 28 Mar 02:30"
    following = next(upcoming(night, MAYA, found.at))
    assert not following.is_skipped
    assert local(following.at) == "Sun 04 Apr 01:30"


def test_a_call_in_an_hour_that_comes_twice_is_in_the_first() -> None:
    night = schedule(begins=date(2027, 10, 31), time=time(1, 30))
    found = next(upcoming(night, MAYA, NOW))
    assert not found.is_skipped
    assert found.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_call_stays_at_its_hour_when_the_clocks_change() -> None:
    around = datetime(2027, 3, 20, tzinfo=UTC)
    assert [local(each.at) for each in islice(upcoming(schedule(), MAYA, around), 2)] == [
        "Thu 25 Mar 10:00",
        "Thu 01 Apr 10:00",
    ]
    utc = [each.at.hour for each in islice(upcoming(schedule(), MAYA, around), 2)]
    assert utc == [10, 9]


# When reviews open


@pytest.mark.parametrize(
    ("days_ahead", "opens"),
    [(1, "Wed 25 Nov 09:00"), (2, "Tue 24 Nov 09:00"), (3, "Mon 23 Nov 09:00"), (4, "Fri 20 Nov 09:00")],
)
def test_reviews_open_as_the_managers_day_begins_some_working_days_before(days_ahead: int, opens: str) -> None:
    found = next(upcoming(schedule(days_ahead=days_ahead), MAYA, NOW))
    assert local(found.opens_at) == opens


def test_reviews_open_by_the_managers_own_hours_and_clock() -> None:
    abroad = Habits("America/New_York", begins=time(7, 30), workdays=frozenset({0, 1, 3, 4}))
    found = next(upcoming(schedule(), abroad, NOW))
    assert local(found.opens_at, "America/New_York") == "Tue 24 Nov 07:30"  # no work on Wednesdays


def test_a_call_is_prepared_a_week_ahead_at_most() -> None:
    mondays_only = replace(MAYA, workdays=frozenset({0}))
    assert local(next(upcoming(schedule(days_ahead=5), mondays_only, NOW)).opens_at) == "Thu 19 Nov 10:00"


def test_reviews_open_while_the_manager_is_away() -> None:
    away = replace(MAYA, away_from=date(2026, 11, 23), away_until=date(2026, 11, 27))
    assert local(next(upcoming(schedule(), away, NOW)).opens_at) == "Wed 25 Nov 09:00"


def test_reviews_open_before_a_holiday_if_the_day_before_is_one() -> None:
    after_thanksgiving = schedule(begins=date(2026, 11, 27), country="US")
    assert local(next(upcoming(after_thanksgiving, MAYA, NOW)).opens_at) == "Wed 25 Nov 09:00"


def test_who_begins_late_leaves_people_time_all_the_same() -> None:
    night_owl = Habits("Europe/London", begins=time(22), ends=time(23, 30))
    found = next(upcoming(schedule(time=time(0, 15)), night_owl, NOW))
    assert found.at - found.opens_at == 2 * ROOM


# What is due


def test_nothing_is_due_before_reviews_open_and_then_until_two_hours_before_the_call() -> None:
    of = schedule()
    opens, at = datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert due(of, MAYA, opens - timedelta(seconds=1)) is None
    assert due(of, MAYA, opens) == first(of, MAYA)
    assert due(of, MAYA, at - ROOM) == first(of, MAYA)
    assert missed(of, MAYA, at - ROOM) == ()
    too_late = at - ROOM + timedelta(seconds=1)
    assert due(of, MAYA, too_late) is None
    assert [each.at for each in missed(of, MAYA, too_late)] == [at]


def test_what_was_missed_does_not_hold_up_what_is_due() -> None:
    three_weeks_on = datetime(2026, 12, 16, 12, tzinfo=UTC)
    assert [each.day.day for each in missed(schedule(), MAYA, three_weeks_on)] == [26, 3, 10]
    found = due(schedule(), MAYA, three_weeks_on)
    assert found
    assert found.day == date(2026, 12, 17)


def test_what_is_prepared_is_not_due_again() -> None:
    found = first(schedule(), MAYA)
    assert found
    prepared = schedule(since=found.at)
    assert due(prepared, MAYA, found.opens_at + timedelta(hours=3)) is None
    following = first(prepared, MAYA)
    assert following
    assert following.day == date(2026, 12, 3)


days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
schedules = st.builds(
    schedule,
    begins=days,
    every_weeks=st.sampled_from([1, 2, 4]),
    time=st.times(),
    zone=st.sampled_from(ZONES),
    country=st.sampled_from(["", "GB", "DE-BY", "US", "JP"]),
    days_ahead=st.integers(1, 5),
)
managers = st.builds(
    Habits,
    zone=st.sampled_from(ZONES),
    begins=st.times(max_value=time(11, 59)),
    ends=st.times(min_value=time(12)),
    workdays=st.frozensets(st.integers(0, 6), min_size=1),
    country=st.sampled_from(["", "GB", "US"]),
)


@settings(deadline=None)
@given(schedules, managers, days)
def test_calls_are_in_order_in_their_own_turn_and_at_their_hour(of: Schedule, manager: Habits, day: date) -> None:
    now = datetime.combine(day, time(12), UTC)
    found: list[Planned] = list(islice(upcoming(of, manager, now), 6))
    for each in found:
        assert each.at > now
        assert (each.planned - of.begins).days % (7 * of.every_weeks) == 0
        assert timedelta() <= each.planned - each.day < timedelta(weeks=of.every_weeks)
        assert each.at == moment(each.day, of.time, of.zone).at
        assert each.at - timedelta(days=7) <= each.opens_at <= each.at - 2 * ROOM
    for one, other in pairwise(found):
        assert one.planned < other.planned
        assert one.at < other.at


@settings(deadline=None)
@given(schedules, managers, days)
def test_looking_later_forgets_no_call(of: Schedule, manager: Habits, day: date) -> None:
    now = datetime.combine(day, time(12), UTC)
    found = list(islice(upcoming(of, manager, now), 4))
    for number, each in enumerate(found[:-1]):
        assert next(upcoming(of, manager, each.at)) == found[number + 1]
        assert next(upcoming(of, manager, each.at - timedelta(seconds=1))) == each


@settings(deadline=None)
@given(schedules, managers, st.lists(st.integers(1, 24 * 9), max_size=30))
def test_whenever_somebody_looks_each_call_is_prepared_or_missed_once(
    of: Schedule, manager: Habits, pauses: list[int]
) -> None:
    """The bot may be away for hours or days: it then looks, does what is due, and notes how far it has come."""
    now = datetime.combine(of.begins, time(12), UTC) - timedelta(days=9)
    of, seen = replace(of, since=now), []
    for hours in pauses:
        now += timedelta(hours=hours)
        late, found = missed(of, manager, now), due(of, manager, now)
        done = [*late, *([found] if found else [])]
        for each in late:
            assert each.at < now + ROOM
        if found:
            assert found.opens_at <= now <= found.at - ROOM
        seen += [each.planned for each in done]
        of = replace(of, since=done[-1].at) if done else of
    assert seen == sorted(set(seen))
    all_until_now = [each.planned for each in upcoming(replace(of), manager, of.since) if each.at < now + ROOM]
    assert all_until_now == []


# How people say it


@pytest.mark.parametrize(
    ("text", "weeks", "day", "wall", "zone", "period"),
    [
        ("every Thu 10:00", 1, 26, time(10), "Europe/London", ""),
        ("each week on Thursday at 9.30", 1, 26, time(9, 30), "Europe/London", ""),
        ("weekly Thu 10am", 1, 26, time(10), "Europe/London", ""),
        ("every other Thu 10:00", 2, 26, time(10), "Europe/London", ""),
        ("every two weeks on Thu 10:00 Europe/Berlin", 2, 26, time(10), "Europe/Berlin", ""),
        ("fortnightly on Fri 4pm", 2, 27, time(16), "Europe/London", ""),
        ("every 4 weeks 2026-12-03 10:00", 4, 3, time(10), "Europe/London", ""),
        ("this quarter every Thu 10:00", 1, 26, time(10), "Europe/London", THIS_QUARTER),
        ("in Q4 FY26 EVERY 2 weeks thu 10:00", 2, 26, time(10), "Europe/London", "Q4 FY26"),
        ("every Tue 9:30", 1, 24, time(9, 30), "Europe/London", ""),
        ("every Tue 8:30", 1, 1, time(8, 30), "Europe/London", ""),
    ],
)
def test_how_people_say_that_a_call_comes_back(
    text: str, weeks: int, day: int, wall: time, zone: str, period: str
) -> None:
    found = read_recurring(text, NOW, "Europe/London")
    assert found == Recurring(weeks, When(found.first.day, wall, zone), period)
    assert found.first.day.day == day


@pytest.mark.parametrize(
    "text",
    ["Thu 10:00", "every day 10:00", "every 10:00", "every Thu", "every 3 weeks Thu 10:00", "every month on Thu 10:00",
     "Q4 every Thu 10:00", "every", "in every Thu 10:00"],
)  # fmt: skip
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read_recurring(text, NOW, "Europe/London")


def test_a_zone_that_nobody_keeps_a_clock_by() -> None:
    with pytest.raises(UnknownZone):
        read_recurring("every Thu 10:00 Europe/Londn", NOW, "Europe/London")
