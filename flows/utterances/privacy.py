"""What is said to somebody who wants their data, wants to be forgotten, or deletes a deal.

An `occasion` is each time another, so that what is said of one thing never takes the place of what is said of another.
"""

from __future__ import annotations

from flows.deal import Deal
from flows.utterances.saying import ONCE, Utterance


def my_data_coming() -> Utterance:
    """Everything that is kept about a person is being gathered for them."""
    return Utterance("my_data_coming", {})


def my_data_given(occasion: str) -> Utterance:
    """It is in the two files above."""
    return Utterance("my_data_given", {}, f"{ONCE}{occasion}")


def no_file_taken(occasion: str, needed: str) -> Utterance:
    """Slack would not take a file from the bot: what it would need."""
    return Utterance("no_file_taken", {"needed": needed}, f"{ONCE}{occasion}")


def forget_me_form(person: str, deals: int, reviews: int) -> Utterance:
    """Is a person to be forgotten? So many `deals` of theirs are under way, and so many of their `reviews` open."""
    return Utterance("forget_me_form", {"person": person, "deals": deals, "reviews": reviews})


def forgotten(occasion: str) -> Utterance:
    """A person is forgotten. It is the last thing they are told."""
    return Utterance("forgotten", {}, f"{ONCE}{occasion}")


def delete_deal_form(deal: Deal, reviews: int) -> Utterance:
    """Is a deal to be deleted, with its reviews?"""
    return Utterance("delete_deal_form", {"id": deal.id, "deal": deal.name, "reviews": reviews})


def deal_deleted(occasion: str) -> Utterance:
    """A deal is deleted; which one it was is not known any more."""
    return Utterance("deal_deleted", {}, f"{ONCE}{occasion}")


def not_your_deal(deal: Deal) -> Utterance:
    """Only its owner deletes a deal."""
    return Utterance("not_your_deal", {"deal": deal.name, "owner": deal.owner})


def taken_back(is_review: bool) -> Utterance:
    """What stands where a message stood that Slack does not let us delete."""
    return Utterance("taken_back", {"is_review": is_review})
