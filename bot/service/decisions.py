"""How every decision about a review is made: under its lock, kept with what is said about it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.outbox import Outbox
from bot.speaker import Speaker
from flows import utterances as say
from flows.review import Review, Turn
from flows.steering import Outcome
from flows.utterances import Utterance
from storage.corrections import Corrections
from storage.database import Database
from storage.ledger import Ledger
from storage.reviews import Reviews

Decide = Callable[[Review, datetime], Outcome]
OnKept = Callable[[Session, Review | None, Review, Turn, datetime], None]


class Decisions:
    """Decides and keeps. `clock` gives the time in UTC; `wake` is called when there may be something to say.

    Each of the `followers` is told, in the transaction, of every review that a turn has changed, before and after, and
    when, in UTC.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        speaker: Speaker,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._speaker = speaker
        self.clock = clock
        self.wake = wake
        self.followers: list[OnKept] = []

    def make(self, team: str, review_id: int, occasion: str, decide: Decide) -> Utterance | None:
        """Load a review under its lock, let `decide` say what becomes of it, keep that, and say it.

        What was dealt with is not dealt with again: `occasion` is what Slack calls this happening, and the turn that
        comes of it may have another one, such as the message that an edit overtook. Returns a hint for the acting
        person.
        """
        with suppress(IntegrityError):
            return self._make(team, review_id, occasion, decide)
        try:  # another review of the deal may have kept something for the first time in the same moment
            return self._make(team, review_id, occasion, decide)
        except IntegrityError:  # it was to be carried on, but the deal's next review is open already
            return say.another_is_open()

    def _make(self, team: str, review_id: int, occasion: str, decide: Decide) -> Utterance | None:
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            review = reviews.lock(review_id)
            if review is None:
                return say.not_here()
            if reviews.knows(review, occasion):
                return None
            now = self.clock()
            outcome = decide(review, now)
            if outcome.turn and reviews.knows(review, outcome.turn.occasion):
                return None
            self.keep(session, outcome, now, review)
        self.wake()
        if outcome.turn and outcome.aside:
            after = outcome.review
            self._speaker.whisper(team, after.channel, outcome.turn.person, after.thread_ts, outcome.aside)
        return outcome.hint

    def keep(self, session: Session, outcome: Outcome, now: datetime, before: Review | None = None) -> None:
        """Keep an outcome and what is said of it, in the caller's transaction. `before` is the review as it was."""
        if outcome.turn:
            team = outcome.review.deal.team
            Reviews(session, team).save(outcome.review, outcome.turn, before)
            Ledger(session).follow(before, outcome.review, outcome.turn)
            if before:
                Corrections(session, team).follow(before, outcome.review, outcome.turn)
            self._outbox.decide(session, outcome.review, outcome.says, now)
            for follow in self.followers:
                follow(session, before, outcome.review, outcome.turn, now)
