"""Turn-taking: what people say in the thread, correct and explain, and what becomes of the review by it.

Every function takes a review, what happened and when (`now`, in UTC), and returns an `Outcome`. The rules are those
of a good facilitator: one question at a time, at most one probe to a question, nothing a person wrote is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from flows import utterances as say
from flows.answer import Explained, Reply, Source, Standing
from flows.events import suggested
from flows.forgetting import FORGOTTEN
from flows.hours import local_day
from flows.ledger import Known
from flows.lens import Label, Leaning
from flows.playbook import AFTERWARDS, OPENING
from flows.review import Review, Status, Turn
from flows.steering import Act, Outcome, act, can_probe, move_on, probe, reflect
from flows.utterances import Utterance
from flows.words import spoken

DOUBTED = "doubted"
DUE = "due"
"""The days that are told of an answer."""


def open_review(review: Review, now: datetime) -> Outcome:
    """Begin: the parent message and the first question."""
    return Outcome(
        review,
        Turn("opened", review.opened_by, "opened", now),
        (say.parent(review), say.question(review)),
    )


def take_turn(review: Review, reply: Reply, now: datetime, burst: timedelta) -> Outcome:
    """A person replied in the thread.

    The owner's words answer the open question and move on; anybody else's are kept beside it. Words the owner sent
    before they can have read the open question, that is less than `burst` after it appeared, still belong to the
    answer before. Zero turns that off.
    """
    if word := spoken(reply.text):
        return act(review, word, Act(reply.author, reply.message_ts), now)
    if reply.author == review.owner and _continues(review, reply, burst):
        return _continue(review, reply, now)
    if not review.is_open:
        return _add(review, AFTERWARDS, reply, now)
    if reply.author != review.owner:
        return _add(review, review.asked, reply, now)
    return _answer(review, reply, now)


def amend(review: Review, edited: Reply, now: datetime, occasion: str) -> Outcome:
    """A person edited their Slack message: the answer says the new words. Turns keep the old ones.

    Edits count in the order they were made, whatever order they arrive in. Lines moved by hand that it leaves as they
    were stay moved. Of somebody who is forgotten, nothing is taken.
    """
    found = review.find(edited.message_ts)
    if not found or found[1].author == FORGOTTEN:
        return Outcome(review)
    if found[1].text == edited.text or edited.edited_ts < found[1].edited_ts:
        return Outcome(review)
    answer, reply = found
    kept = {line.text for line in edited.lines()}
    moved = {line: label for line, label in reply.moved.items() if line in kept}
    amended = replace(edited, moved=moved, withdrawn=reply.withdrawn)
    after = _restated(review.with_replaced(answer, amended), answer.question)
    turn = Turn("amended", reply.author, occasion, now, answer.question, edited.text)
    return Outcome(after, turn, reflect(after))


def withdraw(review: Review, message_ts: str, now: datetime, occasion: str) -> Outcome:
    """A person deleted their Slack message: the words leave the answer. An answer without words is withdrawn."""
    found = review.find(message_ts)
    if not found or found[1].withdrawn:
        return Outcome(review)
    answer, reply = found
    after = review.with_replaced(answer, replace(reply, withdrawn=True))
    answer = after.answer(answer.question)
    if answer.standing is Standing.ANSWERED and not answer.live:
        after = after.with_answer(replace(answer, standing=Standing.WITHDRAWN))
    if after.status is Status.AWAITING_DETAIL and after.asked == answer.question and not answer.live:
        after = replace(after, status=Status.AWAITING_ANSWER)
    turn = Turn("withdrawn", reply.author, occasion, now, answer.question)
    return Outcome(after, turn, reflect(after))


def forestall(review: Review, person: str, message_ts: str, now: datetime) -> Outcome:
    """A deletion came before the message it deletes: when the message comes, it was dealt with already."""
    return Outcome(review, Turn("forestalled", person, message_ts, now, review.asked))


def tell_source(review: Review, question: str, ask: int, source: Source, by: Act, now: datetime) -> Outcome:
    """Somebody said how we know what an answer says; the latest word counts."""
    answer = review.answers.get(question)
    if answer is None or answer.standing not in (Standing.ANSWERED, Standing.STILL_TRUE):
        return Outcome(review, hint=say.moved_on(review))
    if by.person not in review.people and not review.may_steer(by.person):
        return Outcome(review, hint=say.only_theirs(review))
    if answer.source is source:
        return Outcome(review)
    after = review.with_answer(replace(answer, source=source))
    turn = Turn("sourced", by.person, by.occasion, now, question, source.value)
    return Outcome(after, turn, (say.known_by(ask, source), *reflect(after)))


def tell_day(review: Review, question: str, ask: int, what: str, day: date, by: Act, now: datetime) -> Outcome:
    """Somebody told a day: when the customer was `heard_on` it, or when a step of theirs is `due`; the latest counts.

    To be heard makes an answer that is still true as new as that day, and no newer.
    """
    answer = review.answers.get(question)
    if answer is None or answer.standing not in (Standing.ANSWERED, Standing.STILL_TRUE):
        return Outcome(review, hint=say.moved_on(review))
    if by.person not in review.people and not review.may_steer(by.person):
        return Outcome(review, hint=say.only_theirs(review))
    if what == DUE:
        told = replace(answer, due=day)
    elif day > local_day(now, review.zone):
        return Outcome(review, hint=say.not_yet(day))
    else:
        told = replace(answer, heard_on=day, repeats=0)
    if told == answer:
        return Outcome(review)
    after = review.with_answer(told)
    turn = Turn(what, by.person, by.occasion, now, question, day.isoformat())
    return Outcome(after, turn, (say.dated(ask, told), *reflect(after)))


def doubt(review: Review, question: str, by: Act, now: datetime) -> Outcome:
    """Somebody says that what happened changes an answer: it is asked in this review, or counts as old until it is.

    What this review has asked already is not asked twice in it.
    """
    if question not in review.playbook.steered:
        return Outcome(review, hint=say.not_here())
    if by.person not in review.people and not review.may_steer(by.person):
        return Outcome(review, hint=say.only_theirs(review))
    asks = review.is_open and question not in review.questions
    after = replace(review, questions=(*review.questions, question)) if asks else review
    turn = Turn(DOUBTED, by.person, by.occasion, now, question)
    return Outcome(after, turn, reflect(after), aside=say.will_ask(question, now=asks, review=review))


def answers_open(review: Review, message_ts: str, question: str, by: Act, now: datetime) -> Outcome:
    """Somebody says that what they wrote after the end answers an open question: from now on it is kept there."""
    found = review.find(message_ts)
    if not found or found[0].question != AFTERWARDS or found[1].withdrawn or question not in review.playbook.steered:
        return Outcome(review, hint=say.line_gone())
    if by.person not in (found[1].author, review.owner):
        return Outcome(review, hint=say.only_theirs(review))
    afterwards, reply = found
    rest = replace(afterwards, replies=tuple(each for each in afterwards.replies if each is not reply))
    answer = replace(review.answer(question).afresh.with_reply(reply), standing=Standing.ANSWERED, said_at=now)
    after = review.with_answer(rest).with_answer(answer)
    turn = Turn("answered_later", by.person, by.occasion, now, question, reply.text)
    return Outcome(after, turn, reflect(after), aside=say.answered_later(question, review))


def suggest(review: Review, message_ts: str, ledger: Mapping[str, Known]) -> Utterance | None:
    """What a reply may mean beyond the question it was kept under: that is only suggested, to whoever wrote it.

    What tells of an event may change an answer that is known and is not to be asked anyway. What is told after the end
    may answer a question that is open.
    """
    found = review.find(message_ts)
    told = [line.text for line in found[1].lines() if line.label is Label.CUSTOMER] if found else []
    if not found or not told:
        return None
    ahead, asked = review.questions[review.number - 1 :] if review.is_open else (), review.playbook.steered
    for suggestion in suggested(found[0].question, told):
        if suggestion.question in asked and suggestion.question in ledger and suggestion.question not in ahead:
            return say.may_have_changed(review, suggestion)
    unanswered = [question for question in asked if question in ledger and ledger[question].is_open]
    if found[0].question == AFTERWARDS and unanswered:
        return say.may_answer(review, found[1], unanswered)
    return None


def fix_a_line(review: Review, person: str, why: Explained | None = None) -> Utterance:
    """The form to move lines that a person may move; once one is chosen, with `why` it stands where it does."""
    lines = [line for line in review.lines if review.may_move(person, line)]
    if not lines:
        return say.nothing_to_move(review)
    return say.fix_form(review, lines, why)


def move_line(review: Review, message_ts: str, position: int, label: Label, by: Act, now: datetime) -> Outcome:
    """A person says whose story a line tells; the line stands at a position (from 0) of a reply's lines.

    A line that they put where the lens had put it is not a moved one any more.
    """
    found = review.find_line(message_ts, position)
    if not found:
        return Outcome(review, hint=say.line_gone())
    answer, reply, line = found
    if not review.may_move(by.person, line):
        return Outcome(review, hint=say.only_theirs(review))
    moved = {text: said for text, said in reply.moved.items() if text != line.text}
    if differs := label is not reply.reading.spans[position].label:
        moved[line.text] = label
    after = _restated(review.with_replaced(answer, replace(reply, moved=moved)), answer.question)
    turn = Turn("moved", by.person, by.occasion, now, answer.question, f"{label.value}: {line.text}")
    return Outcome(after, turn, reflect(after), aside=say.line_moved(line, label, learned=differs))


def share(review: Review, by: Act, now: datetime) -> Outcome:
    """The owner shows the summary in the channel. Nobody else may: it holds what a customer said in confidence."""
    if by.person != review.owner:
        return Outcome(review, hint=say.only_owners(review))
    return Outcome(review, Turn("shared", by.person, by.occasion, now), (say.shared(review),))


def _answer(review: Review, reply: Reply, now: datetime) -> Outcome:
    answer = replace(review.answer(review.asked).afresh.with_reply(reply), standing=Standing.ANSWERED, said_at=now)
    leaning = reply.reading.leaning
    turn = Turn("answered", reply.author, reply.message_ts, now, review.asked, reply.text)
    if leaning is Leaning.NOT_KNOWN and review.asked != OPENING:
        answer = replace(answer, standing=Standing.NOT_KNOWN)
    after = review.with_answer(answer)
    if can_probe(review, leaning) and not answer.probes:
        return probe(after, turn, leaning, say.saved(reply), led_by=reply.message_ts)
    return move_on(after, turn, now, say.saved(reply), led_by=reply.message_ts)


def _continues(review: Review, reply: Reply, burst: timedelta) -> bool:
    """Whether the owner wrote this before they can have read the open question; times are by Slack's clock."""
    if review.led_by is None:
        return False
    written = float(reply.message_ts)
    if written < float(review.led_by):
        return True
    if not burst:
        return False
    return review.asked_ts is None or written < float(review.asked_ts) + burst.total_seconds()


