"""What is kept about keeping: how long a workspace wants it, what was asked to go, and who did what with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, OfWorkspace, OwnTeam


class WorkspaceRow(OfWorkspace, Base):
    """What was settled for a workspace: after how many days closed deals are deleted, 0 for never, and all else.

    `settings` are empty until an admin saves some; see `storage.rules`. `enterprise` is the organisation it is in,
    empty if it is in none or that is not known. `uninstalled_at` is when the bot was removed, if it is not back.
    `playbook` is the key of its usual one, empty for the shipped.
    """

    __tablename__ = "workspace"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    retention_days: Mapped[int] = mapped_column(default=0)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    enterprise: Mapped[str] = mapped_column(default="", server_default="")
    uninstalled_at: Mapped[datetime | None]
    playbook: Mapped[str] = mapped_column(default="", server_default="")


class ErrandRow(OfWorkspace, Base):
    """What a person wants done with what is kept, until it is done; see `storage.errands`.

    `subject` is what it is about, empty if that is the person.
    """

    __tablename__ = "errand"
    __table_args__ = (UniqueConstraint("team", "kind", "person", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    person: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]


class ForgottenRow(OfWorkspace, Base):
    """That somebody is not to be met again until they come back themselves: a mark that tells nobody who it is."""

    __tablename__ = "forgotten"

    team: Mapped[OwnTeam] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)


class AuditRow(OfWorkspace, Base):
    """Who did what with what is kept, and when, without a word of it; see `storage.audit`."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"), Index("ix_audit_person", "team", "person"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person: Mapped[str]
    act: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
