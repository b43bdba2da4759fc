"""The labelled answers the lens learns from, and others like them: one file, one author."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from flows.lens.network import STORIES
from flows.lens.reading import Label, Reading, Span

WORD = re.compile(r"\S+")
FOLDER = Path(__file__).with_name("corpus")
AFTER_LIFE = 23
"""Authors with this number and later ones wrote after published notes or in their manner; those before did not."""


class Line(NamedTuple):
    """A stretch of an answer and the story it tells; None where people disagree."""

    text: str
    story: str | None


class Truth(NamedTuple):
    """A word of an answer: the code points it spans, and the story it tells (None: people disagree)."""

    start: int
    end: int
    story: str | None


@dataclass(frozen=True)
class Labelled:
    """An answer as people read it."""

    key: str
    author: str
    question: str
    lines: tuple[Line, ...]

    @property
    def is_after_life(self) -> bool:
        """Whether it was written after notes that people published, or in their manner, rather than imagined."""
        return int(self.author[1:]) >= AFTER_LIFE

    @cached_property
    def text(self) -> str:
        """The answer as it was written: its lines, joined by one space."""
        return " ".join(line.text for line in self.lines)

    @cached_property
    def truth(self) -> tuple[Truth, ...]:
        """Every word of `text`, in order."""
        return tuple(truths(self.lines, " "))

    def reading(self) -> Reading:
        """Return the reading of somebody who is always right; where people disagree, it is unclear."""
        spans = []
        for story, run in groupby(self.truth, key=itemgetter(2)):
            words = list(run)
            spans.append(Span(words[0].start, words[-1].end, Label(story or Label.UNCLEAR), 1.0))
        return Reading(tuple(spans), self.text)


def truths(lines: Sequence[Line], joint: str) -> Iterator[Truth]:
    """Yield the words of lines that are joined by `joint`; a dash or a bullet of the joint is part of the next line."""
    at = 0
    for line in lines:
        for word in WORD.finditer((joint if at else "") + line.text):
            yield Truth(at + word.start(), at + word.end(), line.story)
        at += len((joint if at else "") + line.text)


def load_file(path: Path) -> list[Labelled]:
    """Read a JSONL file of `{"id", "question", "spans": [{"text", "label"}]}`; other labels than STORIES count not."""
    answers = []
    for row in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(row)
        lines = tuple(Line(span["text"], span["label"] if span["label"] in STORIES else None) for span in item["spans"])
        answers.append(Labelled(item["id"], path.stem, item["question"], lines))
    return answers


def load_corpus() -> list[Labelled]:
    """Return every answer of the corpus, authors in order of their names."""
    return [answer for path in sorted(FOLDER.glob("*.jsonl")) for answer in load_file(path)]
