"""What somebody is shown of their own, and of how the telling moved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flows import shares
from flows.deal import Deal
from flows.hours import DAY, WEEK
from flows.mirror import Mirror
from flows.shares import Movement
from flows.utterances.saying import Utterance, mirror_slot


def how_it_moved(deal: Deal, moved: Movement) -> Utterance:
    """How the share of the customer and of us moved over a deal's last reviews."""
    return Utterance("how_it_moved", {"deal": deal.name, "moved": shares.plain(moved)})


def mirror(person: str, seen: Mirror) -> Utterance:
    """What a person asked in a week, written to them alone."""
    return Utterance("mirror", _seen(seen), mirror_slot(person, seen.week.begins))


def mirror_now(seen: Mirror) -> Utterance:
    """The same of this week, as far as it has come."""
    return Utterance("mirror_now", _seen(seen))


def mirror_is_off() -> Utterance:
    """Only who turned it on has a mirror."""
    return Utterance("mirror_is_off", {})


def _seen(seen: Mirror) -> dict[str, Any]:
    week = seen.week
    return {
        **asdict(week),
        "ends": week.begins + WEEK - DAY,
        "asked": week.asked,
        "quotes": {"us": list(seen.about_us), "customer": list(seen.about_customer)},
        "before": [{**asdict(each), "asked": each.asked} for each in seen.before],
        "question": seen.to_try,
    }
