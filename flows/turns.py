"""Turn-taking: what one happening in the thread does to a review, and what the bot then says.

Every function takes a review, what happened and when (`now`, in UTC), and returns an `Outcome`. None of them touches
a database or Slack. The rules are those of a good facilitator: one question at a time, at most one probe to a
question, nothing a person wrote is dropped, nobody is kept waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows import utterances as say
from flows.hours import next_morning
from flows.lens import Leaning, Reading
from flows.playbook import AFTERWARDS, BY_KEY, OPENING
from flows.review import Answer, Label, Reply, Review, Source, Standing, Status, Turn
from flows.utterances import Retouch, Utterance
from flows.words import Word, spoken

MOST_PROBES = 2
"""One by itself and one more for whoever types `more`."""

VAGUE = "vague"


@dataclass(frozen=True)
class Outcome:
    """The review after a happening, the turn to record, what to say, and a hint for the acting person's eyes only.

    Without a `turn` nothing happened: the review is as it was.
    """

    review: Review
    turn: Turn | None = None
    says: tuple[Utterance | Retouch, ...] = ()
    hint: Utterance | None = None


@dataclass(frozen=True)
class Act:
    """Somebody's press of a button or reply with a word. `occasion` is Slack's id of it."""

    person: str
    occasion: str


def open_review(review: Review, now: datetime) -> Outcome:
    """Begin: the parent message and the first question."""
    return Outcome(
        review,
        Turn("opened", review.opened_by, "opened", now),
        (say.parent(review, now), say.question(review)),
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


def amend(review: Review, message_ts: str, text: str, reading: Reading, now: datetime, occasion: str) -> Outcome:
    """A person edited their Slack message: the answer says the new words. Turns keep the old ones."""
    found = review.find(message_ts)
    if not found or found[1].text == text:
        return Outcome(review)
    answer, reply = found
    kept = {line: label for line, label in reply.moved.items() if line in text}
    after = review.with_replaced(answer, replace(reply, text=text, reading=reading, moved=kept))
    turn = Turn("amended", reply.author, occasion, now, answer.question, text)
    return Outcome(after, turn, reflect(after, now))


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
    return Outcome(after, turn, reflect(after, now))


def act(review: Review, word: Word, by: Act, now: datetime, ask: int | None = None) -> Outcome:
    """A person pressed a button or replied with its word.

    `ask` is the number of the message the button sits on: a button on an earlier message does nothing, so pressing
    twice is the same as pressing once.
    """
    if not review.may_steer(by.person):
        return Outcome(review, hint=say.only_theirs(review))
    if word is not Word.RESUME and not review.is_open:
        return Outcome(review, hint=say.already_over(review))
    if ask is not None and ask != review.ask:
        return Outcome(review, hint=say.moved_on(review))
    return _DOES[word](review, by, now)


def come_back(review: Review, now: datetime) -> Outcome:
    """The morning has come that a paused review was put off to: ask its owner again."""
    if review.status is not Status.AWAITING_RETURN or review.returns_at is None or review.returns_at > now:
        return Outcome(review)
    occasion = f"returns:{review.returns_at.isoformat()}"
    after = replace(review, status=Status.AWAITING_ANSWER, ask=review.ask + 1, led_by=None, returns_at=None)
    says = (say.closed(review, None), say.question(after, calls=True), say.parent(after, now))
    return Outcome(after, Turn("came_back", "", occasion, now, review.asked), says)


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
    return Outcome(after, turn, (say.known_by(ask, source), *reflect(after, now)))


def fix_a_line(review: Review, person: str) -> Utterance:
    """The form to move a line to the other side. The owner may move any line, everyone else their own."""
    lines = [line for line in review.lines if person in (review.owner, line.author)]
    if not lines:
        return say.nothing_to_move(review)
    return say.fix_form(review, lines)


def move_line(review: Review, message_ts: str, position: int, label: Label, by: Act, now: datetime) -> Outcome:
    """A person says whose story a line tells; the line stands at a position (from 0) of a reply's lines."""
    found = review.find(message_ts)
    lines = [line for line in review.lines if line.message_ts == message_ts and line.position == position]
    if not found or not lines:
        return Outcome(review, hint=say.line_gone())
    answer, reply = found
    if by.person not in (review.owner, reply.author):
        return Outcome(review, hint=say.only_theirs(review))
    text = lines[0].text
    after = review.with_replaced(answer, replace(reply, moved={**reply.moved, text: label}))
    turn = Turn("moved", by.person, by.occasion, now, answer.question, f"{label.value}: {text}")
    return Outcome(after, turn, reflect(after, now))


def share(review: Review, by: Act, now: datetime) -> Outcome:
    """The owner shows the summary in the channel. Nobody else may: it holds what a customer said in confidence."""
    if by.person != review.owner:
        return Outcome(review, hint=say.only_owners(review))
    return Outcome(review, Turn("shared", by.person, by.occasion, now), (say.shared(review, now),))


