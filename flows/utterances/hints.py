"""What one person is shown who did something in a review's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flows.answer import Line, Reply
from flows.events import Suggestion
from flows.lens import Label
from flows.review import Review
from flows.utterances.saying import Utterance

MOST_CHOICES = 4
"""Buttons in a row, with one for none of them."""


def only_theirs(review: Review) -> Utterance:
    people = list(dict.fromkeys((review.owner, review.opened_by)))
    return Utterance("only_theirs", {"people": people})


def only_for(owner: str) -> Utterance:
    """Of a deal without a review there is no thread in which others could say something."""
    return Utterance("only_for", {"owner": owner})


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


def often_repeated() -> Utterance:
    return Utterance("often_repeated", {})


def not_yet(day: date) -> Utterance:
    """Nobody can have been heard on a day to come."""
    return Utterance("not_yet", {"day": day})


def no_more_angles() -> Utterance:
    return Utterance("no_more_angles", {})


def already_paused() -> Utterance:
    return Utterance("already_paused", {})


def under_way() -> Utterance:
    return Utterance("under_way", {})


def may_have_changed(review: Review, suggestion: Suggestion) -> Utterance:
    """Something happened there that may change what we know: whoever wrote it is asked whether to ask about that."""
    return Utterance(
        "may_have_changed",
        {
            "review": review.id,
            "playbook": review.playbook.ref,
            "customer": review.deal.name,
            "question": suggestion.question,
            "words": suggestion.words,
        },
    )


def may_answer(review: Review, reply: Reply, questions: Sequence[str]) -> Utterance:
    """What was told after the end may answer one of the questions that are open."""
    return Utterance(
        "may_answer",
        {
            "review": review.id,
            "customer": review.deal.name,
            "message_ts": reply.message_ts,
            "playbook": review.playbook.ref,
            "questions": list(questions[:MOST_CHOICES]),
        },
    )


def answered_later(question: str, review: Review) -> Utterance:
    """What was told after the end is the answer to a question that was open."""
    named = {"playbook": review.playbook.ref, "customer": review.deal.name}
    return Utterance("answered_later", {"question": question, **named})


def will_ask(question: str, now: bool, review: Review) -> Utterance:
    """What may have changed is asked about, in this review (`now`) or in the deal's next one."""
    named = {"playbook": review.playbook.ref, "deal": review.deal.name, "customer": review.deal.name}
    return Utterance("will_ask", {"question": question, "now": now, **named})


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


def went_wrong(reference: str) -> Utterance:
    """Something nobody foresaw; the reference finds it in the log."""
    return Utterance("went_wrong", {"reference": reference})


def slack_is_busy() -> Utterance:
    """What had to be asked of Slack first was not answered; nobody need look for the reason."""
    return Utterance("slack_is_busy", {})


def not_taken(reference: str) -> Utterance:
    """What a person did is kept and could not be taken into account; the reference finds out why in the log."""
    return Utterance("not_taken", {"reference": reference})
