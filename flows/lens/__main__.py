"""`python -m flows.lens`: JSONL answers on standard input, JSONL readings on standard output."""

import sys

from flows.lens.command import run

if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in run(sys.stdin):
        print(line, flush=True)