def _continue(review: Review, reply: Reply, now: datetime) -> Outcome:
    found = review.find(review.led_by or "")
    if not found:
        raise LookupError(f"review {review.id} was led on by a reply it does not hold: {review.led_by}")
    answer = found[0]
    after = _restated(review.with_answer(replace(answer.with_reply(reply), said_at=now)), answer.question)
    turn = Turn("continued", reply.author, reply.message_ts, now, answer.question, reply.text)
    return Outcome(after, turn, (say.added(reply), *reflect(after)))


def _add(review: Review, question: str, reply: Reply, now: datetime) -> Outcome:
    answer = review.answer(question).with_reply(reply)
    if question == AFTERWARDS:
        answer = replace(answer, standing=Standing.ANSWERED, said_at=now)
    after = _restated(review.with_answer(answer), question)
    turn = Turn("added", reply.author, reply.message_ts, now, question, reply.text)
    return Outcome(after, turn, (say.added(reply), *reflect(after)))


def _restated(review: Review, question: str) -> Review:
    """A question that was not known, or whose words were withdrawn, is answered once its words tell of the customer."""
    answer = review.answer(question)
    if answer.standing in (Standing.NOT_KNOWN, Standing.WITHDRAWN) and answer.lines(Label.CUSTOMER):
        return review.with_answer(replace(answer, standing=Standing.ANSWERED))
    return review
