"""Reminders before forecast calls: sent to whoever has reviews open, put off by them, and kept up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.lookout import DueWork
from bot.outbox import Outbox
from bot.service.readers import Readers
from flows import reminding
from flows import utterances as say
from flows.calls import Call
from flows.reminding import Reminder, Snooze
from flows.review import Review, Turn
from flows.utterances import Utterance
from storage.calls import Calls
from storage.database import Database
from storage.habits import find_habits
from storage.reminders import Asked, Reminders, awaited, sent_so_far, spoken_since

LOOK_EVERY = timedelta(minutes=5)

IsNudgeDue = Callable[[Session, str, str, Collection[str]], bool]
"""Whether a person of a workspace is about to be nudged, leaving out deals in the channels that are closed to them."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Press:
    """What a person does about a reminder, by its id."""

    team: str
    reminder: int
    person: str


class ReminderService(DueWork):
    """Sends reminders, for the engine: a lane is a person who is to get one now, for the next of their calls.

    The database takes one for each person, call and number, whichever process is first.
    """

    name = "remind"

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        directory: Directory,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        is_nudge_due: IsNudgeDue,
    ) -> None:
        super().__init__(_people_to_remind, LOOK_EVERY, clock)
        self._database = database
        self._outbox = outbox
        self._directory = directory
        self._readers = Readers(database, directory)
        self._wake = wake
        self._is_nudge_due = is_nudge_due

    def see_to(self, team: str, person: str, /) -> bool:
        """Send a person the reminder that is due to them, if there is one; returns whether it was."""
        closed = self._readers.closed_to(team, person)
        with self._database.transaction() as session:
            if self._due(session, team, person, closed) is None:
                return False
        channel = self._reach(team, person)
        try:
            with self._database.transaction() as session:
                due = self._due(session, team, person, closed)  # Slack may have told of another zone meanwhile
                if due:
                    self._send(session, due, channel)
        except IntegrityError:
            log.info("%s in %s was reminded by another process", person, team)
            return False
        return due is not None

    def snooze(self, press: Press, how: Snooze) -> Utterance | None:
        """Put the next reminder off, or say why that cannot be. Returns a hint for the acting person, or None."""
        with self._database.transaction() as session:
            reminders, now = Reminders(session, press.team), self._clock()
            reminder = reminders.lock(press.reminder)
            call = Calls(session, press.team).get(reminder.call) if reminder else None
            if reminder is None or call is None:
                return say.not_here()
            if reminder.person != press.person:
                return say.not_your_reminder()
            if call.cancelled_at:
                return say.call_is_off()
            latest = reminders.of(call, press.person)[-1]
            habits = find_habits(session, press.team, press.person)
            until = reminding.snoozes(latest, call, habits, now).get(how) if latest.id == reminder.id else None
            if until is None:
                return say.no_time_to_snooze()
            reminders.snooze(reminder, until)
            self._show(session, call, press.person, now)
        self._wake()
        return None

    def follow(self, session: Session, before: Review | None, review: Review, turn: Turn, now: datetime) -> None:
        """A turn has changed a review, in the caller's transaction: what was reminded of it says so."""
        if before is None or (before.is_open, before.owner) == (review.is_open, review.owner):
            return
        for call in Calls(session, review.deal.team).with_review(review.id):
            for person in sorted({before.owner, review.owner}):  # in one order, so that nobody waits in a circle
                self._show(session, call, person, now)

    def called_off(self, session: Session, call: Call, now: datetime) -> None:
        """A call was cancelled, in the caller's transaction: whoever was reminded of it is told by that message."""
        for reminder in Reminders(session, call.team).latest_of(call):
            self._show(session, call, reminder.person, now)

    def _due(self, session: Session, team: str, person: str, closed: Collection[str]) -> Asked | None:
        """The first call that a person is to be reminded of now.

        Where a nudge is due, too, that goes first: a reminder leaves it half an hour, and not the other way round.
        """
        now, reminders = self._clock(), Reminders(session, team)
        spoken = reminders.spoken_at(person)
        for asked in awaited(session, now, team, person):
            sent = reminders.of(asked.call, person)
            if reminding.is_due(asked.call, asked.opened, asked.habits, sent, spoken, now):
                return None if self._is_nudge_due(session, team, person, closed) else asked
        return None

    def _reach(self, team: str, person: str) -> str:
        """The channel to write to a person in, or empty if they left or take no messages. Raises `NotNow`."""
        if self._directory.renew(team, person) is None:
            log.info("%s is not in %s any more, and is not reminded", person, team)
            return ""
        return self._directory.conversation(person)

    def _send(self, session: Session, due: Asked, channel: str) -> None:
        """Keep the reminder and what it says; the one before loses its buttons."""
        now, reminders = self._clock(), Reminders(session, due.call.team)
        sent = reminders.of(due.call, due.person)
        reminders.add(due.call, due.person, len(sent) + 1, channel, now)
        if channel:
            followed = [say.reminder_followed(each) for each in sent]
            self._outbox.decide_for(session, due.call.team, channel, followed, now)
        self._show(session, due.call, due.person, now)

    def _show(self, session: Session, call: Call, person: str, now: datetime) -> None:
        """Bring the latest reminder of a call to a person up to date, in the caller's transaction.

        It is locked before the reviews are read: of two that end at once, the later is shown with the earlier.
        """
        reminders = Reminders(session, call.team)
        latest = reminders.latest(call, person)
        if latest is None or not latest.channel:
            return
        offered = {} if latest.snoozed_until else self._offered(session, latest, call, now)
        reviews = reminders.reviews_of(call, person)
        said = say.reminder(latest, call, reviews, self._directory.link, offered)
        self._outbox.decide_for(session, call.team, latest.channel, [said], now)

    def _offered(self, session: Session, reminder: Reminder, call: Call, now: datetime) -> dict[Snooze, datetime]:
        habits = find_habits(session, call.team, reminder.person)
        return reminding.snoozes(reminder, call, habits, now)


def _people_to_remind(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    """Who, in any workspace, is to be reminded of a call at a moment (UTC): a few queries, however many they are."""
    sent, spoken = sent_so_far(session, now), spoken_since(session, now - reminding.BREATH)
    found: dict[tuple[str, str], None] = {}
    for asked in awaited(session, now):
        team, person = asked.call.team, asked.person
        try:
            before, last = sent.get((asked.call.id, person), ()), spoken.get((team, person))
            if reminding.is_due(asked.call, asked.opened, asked.habits, before, last, now):
                found[team, person] = None
        except (ValueError, KeyError) as error:
            log.warning("the holidays of %s in %s are not known: %s", person, team, error)
    yield from found
