"""What the lens returns: spans of a text, each labelled with whose story it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

WORD = re.compile(r"\w+(?:['’]\w+)*")
US_SHARE = 0.6
MIN_CONTENT = 3
VAGUE_WORDS = 8
# Words that by themselves tell nobody anything.
EMPTY_WORDS = frozenset(
    """
    a an the this that these those there here it its it's they they're them their he she him her we we're us our i i'm
    me my you your is are was were be been being am do does did done have has had will would can could should may might
    must need needs want wants get gets got going go goes gone went make makes and or but so if as at by for from in
    into of on to with about up out over than then too very really quite just still also not no yes yeah yep nope ok
    okay fine good great nice well all always same usual more less better some any much many lot lots thing things
    stuff something nothing everything right now sure maybe know what who how why when where which
    """.split()  # noqa: SIM905 (words read better as a paragraph)
)
# A number, a quotation, a name inside a sentence (or an acronym), or somebody's role.
SPECIFIC = re.compile(
    r"\d|[\"“”«»]|(?<=[\w,;] )[A-Z]\w+|\b[A-Z]{2,}\b|\b(?:director|manager|head|chief|owner|chair|board|team|committee|"
    r"president|buyer|controller|officer|engineers?|nurses?|drivers?|planners?|operators?|procurement|finance|legal|"
    r"monday|tuesday|wednesday|thursday|friday|january|february|march|april|june|july|august|september|october|"
    r"november|december)\b"
)


class Label(StrEnum):
    """Whose story a span tells (the wire value is what `dealreview lens` prints)."""

    CUSTOMER = "customer"
    US = "us"
    GAP = "gap"
    OTHER = "other"
    UNCLEAR = "unclear"


class Leaning(StrEnum):
    """What an answer amounts to as a whole; the bot chooses its probe by this."""

    ABOUT_US = "about_us"
    ABOUT_CUSTOMER = "about_customer"
    NOT_KNOWN = "not_known"
    EMPTY = "empty"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Span:
    """A quotable line of the text: code points `start` to `end` (half-open), and how sure the lens is (0 to 1)."""

    start: int
    end: int
    label: Label
    confidence: float


@dataclass(frozen=True)
class Reading:
    """The spans of one text, in order, not overlapping, covering every character that is not space.

    Of a text that `is_foreign`, in a language that the lens does not read, nothing is told.
    """

    spans: tuple[Span, ...]
    text: str
    is_foreign: bool = False

    def lines(self, label: Label) -> Iterator[str]:
        """Yield the text of each span with `label`, in order: what the bot may quote."""
        return (self.text[span.start : span.end] for span in self.spans if span.label is label)

    def words(self, label: Label) -> int:
        """Count the words in spans with `label`."""
        return sum(len(WORD.findall(line)) for line in self.lines(label))

    @property
    def leaning(self) -> Leaning:
        """What the answer amounts to; a rule for choosing a probe, in this order:

        0. UNCLEAR: it is in a language that the lens does not read.
        1. NOT_KNOWN: more than half of the words that tell a story or a gap are `gap`.
        2. EMPTY: outside `other`, fewer than MIN_CONTENT words say anything ("ok", "same as always", "it hurts them").
        3. UNCLEAR: more words are unclear than are `customer`, `us` and `gap` together.
        4. ABOUT_US: of the words that are `customer` or `us`, at least US_SHARE are `us`.
        5. EMPTY: a vague customer story, of at most VAGUE_WORDS words with no number, name, date, role or quotation.
        6. ABOUT_CUSTOMER: what is left.
        """
        if self.is_foreign:
            return Leaning.UNCLEAR
        customer, us, gap, unclear = map(self.words, (Label.CUSTOMER, Label.US, Label.GAP, Label.UNCLEAR))
        if 2 * gap > customer + us + gap:
            return Leaning.NOT_KNOWN
        said = " ".join(self.text[s.start : s.end] for s in self.spans if s.label is not Label.OTHER)
        if len([word for word in WORD.findall(said.lower()) if word not in EMPTY_WORDS]) < MIN_CONTENT:
            return Leaning.EMPTY
        if unclear > customer + us + gap:
            return Leaning.UNCLEAR
        if us >= US_SHARE * (customer + us):
            return Leaning.ABOUT_US
        vague = len(WORD.findall(said)) <= VAGUE_WORDS and not SPECIFIC.search(said)
        return Leaning.EMPTY if vague else Leaning.ABOUT_CUSTOMER


@dataclass(frozen=True)
class Correction:
    """A person's word on whose story a line tells (never UNCLEAR): what a workspace's own lens learns from."""

    line: str
    label: Label


class Lens(Protocol):
    """Anything that reads an answer to a question; the shipped one is `flows.lens.read`.

    `taught` are the corrections made in the workspace that the answer comes from, in any order.
    """

    def __call__(self, question: str, text: str, taught: Sequence[Correction] = (), /) -> Reading: ...
