"""How people say that something comes back: "every Thu 10:00", "this quarter every two weeks on Thu 10:00"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flows.calls import THIS_QUARTER
from flows.times import NotUnderstood, When, read_when

WEEKS = {
    None: 1, "one": 1, "1": 1,
    "other": 2, "second": 2, "2nd": 2, "two": 2, "2": 2,
    "four": 4, "4": 4,
}  # fmt: skip
"""Every how many weeks, by the word for it; None is for no word."""

NOW = ("this quarter", "this period")
"""How people call the forecast period of the day, however long it is in their company."""

EVERY = tuple(dict.fromkeys(WEEKS.values()))

_RULE = re.compile(
    r"^(?:(?P<period>.*?)\s+)?(?:every|each)"
    rf"(?:\s+(?P<weeks>{'|'.join(word for word in WEEKS if word)}))?(?:\s+weeks?)?(?:\s+on)?\s+(?P<when>.+)$",
    re.IGNORECASE,
)
_WEEKLY = re.compile(r"\bweekly\b", re.IGNORECASE)
_FORTNIGHTLY = re.compile(r"\bfortnightly\b", re.IGNORECASE)
_NAMES_A_DAY = re.compile(r"^(?:next\s+)?(?:[a-z]{3,}|\d{4}-\d\d-\d\d|\d{1,2}\.?\s+[a-z]{3,})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Recurring:
    """Every so many weeks, first at a day and time, about deals of a `period` (as in `flows.calls.Choice`)."""

    every_weeks: int
    first: When
    period: str = ""


def read_recurring(text: str, now: datetime, zone: str) -> Recurring:
    """Read how something comes back. `now` is in UTC; `zone` is the IANA zone of whoever says it.

    Raises `flows.times.NotUnderstood` and `flows.times.UnknownZone`.
    """
    words = _FORTNIGHTLY.sub("every two weeks", _WEEKLY.sub("every week", " ".join(text.split())))
    found = _RULE.match(words)
    if not found or not _NAMES_A_DAY.match(found["when"]):
        raise NotUnderstood(text)
    weeks = WEEKS[found["weeks"].casefold() if found["weeks"] else None]
    return Recurring(weeks, read_when(found["when"], now, zone), _period(found["period"] or ""))


def _period(said: str) -> str:
    """A forecast period: `this quarter` or `this period`, or what the team calls it after `in` or `for`."""
    if said.casefold() in NOW:
        return THIS_QUARTER
    first, _, name = said.partition(" ")
    if said and (first.casefold() not in ("in", "for") or not name):
        raise NotUnderstood(said)
    return THIS_QUARTER if name.casefold() in NOW else name
