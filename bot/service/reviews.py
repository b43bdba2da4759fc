"""Reviews: started, answered, steered and corrected, one transaction for each thing that happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory, Place, Standing
from bot.engine import Engine
from bot.speaker import Speaker
from flows import steering, turns
from flows import utterances as say
from flows.lens import Label, Lens, Reading
from flows.playbook import PLAYBOOK
from flows.review import Deal, Reply, Review, Source, Status, Turn
from flows.steering import Act, Outcome
from flows.utterances import Utterance
from flows.words import Word
from storage.corrections import Corrections
from storage.database import Database
from storage.deals import Deals
from storage.messages import Message, Messages
from storage.reviews import Reviews, due_back

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Said:
    """A message of a person in a thread, decoded. `occasion` is Slack's id of what happened to it."""

    team: str
    channel: str
    thread_ts: str
    ts: str
    author: str
    text: str
    occasion: str
    edited_ts: str = ""


class TooEarly(Exception):
    """It may concern a review that is just being opened: not acknowledged, it is sent again by Slack."""


@dataclass(frozen=True)
class Pressed:
    """A button on a review's message: who pressed it, where, and which review it belongs to."""

    team: str
    channel: str
    review: int
    by: Act


class ReviewService:
    """What people do in and with reviews. Methods return a hint for the acting person, or None.

    `clock` gives the time in UTC; `lens` reads a text before any lock is taken, since it is slow and needs none.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        speaker: Speaker,
        directory: Directory,
        lens: Lens,
        clock: Callable[[], datetime],
        burst: timedelta,
    ) -> None:
        self._database = database
        self._engine = engine
        self._speaker = speaker
        self._directory = directory
        self._lens = lens
        self._clock = clock
        self._burst = burst
        engine.on_refused = self._could_not_open
        engine.on_tick = self.tick

    def start(self, team: str, caller: str, channel: str, asked: Deal) -> Utterance | None:
        """Start a review of a deal by its name; a deal nobody heard of is made, with its details if it has any.

        `asked.owner` may be empty: then a known deal keeps its owner, and a new one belongs to the caller. A deal has
        one open review, so a second start says where the first is.
        """
        place = self._directory.place(channel)
        if place.standing is not Standing.WELCOME:
            return say.cannot_hold(place.standing, channel)
        if asked.owner and not self._directory.meet(team, asked.owner):
            return say.unknown_person()
        self._directory.meet(team, caller)
        try:
            opened, review = self._open(team, caller, place, asked)
        except IntegrityError:  # somebody else made the deal or started its review in the same moment
            opened, review = self._open(team, caller, place, asked)
        if not opened:
            return say.already_open(review, self._directory.link(review.channel, review.thread_ts))
        self._engine.wake()
        return None

    def reply(self, said: Said) -> Utterance | None:
        """A person wrote in a thread. In a thread that is no review's, nothing happens."""
        review = self._in_thread(said)
        if review is None or review.find(said.ts):  # Slack sent it again: it need not be read again to be left alone
            return None
        if not said.text:
            return say.no_words()
        self._directory.meet(said.team, said.author)
        reply = Reply(said.ts, said.author, said.text, self._read(said, review.asked), said.edited_ts)
        return self._decide(
            said.team,
            review.id,
            said.ts,
            lambda now_is, now: turns.take_turn(now_is, reply, now, self._burst),
        )

    def is_held_in(self, team: str, channel: str, thread_ts: str | None) -> bool:
        """Whether a thread is a review's."""
        with self._database.transaction() as session:
            return bool(thread_ts and Reviews(session, team).in_thread(channel, thread_ts))

    def amend(self, said: Said) -> Utterance | None:
        """A person edited a message in a thread. One we hold nothing of, such as a file without words, is now said."""
        review = self._in_thread(said)
        if review is None:
            return None
        if not said.text:
            return self.withdraw(said)
        found = review.find(said.ts)
        reading = self._read(said, found[0].question if found else review.asked)
        reply = Reply(said.ts, said.author, said.text, reading, said.edited_ts)

        def decide(review: Review, now: datetime) -> Outcome:
            if review.find(said.ts):
                return turns.amend(review, reply, now, said.occasion)
            return turns.take_turn(review, reply, now, self._burst)

        return self._decide(said.team, review.id, said.occasion, decide)

    def withdraw(self, said: Said) -> Utterance | None:
        """A person deleted a message in a thread, perhaps before Slack has told us of the message."""
        review = self._in_thread(said)
        if review is None:
            return None

        def decide(review: Review, now: datetime) -> Outcome:
            if review.find(said.ts):
                return turns.withdraw(review, said.ts, now, said.occasion)
            return turns.forestall(review, said.author, said.ts, now)

        return self._decide(said.team, review.id, said.occasion, decide)

    def act(self, pressed: Pressed, word: Word, ask: int) -> Utterance | None:
        """A person pressed a button that stands for a word."""
        return self._press(pressed, lambda review, now: steering.act(review, word, pressed.by, now, ask))

    def tell_source(self, pressed: Pressed, question: str, ask: int, source: Source) -> Utterance | None:
        """A person said how we know what an answer says."""
        return self._press(
            pressed, lambda review, now: turns.tell_source(review, question, ask, source, pressed.by, now)
        )

    def share(self, pressed: Pressed) -> Utterance | None:
        """The owner shows the summary in the channel."""
        return self._press(pressed, lambda review, now: turns.share(review, pressed.by, now))

    def lines_to_move(self, pressed: Pressed) -> Utterance:
        """The form to move a line to the other side, or a hint why there is none."""
        with self._database.transaction() as session:
            review = self._of_channel(Reviews(session, pressed.team), pressed)
        return turns.fix_a_line(review, pressed.by.person) if review else say.not_here()

    def move_line(
        self, team: str, review_id: int, message_ts: str, position: int, label: Label, by: Act
    ) -> Utterance | None:
        """A person says whose story a line tells: the line at a position of one of the review's replies.

        Later readings in this workspace take it into account; those that were made stay as they are.
        """
        return self._decide(
            team,
            review_id,
            by.occasion,
            lambda review, now: turns.move_line(review, message_ts, position, label, by, now),
        )

    def details(self, pressed: Pressed) -> Utterance:
        """The form for a deal's details, or a hint why there is none."""
        with self._database.transaction() as session:
            review = self._of_channel(Reviews(session, pressed.team), pressed)
        if review is None:
            return say.not_here()
        return say.details_form(review) if review.may_steer(pressed.by.person) else say.only_theirs(review)

    def change_details(self, team: str, review_id: int, changed: Deal, by: Act) -> Utterance | None:
        """Keep a deal's details; its name and owner stay as they are."""
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            review = reviews.lock(review_id)
            if review is None or reviews.knows(review, by.occasion):
                return None if review else say.not_here()
            if not review.may_steer(by.person):
                return say.only_theirs(review)
            now = self._clock()
            kept = _with_new_details(review.deal, changed)
            Deals(session, team, [kept.scope]).save(kept)
            after = replace(review, deal=kept)
            self._keep(
                session,
                reviews,
                Outcome(after, Turn("detailed", by.person, by.occasion, now), steering.reflect(after)),
                now,
            )
        self._engine.wake()
        return None

    def tick(self) -> None:
        """Do what has become due. Any number of processes may, at any time: each due thing is done once."""
        now = self._clock()
        with self._database.transaction() as session:
            due = due_back(session, now)
        for team, review_id in due:
            self._decide(team, review_id, "", steering.come_back)

    def _open(self, team: str, caller: str, place: Place, asked: Deal) -> tuple[bool, Review]:
        with self._database.transaction() as session:
            now = self._clock()
            deals, reviews = Deals(session, team, [place.scope]), Reviews(session, team)
            deal = deals.find(asked.name)
            if deal is None:
                deal = deals.add(asked.name, asked.owner or caller, place.scope, now)
            elif review := reviews.open_for(deal):
                return False, review
            deal = _with_details(deal, asked)
            deals.save(deal)
            keys = [question.key for question in PLAYBOOK]
            review = reviews.add(deal, place.channel, deal.owner, caller, keys, now)
            self._keep(session, reviews, turns.open_review(review, now), now)
            return True, review

    def _in_thread(self, said: Said) -> Review | None:
        """The review of the thread something was said in. Raises `TooEarly` if that cannot be known yet."""
        with self._database.transaction() as session:
            reviews = Reviews(session, said.team)
            if review := reviews.in_thread(said.channel, said.thread_ts):
                return review
            if Messages(session).is_opening_in(said.channel):
                raise TooEarly(f"a review is being opened in {said.channel}; its thread is not known yet")
            return reviews.in_thread(said.channel, said.thread_ts)  # it may have become known between the two looks

    def _read(self, said: Said, question: str) -> Reading:
        """Let the lens read, with what this workspace taught it and no other's corrections."""
        with self._database.transaction() as session:
            taught = Corrections(session, said.team).counting(said.ts)
        return self._lens(question, said.text, taught)

    def _of_channel(self, reviews: Reviews, pressed: Pressed) -> Review | None:
        """The review a button belongs to, if it is pressed where that review is held: ids can be made up."""
        review = reviews.lock(pressed.review)
        return review if review and review.channel == pressed.channel else None

    def _press(self, pressed: Pressed, decide: Callable[[Review, datetime], Outcome]) -> Utterance | None:
        with self._database.transaction() as session:
            review = self._of_channel(Reviews(session, pressed.team), pressed)
        if review is None:
            return say.not_here()
        self._directory.meet(pressed.team, pressed.by.person)
        return self._decide(pressed.team, review.id, pressed.by.occasion, decide)

    def _decide(
        self, team: str, review_id: int, occasion: str, decide: Callable[[Review, datetime], Outcome]
    ) -> Utterance | None:
        """Load a review under its lock, let `decide` say what becomes of it, keep that, and say it.

        What was dealt with is not dealt with again: `occasion` is what Slack calls this happening, and the turn that
        comes of it may have another one, such as the message that an edit overtook.
        """
        try:
            with self._database.transaction() as session:
                reviews = Reviews(session, team)
                review = reviews.lock(review_id)
                if review is None:
                    return say.not_here()
                if reviews.knows(review, occasion):
                    return None
                now = self._clock()
                outcome = decide(review, now)
                if outcome.turn and reviews.knows(review, outcome.turn.occasion):
                    return None
                self._keep(session, reviews, outcome, now, review)
        except IntegrityError:  # it was to be carried on, but the deal's next review is open already
            return say.another_is_open()
        self._engine.wake()
        if outcome.turn and outcome.aside:
            after = outcome.review
            self._speaker.whisper(team, after.channel, outcome.turn.person, after.thread_ts, outcome.aside)
        return outcome.hint

    def _keep(
        self, session: Session, reviews: Reviews, outcome: Outcome, now: datetime, before: Review | None = None
    ) -> None:
        if outcome.turn:
            reviews.save(outcome.review, outcome.turn, before)
            if before:
                Corrections(session, before.deal.team).follow(before, outcome.review, outcome.turn)
            self._engine.decide(session, outcome.review, outcome.says, now)

    def _could_not_open(self, message: Message, reason: str) -> None:
        """Slack would not take a review's first message: nobody can answer it, so it ends, and its opener is told."""
        now = self._clock()
        with self._database.transaction() as session:
            reviews = Reviews(session, message.team)
            review = reviews.lock(message.review_id)
            if review is None or not review.is_open:
                return
            ended = replace(review, status=Status.STOPPED, ended_at=now)
            reviews.save(ended, Turn("refused", "", "refused", now, text=reason))
        self._speaker.tell(message.team, review.opened_by, say.could_not_open(review, reason))


def _with_details(deal: Deal, asked: Deal) -> Deal:
    """A deal with what was said of it when its review was asked for; what was left open stays."""
    return replace(
        deal,
        owner=asked.owner or deal.owner,
        stage=asked.stage or deal.stage,
        their_date=asked.their_date or deal.their_date,
        their_date_source=asked.their_date_source or deal.their_date_source,
        close_date=asked.close_date or deal.close_date,
        period=asked.period or deal.period,
    )


def _with_new_details(deal: Deal, changed: Deal) -> Deal:
    """A deal with the details of another: what was emptied is empty."""
    return replace(changed, id=deal.id, team=deal.team, scope=deal.scope, name=deal.name, owner=deal.owner)
