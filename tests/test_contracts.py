"""What the code promises about itself: who knows whom."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(  # noqa: S603
        [lint, "--config", ROOT / "pyproject.toml", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("folder", "strangers"),
    [
        (
            "flows",
            {"slack_bolt", "slack_sdk", "sqlalchemy", "alembic", "jinja2", "aiohttp", "bot", "storage", "sandbox"},
        ),
        ("storage", {"slack_bolt", "slack_sdk", "jinja2", "aiohttp", "bot", "sandbox"}),
        ("sandbox", {"slack_bolt", "slack_sdk", "sqlalchemy", "jinja2", "bot", "storage", "flows"}),
        ("bot/service", {"slack_bolt", "slack_sdk", "jinja2"}),
        ("bot/listeners", {"slack_sdk", "sqlalchemy", "storage", "jinja2"}),
    ],
)
def test_a_folder_does_not_know_what_is_none_of_its_business(folder: str, strangers: set[str]) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert not strangers & {name.partition(".")[0] for name in names}, (path, names)


def test_only_the_speaker_and_those_who_know_the_workspace_call_slack() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(r"\b_?client\.(chat|views|users|conversations|reactions|auth)_", path.read_text(encoding="utf-8"))
    }
    assert asking == {
        "bot/directory.py",
        "bot/installations.py",
        "bot/pipeline/files.py",
        "bot/pipeline/owners.py",
        "bot/speaker.py",
        "bot/whereabouts.py",
    }
