"""The model file in the package is the one the report measured, small, quick to load, and repeatable."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

from flows.lens.chain import load, save
from flows.lens.reader import MODEL

REPORT = MODEL.with_name("REPORT.md")


def test_the_report_is_about_this_model_file() -> None:
    packed = MODEL.read_bytes()
    assert hashlib.sha256(packed).hexdigest() in REPORT.read_text(encoding="utf-8")
    assert len(packed) < 2_000_000


def test_the_report_names_the_threshold_the_model_uses() -> None:
    chain = load(MODEL)
    report = REPORT.read_text(encoding="utf-8")
    assert f"temperature {chain.temperature}, threshold {chain.threshold}" in report


def test_the_model_loads_in_under_a_third_of_a_second() -> None:
    spent = []
    for _ in range(3):  # the best of three: a busy machine is not the model's fault
        begun = time.perf_counter()
        load(MODEL)
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.3


def test_a_saved_model_is_the_same_model(tmp_path: Path) -> None:
    chain = load(MODEL)
    save(chain, tmp_path / "one")
    save(load(tmp_path / "one"), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    again = load(tmp_path / "two")
    assert again.weights.keys() == chain.weights.keys()
    assert (again.turns, again.threshold) == (chain.turns, chain.threshold)


def test_reading_needs_nothing_but_the_standard_library() -> None:
    ask = "import sys; from flows.lens import read; read('opening', 'hi'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, text=True)  # noqa: S603
    assert not {"numpy", "scipy", "sklearn"} & set(done.stdout.split())
