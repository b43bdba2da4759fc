"""Databases full of reviews, made by a few bulk statements instead of by years of use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    String,
    Text,
    case,
    cast,
    insert,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from flows.playbook import PLAYBOOK
from flows.review import Status
from flows.utterances import PARENT
from storage.database import Database
from storage.models import AnswerRow, DealRow, MessageRow, PersonRow, ReplyRow, ReviewRow, TurnRow, Utc
from storage.tenancy import at_work_for
from tests.bench.stub import TEAM

KEYS = [question.key for question in PLAYBOOK]
BUSY = "CBUSY"
"""A channel in which every tenth review is held; the others are spread, fifty to a channel."""
BUSY_SHARE = 10
DEALS_OF_ONE = 40
DEALS_IN_ONE = 50
THEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FIRST_TS = 1_700_000_000
SAID = "Their regulator fined them 90k last spring and their CFO carries it."
CONTEXT = {
    "review": 1, "question": "why_change", "ask": 2, "customer": "Customer", "number": 2, "total": 9, "said": [],
    "open": False, "standing": "answered", "source": "they_told_us", "lead": None, "mention": None, "earlier": None,
}  # fmt: skip

Rows = Select[Any] | CompoundSelect[Any]


def owner_of(number: int) -> str:
    return f"U{number // DEALS_OF_ONE}"


def parent_ts(number: int) -> str:
    return f"{FIRST_TS + number}.000100"


def fill(database: Database, finished: int, opened: int, paused: list[datetime]) -> None:
    """So many finished reviews of so many deals, then some just opened, then one paused until each moment.

    Deals and reviews are numbered from 1, in this order. A finished review has nine answers, nine replies, eleven
    turns and the twenty messages that were said in it.
    """
    ended = THEN + timedelta(hours=1)
    last = finished + opened
    with at_work_for(TEAM), database.engine.begin() as connection:
        if database.engine.dialect.name == "postgresql":
            # What is made here refers to what is made here; to look that up a million times takes a minute.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        people = (finished + opened + len(paused)) // DEALS_OF_ONE + 1
        connection.execute(
            insert(PersonRow),
            [{"team": TEAM, "id": f"U{n}", "name": f"Person {n}", "tz": "Europe/Berlin"} for n in range(people)],
        )
        _reviews(connection, 1, finished, Status.FINISHED, KEYS[-1], len(KEYS), ended, None)
        _reviews(connection, finished + 1, last, Status.AWAITING_ANSWER, KEYS[0], 1, None, None)
        for number, moment in enumerate(paused, last + 1):
            _reviews(connection, number, number, Status.AWAITING_RETURN, KEYS[0], 2, None, moment)
        _talk(connection, finished)
        _parents(connection, 1, last + len(paused))
    _settle(database)


def _reviews(
    connection: Connection,
    first: int,
    last: int,
    status: Status,
    asked: str,
    ask: int,
    ended: datetime | None,
    returns: datetime | None,
) -> None:
    n = _numbers(first, last)
    name = "Customer " + cast(n.c.n, Text)
    deals = select(
        n.c.n, literal(TEAM), literal(""), name, "customer " + cast(n.c.n, Text), _owner(n.c.n), null(), null(),
        literal(""), null(), literal(""), literal(THEN, Utc),
    )  # fmt: skip
    _insert(connection, DealRow, "id team scope name name_key owner stage their_date their_date_source close_date "
            "period created_at", deals)  # fmt: skip
    reviews = select(
        n.c.n, n.c.n, _channel(n.c.n), _owner(n.c.n), _owner(n.c.n), literal(THEN, Utc), literal(KEYS, JSON),
        literal(asked), literal(ask), literal(str(status), String), null(), _moment(ended), _moment(returns),
    )  # fmt: skip
    _insert(connection, ReviewRow, "id deal_id channel owner opened_by opened_at questions asked ask status led_by "
            "ended_at returns_at", reviews)  # fmt: skip


def _talk(connection: Connection, finished: int) -> None:
    """What was said in the finished reviews."""
    n, q = _numbers(1, finished), _questions()
    each = select(n.c.n, q.c.key, q.c.number).join_from(n, q, literal(True)).subquery()
    ts = cast(each.c.n + FIRST_TS, Text) + ".00" + cast(each.c.number, Text) + "200"
    answers = select(
        each.c.n, each.c.key, literal("answered"), literal("they_told_us"), literal(THEN, Utc), null(),
        literal([], JSON),
    )  # fmt: skip
    _insert(connection, AnswerRow, "review_id question standing source said_at said_in probes", answers)
    spans = literal([[0, len(SAID), "customer", 0.9]], JSON)
    replies = select(
        each.c.n, ts, each.c.key, _owner(each.c.n), literal(SAID), spans, literal(""), literal(False), literal({}, JSON)
    )
    _insert(connection, ReplyRow, "review_id message_ts question author text spans edited_ts withdrawn moved", replies)
    turns = "review_id kind person occasion question text at"
    answered = select(
        each.c.n, literal("answered"), _owner(each.c.n), ts, each.c.key, literal(SAID), literal(THEN, Utc)
    )
    _insert(connection, TurnRow, turns, answered)
    for kind in ("opened", "shared"):
        row = (n.c.n, literal(kind), _owner(n.c.n), literal(kind), literal(""), literal(""), literal(THEN, Utc))
        _insert(connection, TurnRow, turns, select(*row))
    asked = cast(each.c.n + FIRST_TS, Text) + ".00" + cast(each.c.number, Text) + "300"
    slot = "ask:" + cast(each.c.number, Text)
    _messages(connection, _message(each.c.n, slot, "question", asked))
    _messages(connection, _message(each.c.n, "on:" + ts, "saved", null(), {}))
    summary = cast(n.c.n + FIRST_TS, Text) + ".000400"
    _messages(connection, _message(n.c.n, literal("summary:9"), "summary", summary))


def _parents(connection: Connection, first: int, last: int) -> None:
    n = _numbers(first, last)
    ts = cast(n.c.n + FIRST_TS, Text) + ".000100"
    _messages(connection, _message(n.c.n, literal(PARENT), "parent", ts))


def _message(
    n: ColumnElement[int], slot: ColumnElement[Any], name: str, ts: Any, context: dict[str, Any] = CONTEXT
) -> Select[Any]:
    posted = literal(THEN, Utc)
    return select(
        n, _channel(n), slot, literal(name), literal(context, JSON), literal(1), literal(1), cast(ts, Text), posted,
        posted, literal(0), null(),
    )  # fmt: skip


def _messages(connection: Connection, rows: Rows) -> None:
    names = "review_id channel slot name context version said ts decided_at posted_at tries refused"
    _insert(connection, MessageRow, names, rows)


def _insert(connection: Connection, table: Any, names: str, rows: Rows) -> None:
    connection.execute(insert(table).from_select(names.split(), rows))


def _numbers(first: int, last: int) -> Any:
    """The whole numbers from one to another, as a table; both databases can count."""
    start = select(literal(first).label("n")).cte("numbers", recursive=True)
    return start.union_all(select(start.c.n + 1).where(start.c.n < last))


def _questions() -> Any:
    rows = (select(literal(key).label("key"), literal(number).label("number")) for number, key in enumerate(KEYS, 1))
    return union_all(*rows).subquery()


def _owner(n: ColumnElement[int]) -> ColumnElement[str]:
    return "U" + cast(cast(n, Integer) // DEALS_OF_ONE, Text)


def _channel(n: ColumnElement[int]) -> ColumnElement[str]:
    return case((n % BUSY_SHARE == 0, BUSY), else_="C" + cast(cast(n, Integer) // DEALS_IN_ONE, Text))


def _moment(moment: datetime | None) -> Any:
    return literal(moment, Utc) if moment else null()


def _settle(database: Database) -> None:
    """What Postgres does by itself within minutes; SQLite has nothing of the kind."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
