"""Forecast calls: the reviews that are opened for one, its calendar, who was reminded, who looks in the mirror."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace

_PLACE = ("team", "manager", "channel", "at", "in_direct")
_BY_HAND = text("schedule_id IS NULL AND cancelled_at IS NULL")


class CallRow(OfWorkspace, Base):
    """A forecast call; see `flows.calls.Call`. One of a schedule is made once for each of its days.

    One that is made by hand is the only one of its manager at that moment and place, unless it is cancelled.
    """

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("schedule_id", "day"),
        Index("uq_call_by_hand", *_PLACE, unique=True, sqlite_where=_BY_HAND, postgresql_where=_BY_HAND),
        Index("ix_call_at", "at"),
        Index("ix_call_manager", "team", "manager", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    manager: Mapped[str]
    channel: Mapped[str]
    at: Mapped[datetime]
    zone: Mapped[str]
    in_direct: Mapped[bool]
    digest_minutes: Mapped[int]
    created_at: Mapped[datetime]
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"))
    day: Mapped[date | None]
    cancelled_at: Mapped[datetime | None]
    digested_at: Mapped[datetime | None]


class EntryRow(OfWorkspace, Base):
    """A deal of a forecast call, and what became of it there; see `flows.calls.Entry`.

    `is_shown` says whether the manager's message tells of it as it is.
    """

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_review", "review_id"), Index("ix_entry_result", "call_id", "result", "position"))

    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    position: Mapped[int]
    result: Mapped[str]
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    is_shown: Mapped[bool] = mapped_column(default=False)


class ScheduleRow(OfWorkspace, Base):
    """Forecast calls on a calendar; see `flows.calls.Schedule`. One that is `removed` has calls that were held."""

    __tablename__ = "schedule"
    __table_args__ = (Index("ix_schedule_manager", "team", "manager"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manager: Mapped[str]
    channel: Mapped[str]
    begins: Mapped[date]
    every_weeks: Mapped[int]
    time: Mapped[time]
    zone: Mapped[str]
    country: Mapped[str]
    owners: Mapped[list[Any]]
    period: Mapped[str]
    in_direct: Mapped[bool]
    digest_minutes: Mapped[int]
    days_ahead: Mapped[int]
    since: Mapped[datetime]
    paused: Mapped[bool]
    removed: Mapped[bool]


class ReminderRow(OfWorkspace, Base):
    """What a person was reminded of before a call, for the `number`th time, and until when they asked for peace."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("call_id", "person", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    person: Mapped[str]
    number: Mapped[int]
    at: Mapped[datetime]
    channel: Mapped[str]
    snoozed_until: Mapped[datetime | None]


class MirrorRow(OfWorkspace, Base):
    """That a person was shown what they asked in a week, which begins on a Monday of theirs."""

    __tablename__ = "mirror"
    __table_args__ = (UniqueConstraint("team", "person", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    week: Mapped[date]
    at: Mapped[datetime]
    channel: Mapped[str]
