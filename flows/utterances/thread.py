"""What is said in the channel and in a review's thread."""

from __future__ import annotations

from datetime import datetime

from flows import contexts
from flows.answer import Answer, Reply, Source, Standing
from flows.hours import next_morning
from flows.review import Review
from flows.summary import summarise
from flows.utterances.saying import PARENT, SHARED, Retouch, Utterance, ask_slot, on_slot, summary_slot


def parent(review: Review) -> Utterance:
    """The message in the channel, edited in place: whose turn it is, how far the review is, what came of it."""
    summary = summarise(review)
    return Utterance(
        "parent",
        {
            "review": review.id,
            "deal": review.deal.name,
            "owner": review.owner,
            "opened_by": review.opened_by,
            "status": review.status,
            "number": review.number,
            "total": len(review.questions),
            "ended_at": review.ended_at,
            "returns_at": review.returns_at,
            "asked": summary.asked,
            "heard": summary.heard,
            "guesses": summary.guesses,
            "unknown": len(summary.unknown),
            "theirs": [line.text for line in summary.theirs[:1]],
            "details": contexts.details(review.deal),
        },
        PARENT,
    )


def question(review: Review, lead: str | None = None, calls: bool = False) -> Utterance:
    """The open question. `lead` is the question before, when it stays open and deserves a word.

    The owner is mentioned if it `calls` them back, or if somebody else began the review.
    """
    answer, earlier = review.answer(review.asked), review.earlier.get(review.asked)
    return Utterance(
        "question",
        {
            **contexts.asking(review),
            "lead": lead,
            "struggle": contexts.struggle(review),
            "mention": review.owner if calls or (review.ask == 1 and review.owner != review.opened_by) else None,
            "number": review.number,
            "total": len(review.questions),
            "said": [reply.text for reply in answer.live],
            "earlier": contexts.earlier(earlier) if earlier and not answer.live else None,
        },
        ask_slot(review.ask),
    )


def probe(review: Review, probe: str) -> Utterance:
    """One follow-up to the open question: an angle for an answer that was about us, or a call for an example."""
    context = {**contexts.asking(review), "number": review.number, "probe": probe}
    return Utterance("probe", context, ask_slot(review.ask))


def closed(review: Review, standing: Standing | None) -> Retouch:
    """Take the buttons off the latest question; after an answer, offer *How do we know?* instead."""
    answer = review.answer(review.asked)
    shown = {"source": answer.source, "heard_on": answer.heard_on, "due": answer.due}
    return Retouch(ask_slot(review.ask), {"open": False, "standing": standing, **shown})


def known_by(ask: int, source: Source) -> Retouch:
    return Retouch(ask_slot(ask), {"source": source})


def dated(ask: int, answer: Answer) -> Retouch:
    """The day on which an answer was heard, or by which a step is to be done, was told."""
    return Retouch(ask_slot(ask), {"heard_on": answer.heard_on, "due": answer.due})


def paused(review: Review, now: datetime) -> Utterance:
    """A pause, until its owner comes back or until a morning; `morning` is the next one that may be chosen."""
    return Utterance(
        "paused",
        {
            **contexts.asking(review),
            "number": review.number,
            "total": len(review.questions),
            "returns_at": review.returns_at,
            "morning": next_morning(now, review.zone),
        },
        ask_slot(review.ask),
    )


def stopped(review: Review) -> Utterance:
    return Utterance("stopped", contexts.asking(review), ask_slot(review.ask))


def summary(review: Review) -> Utterance:
    """The mirror: the two tellings and the two sides at one glance."""
    return Utterance("summary", contexts.summary(review), summary_slot(review.ask))


def shared(review: Review) -> Utterance:
    return Utterance("shared", contexts.summary(review), SHARED)


def shared_before(review: Review) -> Retouch:
    """What was shown in the channel says the same as the summary; if nothing was, nothing is said."""
    return Retouch(SHARED, contexts.summary(review))


def carried_on(review: Review) -> Retouch:
    """An early summary gives way when the review goes on: only the last one is kept up to date."""
    return Retouch(summary_slot(review.ask), {"carried_on": True})


def saved(reply: Reply) -> Utterance:
    return Utterance("saved", {}, on_slot(reply.message_ts))


def added(reply: Reply) -> Utterance:
    return Utterance("added", {}, on_slot(reply.message_ts))
