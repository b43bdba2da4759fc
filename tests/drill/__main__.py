"""`python -m tests.drill`: kill the bot over and over while people hold reviews, upgrade it, and say what was lost."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from tests.drill.former import fetch
from tests.drill.running import Plan, Report, drill, postgres, sqlite
from tests.former import NOT_TRIED

POSTGRES_REPLICAS = {"kills": 3, "upgrade": 2}
TITLES = {"kills": "Killed over and over", "upgrade": "Upgraded from the version before"}
UPGRADE = {"replies": 100, "reviews": 8, "batches": 2}
"""At most: it takes no longer to show whether an upgrade, which is made once, loses something."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--of", choices=("kills", "upgrade", "both"), default="both")
    parser.add_argument("--kills", type=int, default=50, help="on each database (default: %(default)s)")
    parser.add_argument("--replies", type=int, default=300, help="on each database, at least (default: %(default)s)")
    parser.add_argument("--reviews", type=int, default=22, help="on each database (default: %(default)s)")
    parser.add_argument("--batches", type=int, default=3, help="on each database (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="makes the same choices again (default: by the clock)")
    parser.add_argument("--logs", type=Path, help="keep what the bot logged in this folder")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)
    logging.basicConfig(level=logging.ERROR)
    seed = asked.seed if asked.seed is not None else int(time.time()) % 100_000
    plan = Plan(asked.kills, asked.replies, asked.reviews, asked.batches, seed=seed)
    print(f"The drill, with --seed {plan.seed}; this takes some minutes.", flush=True)
    databases = ("sqlite", "postgres") if asked.on == "both" else (asked.on,)
    trials = ("kills", "upgrade") if asked.of == "both" else (asked.of,)
    with tempfile.TemporaryDirectory(prefix="dealreview-before-") as before:
        results = [passed(of, databases, plan, asked.logs, Path(before)) for of in trials]
    return 0 if all(results) else 1


def passed(of: str, databases: Sequence[str], plan: Plan, logs: Path | None, before: Path) -> bool:
    """Try one thing on these databases, and print what came of it. An upgrade that cannot be tried is not passed."""
    print(f"\n{TITLES[of]}", flush=True)
    if of == "upgrade" and not fetch(before):
        print(NOT_TRIED, "(--of kills leaves it out)", flush=True)
        return False
    reports = {}
    for on in databases:
        reports[on] = run(of, on, plan, logs, before)
        print(table({on: reports[on]}), *evidence(reports[on]), sep="\n", flush=True)
    if len(reports) > 1:
        print(f"{TITLES[of]}\n{table(reports)}", flush=True)
    return all(report.passed for report in reports.values())


def run(of: str, on: str, plan: Plan, logs: Path | None, before: Path) -> Report:
    with tempfile.TemporaryDirectory(prefix="dealreview-drill-") as temporary:
        directory = logs.absolute() / of / on if logs else Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        if of == "upgrade":
            plan = replace(plan, **{name: min(most, getattr(plan, name)) for name, most in UPGRADE.items()})
        with sqlite(directory) if on == "sqlite" else postgres() as url:
            replicas = 1 if on == "sqlite" else POSTGRES_REPLICAS[of]
            return drill(url, replicas, plan, directory, before if of == "upgrade" else None)


def table(reports: dict[str, Report]) -> str:
    """One line for each figure, one column for each database."""
    names = list(dict.fromkeys(name for report in reports.values() for name in report.row))
    head = f"{'':24}" + "".join(f"{on:>10}" for on in reports)
    lines = [
        f"{name:24}" + "".join(f"{report.row.get(name, '–'):>10}" for report in reports.values()) for name in names
    ]
    return "\n".join([head, *lines])


def evidence(report: Report) -> list[str]:
    kinds = ", ".join(f"{many} {kind}" for kind, many in sorted(report.kinds.items()))
    return [f"(ended: {kinds})", *report.verdict.evidence, *report.trouble]


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Leave by the way of every `with`, so that no process is left behind."""
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
