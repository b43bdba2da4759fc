"""The calendar of forecast calls, kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from flows.calls import Call, Choice, Schedule
from flows.hours import Habits
from storage.calls import to_call
from storage.habits import to_habits
from storage.models import CallRow, HabitsRow, PersonRow, ScheduleRow
from storage.rules import every_rules

log = logging.getLogger(__name__)


def going_on(session: Session) -> Iterator[tuple[Schedule, Habits]]:
    """Every schedule, in any workspace, that is not paused, with when its manager works.

    Those of managers whose habits cannot be are left out.
    """
    person = (PersonRow.team == ScheduleRow.team) & (PersonRow.id == ScheduleRow.manager)
    habits = (HabitsRow.team == ScheduleRow.team) & (HabitsRow.person == ScheduleRow.manager)
    live = (ScheduleRow.paused.is_(False), ScheduleRow.removed.is_(False))
    found = select(ScheduleRow, PersonRow.tz, HabitsRow).outerjoin(PersonRow, person).outerjoin(HabitsRow, habits)
    settled = every_rules(session)
    for row, zone, told in session.execute(found.where(*live).order_by(ScheduleRow.id)):
        try:
            yield _schedule(row), to_habits(zone or "UTC", told, settled.get(row.team))
        except (ValueError, KeyError) as error:  # one person's settings must not stop everybody's calls
            log.warning("when %s in %s works cannot be told: %s", row.manager, row.team, error)


class Schedules:
    """The schedules of one workspace; those that were removed are not found any more."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def add(self, schedule: Schedule) -> Schedule:
        """Keep a new schedule; returns it with its id."""
        row = ScheduleRow(team=self._team, manager=schedule.manager, removed=False)
        _fill(row, schedule)
        self._session.add(row)
        self._session.flush()
        return _schedule(row)

    def get(self, schedule_id: int) -> Schedule | None:
        """A schedule; None if this workspace has none by that id."""
        row = self._session.scalar(self._mine(schedule_id))
        return _schedule(row) if row else None

    def lock(self, schedule_id: int) -> Schedule | None:
        """A schedule that no other transaction can change meanwhile."""
        mine = self._mine(schedule_id).with_for_update().execution_options(populate_existing=True)
        row = self._session.scalar(mine)
        return _schedule(row) if row else None

    def one_at_a_time(self, manager: str) -> None:
        """Until the transaction ends, nobody else puts calls of a manager whom we have met on the calendar."""
        mine = (PersonRow.team == self._team, PersonRow.id == manager)
        self._session.scalar(select(PersonRow.id).where(*mine).with_for_update())

    def of(self, manager: str) -> list[Schedule]:
        """A manager's schedules, the oldest first."""
        theirs = (ScheduleRow.team == self._team, ScheduleRow.manager == manager, ScheduleRow.removed.is_(False))
        rows = self._session.scalars(select(ScheduleRow).where(*theirs).order_by(ScheduleRow.id))
        return [_schedule(row) for row in rows]

    def count(self, manager: str) -> int:
        """How many schedules a manager has."""
        theirs = (ScheduleRow.team == self._team, ScheduleRow.manager == manager, ScheduleRow.removed.is_(False))
        return self._session.scalar(select(func.count()).select_from(ScheduleRow).where(*theirs)) or 0

    def save(self, schedule: Schedule) -> None:
        """Keep a schedule as it was changed."""
        _fill(self._session.get_one(ScheduleRow, schedule.id), schedule)
        self._session.flush()

    def remove(self, schedule: Schedule) -> None:
        """Prepare no more calls of a schedule; those that were stay."""
        self._session.get_one(ScheduleRow, schedule.id).removed = True
        self._session.flush()

    def has_call(self, schedule: Schedule, day: date) -> bool:
        """Whether the call that a schedule plans for a day was made, if only to be cancelled."""
        made = select(CallRow.id).where(CallRow.schedule_id == schedule.id, CallRow.day == day)
        return self._session.scalar(made) is not None

    def calls_ahead(self, schedule: Schedule, now: datetime) -> list[Call]:
        """The calls of a schedule that were made, not cancelled, and are still to come at a moment (UTC)."""
        ahead = (CallRow.schedule_id == schedule.id, CallRow.at > now, CallRow.cancelled_at.is_(None))
        return [to_call(row) for row in self._session.scalars(select(CallRow).where(*ahead).order_by(CallRow.at))]

    def _mine(self, schedule_id: int) -> Select[ScheduleRow]:
        mine = (ScheduleRow.id == schedule_id, ScheduleRow.team == self._team, ScheduleRow.removed.is_(False))
        return select(ScheduleRow).where(*mine)


def _fill(row: ScheduleRow, schedule: Schedule) -> None:
    row.channel, row.in_direct = schedule.channel, schedule.in_direct
    row.begins, row.every_weeks = schedule.begins, schedule.every_weeks
    row.time, row.zone, row.country = schedule.time, schedule.zone, schedule.country
    row.owners, row.period = list(schedule.choice.owners), schedule.choice.period
    row.digest_minutes, row.days_ahead = schedule.digest_minutes, schedule.days_ahead
    row.since, row.paused = schedule.since, schedule.paused


def _schedule(row: ScheduleRow) -> Schedule:
    return Schedule(
        id=row.id,
        team=row.team,
        manager=row.manager,
        channel=row.channel,
        begins=row.begins,
        every_weeks=row.every_weeks,
        time=row.time,
        zone=row.zone,
        country=row.country,
        choice=Choice(tuple(row.owners), row.period),
        in_direct=row.in_direct,
        since=row.since,
        digest_minutes=row.digest_minutes,
        days_ahead=row.days_ahead,
        paused=row.paused,
    )
