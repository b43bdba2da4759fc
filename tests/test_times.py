"""Times as people say them: what is read, what is not, and in which zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.batch import digest_minutes, evening_before
from flows.moments import moment
from flows.times import MOST_ZONES, NotUnderstood, UnknownZone, When, find_zone, read_when, zones, zones_like

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BERLIN, LONDON = "Europe/Berlin", "Europe/London"

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "day", "wall", "zone"),
    [
        ("Thu 10:00", date(2026, 11, 26), time(10), BERLIN),
        ("thursday 10.30", date(2026, 11, 26), time(10, 30), BERLIN),
        ("on Thursday at 10:00", date(2026, 11, 26), time(10), BERLIN),
        ("tomorrow 9am", date(2026, 11, 25), time(9), BERLIN),
        ("tomorrow at 9:15 p.m.", date(2026, 11, 25), time(21, 15), BERLIN),
        ("today 16:30", date(2026, 11, 24), time(16, 30), BERLIN),
        ("noon", date(2026, 11, 24), time(12), BERLIN),
        ("12am", date(2026, 11, 25), time(0), BERLIN),
        ("2026-11-26 10:00", date(2026, 11, 26), time(10), BERLIN),
        ("2026-11-26T10:00", date(2026, 11, 26), time(10), BERLIN),
        ("26 Nov 10:00", date(2026, 11, 26), time(10), BERLIN),
        ("Nov 26, 10:00", date(2026, 11, 26), time(10), BERLIN),
        ("8 Jan 10:00", date(2027, 1, 8), time(10), BERLIN),
        ("Thu 10:00 Europe/London", date(2026, 11, 26), time(10), LONDON),
        ("Thu 10:00 europe/london", date(2026, 11, 26), time(10), LONDON),
        ("Thu 10:00 London", date(2026, 11, 26), time(10), LONDON),
        ("Thu 10:00 America/Argentina/Buenos_Aires", date(2026, 11, 26), time(10), "America/Argentina/Buenos_Aires"),
        ("Thu 10:00 UTC", date(2026, 11, 26), time(10), "UTC"),
    ],
)
def test_a_time_is_read_as_people_say_it(said: str, day: date, wall: time, zone: str) -> None:
    assert read_when(said, TUESDAY, BERLIN) == When(day, wall, zone)


@pytest.mark.parametrize(("said", "day"), [("Tue 10:30", 24), ("Tue 9:30", 1), ("next Tue 10:30", 1), ("9:30", 25)])
def test_a_weekday_or_a_bare_time_is_the_next_one_that_is_still_to_come(said: str, day: int) -> None:
    assert read_when(said, TUESDAY, BERLIN).day.day == day  # it is ten o'clock on a Tuesday in Berlin


@pytest.mark.parametrize(
    "said",
    [
        "", "soon", "Thu", "Thu 10", "10", "25:00", "Thu 9:75", "Thu 13:00 pm", "31 Feb 10:00", "2026-13-01 10:00",
        "Thursdayish 10:00", "Thu Fri 10:00", "11/12 10:00", "in two hours", "Thu 10:00 or 11:00", "10:00 Thu",
    ],
)  # fmt: skip
def test_what_is_not_clear_is_not_guessed(said: str) -> None:
    with pytest.raises(NotUnderstood):
        read_when(said, TUESDAY, BERLIN)


@pytest.mark.parametrize(
    ("said", "meant"), [("Thu 10:00 Europe/Lundon", LONDON), ("Thu 10:00 PST", ""), ("Thu 10:00 Mars/Base", "")]
)
def test_a_zone_nobody_keeps_a_clock_by_is_named(said: str, meant: str) -> None:
    with pytest.raises(UnknownZone) as unknown:
        read_when(said, TUESDAY, BERLIN)
    assert unknown.value.meant == meant


def test_zones_are_found_by_a_part_of_their_name() -> None:
    assert zones_like("london")[0] == LONDON
    assert zones_like("new y")[0] == "America/New_York"
    assert zones_like("nowhere at all") == []
    assert len(zones_like("")) == MOST_ZONES
    assert all(find_zone(each.casefold()) == each for each in zones())


@given(moments, st.times(), st.sampled_from([BERLIN, "America/New_York", "Pacific/Apia", "UTC"]))
def test_a_bare_time_is_never_past_and_never_more_than_a_day_away(now: datetime, wall: time, zone: str) -> None:
    wall = wall.replace(second=0, microsecond=0)
    when = read_when(f"{wall:%H:%M}", now, zone)
    assert when.wall == wall
    assert timedelta() < moment(when.day, when.wall, zone).at - now <= timedelta(hours=26)


@given(st.text() | st.text(st.sampled_from("0123456789:.-/ apmThuNovtodayEuropé\u0660")))
def test_whatever_is_said_is_read_or_turned_away(said: str) -> None:
    with suppress(NotUnderstood, UnknownZone):
        read_when(said, TUESDAY, BERLIN)


@given(moments, st.sampled_from([BERLIN, "America/New_York", "UTC"]))
def test_the_evening_before_is_six_oclock_on_the_day_before(at: datetime, zone: str) -> None:
    at = at.replace(second=0, microsecond=0)
    evening = (at - timedelta(minutes=evening_before(at, zone))).astimezone(ZoneInfo(zone))
    assert (evening.hour, evening.minute) == (18, 0)
    assert evening.date() == at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


@given(st.integers(15, 10_000), st.sampled_from([30, 60, 120]))
def test_a_digest_never_comes_before_half_of_the_time_to_answer_is_over(left: int, asked: int) -> None:
    minutes = digest_minutes(asked, TUESDAY + timedelta(minutes=left), TUESDAY)
    assert minutes <= asked
    assert 2 * minutes <= left
    assert minutes == asked or 2 * (minutes + 1) > left
