"""Reads one answer: cuts it, asks the model, joins what belongs together, and keeps silent when not sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from threading import Lock

from flows.lens.chain import STORIES, Chain, breaks, load
from flows.lens.features import describe, tokens
from flows.lens.reading import Label, Reading, Span
from flows.lens.segments import Piece, cut

MODEL = Path(__file__).with_name("model.json.gz")
KNOWN_WORDS = 0.3  # a piece of which fewer words than this were ever learned is in another language, or code
_LOADING = Lock()


@cache
def _load() -> Chain:
    return load(MODEL)


def shipped() -> Chain:
    """Return the model of this package, loaded at first use (by one thread) and kept."""
    with _LOADING:
        return _load()


def read(question: str, text: str) -> Reading:
    """Say whose story each sentence, or clause, of `text` tells as an answer to `question` (a playbook key).

    Any string is read, whatever is in it; an unknown `question` only takes away a hint. Offsets are code points of
    `text` as given. Safe to call from many threads.
    """
    return read_with(shipped(), question, text)


def read_with(chain: Chain, question: str, text: str) -> Reading:
    """Read with a given model (training measures candidates with this)."""
    pieces = cut(text)
    chances = chain.probabilities(describe(question, text, pieces), breaks(pieces))
    return Reading(spans(chain, text, pieces, chances), text)


def spans(chain: Chain, text: str, pieces: Sequence[Piece], chances: Sequence[Sequence[float]]) -> tuple[Span, ...]:
    """Join the clauses of one sentence that tell one story; be UNCLEAR below the threshold or among strange words."""
    best = [max(range(len(STORIES)), key=row.__getitem__) for row in chances]
    found: list[Span] = []
    for (_, story), run in groupby(range(len(pieces)), key=lambda i: (pieces[i].sentence, best[i])):
        group = list(run)
        start, end = pieces[group[0]].start, pieces[group[-1]].end
        sizes = [pieces[i].end - pieces[i].start for i in group]
        sure = sum(size * chances[i][story] for size, i in zip(sizes, group, strict=True)) / sum(sizes)
        doubt = sure < chain.threshold or _strange(chain, text[start:end])
        found.append(Span(start, end, Label.UNCLEAR if doubt else Label(STORIES[story]), round(sure, 4)))
    return tuple(found)


def _strange(chain: Chain, text: str) -> bool:
    words = [word for word in tokens(text) if re.match(r"[^\W\d_]", word)]
    known = sum(f"w {word}" in chain.weights for word in words)
    return known < KNOWN_WORDS * len(words) or not re.search(r"\w", text)
