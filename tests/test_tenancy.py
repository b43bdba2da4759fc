"""The walls between workspaces: each sees and changes its own rows, and Postgres itself sees to it, too."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from alembic import command
from slack_bolt import BoltRequest
from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    TypeDecorator,
    delete,
    event,
    func,
    insert,
    literal,
    make_url,
    select,
    text,
    union,
    update,
)
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.exc import StaleDataError

from bot.doctor import examine
from bot.engine import Engine, Lane, Waiting
from storage.database import Database, alembic_config
from storage.models import (
    AdmissionRow,
    Base,
    BotRow,
    DealRow,
    InstallationRow,
    OAuthStateRow,
    OfWorkspace,
    PersonRow,
    ReplyRow,
    ReviewRow,
)
from storage.rests import is_resting, rest
from storage.tenancy import EVERYWHERE, NOBODYS, NoWorkspace, OtherWorkspace, at_work_for, workspace
from tests.conftest import PATIENCE, TEAM, Room

ROOT = Path(__file__).parent.parent
OTHER = "T0OTHER"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NOBODYS_ROWS = [AdmissionRow, BotRow, InstallationRow, OAuthStateRow]
"""What is asked before it is known whom something is for."""
TABLES = [table for table in Base.metadata.sorted_tables if table not in [row.__table__ for row in NOBODYS_ROWS]]
ROWS: list[type[Any]] = sorted((each.class_ for each in Base.registry.mappers), key=lambda each: each.__name__)
OF_WORKSPACES = [row for row in ROWS if row not in NOBODYS_ROWS]


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def url(request: pytest.FixtureRequest) -> str:
    """Either kind of database, empty."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Either kind of database, in which two workspaces have a row in every table: the ids of theirs are ours + 1000."""
    opened = Database(url)
    opened.upgrade()
    _fill(opened)
    yield opened
    opened.close()


def _fill(database: Database) -> None:
    for team, shift in ((TEAM, 0), (OTHER, 1000)):
        with at_work_for(team), database.transaction() as session:
            for table in TABLES:
                session.execute(insert(table).values(_row(table, shift)))


def _row(table: Table, shift: int) -> dict[str, Any]:
    """A row of a table that refers to the others' rows; its `team` is left to whoever is at work."""
    return {column.key: _value(column, shift) for column in table.columns if column.key != "team"}


def _value(column: Any, shift: int) -> Any:
    kind = (column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type).python_type
    if column.foreign_keys or (column.name == "id" and kind is int):
        return 1 + shift
    kinds: dict[type, Any] = {
        bool: False, int: 1, str: "U0LENA", datetime: NOW, date: NOW.date(), time: time(9), object: [],
    }  # fmt: skip
    return None if column.nullable else kinds[kind]


@contextmanager
def session_of(database: Database, team: str) -> Iterator[Session]:
    with at_work_for(team), database.transaction() as session:
        yield session


def dump(database: Database, team: str) -> dict[str, list[Any]]:
    """Every row of a workspace, as the operator sees them."""
    with session_of(database, EVERYWHERE) as session:
        return {table.name: session.execute(select(table).where(table.c.team == team)).all() for table in TABLES}


# The first wall


def test_every_table_but_those_of_the_door_says_whose_its_rows_are() -> None:
    assert {row for row in ROWS if not issubclass(row, OfWorkspace)} == set(NOBODYS_ROWS)


def test_without_a_workspace_nothing_opens(database: Database) -> None:
    opened: list[BaseException] = []

    def open_it() -> None:
        try:
            with database.transaction():
                raise AssertionError("it opened")
        except NoWorkspace as error:
            opened.append(error)

    thread = threading.Thread(target=open_it)  # nobody said there whom it is for
    thread.start()
    thread.join()
    assert len(opened) == 1


