"""Reminders before a forecast call: when somebody whose review is open gets one, and how it is put off. Pure rules.

In words a rep may hold us to: we write to you twice at most, only while you work, and only as long as something of
yours is open. First half-way through your last working day before the call, if you had your reviews for three hours by
then, else when you had; then half an hour into the day of the call, or, if that leaves you no time, two hours before
you go home on the day before. You can put the first one off, and then the second comes when you said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flows.calls import Call
from flows.hours import DAY, Habits, is_workday, is_working, local_day, next_working_moment

MOST_REMINDERS = 2

TIME_TO_BEGIN = timedelta(hours=3)
"""So long everybody has for their reviews before they are reminded, where the call leaves so much;"""
FRESH = timedelta(hours=1)
"""in any case this long."""
SETTLING_IN = timedelta(minutes=30)
"""A nudge comes when the day begins, and a reminder on that day this much later."""
ROOM = timedelta(hours=1)
"""The second reminder comes this long before the digest at least,"""
LEAST_ROOM = timedelta(minutes=30)
"""and one that was held up or put off this long: a review that asks what is old takes three minutes, any other ten."""
BEFORE_HOME = timedelta(hours=2)
APART = timedelta(minutes=90)
"""Two reminders of one call are this far apart, unless the person said otherwise."""
BREATH = timedelta(minutes=30)
"""Whatever else we wrote to somebody by ourselves, such as a nudge, a reminder comes this long after it at least."""

LOOKS_BACK = 28
"""So many days at most are between a call and their last working day before: who is away for longer is left alone."""


class Snooze(StrEnum):
    """Until when a person puts a reminder off."""

    HOUR = "hour"
    TOMORROW = "tomorrow"


@dataclass(frozen=True)
class Reminder:
    """That a person was reminded of a call, by its id, for the `number`th time, `at` a moment (UTC).

    `channel` is their conversation with the bot, empty if they could not be reached. The next one comes at
    `snoozed_until` (UTC), if they put it off.
    """

    id: int
    call: int
    person: str
    number: int
    at: datetime
    channel: str
    snoozed_until: datetime | None = None

    @property
    def is_last(self) -> bool:
        return self.number >= MOST_REMINDERS


def moments(call: Call, opened: datetime, habits: Habits) -> tuple[datetime, ...]:
    """When a person is to be reminded of a call if nothing comes between; in UTC, in order, two at most.

    `opened` (UTC) is when the last of their open reviews was there for it. Raises `ValueError` as `is_workday` does.
    """
    latest = call.digest_at - LEAST_ROOM
    meant = [_day_before(call, opened, habits), *_at_last(call, opened, habits)]
    fair = {each for each in meant if each and opened + FRESH <= each <= latest and is_working(each, habits)}
    return tuple(each for each in sorted(fair) if each == min(fair) or each >= min(fair) + APART)


def may_come(call: Call, opened: datetime, habits: Habits, now: datetime) -> bool:
    """Whether any reminder of a call may come to a person at a moment (UTC), whatever they got before."""
    if call.cancelled_at or now > call.digest_at - LEAST_ROOM or now < opened + FRESH:
        return False
    return is_working(now, habits)


def is_due(
    call: Call, opened: datetime, habits: Habits, sent: Sequence[Reminder], spoken: datetime | None, now: datetime
) -> bool:
    """Whether a person is to be reminded of a call at a moment (UTC), also if that is later than it was meant to be.

    `sent` are their reminders of that call so far, `spoken` (UTC) is when we last wrote to them by ourselves.
    """
    if len(sent) >= MOST_REMINDERS or not may_come(call, opened, habits, now):
        return False
    if spoken and spoken <= now < spoken + BREATH:
        return False
    last = max(sent, key=lambda each: each.number, default=None)
    if last and last.snoozed_until:
        return last.snoozed_until <= now
    after = last.at + APART if last else opened
    return any(after <= each <= now for each in moments(call, opened, habits))


def snoozes(reminder: Reminder, call: Call, habits: Habits, now: datetime) -> dict[Snooze, datetime]:
    """How long a reminder can be put off at a moment (UTC), and until when: there has to be room before the call.

    The last one cannot: there is none after it.
    """
    if reminder.is_last or call.cancelled_at:
        return {}
    hour = now + timedelta(hours=1)
    midnight = datetime.combine(local_day(now, habits.zone) + DAY, time.min, ZoneInfo(habits.zone)).astimezone(UTC)
    meant = {Snooze.HOUR: hour, Snooze.TOMORROW: next_working_moment(midnight, habits)}
    latest = call.digest_at - LEAST_ROOM
    return {each: until for each, until in meant.items() if until <= latest and is_working(until, habits)}


def _day_before(call: Call, opened: datetime, habits: Habits) -> datetime | None:
    """Half-way through somebody's last working day before a call, or when they had their reviews for long enough."""
    day = _working_day_before(call, habits)
    if day is None:
        return None
    begins, ends = _wall(day, habits.begins, habits), _wall(day, habits.ends, habits)
    return max(begins + (ends - begins) / 2, opened + TIME_TO_BEGIN)


def _at_last(call: Call, opened: datetime, habits: Habits) -> Iterator[datetime]:
    """The last time that leaves room: on the day of the call, else before somebody goes home on the day before."""
    day, before = local_day(call.at, habits.zone), _working_day_before(call, habits)
    morning = _wall(day, habits.begins, habits) + SETTLING_IN
    if opened + FRESH > morning:
        morning = min(opened + TIME_TO_BEGIN, call.digest_at - ROOM)
    if is_working(morning, habits) and morning <= call.digest_at - ROOM:
        yield morning
    elif before:
        yield _wall(before, habits.ends, habits) - BEFORE_HOME


def _wall(day: date, wall: time, habits: Habits) -> datetime:
    """When a wall clock there shows a time, in UTC."""
    return datetime.combine(day, wall, ZoneInfo(habits.zone)).astimezone(UTC)


def _working_day_before(call: Call, habits: Habits) -> date | None:
    day = local_day(call.at, habits.zone)
    days = (day - back * DAY for back in range(1, LOOKS_BACK + 1))
    return next((each for each in days if is_workday(each, habits)), None)
