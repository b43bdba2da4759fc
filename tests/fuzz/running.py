"""Sends requests to a bot that runs, and watches what they leave behind."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import unquote_plus

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import inspect, select, text

from bot.http import http_app
from sandbox.people import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, TEAM_ID
from storage.database import Database
from storage.models import Base
from storage.tenancy import EVERYWHERE, at_work_for
from tests.conftest import Room, open_room, served
from tests.fuzz.recording import MARK, Recorded, Recorder, unheard
from tests.fuzz.requests import Sent, again, encoded, huge, mutated, refused, sweep

AT_ONCE = 10
PATIENCE = 30.0
"""In seconds: a bot that takes longer hangs."""
DELIBERATE = 503
"""Slack is asked to send an event again."""
OF_THE_DOOR = frozenset({"admission"})
"""Tables in which the door remembers what it has let in."""
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, "/response/", MARK)

log = logging.getLogger(__name__)

Rows = dict[str, tuple[int, str]]


@dataclass
class Findings:
    """What came of it. `answers` are counted by group and status; what ought to be empty is a list; `unheard` are
    listeners to whom nothing was sent."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    unwell: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    apologies: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def count(self) -> int:
        return self.answers.total()

    @property
    def passed(self) -> bool:
        return not (self.unwell or self.stored or self.leaked or self.unheard)

    def lines(self) -> Iterator[str]:
        """The report, as one prints it."""
        statuses = sorted({status for _, status in self.answers})
        yield f"{'':14}" + "".join(f"{status:>9}" for status in statuses)
        for group in dict.fromkeys(group for group, _ in sorted(self.answers)):
            yield f"{group:14}" + "".join(f"{self.answers[group, status]:>9}" for status in statuses)
        pace = self.count / max(self.seconds, 0.001)
        yield f"{self.count} requests in {self.seconds:.0f} seconds, {pace:.0f} a second"
        for what, many in self.apologies.most_common(12):
            yield f"apologised {many} times: {what}"
        ill = {"UNWELL": self.unwell, "STORED": self.stored, "LEAKED": self.leaked, "NOT TRIED": self.unheard}
        for title, found in ill.items():
            for each in found[:10]:
                yield f"{title} {each}"
        yield "passed" if self.passed else "did not pass"


