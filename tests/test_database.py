"""The database: SQLite and a real Postgres, brought up to date, refused in one sentence, one open review a deal."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.cli import main
from flows.playbook import PLAYBOOK
from storage.database import Database, DatabaseProblem, alembic_config
from storage.deals import Deals
from storage.inbox import Arrival, Inbox
from storage.models import Base
from storage.reviews import Reviews
from tests.conftest import START, TEAM, Clock, Room, open_room

NOW = Clock(START).utc()
TABLES = {*Base.metadata.tables, "alembic_version"}

SHORT_ANSWERS = ["Revised quote is out.", "Ruth said: 'We can't do another audit on spreadsheets'."]


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def url(request: pytest.FixtureRequest) -> str:
    """Either kind of database, empty."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def empty(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


# Migrations


def test_an_empty_database_gets_every_table_and_a_second_upgrade_changes_nothing(empty: Database) -> None:
    empty.upgrade()
    assert tables(empty) == TABLES
    empty.upgrade()
    assert tables(empty) == TABLES


def test_migrations_and_models_describe_the_same_tables(empty: Database) -> None:
    empty.upgrade()
    with empty.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []
        command.check(alembic_config(connection))


def test_every_migration_can_be_undone_and_done_again(empty: Database) -> None:
    empty.upgrade()
    with empty.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert tables(empty) == {"alembic_version"}
    empty.upgrade()
    assert tables(empty) == TABLES


def test_two_threads_that_upgrade_at_the_same_moment_do_not_disturb_each_other(url: str) -> None:
    together = Barrier(2)

    def upgrade() -> set[str]:
        database = Database(url)
        try:
            together.wait(10)
            database.upgrade()
            return tables(database)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(upgrade) for _ in range(2)]
        assert [each.result(30) for each in made] == [TABLES, TABLES]


def test_an_upgrade_waits_for_whoever_is_writing(sqlite_url: str) -> None:
    writer = sqlite3.connect(make_url(sqlite_url).database or "", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    database = Database(sqlite_url)
    with ThreadPoolExecutor(1) as pool:
        upgraded = pool.submit(database.upgrade)
        wait([upgraded], timeout=0.3)
        writer.execute("COMMIT")
        writer.close()
        upgraded.result(30)
    assert tables(database) == TABLES
    database.close()


def test_two_processes_that_upgrade_at_the_same_moment_do_not_disturb_each_other(url: str) -> None:
    script = "import sys; from storage.database import Database; Database(sys.argv[1]).upgrade()"
    running = [
        subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    told = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], told


# Keeping arrivals


def test_what_belongs_to_no_review_is_not_taken_for_kept(empty: Database) -> None:
    empty.upgrade()
    said = Arrival(0, "said", "U0LENA", "1.000200", "1.000200", channel="C0DEALS")
    with empty.transaction() as session:
        assert not Inbox(session).add(TEAM, said, NOW, "1.000100")
        assert not Inbox(session).is_anything_waiting()


# Holding names


def test_names_can_be_held_again_after_the_connection_that_held_them_broke(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    try:
        with database.hold("a lane") as mine, other.hold("a lane") as theirs:
            assert mine and not theirs
        with other.engine.connect() as connection:
            others = "datname = current_database() AND pid != pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))  # noqa: S608
        with pytest.raises(OperationalError), database.hold("a lane"):
            raise AssertionError("it cannot be held by a connection that broke")
        with database.hold("a lane") as mine:
            assert mine
    finally:
        database.close()
        other.close()


# In one sentence


def test_a_database_that_is_newer_than_the_code_is_left_alone(empty: Database) -> None:
    empty.upgrade()
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseProblem, match=r"newer version of Dealreview \(revision 9999\)"):
        empty.upgrade()
    assert tables(empty) == TABLES


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("sqlite:////dev/null/dealreview.db", "unable to open database file"),
        ("sqlite:///{folder}", "unable to open database file"),
        ("sqlite:///file:{folder}/read_only.db?mode=ro&uri=true", "readonly"),
        ("sqlite:///{folder}/notes.txt", "file is not a database"),
        ("postgresql://somebody@127.0.0.1:1/nowhere", "DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_problem_in_one_sentence(url: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("These are the notes of a meeting, and not a database at all.\n" * 100)
    (tmp_path / "read_only.db").touch()
    database = Database(url.format(folder=tmp_path))
    with pytest.raises(DatabaseProblem) as problem:
        database.upgrade()
    database.close()
    said = str(problem.value)
    assert named in said
    assert "check DATABASE_URL" in said
    assert "\n" not in said


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "sqlserver://host/name", "postgres+carrier://x"])
def test_an_address_of_no_database_we_know_is_a_problem_that_names_the_setting(url: str) -> None:
    with pytest.raises(DatabaseProblem, match="DATABASE_URL"):
        Database(url)


def test_a_password_is_never_shown() -> None:
    database = Database("postgresql://rep:s3cret@127.0.0.1:1/nowhere")
    with pytest.raises(DatabaseProblem) as problem:
        database.upgrade()
    database.close()
    assert "s3cret" not in str(problem.value)


def test_an_address_still_full_of_placeholders_is_a_problem_and_no_stack_trace() -> None:
    with pytest.raises(DatabaseProblem, match="DATABASE_URL"):
        Database("postgresql://user:password@host:port/name")


