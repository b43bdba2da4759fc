"""Whom it concerns that another company can read a channel, and what they were told of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from flows.review import OPEN, Review
from flows.utterances import OUTSIDERS, outsiders_slot
from storage.models import MessageRow, ReviewRow
from storage.reviews import Reviews


@dataclass(frozen=True)
class Notice:
    """What a person was told, in the `conversation` they have with the bot, and whether it is over."""

    person: str
    slot: str
    conversation: str
    is_over: bool


def open_in(session: Session, team: str, channel: str) -> list[Review]:
    """The open reviews of a workspace in a channel: companies that share a channel call it the same."""
    held = (ReviewRow.team == team, ReviewRow.channel == channel, ReviewRow.status.in_(OPEN))
    ids = session.scalars(select(ReviewRow.id).where(*held).order_by(ReviewRow.id)).all()
    return [Reviews(session, team).get(review) for review in ids]


def shut_channels(session: Session) -> frozenset[tuple[str, str]]:
    """The channels of which somebody was told that another company can read them, and not yet that it cannot.

    Each with the workspace in which that was told.
    """
    told = session.execute(_notices(OUTSIDERS).with_only_columns(MessageRow.team, MessageRow.context))
    return frozenset((team, context["channel"]) for team, context in told if not context["over"])


def notices(session: Session, team: str, channel: str) -> Iterator[Notice]:
    """What people of a workspace were told of a channel, in order."""
    mine = _notices(outsiders_slot(channel)).where(MessageRow.team == team).order_by(MessageRow.id)
    for row in session.scalars(mine):
        yield Notice(row.context["person"], row.slot, row.channel, row.context["over"])


def _notices(prefix: str) -> Select[Any]:
    """Messages that belong to no review, by how their slots begin."""
    is_told = MessageRow.slot.startswith(prefix, autoescape=True)
    return select(MessageRow).where(MessageRow.review_id.is_(None), is_told)
