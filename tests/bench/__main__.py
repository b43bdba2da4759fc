"""`python -m tests.bench`: measure the bot beside a bare Bolt app, print the ratios, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
from dataclasses import dataclass
from types import FrameType

from tests.bench.databases import databases
from tests.bench.growth import growth
from tests.bench.living import living
from tests.bench.pipeline import pipeline
from tests.bench.report import Section, page, printed
from tests.bench.stub import ROOT
from tests.bench.throughput import throughput

PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Plan:
    """How much of everything. `rounds`, `reviews` and `each` (replies in a review) belong to the throughput."""

    rounds: int = 2
    reviews: int = 40
    each: int = 3
    starts: int = 3
    rooms: int = 25
    replies: int = 200
    measured: int = 60
    small: int = 1_000
    large: int = 100_000
    turns: int = 12
    ticks: int = 2
    due: int = 100


QUICK = Plan(
    rounds=1,
    reviews=8,
    each=2,
    starts=1,
    rooms=5,
    replies=10,
    measured=4,
    small=50,
    large=500,
    turns=3,
    ticks=1,
    due=10,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything, and no page is written")
    quick = parser.parse_args().quick
    signal.signal(signal.SIGTERM, _leave)
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)  # its advice is for apps that serve
    print("The benchmark; this takes half a minute." if quick else "The benchmark; this takes minutes.", flush=True)
    began = time.monotonic()
    sections, postgres = measure(QUICK if quick else Plan())
    took = time.monotonic() - began
    if not quick:
        PAGE.write_text(page(sections, postgres, took), encoding="utf-8")
    print(f"\nMeasured in {took:.0f} s.")
    return 0


def measure(plan: Plan) -> tuple[list[Section], str]:
    """Every section, each printed as soon as it is measured, and which Postgres it was."""
    sections: list[Section] = []

    def keep(*new: Section) -> None:
        sections.extend(new)
        print(printed(new), flush=True)

    with databases() as fresh:
        keep(throughput(fresh, plan.rounds, plan.reviews, plan.each))
        keep(*living(fresh, plan.starts, plan.rooms, plan.replies, plan.measured))
        keep(growth(fresh, plan.small, plan.large, plan.turns, plan.ticks, plan.due))
        keep(pipeline(fresh, plan.small, plan.large))
        return sections, fresh.postgres_version


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Leave by the way of every `with`, so that no process is left behind."""
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
