"""Every word that a template says can be translated: it stands in a message of gettext, and an example says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jinja2 import nodes
from slack_sdk import WebClient

from bot.languages import ENGLISH
from bot.speaker import Speaker
from tests.test_words_and_templates import EVERYTHING, JINJA, Acquaintances, messages, templates

GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
LETTERS = re.compile(r"[^\W\d_]{2}")
NO_WORDS = re.compile(r"`[^`]*`|<[^<>]*(?:>|$)|&\w+;")
"""What stands in plain text and is the same in every language: commands, tags and links, entities."""
NAME = re.compile(r"[a-z0-9_:|./+#-]*")
"""What only machines read: an action, a field. A word in lower case looks alike; of that it counts where it stands."""

SAME_EVERYWHERE = {"Northwind", "BY", "Q4", "EUR", "12,500 EUR"}
EMOJI = ("saved", "added")
"""Templates that name a reaction."""
STYLES = ("pages/frame",)
"""Templates with a style sheet and no words."""

SAID_AT = {
    "button": (0,), "link_button": (0,), "day_picker": (0,), "header": (0,), "modal": (1, 2, 3), "input": (1, 3),
    "text_input": (1,), "offered_input": (0,), "people_input": (0,), "channels_input": (0,),
    "chart": (0, 4, 5), "append": (0,),
}  # fmt: skip
"""Which arguments of the pieces of `bot/blocks.py` are shown to people."""


def unmarked(source: str) -> list[str]:
    """What a template says outside of gettext."""
    tree = JINJA.parse(source)
    found = [words for words in _constants(tree) if LETTERS.search(words) and not NAME.fullmatch(words)]
    found += [words for node in _where_words_are_said(tree) for words in _said(node)]
    return [words for words in dict.fromkeys(found) if words not in SAME_EVERYWHERE]


def _constants(node: nodes.Node) -> Iterator[str]:
    """Every string of a template, messages left out."""
    if isinstance(node, nodes.TemplateData):
        yield NO_WORDS.sub("", node.data)
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield NO_WORDS.sub("", node.value)
    for child in _children(node):
        yield from _constants(child)


def _where_words_are_said(node: nodes.Node) -> Iterator[nodes.Node]:
    """The expressions whose value people see as it is."""
    if isinstance(node, nodes.Output):
        yield from node.nodes
    elif isinstance(node, nodes.Call):
        name = getattr(node.node, "name", None) or getattr(node.node, "attr", "")
        yield from (node.args[place] for place in SAID_AT.get(name, ()) if place < len(node.args))
    for child in _children(node):
        yield from _where_words_are_said(child)


def _said(node: nodes.Node) -> Iterator[str]:
    """The words in lower case that an expression may come to."""
    match node:
        case nodes.Const(value=str(words)) if LETTERS.search(words):
            yield words
        case nodes.CondExpr():
            yield from (*_said(node.expr1), *(_said(node.expr2) if node.expr2 else ()))
        case nodes.Concat():
            yield from (words for each in node.nodes for words in _said(each))
        case nodes.Add() | nodes.Or():
            yield from (*_said(node.left), *_said(node.right))
        case nodes.Filter() | nodes.Getitem() if node.node:
            yield from _said(node.node)
        case nodes.Dict():
            yield from (words for each in node.items for words in _said(each.value))


def _children(node: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a node that are not the words of a message, nor the name of another template."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in GETTEXT:
        yield from (each.value for each in node.kwargs)
        yield from (each for each in node.args if not isinstance(each, nodes.Const))
    elif not isinstance(node, nodes.Import | nodes.FromImport | nodes.Include | nodes.Extends):
        yield from node.iter_child_nodes()


TEMPLATES = [pytest.param(name, source, id=name) for name, source in templates() if name not in (*EMOJI, *STYLES)]


@pytest.mark.parametrize(("name", "source"), TEMPLATES)
def test_a_template_says_nothing_that_cannot_be_translated(name: str, source: str) -> None:
    assert unmarked(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "Saved.",
        "*{{ deal }}* goes on.",
        "{% trans %}Saved.{% endtrans %} Thank you.",
        '{{ "paused" if paused }}',
        '{{ ", paused" if paused else "" }}',
        '{{ _("Paused at %(when)s.", when=day ~ " at noon") }}',
        '{{ {"won": "was won", "lost": "lost"}[ending] }}',
        '{% set parts = ["Stage: " ~ stage] %}',
        '{% do facts.append("paused") %}',
        '{{ buttons([button("Save", "save", id)]) }}',
        '{{ input("day", "When?", date_input(none)) }}',
        '{{ input("nudges", _("Nudges"), radio([["on", "On"], ["off", "Off"]])) }}',
        '{% call small() %}{{ "today" }}{% endcall %}',
    ],
)
def test_words_outside_of_gettext_are_found(source: str) -> None:
    assert unmarked(source)


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("Saved.") }}',
        "{% trans count %}{{ count }} deal{% pluralize %}{{ count }} deals{% endtrans %}",
        "• `/dealreview schedule @lena every Thu 10:00`",
        '{{ buttons([button(_("Save"), "playbook:save", key ~ ":" ~ edit, "primary")]) }}',
        '{% import "_list.j2" as list %}{{ list.listed(names) | join(", ") }}',
        '{% if why == "empty" and name in ("won", "lost") %}{{ words["still_true"] }}{% endif %}',
        '{{ "<" ~ link ~ "|" ~ deal ~ ">" if link else "*" ~ deal ~ "*" }}',
    ],
)
def test_nothing_else_is_taken_for_words(source: str) -> None:
    assert unmarked(source) == []


def test_every_message_is_said_by_an_example() -> None:
    """So each has what its places need, and whoever translates it can see it where it is said."""
    asked = set()

    def said(message: str) -> str:
        asked.add(message)
        return message

    def counted(one: str, many: str, number: int) -> str:
        asked.update((one, many))
        return one if number == 1 else many

    def told_apart(context: str, message: str) -> str:
        return said(message)

    speaker = Speaker(WebClient("xoxb-nobody"), Acquaintances())
    speaker._voice(ENGLISH).words.install_gettext_callables(said, counted, newstyle=True, pgettext=told_apart)
    for utterance in EVERYTHING:
        speaker.render("T1", utterance)
    known = [(name, *each) for name, source in templates() if "/" not in name for each in messages(source)]
    assert [(name, line, message) for name, line, message in known if message not in asked] == []
