"""When a reminder is fair: who gets one before a call, when, how often, and how it is put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.calls import Call
from flows.hours import Habits, is_working
from flows.reminding import (
    APART,
    BREATH,
    FRESH,
    LEAST_ROOM,
    MOST_REMINDERS,
    Reminder,
    Snooze,
    is_due,
    moments,
    snoozes,
)

BERLIN, LONDON, NEW_YORK = "Europe/Berlin", "Europe/London", "America/New_York"
LENA, OMAR = Habits(BERLIN), Habits(NEW_YORK)


def at(day: int, hour: float, zone: str = BERLIN) -> datetime:
    """A moment on a day of November 2026: the 24th is a Tuesday, the 26th a Thursday."""
    return datetime(2026, 11, day, int(hour), round(hour % 1 * 60), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def call(begins: datetime, digest: int = 60) -> Call:
    return Call(1, "T1", "U1", "C1", begins, LONDON, False, digest, begins - timedelta(days=3))


THURSDAY_NOON = call(at(26, 12, LONDON))


def shown(found: tuple[datetime, ...], zone: str = BERLIN) -> list[str]:
    return [f"{each.astimezone(ZoneInfo(zone)):%a %H:%M}" for each in found]


def sent(number: int, when: datetime, snoozed: datetime | None = None) -> Reminder:
    return Reminder(number, 1, "U2", number, when, "D1", snoozed)


# When


def test_half_way_through_the_day_before_and_half_an_hour_into_the_day_of_the_call() -> None:
    assert shown(moments(THURSDAY_NOON, at(25, 10), LENA)) == ["Wed 13:00", "Thu 09:30"]


def test_where_the_day_of_the_call_leaves_no_time_it_is_before_they_go_home() -> None:
    early = call(at(26, 10, LONDON))  # the digest is at ten in Berlin
    assert shown(moments(early, at(25, 10), LENA)) == ["Wed 13:00", "Wed 15:00"]


def test_a_call_in_the_middle_of_their_night() -> None:
    early = call(at(26, 10, LONDON))  # five in the morning in New York
    assert shown(moments(early, at(25, 9, LONDON), OMAR), NEW_YORK) == ["Wed 13:00", "Wed 15:00"]


def test_everybody_has_three_hours_before_the_first() -> None:
    assert shown(moments(THURSDAY_NOON, at(25, 11.5), LENA)) == ["Wed 14:30", "Thu 09:30"]
    assert shown(moments(THURSDAY_NOON, at(25, 15), LENA)) == ["Thu 09:30"]


def test_two_that_would_be_too_close_are_one() -> None:
    early = call(at(26, 10, LONDON))
    assert shown(moments(early, at(25, 11.5), LENA)) == ["Wed 14:30"]


def test_reviews_that_are_opened_on_the_day_of_the_call() -> None:
    afternoon = call(at(26, 16))  # the digest is at three
    assert shown(moments(afternoon, at(26, 9.5), LENA)) == ["Thu 12:30"]
    assert shown(moments(afternoon, at(26, 12), LENA)) == ["Thu 14:00"]
    assert shown(moments(afternoon, at(26, 13.5), LENA)) == []  # half an hour before the digest would be hurrying


def test_whoever_is_away_on_the_day_before_is_reminded_when_they_are_back() -> None:
    away = replace(LENA, away_from=date(2026, 11, 25), away_until=date(2026, 11, 25))
    assert shown(moments(THURSDAY_NOON, at(24, 9), away)) == ["Tue 13:00", "Thu 09:30"]
    assert shown(moments(THURSDAY_NOON, at(25, 9), away)) == ["Thu 09:30"]


def test_nobody_away_is_reminded() -> None:
    away = replace(LENA, away_from=date(2026, 11, 23), away_until=date(2026, 12, 4))
    assert moments(THURSDAY_NOON, at(25, 9), away) == ()
    assert not any(is_due(THURSDAY_NOON, at(25, 9), away, (), None, at(25, 9) + n * FRESH / 4) for n in range(96))


def test_a_monday_call_is_prepared_on_friday() -> None:
    monday = call(datetime(2026, 11, 30, 8, 30, tzinfo=UTC))
    assert shown(moments(monday, at(27, 9), LENA)) == ["Fri 13:00", "Fri 15:00"]


def test_a_holiday_is_nobodys_day_before() -> None:
    friday = call(at(27, 17, LONDON))
    thanksgiving = replace(OMAR, country="US")
    assert shown(moments(friday, at(24, 9), thanksgiving), NEW_YORK) == ["Wed 13:00", "Fri 09:30"]


def test_short_days_have_room_too() -> None:
    mornings = replace(LENA, begins=time(8), ends=time(12))
    assert shown(moments(THURSDAY_NOON, at(24, 15), mornings)) == ["Wed 10:00", "Thu 08:30"]


# Whether


def test_one_that_was_held_up_comes_later_as_long_as_it_leaves_room() -> None:
    opened = at(25, 10)
    assert is_due(THURSDAY_NOON, opened, LENA, (), None, at(25, 16.9))
    assert not is_due(THURSDAY_NOON, opened, LENA, (), None, at(25, 17))
    assert is_due(THURSDAY_NOON, opened, LENA, (), None, at(26, 11.5))  # the digest is at noon in Berlin
    assert not is_due(THURSDAY_NOON, opened, LENA, (), None, at(26, 11.75))


def test_what_was_held_up_does_not_come_in_a_heap() -> None:
    only_one = (sent(1, at(26, 9.1)),)
    assert not any(is_due(THURSDAY_NOON, at(25, 10), LENA, only_one, None, at(26, 9.1 + n / 12)) for n in range(36))


def test_a_reminder_leaves_a_nudge_half_an_hour() -> None:
    nudged = at(26, 9.25)
    first = (sent(1, at(25, 13)),)
    assert not is_due(THURSDAY_NOON, at(25, 10), LENA, first, nudged, at(26, 9.5))
    assert is_due(THURSDAY_NOON, at(25, 10), LENA, first, nudged, nudged + BREATH)


def test_a_cancelled_call_reminds_nobody() -> None:
    off = replace(THURSDAY_NOON, cancelled_at=at(25, 11))
    assert not is_due(off, at(25, 10), LENA, (), None, at(25, 13))


# Putting it off


def test_an_hour_or_tomorrow_as_long_as_there_is_room() -> None:
    afternoon = call(at(26, 15))
    first = sent(1, at(25, 13))
    assert snoozes(first, afternoon, LENA, at(25, 13)) == {Snooze.HOUR: at(25, 14), Snooze.TOMORROW: at(26, 9)}
    assert snoozes(first, afternoon, LENA, at(25, 16.5)) == {Snooze.TOMORROW: at(26, 9)}
    early = call(at(26, 10))
    assert snoozes(first, early, LENA, at(25, 13)) == {Snooze.HOUR: at(25, 14)}


def test_the_last_reminder_cannot_be_put_off() -> None:
    assert snoozes(sent(2, at(25, 13)), THURSDAY_NOON, LENA, at(25, 13)) == {}


def test_the_second_comes_when_they_said_and_not_before() -> None:
    put_off = (sent(1, at(25, 13), at(25, 16)),)
    quarters = [n for n in range(16) if is_due(THURSDAY_NOON, at(25, 10), LENA, put_off, None, at(25, 13 + n / 4))]
    assert quarters[0] == 12
    tomorrow = (sent(1, at(25, 13), at(26, 9)),)
    assert not is_due(THURSDAY_NOON, at(25, 10), LENA, tomorrow, None, at(25, 15))
    assert is_due(THURSDAY_NOON, at(25, 10), LENA, tomorrow, None, at(26, 9))


# Whatever happens

zones = st.sampled_from([BERLIN, LONDON, NEW_YORK, "Asia/Kolkata", "Pacific/Auckland"])
people = st.builds(
    Habits,
    zone=zones,
    begins=st.times(max_value=time(11, 59)).map(lambda wall: wall.replace(second=0, microsecond=0)),
    ends=st.times(min_value=time(12)).map(lambda wall: wall.replace(second=0, microsecond=0)),
    workdays=st.frozensets(st.integers(0, 6), min_size=1),
    country=st.sampled_from(["", "DE", "US"]),
)
months = st.datetimes(datetime(2026, 10, 1), datetime(2027, 4, 30), timezones=st.just(UTC))
calls = st.builds(call, months, st.sampled_from([30, 60, 120, 900]))
leads = st.timedeltas(timedelta(minutes=15), timedelta(days=8))


@settings(deadline=None)
@given(calls, leads, people)
def test_each_moment_is_in_their_hours_leaves_room_and_is_apart_from_the_other(
    of: Call, lead: timedelta, person: Habits
) -> None:
    opened = of.at - lead
    found = moments(of, opened, person)
    assert len(found) <= MOST_REMINDERS
    for each in found:
        assert is_working(each, person)
        assert opened + FRESH <= each <= of.digest_at - LEAST_ROOM
    assert all(other - one >= APART for one, other in pairwise(found))


@settings(deadline=None)
@given(calls, leads, people, st.lists(st.integers(0, 23 * 60), max_size=4), st.sampled_from([None, *Snooze]))
def test_nobody_gets_more_than_two_outside_their_hours_or_at_the_last_minute(
    of: Call, lead: timedelta, person: Habits, nudges: list[int], put_off: Snooze | None
) -> None:
    """Five minutes at a time, as the bot looks, with nudges in between and the first reminder put off."""
    opened = of.at - lead
    nudged = sorted(opened + timedelta(minutes=each) for each in nudges)
    got: list[Reminder] = []
    now = opened
    while now <= of.at:
        spoken = max([each for each in nudged if each <= now] + [each.at for each in got], default=None)
        if is_due(of, opened, person, got, spoken, now):
            reminder = sent(len(got) + 1, now)
            offered = snoozes(reminder, of, person, now)
            until = offered.get(put_off) if put_off else None
            assert until is None or now < until <= of.digest_at - LEAST_ROOM
            got.append(replace(reminder, snoozed_until=until))
            assert not spoken or now - spoken >= BREATH
        now += timedelta(minutes=5)
    assert len(got) <= MOST_REMINDERS
    for each in got:
        assert is_working(each.at, person)
        assert opened + FRESH <= each.at <= of.digest_at - LEAST_ROOM
    if len(got) == MOST_REMINDERS:
        assert got[1].at >= (got[0].snoozed_until or got[0].at + APART)
    if put_off is None and not nudged and moments(of, opened, person):
        late = timedelta(minutes=5)
        assume(is_working(moments(of, opened, person)[0] + late, person))
        assume(moments(of, opened, person)[0] + late <= of.digest_at - LEAST_ROOM)
        assert got


@pytest.mark.parametrize("minutes", [30, 60, 120])
def test_a_snooze_is_never_offered_past_the_digest(minutes: int) -> None:
    of = call(at(26, 15), digest=minutes)
    for quarter in range(24 * 4):
        now = at(26, 0) + timedelta(minutes=15 * quarter)
        for until in snoozes(sent(1, now), of, LENA, now).values():
            assert until <= of.digest_at - LEAST_ROOM
