"""A person's own mornings: local rules on local clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9, 30)
SATURDAY = 5


def next_morning(now: datetime, zone: str) -> datetime:
    """The next working morning in an IANA zone, as a moment in UTC.

    Tomorrow at half past nine by the wall clock there, whatever the clock does overnight; after a Friday, Monday.
    """
    local = ZoneInfo(zone)
    day = now.astimezone(local).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, local).astimezone(UTC)
