"""Dossiers: what a digest is made of for each deal, and how much of that one person may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flows.ledger import Wait
from flows.outlook import Item
from flows.review import Deal, Label, Standing
from flows.watch import Step


@dataclass(frozen=True)
class Told:
    """A line of a review, as far as the reader may know it: `text` is empty where they may only know that it is there.

    `key` names it in its review: its message, and its position there. `at` is in UTC.
    """

    review: int
    key: str
    question: str
    author: str
    at: datetime
    text: str
    label: Label


@dataclass(frozen=True)
class Past:
    """One review of a deal, as far as a digest needs it: where it was held, and which questions were answered how.

    `is_direct` says that it was held in direct messages, `follows` whether the deal had a finished review before it.
    `authors` are those whose words are in it, and `thread_ts` is Slack's id of its first message. `scope` is the
    private channel it was held in, if it was in one: not only deals that live there are reviewed there.
    """

    id: int
    channel: str
    owner: str
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    is_open: bool
    is_direct: bool
    follows: bool
    thread_ts: str | None = None
    standings: tuple[tuple[str, Standing], ...] = ()
    lines: tuple[Told, ...] = ()
    authors: frozenset[str] = frozenset()
    scope: str = ""


@dataclass(frozen=True)
class Dossier:
    """All that a digest is made of for one deal: how its questions stand, its latest reviews and steps, newest first.

    What counts as new came after `since` (UTC), the call before or the review before. `wait` is None once it is over.
    `taken` tells who has taken on what was asked for, by review and line. `is_asked` says whether its review for the
    call is still open, and `scale` is as in `flows.outlook.outlook`.
    """

    deal: Deal
    items: tuple[Item, ...]
    reviews: tuple[Past, ...] = ()
    steps: tuple[Step, ...] = ()
    since: datetime | None = None
    wait: Wait | None = None
    taken: tuple[tuple[int, str, str], ...] = ()
    is_asked: bool = False
    scale: float = 1.0


def seen_by(dossier: Dossier, person: str, readable: Iterable[int]) -> Dossier:
    """A dossier as one person may know it: of a review that they may not read, how old things are and no words."""
    may = set(readable)
    items = tuple(
        each
        if each.known is None or each.known.review in may
        else replace(each, known=replace(each.known, lines=(), authors=()))
        for each in dossier.items
    )
    reviews = tuple(
        each if each.id in may else replace(each, lines=tuple(replace(line, text="", author="") for line in each.lines))
        for each in dossier.reviews
    )
    steps = tuple(each if each.review in may else replace(each, words="") for each in dossier.steps)
    return replace(dossier, items=items, reviews=reviews, steps=steps)


def may_read(review: Past, deal: Deal, person: str, members: frozenset[str] | None) -> bool:
    """Whether a person may read the words of a review.

    Of direct messages only who wrote them, whoever asked for the review; a public channel's are everybody's. A private
    channel's are its `members`'; where those are not known, theirs who are in the review.
    """
    if review.is_direct:
        return person in review.authors
    if not (review.scope or deal.scope):
        return True
    return person in (members if members is not None else (review.owner, review.opened_by, *review.authors))


def may_know(dossier: Dossier, person: str, members: frozenset[str] | None) -> bool:
    """Whether a person may know that there is such a deal; `members` are those of the channel it lives in."""
    deal = dossier.deal
    if not deal.scope or person == deal.owner:
        return True
    return any(may_read(review, deal, person, members) for review in dossier.reviews)
