"""The model at work: a linear chain over the pieces of an answer, in plain Python."""

from __future__ import annotations

import base64
import gzip
import json
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from flows.lens.segments import Piece

STORIES = ("customer", "us", "gap", "other")  # the order of every row of weights
BREAKS = 4  # ways one piece follows another; see `breaks`
Row = Sequence[float]


def breaks(pieces: Sequence[Piece]) -> list[int]:
    """Say how each piece follows the one before: 0 it is the first, 1 same sentence, 2 same line, 3 new line."""
    kinds = [0] * min(1, len(pieces))
    for before, after in pairwise(pieces):
        kinds.append(1 if before.sentence == after.sentence else 2 if before.line == after.line else 3)
    return kinds


def _log_sum(values: Row) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))


@dataclass(frozen=True)
class Chain:
    """Learned weights.

    `weights[feature]` scores the four STORIES; `bias` and `start` add to every and to the first piece;
    `turns[break][before][after]` scores one story following another. `temperature` divides all scores so that a
    probability means what it says; a reading less sure than `threshold` is not given.
    """

    weights: Mapping[str, Row]
    bias: Row
    start: Row
    turns: Sequence[Sequence[Row]]
    temperature: float
    threshold: float

    def probabilities(self, described: Sequence[Mapping[str, float]], follows: Sequence[int]) -> list[list[float]]:
        """Return, for each piece, the probability of each of STORIES given the whole answer."""
        if not described:
            return []
        scores = [self._score(features) for features in described]
        scores[0] = [a + b / self.temperature for a, b in zip(scores[0], self.start, strict=True)]
        turns = [[[w / self.temperature for w in row] for row in kind] for kind in self.turns]
        ahead = [scores[0]]
        for score, kind in zip(scores[1:], follows[1:], strict=True):
            ahead.append(
                [
                    score[b] + _log_sum([past + turns[kind][a][b] for a, past in enumerate(ahead[-1])])
                    for b in range(len(STORIES))
                ]
            )
        back = [[0.0] * len(STORIES)]
        for score, kind in zip(reversed(scores[1:]), reversed(follows[1:]), strict=True):
            later = [s + r for s, r in zip(score, back[-1], strict=True)]
            back.append([_log_sum([t + x for t, x in zip(row, later, strict=True)]) for row in turns[kind]])
        total = _log_sum(ahead[-1])
        return [
            [math.exp(a + b - total) for a, b in zip(left, right, strict=True)]
            for left, right in zip(ahead, reversed(back), strict=True)
        ]

    def _score(self, features: Mapping[str, float]) -> list[float]:
        total = list(self.bias)
        for name, value in features.items():
            if row := self.weights.get(name):
                for story, weight in enumerate(row):
                    total[story] += value * weight
        return [value / self.temperature for value in total]


def save(chain: Chain, path: Path) -> None:
    """Write `chain`, its weights rounded to 255 steps; the same chain gives the same bytes."""
    names = sorted(chain.weights)
    step = max(abs(weight) for row in chain.weights.values() for weight in row) / 127
    steps = array("b", (round(weight / step) for name in names for weight in chain.weights[name]))
    record = {
        "temperature": chain.temperature,
        "threshold": chain.threshold,
        "step": step,
        "bias": list(chain.bias),
        "start": list(chain.start),
        "turns": [[list(row) for row in k] for k in chain.turns],
        "names": "\n".join(names),
        "weights": base64.b64encode(steps.tobytes()).decode("ascii"),
    }
    packed = gzip.compress(json.dumps(record, ensure_ascii=False).encode(), mtime=0)
    path.write_bytes(packed)


def load(path: Path) -> Chain:
    """Read what `save` wrote. Raise OSError if the file is missing or damaged."""
    record = json.loads(gzip.decompress(path.read_bytes()))
    steps = array("b", base64.b64decode(record["weights"]))
    values = [value * record["step"] for value in steps]
    rows = zip(*[iter(values)] * len(STORIES), strict=True)
    return Chain(
        weights=dict(zip(record["names"].split("\n"), rows, strict=True)),
        bias=record["bias"],
        start=record["start"],
        turns=record["turns"],
        temperature=record["temperature"],
        threshold=record["threshold"],
    )