def test_each_table_is_read_changed_and_emptied_by_its_own_workspace_alone(database: Database) -> None:
    ours, theirs = dump(database, TEAM), dump(database, OTHER)
    for row in OF_WORKSPACES:
        table = row.__table__
        column = next(each for each in table.c if each.key not in ("team", "id") and not each.foreign_keys)
        same = {column.key: theirs[table.name][0]._mapping[column]}
        with session_of(database, TEAM) as session:
            assert [each.team for each in session.scalars(select(row))] == [TEAM]
            assert [each.team for each in session.execute(select(table))] == [TEAM]
            assert session.scalar(select(func.count()).select_from(row)) == 1
            assert session.scalars(update(row).values(same).returning(row.team)).all() == [TEAM]
            if "id" in table.c and row is not PersonRow:
                assert session.get(row, 1001) is None
        with session_of(database, NOBODYS) as session:
            assert session.scalars(select(row)).all() == []
            session.execute(delete(row))
    assert (dump(database, TEAM), dump(database, OTHER)) == (ours, theirs)
    with session_of(database, TEAM) as session:
        for table in reversed(TABLES):  # whoever refers to another goes first
            session.execute(delete(table))
    assert dump(database, TEAM) == {name: [] for name in ours}
    assert dump(database, OTHER) == theirs


def shapes() -> dict[str, Any]:
    """Statements in which a table stands in every place that a statement has; each asks whose the rows are."""
    deal, review, other = DealRow.__table__, ReviewRow.__table__, aliased(DealRow)
    held = select(ReviewRow.id).where(ReviewRow.deal_id == DealRow.id)
    return {
        "columns of a table": select(deal.c.team),
        "an alias": select(other.team),
        "an alias of a table": select(deal.alias("theirs").c.team),
        "a function of a column": select(func.max(DealRow.team)),
        "only in the condition": select(literal(OTHER)).where(DealRow.id == 1001),
        "a join": select(ReviewRow.team).join(DealRow),
        "an outer join": select(DealRow.team).outerjoin(ReviewRow, ReviewRow.id > 0),
        "the outer side of one": select(deal.c.team).select_from(
            select(literal(1).label("n")).subquery().outerjoin(deal, deal.c.id > 0)
        ),
        "a union": union(select(DealRow.team), select(PersonRow.team)),
        "a union in a condition": select(deal.c.team).where(
            deal.c.id.in_(union(select(deal.c.id), select(review.c.id)))
        ),
        "exists": select(DealRow.team).where(held.exists()),
        "a scalar": select(select(func.max(deal.c.team)).scalar_subquery()),
        "a sub-query": select(select(DealRow.team, ReviewRow.id).join(ReviewRow).subquery().c.team),
        "a common table": select(select(DealRow.team).cte("theirs").c.team),
        "a window": select(func.first_value(DealRow.team).over(order_by=DealRow.team.desc())),
        "a lock": select(DealRow.team).where(DealRow.id > 0).with_for_update(),
    }


def test_however_it_is_asked_only_ones_own_rows_answer(database: Database) -> None:
    for shape, asked in shapes().items():
        with session_of(database, TEAM) as session:
            assert set(session.scalars(asked)) <= {TEAM}, shape
        with session_of(database, NOBODYS) as session:
            assert set(session.scalars(asked)) <= {None}, shape
        with session_of(database, EVERYWHERE) as session:
            assert OTHER in set(session.scalars(asked)), shape


def test_a_statement_that_copies_copies_ones_own_rows(database: Database) -> None:
    copied = select(literal("U0COPY"), PersonRow.name, PersonRow.tz)
    with session_of(database, TEAM) as session:
        session.execute(insert(PersonRow).from_select(["id", "name", "tz"], copied))
    assert len(dump(database, TEAM)["person"]) == 2
    assert len(dump(database, OTHER)["person"]) == 1


def test_what_is_loaded_with_a_row_is_of_its_workspace(database: Database) -> None:
    """Even if a reply of another were in one's own review, which no statement can bring about."""
    with session_of(database, EVERYWHERE) as session:
        session.execute(update(ReplyRow).where(ReplyRow.team == OTHER).values(review_id=1, message_ts="2.2"))
        session.execute(update(ReviewRow).where(ReviewRow.team == OTHER).values(deal_id=1, status="stopped"))
    with session_of(database, TEAM) as session:
        review = session.get_one(ReviewRow, 1)
        assert [reply.team for reply in review.replies] == [TEAM]
    with session_of(database, OTHER) as session:
        assert session.get_one(ReviewRow, 1001).deal is None


