"""What every command of an operator needs: its settings, the database that they name, and problems told in a line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import click
from dotenv import dotenv_values

from bot.settings import BadSetting, database_url
from storage.database import Database, DatabaseProblem


def environment() -> Mapping[str, str | None]:
    """The settings of .env, and before them those of the environment."""
    return {**dotenv_values(".env"), **os.environ}


@contextmanager
def problems_told() -> Iterator[None]:
    """A setting or a database that will not do ends the command with the sentence that says why."""
    try:
        yield
    except (BadSetting, DatabaseProblem) as problem:
        raise click.ClickException(str(problem)) from None


@contextmanager
def opened_database(*, upgraded: bool = True, is_made: bool = False) -> Iterator[Database]:
    """The database named by DATABASE_URL, brought up to date, or as it is; closed at the end.

    Where there is none it `is_made`, or that is a problem: most commands are about what is there, and a wrong folder is
    soon in the way of finding it. Problems are told, also those of whoever uses it.
    """
    with problems_told(), closing(Database(database_url(environment()))) as database:
        if not (is_made or database.is_there):
            raise DatabaseProblem(
                f"There is no database at {database.where}; set DATABASE_URL, or make one with dealreview db upgrade."
            )
        if upgraded:
            database.upgrade()
        yield database
