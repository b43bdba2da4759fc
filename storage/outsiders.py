"""Whom it concerns that another company can read a channel, and what they were told of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from flows.review import OPEN, Review
from flows.utterances import OUTSIDERS, outsiders_slot
from storage.models import DealRow, MessageRow, RestRow, ReviewRow
from storage.reviews import Reviews


@dataclass(frozen=True)
class Notice:
    """What a person was told, in the `conversation` they have with the bot, and whether it is over."""

    person: str
    slot: str
    conversation: str
    is_over: bool


def open_in(session: Session, channel: str) -> dict[str, list[Review]]:
    """The open reviews of a channel, by their workspaces: companies that share a channel call it the same."""
    held = (ReviewRow.channel == channel, ReviewRow.status.in_(OPEN))
    rows = session.execute(select(DealRow.team, ReviewRow.id).join(ReviewRow).where(*held).order_by(ReviewRow.id))
    found: dict[str, list[Review]] = {}
    for team, review in rows:
        found.setdefault(team, []).append(Reviews(session, team).get(review))
    return found


def shut_channels(session: Session) -> frozenset[str]:
    """The channels of which somebody was told that another company can read them, and not yet that it cannot."""
    told = session.scalars(_notices(OUTSIDERS).with_only_columns(MessageRow.context))
    return frozenset(context["channel"] for context in told if not context["over"])


def teams_told(session: Session, channel: str) -> list[str]:
    """The workspaces in which somebody was told of a channel."""
    prefix = outsiders_slot(channel)
    return sorted(set(session.scalars(_notices(prefix).with_only_columns(MessageRow.team))))


def notices(session: Session, team: str, channel: str) -> Iterator[Notice]:
    """What people of a workspace were told of a channel, in order."""
    mine = _notices(outsiders_slot(channel)).where(MessageRow.team == team).order_by(MessageRow.id)
    for row in session.scalars(mine):
        yield Notice(row.context["person"], row.slot, row.channel, row.context["over"])


def end_rest(session: Session, channel: str, until: datetime) -> None:
    """Let be said what was held back in a channel, unless Slack asks for a rest beyond a moment (UTC)."""
    session.execute(delete(RestRow).where(RestRow.channel == channel, RestRow.until <= until))


def _notices(prefix: str) -> Select[Any]:
    """Messages that belong to no review, by how their slots begin."""
    is_told = MessageRow.slot.startswith(prefix, autoescape=True)
    return select(MessageRow).where(MessageRow.review_id.is_(None), is_told)
