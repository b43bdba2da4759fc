"""Dossiers: what a digest is made of for each deal, and how much of that one person may know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flows.answer import Standing
from flows.deal import Deal
from flows.ledger import Wait
from flows.lens import Label
from flows.outlook import Item
from flows.watch import Step, is_alike

Members = Mapping[str, frozenset[str] | None]
"""Who is in private channels, by the channels; None where Slack does not tell."""


@dataclass(frozen=True)
class Told:
    """A line of a review, as far as the reader may know it: `text` is empty where they may only know that it is there.

    `key` names it in its review: its message, and its position there. `at` is in UTC. Where the reader may not compare,
    `is_again` says that an earlier review told the very same, and `is_alike` that one did in mostly the same words.
    """

    review: int
    key: str
    question: str
    author: str
    at: datetime
    text: str
    label: Label
    is_again: bool = False
    is_alike: bool = False


@dataclass(frozen=True)
class Past:
    """One review of a deal, as far as a digest needs it: where it was held, and which questions were answered how.

    `is_direct` says that it was held in direct messages, `follows` whether the deal had a finished review before it.
    `authors` are those whose words are in it, and `thread_ts` is Slack's id of its first message. `scope` is empty if
    everybody may read it, else the private channel that it was held in: not only deals that live there are.
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


def seen_by(dossier: Dossier, readable: Iterable[int]) -> Dossier:
    """A dossier as whoever may read these reviews knows it: of the others, how old things are and no words."""
    may = set(readable)
    every = [line for each in dossier.reviews for line in each.lines]

    def seen(line: Told) -> Told:
        compared = replace(line, is_again=is_told_again(line, every), is_alike=is_told_alike(line, every))
        return compared if line.review in may else replace(compared, text="", author="")

    items = tuple(
        each
        if each.known is None or each.known.review in may
        else replace(each, known=replace(each.known, lines=(), authors=()))
        for each in dossier.items
    )
    reviews = dossier.reviews
    if any(line.review not in may for line in every):
        reviews = tuple(replace(each, lines=tuple(map(seen, each.lines))) for each in reviews)
    steps = tuple(each if each.review in may else replace(each, words="") for each in dossier.steps)
    return replace(dossier, items=items, reviews=reviews, steps=steps)


def is_told_again(line: Told, every: Iterable[Told]) -> bool:
    """Whether an earlier review told the very same, whatever the question was."""
    return line.is_again or any(_bare(each.text) == _bare(line.text) for each in _before(line, every))


def is_told_alike(line: Told, every: Iterable[Told]) -> bool:
    """Whether an earlier review told the same under the same question, in mostly the same words."""
    same = (each for each in _before(line, every) if each.question == line.question)
    return line.is_alike or any(_bare(each.text) == _bare(line.text) or is_alike(each.text, line.text) for each in same)


def _before(line: Told, every: Iterable[Told]) -> Iterator[Told]:
    return (each for each in every if each.review < line.review and each.text and line.text)


def _bare(text: str) -> str:
    """A text's words, without case and marks."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def may_read(review: Past, person: str, members: Members) -> bool:
    """Whether a person may read the words of a review.

    Of direct messages only who wrote them, whoever asked for the review; a public channel's are everybody's. A private
    channel's are its `members`'; where those are not known, theirs who are in the review.
    """
    if review.is_direct:
        return person in review.authors
    if not review.scope:
        return True
    there = members.get(review.scope)
    return person in (there if there is not None else (review.owner, review.opened_by, *review.authors))


def may_know(dossier: Dossier, person: str, members: Members) -> bool:
    """Whether a person may know that there is such a deal."""
    deal = dossier.deal
    if not deal.scope:
        return True
    there = members.get(deal.scope)
    if there is not None and person not in there:
        return False
    if person == deal.owner:
        return True
    return any(may_read(review, person, members) for review in dossier.reviews)
