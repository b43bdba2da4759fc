"""`dealreview backup` and `dealreview restore`: a SQLite database kept in a file, and put back."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command_line import opened_database
from storage import backups

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Keep a copy of the SQLite database in FILE, while the bot runs. Only you may read it.

    Postgres has pg_dump for that; see docs/operations.md.
    """
    with opened_database(upgraded=False) as database:
        backups.back_up(database, file)
    click.echo(f"{file} holds the database as it was a moment ago ({file.stat().st_size:,} bytes).")


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put the copy in FILE where DATABASE_URL says, if there is nothing there.

    What people wrote after the copy was made is not in it, and Slack does not send it again.
    """
    with opened_database(upgraded=False, is_made=True) as database:
        backups.restore(file, database)
        click.echo(f"{file} is restored to {database.where}. Start the bot, and it goes on from there.")
