"""What a manager is told who has the reviews of a forecast call opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flows.batch import Line, overview
from flows.calls import THIS_QUARTER, Call, Choice, Result
from flows.moments import moment
from flows.periods import Span
from flows.utterances.saying import Link, Retouch, Utterance, ask_slot, batch_slot

MOST_LINES = 15
"""So many deals are named in a list of one message; the rest is folded into a number."""

EVENING = "evening"
"""The digest on the evening before, in a form."""


@dataclass(frozen=True)
class Draft:
    """What a form to start a batch has filled in already. `at` is the day and the time it proposes in an IANA `zone`.

    `channel` may be empty: then it is the one in which the form is opened.
    """

    channel: str
    choice: Choice
    at: datetime
    zone: str
    came_from: str


def batch_form(draft: Draft, periods: Sequence[str], span: Span = Span.QUARTER) -> Utterance:
    """The form that starts the reviews before a forecast call; `periods` are what the team calls its own.

    `span` is how long a forecast period is.
    """
    return Utterance(
        "batch_form",
        {
            "came_from": draft.came_from,
            "channel": draft.channel,
            "owners": list(draft.choice.owners),
            "period": draft.choice.period,
            "periods": [[each, each] for each in periods],
            "this_quarter": THIS_QUARTER,
            "span": span,
            "day": draft.at.date(),
            "time": f"{draft.at:%H:%M}",
            "zone": draft.zone,
            "evening": EVENING,
        },
    )


def batch(call: Call, lines: Iterable[Line], link: Link) -> Utterance:
    """The manager's message about a call: while reviews are opened how far that is, then what came of each deal."""
    seen = overview(lines)
    handled = seen.total - len(seen.waiting)
    opened = len(seen.open) + len(seen.reviewed) + len(seen.stopped)
    need_none = sum(len(seen.skipped.get(each, ())) for each in (Result.FRESH, Result.CLOSED))
    return Utterance(
        "batch",
        {
            **when(call),
            "call": call.id,
            "channel": call.channel,
            "in_direct": call.in_direct,
            "is_cancelled": call.cancelled_at is not None,
            "total": seen.total,
            "waiting": len(seen.waiting),
            "opened": opened,
            "handled": handled,
            "need_none": need_none,
            "unopened": handled - opened - need_none,
            "open": [_line(line, link) for line in seen.open[:MOST_LINES]],
            "more_open": max(0, len(seen.open) - MOST_LINES),
            "all_open": len(seen.open),
            "reviewed": _names(seen.reviewed, link),
            "stopped": _names(seen.stopped, link),
            "refused": _names(seen.refused, link),
            "skipped": {str(result): _names(found, link) for result, found in seen.skipped.items()},
        },
        batch_slot(call),
    )


def before(call: Call, said: Utterance | Retouch) -> Utterance | Retouch:
    """What a review begins with, the first question with the moment (UTC) of the call that it is for."""
    if isinstance(said, Retouch) or said.slot != ask_slot(1):
        return said
    return replace(said, context={**said.context, "for_call": call.at})


def batch_begun(call: Call, count: int) -> Utterance:
    """The reviews of so many deals are being opened."""
    return Utterance(
        "batch_begun", {**when(call), "count": count, "channel": call.channel, "in_direct": call.in_direct}
    )


def batch_unclear(typed: str) -> Utterance:
    """What was typed after `batch` names no people, no period and no time."""
    return Utterance("batch_unclear", {"typed": typed})


def bad_when(typed: str) -> Utterance:
    """Words that name no moment."""
    return Utterance("bad_when", {"typed": typed})


def unknown_zone(typed: str, meant: str) -> Utterance:
    return Utterance("unknown_zone", {"typed": typed, "meant": meant})


def skipped_hour(day: date, wall: time, zone: str) -> Utterance:
    """A time that no clock shows on that day, since it is put forward over it."""
    after = moment(day, wall, zone).at.astimezone(ZoneInfo(zone))
    return Utterance("skipped_hour", {"day": day, "time": f"{wall:%H:%M}", "zone": zone, "after": f"{after:%H:%M}"})


def too_soon(at: datetime, zone: str, now: datetime) -> Utterance:
    """A call that is over, or begins before anybody could answer."""
    local = at.astimezone(ZoneInfo(zone))
    return Utterance("too_soon", {"day": local.date(), "time": f"{local:%H:%M}", "zone": zone, "is_past": at <= now})


def too_far(day: date) -> Utterance:
    """A call is so far away that its day was probably mistyped."""
    return Utterance("too_far", {"day": day})


def call_is_over() -> Utterance:
    """A call cannot be cancelled, nor its reviews: it has begun."""
    return Utterance("call_is_over", {})


def evening_is_over() -> Utterance:
    return Utterance("evening_is_over", {})


def no_choice() -> Utterance:
    """Nobody said which deals a call is about."""
    return Utterance("no_choice", {})


def no_deals() -> Utterance:
    """No deal is as it was asked for."""
    return Utterance("no_deals", {})


def too_many_deals(count: int, most: int) -> Utterance:
    return Utterance("too_many_deals", {"count": count, "most": most})


def needs_a_channel() -> Utterance:
    """Nobody else reads a direct message, so a team's deals are not reviewed in one."""
    return Utterance("needs_a_channel", {})


def not_your_call(manager: str) -> Utterance:
    return Utterance("not_your_call", {"manager": manager})


def when(call: Call) -> dict[str, Any]:
    """When a call and its digest are, by the clock of the zone in which it was said."""
    at, digest = call.at.astimezone(ZoneInfo(call.zone)), call.digest_at.astimezone(ZoneInfo(call.zone))
    said = moment(at.date(), at.time(), call.zone)
    return {
        "day": at.date(),
        "time": f"{at:%H:%M}",
        "zone": call.zone,
        "is_doubled": said.is_doubled,
        "digest_day": digest.date(),
        "digest_time": f"{digest:%H:%M}",
    }


def _line(line: Line, link: Link) -> dict[str, Any]:
    return {
        "deal": line.deal,
        "owner": line.owner,
        "number": line.number,
        "total": line.total,
        "status": line.status,
        "was_before": line.was_before,
        "link": link(line.channel, line.ts),
    }


def _names(lines: Sequence[Line], link: Link) -> dict[str, Any]:
    """Some deals by their names, and how many more there are."""
    named = [_line(line, link) for line in lines[:MOST_LINES]]
    return {"deals": named, "count": len(lines), "more": max(0, len(lines) - MOST_LINES)}
