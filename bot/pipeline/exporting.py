"""Writes what we know of deals to a folder: as CSV for a spreadsheet, as JSON for a machine, as Markdown to read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.pipeline.markdown import write_markdown
from flows.answer import Answer, Reply
from flows.pipeline_rows import guarded
from storage.exports import Exported, Held

DEALS = (
    "workspace", "name", "slack user", "owner", "stage", "close date", "amount", "currency", "forecast period",
    "ending", "ended at", "their date", "their date comes from", "waiting until", "waiting for", "private to",
)  # fmt: skip
REVIEWS = ("deal", "review", "channel", "owner", "begun by", "begun at", "ended at", "status")
ANSWERS = ("deal", "review", "question", "dealt with", "how we know", "heard on", "by", "who", "when", "words")
LEDGER = ("deal", "question", "words", "who", "how we know", "given at", "days ago", "not known since", "by")


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


def write(found: Iterable[Exported], form: Format, folder: Path, now: datetime) -> Iterator[int]:
    """Write deals one after the other, never holding many; gives how many are written. `now` is in UTC."""
    kinds = {Format.CSV: _write_csv, Format.JSON: _write_json, Format.MARKDOWN: write_markdown}
    return kinds[form](found, folder, now)


# -- CSV


def _write_csv(found: Iterable[Exported], folder: Path, now: datetime) -> Iterator[int]:
    with ExitStack() as files:

        def table(name: str, header: tuple[str, ...]) -> Any:
            file = files.enter_context((folder / name).open("w", encoding="utf-8-sig", newline=""))
            writer = csv.writer(file)
            writer.writerow(header)
            return writer

        deals, reviews = table("deals.csv", DEALS), table("reviews.csv", REVIEWS)
        answers, ledger = table("answers.csv", ANSWERS), table("ledger.csv", LEDGER)
        for number, each in enumerate(found, 1):
            deals.writerow(_cells(_deal(each)))
            for held in each.reviews:
                reviews.writerow(_cells(_review(each, held)))
                answers.writerows(_cells(row) for row in _answers(each, held))
            ledger.writerows(_cells(row) for row in _known(each, now))
            yield number


def _cells(values: Iterable[Any]) -> list[str]:
    """Values as a table has them, none of which a spreadsheet takes for a formula."""
    return [guarded(_text(value)) for value in values]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _deal(each: Exported) -> tuple[Any, ...]:
    deal = each.deal
    return (
        deal.team, deal.name, deal.owner, each.name(deal.owner), deal.stage, deal.close_date, deal.amount,
        deal.currency, deal.period, deal.ending, deal.closed_at, deal.their_date, deal.their_date_source,
        deal.waits_until, deal.waits_for, deal.scope,
    )  # fmt: skip


def _review(each: Exported, held: Held) -> tuple[Any, ...]:
    people = (each.name(held.owner), each.name(held.opened_by))
    return each.deal.name, held.id, held.channel, *people, held.opened_at, held.ended_at, held.status


def _answers(each: Exported, held: Held) -> Iterator[tuple[Any, ...]]:
    """One row for each thing that was said, and one for a question that was dealt with in silence."""
    for answer in held.answers:
        about = (each.deal.name, held.id, answer.question, answer.standing, answer.source, answer.heard_on, answer.due)
        for reply in answer.replies:
            yield *about, each.name(reply.author), reply.at, reply.text
        if not answer.replies:
            yield *about, "", answer.said_at, ""


def _known(each: Exported, now: datetime) -> Iterator[tuple[Any, ...]]:
    for known in each.ledger.values():
        days = (now - known.given_at).days if known.given_at else None
        who = ", ".join(each.name(author) for author in known.authors)
        words = "\n".join(known.lines)
        since = known.open_since
        yield each.deal.name, known.question, words, who, known.source, known.given_at, days, since, known.due


# -- JSON


def _write_json(found: Iterable[Exported], folder: Path, now: datetime) -> Iterator[int]:
    with (folder / "deals.json").open("w", encoding="utf-8") as file:
        file.write("[")
        number = 0
        for number, each in enumerate(found, 1):
            file.write(",\n" if number > 1 else "\n")
            file.write(json.dumps(_object(each, now), ensure_ascii=False, default=_in_json))
            yield number
        file.write("\n]\n")


def _object(each: Exported, now: datetime) -> dict[str, Any]:
    reviews = [
        {**asdict(held), "answers": [_answer_object(answer) for answer in held.answers]} for held in each.reviews
    ]
    ledger = [
        {**asdict(known), "days": (now - known.given_at).days if known.given_at else None}
        for known in each.ledger.values()
    ]
    return {
        **asdict(each.deal),
        "created_at": each.created_at,
        "reviews": reviews,
        "ledger": ledger,
        "people": dict(each.names),
    }


def _answer_object(answer: Answer) -> dict[str, Any]:
    kept = ("question", "standing", "source", "said_at", "said_in", "heard_on", "due")
    return {**{name: getattr(answer, name) for name in kept}, "replies": [_said(each) for each in answer.replies]}


def _said(reply: Reply) -> dict[str, Any]:
    lines = [{"text": line.text, "about": line.label} for line in reply.lines()]
    return {"author": reply.author, "at": reply.at, "text": reply.text, "edited": bool(reply.edited_ts), "lines": lines}


def _in_json(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an export")
