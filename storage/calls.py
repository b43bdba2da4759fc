"""Forecast calls, kept: each with its deals and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.calls import Call, Entry, Result
from storage.models import CallRow, EntryRow


class Calls:
    """The forecast calls of one workspace."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def add(self, call: Call, deals: Iterable[int], day: date | None = None) -> Call:
        """Keep a new call with its deals, by their ids, in this order; returns it with its id.

        `day` is the day of its schedule that it is for. Raises `sqlalchemy.exc.IntegrityError` if there is one for
        that day.
        """
        row = CallRow(
            team=self._team,
            manager=call.manager,
            channel=call.channel,
            at=call.at,
            zone=call.zone,
            in_direct=call.in_direct,
            digest_minutes=call.digest_minutes,
            created_at=call.created_at,
            schedule_id=call.schedule,
            day=day,
        )
        self._session.add(row)
        self._session.flush()
        entries = [
            EntryRow(call_id=row.id, deal_id=deal, position=position, result=Result.WAITING)
            for position, deal in enumerate(dict.fromkeys(deals))
        ]
        self._session.add_all(entries)
        self._session.flush()
        return to_call(row)

    def get(self, call_id: int) -> Call | None:
        """A call; None if this workspace has none by that id."""
        row = self._session.scalar(select(CallRow).where(CallRow.id == call_id, CallRow.team == self._team))
        return to_call(row) if row else None

    def lock(self, call_id: int) -> Call | None:
        """A call that no other transaction can change meanwhile."""
        mine = select(CallRow).where(CallRow.id == call_id, CallRow.team == self._team).with_for_update()
        row = self._session.scalar(mine.execution_options(populate_existing=True))
        return to_call(row) if row else None

    def entries(self, call: Call) -> list[Entry]:
        """The deals of a call in order, each with what became of it."""
        mine = select(EntryRow).where(EntryRow.call_id == call.id).order_by(EntryRow.position)
        return [_entry(row) for row in self._session.scalars(mine)]

    def record(self, call: Call, entry: Entry) -> None:
        """Keep what became of a deal of a call."""
        row = self._session.get_one(EntryRow, (call.id, entry.deal))
        row.result, row.review_id = entry.result, entry.review
        self._session.flush()

    def digested(self, call: Call, now: datetime) -> None:
        """Keep that a call's digest was decided."""
        self._session.get_one(CallRow, call.id).digested_at = now

    def next_of(self, manager: str, now: datetime) -> Call | None:
        """A manager's next call after a moment (UTC) that was not cancelled."""
        theirs = (CallRow.team == self._team, CallRow.manager == manager, CallRow.at > now)
        upcoming = select(CallRow).where(*theirs, CallRow.cancelled_at.is_(None)).order_by(CallRow.at).limit(1)
        row = self._session.scalar(upcoming)
        return to_call(row) if row else None

    def with_review(self, review_id: int) -> list[Call]:
        """The calls, not cancelled, for which a review was opened or found."""
        joined = select(CallRow).join(EntryRow, EntryRow.call_id == CallRow.id)
        rows = self._session.scalars(joined.where(EntryRow.review_id == review_id, CallRow.cancelled_at.is_(None)))
        return [to_call(row) for row in rows]


def to_call(row: CallRow) -> Call:
    return Call(
        row.id,
        row.team,
        row.manager,
        row.channel,
        row.at,
        row.zone,
        row.in_direct,
        row.digest_minutes,
        row.created_at,
        row.schedule_id,
        row.cancelled_at,
        row.digested_at,
    )


def _entry(row: EntryRow) -> Entry:
    return Entry(row.deal_id, Result(row.result), row.review_id)
