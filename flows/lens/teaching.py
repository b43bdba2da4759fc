"""A workspace's own lens: lines like those that people corrected are read as they said.

The corrections of lines like the one that is read vote for what people said of those, each by as much as the two lines
are alike, and the label that leads gains on the network's scores by as much as it leads. Nothing is trained, and the
network stays as it is: a workspace's corrections are handed to each reading of that workspace, and to no other.

So corrections cannot break a lens. Those at odds with each other cancel out, those of unlike lines have no say, and
many of hardly like lines do not outvote a few of very like ones, since only the nearest are asked.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from flows.lens.network import STORIES, Floats, Network
from flows.lens.reading import EMPTY_WORDS, WORD, Correction

ALIKE = 0.5
"""How alike two lines are from which on one says something about the other; the same line is 1 or more.

Measured on 45 lines about eleven things ("The demo went really well", "They liked our demo") and 700 of the corpus: two
lines about one thing have 0.56 in the middle; two lines of one story in the corpus 0.03, and 1 in 170 more than 0.5.
Three or four corrections turned two thirds of the other lines about the same thing, none of 450 about the ten others,
and 1 in 240 of the corpus; 200 corrections of any lines about us, all of them hostile, turned 1 in 4 of the other lines
about us, since the corpus says the plainest things about us many times.
"""
WORDS_COUNT = 0.6
"""What having the same words adds to being about the same thing: without, 1 of those 45 lines was turned, not 30."""
SILENT = EMPTY_WORDS.union(map(str.lower, (*calendar.day_name, *calendar.month_name)))
"""Words that do not tell what a line is about: "see you on Monday" is not like "sent the quote on Monday"."""
STEM = 5
"""Letters by which a word is known."""
NEAREST = 10
"""Corrections that have a say about one line."""
REACH = 14.0
"""The most that a score can gain. The network's own lie within 5 of each other, so that one correction turns a line
that says the same, and a few must agree to turn one that says something like it."""
KEPT = 4096
"""Corrected lines that are remembered: to look at one takes some milliseconds."""

PLAIN = {
    "customer": (
        "They lose two days a month to it.", "Her team works weekends.", "The board decides in May.",
        "Their plant stood still for a week.", "He wants to be out of paper by summer.", "Patients wait four hours.",
        "A fine of 90k came in March.", "Their IT fears the switch.",
    ),
    "us": (
        "We sent the offer.", "We close this month.", "The demo went well.", "Our price is fine.",
        "I push for a commit.", "We are ahead of the competition.", "They love our product.", "Pipeline says 120k.",
    ),
    "gap": (
        "I don't know who decides.", "No idea what it costs.", "We have not asked yet.", "Not clear when.",
        "Nobody told me why.", "I never met the boss.", "Still open.", "Have to find out.",
    ),
    "other": (
        "Thanks all.", "Notes below.", "See you on Monday.", "Sorry for the delay.", "Hi everyone.", "More tomorrow.",
        "As discussed.", "Typed on my phone.",
    ),
}  # fmt: skip
"""Lines of each story about many things: what sets them apart is the story."""


def shift(network: Network, lines: Sequence[str], vectors: Floats, taught: Sequence[Correction]) -> Floats:
    """Return what corrections add to the scores of lines with these vectors, story by story."""
    said = np.array([[story == each.label for story in STORIES] for each in taught], np.float32)
    votes = likeness(network, lines, vectors, taught) @ said
    lead = np.maximum(0, votes - np.sort(votes, axis=1)[:, -2:-1])  # over the runner-up: of one label at most
    gained: Floats = REACH * lead / (1 + votes.sum(axis=1, keepdims=True))
    return gained


def likeness(network: Network, lines: Sequence[str], vectors: Floats, taught: Sequence[Correction]) -> Floats:
    """Return how much each correction (columns) says about each line (rows): 0 for nothing, 1 for the same line."""
    corrected = [_corrected(network, each.line) for each in taught]
    about = _direction(network, vectors) @ np.stack([each.direction for each in corrected]).T
    shared = [[_shared(words, each.words) for each in corrected] for words in map(_words, lines)]
    alike = about + WORDS_COUNT * np.array(shared, np.float32).reshape(about.shape)
    weights: Floats = np.clip((alike - ALIKE) / (1 - ALIKE), 0, 1)
    least = np.sort(weights, axis=1)[:, -NEAREST:][:, :1]
    nearest: Floats = np.where(weights >= least, weights, 0)
    return nearest


def _words(line: str) -> frozenset[str]:
    """The beginnings of the words of a line that say something: the forms of a word begin alike."""
    return frozenset(word[:STEM] for word in WORD.findall(line.lower()) if word not in SILENT)


def _shared(some: frozenset[str], others: frozenset[str]) -> float:
    """The part of their words that two lines have in common (a cosine)."""
    return len(some & others) / math.sqrt(max(1, len(some) * len(others)))


class _Corrected(NamedTuple):
    """What a corrected line is about, read by itself, and its words."""

    direction: Floats
    words: frozenset[str]


@lru_cache(KEPT)
def _corrected(network: Network, line: str) -> _Corrected:
    return _Corrected(_direction(network, network.look(line, [0]).vectors)[0], _words(line))


def _direction(network: Network, vectors: Floats) -> Floats:
    """What lines are about: vectors of length 1, from the middle of all lines, without what tells the stories apart.

    With it, all lines of one story would look alike, and a correction of one of them would turn the others too.
    """
    apart = _apart(network)
    seen = vectors - network.card.centre
    about = seen - seen @ apart.T @ apart
    directions: Floats = about / np.maximum(1e-6, np.linalg.norm(about, axis=1, keepdims=True))
    return directions


@lru_cache(1)
def _apart(network: Network) -> Floats:
    """The directions (rows, at right angles) in which the stories lie apart."""
    middles = np.stack([_middle(network, PLAIN[story]) for story in STORIES])
    directions: Floats = np.linalg.svd(middles - middles.mean(axis=0), full_matrices=False)[2][:-1]
    return directions


def _middle(network: Network, lines: Sequence[str]) -> Floats:
    middle: Floats = np.mean([network.look(line, [0]).vectors[0] for line in lines], axis=0)
    return middle
