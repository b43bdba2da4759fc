"""The calendar of forecast calls, kept by the clock: each call is made, and its reviews opened, when it is time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.lookout import DueWork
from bot.outbox import Outbox
from bot.places import Standing
from bot.service.batches import BatchService
from bot.service.rulings import Rulings
from flows import calendar
from flows import utterances as say
from flows.batch import evening_before
from flows.calendar import EVENING_BEFORE, Planned
from flows.calls import Call, Schedule
from flows.utterances import Outlook, Utterance
from storage.database import Database
from storage.habits import find_habits
from storage.messages import Messages
from storage.schedules import Schedules, going_on

LOOK_EVERY = timedelta(minutes=5)
"""Reviews open as a day begins: at nine, or by five past."""

NEXT_CALLS = 2

IN_DIRECT = "direct"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """What is to be done for a schedule `at` a moment (UTC): the call to prepare, and those it is too late for."""

    schedule: Schedule
    planned: Planned | None
    missed: tuple[Planned, ...]
    at: datetime

    @property
    def latest(self) -> Planned:
        """The call that this is about, for whoever is told that nothing comes of it."""
        return self.planned or self.missed[-1]


@dataclass(frozen=True)
class Reached:
    """How things stand around a schedule: `channel` is that of the bot's conversation with its manager, or empty.

    `why_not` says why no call of it can be prepared: the manager has `left`, or as `CalendarService.why_not` and
    `Rulings.are_against` do.
    """

    channel: str
    why_not: str = ""


class CalendarService(DueWork):
    """Prepares the calls of schedules, for the engine: a lane is a schedule with a call that is due to be prepared.

    Whoever is first makes the call, under the schedule's lock; a schedule has one call for each of its days.
    """

    name = "schedule"

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        directory: Directory,
        batches: BatchService,
        clock: Callable[[], datetime],
        rulings: Rulings,
    ) -> None:
        self._rulings = rulings
        super().__init__(_schedules_due, LOOK_EVERY, clock)
        self._database = database
        self._outbox = outbox
        self._directory = directory
        self._batches = batches

    def see_to(self, team: str, number: str, /) -> bool:
        """Make the call of a schedule that is due, or say why there is none; returns whether anything was due."""
        with self._database.transaction() as session:
            due = self._due(session, Schedules(session, team).get(int(number)))
        if due is None:
            return False
        reached = self._reach(due.schedule)
        try:
            with self._database.transaction() as session:
                due = self._due(session, Schedules(session, team).lock(int(number)))
                if due:
                    self._settle(session, due, reached)
        except IntegrityError:
            log.info("the call of schedule %s in %s was made by another process", number, team)
            return False
        return due is not None

    def why_not(self, schedule: Schedule) -> str:
        """Why reviews cannot be held in the channel of a schedule, asked of Slack now; empty if they can.

        That is a `Standing` for its manager that is not welcome, or `direct` for a direct message. Raises `NotNow` and
        the network's errors.
        """
        place = self._directory.place(schedule.channel)
        if place.is_direct:
            return IN_DIRECT
        standing = self._directory.standing_for(place, schedule.manager)
        return "" if standing is Standing.WELCOME else str(standing)

    def _due(self, session: Session, schedule: Schedule | None) -> Due | None:
        if schedule is None or schedule.paused:
            return None
        now, manager = self._clock(), find_habits(session, schedule.team, schedule.manager)
        planned, missed = calendar.due(schedule, manager, now), calendar.missed(schedule, manager, now)
        return Due(schedule, planned, missed, now) if planned or missed else None

    def _reach(self, schedule: Schedule) -> Reached:
        """How things stand in Slack. Raises `NotNow` and the network's errors."""
        if self._directory.renew(schedule.team, schedule.manager) is None:
            return Reached("", "left")
        why_not = self.why_not(schedule) or self._rulings.are_against(schedule)
        return Reached(self._directory.conversation(schedule.manager), why_not)

    def _settle(self, session: Session, due: Due, reached: Reached) -> None:
        """Decide what becomes of a call that is due, once, in the caller's transaction."""
        schedule, schedules = due.schedule, Schedules(session, due.schedule.team)
        if reached.why_not:
            log.info("schedule %s in %s is paused: %s", schedule.id, schedule.team, reached.why_not)
            paused = replace(schedule, paused=True)
            schedules.save(paused)
            self._show(session, paused, due.at)
            self._tell(session, due, reached, say.schedule_paused_itself(paused, reached.why_not, due.latest))
            return
        kept = replace(schedule, since=due.latest.at)
        schedules.save(kept)
        missed = [each for each in due.missed if not schedules.has_call(schedule, each.planned)]
        if missed:
            self._tell(session, due, reached, say.call_left_out(schedule, missed))
        if due.planned and not schedules.has_call(schedule, due.planned.planned):
            self._make(session, due, due.planned, reached)
        self._show(session, kept, due.at)

    def _make(self, session: Session, due: Due, planned: Planned, reached: Reached) -> None:
        schedule = due.schedule
        call = _call(schedule, planned, due.at)
        made = self._batches.create(session, call, schedule.choice, due.at, day=planned.planned)
        if isinstance(made, Utterance):
            deals, most = made.context.get("count", 0), made.context.get("most", 0)
            self._tell(session, due, reached, say.nothing_to_prepare(schedule, planned, deals, most))
        elif planned.is_moved or planned.is_skipped:
            self._tell(session, due, reached, say.call_moved(schedule, planned))

    def _show(self, session: Session, schedule: Schedule, now: datetime) -> None:
        """Bring the card of a schedule up to date, in the caller's transaction."""
        if channel := Messages(session).channel_of(say.schedule_slot(schedule.id)):
            card = say.schedule_card(outlook(session, schedule, now))
            self._outbox.decide_for(session, schedule.team, channel, [card], now)

    def _tell(self, session: Session, due: Due, reached: Reached, utterance: Utterance) -> None:
        if reached.channel:
            self._outbox.decide_for(session, due.schedule.team, reached.channel, [utterance], due.at)


