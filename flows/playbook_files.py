"""A playbook as a file: written as YAML, read with a sentence for everything that will not do, and where it stands."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import yaml

from flows.drafting import KEY, LONGEST_KEY, LONGEST_LABEL, MOST_QUESTIONS, Why, missing, wrong_with
from flows.playbook import AFTERWARDS, FIELDS, OPENING, STAGES, Playbook, from_plain, plain

LARGEST_FILE = 200_000
"""Characters."""
MOST_DAYS = 730

TOP = ("key", "name", "questions")

HEAD = """\
# A playbook: the questions of a deal review, in their order.
# A key stays with its question for ever, for answers are compared by it. {customer} and {deal} are filled in when a
# question is asked; {could_ask} and {struggle} may stand in `not_known`. `is_on: false` switches a question off.
"""


class BadPlaybook(Exception):
    """A file is no playbook; `problems` are sentences, one for each thing that will not do, in their order."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def write(playbook: Playbook) -> str:
    """A playbook as YAML, which `read` reads."""
    return HEAD + yaml.safe_dump(plain(playbook), sort_keys=False, allow_unicode=True, width=110)


def read_bytes(content: bytes) -> Playbook:
    """The playbook in a file of UTF-8, as version 0. Raises `BadPlaybook`."""
    try:
        return read(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadPlaybook("The file is not text in UTF-8.") from None


def read(text: str) -> Playbook:
    """The playbook in a file, as version 0. Raises `BadPlaybook`."""
    if len(text) > LARGEST_FILE:
        raise BadPlaybook(f"The file has more than {LARGEST_FILE:,} characters; a playbook has a few thousand.")
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadPlaybook(f"The file is not YAML: {_where(error)}.") from None
    except (ValueError, RecursionError):  # a day that no calendar has; brackets without end
        raise BadPlaybook("The file is not YAML that can be read.") from None
    if not isinstance(data, dict):
        raise BadPlaybook("The file holds no playbook; it begins with `key:`, `name:` and `questions:`.")
    if problems := tuple(_problems(data)):
        raise BadPlaybook(*problems)
    questions = [
        {name: _tidy(value) for name, value in each.items() if value is not None} for each in data["questions"]
    ]
    playbook = from_plain({**data, "name": _tidy(data["name"]), "questions": questions})
    if problems := tuple(_in_words(playbook)):
        raise BadPlaybook(*problems)
    return playbook


def _tidy(value: Any) -> Any:
    """Words with single spaces: how they are broken into lines in a file means nothing."""
    if isinstance(value, str):
        return " ".join(value.split())
    return [_tidy(each) for each in value] if isinstance(value, list) else value


def _where(error: yaml.YAMLError) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    told = problem or "it has signs that no text has"
    return f"line {mark.line + 1}: {told}" if mark else told


def _problems(data: dict[Any, Any]) -> Iterator[str]:
    """What is not of the right kind."""
    yield from (f"`{name}` means nothing here{_meant(name, TOP)}" for name in data if name not in TOP)
    if not _is_key(data.get("key")):
        yield f"`key` is {_shown(data.get('key'))}; write a short name like `renewal`, with small letters."
    if not isinstance(data.get("name"), str) or not 0 < len(data["name"].strip()) <= LONGEST_LABEL:
        yield f"`name` is {_shown(data.get('name'))}; write what people call it, {LONGEST_LABEL} characters at most."
    questions = data.get("questions")
    if not isinstance(questions, list) or not questions:
        yield "`questions` is empty; write a list of questions, the opening first."
        return
    if len(questions) > MOST_QUESTIONS:
        yield f"There are {len(questions)} questions; {MOST_QUESTIONS} is the most that fits into a message."
    for number, each in enumerate(questions, 1):
        if isinstance(each, dict):
            yield from (f"{_place(number, each)}: {problem}" for problem in _problems_of(each))
        else:
            yield f"question {number}: it is {_shown(each)}; write `key:`, `label:`, `ask:` and so on."
    keys = [each["key"] for each in questions if isinstance(each, dict) and isinstance(each.get("key"), str)]
    yield from (
        f"`{key}` is there {count} times; a key has one question." for key, count in Counter(keys).items() if count > 1
    )
    if keys and keys[0] != OPENING:
        yield f"The first question is `{keys[0]}`; it has to be `{OPENING}`, the telling that nothing steers yet."
    if left := missing(keys):
        yield (
            f"{_listed(left)} {'is' if len(left) == 1 else 'are'} missing; every playbook has the nine keys, and what "
            "is not to be asked has `is_on: false`."
        )


def _problems_of(question: dict[Any, Any]) -> Iterator[str]:
    yield from (f"`{name}` means nothing here{_meant(name, FIELDS)}" for name in question if name not in FIELDS)
    key = question.get("key")
    if not _is_key(key):
        yield f"`key` is {_shown(key)}; write a short name like `budget`, with small letters, digits and `_`."
    elif key == AFTERWARDS:
        yield f"`{AFTERWARDS}` cannot be a key: under it is kept what people add when a review is over."
    for name in ("label", "ask"):
        if question.get(name) in (None, ""):
            yield f"`{name}` is empty; write {'what to ask' if name == 'ask' else 'what it is called in a list'}."
    for name in ("label", "ask", "matter", "vague", "could_ask", "not_known"):
        if question.get(name) is not None and not isinstance(question[name], str):
            yield f"`{name}` is {_shown(question[name])}; write it as text, in quotes if need be."
    angles = question.get("angles")
    if angles is not None and not (isinstance(angles, list) and all(isinstance(each, str) for each in angles)):
        yield f"`angles` is {_shown(angles)}; write a list of follow-ups."
    if question.get("ages") is not None and not _are_ages(question["ages"]):
        yield (
            f"`ages` is {_shown(question['ages'])}; write the days for each of {_listed(STAGES)}, from 1 to "
            f"{MOST_DAYS}, or leave it out for what does not age."
        )
    if not isinstance(question.get("is_on"), bool | None):
        yield f"`is_on` is {_shown(question['is_on'])}; write true or false."
    elif key == OPENING and question.get("is_on") is False:
        yield "it cannot be switched off: the telling before any question is what the rest is held against."


def _in_words(playbook: Playbook) -> Iterator[str]:
    """What will not do about the words."""
    told = {
        Why.EMPTY: "`{field}` is empty; write something, or leave it out.",
        Why.LONG: "`{field}` is too long; {most} characters is the most that reads well on a phone.",
        Why.MANY: "`{field}` has too many follow-ups; {most} is the most.",
        Why.PLACE: "`{field}` waits for {{struggle}} or {{could_ask}}; those can stand in `not_known` only.",
        Why.SIGN: "`{field}` has signs in it that nobody can see; write it anew.",
    }
    if not playbook.name.isprintable():
        yield "`name` has signs in it that nobody can see; write it anew."
    for number, question in enumerate(playbook.questions, 1):
        for wrong in wrong_with(question):
            sentence = told[wrong.why].format(field=wrong.field, most=wrong.most)
            yield f"question {number} (“{question.key}”): {sentence}"


def _place(number: int, question: dict[Any, Any]) -> str:
    key = question.get("key")
    return f"question {number} (“{key}”)" if _is_key(key) else f"question {number}"


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_KEY and KEY.fullmatch(value) is not None


def _are_ages(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != set(STAGES):
        return False
    return all(isinstance(days, int) and days is not True and 0 < days <= MOST_DAYS for days in value.values())


def _meant(name: object, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(str(name), names, n=1)
    return f"; did you mean `{near[0]}`?" if near else "."


def _shown(value: object) -> str:
    """A value as a sentence shows it, however long it is."""
    if value is None or value == "":
        return "empty"
    told = repr(value) if isinstance(value, str | int | float | bool) else f"a {type(value).__name__}"
    return told if len(told) <= LONGEST_LABEL else f"{told[:LONGEST_LABEL]}…"


def _listed(keys: tuple[str, ...]) -> str:
    named = [f"`{key}`" for key in keys]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
