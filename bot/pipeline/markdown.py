"""Writes a page for each deal, pleasant to read: what is known about the customer comes first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.translatable import translatable
from bot.voice import TEMPLATES
from bot.wording import Wording
from flows.answer import HEARD, Answer, Line
from flows.lens import Label
from flows.outlook import Item, outlook
from storage.exports import Exported, Held

LONGEST_FILE_NAME = 60

_MARKS = re.compile(r"([\\`*_\[\]<>|~&])")
_FIRST = re.compile(r"^(\s*)(?:([#+=-])|(\d+)(?=[.)]))", re.MULTILINE)
"""What would be a heading, a rule or a list where it begins a line."""


def write_markdown(found: Iterable[Exported], folder: Path, now: datetime) -> Iterator[int]:
    words = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  (not HTML: every value is escaped for Markdown by `md`)
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    translatable(words).filters.update(md=escaped, quote=quoted, day=_day)
    page = words.get_template("exports/deal.md.j2")
    for number, each in enumerate(found, 1):
        text = page.render(_page(each, now)).strip()
        (folder / file_name(each)).write_text(re.sub(r"\n{3,}", "\n\n", text) + "\n", encoding="utf-8")
        yield number


def file_name(each: Exported) -> str:
    """A deal's own name for its file: letters and digits, and its id, for other deals may be called alike."""
    plain = unicodedata.normalize("NFKD", each.deal.name).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_FILE_NAME]
    return f"{words or 'deal'}-{each.deal.id}.md"


def _page(each: Exported, now: datetime) -> dict[str, Any]:
    playbook = each.shelf.of(each.deal.playbook, each.deal.owner)
    items = outlook(each.deal, each.ledger, now, scale=1.0, zone="UTC", playbook=playbook)
    known = {"customer": escaped(each.deal.name), "deal": escaped(each.deal.name)}
    reviews = [
        {
            "owner": each.name(held.owner),
            "opened_at": held.opened_at,
            "ended_at": held.ended_at,
            "answers": [_told(each, answer) for answer in held.answers],
        }
        for held in reversed(each.reviews)
    ]
    ours = [line.text for held in each.reviews[-1:] for line in _lines(held, Label.US)]
    return {
        "deal": each.deal,
        "wording": lambda key: Wording(each.shelf.question(key, playbook), known, escaped),
        "owner": each.name(each.deal.owner),
        "heard": [_item(each, item, now) for item in items if item.known and not item.known.is_open],
        "unknown": [item.question for item in items if item.known is None or item.known.is_open],
        "ours": ours,
        "reviews": reviews,
        "at": now,
    }


def _item(each: Exported, item: Item, now: datetime) -> dict[str, Any]:
    known = item.known
    if known is None:
        return {}
    return {
        "question": item.question,
        "lines": list(known.lines),
        "who": [each.name(author) for author in known.authors],
        "source": known.source,
        "days": (now - known.given_at).days if known.given_at else None,
        "due": known.due,
    }


def _told(each: Exported, answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "standing": answer.standing,
        "source": answer.source,
        "theirs": _said(each, answer, *HEARD),
        "ours": _said(each, answer, Label.US),
        "others": _said(each, answer, *(label for label in Label if label not in (*HEARD, Label.US))),
    }


def _said(each: Exported, answer: Answer, *labels: Label) -> list[dict[str, Any]]:
    """Who said what to a question, of the lines with these labels."""
    said = [(reply, [line.text for line in reply.lines() if line.label in labels]) for reply in answer.replies]
    return [{"who": each.name(reply.author), "at": reply.at, "lines": lines} for reply, lines in said if lines]


def _lines(held: Held, label: Label) -> Iterator[Line]:
    for answer in held.answers:
        for reply in answer.replies:
            yield from (line for line in reply.lines() if line.label is label)


def escaped(text: str) -> str:
    """A person's words as Markdown shows them literally."""
    return _FIRST.sub(lambda first: f"{first[1]}{first[3] or ''}\\{first[2] or ''}", _MARKS.sub(r"\\\1", text))


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"