def reflect(review: Review, now: datetime) -> tuple[Utterance | Retouch, ...]:
    """What stands in Slack and shows the review: the parent and, once it is over, the summary and its shared copy."""
    if review.is_open:
        return (say.parent(review, now),)
    return (say.parent(review, now), say.summary(review, now), say.shared_before(review, now))


def _answer(review: Review, reply: Reply, now: datetime) -> Outcome:
    answer = replace(review.answer(review.asked).with_reply(reply), standing=Standing.ANSWERED, said_at=now)
    leaning = reply.reading.leaning
    turn = Turn("answered", reply.author, reply.message_ts, now, review.asked, reply.text)
    if leaning is Leaning.NOT_KNOWN and review.asked != OPENING:
        answer = replace(answer, standing=Standing.NOT_KNOWN)
    after = review.with_answer(answer)
    deserves_probe = leaning in (Leaning.ABOUT_US, Leaning.EMPTY) and BY_KEY[review.asked].angles
    if deserves_probe and not answer.probes:
        return _probe(after, turn, leaning, now, say.saved(reply), led_by=reply.message_ts)
    return _move_on(after, turn, now, say.saved(reply), led_by=reply.message_ts)


def _continues(review: Review, reply: Reply, burst: timedelta) -> bool:
    if review.led_by is None:
        return False
    if reply.message_ts < review.led_by:
        return True
    if not burst:
        return False
    return review.asked_ts is None or float(reply.message_ts) < float(review.asked_ts) + burst.total_seconds()


def _continue(review: Review, reply: Reply, now: datetime) -> Outcome:
    found = review.find(review.led_by or "")
    if not found:
        raise LookupError(f"review {review.id} was led on by a reply it does not hold: {review.led_by}")
    answer = found[0]
    standing = Standing.ANSWERED if answer.standing is Standing.WITHDRAWN else answer.standing
    after = review.with_answer(replace(answer.with_reply(reply), standing=standing, said_at=now))
    turn = Turn("continued", reply.author, reply.message_ts, now, answer.question, reply.text)
    return Outcome(after, turn, (say.added(reply), *reflect(after, now)))


def _add(review: Review, question: str, reply: Reply, now: datetime) -> Outcome:
    answer = review.answer(question).with_reply(reply)
    if answer.standing is Standing.WITHDRAWN or question == AFTERWARDS:
        answer = replace(answer, standing=Standing.ANSWERED, said_at=now)
    after = review.with_answer(answer)
    turn = Turn("added", reply.author, reply.message_ts, now, question, reply.text)
    return Outcome(after, turn, (say.added(reply), *reflect(after, now)))


def _probe(
    review: Review, turn: Turn, leaning: Leaning, now: datetime, *first: Utterance, led_by: str | None
) -> Outcome:
    answer = review.answer(review.asked)
    probe = _choose_probe(review, answer, leaning)
    after = replace(
        review.with_answer(replace(answer, probes=(*answer.probes, probe))),
        status=Status.AWAITING_DETAIL,
        ask=review.ask + 1,
        led_by=led_by,
    )
    closed = say.closed(review, answer.standing)
    return Outcome(after, turn, (say.probe(after, probe), *first, closed, say.parent(after, now)))


def _choose_probe(review: Review, answer: Answer, leaning: Leaning) -> str:
    """The next angle in rotation, so that a deal never hears the same probe twice in a row."""
    asked = (*review.probed.get(answer.question, ()), *answer.probes)
    if leaning is not Leaning.ABOUT_US and asked[-1:] != (VAGUE,):
        return VAGUE
    angles = [int(probe.rpartition("_")[2]) for probe in asked if probe != VAGUE]
    last = angles[-1] if angles else 0
    return f"about_us_{last % BY_KEY[answer.question].angles + 1}"


def _move_on(review: Review, turn: Turn, now: datetime, *first: Utterance, led_by: str | None = None) -> Outcome:
    """Close the open question and ask the next one that was not dealt with yet; after the last, sum up."""
    standing = review.answer(review.asked).standing
    closed = say.closed(review, standing)
    rest = review.questions[review.number :]
    ahead = next((key for key in rest if review.answer(key).standing is None), None)
    if ahead is None:
        return _end(review, Status.FINISHED, turn, now, *first, closed, led_by=led_by)
    lead = review.asked if standing is Standing.NOT_KNOWN else None
    after = replace(review, asked=ahead, ask=review.ask + 1, status=Status.AWAITING_ANSWER, led_by=led_by)
    return Outcome(after, turn, (say.question(after, lead), *first, closed, say.parent(after, now)))


