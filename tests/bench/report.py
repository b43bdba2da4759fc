"""What was measured, as rows of ratios, and the page that tells of it."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Table = Sequence[tuple[str, ...]]

HEAD = ("measured", "A", "B", "A / B", "aim", "")


@dataclass(frozen=True)
class Row:
    """One comparison: A beside B, their ratio, and the aim if there is one; `met` is None where there is none."""

    what: str
    a: str
    b: str
    ratio: float
    aim: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        met = {True: "met", False: "missed", None: ""}[self.met]
        return (self.what, self.a, self.b, f"{self.ratio:.2f}", self.aim, met)


def at_least(what: str, unit: str, a: float, b: float, aim: float) -> Row:
    return Row(what, f"{a:.0f} {unit}", f"{b:.0f} {unit}", a / b, f"≥ {aim:g}", a / b >= aim)


def at_most(what: str, unit: str, a: float, b: float, aim: float) -> Row:
    return Row(what, f"{a:.2f} {unit}", f"{b:.2f} {unit}", a / b, f"≤ {aim:g}", a / b <= aim)


def percentile(values: Iterable[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True)
class Section:
    """One part of the benchmark: what A and B are, and what came of it."""

    title: str
    about: str
    rows: tuple[Row, ...]


def printed(sections: Iterable[Section]) -> str:
    """The sections for a terminal, columns aligned."""
    lines: list[str] = []
    for section in sections:
        table = [HEAD, *(row.cells for row in section.rows)]
        widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
        lines += ["", section.title]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
        ]
    return "\n".join(lines)


def page(sections: Iterable[Section], postgres: str, seconds: float) -> str:
    """The page for people who want to know, in Markdown."""
    parts = [
        "# Benchmarks",
        "",
        "What the bot costs beside a bare Bolt app, and how that grows. `make bench` writes this page; edit "
        "`tests/bench/` instead.",
        "",
        f"Measured on {os.cpu_count()} cores, {platform.system()} on {platform.machine()}, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {postgres}, in {seconds:.0f} s. A and B took "
        "turns in short rounds of one run, and every figure is a median of its rounds unless it names a percentile. "
        "The bot, the databases and the stand-in for Slack share the machine, which may have had other work, so "
        "another run gives other figures: a ratio may differ by half, that of the replies accepted by more, since B "
        "mostly waits for the disk; a p99 is the slowest reply or two; absolute times say little about another "
        "machine. Nothing here passes or fails a build.",
    ]
    for section in sections:
        parts += ["", f"## {section.title}", "", section.about, ""]
        parts += [_line(HEAD), _line(["---"] * len(HEAD)), *(_line(row.cells) for row in section.rows)]
    parts += [
        "",
        "## Again",
        "",
        "`make bench` takes some minutes and writes this page. `.venv/bin/python -m tests.bench --quick` takes less "
        "than half a minute, shows that everything can still be measured, and leaves this page alone.",
        "",
    ]
    return "\n".join(parts)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
