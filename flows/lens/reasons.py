"""Why the lens read a line as it did, in terms a person can check: which words spoke for it, and who taught it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flows.lens.network import STORIES, Floats, Indices, shipped
from flows.lens.reader import is_foreign, is_strange, softmax
from flows.lens.reading import EMPTY_WORDS, WORD, Correction, Label, Span
from flows.lens.teaching import likeness, shift

MOST_WORDS = 3
FEWEST_POINTS = 0.1  # a word counts that is worth as much in log odds; less is noise
CANDIDATES = 24  # words of one line that are tried: each costs two readings
BEFORE, AFTER = 24, 120  # tokens around the beginning of a line that are read: those readings are to be short


@dataclass(frozen=True)
class Reason:
    """Why a line was read as it was.

    `words` are those that speak for it, in the order of the line; none when no word stands out, or when this lens would
    not have read it so. `torn` are the two labels it could not decide between, None when it was sure. `taught` counts
    the corrections of lines like it that say what it was read as, and `strange` says that the lens knows too few of the
    words to say anything.
    """

    words: tuple[str, ...]
    torn: tuple[Label, Label] | None
    taught: int
    strange: bool


def reason(text: str, span: Span, taught: Sequence[Correction] = ()) -> Reason:
    """Say why the line at `span` of `text` was read as it was, when these corrections were known.

    Each word is tried twice: how much surer is the lens with it than without, in the whole line and with no other word
    that says something? The second counts as well, since in a line full of signs none of them is missed. It takes a
    tenth of a second.
    """
    network, line = shipped(), text[span.start : span.end]
    if is_strange(network.card, line) or is_foreign(network.card, text):
        return Reason((), None, 0, True)
    ids, offsets = network.tokens(text)
    begin = max(0, int(np.searchsorted(offsets, span.start, side="right")) - 1)
    end = int(np.searchsorted(offsets, span.end))
    near = slice(max(0, begin - BEFORE), min(end + BEFORE, begin + AFTER))
    inside = slice(begin - near.start, end - near.start)
    ids, offsets = ids[near], offsets[near]
    words = _candidates(text, span.start, min(span.end, int(offsets[-1]) + 1) if len(offsets) else span.end)
    scores, about = _tried(ids, offsets, inside, words)
    said = 0
    if taught:
        says_so = [each.label == span.label for each in taught]
        said = int((likeness(network, [line], about, taught)[0, says_so] > 0).sum())
        scores = scores + shift(network, [line], about, taught)
    chances = softmax(scores / network.card.temperature)
    first, second = (Label(STORIES[n]) for n in chances[0].argsort()[::-1][:2])
    if span.label is Label.UNCLEAR:
        return Reason((), (first, second), said, False)
    spoken = _loudest(chances[:, STORIES.index(span.label)], words) if span.label is first else ()
    return Reason(spoken, None, said, False)


def _tried(ids: Indices, offsets: Indices, inside: slice, words: Sequence[re.Match[str]]) -> tuple[Floats, Floats]:
    """The scores of the line `inside` these tokens: as it is, no `words`, without each, only each; and its vector."""
    network = shipped()
    held = np.array([(offsets >= word.start()) & (offsets < word.end()) for word in words], bool).reshape(-1, len(ids))
    every = held.any(axis=0)
    masks = [np.zeros_like(every), every, *held, *(every & ~each for each in held)]
    seen = list(network.run([np.where(mask, network.mask, ids) for mask in masks]))
    scores = np.stack([each.scores[inside].mean(axis=0) for each in seen])
    return scores, seen[0].vectors[inside].mean(axis=0, keepdims=True)


def _loudest(chances: Floats, words: Sequence[re.Match[str]]) -> tuple[str, ...]:
    """The words that do most for the chances of a label; `chances` are in the order of `_tried`."""
    odds = np.log(chances / (1 - chances))
    without, alone = odds[2 : 2 + len(words)], odds[2 + len(words) :]
    points = (odds[0] - without + alone - odds[1]) / 2
    best = sorted(n for n in points.argsort()[::-1][:MOST_WORDS] if points[n] >= FEWEST_POINTS)
    return tuple(words[n].group() for n in best)


def _candidates(text: str, start: int, end: int) -> list[re.Match[str]]:
    """The words of a part of a text that say something, evenly chosen where there are too many."""
    words = [word for word in WORD.finditer(text, start, end) if word.group().lower() not in EMPTY_WORDS]
    return words[:: 1 + len(words) // CANDIDATES]
