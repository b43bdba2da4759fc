"""What a nudged person does: two minutes now, still true, they wait, tomorrow, no more."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.service.decisions import Decisions
from bot.service.nudges import NudgeService
from bot.service.readers import Readers
from flows import nudged, nudging, turns
from flows import utterances as say
from flows.freshness import Cause
from flows.hours import Habits, local_day
from flows.nudging import Came, Matter, Nudge, Result
from flows.review import Review
from flows.steering import Act, Outcome
from flows.utterances import Utterance
from storage.database import Database
from storage.deals import Deals
from storage.habits import find_habits
from storage.nudges import Nudges
from storage.playbooks import Playbooks
from storage.reviews import Reviews


@dataclass(frozen=True)
class Press:
    """What somebody does about a nudge, by its id: with a button on it, or a form that one opened."""

    team: str
    nudge: int
    by: Act


@dataclass(frozen=True)
class Asked:
    """A nudge as it is when somebody does something about it: `matters` is what is still to be asked."""

    nudge: Nudge
    habits: Habits
    now: datetime
    matters: tuple[Matter, ...]
    in_review: tuple[Matter, ...]

    @property
    def today(self) -> date:
        """The person's."""
        return local_day(self.now, self.habits.zone)


class NudgedService:
    """Takes what people do about their nudges. Methods return a hint for the acting person, a form, or None."""

    def __init__(self, database: Database, decisions: Decisions, nudges: NudgeService, directory: Directory) -> None:
        self._database = database
        self._decisions = decisions
        self._nudges = nudges
        self._directory = directory
        self._readers = Readers(database, directory)

    def two_minutes(self, press: Press) -> Utterance | None:
        """Start a short review of the most urgent deal, in the conversation of the nudge.

        It asks what is stale of it, three questions at most. One that was started here already is linked to.
        """
        closed = self._readers.closed_to(press.team, press.by.person)
        try:
            hint = self._review(press, closed)
        except IntegrityError:  # somebody started a review of it in the same moment
            hint = self._review(press, closed)
        self._decisions.wake()
        return hint

    def tomorrow(self, press: Press) -> Utterance | None:
        """Nothing more today; the next nudge comes on the next working day."""
        with self._database.transaction() as session:
            asked = self._asked(session, press)
            if isinstance(asked, Utterance):
                return asked
            Nudges(session, press.team).record(asked.nudge, Result.SNOOZED, asked.now)
            self._nudges.show(session, asked.nudge, asked.now, snoozed=bool(asked.matters))
        self._decisions.wake()
        return None

    def heard_form(self, press: Press) -> Utterance:
        """The form to tell on which day something was heard to be still true."""
        with self._database.transaction() as session:
            asked = self._something(session, press)
        return asked if isinstance(asked, Utterance) else say.nudge_heard_form(asked.nudge, asked.matters, asked.today)

    def waits_form(self, press: Press) -> Utterance:
        """The form to tell until when a customer waits."""
        with self._database.transaction() as session:
            asked = self._something(session, press)
        return asked if isinstance(asked, Utterance) else say.nudge_waits_form(asked.nudge, asked.matters)

    def stop_or_form(self, press: Press) -> Utterance | None:
        """No more about the only deal that is left; of several, the form to choose one."""
        with self._database.transaction() as session:
            asked = self._something(session, press)
        if isinstance(asked, Utterance):
            return asked
        if len(asked.matters) > 1:
            return say.nudge_stop_form(asked.nudge, asked.matters)
        return self.stop(press, asked.matters[0].deal.id)

    def heard(self, press: Press, deal_id: int, question: str, day: date, due: date | None) -> Utterance | None:
        """Something is still true, heard on a day; of a step whose day is over, with a new day by when (`due`)."""

        def decide(asked: Asked, review: Review) -> Outcome | Utterance:
            if day > asked.today:
                return say.not_yet(day)
            if due and due < asked.today:
                return say.day_is_over(due)
            if not due and _is_overdue(asked, deal_id, question):
                return say.needs_a_day()
            if review.is_open:
                return self._open_already(review)
            return nudged.still_true(review, question, day, due, press.by, asked.now)

        return self._tell(press, deal_id, decide)

    def waits(self, press: Press, deal_id: int, until: date, reason: str) -> Utterance | None:
        """A customer waits until a day, for a reason."""

        def decide(asked: Asked, review: Review) -> Outcome | Utterance:
            if until < asked.today:
                return say.day_is_over(until)
            if not reason:
                return say.needs_a_reason()
            return nudged.waits(review, until, reason, press.by, asked.now)

        return self._tell(press, deal_id, decide)

    def stop(self, press: Press, deal_id: int) -> Utterance | None:
        """No more about a deal."""
        return self._tell(press, deal_id, lambda asked, review: nudged.no_more(review, press.by, asked.now))

    def _review(self, press: Press, closed: Collection[str]) -> Utterance | None:
        with self._database.transaction() as session:
            asked = self._asked(session, press)
            if isinstance(asked, Utterance):
                return asked
            reviews, channel = Reviews(session, press.team), asked.nudge.channel
            under_way = [found for matter in asked.in_review if (found := reviews.open_for(matter.deal))]
            here = [review for review in under_way if review.channel == channel]
            matters = [matter for matter in asked.matters if matter.deal.scope not in closed]
            if here or not matters:
                return self._open_already((here or under_way)[0]) if under_way else say.nothing_stale()
            first, person = matters[0], asked.nudge.person
            playbook = Playbooks(session, press.team).shelf().of(first.deal.playbook, first.deal.owner)
            questions = nudging.questions_for(first, playbook)
            review = reviews.add(first.deal, channel, person, person, questions, asked.now, playbook=playbook)
            self._decisions.keep(session, turns.open_review(review, asked.now), asked.now)
        return None

    def _tell(
        self, press: Press, deal_id: int, decide: Callable[[Asked, Review], Outcome | Utterance]
    ) -> Utterance | None:
        """Keep what was told of a deal of the nudge, once, as a turn of its latest review."""
        with self._database.transaction() as session:
            reviews = Reviews(session, press.team)
            review = reviews.lock_current(deal_id)
            asked = self._asked(session, press)
            if isinstance(asked, Utterance):
                return asked
            if review is None or deal_id not in asked.nudge.deals or review.deal.owner != press.by.person:
                return say.nothing_stale()
            if reviews.knows(review, press.by.occasion):
                return None
            told = decide(asked, review)
            if isinstance(told, Utterance):
                return told
            if told.turn:
                Deals(session, press.team, ()).save(told.review.deal)
                self._decisions.keep(session, told, asked.now, review)
        self._decisions.wake()
        return told.hint

    def _asked(self, session: Session, press: Press) -> Asked | Utterance:
        """The nudge as it is now; or a hint, if it is not theirs or was followed by another."""
        nudges = Nudges(session, press.team)
        nudge = nudges.get(press.nudge)
        if nudge is None:
            return say.not_here()
        if nudge.person != press.by.person:
            return say.not_your_nudge()
        newest = nudges.newest(nudge.person)
        if newest is None or newest.id != nudge.id:
            return say.newer_nudge()
        habits, now = find_habits(session, press.team, nudge.person), self._decisions.clock()
        matters = nudging.resume(newest, nudges.deals_in(newest, habits, now))
        to_ask = tuple(matter for matter in matters if not matter.came)
        in_review = tuple(matter for matter in matters if matter.came is Came.IN_REVIEW)
        return Asked(newest, habits, now, to_ask, in_review)

    def _something(self, session: Session, press: Press) -> Asked | Utterance:
        """The nudge, if anything is still to be asked."""
        asked = self._asked(session, press)
        return asked if isinstance(asked, Utterance) or asked.matters else say.nothing_stale()

    def _open_already(self, review: Review) -> Utterance:
        return say.already_open(review, self._directory.link(review.channel, review.thread_ts))


def _is_overdue(asked: Asked, deal_id: int, question: str) -> bool:
    """Whether it is a step of theirs that is stale because its day is over."""
    items = (item for matter in asked.matters if matter.deal.id == deal_id for item in matter.items)
    return any(item.question == question and item.freshness.cause is Cause.DUE for item in items)
