"""The database: how it is opened, brought up to date, and used one transaction at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import BaseFileLock, FileLock, Timeout
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from storage.tenancy import EVERYWHERE, at_work_for, workspace
from storage.walls import begin_postgres, wall

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30


class DatabaseProblem(Exception):
    """The database cannot be used; the message says why and what to do, in one sentence."""


class Database:
    """One database, SQLite or Postgres, by its SQLAlchemy URL; `where` it is, told without a password.

    Raises `DatabaseProblem` when the URL names no database that can be used.
    """

    def __init__(self, url: str) -> None:
        self.engine = _open(url)
        self.where = make_url(url).render_as_string(hide_password=True)
        self._turn: AbstractContextManager[Any] = nullcontext()
        if self.engine.dialect.name == "sqlite":  # it has one writer; who waits in SQLite itself sleeps too long
            self._turn = threading.RLock()
        self._holder: Connection | None = None
        self._one_at_a_time = threading.Lock()
        self._claim: BaseFileLock | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or undone if anything is raised.

        It is for the workspace that is worked for, and sees no other; see `storage.walls`. On SQLite it holds the write
        lock from the start, so what it reads cannot change under it. On Postgres what is to be changed is locked as it
        is loaded. Raises `storage.tenancy.NoWorkspace`.
        """
        workspace()
        with self._turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the tables to this version's shape; safe to run any number of times, also from two processes.

        Raises `DatabaseProblem` if the database cannot be reached or written, or is newer than this code.
        """
        try:
            with at_work_for(EVERYWHERE), self.engine.begin() as connection:
                _upgrade(connection, self.where)
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise DatabaseProblem(
                f"The database {self.where} cannot be used ({reason}); check DATABASE_URL and that it may be written."
            ) from error

    @contextmanager
    def hold(self, name: str) -> Iterator[bool]:
        """Hold a name among all processes that use this database: gives False if another process holds it.

        It is let go at the end, and at once when the process dies: on Postgres it is a lock of a connection that is
        there for nothing else, and a SQLite file has one process only (see `claim`).
        """
        if self.engine.dialect.name == "sqlite":
            yield True
            return
        mine = self._ask_holder("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))", name)
        try:
            yield mine
        finally:
            if mine:
                self._ask_holder("SELECT pg_advisory_unlock(hashtextextended(:name, 0))", name)

    def claim(self) -> None:
        """Make this process the only one that serves a SQLite file; Postgres is served by any number.

        Raises `DatabaseProblem` if another process serves the file. The claim ends with `close` or the process.
        """
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path or path == ":memory:":
            return
        try:
            self._claim = FileLock(f"{path}.lock", blocking=False)
            self._claim.acquire()
        except Timeout:
            raise DatabaseProblem(
                f"Another Dealreview is running on {self.where}; stop it first, or use Postgres for several."
            ) from None
        except OSError as error:
            raise DatabaseProblem(
                f"The database {self.where} cannot be used ({error.strerror}); check DATABASE_URL."
            ) from None

    @property
    def is_there(self) -> bool:
        """Whether there is such a database. SQLite makes one where a file is opened that is not there."""
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path or path == ":memory:" or path.startswith("file:"):
            return True
        return Path(path).exists()

    def reachable(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def has_second_wall(self) -> bool | None:
        """Whether the database itself keeps workspaces apart; see `storage.walls`. None of SQLite, which cannot."""
        if self.engine.dialect.name == "sqlite":
            return None
        with self.engine.connect() as connection:
            passes = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            return not connection.scalar(passes)

    def close(self) -> None:
        if self._holder:
            self._holder.close()
        self.engine.dispose()
        if self._claim:
            self._claim.release()

    def _ask_holder(self, question: str, name: str) -> bool:
        """Let the connection that holds names answer; one that broke is made anew, and holds nothing any more."""
        with self._one_at_a_time:
            if self._holder is None:
                self._holder = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                with self._holder.begin():  # SQLAlchemy's; Postgres knows of none
                    return bool(self._holder.scalar(text(question), {"name": name}))
            except DBAPIError:
                self._holder.close()
                self._holder = None
                raise


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for a connection that is already open."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, where: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('dealreview migrations'))"))
    current = MigrationContext.configure(connection).get_current_revision()
    try:
        if current:
            migrations().get_revision(current)
    except CommandError as error:
        raise DatabaseProblem(
            f"The database {where} was made by a newer version of Dealreview (revision {current}); "
            "install that version, or restore a back-up made by this one."
        ) from error
    if current != migrations().get_current_head():
        command.upgrade(alembic_config(connection), "head")


@cache
def migrations() -> ScriptDirectory:
    """The migrations of this version: reading them takes longer than to see that there is nothing to do."""
    return ScriptDirectory(str(MIGRATIONS))


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                pool_size=10,
                max_overflow=10,
                hide_parameters=True,  # an error tells of a statement, and not of what people said
            )
            wall(engine.dialect)
            event.listen(engine, "connect", _set_up_postgres)
            event.listen(engine, "begin", begin_postgres)
            event.listen(engine, "handle_error", _without_the_row)
            return engine
        if parsed.get_backend_name() != "sqlite":
            raise DatabaseProblem(
                "DATABASE_URL must begin with sqlite:/// or postgresql://; other databases are not supported."
            )
        engine = create_engine(
            parsed.set(drivername="sqlite"), connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True
        )
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise DatabaseProblem(
            "DATABASE_URL is not a database address; write it like sqlite:///dealreview.db or "
            "postgresql://user:password@host/name."
        ) from error
    wall(engine.dialect)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_up_postgres(connection: psycopg.Connection[Any], _record: Any) -> None:
    connection.autocommit = True  # the driver must not begin a transaction by itself: we say for whom it is
    # It thinks a third of all messages unsaid and calls for help with them, which takes longer than to look at one.
    connection.execute("SET max_parallel_workers_per_gather = 0")


def _without_the_row(context: ExceptionContext) -> None:
    """Postgres tells in the second line of an error what was in the row, which is for nobody who reads a log."""
    error, told = context.original_exception, context.sqlalchemy_exception
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        error.args = (error.diag.message_primary,)
        if told:
            told.args = (f"({type(error).__name__}) {error.diag.message_primary}",)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin a transaction by itself: we say when, and which kind
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    with suppress(sqlite3.OperationalError):  # this one does not wait for a writer; whoever is first sets it for all
        connection.execute("PRAGMA journal_mode=WAL")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
