"""What templates need to know of a review, as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flows.playbook import OPENING, STRUGGLE
from flows.review import HEARD, Answer, Deal, Explained, Label, Review, Standing
from flows.summary import summarise

LONGEST_SITTING = 120
"""In minutes."""


def asking(review: Review) -> dict[str, Any]:
    return {
        "review": review.id,
        "ask": review.ask,
        "question": review.asked,
        "deal": review.deal.name,
        "customer": review.deal.name,
        "owner": review.owner,
        "open": True,
        "standing": None,
        "source": None,
        "can_repeat": review.asked in review.earlier and review.asked != OPENING,
    }


def earlier(answer: Answer) -> dict[str, Any]:
    """What was heard before. Of the opening, which is a snapshot, all of it."""
    if answer.question == OPENING:
        said = [reply.text for reply in answer.carried]
    else:
        said = [line.text for line in answer.lines(*HEARD)]
    return {"said": said, "at": answer.said_at, "source": answer.source}


def struggle(review: Review) -> str | None:
    """The hard part in the rep's own words, for whoever has no idea yet how to help."""
    lines = review.answer(STRUGGLE).lines(Label.CUSTOMER)
    return lines[0].text if lines else None


def minutes(review: Review) -> int | None:
    """How long the review took, if it was done in one go: days between two replies say nothing."""
    if review.ended_at is None:
        return None
    minutes = max(1, round((review.ended_at - review.opened_at).total_seconds() / 60))
    return minutes if minutes < LONGEST_SITTING else None


def standing(review: Review) -> dict[str, Any]:
    """Where a review stands, in a line."""
    return {
        "deal": review.deal.name,
        "owner": review.owner,
        "channel": review.channel,
        "status": review.status,
        "number": review.number,
        "total": len(review.questions),
        "ended_at": review.ended_at,
    }


def known(review: Review, question: str) -> dict[str, Any]:
    """What is known under a question: said in this review, else in one before."""
    answer = review.answer(question)
    if not answer.heard and answer.standing is not Standing.NOT_KNOWN:
        answer = review.earlier.get(question, answer)
    return {
        "question": question,
        "lines": [line.text for line in answer.lines(*HEARD)],
        "standing": answer.standing,
        "source": answer.source,
        "at": answer.said_at,
    }


def details(deal: Deal) -> dict[str, Any]:
    return {
        "stage": deal.stage,
        "their_date": deal.their_date,
        "their_date_source": deal.their_date_source,
        "close_date": deal.close_date,
        "period": deal.period,
    }


def why(explained: Explained) -> dict[str, Any]:
    """Why a line stands where it does. It was moved by somebody unknown if the lens has forgotten the lesson since."""
    return {
        "line": explained.line.text,
        "label": explained.line.label,
        "read_as": explained.read_as,
        **asdict(explained.reason),
        "lesson": asdict(explained.lesson) if explained.lesson else None,
    }


def summary(review: Review) -> dict[str, Any]:
    summed = summarise(review)
    return {
        **asdict(summed),
        "review": review.id,
        "deal": review.deal.name,
        "customer": review.deal.name,
        "owner": review.owner,
        "people": review.people,
        "status": review.status,
        "opened_at": review.opened_at,
        "ended_at": review.ended_at,
        "carried_on": False,
        "minutes": minutes(review),
        "last_reviewed": review.last_reviewed,
        "details": details(review.deal),
        "struggle": struggle(review),
    }
