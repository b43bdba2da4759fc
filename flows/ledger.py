"""The ledger: what we know about each question of a deal, from the latest answer that told of the customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from flows.answer import HEARD, Answer, Source, Standing
from flows.review import Review


@dataclass(frozen=True)
class Known:
    """What we know about one question of one deal.

    `lines` are the words about the customer as they were written, `authors` who wrote them, `review` where they were
    said. `given_at` is when the customer's side last gave this: when it was told anew, or the day on which they were
    heard to say that it is still so. `open_since` is set while it is not known yet. `due` is the day by which it is to
    have happened, of a step of theirs. `repeats` counts how often in a row it was called still true without a day on
    which that was heard, and `doubted_at` is when somebody said that something happened which may change it. Moments
    are in UTC.
    """

    question: str
    review: int
    lines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: Source | None = None
    given_at: datetime | None = None
    open_since: datetime | None = None
    due: date | None = None
    repeats: int = 0
    doubted_at: datetime | None = None

    @property
    def told_at(self) -> datetime:
        """When it was given, or since when it is open."""
        return self.open_since or self.given_at or datetime.min.replace(tzinfo=UTC)

    @property
    def is_open(self) -> bool:
        return self.open_since is not None


@dataclass(frozen=True)
class Wait:
    """The customer cannot move before a day, for a reason they gave; nobody is nudged until it is over."""

    until: date
    reason: str


def known(review: Review, question: str, before: Known | None = None) -> Known | None:
    """What is known about a question once a review has said what it says; None if nothing ever was.

    `before` is what was known until now. An answer that is only about us, or was taken back, leaves what was heard
    earlier; *not known yet* does not, for whoever says so knows that it does not hold.
    """
    answer = review.answer(question)
    if answer.standing is not Standing.NOT_KNOWN and answer.heard:
        return _heard(answer, review.id, before)
    if answer.standing is Standing.NOT_KNOWN:
        return _open(answer, review.id, before)
    if before and before.review != review.id:
        return before
    if question in review.earlier:
        return _heard(review.earlier[question], review.earlier[question].said_in or review.id, before)
    return _open(answer, review.id, before) if answer.standing is Standing.ANSWERED else None


def doubted(now: Known, before: Known | None) -> Known:
    """A doubt about what was known holds until the customer's side gives it anew."""
    doubt = before.doubted_at if before else None
    holds = doubt and now.given_at and now.given_at < doubt
    return replace(now, doubted_at=doubt) if holds else now


def _heard(answer: Answer, review: int, before: Known | None) -> Known:
    lines = answer.lines(*HEARD)
    heard = Known(
        answer.question,
        review,
        tuple(line.text for line in lines),
        tuple(dict.fromkeys(line.author for line in lines)),
        answer.source,
        answer.given_at,
        due=answer.due,
        repeats=answer.repeats,
    )
    return doubted(heard, before)


def _open(answer: Answer, review: int, before: Known | None) -> Known:
    """It is open since it was first said not to be known, however often that is said again."""
    since = before.open_since if before and before.open_since else answer.said_at
    return Known(
        answer.question,
        review,
        tuple(line.text for line in answer.lines()),
        tuple(dict.fromkeys(reply.author for reply in answer.live)),
        open_since=since,
    )
