"""`dealreview backup` and `dealreview restore`: a SQLite database kept in a file, and put back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from dotenv import dotenv_values

from bot.settings import database_url
from storage import backups
from storage.database import Database, DatabaseProblem

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Keep a copy of the SQLite database in FILE, while the bot runs. Only you may read it.

    Postgres has pg_dump for that; see docs/operations.md.
    """
    with _named_by_the_settings() as database:
        backups.back_up(database, file)
    click.echo(f"{file} holds the database as it was a moment ago ({file.stat().st_size:,} bytes).")


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put the copy in FILE where DATABASE_URL says, if there is nothing there.

    What people wrote after the copy was made is not in it, and Slack does not send it again.
    """
    with _named_by_the_settings() as database:
        backups.restore(file, database)
    click.echo(f"{file} is restored. Start the bot, and it goes on from there.")


@contextmanager
def _named_by_the_settings() -> Iterator[Database]:
    try:
        database = Database(database_url({**dotenv_values(".env"), **os.environ}))
        try:
            yield database
        finally:
            database.close()
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
