"""`python -m tests.fuzz`: send a running bot what nobody should, and print what came of it."""

from __future__ import annotations

import argparse
import sys
import time

from tests.databases import folder
from tests.fuzz.running import fuzz


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="how many, at least (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="makes the same choices again (default: by the clock)")
    asked = parser.parse_args()
    chance = asked.seed if asked.seed is not None else int(time.time()) % 100_000
    print(f"Fuzzing, with --seed {chance}; this takes some minutes.", flush=True)
    with folder() as place:
        findings = fuzz(f"sqlite:///{place}/dealreview.db", asked.requests, chance)
    print(*findings.lines(), sep="\n")
    return 0 if findings.passed else 1


if __name__ == "__main__":
    sys.exit(main())
