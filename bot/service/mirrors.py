"""The mirror of whoever asked for it: by a direct message once a week, and in a form whenever they like."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.lookout import DueWork
from bot.outbox import Outbox
from bot.service.nudges import Reach
from flows import mirror
from flows import utterances as say
from flows.mirror import Mirror
from flows.utterances import Utterance
from storage.database import Database
from storage.habits import find_habits
from storage.mirrors import Mirrors, people_who_look

LOOK_EVERY = timedelta(minutes=5)

log = logging.getLogger(__name__)


class MirrorService(DueWork):
    """Shows people what they asked, and nobody what somebody else did. For the engine a lane is a person who is due.

    That a week was shown is kept in the transaction that decides to show it; of two processes the database takes one.
    `clock` gives the time in UTC.
    """

    name = "mirror"

    def __init__(self, database: Database, outbox: Outbox, reach: Reach, clock: Callable[[], datetime]) -> None:
        super().__init__(_may_be_shown, LOOK_EVERY, clock)
        self._database = database
        self._outbox = outbox
        self._reach = reach

    def see_to(self, team: str, person: str, /) -> bool:
        """Write to a person what they asked last week, if that is due; returns whether there was anything to tell."""
        with self._database.transaction() as session:
            channel = Mirrors(session, team).channel(person) if self._due(session, team, person) else None
        if channel is None:
            return False
        if self._reach.renew(team, person):
            channel = channel or self._reach.conversation(person)
        else:
            log.info("%s is not in %s any more", person, team)
            channel = ""
        try:
            with self._database.transaction() as session:
                week = self._due(session, team, person)  # they may have turned it off, or moved, meanwhile
                return week is not None and self._decide(session, team, person, week, channel)
        except IntegrityError:
            log.info("%s in %s was shown their week by another process", person, team)
            return False

    def show_now(self, team: str, person: str) -> Utterance:
        """What a person asked in this week up to now, or why there is nothing to see: they have not asked for it."""
        now = self._clock()
        with self._database.transaction() as session:
            habits = find_habits(session, team, person)
            if not habits.mirror:
                return say.mirror_is_off()
            return say.mirror_now(_mirror(session, team, person, mirror.this_week(now, habits.zone), habits.zone))

    def _due(self, session: Session, team: str, person: str) -> date | None:
        """The week that a person is to be shown now, if there is one."""
        now, habits = self._clock(), find_habits(session, team, person)
        is_due = mirror.is_due(habits, Mirrors(session, team).seen(person), now)
        return mirror.last_week(now, habits.zone) if is_due else None

    def _decide(self, session: Session, team: str, person: str, week: date, channel: str) -> bool:
        """Keep that a week was shown, and what is said of it: nothing, if they asked nothing."""
        now, zone = self._clock(), find_habits(session, team, person).zone
        seen = _mirror(session, team, person, week, zone)
        is_said = bool(channel and seen.week.asked)
        Mirrors(session, team).add(person, week, channel if is_said else "", now)
        if is_said:
            self._outbox.decide_for(session, team, channel, [say.mirror(person, seen)], now)
        return is_said


def _mirror(session: Session, team: str, person: str, week: date, zone: str) -> Mirror:
    mirrors = Mirrors(session, team)
    return mirror.mirror(mirrors.wrote(person, *mirror.span(week, zone)), week, zone, mirrors.colleagues())


def _may_be_shown(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    """Who wants to be shown what they asked, works now and has not seen their last week: each with their workspace."""
    for team, person, habits, seen in people_who_look(session):
        try:
            if mirror.is_due(habits, seen, now):
                yield team, person
        except (ValueError, KeyError) as error:
            log.warning("the holidays of %s in %s are not known: %s", person, team, error)
