"""Reviews: what is true of each now, and each thing that happened in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from flows.playbook import STANDARD
from flows.review import OPEN
from storage.models.base import Base, OfWorkspace
from storage.models.deals import DealRow

_IS_OPEN = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN))))


class ReviewRow(OfWorkspace, Base):
    """A review. The database itself refuses a second open one for the same deal.

    `scope` is empty if anybody in the workspace may read it, else its channel: a private one, or direct messages.
    `playbook` and its version are what it began with.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("uq_review_open", "deal_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("ix_review_deal", "deal_id", "id"),
        Index("ix_review_channel", "channel"),
        Index("ix_review_owner", "owner"),
        Index("ix_review_opened_by", "opened_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    channel: Mapped[str]
    scope: Mapped[str] = mapped_column(default="")
    owner: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    questions: Mapped[list[Any]]
    asked: Mapped[str]
    ask: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    led_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    returns_at: Mapped[datetime | None] = mapped_column(index=True)
    playbook: Mapped[str] = mapped_column(default=STANDARD.key, server_default=STANDARD.key)
    playbook_version: Mapped[int] = mapped_column(default=0, server_default="0")

    deal: Mapped[DealRow] = relationship(lazy="joined")
    answers: Mapped[list[AnswerRow]] = relationship(
        foreign_keys="AnswerRow.review_id", lazy="selectin", order_by="AnswerRow.question"
    )
    replies: Mapped[list[ReplyRow]] = relationship(lazy="selectin", order_by="ReplyRow.message_ts")


class AnswerRow(OfWorkspace, Base):
    """How a question was dealt with in a review. `said_in` is the review whose words are *still true*."""

    __tablename__ = "answer"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    standing: Mapped[str | None]
    source: Mapped[str | None]
    said_at: Mapped[datetime | None]
    said_in: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    probes: Mapped[list[Any]]
    heard_on: Mapped[date | None]
    due: Mapped[date | None]
    repeats: Mapped[int] = mapped_column(default=0)


class ReplyRow(OfWorkspace, Base):
    """What a person wrote, as it reads now. A Slack message is kept once, however often Slack delivers it."""

    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_author", "author"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    message_ts: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    spans: Mapped[list[Any]]
    edited_ts: Mapped[str]
    withdrawn: Mapped[bool]
    moved: Mapped[dict[str, Any]]


class CorrectionRow(OfWorkspace, Base):
    """A line that a person moved by hand, as long as it stands so in its reply: what a workspace's own lens learned."""

    __tablename__ = "correction"
    __table_args__ = (
        Index("ix_correction_team", "team", "at"),
        Index("ix_correction_reply", "review_id", "message_ts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    message_ts: Mapped[str]
    line: Mapped[str]
    label: Mapped[str]
    read_as: Mapped[str]
    person: Mapped[str]
    at: Mapped[datetime]


class TurnRow(OfWorkspace, Base):
    """One thing that happened in a review; never changed. An `amended` turn leaves the old words in the one before."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("review_id", "occasion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    kind: Mapped[str]
    person: Mapped[str]
    occasion: Mapped[str]
    question: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]


class ArrivalRow(OfWorkspace, Base):
    """What a person did in a review, from when Slack told of it until it is taken into account.

    `at` is Slack's time of it (seconds since the epoch, UTC, as Slack writes them), `occasion` Slack's id of it.
    `tries` counts the tries that met an error, and `failed` names the last one's entry in the log when no more are
    made: it stays until somebody looks after it.
    """

    __tablename__ = "arrival"
    __table_args__ = (UniqueConstraint("review_id", "occasion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    kind: Mapped[str]
    person: Mapped[str]
    occasion: Mapped[str]
    at: Mapped[str]
    details: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    failed: Mapped[str | None]