def outlook(session: Session, schedule: Schedule, now: datetime) -> Outlook:
    """A schedule as its manager sees it at a moment (UTC); what was made is not to come, even if it was cancelled."""
    schedules, manager = Schedules(session, schedule.team), find_habits(session, schedule.team, schedule.manager)
    since = max(schedule.since, now)
    upcoming = calendar.upcoming(schedule, manager, since)
    following = tuple(islice((each for each in upcoming if not schedules.has_call(schedule, each.planned)), NEXT_CALLS))
    soon = next(calendar.upcoming(schedule, manager, now), None)
    is_missed = soon and soon.at <= since and not schedules.has_call(schedule, soon.planned)
    prepared = tuple(schedules.calls_ahead(schedule, now))
    return Outlook(schedule, manager, following, prepared, soon if is_missed else None)


def _call(schedule: Schedule, planned: Planned, now: datetime) -> Call:
    """The call, without an id yet."""
    evening = schedule.digest_minutes == EVENING_BEFORE
    return Call(
        id=0,
        team=schedule.team,
        manager=schedule.manager,
        channel=schedule.channel,
        at=planned.at,
        zone=schedule.zone,
        in_direct=schedule.in_direct,
        digest_minutes=evening_before(planned.at, schedule.zone) if evening else schedule.digest_minutes,
        created_at=now,
        schedule=schedule.id,
    )


def _schedules_due(session: Session, now: datetime) -> Iterator[tuple[str, int]]:
    """The schedules, in any workspace, with a call that is to be prepared at a moment (UTC), or should have been."""
    for schedule, manager in going_on(session):
        try:
            if calendar.is_anything_due(schedule, manager, now):
                yield schedule.team, schedule.id
        except (ValueError, KeyError) as error:  # one schedule's country or zone must not stop everybody's calls
            log.warning("the calls of schedule %s in %s cannot be told: %s", schedule.id, schedule.team, error)
