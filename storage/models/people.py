"""The members of a workspace: who they are, when they work, what they were asked."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace, OwnTeam


class PersonRow(OfWorkspace, Base):
    """A member of a Slack workspace: their name, IANA time zone and locale, as Slack last told us."""

    __tablename__ = "person"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tz: Mapped[str]
    locale: Mapped[str] = mapped_column(default="")


class HabitsRow(OfWorkspace, Base):
    """When a member of a workspace works, as they told us; see `flows.hours.Habits`."""

    __tablename__ = "habits"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    begins: Mapped[time]
    ends: Mapped[time]
    workdays: Mapped[list[Any]]
    country: Mapped[str]
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    nudges: Mapped[bool]
    mirror: Mapped[bool] = mapped_column(default=False)


class NudgeRow(OfWorkspace, Base):
    """What a person was asked by a direct message, at most once on each of their days, and what came of it.

    `day` is theirs, `items` are the deals and questions it was about, and `channel` is their conversation with the bot.
    """

    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("team", "person", "day"), Index("ix_nudge_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    day: Mapped[date]
    at: Mapped[datetime]
    channel: Mapped[str]
    items: Mapped[list[Any]]
    outcome: Mapped[str | None]
    outcome_at: Mapped[datetime | None]
