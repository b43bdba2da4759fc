"""Forecast periods: which days a company looks at together, by when its year begins and how it parts the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Span(StrEnum):
    """How long a period is; the values are what it is called in a sentence."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half-year"


MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6}


@dataclass(frozen=True)
class Periods:
    """The periods of a company whose year begins on the first day of a month, 1 for January."""

    begins: int = 1
    span: Span = Span.QUARTER

    def of(self, day: date) -> tuple[date, date]:
        """The first and the last day of the period that a day is in: of a person's own day, in their zone."""
        month, length = day.year * 12 + day.month - 1, MONTHS[self.span]
        first = month - (month - (self.begins - 1)) % length
        return _first_day(first), _first_day(first + length) - timedelta(days=1)


CALENDAR = Periods()
"""The quarters of the calendar, which hold where nobody settled others."""


def _first_day(month: int) -> date:
    """Of a month counted from the year 0."""
    return date(month // 12, month % 12 + 1, 1)
