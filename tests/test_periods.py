"""Forecast periods: the arithmetic of the calendar, and what an admin's choice of them means in Slack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.calls import THIS_QUARTER, Choice
from flows.deal import Deal
from flows.hours import local_day
from flows.nudging import Standing, is_in_period
from flows.periods import CALENDAR, MONTHS, Periods, Span
from flows.rules import Rules
from storage.choices import Choices
from storage.deals import Deals
from storage.rules import find_rules, keep_rules
from tests.conftest import TEAM, Room

DAY = timedelta(days=1)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
PERIODS = st.builds(Periods, st.integers(1, 12), st.sampled_from(Span))


@given(PERIODS, DAYS)
def test_a_day_is_in_its_period_which_begins_and_ends_with_months(periods: Periods, day: date) -> None:
    first, last = periods.of(day)
    assert first <= day <= last
    assert first.day == (last + DAY).day == 1
    months = (last + DAY).year * 12 + (last + DAY).month - first.year * 12 - first.month
    assert months == MONTHS[periods.span]


@given(PERIODS, DAYS)
def test_periods_follow_each_other_and_all_days_of_one_are_of_the_same(periods: Periods, day: date) -> None:
    first, last = periods.of(day)
    assert periods.of(first) == periods.of(last) == (first, last)
    assert periods.of(last + DAY)[0] == last + DAY
    assert periods.of(first - DAY)[1] == first - DAY


@given(PERIODS, st.integers(1990, 2100))
def test_a_year_begins_with_a_period(periods: Periods, year: int) -> None:
    begins = date(year, periods.begins, 1)
    assert periods.of(begins)[0] == begins


@pytest.mark.parametrize(
    ("periods", "day", "first", "last"),
    [
        (CALENDAR, date(2026, 11, 24), date(2026, 10, 1), date(2026, 12, 31)),
        (Periods(2), date(2026, 11, 24), date(2026, 11, 1), date(2027, 1, 31)),
        (Periods(2), date(2028, 1, 31), date(2027, 11, 1), date(2028, 1, 31)),
        (Periods(12), date(2028, 2, 29), date(2027, 12, 1), date(2028, 2, 29)),
        (Periods(4, Span.HALF), date(2026, 11, 24), date(2026, 10, 1), date(2027, 3, 31)),
        (Periods(7, Span.MONTH), date(2027, 2, 28), date(2027, 2, 1), date(2027, 2, 28)),
    ],
)
def test_some_years(periods: Periods, day: date, first: date, last: date) -> None:
    assert periods.of(day) == (first, last)


def test_the_period_is_that_of_the_day_where_a_person_lives() -> None:
    moment = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # November has begun in Berlin
    fiscal, deal = Periods(2), Deal(1, TEAM, "", "Northwind", owner="U0LENA", close_date=date(2027, 1, 15))
    standing = Standing(deal, (), None)
    assert is_in_period(standing, local_day(moment, "Europe/Berlin"), "Europe/Berlin", fiscal)
    assert not is_in_period(standing, local_day(moment, "America/New_York"), "America/New_York", fiscal)


def settled(room: Room) -> Rules:
    with room.bot.database.transaction() as session:
        return find_rules(session, TEAM)


def test_an_admin_settles_the_year_and_nothing_that_is_kept_of_a_deal_changes(room: Room) -> None:
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [""])
        deal = deals.add("Northwind", "U0LENA", "", room.clock.utc())
        deals.save(replace(deal, close_date=date(2027, 1, 20), period="Q4-2026"))
        before = deals.find("Northwind")
    assert settled(room).periods == CALENDAR
    assert chosen(room) == []
    room.command("maya", "settings")
    form = room.form("maya")
    assert room.workspace.submit("maya", form["id"], {"year_begins": {"value": "2"}}) == {}
    room.settle()
    assert settled(room).periods == Periods(2)
    assert len(chosen(room)) == 1
    with room.bot.database.transaction() as session:
        assert Deals(session, TEAM, [""]).find("Northwind") == before


def chosen(room: Room) -> list[int]:
    """The deals of this period, on the day of the test."""
    with room.bot.database.transaction() as session:
        return Choices(session, TEAM, [""]).deals(Choice(period=THIS_QUARTER), room.clock.utc().date())


def test_what_is_shown_names_the_period_as_it_is(room: Room) -> None:
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, replace(find_rules(session, TEAM), periods=Periods(1, Span.MONTH)))
    assert "no deal of this forecast period" in room.command("maya", "digest")
    room.command("maya", "batch")
    assert "This month, by our close dates" in str(room.form("maya"))
