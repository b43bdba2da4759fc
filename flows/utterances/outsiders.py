"""What is said of guests and of people of other companies, and to them."""

from __future__ import annotations

from collections.abc import Sequence

from flows.review import Review
from flows.utterances.saying import Retouch, Utterance

OUTSIDERS = "outsiders:"
"""How the slots begin in which people are told that another company can read a channel."""


def outsiders_slot(channel: str, person: str = "", number: int = 0) -> str:
    """Where a person is told of a channel for the `number`th time; without a person, how all those slots begin."""
    return f"{OUTSIDERS}{channel}:{person}:{number}" if person else f"{OUTSIDERS}{channel}:"


def colleagues_only() -> Utterance:
    return Utterance("colleagues_only", {})


def colleagues_only_home() -> Utterance:
    return Utterance("colleagues_only_home", {})


def held_back(channel: str, person: str, reviews: Sequence[Review], slot: str) -> Utterance:
    """Another company can read a channel in which a person has reviews under way: nothing is said there."""
    deals = [review.deal.name for review in reviews]
    return Utterance("held_back", {"channel": channel, "person": person, "deals": deals, "over": False}, slot)


def goes_on(slot: str) -> Retouch:
    """The channel is the company's own again, and so is what was told in a slot over."""
    return Retouch(slot, {"over": True})


def not_while_shared() -> Utterance:
    """What somebody wrote in a thread is kept, but nothing is said there."""
    return Utterance("not_while_shared", {})
