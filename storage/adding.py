"""Rows that are added unless they are there already: both databases can do that, each in its own dialect."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def adding(session: Session, table: type[Base], *key: str) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that leaves out rows whose `key`, these columns, is in the table."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=key)
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=key)
