"""The pictures of the README, and the words that were in them when they were taken: docs/pictures.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
KEPT = DOCS / "pictures.json"


def keep(words: Mapping[str, Sequence[str]]) -> None:
    KEPT.write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def kept() -> dict[str, list[str]]:
    """What can be read in each picture, by its name."""
    words: dict[str, list[str]] = json.loads(KEPT.read_text(encoding="utf-8"))
    return words
