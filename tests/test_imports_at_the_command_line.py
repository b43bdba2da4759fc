"""`dealreview deals import`: beside a running bot, with Slack or without."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from flows.deal import Ending, Stage
from storage.database import Database
from storage.deals import Deals
from tests.conftest import TEAM, Room
from tests.reading import words

PIPEDRIVE = """\
Deal - Title;Deal - Owner;Deal - Stage;Deal - Status;Deal - Value;Deal - Currency of value;Deal - Expected close date
Northwind;Lena Brandt;Proposal Made;Open;12.000,50;EUR;2026-12-18
Harlow;Omar Haddad;Negotiations Started;Won;5000;EUR;2026-11-18
Pell;Nobody Atall;Lead In;Open;1;EUR;2026-12-18
"""


@pytest.fixture
def alone(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    """A database without a bot or Slack, and a folder to work in."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    database = Database(database_url)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def beside(room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Room:
    """A room whose bot runs, with the settings for a command beside it."""
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", room.settings.bot_token)
    monkeypatch.setenv("SLACK_API_URL", room.settings.slack_api_url)
    monkeypatch.chdir(tmp_path)
    return room


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["deals", "import", *words])
    assert result.exit_code == code, result.output
    return result


def deals(database: Database) -> Deals:
    with database.transaction() as session:
        return Deals(session, TEAM, [""])


def test_an_export_of_pipedrive_beside_a_running_bot(beside: Room) -> None:
    Path("pipeline.csv").write_text(PIPEDRIVE, encoding="utf-16")
    dry = run("pipeline.csv", "--dry-run").output
    assert "3 rows, utf-16, semicolons, an export of Pipedrive" in dry
    assert "2  new" in dry
    assert "1  rejected" in dry
    with beside.bot.database.transaction() as session:
        assert Deals(session, TEAM, [""]).all() == []

    run("pipeline.csv")
    with beside.bot.database.transaction() as session:
        harlow, northwind = Deals(session, TEAM, [""]).all()
    assert (northwind.owner, northwind.stage, str(northwind.amount)) == ("U0LENA", Stage.DECIDING, "12000.5")
    assert (harlow.owner, harlow.ending) == ("U0OMAR", Ending.WON)
    assert f"{harlow.closed_at:%Y-%m-%d}" == "2026-11-18"
    with Path("pipeline.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        [header, rejected] = csv.reader(file)
    assert header[:3] == ["line", "why", "Deal - Title"]
    assert rejected[:3] == [
        "4", "Nobody in this workspace is called “Nobody Atall”; an e-mail address would tell.", "Pell",
    ]  # fmt: skip
    assert "Nothing was changed: all of it was here already." in run("pipeline.csv").output


def test_a_deal_under_review_is_told_of_by_the_running_bot(beside: Room) -> None:
    thread = beside.start("Northwind @omar", by="maya")
    Path("pipeline.csv").write_text(PIPEDRIVE, encoding="utf-8")
    told = run("pipeline.csv").output
    assert (
        "Northwind: owner U0OMAR → U0LENA, stage – → deciding, close date – → 2026-12-18, amount – → 12,000.50" in told
    )
    beside.settle()
    assert "Lena" in words(thread.parent)
    assert "deciding" in words(thread.parent)
    assert [(turn.kind, turn.person) for turn in thread.turns][1:] == [("detailed", ""), ("handed_over", "")]


def test_without_slack_an_owner_has_to_be_named_by_id(alone: Database) -> None:
    Path("pipeline.csv").write_text("name,stage\nNorthwind,Proposal\n", encoding="utf-8")
    assert "Say which Slack workspace" in run("pipeline.csv", code=2).output
    assert "1  rejected" in run("pipeline.csv", "--team", TEAM).output
    assert "--owner says whose" in Path("pipeline.rejected.csv").read_text(encoding="utf-8-sig")
    assert (
        "Slack cannot be asked who lena@example.com is"
        in run("pipeline.csv", "--team", TEAM, "--owner", "lena@example.com", code=2).output
    )
    assert "1  new" in run("pipeline.csv", "--team", TEAM, "--owner", "U0LENA").output
    assert "1  the same" in run("pipeline.csv", "--dry-run").output  # there is one workspace by now


def test_an_owner_by_address(beside: Room) -> None:
    Path("pipeline.csv").write_text("name\nNorthwind\n", encoding="utf-8")
    assert (
        "nobody in the workspace is ghost@example.com"
        in run("pipeline.csv", "--owner", "ghost@example.com", code=2).output
    )
    run("pipeline.csv", "--owner", "Lena@example.com")
    with beside.bot.database.transaction() as session:
        assert Deals(session, TEAM, [""]).all()[0].owner == "U0LENA"


def test_dates_that_could_be_either_are_asked_about(alone: Database) -> None:
    Path("pipeline.csv").write_text("name,close date\nNorthwind,04/12/2026\n", encoding="utf-8")
    asked = run("pipeline.csv", "--team", TEAM, "--owner", "U0LENA", code=2).output
    assert "“04/12/2026” among the close dates may be 04 December (--dates eu) or 12 April (--dates us)" in asked
    run("pipeline.csv", "--team", TEAM, "--owner", "U0LENA", "--dates", "us")
    with alone.transaction() as session:
        assert f"{Deals(session, TEAM, ['']).all()[0].close_date}" == "2026-04-12"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"name\n", "a header and no deals"),
        (b"%PDF-1.7", "is no table"),
        (b"PK\x03\x04", "Excel workbook"),
        (b"stage,amount\na,1\n", "It has: stage, amount"),
        (b"name\n\x81\n", "in no encoding"),
        (b'name\n"x' + b"y" * 4_200_000, "a row without an end"),
    ],
)
def test_a_file_that_is_no_pipeline_is_told_so(alone: Database, content: bytes, said: str) -> None:
    Path("pipeline.csv").write_bytes(content)
    assert said in run("pipeline.csv", "--team", TEAM, code=1).output


def test_a_database_or_a_slack_that_is_not_there_is_told_of(alone: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pipeline.csv").write_text("name\nNorthwind\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-nobody")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    assert "Slack cannot be reached at SLACK_API_URL" in run("pipeline.csv", code=1).output
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
    assert "cannot be used" in run("pipeline.csv", code=1).output


def test_a_token_of_another_workspace_is_not_used(beside: Room) -> None:
    Path("pipeline.csv").write_text("name\nNorthwind\n", encoding="utf-8")
    assert "SLACK_BOT_TOKEN is for the workspace T0LOCAL" in run("pipeline.csv", "--team", "T0OTHER", code=2).output
