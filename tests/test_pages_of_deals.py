"""Which deals Home shows first, and on which page: plain data in, plain data out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from flows.deal import Deal, Stage
from flows.home import DEALS_ON_A_PAGE, Glance, Only, Shown, glance, page
from flows.ledger import Known
from flows.periods import CALENDAR
from flows.playbook import STEERED

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = NOW.date()

moments = some.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))
days = some.none() | some.dates(date(2026, 1, 1), date(2027, 12, 31))


@some.composite
def glances(draw: some.DrawFn) -> Glance:
    deal = Deal(
        draw(some.integers(1, 10_000)),
        "T1",
        "",
        draw(some.text(max_size=5)),
        draw(some.sampled_from(("U1", "U2", "U3"))),
        draw(some.sampled_from((None, *Stage))),
        close_date=draw(days),
        waits_until=draw(days),
    )
    asked = draw(some.sets(some.sampled_from(STEERED)))
    ledger = {
        key: Known(key, 1, open_since=draw(moments)) if draw(some.booleans()) else Known(key, 1, given_at=draw(moments))
        for key in asked
    }
    return glance(deal, ledger, NOW, scale=1.0, zone="UTC")


many = some.lists(glances(), max_size=2 * DEALS_ON_A_PAGE + 2, unique_by=lambda each: each.deal.id)
few_examples = settings(max_examples=25)


@few_examples
@given(many, some.sampled_from(Only))
def test_the_pages_together_hold_every_deal_that_the_filter_lets_through_once(every: list[Glance], only: Only) -> None:
    first = page(every, only, 0, TODAY)
    pages = [page(every, only, number, TODAY) for number in range(first.pages)]
    shown = [each for one in pages for each in one.glances]
    assert len(shown) == len({each.deal.id for each in shown}) == first.found <= first.all == len(every)
    assert all(len(one.glances) <= DEALS_ON_A_PAGE for one in pages)
    assert [one.number for one in pages] == list(range(first.pages))
    if only is Only.ALL:
        assert first.found == len(every)


@few_examples
@given(many, some.integers(-5, 100))
def test_a_page_that_is_not_there_is_the_nearest_that_is(every: list[Glance], number: int) -> None:
    found = page(every, Only.ALL, number, TODAY)
    assert 0 <= found.number < found.pages
    assert bool(found.glances) == bool(every)


@few_examples
@given(many, some.randoms(use_true_random=False))
def test_the_order_depends_neither_on_whose_a_deal_is_nor_on_how_it_was_found(
    every: list[Glance], chance: random.Random
) -> None:
    owners = [replace(each, deal=replace(each.deal, owner=chance.choice("ABC"))) for each in every]
    chance.shuffle(owners)
    ordered = [each.deal.id for each in page(every, Only.ALL, 0, TODAY).glances]
    assert [each.deal.id for each in page(owners, Only.ALL, 0, TODAY).glances] == ordered


@few_examples
@given(many)
def test_no_deal_both_waits_and_needs_attention(every: list[Glance]) -> None:
    waiting, asked = (page(every, only, 0, TODAY).glances for only in (Only.WAITING, Only.ATTENTION))
    assert not {each.deal.id for each in waiting} & {each.deal.id for each in asked}


def test_what_matters_first_comes_first_then_all_else_then_our_close_date() -> None:
    def deal(number: int, *stale: str, closes: date | None = None) -> Glance:
        then = NOW - timedelta(days=300)
        ledger = {key: Known(key, 1, given_at=then if key in stale else NOW) for key in STEERED}
        return glance(Deal(number, "T1", "", "Deal", "U1", close_date=closes), ledger, NOW, scale=1.0, zone="UTC")

    expected = [
        deal(7, "people", "next_step"),
        deal(3, "people", "why_change"),
        deal(9, "decision_path", closes=date(2026, 12, 1)),
        deal(1, "decision_path", closes=date(2026, 12, 2)),
        deal(2, "next_step"),
        deal(4, "why_change", "no_action", "destination", "struggle"),
        deal(8, "our_help"),
        deal(5, closes=date(2026, 12, 1)),
        deal(6),
    ]
    assert list(page(reversed(expected), Only.ALL, 0, TODAY).glances) == expected


def test_a_quarter_ends_with_its_third_month() -> None:
    assert CALENDAR.of(date(2026, 11, 24)) == CALENDAR.of(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert CALENDAR.of(date(2027, 1, 1)) == (date(2027, 1, 1), date(2027, 3, 31))
    assert CALENDAR.of(date(2028, 2, 29))[1] == date(2028, 3, 31)


@given(some.builds(Shown, some.sampled_from(Only), some.integers(0, 99), some.integers(0, 99)))
def test_where_one_is_in_home_is_read_as_it_was_written(shown: Shown) -> None:
    assert Shown.read(str(shown)) == shown


@given(some.text() | some.sampled_from(("", "all", "all:1", "some:1:1", "all:x:1", "all:1:1:1", "3000")))
def test_where_one_is_in_home_is_the_beginning_if_it_cannot_be_read(written: str) -> None:
    assert isinstance(Shown.read(written), Shown)
