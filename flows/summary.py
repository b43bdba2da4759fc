"""What a review amounts to: what was said about the customer beside what was said about us. Counts, never a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flows.answer import Answer, Line, Source, Standing
from flows.lens import Label
from flows.our_side import Heading, heading_of
from flows.playbook import AFTERWARDS, NEXT_STEP, OPENING
from flows.review import Review


@dataclass(frozen=True)
class Tally:
    """How many lines of a telling are about us, about the customer, and unclear."""

    us: int
    customer: int
    unclear: int

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Tally:
        labels = [line.label for line in lines]
        return cls(labels.count(Label.US), labels.count(Label.CUSTOMER), labels.count(Label.UNCLEAR))


@dataclass(frozen=True)
class Heard:
    """What we heard about the customer under one question, quoted; `at` is when it was said, in UTC."""

    question: str
    lines: tuple[Line, ...]
    source: Source | None
    at: datetime | None
    still_true: bool


@dataclass(frozen=True)
class Said:
    """What was said about us under one heading, quoted; without a heading it is all else that was said about us."""

    heading: Heading | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Unknown:
    """A question nobody can answer yet; `lines` are the words in which that was said, if any."""

    question: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Summary:
    """The two tellings side by side, then the two sides, then what is not known and what happens next.

    `gaps` are things not known about questions that were answered otherwise. `heard`, `asked` and `guesses` count
    questions, without the opening. `theirs` and `ours` are the lines
    about the next step. `kept` is what was heard before under the questions that this review did not ask, and `new`
    names the questions that brought news since the deal's review before. A review that did not begin with the opening
    has no `first` telling.
    """

    first: Tally | None
    whole: Tally
    about_customer: tuple[Heard, ...]
    about_us: tuple[Said, ...]
    unsure: tuple[Line, ...]
    unknown: tuple[Unknown, ...]
    gaps: tuple[Line, ...]
    skipped: tuple[str, ...]
    kept: tuple[Heard, ...]
    theirs: tuple[Line, ...]
    ours: tuple[Line, ...]
    new: tuple[str, ...]
    asked: int
    heard: int
    guesses: int


def summarise(review: Review) -> Summary:
    """Sum up a review as it stands, open or over."""
    opening = review.answer(OPENING)
    told = tuple(answer for answer in (opening, *review.steered) if answer.lines())
    steered = tuple(line for answer in review.steered for line in answer.lines())
    step = review.answer(NEXT_STEP)
    asked = tuple(review.answer(key) for key in review.questions if key != OPENING)
    heard = tuple(answer for answer in asked if answer.heard and not _is_unknown(answer))
    return Summary(
        first=Tally.of(opening.lines()) if OPENING in review.questions else None,
        whole=Tally.of(steered),
        about_customer=tuple(_heard(answer) for answer in told if answer.lines(Label.CUSTOMER)),
        about_us=_said(line for answer in told for line in answer.lines(Label.US)),
        unsure=tuple(line for answer in told for line in answer.lines(Label.UNCLEAR)),
        unknown=tuple(Unknown(answer.question, answer.lines(Label.GAP)) for answer in asked if _is_unknown(answer)),
        gaps=tuple(line for answer in told if not _is_unknown(answer) for line in answer.lines(Label.GAP)),
        skipped=tuple(answer.question for answer in asked if _is_skipped(answer)),
        kept=tuple(
            _heard(review.earlier[key]) for key in review.playbook.in_order(review.earlier) if _is_kept(review, key)
        ),
        theirs=step.lines(Label.CUSTOMER),
        ours=step.lines(Label.US),
        new=tuple(answer.question for answer in asked if _is_news(review, answer)),
        asked=len(asked),
        heard=len(heard),
        guesses=sum(answer.source is Source.OUR_GUESS for answer in heard),
    )


def _heard(answer: Answer) -> Heard:
    return Heard(
        answer.question,
        answer.lines(Label.CUSTOMER),
        answer.source,
        answer.said_at,
        answer.standing is Standing.STILL_TRUE,
    )


def _said(lines: Iterable[Line]) -> tuple[Said, ...]:
    """Lines about us by their headings, in the order of the headings; what has none comes last."""
    found: dict[Heading | None, list[Line]] = {heading: [] for heading in (*Heading, None)}
    for line in lines:
        found[heading_of(line.text)].append(line)
    return tuple(Said(heading, tuple(under)) for heading, under in found.items() if under)


def _is_unknown(answer: Answer) -> bool:
    """Open: said to be not known, or answered with nothing about the customer."""
    if answer.standing is Standing.NOT_KNOWN:
        return True
    return answer.standing is Standing.ANSWERED and not answer.heard


def _is_skipped(answer: Answer) -> bool:
    return answer.standing in (None, Standing.SKIPPED, Standing.WITHDRAWN) and not answer.heard


def _is_kept(review: Review, question: str) -> bool:
    return question not in review.questions and question not in (OPENING, AFTERWARDS)


def _is_news(review: Review, answer: Answer) -> bool:
    return bool(review.last_reviewed and answer.standing is Standing.ANSWERED and answer.lines(Label.CUSTOMER))
