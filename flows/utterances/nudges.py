"""What is said in a direct message by itself, and to whoever does something about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from flows import contexts
from flows.nudging import MOST_DEALS, Matter, Nudge
from flows.utterances.saying import Retouch, Utterance, nudge_slot


def nudge(
    nudge: Nudge, matters: Sequence[Matter], zone: str, *, eases_off: bool = False, snoozed: bool = False
) -> Utterance:
    """What may have moved since somebody last heard, and what came of it; edited in place.

    `zone` is their IANA time zone. One that `eases_off` says that the next ones come less often; one that is `snoozed`
    that the next comes on their next working day.
    """
    hour = nudge.at.astimezone(ZoneInfo(zone)).hour
    to_ask = [matter for matter in matters if not matter.came]
    done = [matter for matter in matters if matter.came]
    return Utterance(
        "nudge",
        {
            "nudge": nudge.id,
            "person": nudge.person,
            "part": "morning" if hour < 12 else "afternoon" if hour < 18 else "evening",
            "count": len(matters),
            "done": [contexts.matter(matter) for matter in done[:MOST_DEALS]],
            "more_done": max(0, len(done) - MOST_DEALS),
            "to_ask": [contexts.matter(matter) for matter in to_ask[:MOST_DEALS]],
            "more": max(0, len(to_ask) - MOST_DEALS),
            "eases_off": eases_off,
            "snoozed": snoozed,
            "open": bool(to_ask),
        },
        nudge_slot(nudge),
    )


def nudge_followed(nudge: Nudge) -> Retouch:
    """Take the buttons off a nudge: the next one has come."""
    return Retouch(nudge_slot(nudge), {"open": False})


def nothing_stale() -> Utterance:
    """Nothing that a nudge was about is old any more."""
    return Utterance("nothing_stale", {})


def not_your_nudge() -> Utterance:
    return Utterance("not_your_nudge", {})


def newer_nudge() -> Utterance:
    return Utterance("newer_nudge", {})


def day_is_over(day: date) -> Utterance:
    """Nobody can wait until a day that is over."""
    return Utterance("day_is_over", {"day": day})


def needs_a_day() -> Utterance:
    """A step whose day is over needs a new one to be still true."""
    return Utterance("needs_a_day", {})


def needs_a_reason() -> Utterance:
    return Utterance("needs_a_reason", {})


def nudge_heard_form(nudge: Nudge, matters: Sequence[Matter], today: date) -> Utterance:
    """On which day what was last heard? `today` is the person's."""
    return Utterance("nudge_heard_form", {**contexts.to_choose(nudge.id, matters), "today": today})


def nudge_waits_form(nudge: Nudge, matters: Sequence[Matter]) -> Utterance:
    """Until when does a customer wait, and for what?"""
    return Utterance("nudge_waits_form", contexts.to_choose(nudge.id, matters))


def nudge_stop_form(nudge: Nudge, matters: Sequence[Matter]) -> Utterance:
    """About which deal are they not to be asked any more?"""
    return Utterance("nudge_stop_form", contexts.to_choose(nudge.id, matters))
