"""Writes what is kept about one person: a page to read, and the same as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.pipeline.markdown import escaped, quoted
from bot.translatable import translatable
from bot.voice import TEMPLATES

OTHERS = (
    "settings", "settings_of_workspace", "deals", "reviews", "lines_moved", "nudges", "reminders", "mirrors", "files",
    "calls", "schedules", "playbooks", "log",
)  # fmt: skip
"""What is told in a list, each under its name."""


def write_copy(data: Mapping[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write a page and a JSON file into a folder; returns where they are."""
    page, machine = folder / "my-data.md", folder / "my-data.json"
    machine.write_text(json.dumps(data, ensure_ascii=False, indent=2, default=_plain) + "\n", encoding="utf-8")
    words = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  (not HTML: every value is escaped for Markdown by `md`)
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    translatable(words).filters.update(md=escaped, quote=quoted, moment=_moment, plain=_shown, oneline=_oneline)
    others = [(name, _rows(data[name])) for name in OTHERS]
    text = words.get_template("exports/my_data.md.j2").render(**data, others=others)
    page.write_text(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", encoding="utf-8")
    return page, machine


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return list(value) if isinstance(value, list) else [value] if value else []


def _plain(value: object) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a person's data")


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return _moment(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_plain).strip('"')


def _oneline(text: str) -> str:
    return " ".join(text.split())


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %Y, %H:%M}"
