"""How the log is written: for people, or as JSON for whatever gathers it."""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from bot import reference


class Form(StrEnum):
    """What a line of the log looks like."""

    TEXT = "text"
    JSON = "json"


def set_up(form: Form = Form.TEXT) -> None:
    """Write the log to standard error in this form, unless whoever runs us has seen to the log."""
    logging.basicConfig(level=logging.INFO, handlers=[handler(form, sys.stderr)])
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)  # it tells each time how it is set up


def handler(form: Form, stream: TextIO) -> logging.Handler:
    """Writes to a stream.

    JSON has `time` (ISO 8601, UTC), `level`, `logger`, `message`, `reference` if it has one, and `exc_info`.
    """
    made = logging.StreamHandler(stream)
    made.setFormatter(_formatter(form))
    made.addFilter(_refer)
    return made


def _formatter(form: Form) -> logging.Formatter:
    if form is Form.TEXT:
        return logging.Formatter(
            "%(asctime)s %(levelname)s %(reference)s %(name)s: %(message)s", defaults={"reference": "-"}
        )
    return JsonFormatter(
        ["levelname", "name", "message"], rename_fields={"levelname": "level", "name": "logger"}, timestamp="time"
    )


def _refer(record: logging.LogRecord) -> bool:
    """Note what the record is about, if that is known."""
    if found := reference.current():
        record.reference = found
    return True
