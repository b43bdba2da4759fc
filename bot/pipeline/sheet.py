"""A pipeline file as it lies on disk: its encoding, what parts its cells, its columns; read row by row, never whole."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from flows.pipeline_headers import Columns, Field, columns
from flows.pipeline_values import Dates

LONGEST_LINE = 4 * 1024 * 1024
"""In characters, also of one cell. So much may be in memory; a longer one is no table, or a quote that never ends."""
HEAD = 64 * 1024
DELIMITERS = ",;\t|"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NO_TEXT = (b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
WORKBOOK = b"PK\x03\x04"

# Deliberately for the whole process: a cell that is too long is to cost its row, not the file. LONGEST_LINE bounds it.
csv.field_size_limit(LONGEST_LINE)


class Trouble(StrEnum):
    """Why a file cannot be read as a pipeline."""

    EMPTY = "empty"
    NO_ROWS = "no_rows"  # a header only
    NO_CSV = "no_csv"
    WORKBOOK = "workbook"
    NO_NAMES = "no_names"  # no column names the deals
    LONG_LINE = "long_line"
    NO_ENCODING = "no_encoding"


class Unreadable(Exception):
    """A file is no pipeline; `found` is what was seen in the place of what was looked for."""

    def __init__(self, trouble: Trouble, *found: str) -> None:
        super().__init__(f"{trouble}: {', '.join(found)}" if found else str(trouble))
        self.trouble = trouble
        self.found = found


class Line(NamedTuple):
    """The cells of a row, and the line of the file it begins in, from 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A file that was looked through once: what it is made of, and what its dates give away."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: Columns
    rows: int
    dates: Dates

    def lines(self) -> Iterator[Line]:
        """Its rows without the header and blank ones. Raises `Unreadable`."""
        return _rows(self.path, self.encoding, self.delimiter)


def survey(path: Path) -> Sheet:
    """Look through a file once, from end to end. Raises `Unreadable`."""
    encodings = _encodings(path)
    for encoding in encodings:
        try:
            return _surveyed(path, encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(Trouble.NO_ENCODING, *encodings)


def _encodings(path: Path) -> tuple[str, ...]:
    """What a file may be written in, by its first bytes; Windows-1252 comes last, since it takes nearly anything."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(Trouble.EMPTY)
    if head.startswith(WORKBOOK):
        raise Unreadable(Trouble.WORKBOOK)
    if head.startswith(NO_TEXT):
        raise Unreadable(Trouble.NO_CSV)
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return (encoding,)
    if b"\0" in head[: HEAD // 16]:
        raise Unreadable(Trouble.NO_CSV)
    return ("utf-8", "cp1252")


def _surveyed(path: Path, encoding: str) -> Sheet:
    with _opened(path, encoding) as file:
        first = _readline(file)
        while first and not first.strip():
            first = _readline(file)
    delimiter = _delimiter(first)
    header = _header(path, encoding, delimiter)
    found = columns(header)
    if Field.NAME not in found:
        raise Unreadable(Trouble.NO_NAMES, *(each.strip() for each in header if each.strip()))
    rows, dates = 0, Dates()
    for line in _rows(path, encoding, delimiter):
        rows += 1
        dates.see(found.cell(line.cells, Field.CLOSE_DATE))
    if not rows:
        raise Unreadable(Trouble.NO_ROWS)
    return Sheet(path, encoding, delimiter, tuple(header), found, rows, dates)


def _delimiter(first: str) -> str:
    """What parts the cells: that which makes the most of the header; Excel may name it on a line of its own."""
    if named := _named_delimiter(first):
        return named

    def made_of(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=delimiter), [])
        return len(columns(cells).places), len(cells)

    return max(DELIMITERS, key=made_of)


def _named_delimiter(line: str) -> str:
    words = line.strip().strip('"').casefold()
    return words[4:] if words.startswith("sep=") and len(words) == 5 else "\t" if line.startswith("sep=\t") else ""


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    with _opened(path, encoding) as file:
        return next((cells for _, cells in _parsed(file, delimiter)), [])


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Line]:
    with _opened(path, encoding) as file:
        rows = _parsed(file, delimiter)
        next(rows, None)
        yield from rows


def _parsed(file: io.TextIOWrapper, delimiter: str) -> Iterator[Line]:
    """The rows that hold anything, the header first."""
    reader = csv.reader(_lines(file), delimiter=delimiter)
    is_first = True
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise Unreadable(Trouble.LONG_LINE, str(begins)) from None
        if cells is None:
            return
        is_named = is_first and bool(_named_delimiter(delimiter.join(cells)))
        is_first = False
        if not is_named and any(cell.strip() for cell in cells):
            yield Line(begins, cells)


def _lines(file: io.TextIOWrapper) -> Iterator[str]:
    while line := _readline(file):
        yield line


def _readline(file: io.TextIOWrapper) -> str:
    line = file.readline(LONGEST_LINE)
    if len(line) >= LONGEST_LINE:
        raise Unreadable(Trouble.LONG_LINE, "")
    return line


def _opened(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding=encoding, newline="")
