"""What the bot says, and where it may not say anything yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace, OwnTeam

_IS_UNSAID = text("said < version")


class MessageRow(OfWorkspace, Base):
    """What the bot says in one slot of a review: decided (`version`) and, once Slack has it, said (`said`).

    One such as a nudge belongs to no review, and its slot is its workspace's own.

    `ts` is Slack's id of the message, None until it is posted, at `posted_at`; `tries` counts calls whose outcome is
    not known, and `refused` is Slack's reason when it will never be posted.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("review_id", "slot"),
        Index("ix_message_place", "channel", "ts"),
        Index("ix_message_posted", "channel", "posted_at"),
        Index(
            "ix_message_unsaid", "team", "channel", "decided_at", sqlite_where=_IS_UNSAID, postgresql_where=_IS_UNSAID
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    channel: Mapped[str]
    slot: Mapped[str]
    name: Mapped[str]
    context: Mapped[dict[str, Any]]
    version: Mapped[int]
    said: Mapped[int]
    ts: Mapped[str | None]
    decided_at: Mapped[datetime]
    posted_at: Mapped[datetime | None]
    tries: Mapped[int]
    refused: Mapped[str | None]


class RestRow(OfWorkspace, Base):
    """A channel in which nothing may be posted before a moment: Slack asked for a pause, or we posted much."""

    __tablename__ = "rest"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
