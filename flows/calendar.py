"""The calendar of forecast calls: on which days they are, where holidays move them, when their reviews are opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flows.calls import Schedule
from flows.hours import DAY, MONDAY_TO_FRIDAY, WEEK, Habits, is_workday, local_day
from flows.moments import moment

MOST_SCHEDULES = 10
"""Of one person: more are hard to oversee, and were probably made by mistake."""

MOST_DAYS_AHEAD = 5
"""So many working days before a call its reviews may be opened: earlier, and the answers are old when it comes."""

ROOM = timedelta(hours=2)
"""Reviews are not opened any later before a call: nobody could answer them well."""

EVENING_BEFORE = 0
"""Stands for the digest on the evening before a call, where minutes before it are given."""

LOOKS_AHEAD = 60
"""So many turns of a schedule, at most: a country where they all fall on holidays is not to be waited for."""


@dataclass(frozen=True)
class Planned:
    """A call of a schedule that takes place `at` a moment (UTC), whose reviews are to be opened at `opens_at` (UTC).

    `planned` is its day by the schedule's rule, `day` the one on which it is: a holiday moves it. The wall clock may
    not show its time on that day (`is_skipped`); it is then as long after the clocks were changed.
    """

    planned: date
    day: date
    at: datetime
    opens_at: datetime
    is_skipped: bool = False

    @property
    def is_moved(self) -> bool:
        return self.day != self.planned


def upcoming(schedule: Schedule, manager: Habits, now: datetime) -> Iterator[Planned]:
    """The calls of a schedule after a moment (UTC), in order; `manager` says when the manager works.

    A turn whose working days are all holidays has none, and there are none beyond the end of the calendar. Raises
    `ValueError` if a country is none that `flows.hours.is_country` knows.
    """
    step = timedelta(weeks=schedule.every_weeks)
    turns = max(0, (local_day(now, schedule.zone) - schedule.begins) // step)
    for number in range(turns, turns + LOOKS_AHEAD):
        try:
            planned = schedule.begins + number * step
            found = _on(schedule, manager, planned)
        except OverflowError:
            return
        if found and found.at > now:
            yield found


def first(schedule: Schedule, manager: Habits) -> Planned | None:
    """The next call that is still to be prepared."""
    return next(upcoming(schedule, manager, schedule.since), None)


def is_anything_due(schedule: Schedule, manager: Habits, now: datetime) -> bool:
    """Whether there is a call that is `due`, or was `missed`, at a moment (UTC)."""
    found = first(schedule, manager)
    return found is not None and found.opens_at <= now


def missed(schedule: Schedule, manager: Habits, now: datetime) -> tuple[Planned, ...]:
    """The calls that were to be prepared and for which it is too late at a moment (UTC), in order."""
    found = []
    for each in upcoming(schedule, manager, schedule.since):
        if each.at >= now + ROOM:
            break
        found.append(each)
    return tuple(found)


def due(schedule: Schedule, manager: Habits, now: datetime) -> Planned | None:
    """The call whose reviews are to be opened at a moment (UTC), also if that is late; those `missed` left out."""
    late = missed(schedule, manager, now)
    found = next(upcoming(schedule, manager, late[-1].at if late else schedule.since), None)
    return found if found and found.opens_at <= now else None


def _on(schedule: Schedule, manager: Habits, planned: date) -> Planned | None:
    """The call that is planned for a day; None if it would have to move into the turn before."""
    workdays = manager.workdays | {planned.weekday()}
    held = Habits(schedule.zone, workdays=workdays, country=schedule.country)
    day = planned
    while not is_workday(day, held):
        day -= DAY
        if planned - day >= timedelta(weeks=schedule.every_weeks):
            return None
    held_at = moment(day, schedule.time, schedule.zone)
    return Planned(planned, day, held_at.at, _opens_at(schedule, manager, held_at.at), held_at.is_skipped)


def _opens_at(schedule: Schedule, manager: Habits, at: datetime) -> datetime:
    """When the manager's day begins, `days_ahead` of their working days before a call; for who works late, earlier.

    It is a week before at most, so that of weekly calls, too, there is one at a time. While the manager is away the
    reviews are opened all the same: it is others who answer.
    """
    works = replace(manager, country=manager.country or schedule.country, away_from=None, away_until=None)
    day = local_day(at, manager.zone)
    for _ in range(schedule.days_ahead):
        day = _working_day_before(day, works)
    begins = moment(day, manager.begins, manager.zone).at
    return min(max(begins, at - WEEK), at - 2 * ROOM)


def _working_day_before(day: date, habits: Habits) -> date:
    """The working day before a day; in a fortnight without one, the weekday before."""
    for days in range(1, 15):
        if is_workday(day - days * DAY, habits):
            return day - days * DAY
    return next(day - days * DAY for days in range(1, 8) if (day - days * DAY).weekday() in MONDAY_TO_FRIDAY)
