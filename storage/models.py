"""The tables. One row for what is true now, one append-only row (`turn`) for each thing that happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from flows.review import OPEN


class Utc(TypeDecorator[datetime]):
    """A moment, kept in UTC and always returned with its zone, also by SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Utc, str: Text, dict[str, Any]: JSON, list[Any]: JSON}


class PersonRow(Base):
    """A member of a Slack workspace: their name and IANA time zone, as Slack last told us."""

    __tablename__ = "person"

    team: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tz: Mapped[str]


class HabitsRow(Base):
    """When a member of a workspace works, as they told us; see `flows.hours.Habits`."""

    __tablename__ = "habits"

    team: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    begins: Mapped[time]
    ends: Mapped[time]
    workdays: Mapped[list[Any]]
    country: Mapped[str]
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    nudges: Mapped[bool]


class DealRow(Base):
    """A deal; `name_key` is its name without regard to case and spacing, unique in its scope.

    `ending` is how it ended, at `closed_at`. The customer waits until `waits_until` for `waits_for`, and `nudges` says
    whether its owner is asked about it.
    """

    __tablename__ = "deal"
    __table_args__ = (
        UniqueConstraint("team", "scope", "name_key"),
        Index("ix_deal_owner", "team", "owner"),
        Index("ix_deal_closed", "team", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str]
    scope: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    owner: Mapped[str]
    stage: Mapped[str | None]
    their_date: Mapped[date | None]
    their_date_source: Mapped[str]
    close_date: Mapped[date | None]
    period: Mapped[str]
    created_at: Mapped[datetime]
    ending: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    waits_until: Mapped[date | None]
    waits_for: Mapped[str] = mapped_column(default="")
    nudges: Mapped[bool] = mapped_column(default=True)


_IS_OPEN = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN))))


class ReviewRow(Base):
    """A review. The database itself refuses a second open one for the same deal."""

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

    deal: Mapped[DealRow] = relationship(lazy="joined")
    answers: Mapped[list[AnswerRow]] = relationship(
        foreign_keys="AnswerRow.review_id", lazy="selectin", order_by="AnswerRow.question"
    )
    replies: Mapped[list[ReplyRow]] = relationship(lazy="selectin", order_by="ReplyRow.message_ts")


class AnswerRow(Base):
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


class ReplyRow(Base):
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


class CorrectionRow(Base):
    """A line that a person moved by hand, as long as it stands so in its reply: what a workspace's own lens learned."""

    __tablename__ = "correction"
    __table_args__ = (
        Index("ix_correction_team", "team", "at"),
        Index("ix_correction_reply", "review_id", "message_ts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    message_ts: Mapped[str]
    line: Mapped[str]
    label: Mapped[str]
    read_as: Mapped[str]
    person: Mapped[str]
    at: Mapped[datetime]


class KnowledgeRow(Base):
    """What we know about one question of a deal; see `flows.ledger.Known`. Answers say how it came to be."""

    __tablename__ = "knowledge"

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    lines: Mapped[list[Any]]
    authors: Mapped[list[Any]]
    source: Mapped[str | None]
    given_at: Mapped[datetime | None]
    open_since: Mapped[datetime | None]
    due: Mapped[date | None]
    repeats: Mapped[int]
    doubted_at: Mapped[datetime | None]


class NudgeRow(Base):
    """What a person was asked by a direct message, at most once on each of their days, and what came of it.

    `day` is theirs, `items` are the deals and questions it was about, and `channel` is their conversation with the bot.
    """

    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("team", "person", "day"), Index("ix_nudge_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str]
    person: Mapped[str]
    day: Mapped[date]
    at: Mapped[datetime]
    channel: Mapped[str]
    items: Mapped[list[Any]]
    outcome: Mapped[str | None]
    outcome_at: Mapped[datetime | None]


class TurnRow(Base):
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


class ArrivalRow(Base):
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


_IS_UNSAID = text("said < version")


class MessageRow(Base):
    """What the bot says in one slot of a review: decided (`version`) and, once Slack has it, said (`said`).

    One that belongs to no review, such as a nudge, names its `team` instead.

    `ts` is Slack's id of the message, None until it is posted, at `posted_at`; `tries` counts calls whose outcome is
    not known, and `refused` is Slack's reason when it will never be posted.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("review_id", "slot"),
        Index("ix_message_place", "channel", "ts"),
        Index("ix_message_posted", "channel", "posted_at"),
        Index("ix_message_unsaid", "channel", "decided_at", sqlite_where=_IS_UNSAID, postgresql_where=_IS_UNSAID),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    team: Mapped[str] = mapped_column(default="")
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


class RestRow(Base):
    """A channel in which nothing may be posted before a moment: Slack asked for a pause, or we posted much."""

    __tablename__ = "rest"

    channel: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
