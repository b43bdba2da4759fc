"""What is said about the calendar of forecast calls: to whoever keeps it, and to nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows import calendar, contexts
from flows.calendar import MOST_DAYS_AHEAD, MOST_SCHEDULES, Planned
from flows.calls import THIS_QUARTER, Call, Schedule
from flows.hours import Habits, countries
from flows.periods import Span
from flows.utterances.batches import EVENING
from flows.utterances.saying import Retouch, Utterance, schedule_slot


@dataclass(frozen=True)
class Outlook:
    """A schedule as its manager sees it: its next calls, and those of its calls that are prepared already.

    `manager` says when they work; `too_soon` is a call that cannot be prepared any more, which they may expect.
    """

    schedule: Schedule
    manager: Habits
    next: tuple[Planned, ...] = ()
    prepared: tuple[Call, ...] = ()
    too_soon: Planned | None = None


def schedule_form(
    asked: Schedule, shown: date, periods: Sequence[str], came_from: str = "", span: Span = Span.QUARTER
) -> Utterance:
    """When calls take place, about which deals, and how they are prepared.

    `asked` is filled in; without an id it is a new schedule. `shown` is the day on which it begins or goes on,
    `periods` are what the team calls its forecast periods, `came_from` is the channel in which the form was asked for,
    and `span` how long a forecast period is.
    """
    return Utterance(
        "schedule_form",
        {
            "s": {**_schedule(asked), "digest": _digest(asked.digest_minutes)},
            "came_from": came_from,
            "shown": shown,
            "this_quarter": THIS_QUARTER,
            "span": span,
            "evening": EVENING,
            "periods": [[each, each] for each in dict.fromkeys([*periods, asked.choice.period]) if _is_named(each)],
            "days_ahead": [str(days) for days in range(1, MOST_DAYS_AHEAD + 1)],
            "countries": contexts.countries_by_letter(),
        },
    )


def schedule_card(outlook: Outlook) -> Utterance:
    """A schedule with what can be done about it; edited in place."""
    context = {"s": _outlook(outlook), "removed": False}
    return Utterance("schedule_card", context, schedule_slot(outlook.schedule.id))


def schedule_removed(schedule: Schedule) -> Retouch:
    """Say on its card that a schedule was removed."""
    return Retouch(schedule_slot(schedule.id), {"removed": True})


def list_of_schedules(outlooks: Sequence[Outlook]) -> Utterance:
    """A manager's schedules, each with its next two calls."""
    return Utterance("list_of_schedules", {"schedules": [_outlook(each) for each in outlooks]})


def schedule_kept(outlook: Outlook) -> Utterance:
    """It was taken from what was typed: whoever typed it finds the details in their direct messages."""
    return Utterance("schedule_kept", {"s": _outlook(outlook)})


def schedule_gone(schedule: Schedule) -> Utterance:
    """A schedule was removed."""
    return Utterance("schedule_gone", {"s": _schedule(schedule)})


def schedule_paused_itself(schedule: Schedule, why: str, planned: Planned) -> Utterance:
    """A call cannot be prepared, so the schedule is paused: `why` is a reason not to open reviews there."""
    context = {"s": _schedule(schedule), "call": _call(schedule, planned), "why": why}
    return Utterance("schedule_paused_itself", context, schedule_slot(schedule.id, f"paused:{planned.planned}"))


def call_moved(schedule: Schedule, planned: Planned) -> Utterance:
    """A call whose reviews are opened is not at its usual time: its day is a holiday, or its hour is skipped."""
    context = {"s": _schedule(schedule), "call": _call(schedule, planned)}
    return Utterance("call_moved", context, schedule_slot(schedule.id, f"moved:{planned.planned}"))


def call_left_out(schedule: Schedule, missed: Sequence[Planned]) -> Utterance:
    """The reviews of calls were not opened, for the bot was not there in time; the last of them is named."""
    last = missed[-1]
    context = {"s": _schedule(schedule), "call": _call(schedule, last), "others": len(missed) - 1}
    return Utterance("call_left_out", context, schedule_slot(schedule.id, f"missed:{last.planned}"))


def nothing_to_prepare(schedule: Schedule, planned: Planned, deals: int, most: int) -> Utterance:
    """A call of a schedule is about no deal, or about more than `most`."""
    context = {"s": _schedule(schedule), "call": _call(schedule, planned), "deals": deals, "most": most}
    return Utterance("nothing_to_prepare", context, schedule_slot(schedule.id, f"nothing:{planned.planned}"))


def schedule_not_understood(typed: str) -> Utterance:
    return Utterance("schedule_not_understood", {"typed": typed})


def too_many_schedules() -> Utterance:
    return Utterance("too_many_schedules", {"most": MOST_SCHEDULES})


def schedule_needs_deals() -> Utterance:
    """A schedule names people, a period, or both."""
    return Utterance("schedule_needs_deals", {})


def not_your_schedule() -> Utterance:
    return Utterance("not_your_schedule", {})


def unknown_schedule() -> Utterance:
    return Utterance("unknown_schedule", {})


def _schedule(schedule: Schedule) -> dict[str, Any]:
    country, _, _ = schedule.country.partition("-")
    return {
        "schedule": schedule.id,
        "manager": schedule.manager,
        "channel": schedule.channel,
        "weekday": schedule.begins.weekday(),
        "every_weeks": schedule.every_weeks,
        "time": f"{schedule.time:%H:%M}",
        "zone": schedule.zone,
        "country": country,
        "country_name": dict(countries()).get(country, country) if country else "",
        "owners": list(schedule.choice.owners),
        "period": schedule.choice.period,
        "is_quarter": schedule.choice.period == THIS_QUARTER,
        "in_direct": schedule.in_direct,
        "digest_minutes": schedule.digest_minutes,
        "days_ahead": schedule.days_ahead,
        "paused": schedule.paused,
        "lives_elsewhere": False,
    }


def _outlook(outlook: Outlook) -> dict[str, Any]:
    schedule = outlook.schedule
    return {
        **_schedule(schedule),
        "lives_elsewhere": schedule.zone != outlook.manager.zone,
        "next": [_call(schedule, each) for each in outlook.next],
        "prepared": [_clock(call.at, call.zone) for call in outlook.prepared],
        "too_soon": _call(schedule, outlook.too_soon) if outlook.too_soon else None,
    }


def _call(schedule: Schedule, planned: Planned) -> dict[str, Any]:
    """A call with its day and time on the wall clock of its zone."""
    return {
        **_clock(planned.at, schedule.zone),
        "planned": planned.planned,
        "is_moved": planned.is_moved,
        "is_skipped": planned.is_skipped,
        "usual": f"{schedule.time:%H:%M}",
        "opens_at": planned.opens_at,
    }


def _clock(at: datetime, zone: str) -> dict[str, Any]:
    shown = at.astimezone(ZoneInfo(zone))
    return {"day": shown.date(), "at": f"{shown:%H:%M}"}


def _digest(minutes: int) -> str:
    return EVENING if minutes == calendar.EVENING_BEFORE else str(minutes)


def _is_named(period: str) -> bool:
    return period not in ("", THIS_QUARTER)
