"""When a person works: local hours on local days, also in the nights in which the clocks are changed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.hours import (
    Habits,
    countries,
    is_country,
    is_workday,
    is_working,
    local_day,
    next_morning,
    next_working_moment,
)

BERLIN = Habits("Europe/Berlin")
EVERY_DAY = frozenset(range(7))
MINUTE = timedelta(minutes=1)


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


# Hours and days


@pytest.mark.parametrize(
    ("now", "working"),
    [
        (utc(2026, 11, 24, 7, 59, 59), False),
        (utc(2026, 11, 24, 8), True),
        (utc(2026, 11, 24, 15, 59, 59), True),
        (utc(2026, 11, 24, 16), False),
        (utc(2026, 11, 28, 10), False),
    ],
)
def test_hours_are_from_nine_up_to_five_on_a_weekday(now: datetime, working: bool) -> None:
    assert is_working(now, BERLIN) is working


def test_whoever_is_working_need_not_be_waited_for() -> None:
    assert next_working_moment(utc(2026, 11, 24, 8, 17, 3), BERLIN) == utc(2026, 11, 24, 8, 17, 3)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (utc(2026, 11, 24, 2), utc(2026, 11, 24, 8)),
        (utc(2026, 11, 24, 16), utc(2026, 11, 25, 8)),
        (utc(2026, 11, 27, 16), utc(2026, 11, 30, 8)),
    ],
)
def test_whoever_is_not_is_waited_for_until_their_hours_begin(now: datetime, begins: datetime) -> None:
    assert next_working_moment(now, BERLIN) == begins


def test_a_week_can_begin_on_a_sunday() -> None:
    cairo = Habits("Africa/Cairo", workdays=frozenset({6, 0, 1, 2, 3}))
    assert next_working_moment(utc(2026, 11, 26, 18), cairo) == utc(2026, 11, 29, 7)


def test_somebody_works_on_tuesdays_only_and_in_the_afternoon() -> None:
    seldom = replace(BERLIN, begins=time(13, 15), ends=time(16), workdays=frozenset({1}))
    assert next_working_moment(utc(2026, 11, 24, 15), seldom) == utc(2026, 12, 1, 12, 15)


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("UTC", utc(2026, 11, 25, 9)),
        ("Asia/Kathmandu", utc(2026, 11, 25, 3, 15)),
        ("Pacific/Chatham", utc(2026, 11, 24, 19, 15)),
        ("Pacific/Kiritimati", utc(2026, 11, 24, 19)),
        ("Pacific/Pago_Pago", utc(2026, 11, 24, 20)),
    ],
)
def test_nine_is_nine_wherever_they_are(zone: str, begins: datetime) -> None:
    assert next_working_moment(utc(2026, 11, 24, 18), Habits(zone)) == begins


def test_without_a_zone_the_clock_is_that_of_greenwich() -> None:
    assert Habits() == Habits("UTC")


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Kiritimati", date(2026, 11, 25)), ("UTC", date(2026, 11, 24)), ("Pacific/Niue", date(2026, 11, 23))],
)
def test_at_one_moment_calendars_show_three_days(zone: str, day: date) -> None:
    assert local_day(utc(2026, 11, 24, 10, 30), zone) == day


def test_whoever_wants_no_nudges_works_nevertheless() -> None:
    assert is_working(utc(2026, 11, 24, 12), replace(BERLIN, nudges=False))


@pytest.mark.parametrize(
    "habits",
    [
        {"begins": time(22), "ends": time(6)},
        {"begins": time(9), "ends": time(9)},
        {"workdays": frozenset()},
        {"workdays": frozenset({7})},
        {"away_from": date(2026, 12, 1)},
        {"away_until": date(2026, 12, 1)},
        {"away_from": date(2026, 12, 2), "away_until": date(2026, 12, 1)},
        {"away_from": date(2026, 12, 2), "away_until": date(MAXYEAR, 12, 31)},
    ],
)
def test_habits_that_nobody_can_have_are_refused_with_a_sentence(habits: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].+\.$"):
        Habits(**habits)  # type: ignore[arg-type]


# Public holidays


def test_nobody_works_at_christmas_where_it_is_a_holiday() -> None:
    assert not is_workday(date(2026, 12, 25), replace(BERLIN, country="DE"))
    assert is_workday(date(2026, 12, 25), replace(BERLIN, country="JP"))


def test_without_a_country_no_holiday_is_known() -> None:
    assert is_workday(date(2026, 12, 25), BERLIN)


def test_epiphany_is_a_holiday_in_bavaria_only() -> None:
    assert not is_workday(date(2027, 1, 6), replace(BERLIN, country="DE-BY"))
    assert is_workday(date(2027, 1, 6), replace(BERLIN, country="DE-HH"))
    assert is_workday(date(2027, 1, 6), replace(BERLIN, country="DE"))


def test_a_holiday_on_a_saturday_is_kept_on_the_friday_before_even_in_the_old_year() -> None:
    assert not is_workday(date(2027, 12, 31), Habits("America/New_York", country="US"))


def test_over_christmas_a_friday_and_a_weekend_pass() -> None:
    assert next_working_moment(utc(2026, 12, 24, 17), replace(BERLIN, country="DE")) == utc(2026, 12, 28, 8)


def test_the_holiday_is_that_of_their_own_day() -> None:
    """At nine in the evening of Christmas in London, Auckland has its Boxing Day, and so another day off."""
    auckland = Habits("Pacific/Auckland", workdays=EVERY_DAY, country="NZ")
    london = Habits("Europe/London", workdays=EVERY_DAY, country="GB-ENG")
    evening = utc(2025, 12, 25, 21)
    assert next_working_moment(evening, london) == utc(2025, 12, 27, 9)
    assert next_working_moment(evening, auckland) == utc(2025, 12, 26, 20)


@pytest.mark.parametrize("code", ["DE", "DE-BY", "FR-57", "GB-ENG", "PT-20", "XK"])
def test_a_country_or_its_part_is_known(code: str) -> None:
    assert is_country(code)
    assert is_workday(date(2026, 11, 24), Habits(country=code))


@pytest.mark.parametrize("code", ["", "-", "XX", "de", "DEU", "UK", "B3", "XNYS", "DE-", "DE-XX", "DE-BY-", "country"])
def test_what_is_no_country_is_found_out_when_it_is_set_and_not_taken_for_one_later(code: str) -> None:
    assert not is_country(code)
    if code:
        with pytest.raises(ValueError, match=r"^The public holidays of .+ are not known\.$"):
            is_workday(date(2026, 11, 24), Habits(country=code))


def test_every_country_has_a_name_of_its_own_to_be_chosen_by() -> None:
    named = dict(countries())
    assert len(named) == len(set(named.values())) >= 250
    assert {named[code] for code in ("AX", "CI", "FR", "GB", "US")} == {
        "Åland Islands",
        "Ivory Coast",
        "France",
        "United Kingdom",
        "United States of America",
    }
    assert all(is_country(code) and name != code and "oliday" not in name for code, name in named.items())


def test_a_name_with_an_accent_is_found_among_those_without() -> None:
    assert [name for _, name in countries()][:3] == ["Afghanistan", "Åland Islands", "Albania"]


def test_the_bot_starts_without_waiting_for_the_calendars_of_the_world() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, flows.hours; print('holidays' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "False"


# Away


def test_whoever_is_away_is_so_from_the_first_day_to_the_last() -> None:
    away = replace(BERLIN, away_from=date(2026, 11, 25), away_until=date(2026, 12, 1))
    assert next_working_moment(utc(2026, 11, 24, 12), away) == utc(2026, 11, 24, 12)
    assert next_working_moment(utc(2026, 11, 24, 16), away) == utc(2026, 12, 2, 8)
    assert next_working_moment(utc(2026, 12, 1, 12), away) == utc(2026, 12, 2, 8)
    assert [day for day in range(23, 28) if is_workday(date(2026, 11, day), away)] == [23, 24]


def test_after_an_absence_comes_a_working_day() -> None:
    away = replace(BERLIN, country="DE", away_from=date(2026, 12, 14), away_until=date(2026, 12, 24))
    assert next_working_moment(utc(2026, 12, 14, 9), away) == utc(2026, 12, 28, 8)


def test_whoever_is_away_for_years_comes_back() -> None:
    away = replace(BERLIN, away_from=date(2026, 11, 1), away_until=date(2046, 11, 1))
    assert next_working_moment(utc(2026, 11, 24, 12), away) == utc(2046, 11, 2, 8)


def test_hours_that_never_come_are_not_searched_for_ever() -> None:
    """Nobody can hold these, but the search ends for what it is told, not for what is likely."""
    never = replace(BERLIN)
    object.__setattr__(never, "workdays", frozenset())
    with pytest.raises(ValueError, match="no working moment within 366 days"):
        next_working_moment(utc(2026, 11, 24, 12), never)


# When the clocks are changed


def nights(begins: time, ends: time) -> Habits:
    return Habits("Europe/Berlin", begins, ends, EVERY_DAY)


def test_nine_stays_nine_when_the_clocks_are_changed() -> None:
    assert next_working_moment(utc(2026, 3, 28, 20), nights(time(9), time(17))) == utc(2026, 3, 29, 7)
    assert next_working_moment(utc(2026, 10, 24, 20), nights(time(9), time(17))) == utc(2026, 10, 25, 8)


def test_hours_that_begin_at_a_time_that_does_not_exist_begin_when_the_clock_passes_it() -> None:
    """In the last night of March the clock goes from 2:00 to 3:00, at 1:00 UTC."""
    early = nights(time(2, 30), time(10))
    assert not is_working(utc(2026, 3, 29, 0, 59, 59), early)
    assert is_working(utc(2026, 3, 29, 1), early)
    assert next_working_moment(utc(2026, 3, 28, 20), early) == utc(2026, 3, 29, 1)


def test_hours_that_end_at_a_time_that_does_not_exist_end_when_the_clock_passes_it() -> None:
    late = nights(time(1), time(2, 30))
    assert is_working(utc(2026, 3, 29, 0, 59, 59), late)
    assert next_working_moment(utc(2026, 3, 29, 1), late) == utc(2026, 3, 29, 23)


def test_hours_that_do_not_exist_at_all_are_those_of_the_next_night() -> None:
    assert next_working_moment(utc(2026, 3, 28, 20), nights(time(2, 10), time(2, 50))) == utc(2026, 3, 30, 0, 10)


def test_hours_that_begin_at_a_time_that_comes_twice_begin_twice() -> None:
    """In the last night of October the clock goes from 3:00 back to 2:00, at 1:00 UTC."""
    early = nights(time(2, 30), time(10))
    assert next_working_moment(utc(2026, 10, 24, 20), early) == utc(2026, 10, 25, 0, 30)
    assert not is_working(utc(2026, 10, 25, 1), early)
    assert next_working_moment(utc(2026, 10, 25, 1), early) == utc(2026, 10, 25, 1, 30)


def test_hours_that_end_at_a_time_that_comes_twice_go_on_when_the_clock_goes_back() -> None:
    late = nights(time(1), time(2, 30))
    assert not is_working(utc(2026, 10, 25, 0, 30), late)
    assert next_working_moment(utc(2026, 10, 25, 0, 30), late) == utc(2026, 10, 25, 1)
    assert next_working_moment(utc(2026, 10, 25, 1, 30), late) == utc(2026, 10, 26)


def test_a_day_that_an_island_left_out_is_no_working_day() -> None:
    """Samoa went over the date line at the end of Thursday 29 December 2011; the day after was the Saturday."""
    assert next_working_moment(utc(2011, 12, 30, 5), Habits("Pacific/Apia")) == utc(2012, 1, 1, 19)


# Whoever they are and whenever it is


@cache
def clock_changes(zone: str) -> tuple[datetime, ...]:
    """The full hours, in UTC, at which the clocks in a zone are found to have been changed, in two years to come."""

    def offset(hour: int) -> timedelta | None:
        return (utc(2026, 1, 1) + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).utcoffset()

    days = [hour for hour in range(0, 2 * 365 * 24, 24) if offset(hour) != offset(hour + 24)]
    hours = [hour for day in days for hour in range(day + 1, day + 25) if offset(hour - 1) != offset(hour)]
    return tuple(utc(2026, 1, 1) + timedelta(hours=hour) for hour in hours)


@st.composite
def people_and_moments(draw: st.DrawFn) -> tuple[Habits, datetime]:
    """Anybody at any time, and more often than chance would have it around the hour in which their clocks change."""
    zone = draw(st.sampled_from(sorted(available_timezones())))
    changes = clock_changes(zone)
    near = draw(st.booleans()) if changes else False
    if near:
        change = draw(st.sampled_from(changes))
        now = change + timedelta(seconds=draw(st.integers(-30_000, 10_000)))
        night = [(change + timedelta(minutes=each)).astimezone(ZoneInfo(zone)) for each in range(-150, 150, 10)]
        times = st.sampled_from([each.time() for each in night])
    else:
        now = draw(st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))
        times = st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))
    begins, ends = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
    habits = Habits(
        zone,
        begins,
        ends,
        workdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        country=draw(st.sampled_from(["", "DE-BY", "IL", "US"])),
    )
    if draw(st.booleans()):
        first = now.date() + timedelta(days=draw(st.integers(-9, 9)))
        habits = replace(habits, away_from=first, away_until=first + timedelta(days=draw(st.integers(0, 9))))
    return habits, now


@settings(deadline=None)
@given(people_and_moments())
@example((replace(nights(time(2, 30), time(10)), country="DE"), utc(2026, 3, 29, 0, 50)))
@example((nights(time(1), time(2, 30)), utc(2026, 10, 25, 0, 40)))
def test_the_next_working_moment_is_the_first_there_is(someone: tuple[Habits, datetime]) -> None:
    habits, now = someone
    then = next_working_moment(now, habits)
    assert then >= now
    assert is_working(then, habits)
    wait = int((then - now) / MINUTE)
    sampled = {*range(min(wait, 400)), *range(0, wait, 30)}
    assert not any(is_working(now + each * MINUTE, habits) for each in sampled)
    assert not any(is_working(then - each * MINUTE, habits) for each in range(1, min(wait, 400)))
    assert then == now or not is_working(then - timedelta(microseconds=1), habits)


@settings(deadline=None)
@given(people_and_moments())
def test_whoever_works_does_so_in_their_hours_on_their_days(someone: tuple[Habits, datetime]) -> None:
    habits, now = someone
    begin = next_working_moment(now, habits)
    for moment in (begin + timedelta(minutes=each) for each in range(0, 48 * 60, 20)):
        wall = moment.astimezone(ZoneInfo(habits.zone))
        if is_working(moment, habits):
            assert habits.begins <= wall.time() < habits.ends
            assert wall.weekday() in habits.workdays
            assert is_workday(local_day(moment, habits.zone), habits)
            assert not (habits.away_from and habits.away_until and habits.away_from <= wall.date() <= habits.away_until)


@settings(deadline=None)
@given(people_and_moments())
def test_the_next_morning_is_on_a_later_day_and_in_their_hours(someone: tuple[Habits, datetime]) -> None:
    habits, now = someone
    morning = next_morning(now, habits)
    assert local_day(morning, habits.zone) > local_day(now, habits.zone)
    assert is_working(morning, habits)


# Mornings


@pytest.mark.parametrize(
    ("now", "zone", "morning"),
    [
        (utc(2026, 11, 24, 15), "Europe/Berlin", utc(2026, 11, 25, 8, 30)),
        (utc(2026, 11, 24, 15), "America/New_York", utc(2026, 11, 25, 14, 30)),
        (utc(2026, 11, 24, 23, 30), "Asia/Tokyo", utc(2026, 11, 26, 0, 30)),
        (utc(2026, 11, 24, 4), "America/Los_Angeles", utc(2026, 11, 24, 17, 30)),
    ],
)
def test_tomorrow_is_the_owners_tomorrow(now: datetime, zone: str, morning: datetime) -> None:
    assert next_morning(now, zone) == next_morning(now, Habits(zone)) == morning


def test_after_a_friday_comes_monday() -> None:
    assert next_morning(utc(2026, 11, 27, 12), "Europe/Berlin") == utc(2026, 11, 30, 8, 30)


def test_half_past_nine_stays_half_past_nine_when_the_clocks_go_forward() -> None:
    """Europe changes on a Sunday: the Friday before is an hour longer away from Monday by the clock than by the sun."""
    assert next_morning(utc(2026, 3, 27, 12), "Europe/Berlin") == utc(2026, 3, 30, 7, 30)


def test_half_past_nine_stays_half_past_nine_when_the_clocks_go_back() -> None:
    assert next_morning(utc(2026, 10, 23, 12), "Europe/Berlin") == utc(2026, 10, 26, 8, 30)


def test_a_zone_with_rules_of_its_own_keeps_its_mornings() -> None:
    """Morocco sets its clocks back for Ramadan; in 2027 on Sunday 7 February, so the Monday after is already later."""
    before, after = (
        next_morning(utc(2027, 2, 3, 12), "Africa/Casablanca"),
        next_morning(utc(2027, 2, 5, 12), "Africa/Casablanca"),
    )
    assert (before.hour, after.hour) == (8, 9)


def test_the_morning_after_a_holiday_and_an_absence_is_the_first_day_back() -> None:
    lena = replace(BERLIN, country="DE", away_from=date(2026, 12, 28), away_until=date(2026, 12, 31))
    assert next_morning(utc(2026, 12, 24, 12), lena) == utc(2027, 1, 4, 8, 30)


@pytest.mark.parametrize(
    ("begins", "ends", "morning"),
    [
        (time(7), time(15), utc(2026, 11, 25, 8, 30)),
        (time(11), time(19), utc(2026, 11, 25, 10)),
        (time(4), time(9, 30), utc(2026, 11, 25, 3)),
    ],
)
def test_whose_hours_do_not_hold_half_past_nine_has_the_morning_when_they_begin(
    begins: time, ends: time, morning: datetime
) -> None:
    assert next_morning(utc(2026, 11, 24, 12), replace(BERLIN, begins=begins, ends=ends)) == morning
