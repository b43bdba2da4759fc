"""Days and amounts as systems and people write them into a pipeline file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from dateutil import parser

LARGEST = Decimal(10) ** 15

SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "₹": "INR"}
"""Of the signs that several currencies share, only the one that is mostly meant in sales; others say nothing."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s.*)?")
_HAS_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?P<before>[^\d.,'-]*)(?P<sign>-?)(?P<number>\d[\d.,' ]*)(?P<times>[kmb]?)(?![a-z])(?P<after>\D*)"
)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ", "’": "'"})


class Order(StrEnum):
    """What comes first in a date of numbers: the month, or the day."""

    US = "us"
    EU = "eu"


@dataclass
class Dates:
    """What a column of days gives away about the order of its numbers; `example` could be either."""

    days_first: int = 0
    months_first: int = 0
    example: str = ""

    def see(self, told: str) -> None:
        """Take a cell into account. Dots stand in no American date, so those are not in question."""
        numbers = _NUMBERS.fullmatch(told.strip())
        if numbers is None or numbers[2] == ".":
            return
        first, second = int(numbers[1]), int(numbers[3])
        if first > 12:
            self.days_first += 1
        elif second > 12:
            self.months_first += 1
        elif first != second:
            self.example = self.example or told.strip()

    @property
    def order(self) -> Order | None:
        """The order that the file settles, None if it does not."""
        if bool(self.days_first) == bool(self.months_first):
            return None if self.example or self.days_first else Order.EU
        return Order.EU if self.days_first else Order.US


def read_day(told: str, order: Order) -> date | None:
    """A day as it was written, with or without a time; None if no calendar has it."""
    words = told.strip()
    try:
        if iso := _ISO.fullmatch(words):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if numbers := _NUMBERS.fullmatch(words):
            first, second, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
            is_us = order is Order.US and numbers[2] != "."
            month, day = (first, second) if is_us else (second, first)
            return date(year if year > 99 else 2000 + year, month, day)
        if _HAS_MONTH.search(words) and re.search(r"\d{4}", words) and re.search(r"\b\d{1,2}\b", words):
            return parser.parse(words, dayfirst=True, default=datetime(2000, 1, 1)).date()
    except (ValueError, OverflowError):
        return None
    return None


def read_amount(told: str) -> tuple[Decimal, str] | None:
    """An amount and the currency (ISO 4217) that stands beside it, if one does; None if it is none.

    The last mark parts the cents, unless exactly three digits follow it: "1.234" and "1,234" are both a thousand and
    some.
    """
    found = _AMOUNT.fullmatch(told.translate(_SPACES).strip().casefold())
    if found is None or found["sign"]:
        return None
    beside = (found["before"].strip() or found["after"].strip()).upper()
    if found["before"].strip() and found["after"].strip():
        return None
    currency = SYMBOLS.get(beside, beside if re.fullmatch(r"[A-Z]{3}", beside) else "")
    number = _number(found["number"].replace(" ", "").replace("'", ""))
    if number is None or (beside and not currency and not _is_sign(beside)):
        return None
    amount = (number * _TIMES[found["times"]]).quantize(Decimal("0.01"))
    return (amount, currency) if amount < LARGEST else None


def _number(digits: str) -> Decimal | None:
    whole, mark, part = _split(digits)
    groups = re.split(r"[.,]", whole)
    if any(len(group) != 3 for group in groups[1:]) or (len(groups) > 1 and not 1 <= len(groups[0]) <= 3):
        return None
    if mark and mark in whole:
        return None
    try:
        number = Decimal("".join(groups) + ("." + part if part else ""))
    except InvalidOperation:
        return None
    return number if number < LARGEST else None


def _split(digits: str) -> tuple[str, str, str]:
    """What stands before the cents, what parts them, and the cents."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, "", ""
    before, mark, after = digits[:last], digits[last], digits[last + 1 :]
    other = "," if mark == "." else "."
    is_thousands = len(after) == 3 and other not in before and 1 <= len(before.partition(mark)[0]) <= 3
    if (is_thousands and before.strip("0")) or before.count(mark):
        return digits, "", ""
    return before, mark, after


def _is_sign(beside: str) -> bool:
    """A currency's sign or short name that we cannot tell apart, such as "¥" or "kr"."""
    return len(beside) <= 3 and all(sign.isalpha() or unicodedata.category(sign) == "Sc" for sign in beside)
