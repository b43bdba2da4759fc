"""`dealreview lens`: one JSON line out for each one in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from flows.lens.command import run


def answers(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(lines)]


def test_an_answer_gives_its_spans_under_its_id() -> None:
    (found,) = answers([json.dumps({"id": "a", "question": "opening", "text": "We close on Friday."})])
    assert found["id"] == "a"
    (span,) = found["spans"]
    assert (span["start"], span["end"], span["label"]) == (0, 19, "us")


def test_offsets_are_code_points_also_beyond_the_basic_plane() -> None:
    text = "🎉 Thanks all.\nWe close on Friday."
    (found,) = answers([json.dumps({"id": 1, "question": "opening", "text": text})])
    last = found["spans"][-1]
    assert text[last["start"] : last["end"]] == "We close on Friday."


def test_a_bad_line_says_what_is_wrong_and_the_rest_go_on() -> None:
    nameless, textless = '{"question": "opening", "text": "x"}', '{"id": "b", "question": "opening"}'
    good = '{"id": "c", "question": "opening", "text": ""}'
    found = answers(["not json", "[]", textless, nameless, "  ", "[" * 100_000, good])
    assert [item["id"] for item in found] == [None, None, "b", None, None, "c"]
    assert [str(item.get("error", "")).endswith(".") for item in found] == [True] * 5 + [False]
    assert found[-1]["spans"] == []


def test_the_module_reads_standard_input_and_survives_bytes_that_are_not_utf8() -> None:
    good = json.dumps({"id": "d", "question": "opening", "text": "Grüße 🎉"}, ensure_ascii=False).encode()
    done = subprocess.run(
        [sys.executable, "-m", "flows.lens"], input=b"\xff\xfe\n" + good + b"\n", capture_output=True, check=True
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert "error" in first
    assert second["spans"][-1]["end"] == 7
