"""What people do to a playbook before they save it: reword, move, switch off and on, add; and what will not do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from flows.playbook import (
    AFTERWARDS,
    DECISION_PATH,
    DESTINATION,
    NEXT_STEP,
    NINE,
    NO_ACTION,
    OPENING,
    OUR_HELP,
    PEOPLE,
    STRUGGLE,
    WHY_CHANGE,
    Ages,
    Playbook,
    Question,
)

ABOUT_THE_CUSTOMER = (WHY_CHANGE, NO_ACTION, DESTINATION, PEOPLE, DECISION_PATH, STRUGGLE, OUR_HELP)
"""What a review is for: why they must change, what happens if they don't, and so on to how we help."""

ENOUGH = 4
"""With fewer of those asked, a playbook is hardly about the customer any more."""

MOST_QUESTIONS = 20
"""A message in Slack has 50 blocks; a question takes two of them."""
MOST_ANGLES = 5
LONGEST_LABEL = 40
LONGEST_MATTER = 80
LONGEST_WORDS = 300
LONGEST_KEY = 40

PACES: dict[str, Ages] = {
    "slowly": (60, 45, 30, 21),
    "usually": (45, 30, 21, 14),
    "quickly": (30, 21, 14, 7),
    "at_once": (14, 10, 7, 3),
}
"""How fast an answer ages, by a word: rows of the product's table."""

ONLY_IN_NOT_KNOWN = re.compile(r"\{(?:struggle|could_ask)\}")
"""What may not be known when a question is asked."""

KEY = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class Why(StrEnum):
    """Why a text will not do."""

    EMPTY = "empty"
    LONG = "long"
    MANY = "many"  # more angles than there may be
    PLACE = "place"  # it waits for words that may not be there when it is asked
    SIGN = "sign"  # it has signs in it that nobody sees
    TAKEN = "taken"  # another playbook is called so


@dataclass(frozen=True)
class Wrong:
    """A field of a question that will not do; `most` is how long it may be, or how many there may be."""

    field: str
    why: Why
    most: int = 0


@dataclass(frozen=True)
class Changes:
    """What is another in a playbook than before: questions by their labels, and whether their order is."""

    added: tuple[str, ...]
    reworded: tuple[str, ...]
    switched_off: tuple[str, ...]
    switched_on: tuple[str, ...]
    is_moved: bool


def wrong_with(question: Question) -> tuple[Wrong, ...]:
    """What will not do about the words of a question, at most one thing for each field."""
    texts = {
        "label": (LONGEST_LABEL, question.label),
        "matter": (LONGEST_MATTER, question.matter),
        "ask": (LONGEST_WORDS, question.ask),
        "vague": (LONGEST_WORDS, question.vague),
        "could_ask": (LONGEST_WORDS, question.could_ask),
        "not_known": (LONGEST_WORDS, question.not_known),
    }
    found = [_look_at(name, words, most) for name, (most, words) in texts.items()]
    angles = [_look_at("angles", each, LONGEST_WORDS) for each in question.angles]
    if len(question.angles) > MOST_ANGLES:
        angles.insert(0, Wrong("angles", Why.MANY, MOST_ANGLES))
    return tuple(filter(None, (*found, next(filter(None, angles), None))))


def _look_at(field: str, words: str, most: int) -> Wrong | None:
    if not words and field in ("label", "ask", "angles"):
        return Wrong(field, Why.EMPTY)
    if len(words) > most:
        return Wrong(field, Why.LONG, most)
    if not words.isprintable():
        return Wrong(field, Why.SIGN)
    return Wrong(field, Why.PLACE) if field != "not_known" and ONLY_IN_NOT_KNOWN.search(words) else None


def reword(playbook: Playbook, question: Question) -> Playbook:
    """Put other words in the place of a question's; its key, and whether it is asked, stay."""
    same = (replace(question, is_on=each.is_on) if each.key == question.key else each for each in playbook.questions)
    return replace(playbook, questions=tuple(same))


