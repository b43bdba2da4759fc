"""Deals, and what is known about them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace


class DealRow(OfWorkspace, Base):
    """A deal; `name_key` is its name without regard to case and spacing, unique in its scope.

    `ending` is how it ended, at `closed_at`. The customer waits until `waits_until` for `waits_for`, and `nudges` says
    whether its owner is asked about it. `amount` is in a `currency` (ISO 4217), or in one we were not told.
    `imported_by` is who brought it in a file, if that was in Slack. `playbook` is the key of the one it is reviewed by,
    empty for its owner's usual one.
    """

    __tablename__ = "deal"
    __table_args__ = (
        UniqueConstraint("team", "scope", "name_key"),
        Index("ix_deal_owner", "team", "owner"),
        Index("ix_deal_closed", "team", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
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
    amount: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(default="")
    imported_by: Mapped[str] = mapped_column(default="")
    playbook: Mapped[str] = mapped_column(default="", server_default="")


class KnowledgeRow(OfWorkspace, Base):
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
