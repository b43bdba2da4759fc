"""A room to hold reviews in: the local workspace as Slack, the whole bot connected to it, a clock the test holds."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from aiohttp import web

from bot import manifest
from bot.app import Dealreview, create_app
from bot.http import http_app
from bot.settings import Settings
from bot.socket_mode import connected
from flows.lens import Lens, read
from flows.review import Review, Turn
from sandbox.model import Channel, User
from sandbox.people import CHANNELS, PEOPLE
from sandbox.running import LocalWorkspace
from storage.reviews import Reviews
from storage.tenancy import at_work_for
from tests.databases import (
    database,
    database_url,
    postgres_server,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.reading import Message, buttons, offered, words

__all__ = [
    "database", "database_url", "postgres_server", "postgres_template", "postgres_url", "sqlite_template", "sqlite_url",
]  # fmt: skip

TEAM = "T0LOCAL"
DEALS = "#deals"
NO_BROWSER = "there is no Chromium here"
PATIENCE = 30.0
"""In seconds: Slack waits three for an answer, and a machine on which many tests run may be slower than that.

That three are kept to is tested in tests/sandbox, and what the bot needs of them measured in tests/bench.
"""
BEGAN = time.monotonic()
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC).timestamp()


@dataclass
class Clock:
    """The time everyone in a test lives by, in seconds since the epoch, UTC."""

    seconds: float = START

    def __call__(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def passes(self, **how_long: float) -> None:
        self.seconds += timedelta(**how_long).total_seconds()


def morning() -> float:
    """A clock that goes, and shows a working morning whenever the tests are run."""
    return START + time.monotonic() - BEGAN


@dataclass
class Room:
    """A workspace with the bot in it. People act by name; every act waits until the bot has nothing left to say.

    `reads` is the lens, and may be exchanged while the bot is there. `by_the_page` has the bot live by the workspace's
    clock, which people move on its page, rather than by the test's alone.
    """

    workspace: LocalWorkspace
    settings: Settings
    clock: Clock
    over: str = "socket"
    reads: Lens = read
    by_the_page: bool = False
    bot: Dealreview = field(init=False)
    _stay: ExitStack = field(default_factory=ExitStack)

    def bot_arrives(self) -> None:
        """Start the bot and connect it to the workspace: for the first time, or again after `bot_leaves`."""
        clock = self._time_on_the_page if self.by_the_page else self.clock.utc
        self.bot = create_app(self.settings, clock=clock, read=lambda *asked: self.reads(*asked))
        self._stay.enter_context(self.bot.running())
        if self.over == "http":
            address = self._stay.enter_context(served(http_app(self.bot, self.settings.signing_secret)))
            self.workspace.deliver_by_http(f"{address}/slack/events")
        else:
            self._stay.enter_context(connected(self.bot, self.settings))
            self.workspace.wait_connected()

    def _time_on_the_page(self) -> datetime:
        return datetime.fromtimestamp(self.workspace.now, UTC)

    def bot_leaves(self) -> None:
        self._stay.close()

    def settle(self) -> None:
        """Wait until everything that happened is acknowledged and everything decided is said."""
        self.workspace.quiet()
        self.bot.engine.wake()  # by itself it looks once a second for what the clock has made due
        self.workspace.wait_until(self.bot.engine.is_idle)
        self.workspace.quiet()

    def tick(self) -> None:
        """Do now what has become due, rather than within the second."""
        self.bot.engine.on_tick()
        self.settle()

    def command(self, who: str, text: str = "", channel: str = DEALS) -> str:
        """Type `/dealreview …`; returns what only this person sees, or an empty string."""
        told = typed(self.workspace, who, text, channel)
        self.settle()
        return told

    def start(self, text: str = "Northwind @lena", by: str = "maya", channel: str = DEALS) -> Thread:
        """Start a review by the slash command and return its thread."""
        before = {message["ts"] for message in self.workspace.messages(channel)}
        told = self.command(by, text, channel)
        new = [m for m in self.workspace.messages(channel) if m["ts"] not in before and not m.get("thread_ts")]
        assert len(new) == 1, f"no review began: {told!r}"
        return Thread(self, channel, new[0]["ts"])

    def reviews(self) -> list[Review]:
        """Every review in the database, whole, oldest first."""
        with self.bot.database.transaction() as session:
            reviews = Reviews(session, TEAM)
            found: list[Review] = []
            while review := reviews.lock(len(found) + 1):
                found.append(review)
            return found

    def form(self, who: str) -> Message:
        """The form that is open before this person."""
        found = self.workspace.modal(who)
        assert found, f"no form is open for {who}"
        return found

    def chooses(self, who: str, line: str, **filled: str) -> None:
        """Choose a line in the form to fix one that is open, with what else is `filled` in already."""
        values = {block: {"value": value} for block, value in filled.items()}
        form = self.form(who)
        self.workspace.action(who, form, "value", offered(form, line), block_id="line", values=values)
        self.settle()

    def whispers(self, who: str) -> list[str]:
        """What only this person was shown, oldest first."""
        return [words(note) for note in self.workspace.ephemerals(who)]


@dataclass
class Thread:
    """A review's thread in Slack, as people see it."""

    room: Room
    channel: str
    ts: str

    def says(self, who: str, text: str, **how: Any) -> str:
        """Reply in the thread; returns the message's `ts`."""
        ts = self.room.workspace.message(who, self.channel, text, self.ts, **how)
        self.room.settle()
        return ts

    def answers(self, who: str, *texts: str) -> list[str]:
        """Reply with one text after another; returns the messages' `ts`."""
        return [self.says(who, text) for text in texts]

    def edits(self, who: str, ts: str, text: str) -> None:
        self.room.workspace.edit(who, self.channel, ts, text)
        self.room.settle()

    def deletes(self, who: str, ts: str) -> None:
        self.room.workspace.delete(who, self.channel, ts)
        self.room.settle()

    def presses(self, who: str, label: str, on: Message | None = None) -> None:
        """Press a button by its label: on a message as it was read, or on the latest that has it."""
        message = on or next(m for m in reversed(self.messages) if label in buttons(m))
        self.room.workspace.action(who, message, buttons(message)[label])
        self.room.settle()

    def fixes(self, who: str, line: str, label: str) -> dict[str, str]:
        """Move a line, known by its first words, with the form under the summary; returns what the form objects."""
        self.presses(who, "Fix a line")
        form = self.room.form(who)
        chosen = offered(form, line)
        wrong = self.room.workspace.submit(who, form["id"], {"line": {"value": chosen}, "label": {"value": label}})
        self.room.settle()
        return wrong

    def asks_why(self, who: str, line: str) -> str:
        """Choose a line, known by its first words, in the form under the summary; returns what the form says then."""
        self.presses(who, "Fix a line")
        self.room.chooses(who, line)
        return words(self.room.form(who))

    @property
    def messages(self) -> list[Message]:
        return self.room.workspace.messages(self.channel, self.ts)

    @property
    def parent(self) -> Message:
        return self.messages[0]

    @property
    def from_bot(self) -> list[Message]:
        """What the bot said in the thread, without the parent, oldest first."""
        return [message for message in self.messages[1:] if message.get("bot_id")]

    @property
    def latest(self) -> Message:
        return self.from_bot[-1]

    @property
    def asked(self) -> str:
        """The words of the bot's latest message in the thread."""
        return words(self.latest)

    @property
    def summary(self) -> str:
        """The words of the latest summary."""
        return next(text for message in reversed(self.from_bot) if "ABOUT THE CUSTOMER" in (text := words(message)))

    def reactions(self, ts: str) -> list[str]:
        message = next(message for message in self.messages if message["ts"] == ts)
        return [reaction["name"] for reaction in message["reactions"]]

    @property
    def review(self) -> Review:
        return next(review for review in self.room.reviews() if review.thread_ts == self.ts)

    @property
    def turns(self) -> list[Turn]:
        """Everything that happened in the review, in order."""
        review = self.review
        with self.room.bot.database.transaction() as session:
            return Reviews(session, TEAM).turns(review.id)


