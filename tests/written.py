"""`python -m tests.written`: write the pages that are made from the code: the command line's, the metrics'."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click
from prometheus_client.parser import text_string_to_metric_families

from bot.cli import main
from bot.metrics import Metrics
from storage.database import Database
from tests.pages import ROOT

WIDTH = 100
BY_CODE = "<!-- Written by `make docs` from the code; do not edit. -->"
SUFFIXES = {"counter": "_total"}
"""What a kind of metric adds to its name when it is served."""


def commands(group: click.Group, name: str = "dealreview") -> Iterator[tuple[str, click.Command]]:
    """Every command by what is typed for it, each group before what is in it."""
    for word, command in sorted(group.commands.items()):
        typed = f"{name} {word}"
        yield typed, command
        if isinstance(command, click.Group):
            yield from commands(command, typed)


def context_of(command: click.Command, name: str) -> click.Context:
    """What click wants to know of a command before it says anything of it."""
    whole = click.Context(main, info_name="dealreview", **main.context_settings)
    return click.Context(command, parent=whole, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)


def command_line() -> str:
    """The page that says what each command says of itself."""
    parts = [
        f"# The command line\n\n{BY_CODE}\n",
        "What each command says of itself with `--help`. All read the same [settings](settings.md). One that did what",
        "it was asked exits with 0; one that could not says why, and exits with 1; one that was mistyped, with 2.",
        "`dealreview doctor` [has more to say](doctor.md).\n",
    ]
    for typed, command in commands(main):
        told = command.get_help(context_of(command, typed.removeprefix("dealreview ")))
        parts.append(f"## {typed}\n\n```text\n{told.strip()}\n```\n")
    return "\n".join(parts)


def families() -> dict[str, tuple[str, str]]:
    """What the bot counts: of each metric by its name as it is served, its kind, and what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        database.upgrade()
        served = Metrics(database, lambda: datetime.now(UTC)).text().decode()
        database.close()
    return {
        family.name + SUFFIXES.get(family.type, ""): (family.type, family.documentation)
        for family in text_string_to_metric_families(served)
        if not family.name.endswith("_created")
    }


def metrics() -> str:
    """The page that says what the bot counts."""
    parts = [
        f"# Metrics\n\n{BY_CODE}\n",
        "What [`GET /metrics`](../operations.md#is-it-well) serves, for Prometheus.",
        "[`deploy/grafana.json`](../../deploy/grafana.json) draws it. It names nobody, and quotes nobody.\n",
        "| metric | kind | says |\n|---|---|---|",
        *(f"| `{name}` | {kind} | {told} |" for name, (kind, told) in families().items()),
    ]
    return "\n".join(parts) + "\n"


def pages() -> Mapping[Path, str]:
    """The pages that are written, by where they stand."""
    reference = ROOT / "docs" / "reference"
    return {reference / "command-line.md": command_line(), reference / "metrics.md": metrics()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
