"""What people did in a review's thread and what is kept of it in the inbox: taken, one turn at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import mrkdwn, reference
from bot.clients import reaching_slack
from bot.directory import Directory
from bot.engine import Lane, NotHere, NotNow, Waiting
from bot.service.decisions import Decide, Decisions
from bot.speaker import Speaker
from flows import steering, turns
from flows import utterances as say
from flows.answer import Reply, Source
from flows.lens import Correction, Lens
from flows.review import Review
from flows.steering import Act, Outcome
from flows.utterances import Utterance, ask_slot, summary_slot
from flows.words import Word
from storage.corrections import Corrections
from storage.database import Database
from storage.inbox import Arrival, Inbox
from storage.later import NotKnownHere
from storage.ledger import Ledger
from storage.messages import Messages
from storage.reviews import Reviews

log = logging.getLogger(__name__)


class TurnService:
    """Takes what people do, for the engine: a lane is a review.

    An arrival is taken at least once, and its occasion sees to it that it counts once. `lens` reads a text before any
    lock is taken, since it is slow and needs none. Words that the owner sends less than `burst` after a question
    appeared belong to the answer before.
    """

    name = "take turns"

    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        directory: Directory,
        speaker: Speaker,
        lens: Lens,
        burst: timedelta,
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._directory = directory
        self._speaker = speaker
        self._lens = lens
        self._burst = burst
        self._take_by_kind: dict[str, Callable[[Arrival], Utterance | None]] = {
            "said": self._reply,
            "edited": self._amend,
            "deleted": self._withdraw,
            "word": self._act,
            "source": self._tell_source,
            "day": self._tell_day,
            "doubt": self._doubt,
            "answers": self._answers_open,
            "share": self._share,
        }

    def waiting(self, session: Session, now: datetime) -> Waiting:
        return Waiting([Lane(team, str(review)) for team, review in Inbox(session).reviews_waiting()])

    def is_anything_left(self, session: Session) -> bool:
        return Inbox(session).is_anything_waiting()

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Take what waits in a review and happened first, and tell the person if there is something to be told."""
        with self._database.transaction() as session:
            arrival = Inbox(session).next_of(int(lane.what))
        if arrival is None:
            return False
        try:
            with reaching_slack():
                is_colleague = self._directory.is_colleague(arrival.team, arrival.person)
                hint = self._take_of(arrival.kind)(arrival) if is_colleague else None
                hint = say.not_while_shared() if self._directory.is_shared(arrival.channel) else hint
        except (NotNow, NotKnownHere, OperationalError):
            raise
        except Exception as error:
            return self._stumbled(arrival, error)
        self._tell(arrival, hint)
        with self._database.transaction() as session:
            Inbox(session).taken(arrival)
        return True

    def _stumbled(self, arrival: Arrival, error: Exception) -> bool:
        """The fault is ours: let it be tried again, by others first, then pass it by, since more comes after it."""
        known_by = reference.given()
        what = f"{arrival.kind} of review {arrival.review}"
        log.error("error %s: %s could not be taken", known_by, what, exc_info=error)
        if arrival.is_last_try:
            self._tell(arrival, say.not_taken(known_by))
        with self._database.transaction() as session:
            Inbox(session).stumbled(arrival, known_by)
        if not arrival.is_last_try:
            raise NotHere(f"{what} is still to be taken") from error
        return True

    def _take_of(self, kind: str) -> Callable[[Arrival], Utterance | None]:
        """What takes arrivals of a kind. Raises `NotKnownHere` if a later version kept this one."""
        if kind not in self._take_by_kind:
            raise NotKnownHere(f"nothing in a review is called {kind!r} in this version")
        return self._take_by_kind[kind]

    def _tell(self, arrival: Arrival, hint: Utterance | None) -> None:
        if hint:
            self._speaker.whisper(arrival.team, arrival.channel, arrival.person, arrival.thread_ts, hint)

    def _reply(self, arrival: Arrival) -> Utterance | None:
        """A person replied in the thread."""
        review, taught = self._before(arrival)
        if review.find(arrival.details["ts"]):  # it was taken before: it need not be read again to be left alone
            return None
        reply = self._read(arrival, review.asked, taught)
        if not reply.text:
            return say.no_words()
        self._directory.welcome(arrival.team, arrival.person)
        became = review

        def decide(review: Review, now: datetime) -> Outcome:
            nonlocal became
            outcome = turns.take_turn(review, reply, now, self._burst)
            became = outcome.review
            return outcome

        return self._decide(arrival, decide) or self._suggestion(became, reply)

    def _suggestion(self, review: Review, reply: Reply) -> Utterance | None:
        with self._database.transaction() as session:
            return turns.suggest(review, reply.message_ts, Ledger(session).of(review.deal))

    def _amend(self, arrival: Arrival) -> Utterance | None:
        """A person edited a message. One we hold nothing of, such as a file without words, is now said."""
        review, taught = self._before(arrival)
        found = review.find(arrival.details["ts"])
        reply = self._read(arrival, found[0].question if found else review.asked, taught)
        if not reply.text:
            return self._withdraw(arrival)

        def decide(review: Review, now: datetime) -> Outcome:
            if review.find(reply.message_ts):
                return turns.amend(review, reply, now, arrival.occasion)
            return turns.take_turn(review, reply, now, self._burst)

        return self._decide(arrival, decide)

    def _withdraw(self, arrival: Arrival) -> Utterance | None:
        """A person deleted a message, perhaps before Slack has told us of the message."""
        ts = arrival.details["ts"]

        def decide(review: Review, now: datetime) -> Outcome:
            if review.find(ts):
                return turns.withdraw(review, ts, now, arrival.occasion)
            return turns.forestall(review, arrival.person, ts, now)

        return self._decide(arrival, decide)

    def _act(self, arrival: Arrival) -> Utterance | None:
        """A person pressed a button that stands for a word."""
        word, ask = Word(arrival.details["word"]), arrival.details["ask"]
        self._directory.welcome(arrival.team, arrival.person)
        return self._decide(arrival, lambda review, now: steering.act(review, word, _by(arrival), now, ask))

    def _tell_source(self, arrival: Arrival) -> Utterance | None:
        """A person said how we know what an answer says."""
        question, ask, source = (arrival.details[name] for name in ("question", "ask", "source"))
        self._directory.welcome(arrival.team, arrival.person)
        return self._decide(
            arrival,
            lambda review, now: turns.tell_source(review, question, ask, Source(source), _by(arrival), now),
        )

    def _tell_day(self, arrival: Arrival) -> Utterance | None:
        """A person told when an answer was heard, or by when a step is to be done."""
        question, ask, what = (arrival.details[name] for name in ("question", "ask", "what"))
        day = date.fromisoformat(arrival.details["day"])
        self._directory.welcome(arrival.team, arrival.person)
        return self._decide(
            arrival, lambda review, now: turns.tell_day(review, question, ask, what, day, _by(arrival), now)
        )

    def _doubt(self, arrival: Arrival) -> Utterance | None:
        """A person said that something happened which changes what we know."""
        question = arrival.details["question"]
        return self._decide(arrival, lambda review, now: turns.doubt(review, question, _by(arrival), now))

    def _answers_open(self, arrival: Arrival) -> Utterance | None:
        """A person said which open question their words answer."""
        ts, question = arrival.details["ts"], arrival.details["question"]
        return self._decide(arrival, lambda review, now: turns.answers_open(review, ts, question, _by(arrival), now))

    def _share(self, arrival: Arrival) -> Utterance | None:
        """The owner shows the summary in the channel."""
        return self._decide(arrival, lambda review, now: turns.share(review, _by(arrival), now))

    def _before(self, arrival: Arrival) -> tuple[Review, Sequence[Correction]]:
        """The review as it is, and what this workspace taught the lens; no other's corrections count."""
        with self._database.transaction() as session:
            taught = Corrections(session, arrival.team).counting(arrival.details["ts"])
            review = Reviews(session, arrival.team).get(arrival.review)
            latest = ask_slot(review.ask) if review.is_open else summary_slot(review.ask)
            in_doubt = self._burst and Messages(session).is_in_doubt(review.id, latest)
        if in_doubt and not self._directory.is_shared(arrival.channel):  # else that is not looked for, either
            raise NotNow(f"whether people can read {latest} of review {review.id} is not known yet")
        return review, taught

    def _read(self, arrival: Arrival, question: str, taught: Sequence[Correction]) -> Reply:
        """Let the lens read a message."""
        text = mrkdwn.decode(arrival.details["text"], lambda person: self._directory.name(arrival.team, person))
        reading = self._lens(question, text, taught)
        return Reply(arrival.details["ts"], arrival.person, text, reading, arrival.details["edited_ts"])

    def _decide(self, arrival: Arrival, decide: Decide) -> Utterance | None:
        return self._decisions.make(arrival.team, arrival.review, arrival.occasion, decide)


def _by(arrival: Arrival) -> Act:
    return Act(arrival.person, arrival.occasion)
