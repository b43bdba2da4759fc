"""Pipeline files that people gave the bot in their direct messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace

_IS_TO_DO = text("state IN ('reading', 'importing')")


class ImportRow(OfWorkspace, Base):
    """A file that a person dropped in their conversation with the bot, which stays in Slack; see `storage.imports`.

    `address` is where Slack has it, `dates` the order of its dates as far as that is known. `counts` is what came of
    its rows up to the line `done`, and `reported` how many rejected rows its person has a list of.
    """

    __tablename__ = "import"
    __table_args__ = (
        UniqueConstraint("team", "channel", "message_ts", "file"),
        Index("ix_import_to_do", "created_at", sqlite_where=_IS_TO_DO, postgresql_where=_IS_TO_DO),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    channel: Mapped[str]
    message_ts: Mapped[str]
    file: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    state: Mapped[str]
    dates: Mapped[str]
    done: Mapped[int]
    counts: Mapped[dict[str, Any]]
    reported: Mapped[int]
    created_at: Mapped[datetime]
