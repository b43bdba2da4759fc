"""The rows of a file that were not taken, written beside it; and which names the file has told already."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from bot.pipeline.sheet import Sheet
from flows.pipeline import Rejection
from flows.pipeline_rows import guarded

LONGEST_KEPT = 1000
"""In characters: of a longer cell the beginning will do to find it."""


class Rejects:
    """A CSV of rejected rows as they were, each with its line and the reason in words; made when there is one."""

    def __init__(self, path: Path, sheet: Sheet, words: Callable[[Rejection], str]) -> None:
        self.path = path
        self._header = sheet.header
        self._words = words
        self._file: TextIO | None = None
        self._writer: Any = None

    def add(self, line: int, cells: Sequence[str], rejection: Rejection) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")  # with the mark, Excel reads it rightly
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "why", *map(guarded, self._header)])
        self._writer.writerow([line, self._words(rejection), *(guarded(cell[:LONGEST_KEPT]) for cell in cells)])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()


class Seen:
    """The names a file has told, with the line of each: in a temporary file, for there may be very many."""

    def __init__(self) -> None:
        self._names = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._names.execute("CREATE TABLE seen (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._names.execute("BEGIN")

    def first(self, name: str, line: int) -> int:
        """The line in which a name was told first; this one if it is new."""
        added = self._names.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (name, line)).rowcount
        if added:
            return line
        return int(self._names.execute("SELECT line FROM seen WHERE name = ?", (name,)).fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._names.close()
