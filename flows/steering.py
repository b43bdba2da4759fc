"""Steering: where a review goes next, by a button, a word, an answer or the clock, and what the bot then says.

Every function takes a review, what happened and when (`now`, in UTC), and returns an `Outcome`. None of them touches
a database or Slack.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flows import utterances as say
from flows.answer import Answer, Standing
from flows.hours import next_morning
from flows.lens import Label, Leaning
from flows.playbook import OPENING, Question
from flows.review import Review, Status, Turn
from flows.utterances import Retouch, Utterance
from flows.words import Word

MOST_PROBES = 2
"""One by itself and one more for whoever types `more`."""

VAGUE = "vague"


@dataclass(frozen=True)
class Outcome:
    """The review after a happening, the turn to record, what to say, and a hint for the acting person's eyes only.

    Without a `turn` nothing happened: the review is as it was. An `aside` is for the acting person's eyes, too, in the
    thread, when it has happened.
    """

    review: Review
    turn: Turn | None = None
    says: tuple[Utterance | Retouch, ...] = ()
    hint: Utterance | None = None
    aside: Utterance | None = None


@dataclass(frozen=True)
class Act:
    """Somebody's press of a button or reply with a word. `occasion` is Slack's id of it."""

    person: str
    occasion: str


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
    says = (say.closed(review, None), say.question(after, calls=True), say.parent(after))
    return Outcome(after, Turn("came_back", "", occasion, now, review.asked), says)


def reflect(review: Review) -> tuple[Utterance | Retouch, ...]:
    """What stands in Slack and shows the review: the parent and, once it is over, the summary and its shared copy."""
    if review.is_open:
        return (say.parent(review),)
    return (say.parent(review), say.summary(review), say.shared_before(review))


def probe(review: Review, turn: Turn, leaning: Leaning, *first: Utterance, led_by: str | None) -> Outcome:
    """Ask once more about the open question; the answer that deserved it is kept."""
    answer = review.answer(review.asked)
    chosen = _choose_probe(review, answer, leaning)
    after = replace(
        review.with_answer(replace(answer, probes=(*answer.probes, chosen))),
        status=Status.AWAITING_DETAIL,
        ask=review.ask + 1,
        led_by=led_by,
    )
    closed = say.closed(review, None)
    return Outcome(after, turn, (say.probe(after, chosen), *first, closed, say.parent(after)))


def can_probe(review: Review, leaning: Leaning) -> bool:
    """Whether an answer of this leaning deserves a follow-up, and the open question has one."""
    return leaning in (Leaning.ABOUT_US, Leaning.EMPTY) and _asked(review).probes > 0


def _asked(review: Review) -> Question:
    """The open question, in the words of the playbook that the review began with."""
    return review.playbook.find(review.asked) or Question(review.asked, "", "")


def _choose_probe(review: Review, answer: Answer, leaning: Leaning) -> str:
    """The next angle in rotation, so that a deal never hears the same probe twice in a row."""
    asked = (*review.probed.get(answer.question, ()), *answer.probes)
    words = _asked(review)
    if not words.angles or (words.vague and leaning is not Leaning.ABOUT_US and asked[-1:] != (VAGUE,)):
        return VAGUE
    angles = [int(probe.rpartition("_")[2]) for probe in asked if probe != VAGUE]
    last = angles[-1] if angles else 0
    return f"about_us_{last % len(words.angles) + 1}"


def move_on(review: Review, turn: Turn, now: datetime, *first: Utterance, led_by: str | None = None) -> Outcome:
    """Close the open question and ask the next one that was not dealt with yet; after the last, sum up."""
    standing = review.answer(review.asked).standing
    closed = say.closed(review, standing)
    rest = review.questions[review.number :]
    ahead = next((key for key in rest if review.answer(key).standing is None), None)
    if ahead is None:
        return _end(review, Status.FINISHED, turn, now, *first, closed, led_by=led_by)
    lead = review.asked if standing is Standing.NOT_KNOWN else None
    after = replace(review, asked=ahead, ask=review.ask + 1, status=Status.AWAITING_ANSWER, led_by=led_by)
    return Outcome(after, turn, (say.question(after, lead), *first, closed, say.parent(after)))


def _end(
    review: Review,
    status: Status,
    turn: Turn,
    now: datetime,
    *first: Utterance | Retouch,
    led_by: str | None = None,
) -> Outcome:
    after = replace(review, status=status, ended_at=now, led_by=led_by)
    last = (say.summary(after), say.parent(after))
    return Outcome(after, turn, (*first, *last))


def _turn(kind: str, by: Act, now: datetime, review: Review) -> Turn:
    return Turn(kind, by.person, by.occasion, now, review.asked)


def _skip(review: Review, by: Act, now: datetime) -> Outcome:
    answer = review.answer(review.asked)
    after = review.with_answer(replace(answer, standing=answer.standing or Standing.SKIPPED))
    return move_on(after, _turn("skipped", by, now, review), now)


def _not_known(review: Review, by: Act, now: datetime) -> Outcome:
    answer = replace(review.answer(review.asked).afresh, standing=Standing.NOT_KNOWN, said_at=now)
    return move_on(review.with_answer(answer), _turn("not_known", by, now, review), now)


def _still_true(review: Review, by: Act, now: datetime) -> Outcome:
    earlier = review.earlier.get(review.asked)
    if earlier is None or review.asked == OPENING:
        return Outcome(review, hint=say.nothing_earlier())
    if not earlier.may_be_repeated:
        return Outcome(review, hint=say.often_repeated())
    answer = replace(
        review.answer(review.asked),
        standing=Standing.STILL_TRUE,
        carried=earlier.carried,
        source=earlier.source,
        said_at=earlier.said_at,
        said_in=earlier.said_in,
        heard_on=earlier.heard_on,
        due=earlier.due,
        repeats=earlier.repeats + 1,
    )
    return move_on(review.with_answer(answer), _turn("still_true", by, now, review), now)


def _back(review: Review, by: Act, now: datetime) -> Outcome:
    if review.number == 1:
        return Outcome(review, hint=say.first_question())
    before = review.questions[review.number - 2]
    after = replace(review, asked=before, ask=review.ask + 1, status=Status.AWAITING_ANSWER, led_by=None)
    says = (
        say.closed(review, review.answer(review.asked).standing),
        say.question(after),
        say.parent(after),
    )
    return Outcome(after, _turn("went_back", by, now, review), says)


def _pause(review: Review, by: Act, now: datetime) -> Outcome:
    if review.status is Status.AWAITING_RETURN:
        return Outcome(review, hint=say.already_paused())
    return _rest(review, _turn("paused", by, now, review), now, None)


def _tomorrow(review: Review, by: Act, now: datetime) -> Outcome:
    """Pause, and ask again by oneself on the next weekday morning, by the owner's clock."""
    return _rest(review, _turn("put_off", by, now, review), now, next_morning(now, review.zone))


