"""The network in the package is the one the report measured, small, quick to load, and needs no training library."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from flows.lens.network import FOLDER, OVERLAP, WINDOW, Network, shipped
from flows.lens.training.report import REPORT, digest
from tests.conftest import quickest


def test_the_report_is_about_this_network() -> None:
    report = REPORT.read_text(encoding="utf-8")
    assert digest() in report
    assert f"temperature {shipped().card.temperature}, threshold {shipped().card.threshold}" in report


def test_the_network_fits_into_a_repository() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 25_000_000


def test_the_network_does_not_tell_where_it_was_made() -> None:
    assert b"site-packages" not in (FOLDER / "lens.onnx").read_bytes()


def test_the_network_loads_in_under_a_second() -> None:
    assert quickest(lambda: Network(FOLDER)) < 1


def test_nothing_is_loaded_before_the_first_reading_and_no_training_library_ever() -> None:
    ask = (
        "import sys; from flows.lens import network, read; print(network._load.cache_info().currsize);"
        "read('opening', 'hi'); print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, text=True)  # noqa: S603
    loaded, modules = done.stdout.splitlines()
    assert loaded == "0"
    assert not {"torch", "transformers", "onnx", "scipy", "sklearn"} & set(modules.split())


def test_a_long_text_is_read_in_windows_and_every_token_once() -> None:
    network = shipped()
    for length in (WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW - OVERLAP, 2 * WINDOW - OVERLAP + 1, 3 * WINDOW):
        ids, _ = network.tokens("word " * length)
        seen = network._windowed(ids)
        assert len(ids) == len(seen.scores) == len(seen.vectors) == length


def test_the_end_of_a_long_text_reads_as_it_would_near_the_beginning() -> None:
    network = shipped()
    before = "Their depot loses a truckload a week to spoilage and the drivers wait for the papers. "
    line = "We sent the revised quote and hope to close it this month."
    near, far = (
        network.look(text, [0, len(text) - len(line)]).scores[1] for text in (before * 2 + line, before * 120 + line)
    )
    assert near.argmax() == far.argmax()
    assert np.abs(near - far).max() < 1.5


def test_texts_read_together_read_as_they_do_alone() -> None:
    network = shipped()
    rows = [
        network.tokens(text)[0] for text in ("Board meets on the 14th.", "We close on Friday, for 40k, and they know.")
    ]
    together, alone = list(network.run(rows)), [next(network.run([row])) for row in rows]
    for one, other in zip(together, alone, strict=True):
        assert one.scores.argmax(axis=1).tolist() == other.scores.argmax(axis=1).tolist()
