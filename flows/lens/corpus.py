"""The labelled answers the lens learns from, and others like them: one file, one author."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from flows.lens.chain import STORIES
from flows.lens.reading import Label, Reading, Span
from flows.lens.segments import Piece, cut

FOLDER = Path(__file__).with_name("corpus")


@dataclass(frozen=True)
class Labelled:
    """An answer with the true story of each word: `truth` has (code point where the word starts, story or None)."""

    key: str
    author: str
    question: str
    text: str
    truth: tuple[tuple[int, str | None], ...]
    pieces: tuple[Piece, ...]

    def stories(self) -> list[int]:
        """Return the story (index in STORIES) of most words of each piece, -1 where nobody says."""
        found = []
        for piece in self.pieces:
            votes = Counter(story for at, story in self.truth if piece.start <= at < piece.end)
            story = votes.most_common(1)[0][0]
            found.append(-1 if story is None else STORIES.index(story))
        return found

    def reading(self) -> Reading:
        """Return the reading of somebody who is always right; where nobody says, it is unclear."""
        spans = []
        for story, run in groupby(self.truth, key=itemgetter(1)):
            starts = [at for at, _ in run]
            end = starts[-1] + len(self.text[starts[-1] :].split(maxsplit=1)[0])
            spans.append(Span(starts[0], end, Label(story or Label.UNCLEAR), 1.0))
        return Reading(tuple(spans), self.text)


def load_file(path: Path) -> list[Labelled]:
    """Read a JSONL file of `{"id", "question", "spans": [{"text", "label"}]}`; other labels than STORIES count not."""
    answers = []
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        text = " ".join(span["text"] for span in item["spans"])
        truth: list[tuple[int, str | None]] = []
        offset = 0
        for span in item["spans"]:
            story = span["label"] if span["label"] in STORIES else None
            at = offset
            for word in span["text"].split():
                at = text.index(word, at)
                truth.append((at, story))
                at += len(word)
            offset += len(span["text"]) + 1
        answers.append(Labelled(item["id"], path.stem, item["question"], text, tuple(truth), tuple(cut(text))))
    return answers


def load_corpus() -> list[Labelled]:
    """Return every answer of the corpus, authors in order of name."""
    return [answer for path in sorted(FOLDER.glob("*.jsonl")) for answer in load_file(path)]
