"""The bot as it is run: processes of `dealreview serve`, killed without warning and started again at once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import make_url

from bot.engine import Lane
from bot.outbox import Outbox
from sandbox.model import Message
from sandbox.people import TEAM_ID
from tests.drill.tempo import Tempo
from tests.drill.town import SLOW_SECONDS, Town

ROOT = Path(__file__).parent.parent.parent
PACE_SECONDS = "0.05"
LONGEST_LEAVING = 15.0
WHO_SPEAKS = """
    SELECT activity.application_name FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
    WHERE lock.locktype = 'advisory' AND lock.granted AND activity.datname = current_database()
    AND ((lock.classid::bigint << 32) | lock.objid::bigint) = hashtextextended(%s, 0)
"""


def command(*words: str) -> tuple[str, ...]:
    """`dealreview …`, of whichever version the environment names."""
    return (sys.executable, "-c", "from bot.cli import main; main()", *words)


@dataclass
class Replica:
    """One process, under a name by which the database knows it, too. `code` is the folder of the version it runs."""

    name: str
    settings: dict[str, str]
    directory: Path
    code: Path
    process: subprocess.Popen[bytes] | None = None

    def environment(self, code: Path) -> dict[str, str]:
        return {**self.settings, "PYTHONPATH": str(code)}

    def start(self) -> None:
        with (self.directory / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                command("serve"),
                env=self.environment(self.code),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def signal(self, number: int) -> None:
        if self.process:
            self.process.send_signal(number)

    def wait(self, seconds: float = LONGEST_LEAVING) -> int | None:
        return self.process.wait(seconds) if self.process else None

    @property
    def last_words(self) -> str:
        return (self.directory / f"{self.name}.log").read_text("utf-8", "replace")[-3000:]


class Replicas:
    """All processes on one database, at first of the version in `code`. None of them outlives the `with`."""

    def __init__(self, town: Town, database_url: str, many: int, directory: Path, code: Path = ROOT) -> None:
        self._url = database_url
        self._on_postgres = make_url(database_url).get_backend_name() == "postgresql"
        self.all = [
            Replica(name, self._settings(town, name), directory, code)
            for name in (f"replica-{number}" for number in range(1, many + 1))
        ]
        self.fell: list[str] = []
        self._lookout: psycopg.Connection | None = None
        self._over = False
        self._starting = threading.Lock()

    def _settings(self, town: Town, name: str) -> dict[str, str]:
        url = make_url(self._url)
        if self._on_postgres:
            url = url.update_query_dict({"application_name": name})
        given = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "DEALREVIEW_"))}
        return given | {
            "SLACK_BOT_TOKEN": town.bot_token,
            "SLACK_APP_TOKEN": town.app_token,
            "SLACK_API_URL": town.api_url,
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "DEALREVIEW_BURST_SECONDS": "0",
            "DEALREVIEW_PACE_SECONDS": PACE_SECONDS,
        }

    def __enter__(self) -> Self:
        if self._on_postgres:
            libpq = make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)
            self._lookout = psycopg.connect(libpq, autocommit=True)
        for replica in self.all:
            replica.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._starting:
            self._over = True
            for replica in self.all:
                replica.signal(signal.SIGKILL)
        for replica in self.all:
            replica.wait()
        if self._lookout:
            self._lookout.close()

    def speaks_in(self, channel: str) -> Replica | None:
        """The process that says what is said in a channel at this moment."""
        if self._lookout is None:
            return self.all[0]
        row = self._lookout.execute(WHO_SPEAKS, [f"{Outbox.name} {Lane(TEAM_ID, channel)}"]).fetchone()
        return next((replica for replica in self.all if row and replica.name == row[0]), None)

    def bury(self, killed: Replica) -> None:
        """See that a process ended because it was killed."""
        ended = killed.wait()
        if ended != -signal.SIGKILL:
            self.fell.append(f"{killed.name} ended by itself with {ended}: {killed.last_words}")

    def start(self, ended: Replica, code: Path) -> None:
        """Start a process where one has ended, of the version in `code`."""
        with self._starting:
            if not self._over:
                ended.code = code
                ended.start()

    def stop(self, *replicas: Replica) -> None:
        """End processes as an operator does, and see that they leave as they should."""
        for replica in replicas:
            replica.signal(signal.SIGTERM)
        for replica in replicas:
            try:
                code = replica.wait()
            except subprocess.TimeoutExpired:
                self.fell.append(f"{replica.name} did not leave when it was asked to: {replica.last_words}")
            else:
                if code:
                    self.fell.append(f"{replica.name} ended with {code}: {replica.last_words}")


class Killer(threading.Thread):
    """Kills, at moments chosen by a seed: just started, anywhere in its life, within a post, after it unrecorded."""

    def __init__(self, town: Town, replicas: Replicas, tempo: Tempo, seed: int) -> None:
        super().__init__(name="killer", daemon=True)
        self.kinds: Counter[str] = Counter()
        """How often it killed at which moment."""
        self._town = town
        self._replicas = replicas
        self._tempo = tempo
        self._random = random.Random(seed)  # noqa: S311 - it rehearses, it keeps no secret
        self._lock = threading.Lock()
        self._posts_to_come = 0
        self._hit: Replica | None = None
        self._fired = threading.Event()
        self._slow = threading.Event()

    @property
    def counts(self) -> dict[str, int]:
        return {"kills": self._tempo.kills}

    def missing(self, seconds: float) -> list[str]:
        """What did not come about in the time there was."""
        return self._tempo.missing("kills", seconds)

    def run(self) -> None:
        self._town.posted, self._town.temper.slowed = self._on_post, self._slow.set
        while self._tempo.before_kill():
            moment = self._random.choices(("start", "any", "posted", "posting"), (15, 35, 35, 15))[0]
            victim, moment = self._at_post() if moment == "posted" else (self._at_random(moment), moment)
            self._replicas.bury(victim)
            self._replicas.start(victim, victim.code)
            self.kinds[moment] += 1
            self._tempo.killed()
        self._town.posted, self._town.temper.slowed = lambda message: None, lambda: None

    def _at_random(self, moment: str) -> Replica:
        """Kill any process after a random time; of `posting`, while Slack takes its time over a post."""
        victim = self._random.choice(self._replicas.all)
        if moment != "start":
            self._wait_connected()
        if moment == "posting":
            self._slow.clear()
            self._town.fault("chat.postMessage", "slow", seconds=SLOW_SECONDS)
            self._slow.wait(3)
        time.sleep(self._random.uniform(0, {"start": 2.0, "any": 1.0, "posting": SLOW_SECONDS}[moment]))
        victim.signal(signal.SIGKILL)
        return victim

    def _at_post(self) -> tuple[Replica, str]:
        """Kill the process that posts at the moment when Slack has its post, but it does not know yet.

        Where nobody posts, any is killed; which of both came about is told.
        """
        self._wait_connected()
        self._fired.clear()
        with self._lock:
            self._hit, self._posts_to_come = None, self._random.randint(1, 4)
        self._fired.wait(4)
        with self._lock:
            self._posts_to_come = 0
        if self._hit is None:
            self._hit = self._random.choice(self._replicas.all)
            self._hit.signal(signal.SIGKILL)
            return self._hit, "any"
        return self._hit, "posted"

    def _on_post(self, message: Message) -> None:
        """Called while the post is in Slack and unanswered: the workspace waits for us."""
        with self._lock:
            if not self._posts_to_come:
                return
            self._posts_to_come -= 1
            if self._posts_to_come:
                return
            self._hit = self._replicas.speaks_in(message.channel)
            if self._hit:
                self._hit.signal(signal.SIGKILL)
        self._fired.set()

    def _wait_connected(self) -> None:
        with contextlib.suppress(TimeoutError):  # then it is killed in its sleep
            self._town.wait_connected(20)
