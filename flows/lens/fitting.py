"""Learns the weights of a chain from labelled answers: a linear-chain conditional random field, by L-BFGS."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from flows.lens.chain import BREAKS, STORIES, Chain, breaks
from flows.lens.corpus import Labelled
from flows.lens.features import describe

RIDGE = 4e-6  # penalty on the weights of features, and
RIDGE_TURNS = 1e-3  # on those of turns; both chosen on left-out authors
MIN_AUTHORS, MIN_PIECES = 2, 3  # a feature that one author alone uses teaches that author's voice
ROUNDS = 150
WIDE = len(STORIES)
Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Features = Sequence[Sequence[dict[str, float]]]


def describe_all(answers: Sequence[Labelled]) -> Features:
    """Return the features of every piece of every answer."""
    return [describe(answer.question, answer.text, answer.pieces) for answer in answers]


def vocabulary(answers: Sequence[Labelled], features: Features) -> dict[str, int]:
    """Number the features that enough authors and pieces share."""
    authors: defaultdict[str, set[str]] = defaultdict(set)
    pieces: Counter[str] = Counter()
    for answer, described in zip(answers, features, strict=True):
        for piece in described:
            pieces.update(piece.keys())
            for name in piece:
                authors[name].add(answer.author)
    kept = (name for name in sorted(pieces) if pieces[name] >= MIN_PIECES and len(authors[name]) >= MIN_AUTHORS)
    return {name: number for number, name in enumerate(kept)}


class _Batch:
    """Answers as rectangles: answer by position, short ones padded."""

    def __init__(self, answers: Sequence[Labelled], features: Features, numbers: dict[str, int]) -> None:
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for piece in (piece for described in features for piece in described):
            for name in piece.keys() & numbers.keys():
                columns.append(numbers[name])
                values.append(piece[name])
            ends.append(len(columns))
        self.rows = csr_matrix((values, columns, ends), shape=(len(ends) - 1, len(numbers)))
        self.rows.sort_indices()  # sets have no order; sums of floats do
        self.columns = self.rows.T.tocsr()
        self.lengths: Whole = np.array([len(described) for described in features])
        longest = int(self.lengths.max())
        self.real = np.arange(longest) < self.lengths[:, None]
        self.kinds: Whole = np.zeros((len(answers), longest), dtype=np.int64)
        self.truth: Array = np.zeros((len(answers), longest, WIDE))
        for at, answer in enumerate(answers):
            self.kinds[at, : self.lengths[at]] = breaks(answer.pieces)
            for position, story in enumerate(answer.stories()):
                self.truth[at, position, story] = 1.0

    def loss(self, flat: Array) -> tuple[float, Array]:
        """Return the mean negative log likelihood of a piece, with penalties, and its slope."""
        weights, turns, bias, start = _unflatten(flat)
        pieces = float(self.lengths.sum())
        scores = np.zeros(self.truth.shape)
        scores[self.real] = self.rows @ weights + bias
        ahead, back = self._messages(scores, turns, start)
        total = logsumexp(ahead[:, -1], axis=1)
        wrong = np.where(self.real[:, :, None], np.exp(ahead + back - total[:, None, None]) - self.truth, 0.0)
        right = (scores * self.truth).sum() + (start * self.truth[:, 0]).sum()
        turns_slope = np.zeros_like(turns)
        for at in range(1, int(self.lengths.max())):
            live = at < self.lengths
            kinds = self.kinds[live, at]
            later = scores[live, at] + back[live, at]
            chance = np.exp(
                ahead[live, at - 1][:, :, None] + turns[kinds] + later[:, None, :] - total[live][:, None, None]
            )
            true = self.truth[live, at - 1][:, :, None] * self.truth[live, at][:, None, :]
            right += (true * turns[kinds]).sum()
            np.add.at(turns_slope, kinds, chance - true)
        flat_wrong = wrong[self.real]
        slope = np.concatenate(
            [
                (self.columns @ flat_wrong / pieces + RIDGE * weights).ravel(),
                (turns_slope / pieces + RIDGE_TURNS * turns).ravel(),
                flat_wrong.sum(axis=0) / pieces,
                wrong[:, 0].sum(axis=0) / pieces + RIDGE_TURNS * start,
            ]
        )
        penalty = RIDGE * (weights**2).sum() + RIDGE_TURNS * ((turns**2).sum() + (start**2).sum())
        return float((total.sum() - right) / pieces + penalty / 2), slope

    def _messages(self, scores: Array, turns: Array, start: Array) -> tuple[Array, Array]:
        ahead, back = np.empty_like(scores), np.zeros_like(scores)
        ahead[:, 0] = scores[:, 0] + start
        longest = int(self.lengths.max())
        for at in range(1, longest):
            here = logsumexp(ahead[:, at - 1][:, :, None] + turns[self.kinds[:, at]], axis=1) + scores[:, at]
            ahead[:, at] = np.where((at < self.lengths)[:, None], here, ahead[:, at - 1])
        for at in range(longest - 1, 0, -1):
            later = (scores[:, at] + back[:, at])[:, None, :]
            here = logsumexp(turns[self.kinds[:, at]] + later, axis=2)
            back[:, at - 1] = np.where((at < self.lengths)[:, None], here, 0.0)
        return ahead, back


def _unflatten(flat: Array) -> tuple[Array, Array, Array, Array]:
    tail = BREAKS * WIDE * WIDE + 2 * WIDE
    weights, rest = flat[:-tail].reshape(-1, WIDE), flat[-tail:]
    return weights, rest[: -2 * WIDE].reshape(BREAKS, WIDE, WIDE), rest[-2 * WIDE : -WIDE], rest[-WIDE:]


def fit(answers: Sequence[Labelled], features: Features) -> Chain:
    """Return the chain that explains `answers` best: temperature 1, threshold 0, the same for the same answers."""
    numbers = vocabulary(answers, features)
    batch = _Batch(answers, features, numbers)
    origin = np.zeros(len(numbers) * WIDE + BREAKS * WIDE * WIDE + 2 * WIDE)
    with threadpool_limits(1):  # how many threads share a sum changes its last digits, and so the model's bytes
        found = minimize(batch.loss, origin, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "ftol": 1e-6})
    weights, turns, bias, start = _unflatten(found.x)
    return Chain(
        weights=dict(zip(numbers, map(tuple, weights.tolist()), strict=True)),
        bias=bias.tolist(),
        start=start.tolist(),
        turns=turns.tolist(),
        temperature=1.0,
        threshold=0.0,
    )
