"""`python -m tests.drill`: kill the bot over and over while people hold reviews, and print what was lost or doubled."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from tests.drill.running import Plan, Report, drill, postgres, sqlite

POSTGRES_REPLICAS = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgres", "both"), default="both")
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
    reports = {}
    for on in ("sqlite", "postgres") if asked.on == "both" else (asked.on,):
        reports[on] = run(on, plan, asked.logs)
        print(table({on: reports[on]}), *evidence(reports[on]), sep="\n", flush=True)
    if len(reports) > 1:
        print(table(reports))
    return 0 if all(report.passed for report in reports.values()) else 1


def run(on: str, plan: Plan, logs: Path | None) -> Report:
    with tempfile.TemporaryDirectory(prefix="dealreview-drill-") as temporary:
        directory = logs.absolute() / on if logs else Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        if on == "sqlite":
            with sqlite(directory) as url:
                return drill(url, 1, plan, directory)
        with postgres() as url:
            return drill(url, POSTGRES_REPLICAS, plan, directory)


def table(reports: dict[str, Report]) -> str:
    """One line for each figure, one column for each database."""
    names = list(next(iter(reports.values())).row)
    head = f"{'':24}" + "".join(f"{on:>10}" for on in reports)
    lines = [f"{name:24}" + "".join(f"{report.row[name]:>10}" for report in reports.values()) for name in names]
    return "\n".join([head, *lines])


def evidence(report: Report) -> list[str]:
    kinds = ", ".join(f"{many} {kind}" for kind, many in sorted(report.kinds.items()))
    return [f"(killed: {kinds})", *report.verdict.evidence, *report.trouble]


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Leave by the way of every `with`, so that no process is left behind."""
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
