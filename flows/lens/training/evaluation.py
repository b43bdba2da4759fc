"""Measures a lens word by word, so that no way of cutting is favoured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.lens.corpus import Labelled
from flows.lens.network import STORIES
from flows.lens.reading import Label, Reading


@dataclass
class Tally:
    """Counts of words by (true story, label given); a word in no span counts as unclear."""

    cells: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, answer: Labelled, reading: Reading) -> None:
        """Count the words of one answer; those whose truth is disputed (None) are left out."""
        spans = iter(reading.spans)
        span = next(spans, None)
        for word in answer.truth:
            while span and span.end <= word.start:
                span = next(spans, None)
            if word.story:
                self.cells[word.story, span.label if span and span.start <= word.start else Label.UNCLEAR] += 1

    def _words(self, true: Iterable[str] = STORIES, given: Iterable[str] = STORIES) -> int:
        wanted = list(given)
        return sum(self.cells[t, g] for t in true for g in wanted)

    @property
    def total(self) -> int:
        """All words counted."""
        return sum(self.cells.values())

    @property
    def committed(self) -> float:
        """The part of the words that got a story and not `unclear`."""
        return self._words() / max(1, self.total)

    @property
    def accuracy(self) -> float:
        """The part of all words given the true story; `unclear` is wrong."""
        return sum(self.cells[s, s] for s in STORIES) / max(1, self.total)

    @property
    def accuracy_when_committed(self) -> float:
        """The part of the words given a story that got the true one."""
        return self.accuracy / max(1e-9, self.committed)

    @property
    def swapped(self) -> float:
        """Of words that are and were called `customer` or `us`, the part called the other one."""
        sides = STORIES[:2]
        return 1 - sum(self.cells[s, s] for s in sides) / max(1, self._words(sides, sides))

    def f1(self, story: str) -> float:
        """Harmonic mean of precision and recall for one story."""
        met = self._words([story], [*STORIES, Label.UNCLEAR]) + self._words(given=[story])
        return 2 * self.cells[story, story] / max(1, met)

    @property
    def macro_f1(self) -> float:
        """Mean of `f1` over the four stories."""
        return sum(map(self.f1, STORIES)) / len(STORIES)


def tally(readings: Iterable[tuple[Labelled, Reading]]) -> Tally:
    """Count the words of many answers together."""
    counted = Tally()
    for answer, reading in readings:
        counted.add(answer, reading)
    return counted