# Writing


def test_to_name_another_workspace_is_refused(database: Database) -> None:
    person = {"team": OTHER, "id": "U0NEW", "name": "New", "tz": "UTC"}
    writes: dict[str, Callable[[Session], Any]] = {
        "an object": lambda session: session.add(PersonRow(**person)),
        "a statement": lambda session: session.execute(insert(PersonRow).values(person)),
        "many": lambda session: session.execute(insert(PersonRow), [person, {**person, "id": "U0TOO"}]),
        "a change": lambda session: session.execute(update(DealRow).values(team=OTHER)),
        "a merge": lambda session: session.merge(PersonRow(**{**person, "id": "U0LENA"})),
        "a question": lambda session: session.scalars(select(DealRow).where(DealRow.team == OTHER)),
    }
    before = dump(database, OTHER)
    for write in writes.values():
        with pytest.raises(StatementError) as refused, session_of(database, TEAM) as session:
            write(session)
            session.flush()
        assert isinstance(refused.value.orig, OtherWorkspace)
    assert dump(database, OTHER) == before


def test_a_new_row_is_of_the_workspace_at_work_and_never_of_all_or_none(database: Database) -> None:
    for team in (EVERYWHERE, NOBODYS):
        with pytest.raises((NoWorkspace, StatementError)), session_of(database, team) as session:
            session.execute(insert(PersonRow).values(id="U0NEW", name="New", tz="UTC"))
    with session_of(database, OTHER) as session:
        session.add(PersonRow(id="U0NEW", name="New", tz="UTC"))
    assert {row.id for row in dump(database, OTHER)["person"]} == {"U0LENA", "U0NEW"}


def test_rows_that_are_named_by_their_ids_are_not_anothers(database: Database) -> None:
    """As an import changes deals: many at once, each by its id."""
    before = dump(database, OTHER)
    with pytest.raises(StaleDataError), session_of(database, TEAM) as session:
        session.execute(update(DealRow), [{"id": 1001, "name": "Mine now"}])
    assert dump(database, OTHER) == before


def test_a_channel_rests_for_one_workspace(database: Database) -> None:
    """Companies that share a channel call it the same."""
    later = datetime(2027, 1, 1, tzinfo=UTC)
    with session_of(database, TEAM) as session:
        rest(session, "C0SHARED", later, NOW)
        assert is_resting(session, "C0SHARED", NOW)
    with session_of(database, OTHER) as session:
        assert not is_resting(session, "C0SHARED", NOW)


# The second wall


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[Database]:
    """As `database`, on Postgres only."""
    opened = Database(postgres_url)
    opened.upgrade()
    _fill(opened)
    yield opened
    opened.close()