def move(playbook: Playbook, key: str, by: int) -> Playbook:
    """Move a question by so many places, where there are so many. The opening stays the first: it is not steered."""
    order = [question.key for question in playbook.questions]
    place = order.index(key)
    to = min(max(place + by, 1), len(order) - 1)
    if key == OPENING or to == place:
        return playbook
    questions = list(playbook.questions)
    questions.insert(to, questions.pop(place))
    return replace(playbook, questions=tuple(questions))


def switch(playbook: Playbook, key: str, is_on: bool) -> Playbook:
    """Ask a question, or do not any more. The opening is always asked."""
    is_on = is_on or key == OPENING
    same = (replace(each, is_on=is_on) if each.key == key else each for each in playbook.questions)
    return replace(playbook, questions=tuple(same))


def add(playbook: Playbook, question: Question, taken: Collection[str]) -> Playbook:
    """Ask a question more, before the next step if that comes last, under a key that was never `taken`.

    What is there in the same words is not added again.
    """
    if any((each.label, each.ask) == (question.label, question.ask) for each in playbook.questions):
        return playbook
    added = replace(question, key=new_key(question.label, {*taken, *(each.key for each in playbook.questions)}))
    last = playbook.questions[-1:] if playbook.questions[-1].key == NEXT_STEP else ()
    rest = playbook.questions[: len(playbook.questions) - len(last)]
    return replace(playbook, questions=(*rest, added, *last))


def new_key(label: str, taken: Collection[str]) -> str:
    """A key for what is called so: never one that was taken before, for answers are compared by it."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY].strip("_")
    key = words if KEY.fullmatch(words) else "question"
    numbered = (f"{key}_{number}" for number in range(2, len(taken) + 4))
    return next(each for each in (key, *numbered) if each not in taken and each != AFTERWARDS)


def is_full(playbook: Playbook) -> bool:
    """Whether there is no room for another question."""
    return len(playbook.questions) >= MOST_QUESTIONS


def with_all_of(playbook: Playbook, before: Playbook) -> Playbook:
    """A playbook with the questions that one before it has and it has not, switched off: none is ever thrown away."""
    known = {question.key for question in playbook.questions}
    left = (replace(each, is_on=False) for each in before.questions if each.key not in known)
    return replace(playbook, questions=(*playbook.questions, *left))


def wrong_name(name: str, there: Iterable[Playbook], is_begun: bool) -> Wrong | None:
    """Why a new playbook cannot be called so, beside those that are there, or if one like it is begun; else None."""
    known = {words.casefold() for each in there for words in (each.name, each.key.replace("_", " "))}
    if not name or len(name) > LONGEST_LABEL or not name.isprintable():
        return _look_at("label", name, LONGEST_LABEL)
    return Wrong("label", Why.TAKEN) if is_begun or name.casefold() in known else None


def changes(before: Playbook | None, after: Playbook) -> Changes:
    """What would be another in a playbook; before a new one there was none."""
    was = {each.key: each for each in before.questions} if before else {}
    both = [(was[each.key], each) for each in after.questions if each.key in was]
    kept = [key for key in was if key in {each.key for each in after.questions}]
    return Changes(
        added=tuple(each.label for each in after.questions if each.key not in was),
        reworded=tuple(each.label for old, each in both if replace(old, is_on=each.is_on) != each),
        switched_off=tuple(each.label for old, each in both if old.is_on and not each.is_on),
        switched_on=tuple(each.label for old, each in both if each.is_on and not old.is_on),
        is_moved=[each.key for _, each in both] != kept,
    )


def left_of_the_customer(playbook: Playbook) -> tuple[Question, ...] | None:
    """The questions about the customer that are still asked, if they are hardly enough; else None."""
    left = tuple(each for each in playbook.questions if each.key in ABOUT_THE_CUSTOMER and each.is_on)
    return left if len(left) < ENOUGH else None


def missing(keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the nine keys that are not among some."""
    return tuple(key for key in NINE if key not in set(keys))
