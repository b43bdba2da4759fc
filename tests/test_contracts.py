"""What the code promises about itself: who knows whom, and that the README tells the truth."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context, Group

from bot import commands
from bot.cli import main
from bot.manifest import socket_mode
from bot.settings import BURST_SECONDS, DATABASE, PACE_SECONDS, SLACK
from flows.playbook import PLAYBOOK
from flows.review import OPEN, Status
from flows.words import SPOKEN

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


def chart(readme: str) -> list[tuple[str, str]]:
    """The state chart's transitions, from and to."""
    (drawn,) = re.findall(r"```mermaid\n(stateDiagram-v2\n.*?)```", readme, re.DOTALL)
    return re.findall(r"^\s*(\S+) --> ([^\s:]+)", drawn, re.MULTILINE)


def typed(text: str) -> set[str]:
    """Everything a text sets in type."""
    return set(re.findall(r"`([^`\n]+)`", text))


def settings_read() -> set[str]:
    """Every setting that bot/settings.py names."""
    tree = ast.parse((ROOT / "bot" / "settings.py").read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {each for each in strings if re.fullmatch(r"(SLACK|DEALREVIEW|LENS|OTEL)_[A-Z_]+|PORT|DATABASE_URL", each)}


# Who knows whom


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
        "bot/app.py",
        "bot/directory.py",
        "bot/installations.py",
        "bot/pipeline/files.py",
        "bot/pipeline/owners.py",
        "bot/speaker.py",
    }


# The README


def test_the_state_chart_names_exactly_the_states_there_are(readme: str) -> None:
    drawn = {state for arrow in chart(readme) for state in arrow} - {"[*]"}
    assert drawn == {status.value for status in Status}


def test_the_state_chart_begins_with_a_question_and_every_open_state_can_be_left(readme: str) -> None:
    arrows = chart(readme)
    assert [to for begin, to in arrows if begin == "[*]"] == [Status.AWAITING_ANSWER]
    for status in OPEN:
        assert {to for begin, to in arrows if begin == status} - {status}
    assert {begin for begin, to in arrows if to == "[*]"} == {Status.FINISHED}


def test_every_setting_is_in_the_readme_and_the_readme_names_no_other(readme: str) -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| ([^|]*) ?\|$", readme, re.MULTILINE))
    assert set(rows) == settings_read()
    assert rows["SLACK_API_URL"].strip() == f"`{SLACK}`"
    assert rows["DATABASE_URL"].strip() == f"`{DATABASE}`"
    assert rows["DEALREVIEW_BURST_SECONDS"].strip() == f"`{BURST_SECONDS:g}`"
    assert rows["DEALREVIEW_PACE_SECONDS"].strip() == f"`{PACE_SECONDS:g}`"
    named = {each for each in typed(readme) if re.fullmatch(r"(SLACK|DEALREVIEW|DATABASE|LENS)_[A-Z_]+", each)}
    assert named <= set(rows)


def test_every_command_of_the_readme_is_one_and_every_one_is_there(readme: str) -> None:
    told = {each.split()[1] for each in typed(readme) if re.match(r"/dealreview [a-z]", each)}
    assert told == set(commands.SUBCOMMANDS)
    assert {each.split()[0] for each in typed(readme) if re.match(r"/[a-z]+($| )", each)} == {
        "/invite",
        *(each["command"] for each in socket_mode()["features"]["slash_commands"]),
    }


def test_every_word_of_the_readme_can_be_said(readme: str) -> None:
    (sentence,) = re.findall(r"reply (`not known`.*?`stop`)\.", readme, re.DOTALL)
    words = typed(sentence)
    assert words <= set(SPOKEN)
    assert {SPOKEN[word] for word in words} == set(SPOKEN.values())


def test_every_line_for_the_shell_is_understood(readme: str) -> None:
    lines = set(re.findall(r"\bdealreview ((?:serve|db|manifest|demo|lens)\b[a-z ]*)", readme))
    assert {line.split()[0] for line in lines} <= set(main.commands)
    for line in lines:
        group: Group | None = main
        for word in line.split():
            if group is None:
                break
            found = group.get_command(Context(group), word)
            assert found is not None or group is not main, line
            group = found if isinstance(found, Group) else None
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", readme)) <= targets


def test_every_file_that_the_readme_names_is_there(readme: str) -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme)
    assert linked
    for path in linked:
        assert (ROOT / path).exists(), path
    for folder in re.findall(r"^\| `([a-z]+/)` \|", readme, re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder
    for file in re.findall(r"`((?:bot|flows|storage|templates)/[\w/]+\.(?:py|j2))`", readme):
        assert (ROOT / file).is_file(), file


def test_there_are_nine_questions_as_everybody_is_told(readme: str) -> None:
    assert len(PLAYBOOK) == 9
    assert "1 of 9" in readme
