"""Which questions a review asks, in which words and order: data, so that a team can have its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

OPENING = "opening"
WHY_CHANGE = "why_change"
NO_ACTION = "no_action"
DESTINATION = "destination"
PEOPLE = "people"
DECISION_PATH = "decision_path"
STRUGGLE = "struggle"
OUR_HELP = "our_help"
NEXT_STEP = "next_step"

NINE = (
    OPENING, WHY_CHANGE, NO_ACTION, DESTINATION, PEOPLE, DECISION_PATH, STRUGGLE, OUR_HELP, NEXT_STEP,
)  # fmt: skip
"""The keys that every playbook has: whatever its words, a key always asks the same thing, so answers compare."""

AFTERWARDS = "afterwards"
"""Not asked: where a reply is kept that comes when the review is over."""

STAGES = ("exploring", "comparing", "deciding", "signing")
"""The values of `flows.deal.Stage`, by which knowledge ages."""

Ages = tuple[int, int, int, int]
"""For how many calendar days an answer is relied on, by the customer's stage."""

PLACES = ("customer", "deal", "could_ask", "struggle")
"""What may stand in braces in the words of a question, and is filled in when it is asked."""

_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")


@dataclass(frozen=True)
class Question:
    """One question, known by its key, in a team's words.

    `label` names it in a list and `matter` in a sentence. `angles` are the follow-ups to an answer that was about us,
    `vague` the one to an empty answer; without any it is never probed. `could_ask` is what to ask the customer, and
    `not_known` is said to whoever does not know. Without `ages` its answers do not age. What is not asked any more is
    switched off, and never thrown away: deals hold answers to it.
    """

    key: str
    label: str
    ask: str
    matter: str = ""
    angles: tuple[str, ...] = ()
    vague: str = ""
    could_ask: str = ""
    not_known: str = ""
    ages: Ages | None = None
    is_on: bool = True

    @property
    def probes(self) -> int:
        """How many follow-ups it has."""
        return len(self.angles) + bool(self.vague)

    def probe(self, name: str) -> str:
        """The words of a probe by its name: "vague", or an angle such as "about_us_2"; empty if there is none."""
        if name == "vague":
            return self.vague
        number = int(name.rpartition("_")[2])
        return self.angles[number - 1] if 0 < number <= len(self.angles) else ""


FIELDS = tuple(field.name for field in fields(Question))


@dataclass(frozen=True)
class Playbook:
    """Questions in their order. A `version` never changes; 0 is the one that ships with the product."""

    key: str
    name: str
    questions: tuple[Question, ...]
    version: int = 0

    @property
    def ref(self) -> str:
        """What names this version of it."""
        return f"{self.key}:{self.version}"

    @property
    def asked(self) -> tuple[str, ...]:
        """The keys of the questions that a whole review asks, the opening first."""
        return tuple(question.key for question in self.questions if question.is_on)

    @property
    def steered(self) -> tuple[str, ...]:
        """All that are asked but the opening: what is to be known about a customer."""
        return tuple(key for key in self.asked if key != OPENING)

    def find(self, key: str) -> Question | None:
        """The question of a key, whether it is asked or not."""
        return next((question for question in self.questions if question.key == key), None)

    def in_order(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Keys in the order of its questions; those it never had come last."""
        places = {question.key: place for place, question in enumerate(self.questions)}
        return tuple(sorted(keys, key=lambda key: places.get(key, len(places))))


@dataclass(frozen=True)
class Shelf:
    """The playbooks of a workspace as they are now, by their keys.

    Where none is chosen, the `usual` one is taken; for the people in `usual_of`, by their ids, another.
    """

    playbooks: Mapping[str, Playbook]
    usual: str
    usual_of: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str, owner: str) -> Playbook:
        """The playbook of a key; if there is none, the usual one of a person."""
        return self.playbooks.get(key) or self.playbooks[self.usual_of.get(owner, self.usual)]

    def named(self, words: str) -> Playbook | None:
        """The playbook that somebody calls by its name or its key, in any case."""
        said = " ".join(words.casefold().replace("_", " ").split())
        names = ((each, {each.name.casefold(), each.key.replace("_", " ")}) for each in self.playbooks.values())
        return next((each for each, called in names if said in called), None)

    def question(self, key: str, first: Playbook | None = None) -> Question:
        """The words for a key: those of the `first` playbook, else of the usual one, else of any that has it."""
        if key == AFTERWARDS:
            return Question(AFTERWARDS, "Added later", "")
        for playbook in (*([first] if first else []), self.playbooks[self.usual], *self.playbooks.values()):
            if found := playbook.find(key):
                return found
        return Question(key, key.replace("_", " ").capitalize(), "")


def fill(words: str, known: Mapping[str, str]) -> str:
    """A question's words with what stands in braces filled in; empty if something that is to be filled in is not known.

    Nothing else in them means anything, whoever wrote them.
    """
    if any(not known.get(place) for place in _PLACE.findall(words)):
        return ""
    return _PLACE.sub(lambda found: known[found[1]], words)


def plain(playbook: Playbook) -> dict[str, Any]:
    """A playbook as plain data, without what is empty and without its version: as it is kept, and as it is a file."""
    return {"key": playbook.key, "name": playbook.name, "questions": [_plain(each) for each in playbook.questions]}


def from_plain(data: Mapping[str, Any], version: int = 0) -> Playbook:
    """The playbook that `plain` made data of; what a later version says of a question is left out."""
    return Playbook(data["key"], data["name"], tuple(_question(each) for each in data["questions"]), version)


def _plain(question: Question) -> dict[str, Any]:
    given = {
        **{name: getattr(question, name) for name in ("key", "label", "matter", "ask")},
        "angles": list(question.angles),
        **{name: getattr(question, name) for name in ("vague", "could_ask", "not_known")},
        "ages": dict(zip(STAGES, question.ages, strict=True)) if question.ages else None,
    }
    kept = {name: value for name, value in given.items() if value}
    return kept if question.is_on else {**kept, "is_on": False}


def _question(data: Mapping[str, Any]) -> Question:
    ages = data.get("ages")
    days = (ages["exploring"], ages["comparing"], ages["deciding"], ages["signing"]) if ages else None
    known = {name: value for name, value in data.items() if name in FIELDS}
    return Question(**{**known, "angles": tuple(data.get("angles", ())), "ages": days})


def _shipped(key: str) -> Playbook:
    text = (Path(__file__).parent / "playbooks" / f"{key}.yml").read_text(encoding="utf-8")
    return from_plain(yaml.safe_load(text))


STANDARD = _shipped("standard")
SHIPPED = Shelf({each.key: each for each in (STANDARD, _shipped("renewal"), _shipped("first_meeting"))}, STANDARD.key)
"""What every team has without having made anything."""

PLAYBOOK = STANDARD.questions
"""The nine questions of a first review. The opening is the default telling, before any question steers it."""

STEERED = STANDARD.steered