class Watch(logging.Handler):
    """Looks through everything that is logged, for secrets and for people's words."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self._findings = findings

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if found := [secret for secret in SECRETS if secret in line]:
            self._findings.leaked.append(f"{found} in {line[-600:]}")
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            trace = error.__traceback__
            while trace and trace.tb_next and "/bot/" in trace.tb_next.tb_frame.f_code.co_filename:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
            self._findings.apologies[f"{type(error).__name__} {str(error)[:60]!r} {where}"] += 1


@contextmanager
def watching(findings: Findings) -> Iterator[None]:
    """All that our own code logs, and of others what `dealreview serve` would show."""
    root, watch = logging.getLogger(), Watch(findings)
    ours = [logging.getLogger(name) for name in ("bot", "flows", "storage")]
    before = [(logger, logger.level) for logger in (root, *ours)]
    root.setLevel(logging.INFO)
    for logger in ours:
        logger.setLevel(logging.DEBUG)
    root.addHandler(watch)
    try:
        yield
    finally:
        root.removeHandler(watch)
        for logger, level in before:
            logger.setLevel(level)


class Fuzz:
    """A bot, its address, and what came of what was sent there."""

    def __init__(self, room: Room, address: str, findings: Findings) -> None:
        self._room = room
        self._address = address
        self.findings = findings

    async def send(self, session: ClientSession, sent: Sent) -> None:
        try:
            async with session.request(
                sent.method, self._address + sent.path, data=BytesIO(sent.body), headers=sent.headers()
            ) as answer:
                told = await answer.text()
        except (ClientError, TimeoutError) as error:
            self.findings.unwell.append(f"no answer ({error!r}) to {_shown(sent)}")
            return
        self.findings.answers[sent.group, answer.status] += 1
        if answer.status >= 500 and answer.status != DELIBERATE:
            self.findings.unwell.append(f"{answer.status} to {_shown(sent)}")
        if "Traceback" in told or any(secret in told for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET)):
            self.findings.leaked.append(f"{told[:300]!r} answers {_shown(sent)}")

    def send_all(self, requests: Iterable[Sent]) -> None:
        """Send these, some at once."""
        asyncio.run(self._send_all(requests))

    async def _send_all(self, requests: Iterable[Sent]) -> None:
        async with _session() as session:
            waiting = iter(requests)

            async def work() -> None:
                for sent in waiting:
                    await self.send(session, sent)

            await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    def send_made(self, strategy: SearchStrategy[Sent], many: int, chance: int) -> None:
        """Send as many as asked for of what hypothesis makes."""
        loop = asyncio.new_event_loop()
        session = loop.run_until_complete(_opened())

        @seed(chance)
        @settings(
            max_examples=max(1, -(-many // AT_ONCE)),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(strategy, min_size=AT_ONCE, max_size=AT_ONCE))
        def batch(requests: list[Sent]) -> None:
            loop.run_until_complete(asyncio.wait([loop.create_task(self.send(session, each)) for each in requests]))

        try:
            batch()
        finally:
            loop.run_until_complete(session.close())
            loop.close()

    @contextmanager
    def nothing_stored(self, group: str) -> Iterator[None]:
        """What happens meanwhile changes no row."""
        self._come_to_rest(group)
        before = rows(self._room.bot.database)
        yield
        self._come_to_rest(group)
        after = rows(self._room.bot.database)
        self.findings.stored += [
            f"{group}: {table} had {before[table][0]} rows, has {after[table][0]}, and is not as it was"
            for table in before
            if before[table] != after[table]
        ]

    def _come_to_rest(self, group: str) -> None:
        """Whatever was let in, the bot gets done with it."""
        try:
            self._room.settle()
        except TimeoutError:
            database, works = self._room.bot.database, self._room.bot.engine._works
            with at_work_for(EVERYWHERE), database.transaction() as session:
                busy = [work.name for work, _ in works if work.is_anything_left(session)]
            self.findings.unwell.append(f"{group}: it does not come to rest, for it has to {', '.join(busy)}")

    def look_for_strangers(self) -> None:
        """No row names another workspace, and the bot is well."""
        with at_work_for(EVERYWHERE), self._room.bot.database.transaction() as session:
            for table in Base.metadata.sorted_tables:
                if "team" in table.columns:
                    teams = set(session.scalars(select(table.c.team).distinct())) - {TEAM_ID, ""}
                    self.findings.stored += [f"{table.name} has rows of {team!r}" for team in teams]
        if not self._room.bot.database.reachable():
            self.findings.unwell.append("the database is not reachable any more")


def fuzz(url: str, many: int, chance: int, weeks: bool = True) -> Findings:
    """Send `many` requests to a bot on an empty database; the same `chance` makes the same ones again.

    Without `weeks`, what people are sent by themselves is made up rather than waited for.
    """
    findings = Findings()
    with open_room(url, "http") as room:
        recorded = Recorder(room).record(weeks)
        findings.unheard = unheard(room, recorded)
        with served(http_app(room.bot, room.settings.signing_secret)) as address, watching(findings):
            began = time.monotonic()
            _run(Fuzz(room, address, findings), recorded, many, chance)
            findings.seconds = time.monotonic() - began
    return findings


def _run(run: Fuzz, recorded: list[Recorded], many: int, chance: int) -> None:
    """Half of it is what nobody may get in with, half what Slack has signed and never made."""
    with run.nothing_stored("refused"):
        run.send_made(refused(recorded), many // 2, chance)
        run.send_all([huge()] * min(50, max(1, many // 1000)))
    fields = list(sweep(recorded))
    random.Random(chance).shuffle(fields)  # noqa: S311 - it rehearses, it keeps no secret
    run.send_all(change.sent() for change in fields[: many * 3 // 10])
    left = many - run.findings.count
    replays = [(sent, sent.headers()) for sent in _genuine(recorded)]
    run.send_all([again(sent, headers) for sent, headers in replays])
    with run.nothing_stored("replayed"):
        run.send_all([again(sent, headers) for sent, headers in replays] * 2)
    run.send_made(mutated(recorded), left - 3 * len(replays), chance)
    run.look_for_strangers()


def _genuine(recorded: Sequence[Recorded]) -> list[Sent]:
    return [Sent("genuine", *encoded(each, each.body)) for each in recorded]


def rows(database: Database) -> Rows:
    """How many rows each table has, and a digest of all that is in them."""
    found: Rows = {}
    with at_work_for(EVERYWHERE), database.engine.connect() as connection:
        for table in sorted(set(inspect(connection).get_table_names()) - OF_THE_DOOR):
            lines = sorted(map(repr, connection.execute(text(f'SELECT * FROM "{table}"'))))  # noqa: S608
            found[table] = (len(lines), hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest())
    return found


def _session() -> ClientSession:
    return ClientSession(connector=TCPConnector(limit=AT_ONCE), timeout=ClientTimeout(total=PATIENCE))


async def _opened() -> ClientSession:
    return _session()


def _shown(sent: Sent) -> str:
    body = unquote_plus(sent.body[:1500].decode("utf-8", "replace"))
    return f"{sent.group} {sent.method} {sent.content_type} {dict(sent.extra)} {body}"
