"""The network that reads: a small transformer that gives every token of a text its chances of telling each story.

It runs in this process on the CPU (onnxruntime), and nothing that it reads leaves the process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

FOLDER = Path(__file__).with_name("model")
STORIES = ("customer", "us", "gap", "other")
WINDOW = 254  # tokens read at once, without the two that mark the ends
OVERLAP = 64  # tokens that two neighbouring windows share, so that none is read without its surroundings
AT_ONCE = 4  # windows in one run: bounds the memory that a long answer takes
SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character: no tokenizer takes it
_LOADING = Lock()

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Card:
    """What goes with the weights. Both figures were chosen on authors whom the measured network had never seen.

    `temperature` divides the scores, so that a confidence means what it says; below the confidence `threshold` the
    lens is silent. `known` are the words of the corpus, in lower case, and `centre` is the mean of its vectors.
    """

    temperature: float
    threshold: float
    known: frozenset[str]
    centre: Floats


class Seen(NamedTuple):
    """What the network makes of pieces of a text: for each its scores, by story, and a vector of what it is about."""

    scores: Floats
    vectors: Floats


class Network:
    """A trained network, read from a folder. Many threads may use one."""

    def __init__(self, folder: Path) -> None:
        """Load it. Raises `OSError`, or an error of onnxruntime's, if the folder does not hold a network."""
        self.card = _read_card(folder / "card.json")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._begin, self.mask, self._end = self._tokenizer.encode("[MASK]").ids
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # answers are short: they run side by side
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "lens.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def look(self, text: str, starts: Sequence[int]) -> Seen:
        """Read a text of any length; it is in pieces that start at the code points `starts` (ascending).

        Emoji and the like are passed over. A piece in which nothing is legible has scores and a vector of zeros.
        """
        ids, offsets = self.tokens(text)
        legible = ids != self._unknown
        ids, offsets = ids[legible], offsets[legible]
        scores, vectors = self._windowed(ids)
        owners = np.maximum(0, np.searchsorted(starts, offsets, side="right") - 1)
        return Seen(_mean(scores, owners, len(starts)), _mean(vectors, owners, len(starts)))

    def tokens(self, text: str) -> tuple[Indices, Indices]:
        """Return the ids of a text's tokens, and the code point where each starts."""
        encoded = self._tokenizer.encode(SURROGATE.sub("\ufffd", text), add_special_tokens=False)
        return np.array(encoded.ids, np.int64), np.array(encoded.offsets, np.int64).reshape(-1, 2)[:, 0]

    def run(self, rows: Sequence[Indices]) -> Iterator[Seen]:
        """Yield what the network makes of each token of each row of at most WINDOW token ids."""
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            ids, mask = np.zeros((2, len(some), max(map(len, some)) + 2), np.int64)
            for row, own, there in zip(some, ids, mask, strict=True):
                own[: len(row) + 2] = (self._begin, *row, self._end)
                there[: len(row) + 2] = 1
            for row, *seen in zip(some, *self._session.run(None, {"ids": ids, "mask": mask}), strict=True):
                scores, vectors = (values[1 : len(row) + 1] for values in seen)
                yield Seen(scores, vectors)

    def _windowed(self, ids: Indices) -> Seen:
        """What the network makes of each token, read in the window in which it stands nearest to the middle."""
        if len(ids) <= WINDOW:
            return next(self.run([ids]))
        starts = range(0, len(ids) - OVERLAP, WINDOW - OVERLAP)
        windows = list(self.run([ids[start : start + WINDOW] for start in starts]))
        margin, last = OVERLAP // 2, len(windows) - 1
        kept = [slice(margin if n else 0, -margin if n < last else None) for n in range(len(windows))]
        scores, vectors = zip(*((s[keep], v[keep]) for (s, v), keep in zip(windows, kept, strict=True)), strict=True)
        return Seen(np.concatenate(scores), np.concatenate(vectors))


def _mean(values: Floats, owners: Indices, count: int) -> Floats:
    """The mean of the rows that belong to each owner from 0 to `count`."""
    belongs = (owners == np.arange(count)[:, None]).astype(np.float32)
    means: Floats = (belongs @ values) / np.maximum(1, belongs.sum(axis=1, keepdims=True))
    return means


def _read_card(file: Path) -> Card:
    written = json.loads(file.read_text(encoding="utf-8"))
    known, centre = frozenset(written["known"].split()), np.array(written["centre"], np.float32)
    return Card(written["temperature"], written["threshold"], known, centre)


@cache
def _load() -> Network:
    return Network(FOLDER)


def shipped() -> Network:
    """Return the network of this package, loaded at its first use (by one thread) and kept."""
    with _LOADING:
        return _load()
