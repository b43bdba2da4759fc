"""Everything the bot can say: one function for each template in `templates/`, with the template's name.

A function gives the template's context as plain data; the words are in the template. Where it is said is a *slot*: the
place of one message in a review's thread. Saying something in a slot that was used before edits that message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flows import contexts
from flows.hours import next_morning
from flows.playbook import OPENING
from flows.review import Explained, Label, Lesson, Line, Reply, Review, Source, Standing
from flows.summary import summarise

PARENT = "parent"
SHARED = "shared"
ON = "on:"

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Utterance:
    """Something to say: a template's name, what it needs to know, and the slot to say it in.

    A slot `on:<ts>` is a reaction on that message. An empty slot is for the acting person's eyes only.
    """

    name: str
    context: Context
    slot: str = ""


@dataclass(frozen=True)
class Retouch:
    """Say again what stands in a slot, with part of its context changed."""

    slot: str
    changes: Context


def ask_slot(ask: int) -> str:
    return f"ask:{ask}"


def summary_slot(ask: int) -> str:
    return f"summary:{ask}"


def on_slot(message_ts: str) -> str:
    return f"{ON}{message_ts}"


# In the channel and in the thread


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
    return Utterance("probe", {**contexts.asking(review), "probe": probe}, ask_slot(review.ask))


def closed(review: Review, standing: Standing | None) -> Retouch:
    """Take the buttons off the latest question; after an answer, offer *How do we know?* instead."""
    source = review.answer(review.asked).source
    return Retouch(ask_slot(review.ask), {"open": False, "standing": standing, "source": source})


def known_by(ask: int, source: Source) -> Retouch:
    return Retouch(ask_slot(ask), {"source": source})


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


# For one person's eyes


def only_theirs(review: Review) -> Utterance:
    people = list(dict.fromkeys((review.owner, review.opened_by)))
    return Utterance("only_theirs", {"people": people})


def only_owners(review: Review) -> Utterance:
    return Utterance("only_owners", {"owner": review.owner})


def already_over(review: Review) -> Utterance:
    return Utterance("already_over", {"deal": review.deal.name, "status": review.status})


def moved_on(review: Review) -> Utterance:
    return Utterance("moved_on", {"open": review.is_open, "number": review.number})


def first_question() -> Utterance:
    return Utterance("first_question", {})


def nothing_earlier() -> Utterance:
    return Utterance("nothing_earlier", {})


def no_more_angles() -> Utterance:
    return Utterance("no_more_angles", {})


def already_paused() -> Utterance:
    return Utterance("already_paused", {})


def under_way() -> Utterance:
    return Utterance("under_way", {})


def line_moved(line: Line, label: Label, learned: bool) -> Utterance:
    """A line stands where a person put it; the lens learns from that, unless it had put the line there itself."""
    return Utterance("line_moved", {"line": line.text, "label": label, "learned": learned})


def line_gone() -> Utterance:
    return Utterance("line_gone", {})


def no_words() -> Utterance:
    return Utterance("no_words", {})


def not_here() -> Utterance:
    return Utterance("not_here", {})


def another_is_open() -> Utterance:
    return Utterance("another_is_open", {})


def cannot_hold(why: str, channel: str) -> Utterance:
    """A review cannot be held in a channel: `why` is `not_a_member` or `shared`."""
    return Utterance("cannot_hold", {"why": why, "channel": channel})


def could_not_open(review: Review, reason: str) -> Utterance:
    return Utterance("could_not_open", {"deal": review.deal.name, "channel": review.channel, "reason": reason})


def unknown_person() -> Utterance:
    return Utterance("unknown_person", {})


def one_owner() -> Utterance:
    return Utterance("one_owner", {})


def bad_name(name: str, most: int) -> Utterance:
    """A deal's name that is empty or too long; what was typed is given back."""
    return Utterance("bad_name", {"typed": name, "length": len(name), "most": most})


def already_open(review: Review, link: str) -> Utterance:
    return Utterance("already_open", {**contexts.standing(review), "link": link})


def help_for_commands() -> Utterance:
    return Utterance("help_for_commands", {})


def unknown_command(typed: str, meant: str) -> Utterance:
    return Utterance("unknown_command", {"typed": typed, "meant": meant})


def unknown_deal(name: str) -> Utterance:
    return Utterance("unknown_deal", {"deal": name})


def list_of_reviews(found: Sequence[tuple[Review, str]]) -> Utterance:
    """Reviews a person may read, each with the address of its thread."""
    return Utterance(
        "list_of_reviews", {"reviews": [{**contexts.standing(review), "link": link} for review, link in found]}
    )


def show_deal(review: Review, link: str) -> Utterance:
    """What is known about a deal from its reviews so far, question by question."""
    known = [contexts.known(review, key) for key in review.questions if key != OPENING]
    return Utterance(
        "show_deal",
        {
            **contexts.standing(review),
            "link": link,
            "details": contexts.details(review.deal),
            "customer": review.deal.name,
            "known": known,
            "struggle": contexts.struggle(review),
        },
    )


def list_of_lessons(lessons: Sequence[Lesson], person: str) -> Utterance:
    """What the lens learned from lines that a person may read, and may have it forget."""
    return Utterance("list_of_lessons", {"lessons": [asdict(lesson) for lesson in lessons], "person": person})


def lesson_forgotten(forgotten: bool) -> Utterance:
    """A lesson counts no more, or there was none that this person may see."""
    return Utterance("lesson_forgotten", {"forgotten": forgotten})


def home(found: Sequence[tuple[Review, str]], person: str) -> Utterance:
    return Utterance(
        "home", {"reviews": [{**contexts.standing(review), "link": link} for review, link in found], "person": person}
    )


def went_wrong(reference: str) -> Utterance:
    """Something nobody foresaw; the reference finds it in the log."""
    return Utterance("went_wrong", {"reference": reference})


def not_taken(reference: str) -> Utterance:
    """What a person did is kept and could not be taken into account; the reference finds out why in the log."""
    return Utterance("not_taken", {"reference": reference})


# Forms


def start_form(channel: str, person: str) -> Utterance:
    return Utterance("start_form", {"channel": channel, "person": person, "details": None})


def details_form(review: Review) -> Utterance:
    return Utterance(
        "details_form", {"review": review.id, "deal": review.deal.name, "details": contexts.details(review.deal)}
    )


def impossible_date() -> Utterance:
    return Utterance("impossible_date", {})


def fix_form(review: Review, lines: Sequence[Line], why: Explained | None = None) -> Utterance:
    """The newest lines come first: a select holds only so many. `why` explains the one that was chosen."""
    return Utterance(
        "fix_form",
        {
            "review": review.id,
            "owner": review.owner,
            "lines": [
                {"id": f"{line.message_ts}:{line.position}", "text": line.text, "label": line.label} for line in lines
            ],
            "why": contexts.why(why) if why else None,
        },
    )


def nothing_to_move(review: Review) -> Utterance:
    return Utterance("nothing_to_move", {"owner": review.owner})