def _end(
    review: Review,
    status: Status,
    turn: Turn,
    now: datetime,
    *first: Utterance | Retouch,
    led_by: str | None = None,
) -> Outcome:
    after = replace(review, status=status, ended_at=now, led_by=led_by)
    last = (say.summary(after, now), say.parent(after, now))
    return Outcome(after, turn, (*first, *last))


def _turn(kind: str, by: Act, now: datetime, review: Review) -> Turn:
    return Turn(kind, by.person, by.occasion, now, review.asked)


def _skip(review: Review, by: Act, now: datetime) -> Outcome:
    answer = review.answer(review.asked)
    after = review.with_answer(replace(answer, standing=answer.standing or Standing.SKIPPED))
    return _move_on(after, _turn("skipped", by, now, review), now)


def _not_known(review: Review, by: Act, now: datetime) -> Outcome:
    answer = replace(review.answer(review.asked), standing=Standing.NOT_KNOWN, said_at=now)
    return _move_on(review.with_answer(answer), _turn("not_known", by, now, review), now)


def _still_true(review: Review, by: Act, now: datetime) -> Outcome:
    earlier = review.earlier.get(review.asked)
    if earlier is None or review.asked == OPENING:
        return Outcome(review, hint=say.nothing_earlier())
    answer = replace(
        review.answer(review.asked),
        standing=Standing.STILL_TRUE,
        carried=earlier.carried,
        source=earlier.source,
        said_at=earlier.said_at,
        said_in=earlier.said_in,
    )
    return _move_on(review.with_answer(answer), _turn("still_true", by, now, review), now)


def _back(review: Review, by: Act, now: datetime) -> Outcome:
    if review.number == 1:
        return Outcome(review, hint=say.first_question())
    before = review.questions[review.number - 2]
    after = replace(review, asked=before, ask=review.ask + 1, status=Status.AWAITING_ANSWER, led_by=None)
    says = (
        say.closed(review, review.answer(review.asked).standing),
        say.question(after),
        say.parent(after, now),
    )
    return Outcome(after, _turn("went_back", by, now, review), says)


def _pause(review: Review, by: Act, now: datetime) -> Outcome:
    if review.status is Status.AWAITING_RETURN:
        return Outcome(review, hint=say.already_paused())
    return _rest(review, _turn("paused", by, now, review), now, None)


def _tomorrow(review: Review, by: Act, now: datetime) -> Outcome:
    """Pause, and ask again by oneself on the owner's next working morning."""
    return _rest(review, _turn("put_off", by, now, review), now, next_morning(now, review.zone))


def _rest(review: Review, turn: Turn, now: datetime, returns_at: datetime | None) -> Outcome:
    after = replace(review, status=Status.AWAITING_RETURN, led_by=None, returns_at=returns_at)
    if review.status is Status.AWAITING_RETURN:
        return Outcome(after, turn, (say.paused(after, now), say.parent(after, now)))
    after = replace(after, ask=review.ask + 1)
    closed = say.closed(review, review.answer(review.asked).standing)
    return Outcome(after, turn, (closed, say.paused(after, now), say.parent(after, now)))


def _resume(review: Review, by: Act, now: datetime) -> Outcome:
    if review.status in (Status.AWAITING_ANSWER, Status.AWAITING_DETAIL):
        return Outcome(review, hint=say.under_way())
    if review.status is Status.FINISHED:
        return Outcome(review, hint=say.already_over(review))
    after = replace(review, status=Status.AWAITING_ANSWER, ask=review.ask + 1, ended_at=None, led_by=None)
    says = (say.closed(review, None), say.carried_on(review), say.question(after), say.parent(after, now))
    return Outcome(after, _turn("resumed", by, now, review), says)


def _stop(review: Review, by: Act, now: datetime) -> Outcome:
    closed = say.closed(review, review.answer(review.asked).standing)
    after = replace(review, ask=review.ask + 1)
    return _end(after, Status.STOPPED, _turn("stopped", by, now, review), now, closed, say.stopped(after))


def _more(review: Review, by: Act, now: datetime) -> Outcome:
    answer = review.answer(review.asked)
    if not BY_KEY[review.asked].angles or len(answer.probes) >= MOST_PROBES:
        return Outcome(review, hint=say.no_more_angles())
    ours = answer.live and not answer.lines(Label.CUSTOMER)
    leaning = Leaning.ABOUT_US if ours else Leaning.EMPTY
    return _probe(review, _turn("more", by, now, review), leaning, now, led_by=None)


_DOES: dict[Word, Callable[[Review, Act, datetime], Outcome]] = {
    Word.SKIP: _skip,
    Word.BACK: _back,
    Word.PAUSE: _pause,
    Word.STOP: _stop,
    Word.RESUME: _resume,
    Word.NOT_KNOWN: _not_known,
    Word.STILL_TRUE: _still_true,
    Word.MORE: _more,
    Word.TOMORROW: _tomorrow,
}
