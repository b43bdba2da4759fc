"""The bot as it is run beside a bare Bolt app: how soon the next question is seen, how long a start takes, memory."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bot import manifest
from sandbox.happenings import Happening, Posted
from sandbox.model import Channel
from sandbox.people import BOT_USER, PEOPLE
from sandbox.running import LocalWorkspace
from tests.bench.databases import KINDS, Databases
from tests.bench.report import Row, Section, percentile
from tests.bench.stub import ROOT
from tests.sayings import ANSWERS

OWNER = "lena"
ADDED_AIM = 400
LONGEST_WAIT = 30.0
BREATH = 0.1
"""In seconds: what is still said after a question (a ✅, the parent) is not to weigh on whoever is measured next."""
BARE = "bare Bolt"
SERVE = (str(Path(sys.executable).parent / "dealreview"), "serve")
COMMANDS = {**dict.fromkeys(KINDS, SERVE), BARE: (sys.executable, "-m", "tests.bench.bare")}


class Watched(LocalWorkspace):
    """A local workspace that notes the moment when the bot's next words appear in a thread."""

    def __init__(self, channels: int) -> None:
        members = [*(person.id for person in PEOPLE), BOT_USER]
        rooms = [Channel(f"C{number:08}", f"room-{number}", "channel", members) for number in range(channels)]
        super().__init__(manifest.socket_mode(), channels=rooms)
        self.rooms = [room.id for room in rooms]
        self._seen = threading.Event()
        self._at = 0.0

    def _build(self, url: str) -> web.Application:
        application = super()._build(url)
        self._workspace.watch(self._on)
        return application

    def _on(self, happening: Happening) -> None:
        if isinstance(happening, Posted) and happening.message.bot_id and happening.message.thread_ts:
            self._at = time.perf_counter()
            self._seen.set()

    def until_answered(self, channel: str, thread_ts: str, text: str) -> float:
        """Reply in a thread; returns how long it takes, in ms, until the bot's next words are there."""
        self._seen.clear()
        began = time.perf_counter()
        self.message(OWNER, channel, text, thread_ts)
        if not self._seen.wait(LONGEST_WAIT):
            raise TimeoutError("the bot did not answer")
        return (self._at - began) * 1000


