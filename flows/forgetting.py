"""Forgetting: what becomes of a review when somebody who was in it wants to be forgotten, and of words that quote them.

Their words go, wherever they stand; what others said stays, and the review stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from flows.answer import Answer, Reply, Standing
from flows.lens import Reading
from flows.review import DIRECT, Review, Status

FORGOTTEN = "GONE"
"""Stands for the id of everybody who was forgotten: they are not told apart any more. No id of Slack's is like it."""

NOWHERE = f"{DIRECT}{FORGOTTEN}"
"""Stands for their conversation with the bot, in which nothing is said any more."""

GAP = "…"
"""Stands for words that are gone, in any language."""

NAMES = frozenset({"deal", "customer", "file_name", "period", "zone", "country_name"})
"""Keys of a context under which no words of a person stand, though they may look like some."""

QUOTING = frozenset({"said", "lines", "text", "words", "line", "struggle", "theirs", "us", "customer"})
"""Keys under which there may be words, if only one."""

EACH = "[]"
"""Ends the key of what is one of several."""

LEAST_WORDS = 3
"""So many words have to be in a line for it to be looked for inside of others: nobody owns "Ruth"."""


@dataclass(frozen=True)
class Traces:
    """What is to be found nowhere any more: `texts` as they were written, their `lines`, ids and names of deals.

    `threads` are the times of Slack messages that are not to be linked to any more.
    """

    people: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    deals: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()

    def cleaned(self, value: Any, key: str = "") -> Any:
        """Plain data, such as a context, without them."""
        if isinstance(value, Mapping):
            return {self._without_people(name): self.cleaned(each, name) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.cleaned(each, f"{key}{EACH}") for each in value if not self._is_about_them(each)]
        return self._text(value, key) if isinstance(value, str) else value

    def quoted(self, text: str) -> bool:
        """Whether a text is some of these words, or holds some."""
        told = " ".join(text.split())
        return bool(told) and (told in self._said or any(line in told for line in self._longer))

    def _is_about_them(self, value: Any) -> bool:
        """Whether an entry of a list is about one of the deals: it goes with its ids, which another deal may get."""
        name = value.get("deal") if isinstance(value, Mapping) else None
        return isinstance(name, str) and name.casefold() in self.deals

    def _text(self, text: str, key: str) -> str:
        if text.casefold() in self.deals:
            return GAP
        if text.startswith("http"):
            return "" if any(thread in text for thread in self.threads) else text
        may_be = " " in text or key.removesuffix(EACH) in QUOTING
        if may_be and key not in NAMES and self.quoted(text):
            return GAP
        return self._without_people(text)

    def _without_people(self, text: str) -> str:
        for person in self.people:
            text = text.replace(person, FORGOTTEN)
        return text

    @cached_property
    def _said(self) -> str:
        return "\n".join(" ".join(text.split()) for text in self.texts)

    @cached_property
    def _longer(self) -> tuple[str, ...]:
        lines = (" ".join(line.split()) for line in (*self.lines, *self.texts))
        return tuple(dict.fromkeys(line for line in lines if line.count(" ") + 1 >= LEAST_WORDS))


def forget(review: Review, person: str, now: datetime) -> Review:
    """A review without a person: their words gone, and somebody unknown in their place. Their open review is stopped.

    `now` is in UTC.
    """
    after = replace(
        review,
        owner=_other(review.owner, person),
        opened_by=_other(review.opened_by, person),
        deal=replace(review.deal, owner=_other(review.deal.owner, person)),
        answers={key: _answer(answer, person) for key, answer in review.answers.items()},
        earlier={key: _answer(answer, person) for key, answer in review.earlier.items()},
    )
    if review.owner == person and review.channel.startswith(DIRECT):
        after = replace(after, channel=NOWHERE)
    if review.owner == person and review.is_open:
        return replace(after, status=Status.STOPPED, ended_at=now, returns_at=None)
    if after.status is Status.AWAITING_DETAIL and not after.answer(after.asked).live:
        return replace(after, status=Status.AWAITING_ANSWER)
    return after


def _answer(answer: Answer, person: str) -> Answer:
    """An answer without a person's words; one that has no others is withdrawn."""
    replies = tuple(_reply(each, person) for each in answer.replies)
    carried = tuple(each for each in answer.carried if each.author not in (person, FORGOTTEN))
    after = replace(answer, replies=replies, carried=carried)
    told = answer.standing in (Standing.ANSWERED, Standing.STILL_TRUE)
    wrote = any(each.author in (person, FORGOTTEN) for each in (*answer.replies, *answer.carried))
    if told and not after.live and not after.before and (wrote or answer.standing is Standing.STILL_TRUE):
        return replace(after, standing=Standing.WITHDRAWN)
    return after


def _reply(reply: Reply, person: str) -> Reply:
    if reply.author != person:
        return reply
    return Reply(reply.message_ts, FORGOTTEN, "", Reading((), ""), withdrawn=True)


def _other(who: str, person: str) -> str:
    return FORGOTTEN if who == person else who
