"""A team's own playbooks: each version as it was saved, and what somebody is working on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace, OwnTeam


class PlaybookRow(OfWorkspace, Base):
    """A version of a playbook, as data; never changed once it is written. The product's own are not here."""

    __tablename__ = "playbook"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class DraftRow(OfWorkspace, Base):
    """What a person makes of a playbook, until they save it; see `storage.playbooks.Draft`."""

    __tablename__ = "draft"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    edit: Mapped[int]
    card: Mapped[str]
