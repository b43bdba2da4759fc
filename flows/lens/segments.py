"""Cuts a text into sentences, and sentences into clauses: the pieces the lens labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# What may stand before a full stop without ending a sentence.
ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|mdm|dr|prof|st|sr|jr|nr|vs|approx|incl|excl|esp|dept|eng|inc|ltd|co|est|min|max|ca|"
    r"e\.g|i\.e|a\.m|p\.m|u\.s|u\.k)|(?:^|\s)[A-Z])\.$",
    re.IGNORECASE,
)
# A sentence ends at its mark (and the quotes and brackets that close on it), or an emoji, when space follows.
SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)(?=\s)|[。！？]+")
LETTER = re.compile(r"[^\W\d_]")
# A clause may begin after these; a contrast or a consequence is where a sentence changes its story. Notes part what
# they heard from what they did with a comma alone ("Budget confirmed, sending the quote"), so each comma counts.
CLAUSE_START = re.compile(
    r"(?<=[,;])\s+(?=\S)"
    r"|\s+(?=[-–—]+\s)"
    r"|(?<=—)(?=\w)"
    r"|\s+[|·•]\s+"
    r"|(?<=[)\"'”’])\s+(?=(?:and|so|but|which|though|although|while|whereas|yet|or|because|since|hence|then|who|"
    r"plus|still|we|we're|i|i'm|our|they|they're|their|she|he)\b)"
    r"|\s+(?=(?:but|so|though|although|whereas|because|which|hence|if (?:we|i)|"
    r"and (?:we|i|i'm|we're|our|they|their|she|he|no))\b)",
    re.IGNORECASE,
)
MIN_CLAUSE_WORDS = 2  # a shorter fragment says too little to be told apart from its neighbour


class Piece(NamedTuple):
    """Code points `start` to `end` of the text; `sentence` numbers the sentence it belongs to."""

    start: int
    end: int
    sentence: int
    line: int


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one line, without the space around them."""
    begin = start
    for mark in SENTENCE_END.finditer(text, start, end):
        if ABBREVIATION.search(text[max(begin, mark.end() - 8) : mark.end()]):
            continue
        if not LETTER.search(text, begin, mark.end()):  # "2." or a bullet that is an emoji belongs to what follows
            continue
        yield begin, mark.end()
        begin = mark.end()
    yield begin, end


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for cut in CLAUSE_START.finditer(text, start, end):
        before, after = text[begin : cut.start()], text[cut.end() : min(end, cut.end() + 80)]
        if min(len(before.split()), len(after.split())) >= MIN_CLAUSE_WORDS:
            yield begin, cut.end()
            begin = cut.end()
    yield begin, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def cut(text: str) -> list[Piece]:
    """Return the pieces of `text` in order; together they hold every character that is not space."""
    pieces: list[Piece] = []
    sentence = at = 0
    for line, row in enumerate(text.splitlines(keepends=True)):
        for begin, end in _sentences(text, at, at + len(row)):
            for piece in _clauses(text, *_trimmed(text, begin, end)):
                trimmed = _trimmed(text, *piece)
                if trimmed[0] < trimmed[1]:
                    pieces.append(Piece(*trimmed, sentence, line))
            sentence += 1
        at += len(row)
    return pieces
