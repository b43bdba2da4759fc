"""What `pybabel extract` asks for the words of the questions that ship; jinja2 gives it those of the templates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

import yaml

from bot.languages import QUESTION
from flows.playbook import AFTERWARDS, SHIPPED, Question, from_plain

Found = tuple[int, str, tuple[str, str], list[str]]
"""A line, gettext's function, the context and the words, and what translators are told."""


def questions(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """The words of a playbook's questions, and of the heading for what is told after the last one."""
    playbook = from_plain(yaml.safe_load(file))
    for question in (*playbook.questions, SHIPPED.question(AFTERWARDS)):
        for part, words in _words(question):
            yield 1, "pgettext", (QUESTION, words), [f"{question.key}: {part}"]


def _words(question: Question) -> Iterator[tuple[str, str]]:
    """Each of a question's words, with what they are for."""
    told = [(part, getattr(question, part)) for part in ("label", "matter", "ask", "vague", "could_ask", "not_known")]
    told += [(f"angle {number}", words) for number, words in enumerate(question.angles, 1)]
    yield from ((part, words) for part, words in told if words)
