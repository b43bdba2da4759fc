"""Which texts may tell of an event at all: a quick look before `flows.events` reads closely, which takes long."""

from __future__ import annotations

import re
from functools import lru_cache

from flows.events import EVENTS, KINDS, Suggestion, suggested

REMEMBERED = 10_000
"""Lines of one call, which its manager and its reps read."""

COMMON = frozenset(
    """
    a an the their its our us it this that they she he you in on to of by from for with at as up over until till into
    and or is are was were be been being has have had just now also not no all out more do does don't doesn't got get
    gets went goes go going want wants need needs day word last next early late mid one two three four six it's
    """.split()  # noqa: SIM905 (words read better as a paragraph)
)


@lru_cache(maxsize=REMEMBERED)
def event_in(question: str, text: str) -> Suggestion | None:
    """What a line about the customer tells of that may change another answer, as `flows.events.suggested` has it."""
    return next(iter(suggested(question, [text])), None) if may_tell(text) else None


def may_tell(text: str) -> bool:
    """Whether a text has any of the words without which no event is told."""
    words = set(re.findall(r"[a-z][a-z'-]*", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold()))
    return not _MARKS.isdisjoint(words) or _STEMS.search(text.casefold()) is not None or " IT " in f" {text} "


def _literals(written: str) -> set[str]:
    return {word for word in re.split(r"[\s,/]+", written) if re.fullmatch(r"[a-z][a-z'*.-]*", word)}


def _marks() -> tuple[frozenset[str], re.Pattern[str]]:
    """The words that events are told in, but for those in everyone's mouth, people's offices and times; and stems."""
    everyday = COMMON | _literals(KINDS["<time>"]) | _literals(KINDS["<when>"]) | _literals(KINDS["<who>"])
    kinds = [KINDS[kind] for kind in ("<gone>", "<moved>", "<office>")]
    found = {word.rstrip(".") for _, written in EVENTS for word in _literals(written)}
    found |= {word.rstrip(".") for written in kinds for word in _literals(written)}
    stems = sorted(word.rstrip("*") for word in found if word.endswith("*"))
    plain = frozenset(word for word in found if not word.endswith("*")) - everyday | {"new"}
    return plain, re.compile(rf"\b(?:{'|'.join(map(re.escape, stems))})")


_MARKS, _STEMS = _marks()
