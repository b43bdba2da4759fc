"""Reads one answer: cuts it, asks the network, joins what belongs together, and keeps silent when not sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from flows.lens.network import STORIES, Card, Floats, Network, shipped
from flows.lens.reading import EMPTY_WORDS, Correction, Label, Reading, Span
from flows.lens.segments import Piece, cut
from flows.lens.teaching import shift

KNOWN_WORDS = 0.3  # a piece of which fewer words than this were ever learned is in another language, or code
ENGLISH = 0.7  # a text of which fewer words than this were ever learned, names left out, is in another language …
HOLDS_TOGETHER = 0.3  # … unless so many of its words are those that hold English together
ELSEWHERE = frozenset("a all also am an as do has he in me my no so still us was will".split())  # noqa: SIM905
"""Such words that are words of other languages, too."""
BARE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def read(question: str, text: str, taught: Sequence[Correction] = ()) -> Reading:
    """Say whose story each sentence, or clause, of `text` tells as an answer to `question` (a playbook key).

    Any string is read, whatever is in it. `taught` are corrections that people of the workspace made; lines like
    theirs are read as they said. Offsets are code points of `text` as given. Safe to call from many threads.

    The network reads the words alone: `question` is for lenses that can use it, since people answer beside the
    question and the network read real notes worse when it was told what had been asked.
    """
    return read_with(shipped(), text, taught)


def read_with(network: Network, text: str, taught: Sequence[Correction] = ()) -> Reading:
    """Read with a given network (training measures candidates with this)."""
    pieces = cut(text)
    seen = network.look(text, [piece.start for piece in pieces])
    scores = seen.scores
    if taught:
        lines = [text[piece.start : piece.end] for piece in pieces]
        scores = scores + shift(network, lines, seen.vectors, taught)
    foreign = is_foreign(network.card, text)
    if foreign:
        scores = np.zeros_like(scores)  # nor is it to be cut where the network changes its mind
    found = spans(network.card, scores, text, pieces)
    return Reading(tuple(replace(each, label=Label.UNCLEAR) for each in found) if foreign else found, text, foreign)


def spans(card: Card, scores: Floats, text: str, pieces: Sequence[Piece]) -> tuple[Span, ...]:
    """Join the clauses of one sentence that tell one story; be UNCLEAR below the threshold or among strange words."""
    chances = softmax(scores / card.temperature)
    best = chances.argmax(axis=1)
    found: list[Span] = []
    for (_, story), run in groupby(range(len(pieces)), key=lambda n: (pieces[n].sentence, best[n])):
        group = list(run)
        start, end = pieces[group[0]].start, pieces[group[-1]].end
        sizes = [pieces[n].end - pieces[n].start for n in group]
        sure = float(np.average(chances[group, story], weights=sizes))
        doubt = sure < card.threshold or is_strange(card, text[start:end])
        found.append(Span(start, end, Label.UNCLEAR if doubt else Label(STORIES[story]), round(sure, 4)))
    return tuple(found)


def softmax(scores: Floats) -> Floats:
    """Turn each row of scores into chances that add up to 1."""
    raised: Floats = np.exp(scores - scores.max(axis=1, keepdims=True, initial=0))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances


def is_strange(card: Card, text: str) -> bool:
    """Whether too few words of a text were ever learned, as in another language or code."""
    words = BARE.findall(text.lower())
    known = sum(word in card.known for word in words)
    return known < KNOWN_WORDS * len(words) or not re.search(r"\w", text)


def is_foreign(card: Card, text: str) -> bool:
    """Whether a text is in a language that the network was not trained on, of which it may be sure and wrong.

    Names are in no language: words with a capital that were never learned do not count. One word is too few to tell.
    """
    words = BARE.findall(text)
    counted = [word.lower() for word in words if word.lower() in card.known or not word[0].isupper()]
    known = sum(word in card.known for word in counted)
    english = sum(word in EMPTY_WORDS - ELSEWHERE for word in counted)
    return len(words) > 1 and known < ENGLISH * len(counted) and english < HOLDS_TOGETHER * len(counted)
