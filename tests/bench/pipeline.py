"""`python -m tests.bench.pipeline URL PATH`: imports a pipeline file, twice, and exports the deals, in its own process.

The time of each and the most memory the process ever had are told; the section compares few deals with many.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from slack_sdk import WebClient

from bot.deals_command import Slack, _bot
from bot.pipeline import exporting
from bot.pipeline.exporting import Format
from bot.pipeline.importing import Importer, Request
from bot.pipeline.owners import Nobody
from bot.pipeline.rejects import Rejects
from bot.pipeline.sheet import survey
from flows import utterances as say
from flows.pipeline_values import Order
from storage import exports
from storage.database import Database
from storage.tenancy import at_work_for
from tests.bench.databases import KINDS, Databases
from tests.bench.report import Row, Section, at_least, at_most
from tests.bench.stub import ROOT, TEAM

AIM_OF_SPEED = 0.5
AIM_OF_MEMORY = 1.2
MEMORY = "memory"
STAGES = ("Prospecting", "Value Proposition", "Proposal/Price Quote", "Negotiation/Review")
BAD_SHARE = 50
"""Every so many rows have an amount that cannot be read."""


def pipeline(databases: Databases, small: int, large: int) -> Section:
    """A file of many rows beside one of few, each imported into a database of its own, again, and exported."""
    rows = tuple(row for kind in KINDS for row in _on(kind, databases, small, large))
    return Section(
        "A pipeline in and out",
        f"A is a CSV of {large:,} rows, B one of {small:,}, with the columns of a Salesforce report; every "
        f"{BAD_SHARE}th row is rejected and written down with its reason. A process of its own imports each into an "
        "empty database, imports it again, where everything is as it was, and then exports all deals as CSV. Memory is "
        "the most the process ever had, its start included.",
        rows,
    )


def _on(kind: str, databases: Databases, small: int, large: int) -> list[Row]:
    measured = []
    with tempfile.TemporaryDirectory(prefix="dealreview-bench-") as folder:
        for count in (large, small):
            place = Path(folder) / str(count)
            place.mkdir()
            _write(place / "pipeline.csv", count)
            measured.append(_run(databases.fresh(kind), place))
    a, b = measured
    speeds = [at_least(f"{kind}, {what}", "rows/s", a[what], b[what], AIM_OF_SPEED) for what in WORK]
    return [*speeds, at_most(f"{kind}, peak memory of all three", "MB", a[MEMORY], b[MEMORY], AIM_OF_MEMORY)]


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("Opportunity Name,Account Name,Stage,Fiscal Period,Amount Currency,Amount,Close Date,Type\n")
        for n in range(count):
            amount = "to be told" if n % BAD_SHARE == 0 else f'"{n * 37 % 900_000:,}.00"'
            day = f"{1 + n % 12:02}/{1 + n % 28:02}/2026"
            file.write(f"Customer {n} - New Business,Customer {n},{STAGES[n % 4]},Q4-2026,EUR,{amount},{day},New\n")


def _run(url: str, place: Path) -> dict[str, float]:
    command = (sys.executable, "-m", "tests.bench.pipeline", url, str(place))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    url, folder = sys.argv[1:]
    database = Database(url)
    database.upgrade()
    told = {}
    with at_work_for(TEAM):
        for what, work in WORK.items():
            began = time.perf_counter()
            count = work(database, Path(folder))
            told[what] = count / (time.perf_counter() - began)
    database.close()
    # Linux tells kilobytes, macOS bytes.
    told[MEMORY] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    print(json.dumps(told))


def _import(database: Database, folder: Path) -> int:
    bot = _bot(database, Slack(WebClient(None), ""))
    sheet = survey(folder / "pipeline.csv")
    asked = Request(TEAM, "", "U0", sheet.dates.order or Order.US, "bench")
    with Rejects(folder / "rejected.csv", sheet, lambda why: bot.speaker.sentence(TEAM, say.rejection(why))) as rejects:
        *_, report = Importer(database, bot.decisions).run(sheet, asked, Nobody(), rejects, write=True)
    return report.rows


def _export(database: Database, folder: Path) -> int:
    to = folder / "out"
    to.mkdir()
    return max(exporting.write(exports.export(database, exports.Choice()), Format.CSV, to, datetime.now(UTC)))


WORK: dict[str, Callable[[Database, Path], int]] = {"import": _import, "import again": _import, "export": _export}

if __name__ == "__main__":
    main()
