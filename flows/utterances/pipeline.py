"""What is said of a pipeline file that a person dropped in their direct messages, and of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flows.deal import LONGEST_NAME
from flows.pipeline import MOST_STAGES, Rejection, Report, Sample
from flows.utterances.saying import Retouch, Utterance, import_slot, imported_slot

MOST_HEADERS = 8


def import_reading(file: int, name: str) -> Utterance:
    """A file has arrived and is being read."""
    return Utterance("import_reading", {"file_name": name}, import_slot(file))


def import_unreadable(file: int, name: str, trouble: str, found: Sequence[str] = ()) -> Utterance:
    """A file is no pipeline, or cannot be had; `found` is what was seen instead, or what it takes."""
    context = {"file_name": name, "trouble": trouble, "found": list(found[:MOST_HEADERS])}
    return Utterance("import_unreadable", context, import_slot(file))


def import_dates(file: int, name: str, example: str, eu: date | None, us: date | None) -> Utterance:
    """A file does not tell in which order its dates are; `example` is either of two days, where they are days."""
    context = {"file": file, "file_name": name, "example": example, "eu": eu, "us": us, "open": True}
    return Utterance("import_dates", context, import_slot(file))


def import_offer(file: int, name: str, system: str, report: Report) -> Utterance:
    """What an import would change; nothing is changed yet. Edited in place while it is made."""
    return Utterance(
        "import_offer",
        {
            "file": file,
            "file_name": name,
            "system": system,
            **counted(report),
            "samples": [sample(each) for each in report.samples],
            "state": "offered" if report.changes_something else "same",
            "done": 0,
        },
        import_slot(file),
    )


def import_moved(file: int, state: str, done: int = 0) -> Retouch:
    """An offer was taken, turned down, or is so many rows further: `state` is `importing`, `dropped` or `done`."""
    return Retouch(import_slot(file), {"state": state, "done": done})


def import_done(file: int, name: str, report: Report) -> Utterance:
    """What an import changed."""
    return Utterance("import_done", {"file_name": name, **counted(report)}, imported_slot(file))


def import_over() -> Utterance:
    """A button was pressed on a file that is dealt with."""
    return Utterance("import_over", {})


def rejection(rejected: Rejection) -> Utterance:
    """Why a row of a file is not taken."""
    return Utterance("rejection", {"why": rejected.why, "value": rejected.value, "most": LONGEST_NAME})


def counted(report: Report) -> dict[str, Any]:
    stages = [{"stage": stage, "count": count} for stage, count in report.stages.most_common(MOST_STAGES)]
    return {**dict(report), "rows": report.rows, "stages": stages, "still_ended": report.still_ended}


def sample(each: Sample) -> dict[str, Any]:
    changes = [{"field": one.field, "before": shown(one.before), "after": shown(one.after)} for one in each.differences]
    return {"deal": each.deal, "changes": changes}


def shown(value: Any) -> Any:
    """A value as a template takes it: an amount without cents that are none."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    return value or ""