@contextmanager
def around_the_first(database: Database, team: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the bot's role with no code of ours in front of it, told as the bot tells for whom it is."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        if team is not None:
            connection.execute("SELECT set_config('dealreview.workspace', %s, false)", [team])
        yield connection


def teams_in(connection: psycopg.Connection[Any], table: str) -> list[str]:
    return sorted(team for (team,) in connection.execute(f'SELECT team FROM "{table}"'))  # noqa: S608


def test_without_the_first_wall_the_second_shows_no_row_of_another(on_postgres: Database) -> None:
    for table in (each.name for each in TABLES):
        with around_the_first(on_postgres) as nobody:
            assert teams_in(nobody, table) == []
        with around_the_first(on_postgres, "") as nobody:
            assert teams_in(nobody, table) == []
        with around_the_first(on_postgres, TEAM) as ours:
            assert teams_in(ours, table) == [TEAM]
        with around_the_first(on_postgres, EVERYWHERE) as operator:
            assert teams_in(operator, table) == [TEAM, OTHER]


def test_without_the_first_wall_the_second_lets_nothing_of_another_be_written(on_postgres: Database) -> None:
    before = dump(on_postgres, OTHER)
    with around_the_first(on_postgres, TEAM) as ours:
        for table in (each.name for each in TABLES):
            assert ours.execute(f'UPDATE "{table}" SET team = team WHERE team = %s', [OTHER]).rowcount == 0  # noqa: S608
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                ours.execute(f'UPDATE "{table}" SET team = %s', [OTHER])  # noqa: S608
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            ours.execute("INSERT INTO person (team, id, name, tz) VALUES (%s, 'U0NEW', 'New', 'UTC')", [OTHER])
        for table in (each.name for each in reversed(TABLES)):
            ours.execute(f'DELETE FROM "{table}"')  # noqa: S608
    assert dump(on_postgres, OTHER) == before


def test_it_is_the_policy_that_does_it(on_postgres: Database) -> None:
    """With the policy gone, the same words show everything, for the role may do what it likes with its tables."""
    with around_the_first(on_postgres, TEAM) as ours:
        ours.execute("ALTER TABLE deal DISABLE ROW LEVEL SECURITY")
        assert teams_in(ours, "deal") == [TEAM, OTHER]


def test_each_transaction_tells_postgres_anew_for_whom_it_is(on_postgres: Database) -> None:
    """Plain text passes the first wall; connections are used again, for whichever workspace comes next."""
    plain = text("SELECT team FROM deal")
    for team, seen in ((OTHER, [OTHER]), (TEAM, [TEAM]), (NOBODYS, []), (EVERYWHERE, [TEAM, OTHER]), (TEAM, [TEAM])):
        with session_of(on_postgres, team) as session:
            assert sorted(session.scalars(plain)) == seen
    with at_work_for("T0'; SET LOCAL dealreview.workspace = '*"), on_postgres.transaction() as session:
        assert session.scalars(plain).all() == []


def test_a_transaction_takes_no_more_round_trips_than_before(on_postgres: Database) -> None:
    told: list[str] = []
    event.listen(on_postgres.engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    with session_of(on_postgres, TEAM) as session:
        session.scalars(select(DealRow.id)).all()
    assert [each.split()[0] for each in told] == ["BEGIN;", "SELECT"]


def test_the_doctor_says_when_the_role_passes_through_the_second_wall(
    on_postgres: Database, postgres_server: str, sqlite_url: str
) -> None:
    name = on_postgres.engine.url.database
    superuser = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    told = {}
    for who, url in (("bot", str(on_postgres.engine.url)), ("superuser", superuser), ("sqlite", sqlite_url)):
        opened = Database(url)
        opened.upgrade()
        told[who] = [line for line in examine(opened, resume=False).lines() if "apart" in line]
        opened.close()
    assert (told["bot"], told["sqlite"]) == ([], [])
    assert "superuser" in told["superuser"][0]


# The migration


NOT_BEFORE = {"rest", "playbook", "draft"}
"""The tables in which nothing of before is kept, or that were not there."""


def test_a_database_of_before_learns_whose_each_row_is(url: str) -> None:
    """From the deal, the call and the review that a row belongs to."""
    old = Database(url)
    with at_work_for(EVERYWHERE):
        with old.engine.begin() as connection:
            command.upgrade(alembic_config(connection), "0009")
        with old.engine.begin() as connection:
            for team, shift in ((TEAM, 0), (OTHER, 1000)):
                _as_before(connection, team, shift)
        old.upgrade()
        whose = dump(old, TEAM), dump(old, OTHER)
        with old.engine.begin() as connection:
            command.downgrade(alembic_config(connection), "0009")
        old.upgrade()
    for number, team in enumerate((TEAM, OTHER)):
        found = dump(old, team)
        assert found == whose[number]
        assert {name for name, rows in found.items() if len(rows) == 1} == {table.name for table in TABLES} - NOT_BEFORE
    old.close()


def _as_before(connection: Connection, team: str, shift: int) -> None:
    """A row in every table as it was at 0009, where some did not say whose they are."""
    there = MetaData()
    there.reflect(connection)
    for table in TABLES:
        if table.name in NOT_BEFORE:
            continue
        before, row = there.tables[table.name], _row(table, shift)
        values = {name: literal(value, table.c[name].type) for name, value in row.items() if name in before.c}
        if "team" in before.c:
            values["team"] = literal("" if table.name == "message" else team)
        connection.execute(insert(before).values(values))


# Who is at work for whom


class Watched:
    """Work for the engine in two workspaces, which keeps whom it was done for."""

    name = "watch"

    def __init__(self) -> None:
        self.looked_for: set[str] = set()
        self.done: dict[Lane, list[str]] = {}

    def waiting(self, session: Session, now: datetime) -> Waiting:
        self.looked_for.add(workspace())
        return Waiting([lane for lane in (Lane(TEAM, "1"), Lane(OTHER, "1")) if lane not in self.done])

    def is_anything_left(self, session: Session) -> bool:
        self.looked_for.add(workspace())
        return len(self.done) < 2

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        self.done.setdefault(lane, []).append(workspace())
        return False


def test_the_engine_looks_everywhere_and_does_each_thing_for_its_own_workspace(database: Database) -> None:
    engine, work = Engine(database), Watched()
    engine.take_on(work)
    engine.start()
    deadline = monotonic() + PATIENCE
    while not engine.is_idle() and monotonic() < deadline:
        sleep(0.01)
    engine.stop()
    assert work.looked_for == {EVERYWHERE}
    assert work.done == {Lane(TEAM, "1"): [TEAM], Lane(OTHER, "1"): [OTHER]}


def test_a_request_is_taken_for_the_workspace_it_comes_from_and_for_no_other_after_it(room: Room) -> None:
    seen: list[str] = []

    @room.bot.bolt.event("team_rename")
    def on_event() -> None:
        seen.append(workspace())

    body = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "team_rename"}, "team_id": TEAM}
    with at_work_for(NOBODYS):
        assert room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 200
        assert (seen, workspace()) == ([TEAM], NOBODYS)
        theirs = {**body, "team_id": OTHER, "authorizations": [{"team_id": OTHER}]}
        room.bot.bolt.dispatch(BoltRequest(body=theirs, mode="socket_mode"))
    assert seen == [TEAM]