@dataclass
class Side:
    """One process of the bot or of the bare app, with a workspace of its own."""

    name: str
    workspace: Watched
    folder: Path
    database_url: str = ""
    process: subprocess.Popen[bytes] | None = None
    threads: list[tuple[str, str]] = field(default_factory=list)
    replies: int = 0
    waits: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    after_start: float = 0.0
    after_replies: float = 0.0

    def start(self) -> float:
        """Start the process; returns after how many seconds it is connected."""
        given = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "DEALREVIEW_"))}
        environment = given | {
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_APP_TOKEN": self.workspace.app_token,
            "SLACK_API_URL": self.workspace.api_url,
            "DATABASE_URL": self.database_url,
            "DEALREVIEW_BURST_SECONDS": "0",  # the people here answer faster than anyone reads
        }
        where = ROOT if self.name == BARE else self.folder
        began = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                COMMANDS[self.name], env=environment, cwd=where, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self.workspace.wait_connected(LONGEST_WAIT)
        except TimeoutError:
            raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")[-2000:]) from None
        return time.perf_counter() - began

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(LONGEST_WAIT)
            self.workspace.wait_until(lambda: not self.workspace.connected, LONGEST_WAIT)

    def open_threads(self) -> None:
        for channel in self.workspace.rooms:
            if self.name == BARE:
                ts = self.workspace.message(OWNER, channel, "A deal")
            else:
                self.workspace.command(OWNER, channel, "/dealreview", f"Customer {channel}")
                ts = self.workspace.wait_until(lambda channel=channel: self._parent(channel), LONGEST_WAIT)  # type: ignore[misc]
            self.threads.append((channel, ts))

    def reply(self) -> float:
        """One reply, in the thread whose turn it is."""
        channel, ts = self.threads[self.replies % len(self.threads)]
        text = ANSWERS[1:][self.replies // len(self.threads) % (len(ANSWERS) - 1)]
        self.replies += 1
        return self.workspace.until_answered(channel, ts, text)

    def memory(self) -> float:
        """The process's resident memory in MB, as `ps` tells it on Linux and on macOS."""
        number = str(self.process.pid) if self.process else ""
        told = subprocess.run(("ps", "-o", "rss=", "-p", number), capture_output=True, text=True, check=True)  # noqa: S603, S607
        return int(told.stdout) / 1024

    def _parent(self, channel: str) -> str:
        """The `ts` of a review's first message, once its first question is there."""
        said = self.workspace.messages(channel)
        return str(said[0]["ts"]) if len(said) > 1 else ""


def living(databases: Databases, starts: int, reviews: int, replies: int, measured: int) -> list[Section]:
    """After so many `starts`, `replies` of a person to each side, of which so many are `measured`.

    Each review is held in a channel of its own, so that a channel is a quiet one: its next reply comes seconds later.
    """
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(_side(name, databases, reviews)) for name in (*KINDS, BARE)]
        for side in sides:
            side.start()  # brings the database up to date, and reads every module from disk once
        for number in range(starts):
            for side in sides:
                side.stop()
                side.starts.append(side.start())
                if number == starts - 1:
                    side.open_threads()
        time.sleep(1)
        for side in sides:
            side.after_start = side.memory()
        for _ in range(measured):
            for side in sides:
                side.waits.append(side.reply())
                time.sleep(BREATH)
        for side in sides:
            while side.replies < replies:
                side.reply()
        time.sleep(1)
        for side in sides:
            side.after_replies = side.memory()
        return _sections(sides, starts, reviews, replies, measured)


@contextlib.contextmanager
def _side(name: str, databases: Databases, reviews: int) -> Iterator[Side]:
    url = "" if name == BARE else databases.fresh(name)
    with tempfile.TemporaryDirectory(prefix="dealreview-bench-") as folder, Watched(reviews) as workspace:
        side = Side(name, workspace, Path(folder), url)
        try:
            yield side
        finally:
            if side.process:
                side.process.kill()
                side.process.wait()


def _sections(sides: list[Side], starts: int, reviews: int, replies: int, measured: int) -> list[Section]:
    *bots, bare = sides
    waits: list[Row] = []
    for bot in bots:
        for percent in (50, 99):
            a, b = percentile(bot.waits, percent), percentile(bare.waits, percent)
            aimed = (f"≤ {ADDED_AIM} ms added", a - b <= ADDED_AIM) if percent == 50 else ("", None)
            waits.append(Row(f"{bot.name}, p{percent}", f"{a:.0f} ms", f"{b:.0f} ms", a / b, *aimed))
    rest: list[Row] = []
    for bot in bots:
        for what, unit, a, b in (
            ("start until connected", "s", statistics.median(bot.starts), statistics.median(bare.starts)),
            ("memory after the start", "MB", bot.after_start, bare.after_start),
            (f"memory after {replies} replies", "MB", bot.after_replies, bare.after_replies),
        ):
            digits = 2 if unit == "s" else 0
            rest.append(Row(f"{bot.name}, {what}", f"{a:.{digits}f} {unit}", f"{b:.{digits}f} {unit}", a / b))
    return [
        Section(
            "From a reply to the next question",
            f"A is `dealreview serve`, B a bare Bolt app that answers with `chat.postMessage` at once; both are "
            f"processes of their own, over Socket Mode, each with its local workspace. {measured} replies, one at a "
            "time, each in a channel that was quiet before, from when a person posts until the answer is in the "
            "thread.",
            tuple(waits),
        ),
        Section(
            "Start and memory",
            f"The same processes. A start is the median of {starts}, on a database that is up to date. Memory is the "
            f"resident set, with {reviews} reviews just opened and after {replies} replies.",
            tuple(rest),
        ),
    ]
