"""Channels that rest: nothing is posted in them for a while, whichever process would, in the workspace worked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SelectBase, delete, func, select, tuple_
from sqlalchemy.orm import Session

from storage.models import RestRow
from storage.tenancy import own_workspace

LONGEST_REST = timedelta(minutes=5)
"""A rest that ends later than that was begun before the clock was set back, and is none."""


def rest(session: Session, channel: str, until: datetime, now: datetime) -> None:
    """Post nothing in a channel before a moment, but try again after `LONGEST_REST`."""
    session.merge(RestRow(team=own_workspace(), channel=channel, until=min(until, now + LONGEST_REST)))


def end_rest(session: Session, channel: str, until: datetime) -> None:
    """Let be said what was held back in a channel, unless Slack asks for a rest beyond a moment (UTC)."""
    session.execute(delete(RestRow).where(RestRow.channel == channel, RestRow.until <= until))


def is_resting(session: Session, channel: str, now: datetime) -> bool:
    """Whether nothing may be posted in a channel yet."""
    row = session.get(RestRow, (own_workspace(), channel))
    return row is not None and now < row.until <= now + LONGEST_REST


def resting(now: datetime) -> SelectBase:
    """The channels that rest, each with its workspace."""
    return select(RestRow.team, RestRow.channel).where(*_rests(now))


def rests_end(session: Session, places: SelectBase, now: datetime) -> datetime | None:
    """When the first of some channels, each with its workspace, that rest may be posted to again."""
    theirs = tuple_(RestRow.team, RestRow.channel).in_(places)
    return session.scalar(select(func.min(RestRow.until)).where(*_rests(now), theirs))


def _rests(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return RestRow.until > now, RestRow.until <= now + LONGEST_REST
