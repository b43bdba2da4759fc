"""What a column holds, in a few words, for the page about tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Integer, Text, Time
from sqlalchemy.types import TypeEngine

from storage.models.base import Hundredths, Team, Utc

WORDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Team, "workspace"),
    (Utc, "moment"),
    (DateTime, "moment"),
    (Hundredths, "amount"),
    (BigInteger, "number"),
    (Integer, "number"),
    (Boolean, "yes or no"),
    (Date, "day"),
    (Time, "time of day"),
    (JSON, "JSON"),
    (Text, "text"),
)


def kind(column: Column[Any]) -> str:
    """Such as `number → deal, or nothing`: what it is, whose key, whether it is part of the key, and may be missing."""
    word = next((word for kind, word in WORDS if isinstance(column.type, kind)), "text")
    points = "".join(f" → `{key.column.table.name}`" for key in column.foreign_keys)
    return word + points + (", key" if column.primary_key else "") + (", or nothing" if column.nullable else "")
