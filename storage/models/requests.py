"""What the HTTP door remembers of the requests it has let in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class AdmissionRow(Base):
    """A request of Slack's that was let in, by its signature or, if it is an event, by its id, and when.

    See `storage.admissions`.
    """

    __tablename__ = "admission"
    __table_args__ = (Index("ix_admission_at", "at"),)

    signature: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
