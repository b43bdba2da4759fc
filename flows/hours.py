"""When a person works: their hours, workdays, public holidays and days away, by the clock on their own wall."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

MORNING = time(9, 30)
MONDAY_TO_FRIDAY = frozenset(range(5))
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
DAYS_AHEAD = 366


@dataclass(frozen=True)
class Habits:
    """One person's local rules.

    `zone` is an IANA time zone. Working hours are the same on every workday, from `begins` up to, but not at, `ends`,
    by the wall clock there; they end on the day on which they begin. `workdays` are days of the week, 0 a Monday.
    `country` is an ISO 3166-1 alpha-2 code, where a part of it has holidays of its own with that (`DE-BY`); without one
    no public holidays are known. `away_from` and `away_until` are the first and the last day of an absence. `nudges`
    is whether they want to be nudged at all, `mirror` whether they want to be shown each week what they asked; when
    they work does not depend on it.

    Raises `ValueError` for hours, days or an absence that nobody can have. A country is not looked up here, for that
    is slow: ask `is_country` when somebody sets one.
    """

    zone: str = "UTC"
    begins: time = time(9)
    ends: time = time(17)
    workdays: frozenset[int] = MONDAY_TO_FRIDAY
    country: str = ""
    away_from: date | None = None
    away_until: date | None = None
    nudges: bool = True
    mirror: bool = False

    def __post_init__(self) -> None:
        if self.begins >= self.ends:
            raise ValueError("Working hours have to end later on the day on which they begin.")
        if not self.workdays or not self.workdays <= set(range(7)):
            raise ValueError("A working week has at least one day, from 0 for Monday to 6 for Sunday.")
        if self.away_from is None and self.away_until is None:
            return
        if self.away_from is None or self.away_until is None or self.away_from > self.away_until:
            raise ValueError("An absence has a first and a last day, in this order.")
        if self.away_until.year == MAXYEAR:
            raise ValueError("An absence has to end while there are days left in the calendar.")

    def is_away(self, day: date) -> bool:
        """Whether a day there is one of their absence."""
        return self.away_from is not None and self.away_until is not None and self.away_from <= day <= self.away_until


def local_day(now: datetime, zone: str) -> date:
    """The date that a calendar in an IANA zone shows at a moment in UTC."""
    return now.astimezone(ZoneInfo(zone)).date()


def is_workday(day: date, habits: Habits) -> bool:
    """Whether they work on a day there: one of their week, no public holiday, and not of their absence.

    Raises `ValueError` if their country is none that `is_country` knows.
    """
    if day.weekday() not in habits.workdays or habits.is_away(day):
        return False
    return not habits.country or day not in _public_holidays(habits.country, day.year)


def is_working(now: datetime, habits: Habits) -> bool:
    """Whether a moment in UTC is in their working hours.

    The wall clock alone decides, so hours in the night may be shorter or longer, or come in two parts, when the clocks
    are changed. Raises `ValueError` as `is_workday` does.
    """
    wall = now.astimezone(ZoneInfo(habits.zone))
    return habits.begins <= wall.time() < habits.ends and is_workday(wall.date(), habits)


def next_working_moment(now: datetime, habits: Habits) -> datetime:
    """`now` if they are working, else the next moment at which they are; both in UTC.

    Raises `ValueError` if that is not within a year, an absence not counted, or as `is_workday` does.
    """
    if is_working(now, habits):
        return now
    day = local_day(now, habits.zone)
    for _ in range(DAYS_AHEAD):
        if is_workday(day, habits):
            starts = [start for start in _edges(day, habits) if start > now and is_working(start, habits)]
            if starts:
                return min(starts)
        last_away = habits.away_until if habits.is_away(day) else None
        day = (last_away or day) + DAY
    raise ValueError(f"There is no working moment within {DAYS_AHEAD} days for {habits}.")


def next_morning(now: datetime, owner: str | Habits) -> datetime:
    """The next morning, from tomorrow on, of a day on which somebody works; both moments in UTC.

    It is half past nine by the wall clock there, or when their hours begin if half past nine is not in them. Of
    somebody whose habits are not known the IANA zone will do: they work from Monday to Friday. Raises `ValueError` as
    `next_working_moment` does.
    """
    habits = Habits(owner) if isinstance(owner, str) else owner
    if habits.begins < MORNING < habits.ends:
        habits = replace(habits, begins=MORNING)
    midnight = datetime.combine(local_day(now, habits.zone) + DAY, time.min, ZoneInfo(habits.zone))
    return next_working_moment(midnight.astimezone(UTC), habits)


def is_country(code: str) -> bool:
    """Whether the public holidays are known of an ISO 3166-1 alpha-2 code, or of one with its part (`DE-BY`)."""
    country, dash, part = code.partition("-")
    parts = _known_countries().get(country)
    return parts is not None and (not dash or part in parts)


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Every country whose public holidays are known: ISO 3166-1 alpha-2 code and English name, in order of names."""
    names = [(code, _country_name(code)) for code in _known_countries()]
    return tuple(sorted(names, key=lambda each: unicodedata.normalize("NFKD", each[1]).encode("ascii", "ignore")))


def parts_of(country: str) -> tuple[str, ...]:
    """The parts of a country that have holidays of their own, as they stand behind its code: the `BY` of `DE-BY`."""
    return tuple(_known_countries().get(country, ()))


def _known_countries() -> dict[str, list[str]]:
    # Imported only where it is needed: the package takes 60 ms, and with the first country 120 ms and 17 MB more.
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)


def _country_name(code: str) -> str:
    # The package keeps no names as data, but documents the class of a country, or the one it is short for, with it.
    from holidays import country_holidays

    for entity in type(country_holidays(code)).__mro__[:2]:
        documented = re.match(r"\s*(.+?)(?: \(the\))? holidays\.", entity.__doc__ or "")
        if documented:
            return documented[1]
    return code


@lru_cache(maxsize=512)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    if not is_country(country):
        raise ValueError(f"The public holidays of {country!r} are not known.")
    code, _, part = country.partition("-")
    return frozenset(country_holidays(code, part or None, years=year))


def _edges(day: date, habits: Habits) -> Iterator[datetime]:
    """The moments in UTC around which hours begin or end on a day.

    That is when the clock shows `begins` or `ends`, and where it does so twice or never, also when it is changed: then
    it can be set right into the hours, forwards over their beginning or back over their end.
    """
    zone = ZoneInfo(habits.zone)
    for edge in (habits.begins, habits.ends):
        walls = [datetime.combine(day, edge, zone).replace(fold=fold) for fold in (0, 1)]
        early, late = sorted(wall.astimezone(UTC) for wall in walls)
        yield from (early, late)
        if early < late:
            yield _clock_change(early, late, zone)


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the clocks in a zone are changed, which lies between two moments in UTC."""
    changed = after.astimezone(zone).utcoffset()
    seconds = range(int((after - before).total_seconds()))
    passed = bisect_left(
        seconds, True, key=lambda each: (before + timedelta(seconds=each)).astimezone(zone).utcoffset() == changed
    )
    return before + timedelta(seconds=passed)
