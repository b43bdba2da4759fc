"""Empty databases to measure on, as many as are asked for: SQLite files on disk, and a Postgres of our own."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.databases import ORDINARY, for_the_bot
from tests.drill.running import postgres_server

KINDS = ("SQLite", "Postgres")


class Databases:
    """Gives the address of an empty database of a kind, each time another one."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder = folder
        self._server = make_url(server)
        self._numbers = itertools.count(1)

    def fresh(self, kind: str) -> str:
        number = next(self._numbers)
        if kind == "SQLite":
            return f"sqlite:///{self._folder / f'{number}.db'}"
        with psycopg.connect(self._libpq, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "bench_{number}" OWNER "{ORDINARY}"')
            connection.execute(f'GRANT SET ON PARAMETER session_replication_role TO "{ORDINARY}"')  # to fill it quickly
        return for_the_bot(self._libpq, f"bench_{number}")

    @property
    def postgres_version(self) -> str:
        """The server and whether its commits wait for the disk."""
        with psycopg.connect(self._libpq) as connection:
            settings = {
                name: str((connection.execute(f"SHOW {name}").fetchone() or ("?",))[0])
                for name in ("server_version", "fsync", "synchronous_commit")
            }
        durable = settings["fsync"] == settings["synchronous_commit"] == "on"
        return f"Postgres {settings['server_version'].split()[0]}{'' if durable else ' (its commits not durable)'}"

    @property
    def _libpq(self) -> str:
        return self._server.set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    """SQLite files go where temporary files go, which is a disk on most machines: a commit waits for it."""
    with tempfile.TemporaryDirectory(prefix="dealreview-bench-") as folder, postgres_server() as server:
        yield Databases(Path(folder), server)