def _rest(review: Review, turn: Turn, now: datetime, returns_at: datetime | None) -> Outcome:
    after = replace(review, status=Status.AWAITING_RETURN, led_by=None, returns_at=returns_at)
    if review.status is Status.AWAITING_RETURN:
        return Outcome(after, turn, (say.paused(after, now), say.parent(after)))
    after = replace(after, ask=review.ask + 1)
    closed = say.closed(review, review.answer(review.asked).standing)
    return Outcome(after, turn, (closed, say.paused(after, now), say.parent(after)))


def _resume(review: Review, by: Act, now: datetime) -> Outcome:
    if review.status in (Status.AWAITING_ANSWER, Status.AWAITING_DETAIL):
        return Outcome(review, hint=say.under_way())
    if review.status is Status.FINISHED:
        return Outcome(review, hint=say.already_over(review))
    if review.deal.ending:
        return Outcome(review, hint=say.deal_closed(review.deal))
    after = replace(review, status=Status.AWAITING_ANSWER, ask=review.ask + 1, ended_at=None, led_by=None)
    says = (say.closed(review, None), say.carried_on(review), say.question(after), say.parent(after))
    return Outcome(after, _turn("resumed", by, now, review), says)


def _stop(review: Review, by: Act, now: datetime) -> Outcome:
    closed = say.closed(review, review.answer(review.asked).standing)
    after = replace(review, ask=review.ask + 1)
    return _end(after, Status.STOPPED, _turn("stopped", by, now, review), now, closed, say.stopped(after))


def _more(review: Review, by: Act, now: datetime) -> Outcome:
    answer = review.answer(review.asked)
    if len(answer.probes) >= min(MOST_PROBES, _asked(review).probes):
        return Outcome(review, hint=say.no_more_angles())
    ours = answer.live and not answer.lines(Label.CUSTOMER)
    leaning = Leaning.ABOUT_US if ours else Leaning.EMPTY
    return probe(review, _turn("more", by, now, review), leaning, led_by=None)


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
