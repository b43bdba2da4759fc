"""Nudges: sent when something is stale and its owner works, kept up to date by what comes of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.lookout import DueWork
from bot.outbox import Outbox
from bot.service.readers import Readers
from flows import nudging
from flows import utterances as say
from flows.nudging import Nudge, Plan, Result
from flows.review import Review, Turn
from storage.database import Database
from storage.deals import Person
from storage.habits import find_habits
from storage.nudges import Nudges, people_to_ask, sent_lately
from storage.rules import find_rules

LOOK_EVERY = timedelta(minutes=5)
"""What we know grows stale as a day begins, so who begins work at nine is nudged by five past."""

REACTIONS = {
    "heard_on": Result.STILL_TRUE,
    "waits": Result.WAITING,
    "no_more_nudges": Result.STOPPED,
    "closed": Result.STOPPED,
}
"""The turns that say what came of a nudge; any other of the nudged person's shows that they took it up."""

SHOWN = frozenset({*REACTIONS, "opened", "resumed", "due", "reopened", "handed_over"})
"""The turns after which a nudge tells something else, but for those of reviews that are over."""

log = logging.getLogger(__name__)


class Reach(Protocol):
    """Whoever can say whether a person is still there, and where, and where to write to them. All of it asks Slack."""

    def renew(self, team: str, person_id: str) -> Person | None: ...

    def conversation(self, person_id: str) -> str: ...

    def shut_out(self, person_id: str, channels: Iterable[str]) -> frozenset[str]: ...


@dataclass(frozen=True)
class Due:
    """A nudge that is due to a person in an IANA zone `at` a moment (UTC).

    `channel` is where they got the one before, empty if there was none or it could not be delivered.
    """

    plan: Plan
    zone: str
    channel: str
    at: datetime


class NudgeService(DueWork):
    """Sends nudges, for the engine: a lane is a person who may get one now.

    The database takes one for each of a person's days, whichever process is first.
    """

    name = "nudge"

    def __init__(self, database: Database, outbox: Outbox, reach: Reach, clock: Callable[[], datetime]) -> None:
        super().__init__(_may_be_nudged, LOOK_EVERY, clock)
        self._database = database
        self._outbox = outbox
        self._reach = reach
        self._readers = Readers(database, reach)

    def see_to(self, team: str, person: str, /) -> bool:
        """Send a person the nudge that is due to them, if there is one; returns whether it was."""
        with self._database.transaction() as session:
            due = self._due(session, team, person)
        if due is None:
            return False
        closed = self._readers.closed_to(team, person)
        reached = self._reached(team, person, due.channel)
        try:
            with self._database.transaction() as session:
                due = self._due(session, team, person, closed)  # Slack may have told of another zone meanwhile
                if due:
                    self._send(session, team, person, due, reached)
        except IntegrityError:
            log.info("%s in %s was nudged by another process", person, team)
            return False
        return due is not None

    def is_due(self, session: Session, team: str, person: str, closed: Collection[str]) -> bool:
        """Whether a person is about to be nudged, about deals of which none lives in a channel `closed` to them."""
        return self._due(session, team, person, closed) is not None

    def follow(self, session: Session, before: Review | None, review: Review, turn: Turn, now: datetime) -> None:
        """A turn has changed a review, in the caller's transaction: note what that means for its owner's nudge."""
        nudges = Nudges(session, review.deal.team)
        if before and before.deal.owner != review.deal.owner and (given := nudges.newest(before.deal.owner)):
            self.show(session, given, now)
        newest = nudges.newest(review.deal.owner)
        if newest is None or not newest.channel or review.deal.id not in newest.deals:
            return
        came = Result.TAKEN_UP if turn.person == newest.person else None
        came = Result.NEW if nudging.is_news(newest, review) else REACTIONS.get(turn.kind, came)
        if came:
            nudges.record(newest, came, now)
        if turn.kind in SHOWN or not review.is_open:
            self.show(session, newest, now)

    def show(self, session: Session, nudge: Nudge, now: datetime, snoozed: bool = False) -> None:
        """Bring a nudge's message up to date, in the caller's transaction."""
        if nudge.channel:
            habits = find_habits(session, nudge.team, nudge.person)
            matters = nudging.resume(nudge, Nudges(session, nudge.team).deals_in(nudge, habits, now))
            said = say.nudge(nudge, matters, habits.zone, snoozed=snoozed)
            self._outbox.decide_for(session, nudge.team, nudge.channel, [said], now)

    def _due(self, session: Session, team: str, person: str, closed: Collection[str] = ()) -> Due | None:
        """The nudge that is due, about deals of which none lives in a channel `closed` to the person."""
        now, nudges, habits = self._clock(), Nudges(session, team), find_habits(session, team, person)
        before = nudges.latest(person)
        rules = find_rules(session, team)
        if not rules.nudges or not nudging.may_come(habits, before, now):
            return None
        deals = [each for each in nudges.deals_of(person, habits, now) if each.deal.scope not in closed]
        plan = nudging.plan(person, deals, habits, before, now, rules.periods)
        return Due(plan, habits.zone, before[0].channel if before else "", now) if plan else None

    def _reached(self, team: str, person: str, channel: str) -> str:
        """The channel to write to a person in, or empty if they left or take no messages. Raises `NotNow`."""
        if self._reach.renew(team, person) is None:
            log.info("%s is not in %s any more, and is not nudged today", person, team)
            return ""
        found = channel or self._reach.conversation(person)
        if not found:
            log.warning("%s in %s takes no messages, and is not nudged today", person, team)
        return found

    def _send(self, session: Session, team: str, person: str, due: Due, channel: str) -> None:
        """Keep the nudge and what it says, and that the one before was ignored if nothing came of it."""
        nudges = Nudges(session, team)
        last = nudges.newest(person)
        nudge = nudges.add(person, due.plan, channel, due.at, None if channel else Result.UNDELIVERED)
        if last and last.outcome is None:
            nudges.record(last, Result.IGNORED, due.at)
        if channel:
            said = say.nudge(nudge, due.plan.matters, due.zone, eases_off=due.plan.eases_off)
            followed = [say.nudge_followed(last)] if last else []
            self._outbox.decide_for(session, team, channel, [*followed, said], due.at)


def _may_be_nudged(session: Session, now: datetime) -> list[tuple[str, str]]:
    """Who has deals to be asked about, works now, and was not nudged today: each with their workspace."""
    lately = sent_lately(session, now)
    found = []
    for team, person, habits in people_to_ask(session):
        try:
            if habits.nudges and nudging.may_come(habits, lately.get((team, person), ()), now):
                found.append((team, person))
        except (ValueError, KeyError) as error:
            log.warning("the holidays of %s in %s are not known: %s", person, team, error)
    return found
