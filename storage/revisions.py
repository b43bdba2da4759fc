"""Which shape the tables have, and whether this version of the code knows it."""

from __future__ import annotations

from enum import Enum

from alembic.migration import MigrationContext
from alembic.util import CommandError

from storage.database import Database, migrations


class Shape(Enum):
    """How the tables of a database compare with those that this version works on."""

    OLDER = "older"
    SAME = "same"
    NEWER = "newer"


def head() -> str:
    """The revision that this version brings a database to."""
    return str(migrations().get_current_head())


def shape(revision: str | None) -> Shape:
    """How a database at this revision compares; None is one without any tables. Whatever is not known is newer."""
    if revision == head():
        return Shape.SAME
    try:
        if revision:
            migrations().get_revision(revision)
    except CommandError:
        return Shape.NEWER
    return Shape.OLDER


def shape_of(database: Database) -> Shape:
    """How a database compares now. Raises `sqlalchemy.exc.DBAPIError` if it does not answer."""
    with database.engine.connect() as connection:
        return shape(MigrationContext.configure(connection).get_current_revision())
