"""What is said to somebody who makes a team's own playbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.drafting import (
    LONGEST_LABEL,
    LONGEST_WORDS,
    MOST_ANGLES,
    PACES,
    Changes,
    Wrong,
    is_full,
    left_of_the_customer,
)
from flows.playbook import NINE, OPENING, Playbook, Question, fill
from flows.utterances.saying import ONCE, Retouch, Utterance, import_slot

EXAMPLE = "Northwind"
"""The customer in a preview."""
MOST_PROBLEMS = 10
NEVER = "never"
AS_IT_IS = "as_it_is"


def card_slot(key: str, person: str, occasion: str) -> str:
    """Where a person's draft is shown; each time they ask for it, further down in the conversation."""
    return f"playbook:{key}:{person}:{occasion}"


def playbook_card(
    playbook: Playbook, edit: int, slot: str, *, is_changed: bool, is_usual: bool, saved_by: str, is_new: bool = False
) -> Utterance:
    """A playbook to be changed: its questions in order, and what can be done with each; `saved_by` is a person's id.

    One that `is_new` was never saved.
    """
    return Utterance(
        "playbook_card",
        {
            "state": "open",
            "key": playbook.key,
            "called": playbook.name,
            "version": playbook.version,
            "edit": edit,
            "is_changed": is_changed,
            "is_usual": is_usual,
            "is_new": is_new,
            "is_full": is_full(playbook),
            "saved_by": saved_by,
            "questions": [_line(each) for each in playbook.questions],
            "is_thin": left_of_the_customer(playbook) is not None,
        },
        slot,
    )


def card_closed(slot: str, state: str, version: int = 0) -> Retouch:
    """A draft is `saved` as a version, `left` alone, or `moved`: shown further down; of a new one `nothing` is left."""
    return Retouch(slot, {"state": state, "version": version})


def playbook_preview(playbook: Playbook, person: str, occasion: str) -> Utterance:
    """The questions as they would be asked, with their follow-ups."""
    asked = [each for each in playbook.questions if each.is_on]
    return Utterance(
        "playbook_preview",
        {"called": playbook.name, "questions": [_as_asked(each) for each in asked]},
        f"{ONCE}playbook:{person}:{occasion}",
    )


def question_form(key: str, edit: int, question: Question | None) -> Utterance:
    """The form in which a question gets its words; without one, a question that is added."""
    pace = next((word for word, ages in PACES.items() if question and question.ages == ages), "")
    return Utterance(
        "question_form",
        {
            "about": f"{key}:{edit}:{question.key if question else ''}",
            "words": _words(question) if question else None,
            "is_opening": bool(question and question.key == OPENING),
            "pace": pace or ("usually" if question is None else AS_IT_IS if question.ages else NEVER),
            "paces": {word: list(ages) for word, ages in PACES.items()},
            "label_most": LONGEST_LABEL,
            "words_most": LONGEST_WORDS,
            "angles_most": MOST_ANGLES * (LONGEST_WORDS + 1),
        },
    )


def playbook_form(playbook: Playbook, edit: int) -> Utterance:
    """The form in which a new playbook gets its name, begun from another one."""
    about = f"{playbook.key}:{edit}"
    return Utterance("playbook_form", {"about": about, "called": playbook.name, "most": LONGEST_LABEL})


def playbook_file(file: int, name: str, playbook: Playbook, state: str, changed: Changes | None = None) -> Utterance:
    """What a playbook that somebody dropped as a file would change; nothing is changed yet.

    It is `offered` below, the `same` as what is there, `in_the_way` of changes that are not saved yet, or not theirs to
    change: `managers`.
    """
    context = {"file_name": name, "called": playbook.name, "state": state, **(vars(changed) if changed else {})}
    return Utterance("playbook_file", context, import_slot(file))


def playbook_unreadable(file: int, name: str, problems: Sequence[str]) -> Utterance:
    """A file is no playbook; `problems` are sentences that say why."""
    more = len(problems) - MOST_PROBLEMS
    context = {"file_name": name, "problems": list(problems[:MOST_PROBLEMS]), "more": max(more, 0)}
    return Utterance("playbook_unreadable", context, import_slot(file))


def words_will_not_do(wrong: Wrong) -> Utterance:
    """Why a text cannot be taken, at its line of the form."""
    return Utterance("words_will_not_do", {"why": wrong.why, "most": wrong.most, "is_list": wrong.field == "angles"})


def playbook_below(playbook: Playbook) -> Utterance:
    """A playbook is to be found in the direct messages."""
    return Utterance("playbook_below", {"called": playbook.name})


def unknown_playbook(typed: str, names: Sequence[str]) -> Utterance:
    return Utterance("unknown_playbook", {"typed": typed, "names": list(names)})


def playbook_mistyped(typed: str, deal: str, meant: str) -> Utterance:
    """A deal's name ends in what is nearly the name of a playbook."""
    return Utterance("playbook_mistyped", {"typed": typed, "deal": deal, "meant": meant})


def playbook_gone() -> Utterance:
    """There is no such draft any more, or none of this person's."""
    return Utterance("playbook_gone", {})


def playbook_moved_on() -> Utterance:
    """A button sits on what was changed since."""
    return Utterance("playbook_moved_on", {})


def playbook_full() -> Utterance:
    """There is no room for another question."""
    return Utterance("playbook_full", {})


def playbook_as_it_was() -> Utterance:
    """There is nothing to save."""
    return Utterance("playbook_as_it_was", {})


def playbook_thin(playbook: Playbook, edit: int, left: Sequence[Question]) -> Utterance:
    """Before a playbook is saved that hardly asks about the customer any more."""
    return Utterance(
        "playbook_thin", {"key": playbook.key, "edit": edit, "left": [each.label for each in left]}
    )  # fmt: skip


def playbook_overtaken(playbook: Playbook, edit: int, version: int, saved_by: str) -> Utterance:
    """Somebody saved another version since this draft was begun. Nothing of either is lost."""
    return Utterance(
        "playbook_overtaken", {"key": playbook.key, "edit": edit, "version": version, "saved_by": saved_by}
    )


def playbook_usual(playbook: Playbook) -> Utterance:
    """From now on reviews take this playbook where none is chosen."""
    return Utterance("playbook_usual", {"called": playbook.name, "key": playbook.key})


def playbook_given(occasion: str, key: str) -> Utterance:
    """It is in the file above; `occasion` is each time another."""
    return Utterance("playbook_given", {"key": key}, f"{ONCE}{occasion}")


def only_managers() -> Utterance:
    """Not everybody may change playbooks here."""
    return Utterance("only_managers", {})


def _line(question: Question) -> Mapping[str, Any]:
    return {
        "key": question.key,
        "label": question.label,
        "ask": question.ask,
        "is_on": question.is_on,
        "is_opening": question.key == OPENING,
        "is_own": question.key not in NINE,
    }


def _words(question: Question) -> Mapping[str, Any]:
    return {
        "label": question.label,
        "ask": question.ask,
        "angles": "\n".join(question.angles),
        "vague": question.vague,
        "could_ask": question.could_ask,
        "not_known": question.not_known,
    }


def _as_asked(question: Question) -> Mapping[str, Any]:
    known = {"customer": EXAMPLE, "deal": EXAMPLE}
    could_ask = fill(question.could_ask, known)
    return {
        "ask": fill(question.ask, known) or question.ask,
        "angles": [fill(each, known) for each in question.angles],
        "vague": fill(question.vague, known),
        "not_known": fill(question.not_known, {**known, "could_ask": could_ask}),
        "could_ask": could_ask,
    }