# The command line


def test_dealreview_db_upgrade_makes_the_tables(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["db", "upgrade"], env={"DATABASE_URL": url})
    where = make_url(url).render_as_string(hide_password=True)
    assert (result.exit_code, result.output) == (0, f"The database {where} is up to date.\n")
    database = Database(url)
    assert tables(database) == TABLES
    database.close()


def test_dealreview_db_upgrade_reads_the_address_from_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / ".env").write_text(f"DATABASE_URL=sqlite:///{tmp_path}/from-dotenv.db\n")
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    assert (tmp_path / "from-dotenv.db").exists()


def test_dealreview_db_upgrade_tells_in_one_line_why_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["db", "upgrade"], env={"DATABASE_URL": f"sqlite:///{tmp_path}"})
    assert result.exit_code == 1
    assert result.output.startswith("Error: The database")
    assert result.output.count("\n") == 1


# What the database itself sees to


def test_the_database_itself_refuses_a_second_open_review_of_a_deal(empty: Database) -> None:
    empty.upgrade()
    keys = [question.key for question in PLAYBOOK]
    with empty.transaction() as session:
        deal = Deals(session, TEAM, [""]).add("Northwind", "U0LENA", "", NOW)
        Reviews(session, TEAM).add(deal, "C0DEALS", "U0LENA", "U0MAYA", keys, NOW)
    with pytest.raises(IntegrityError), empty.transaction() as session:
        Reviews(session, TEAM).add(deal, "C0DEALS", "U0LENA", "U0MAYA", keys, NOW)


def test_the_database_itself_refuses_two_deals_of_one_name_in_one_place(empty: Database) -> None:
    empty.upgrade()
    with empty.transaction() as session:
        Deals(session, TEAM, [""]).add("Northwind  Foods", "U0LENA", "", NOW)
    with pytest.raises(IntegrityError), empty.transaction() as session:
        Deals(session, TEAM, [""]).add("NORTHWIND foods", "U0OMAR", "", NOW)
    with empty.transaction() as session:
        Deals(session, TEAM, ["G0FORECAST"]).add("Northwind Foods", "U0LENA", "G0FORECAST", NOW)


def test_a_name_with_every_kind_of_letter_comes_back_as_it_went_in(empty: Database) -> None:
    empty.upgrade()
    name = "Ærøskøbing 東京 🦊 مرحبا"
    with empty.transaction() as session:
        Deals(session, TEAM, [""]).add(name, "U0LENA", "", NOW)
    with empty.transaction() as session:
        deals = Deals(session, TEAM, [""])
        found = deals.find(name.upper())
        assert found is not None
        assert (found.name, deals.get(found.id), deals.all()) == (name, found, [found])


# Several processes


def test_a_sqlite_file_is_served_by_one_process_and_a_second_is_told_so(sqlite_url: str) -> None:
    first, second = Database(sqlite_url), Database(sqlite_url)
    first.claim()
    with pytest.raises(DatabaseProblem, match="Another Dealreview is running on"):
        second.claim()
    first.close()
    second.claim()
    second.close()


def test_postgres_is_served_by_any_number_of_processes(postgres_url: str) -> None:
    first, second = Database(postgres_url), Database(postgres_url)
    first.claim()
    second.claim()
    with first.hold("C0DEALS") as mine, second.hold("C0DEALS") as yours, second.hold("C0OTHER") as another:
        assert (mine, yours, another) == (True, False, True)
    with second.hold("C0DEALS") as yours:
        assert yours
    first.close()
    second.close()


# A review on Postgres


@pytest.fixture
def room_on_postgres(postgres_url: str) -> Iterator[Room]:
    with open_room(postgres_url) as opened:
        yield opened


def test_a_short_review_is_held_on_postgres_from_the_first_question_to_the_summary(room_on_postgres: Room) -> None:
    thread = room_on_postgres.start("Northwind @lena", by="maya")
    for answer in SHORT_ANSWERS:
        thread.says("lena", answer)
    thread.says("omar", "Their auditor told me the same.")
    thread.says("lena", "stop")
    assert "ended early" in thread.parent["text"]
    assert "another audit on spreadsheets" in thread.summary
    assert room_on_postgres.command("maya", "list").startswith("*Reviews you can read here*")


def test_two_people_who_start_one_deal_at_once_on_postgres_start_one_review(room_on_postgres: Room) -> None:
    room, together = room_on_postgres, Barrier(2)

    def start(who: str) -> None:
        together.wait(10)
        room.workspace.command(who, "#deals", "/dealreview", "Northwind")

    with ThreadPoolExecutor(2) as pool:
        for started in [pool.submit(start, who) for who in ("maya", "omar")]:
            started.result(20)
    room.settle()
    assert len(room.reviews()) == 1


@pytest.mark.parametrize(
    "asked", ["stats", "audit", "backup copy", "workspace retention T0LOCAL", "playbook export standard"]
)
def test_where_there_is_no_database_a_command_says_so_and_makes_none(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, asked.split(), env={"DATABASE_URL": "sqlite:///elsewhere.db"})
    assert (result.exit_code, result.output.count("There is no database at sqlite:///elsewhere.db")) == (1, 1)
    assert list(tmp_path.iterdir()) == []


def test_another_driver_of_sqlite_is_none_of_ours(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/dealreview.db")
    assert database.reachable()
    database.close()
