"""Reminders before forecast calls, kept, and whose reviews are still open for one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from flows.calls import Call, Result
from flows.home import UnderWay
from flows.hours import Habits
from flows.reminding import Reminder
from flows.review import OPEN, Status
from flows.utterances import PARENT
from storage.calls import to_call
from storage.habits import to_habits
from storage.models import (
    CallRow,
    DealRow,
    EntryRow,
    HabitsRow,
    MessageRow,
    NudgeRow,
    PersonRow,
    ReminderRow,
    ReviewRow,
)
from storage.rules import every_rules

log = logging.getLogger(__name__)

AWAITED = (Result.OPENED, Result.UNDER_WAY)
"""The deals of a call whose reviews somebody is to answer for it."""


@dataclass(frozen=True)
class Asked:
    """That something of a `person` is open for a call; `opened` (UTC) is when the last of it was there for it."""

    call: Call
    person: str
    habits: Habits
    opened: datetime


def awaited(session: Session, now: datetime, team: str = "", person: str = "") -> Iterator[Asked]:
    """Who has reviews open for a call that is still to come: in all workspaces, or what one person has.

    One query for them all, whoever it is about; the next call first. People whose habits cannot be are left out.
    """
    theirs = (CallRow.team == team, ReviewRow.owner == person) if person else ()
    whose = (
        select(CallRow.id, ReviewRow.owner, func.max(ReviewRow.opened_at).label("opened_at"))
        .join(EntryRow, EntryRow.call_id == CallRow.id)
        .join(ReviewRow, ReviewRow.id == EntryRow.review_id)
        .where(CallRow.at > now, CallRow.cancelled_at.is_(None), EntryRow.result.in_(AWAITED))
        .where(ReviewRow.status.in_(OPEN), *theirs)
        .group_by(CallRow.id, ReviewRow.owner)
        .subquery()
    )
    found = (
        select(CallRow, whose.c.owner, PersonRow.tz, HabitsRow, whose.c.opened_at)
        .join(whose, whose.c.id == CallRow.id)
        .outerjoin(PersonRow, (PersonRow.team == CallRow.team) & (PersonRow.id == whose.c.owner))
        .outerjoin(HabitsRow, (HabitsRow.team == CallRow.team) & (HabitsRow.person == whose.c.owner))
        .order_by(CallRow.at, CallRow.id)
    )
    settled = every_rules(session)
    for row, owner, zone, told, opened_at in session.execute(found):
        try:
            works = to_habits(zone or "UTC", told, settled.get(row.team))
            yield Asked(to_call(row), owner, works, max(opened_at, row.created_at))
        except (ValueError, KeyError) as error:  # one person's settings must not silence everybody's reminders
            log.warning("when %s in %s works cannot be told: %s", owner, row.team, error)


def sent_so_far(session: Session, now: datetime) -> dict[tuple[int, str], list[Reminder]]:
    """The reminders of all calls that are still to come, in any workspace: by call and person, in order."""
    ahead = select(ReminderRow).join(CallRow).where(CallRow.at > now).order_by(ReminderRow.number)
    found: dict[tuple[int, str], list[Reminder]] = {}
    for row in session.scalars(ahead):
        found.setdefault((row.call_id, row.person), []).append(_reminder(row))
    return found


def spoken_since(session: Session, moment: datetime) -> dict[tuple[str, str], datetime]:
    """When we last wrote to people by ourselves after a moment (both UTC), nudges and reminders: by team and person."""
    nudged = select(NudgeRow.team, NudgeRow.person, NudgeRow.at).where(NudgeRow.at > moment)
    reminded = select(CallRow.team, ReminderRow.person, ReminderRow.at).join(CallRow).where(ReminderRow.at > moment)
    found: dict[tuple[str, str], datetime] = {}
    for team, person, at in (*session.execute(nudged), *session.execute(reminded)):
        found[team, person] = max(at, found.get((team, person), at))
    return found


class Reminders:
    """The reminders of one workspace."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def add(self, call: Call, person: str, number: int, channel: str, now: datetime) -> Reminder:
        """Keep that a person is reminded.

        Raises `sqlalchemy.exc.IntegrityError` if they were reminded of that call for the `number`th time before.
        """
        row = ReminderRow(call_id=call.id, person=person, number=number, at=now, channel=channel)
        self._session.add(row)
        self._session.flush()
        return _reminder(row)

    def lock(self, reminder_id: int) -> Reminder | None:
        """A reminder that no other transaction can change meanwhile; None if this workspace has none by that id."""
        mine = self._mine(ReminderRow.id == reminder_id).with_for_update(of=ReminderRow)
        row = self._session.scalar(mine.execution_options(populate_existing=True))
        return _reminder(row) if row else None

    def of(self, call: Call, person: str) -> list[Reminder]:
        """A person's reminders of a call, in order."""
        rows = self._session.scalars(self._mine(ReminderRow.call_id == call.id, ReminderRow.person == person))
        return [_reminder(row) for row in rows]

    def latest(self, call: Call, person: str) -> Reminder | None:
        """A person's latest reminder of a call, which no other transaction can change meanwhile."""
        theirs = select(ReminderRow).where(ReminderRow.call_id == call.id, ReminderRow.person == person)
        newest = theirs.order_by(ReminderRow.number.desc()).limit(1).with_for_update()
        row = self._session.scalar(newest.execution_options(populate_existing=True))
        return _reminder(row) if row else None

    def latest_of(self, call: Call) -> list[Reminder]:
        """Everybody's latest reminder of a call."""
        rows = self._session.scalars(self._mine(ReminderRow.call_id == call.id))
        return list({row.person: _reminder(row) for row in rows}.values())

    def snooze(self, reminder: Reminder, until: datetime) -> None:
        """Keep until when (UTC) a person put a reminder off."""
        self._session.get_one(ReminderRow, reminder.id).snoozed_until = until
        self._session.flush()

    def spoken_at(self, person: str) -> datetime | None:
        """When we last wrote to a person by ourselves, in UTC: a nudge, or a reminder of any call."""
        nudged = select(func.max(NudgeRow.at)).where(NudgeRow.team == self._team, NudgeRow.person == person)
        mine = (CallRow.team == self._team, ReminderRow.person == person)
        reminded = select(func.max(ReminderRow.at)).join(CallRow).where(*mine)
        return max((at for asked in (nudged, reminded) if (at := self._session.scalar(asked))), default=None)

    def reviews_of(self, call: Call, person: str) -> list[UnderWay]:
        """The reviews of a person that are awaited for a call, open or over, in the order of its deals."""
        columns = select(
            DealRow.name, ReviewRow.owner, ReviewRow.status, ReviewRow.asked, ReviewRow.questions, ReviewRow.channel,
            MessageRow.ts,
        )  # fmt: skip
        joined = (
            columns.select_from(EntryRow)
            .join(ReviewRow, ReviewRow.id == EntryRow.review_id)
            .join(DealRow, DealRow.id == ReviewRow.deal_id)
            .outerjoin(MessageRow, (MessageRow.review_id == ReviewRow.id) & (MessageRow.slot == PARENT))
        )
        mine = (EntryRow.call_id == call.id, EntryRow.result.in_(AWAITED), ReviewRow.owner == person)
        return [
            UnderWay(name, owner, Status(status), questions.index(asked) + 1, len(questions), channel, ts)
            for name, owner, status, asked, questions, channel, ts in self._session.execute(
                joined.where(*mine).order_by(EntryRow.position)
            )
        ]

    def _mine(self, *where: ColumnElement[bool]) -> Select[ReminderRow]:
        found = select(ReminderRow).join(CallRow).where(CallRow.team == self._team, *where)
        return found.order_by(ReminderRow.person, ReminderRow.number)


def _reminder(row: ReminderRow) -> Reminder:
    return Reminder(row.id, row.call_id, row.person, row.number, row.at, row.channel, row.snoozed_until)
