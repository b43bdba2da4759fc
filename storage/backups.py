"""A copy of a SQLite file, made while it is used, and put back where there is none. Postgres has tools of its own."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from storage.database import BUSY_SECONDS, Database, DatabaseProblem
from storage.revisions import Shape, shape

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a file belongs to it: left there by an old one, it would spoil a new one."""

ONLY_MINE = 0o600

LOOK_FIRST = "UPDATE message SET tries = tries + 1 WHERE said < version AND ts IS NULL"
"""After a back-up was made, Slack may have been told what waited to be said in it. What was tried once before is looked
for there before it is posted again."""


def back_up(database: Database, copy: Path) -> None:
    """Copy the file of a database as it is at one moment, while others read and write it.

    Raises `DatabaseProblem` when it cannot be done; then there is no copy.
    """
    if copy.exists():
        raise DatabaseProblem(f"{copy} is there already; name a file that is not.")
    original = _file(database)
    _examine(original, f"The database {original}")
    _copy(original, copy)


def restore(copy: Path, database: Database) -> None:
    """Put a copy where the file of a database is to be, and is not.

    Raises `DatabaseProblem` when it cannot be done; then nothing is changed.
    """
    target = _file(database)
    _examine(copy, str(copy))
    if not target.parent.is_dir():
        raise DatabaseProblem(f"{target.parent} is no folder; make it first, or mend DATABASE_URL.")
    database.claim()
    for left in (target.with_name(target.name + ending) for ending in BESIDE):
        if left.exists():
            raise DatabaseProblem(f"{left} is there already, and is not overwritten; move it away first.")
    _copy(copy, target, LOOK_FIRST)


def _file(database: Database) -> Path:
    """The file of a database, by the path it was opened with."""
    if database.engine.dialect.name != "sqlite":
        raise DatabaseProblem(
            "DATABASE_URL names a Postgres database; use pg_dump and pg_restore, as docs/operations.md says."
        )
    path = database.engine.url.database or ""
    if path in ("", ":memory:") or path.startswith("file:"):
        raise DatabaseProblem("DATABASE_URL names no plain file; write it like sqlite:///dealreview.db.")
    return Path(path)


def _examine(file: Path, name: str) -> None:
    """Raises `DatabaseProblem` unless a file is a whole database of ours, in a shape that is known here."""
    if not file.is_file():
        raise DatabaseProblem(f"{name} is not there.")
    try:
        with closing(_open(file)) as connection:
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise DatabaseProblem(f"{name} is no database of Dealreview ({error}).") from None
    if state != "ok":
        raise DatabaseProblem(f"{name} is damaged ({state}); take an earlier back-up.")
    if revision and shape(revision[0]) is Shape.NEWER:
        raise DatabaseProblem(
            f"{name} was made by a newer version of Dealreview (revision {revision[0]}); install that version first."
        )


def _copy(original: Path, copy: Path, change: str = "") -> None:
    """Copy a database, whole or not at all, into a file that only its owner may read."""
    part = copy.with_name(f"{copy.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, ONLY_MINE))
    except FileExistsError:
        raise DatabaseProblem(f"{part} is there from another attempt; if none is under way, remove it.") from None
    except OSError as error:
        raise DatabaseProblem(f"{copy} cannot be written ({error.strerror}).") from None
    try:
        with closing(_open(original)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # so that the one file is all there is of it
            with target:
                target.execute(change)
        part.rename(copy)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseProblem(f"{copy} cannot be written ({error}).") from None
    finally:
        part.unlink(missing_ok=True)


def _open(file: Path) -> sqlite3.Connection:
    """Open a file that is there; its own log may have to be written to be read."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", timeout=BUSY_SECONDS, uri=True)
