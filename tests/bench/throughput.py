"""How many replies a second are accepted durably, beside a bare Bolt listener that only commits one row."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple

from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select

from bot.app import Dealreview, create_app
from bot.settings import PACE_SECONDS, Settings
from flows.utterances import PARENT
from storage.database import Database
from storage.models import MessageRow, TurnRow
from storage.tenancy import at_work_for
from tests.bench.databases import KINDS, Databases
from tests.bench.report import Row, Section, at_least
from tests.bench.stub import TEAM, slack_stub
from tests.sayings import ANSWERS

THREADS = 4
AIM = 0.5
LONGEST_WAIT = 120
OWNER = "U0LENA"
TOKEN = "xoxb-bench"
BARE_TIMES = 5
"""The bare listener is that much quicker at it; a round shorter than a second would tell nothing."""
REPLIES = ANSWERS[1:]
"""Each is about the customer, so each is followed by the next question."""

_BARE = Table("said", MetaData(), Column("id", Integer, primary_key=True), Column("ts", Text), Column("text", Text))
_numbers = itertools.count(1)

Thread = tuple[str, str]


class Speeds(NamedTuple):
    """Replies a second."""

    accepted: float
    taken: float


def throughput(databases: Databases, rounds: int, reviews: int, replies: int) -> Section:
    """`replies` of each of `reviews` open reviews, from four threads, in each round anew."""
    with slack_stub() as slack, at_work_for(TEAM):
        rows = tuple(row for kind in KINDS for row in _on(kind, databases, slack, rounds, reviews, replies))
    return Section(
        "Replies accepted durably",
        f"A is the bot: {THREADS} threads hand replies to Bolt, {reviews} open reviews, {replies} replies in each; it "
        "is counted when Slack would be told that it arrived, which is after the commit. The engine runs in the same "
        "process: it takes the replies, the lens included, and says what was decided, at its default pace (as "
        "installed) or without one (every message at once). *Taken* counts until that is done for the last one. B is "
        "a bare Bolt listener that commits one row with the same settings of the same database.",
        rows,
    )


def _on(kind: str, databases: Databases, slack: str, rounds: int, reviews: int, replies: int) -> list[Row]:
    paced: list[Speeds] = []
    rushed: list[Speeds] = []
    bare: list[float] = []
    _bot(databases.fresh(kind), slack, 0, THREADS, 1)  # the lens is loaded and every template compiled once
    for _ in range(rounds):
        paced.append(_bot(databases.fresh(kind), slack, PACE_SECONDS, reviews, replies))
        bare.append(_bare(databases.fresh(kind), reviews, replies * BARE_TIMES))
        rushed.append(_bot(databases.fresh(kind), slack, 0, reviews, replies))
        bare.append(_bare(databases.fresh(kind), reviews, replies * BARE_TIMES))
    b = statistics.median(bare)
    at_pace, at_once = (statistics.median(each.accepted for each in runs) for runs in (paced, rushed))
    taken = statistics.median(each.taken for each in rushed)
    return [
        at_least(f"{kind}, the engine at its pace", "replies/s", at_pace, b, AIM),
        at_least(f"{kind}, the engine without a pace", "replies/s", at_once, b, AIM),
        Row(f"{kind}, taken and answered", f"{taken:.0f} replies/s", f"{b:.0f} replies/s", taken / b),
    ]


def _bot(url: str, slack: str, pace: float, reviews: int, replies: int) -> Speeds:
    settings = Settings(
        bot_token=TOKEN,
        app_token="xapp-bench",
        slack_api_url=slack,
        database_url=url,
        burst=timedelta(0),
        pace=timedelta(seconds=pace),
    )
    bot = create_app(settings)
    with bot.running():
        for number in range(reviews):
            _dispatch(bot.bolt, _command(f"Customer {number}", f"C{number:04}"))
        _settle(bot)
        threads = _threads(bot.database)
        began = time.perf_counter()
        accepted = _speed(bot.bolt, threads, replies)
        _settle(bot)
        taken = reviews * replies / (time.perf_counter() - began)
        with bot.database.transaction() as session:
            kept = session.scalar(select(func.count()).where(TurnRow.kind == "answered"))
    if kept != reviews * replies:
        raise RuntimeError(f"of {reviews * replies} replies {kept} were kept")
    return Speeds(accepted, taken)


def _bare(url: str, reviews: int, replies: int) -> float:
    database = Database(url)
    try:
        _BARE.metadata.create_all(database.engine)
        bolt = App(
            client=WebClient(base_url="http://nowhere.invalid/api/"),
            authorize=_authorize,
            process_before_response=True,
        )

        @bolt.event("message")
        def on_message(event: dict[str, Any]) -> None:
            with at_work_for(TEAM), database.transaction() as session:
                session.execute(insert(_BARE).values(ts=event["ts"], text=event["text"]))

        speed = _speed(bolt, [(f"C{number:04}", "1.0") for number in range(reviews)], replies)
        with database.transaction() as session:
            kept = session.scalar(select(func.count()).select_from(_BARE))
    finally:
        database.close()
    if kept != reviews * replies:
        raise RuntimeError(f"of {reviews * replies} replies {kept} were kept")
    return speed


def _speed(bolt: App, threads: Sequence[Thread], replies: int) -> float:
    """Replies a second. Each worker has reviews of its own: a person answers one question after the other."""
    shares = [threads[start::THREADS] for start in range(THREADS)]

    def work(share: Sequence[Thread]) -> None:
        for number in range(replies):
            for thread in share:
                _dispatch(bolt, _reply(thread, REPLIES[number % len(REPLIES)]))

    with ThreadPoolExecutor(THREADS) as workers:
        began = time.perf_counter()
        for done in [workers.submit(work, share) for share in shares]:
            done.result()
        return len(threads) * replies / (time.perf_counter() - began)


def _dispatch(bolt: App, body: dict[str, Any]) -> None:
    answer = bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
    if answer.status != 200 or answer.body:
        raise RuntimeError(f"not accepted: {answer.status} {answer.body}")


def _threads(database: Database) -> list[Thread]:
    with database.transaction() as session:
        parents = select(MessageRow.channel, MessageRow.ts).where(MessageRow.slot == PARENT).order_by(MessageRow.id)
        return [(channel, ts) for channel, ts in session.execute(parents) if ts]


def _settle(bot: Dealreview) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    while not bot.engine.is_idle():
        if time.monotonic() > deadline:
            raise TimeoutError("the bot did not come to rest")
        time.sleep(0.05)


def _reply(thread: Thread, text: str) -> dict[str, Any]:
    channel, thread_ts = thread
    number = next(_numbers)
    ts = f"{1_795_000_000 + number}.000200"
    event = {
        "type": "message", "channel": channel, "user": OWNER, "text": text, "ts": ts, "event_ts": ts,
        "thread_ts": thread_ts, "channel_type": "channel", "team": TEAM,
    }  # fmt: skip
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0BENCH", "event_id": f"Ev{number:08}",
        "event_time": 1_795_000_000 + number, "event": event,
        "authorizations": [{"team_id": TEAM, "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}],
    }  # fmt: skip


def _command(text: str, channel: str) -> dict[str, Any]:
    return {
        "command": "/dealreview", "text": text, "team_id": TEAM, "channel_id": channel, "user_id": OWNER,
        "trigger_id": "1.1.bench", "api_app_id": "A0BENCH", "response_url": "http://nowhere.invalid/",
    }  # fmt: skip


def _authorize() -> Any:
    return AuthorizeResult(
        enterprise_id=None, team_id=TEAM, bot_token=TOKEN, bot_id="B0BOT", bot_user_id="U0BOT", user_id=OWNER
    )