# What the code promises


def test_only_those_who_look_for_what_is_to_be_done_and_the_operator_look_everywhere() -> None:
    assert {path for path in _code() if "EVERYWHERE" in _names(path)} == {
        "bot/checkup.py",  # the operator
        "bot/deals_command.py",
        "bot/doctor.py",
        "bot/stats.py",
        "bot/workspace_command.py",
        "bot/engine.py",  # what waits
        "bot/metrics.py",
        "bot/service/reviews.py",  # what is due
        "bot/installations.py",  # which workspaces an organisation has
        "storage/database.py",  # migrations
        "storage/exports.py",  # which workspaces there are
        "storage/models/base.py",
        "storage/tenancy.py",
        "storage/walls.py",
    }


def test_nobody_goes_round_the_first_wall() -> None:
    """Plain text is for what is of no workspace; a session is opened in one place, and slack_sdk opens its own."""
    assert {path for path in _code() if "text" in _imported(path, "sqlalchemy") and "models" not in path} == {
        "storage/database.py"
    }
    round_it = {"exec_driver_sql", "driver_connection", "raw_connection"}
    assert {path for path in _code() if round_it & _names(path)} == {"storage/database.py", "storage/walls.py"}
    assert {path for path in _code() if re.search(r"\bSession\(|engine\.(begin|connect)\(", _read(path))} == {
        "storage/database.py",
        "storage/revisions.py",
        "bot/oauth_stores.py",
    }


def _code() -> list[str]:
    """The modules of the bot, without the migrations, which come before all walls."""
    found = (path for folder in ("bot", "flows", "storage") for path in (ROOT / folder).rglob("*.py"))
    return [path.relative_to(ROOT).as_posix() for path in found if "migrations" not in path.parts]


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _names(path: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(_read(path))))
    return {each.id for each in nodes if isinstance(each, ast.Name)} | {
        each.attr for each in nodes if isinstance(each, ast.Attribute)
    }


def _imported(path: str, module: str) -> set[str]:
    nodes = (each for each in ast.walk(ast.parse(_read(path))) if isinstance(each, ast.ImportFrom))
    return {name.name for each in nodes if each.module == module for name in each.names}
