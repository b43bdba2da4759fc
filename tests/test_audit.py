"""The audit log: who changed, exported and deleted what, and not a word of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.conftest import TEAM, Room
from tests.keeping import kept
from tests.test_deletion import delete, forget
from tests.test_imports_in_slack import SALESFORCE, dropped, press

SECRET = "Their CFO Quintilla told us so."


@pytest.fixture
def log(room: Room, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    return Log()


class Log:
    """What an operator reads of it."""

    def __call__(self, *options: str) -> list[str]:
        done = CliRunner().invoke(main, ["audit", *options])
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()


def test_everything_that_changes_or_takes_out_or_deletes_is_noted_with_who_and_when(
    room: Room, log: Log, tmp_path: Path
) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("lena", SECRET)
    thread.presses("maya", "Deal details")
    room.workspace.submit("maya", room.form("maya")["id"], {"period": {"value": "Q4"}})
    room.settle()
    room.command("lena", "handover @lena @omar")
    thread.says("omar", "stop")
    room.command("omar", "close Northwind")
    room.workspace.submit("omar", room.form("omar")["id"], {"ending": {"value": "won"}})
    room.settle()
    room.command("omar", "reopen Northwind")
    dropped(room, "maya", SALESFORCE.replace("Northwind", "Cobalt"))
    press(room, "maya", "Import")
    room.command("omar", "my data")
    exported = CliRunner().invoke(main, ["deals", "export", "--all", "--format", "json", "--to", str(tmp_path / "out")])
    assert exported.exit_code == 0, exported.output
    delete(room, "omar", "Northwind")
    CliRunner().invoke(main, ["workspace", "retention", TEAM, "--days", "400"])

    told = [" ".join(line.split()[3:]) for line in log()]
    assert told == [
        f"{TEAM} U0MAYA changed the details deal 1",
        f"{TEAM} U0LENA handed over deal 1",
        f"{TEAM} U0OMAR closed deal 1",
        f"{TEAM} U0OMAR reopened deal 1",
        f"{TEAM} U0MAYA imported file 1",
        f"{TEAM} U0OMAR got their data person",
        f"{TEAM} operator exported deals 3",
        f"{TEAM} U0OMAR deleted deal 1",
        f"{TEAM} operator settled how long to keep workspace 400",
    ]
    assert log()[0].startswith("2026-11-24 09:")
    whole = "".join(kept(room.bot.database)["audit"])
    for word in ("Quintilla", "Northwind", "Cobalt", "Q4", "Lena", "Omar", "Maya"):
        assert word not in whole


def test_what_a_forgotten_person_did_stays_and_that_it_was_they_does_not(room: Room, log: Log) -> None:
    room.start("Northwind @lena").says("lena", "stop")
    room.command("lena", "close Northwind")
    room.workspace.submit("lena", room.form("lena")["id"], {"ending": {"value": "won"}})
    room.settle()
    room.command("lena", "my data")
    forget(room, "lena")
    assert [" ".join(line.split()[4:]) for line in log()] == [
        "GONE closed deal 1",
        "GONE got their data person",
        "GONE was forgotten person",
    ]


def test_the_log_is_of_one_workspace_or_since_a_day(room: Room, log: Log) -> None:
    CliRunner().invoke(main, ["workspace", "retention", "T0OTHER", "--days", "7"])
    assert log("--team", TEAM) == []
    assert len(log("--team", "T0OTHER")) == 1
    assert log("--since", "2999-01-01") == []