def typed(workspace: LocalWorkspace, who: str, text: str, channel: str = DEALS) -> str:
    """What only this person sees once they typed `/dealreview …`, or an empty string.

    It comes with the acknowledgement or, where that would be late, beside it.
    """
    before = len(workspace.ephemerals(who))
    answer = workspace.command(who, channel, "/dealreview", text)
    late = workspace.ephemerals(who)[before:]
    return words(answer["response"]) if answer else "\n".join(map(words, late))


def quickest(act: Callable[[], object]) -> float:
    """The least of three times that it takes, in seconds: that others use the machine, too, is not its fault."""
    tries = []
    for _ in range(3):
        began = time.monotonic()
        act()
        tries.append(time.monotonic() - began)
    return min(tries)


@contextmanager
def served(app: web.Application) -> Iterator[str]:
    """Serve an aiohttp application in a thread, on a free port of this machine; gives its address."""
    loop, runner = asyncio.new_event_loop(), web.AppRunner(app, access_log=None, shutdown_timeout=0)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> str:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@contextmanager
def open_room(
    url: str,
    over: str = "socket",
    burst: float = 0.0,
    people: Iterable[User] = PEOPLE,
    channels: Iterable[Channel] = CHANNELS,
    app: Message | None = None,
    by_the_page: bool = False,
) -> Iterator[Room]:
    """A room on a database, reached over Socket Mode or HTTP; `burst` in seconds, 0 for none. `app` is its manifest."""
    clock = Clock()
    with LocalWorkspace(
        app or manifest.socket_mode(),
        people=people,
        channels=channels,
        clock=clock,
        retry_delays=(0, 0.05, 0.1),
        ack_seconds=PATIENCE,
    ) as workspace:
        settings = Settings(
            bot_token=workspace.bot_token,
            app_token=workspace.app_token if over == "socket" else "",
            signing_secret=workspace.signing_secret if over == "http" else "",
            slack_api_url=workspace.api_url,
            database_url=url,
            burst=timedelta(seconds=burst),
            pace=timedelta(0),
        )
        room = Room(workspace, settings, clock, over, by_the_page=by_the_page)
        room.bot_arrives()
        try:
            yield room
        finally:
            room.bot_leaves()


hypothesis.settings.register_profile(
    "busy",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("busy")  # how long it takes says as much of the machine as of the code


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test waits longer than it computes."""
    return 1 + (os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", choices=("sqlite", "postgres"), default="sqlite", help="the database to test on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On Postgres only what is kept there: the rest would be the same once more."""
    if config.getoption("--on") == "postgres":
        kept = [item for item in items if "database_url" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """That the page was not tried must not pass for that it works."""
    if any(NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(
            f"NO BROWSER TESTS WERE RUN: {NO_BROWSER}; apt-get install chromium", red=True, bold=True
        )


@pytest.fixture(autouse=True)
def our_workspace() -> Iterator[None]:
    """A test looks into the database of the bot as its workspace does; one that looks as another says so."""
    with at_work_for(TEAM):
        yield


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    """A room over Socket Mode, without bursts: every reply of the owner is an answer."""
    with open_room(database_url) as opened:
        yield opened
