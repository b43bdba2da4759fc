"""Local mornings, also in the nights in which the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.hours import next_morning


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type]


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
    assert next_morning(now, zone) == morning


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
