"""When people say that something is: "Thu 10:00", "tomorrow 9am", "2026-11-26 10:00 Europe/London"; read strictly."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from dateutil import parser

from flows.hours import DAY, local_day
from flows.moments import moment

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_ZONES = 100

_TIME = re.compile(r"(?:^|[\sT]|\bat\s)(\d{1,2}[:.]\d\d|\d{1,2}(?:[:.]\d\d)?\s*[ap]\.?m\.?|noon)$", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d\d-\d\d$")
_DAY_AND_MONTH = re.compile(r"\d{1,2}\.? ?[a-z]{3,9}\.?,?(?: \d{4})?$|[a-z]{3,9}\.? \d{1,2},?(?: \d{4})?$")
_ZONE = re.compile(r"(?:^|\s)([A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){1,2}|[A-Z][A-Z0-9+-]{2,5})$")


class NotUnderstood(ValueError):
    """Words that name no moment, or more than one."""


class UnknownZone(ValueError):
    """A time zone that nobody keeps a clock by; `meant` is one that is called like it, empty if there is none."""

    def __init__(self, typed: str) -> None:
        super().__init__(typed)
        self.typed = typed
        self.meant = next(iter(zones_like(typed)), "") or _nearest(typed)


@dataclass(frozen=True)
class When:
    """A day, and a time on the wall clock of an IANA zone."""

    day: date
    wall: time
    zone: str


def read_when(text: str, now: datetime, zone: str) -> When:
    """Read when something is. `now` is in UTC; `zone` is the IANA zone of whoever says it, unless they name another.

    A day is today, tomorrow, a weekday (the next one, today included if the time is still to come), a date in ISO 8601,
    or one like 26 Nov; without a day the next time that the clock shows it is meant. Raises `NotUnderstood` and
    `UnknownZone`.
    """
    words = " ".join(text.replace(",", " ").split())
    if named := _ZONE.search(words):
        zone = find_zone(named[1])
        words = words[: named.start()].strip()
    elif city := _city(words.rpartition(" ")[2]):
        zone, words = city, words.rpartition(" ")[0]
    found = _TIME.search(words)
    if not found:
        raise NotUnderstood(text)
    wall = _read_time(found[1])
    said = words[: found.start()].strip().removesuffix(" at").removeprefix("on ").casefold()
    return When(_read_day(said, wall, now, zone), wall, zone)


def find_zone(name: str) -> str:
    """An IANA zone by its name in any case. Raises `UnknownZone`."""
    wanted = name.strip().replace(" ", "_").casefold()
    found = _names().get(wanted)
    if found is None:
        raise UnknownZone(name)
    return found


def zones_like(typed: str) -> list[str]:
    """The time zones whose name holds what was typed, those first whose place begins with it."""
    wanted = typed.strip().replace(" ", "_").casefold()
    held = [each for each in zones() if wanted in each.casefold()]
    return sorted(held, key=lambda each: not each.rpartition("/")[2].casefold().startswith(wanted))[:MOST_ZONES]


@cache
def zones() -> tuple[str, ...]:
    """The time zones that are called after places, and UTC, in order of their names."""
    places = (each for each in available_timezones() if "/" in each and not each.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))


@cache
def _names() -> dict[str, str]:
    """Every name that a zone has, by its spelling without regard to case."""
    return {each.casefold(): each for each in available_timezones()}


def _city(word: str) -> str:
    """The zone that is called after a city, empty if there is none."""
    return next((each for each in zones() if each.partition("/")[2].casefold() == word.casefold() != ""), "")


def _nearest(typed: str) -> str:
    names = {each.casefold(): each for each in zones()}
    close = difflib.get_close_matches(typed.casefold(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else ""


def _read_time(said: str) -> time:
    if said.casefold() == "noon":
        return time(12)
    try:
        return parser.parse(said.replace(".", ":", 1) if said[-1].isdigit() else said.replace(".", "")).time()
    except (ValueError, OverflowError) as error:
        raise NotUnderstood(said) from error


def _read_day(said: str, wall: time, now: datetime, zone: str) -> date:
    today = local_day(now, zone)
    if said == "today":
        return today
    if said == "tomorrow":
        return today + DAY
    if said == "" or said.removeprefix("next ") in _weekdays():
        wanted = _weekdays().get(said.removeprefix("next "))
        first = today + DAY if said.startswith("next ") else today
        days = [first + timedelta(days=ahead) for ahead in range(8)]
        return next(day for day in days if wanted in (None, day.weekday()) and moment(day, wall, zone).at > now)
    try:
        if _ISO.match(said):
            return date.fromisoformat(said)
        if _DAY_AND_MONTH.match(said):
            return _of_this_or_next_year(said, today)
    except (ValueError, OverflowError) as error:
        raise NotUnderstood(said) from error
    raise NotUnderstood(said)


def _of_this_or_next_year(said: str, today: date) -> date:
    """A day of a month, the next one if no year is named."""
    day = parser.parse(said, default=datetime(today.year, 1, 1)).date()
    if day < today and not re.search(r"\d{4}", said):
        return parser.parse(said, default=datetime(today.year + 1, 1, 1)).date()
    return day


@cache
def _weekdays() -> dict[str, int]:
    """Weekdays by their names, whole or shortened to three letters, as well as `tues`, `weds`, `thur` and `thurs`."""
    names = {name: number for number, name in enumerate(WEEKDAYS)}
    short = {name[:3]: number for name, number in names.items()}
    return {**names, **short, "tues": 1, "weds": 2, "thur": 3, "thurs": 3}
