"""`dealreview deals export`: what is known of deals as CSV, JSON and Markdown, and nothing of what was confidential."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.pipeline.exporting import Format, write
from storage import exports
from storage.deals import Deals
from storage.models import ReviewRow
from tests.conftest import TEAM, Room
from tests.holding import PRIVATE, held
from tests.sayings import ANSWERS, OURS, THEIRS


@pytest.fixture
def told(room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Room:
    """A room with a deal that was reviewed in a channel, one in a private channel, and settings for a command."""
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", room.settings.bot_token)
    monkeypatch.setenv("SLACK_API_URL", room.settings.slack_api_url)
    monkeypatch.chdir(tmp_path)
    thread = room.start('"=Northwind (North)" @lena', by="maya")
    thread.answers("lena", OURS, THEIRS, "not known")
    gone = thread.says("lena", "Ghosts *told* us this.")
    thread.says("omar", "=cmd|' /C calc'!A0")
    thread.deletes("lena", gone)
    thread.says("lena", "stop")
    room.workspace.invite("maya", "forecast", "U0BOT")
    secret = room.start("Secret @lena", by="maya", channel="forecast")
    secret.answers("lena", ANSWERS[0], "Their hush-hush merger is on.")
    secret.says("lena", "stop")
    return room


def export(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["deals", "export", *words])
    assert result.exit_code == code, result.output
    return result


def table(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def everything(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8-sig") for path in sorted(Path(folder).iterdir()))


def test_csv_has_the_deals_the_reviews_each_answer_and_the_ledger(told: Room) -> None:
    assert "1 deal in out." in export("--all", "--to", "out").output
    [deal] = table("out/deals.csv")
    assert (deal["name"], deal["slack user"], deal["owner"]) == ("'=Northwind (North)", "U0LENA", "Lena")
    [review] = table("out/reviews.csv")
    assert (review["begun by"], review["owner"], review["status"]) == ("Maya", "Lena", "stopped")
    answers = table("out/answers.csv")
    assert [(each["question"], each["dealt with"], each["who"], each["words"]) for each in answers][:3] == [
        ("opening", "answered", "Lena", OURS),
        ("why_change", "answered", "Lena", THEIRS),
        ("no_action", "not_known", "", ""),
    ]
    ledger = {each["question"]: each for each in table("out/ledger.csv")}
    assert ledger["why_change"]["words"] == THEIRS
    assert ledger["why_change"]["who"] == "Lena"
    assert ledger["no_action"]["not known since"]


def test_no_cell_of_a_table_starts_a_formula(told: Room) -> None:
    export("--all", "--to", "out")
    for path in Path("out").iterdir():
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()):
            assert not any(cell.startswith(tuple("=+-@\t\r＝＋－＠")) for cell in row), row
    assert "'=cmd|' /C calc'!A0" in [each["words"] for each in table("out/answers.csv")]


def test_what_was_deleted_in_slack_is_in_no_export(told: Room) -> None:
    for form in Format:
        export("--all", "--private", "--format", form.value, "--to", form.value)
        assert "Ghosts" not in everything(form.value)


def test_json_has_it_all_as_it_was_written(told: Room) -> None:
    export("--all", "--format", "json", "--to", "out")
    [deal] = json.loads(Path("out/deals.json").read_text(encoding="utf-8"))
    assert (deal["name"], deal["team"], deal["owner"]) == ("=Northwind (North)", TEAM, "U0LENA")
    said = [reply for answer in deal["reviews"][0]["answers"] for reply in answer["replies"]]
    assert said[0]["text"] == OURS
    assert {line["about"] for reply in said for line in reply["lines"]} >= {"us", "customer"}
    assert {each["question"] for each in deal["ledger"]} >= {"why_change", "no_action"}
    assert deal["people"] == {"U0LENA": "Lena", "U0MAYA": "Maya", "U0OMAR": "Omar"}


def test_markdown_has_a_page_for_each_deal_the_customer_first(told: Room) -> None:
    export("--deal", "=NORTHWIND (north)", "--format", "markdown", "--to", "out")
    [page] = Path("out").iterdir()
    assert page.name == "northwind-north-1.md"
    text = page.read_text(encoding="utf-8")
    assert "their CFO carries it.\n" in text
    assert text.startswith("# \\=Northwind (North)\n\nWith Lena\n\n## About the customer\n\n### Why change\n\n> ")
    assert text.index("## About the customer") < text.index("## Not known yet") < text.index("## About us")
    assert "- If they don't: could ask" in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize("form", list(Format))
def test_what_was_said_in_private_is_exported_only_when_asked_for(told: Room, form: Format) -> None:
    export("--all", "--format", form.value, "--to", "out")
    assert "hush" not in everything("out")
    assert "Secret" not in everything("out")
    assert "--private exports them" in export("--deal", "Secret", "--to", "none", code=1).output
    assert (
        "2 deals in private." in export("--team", TEAM, "--private", "--format", form.value, "--to", "private").output
    )
    assert "hush" in everything("private")


@pytest.mark.parametrize("form", list(Format))
def test_a_review_that_was_held_among_a_few_is_exported_only_when_asked_for(told: Room, form: Format) -> None:
    held(told, "Northwind", channel=PRIVATE, says={"why_change": "Their hush-hush merger is on."})
    export("--deal", "Northwind", "--format", form.value, "--to", "out")
    assert "Northwind" in everything("out")
    assert "hush" not in everything("out") and PRIVATE not in everything("out")
    export("--deal", "Northwind", "--private", "--format", form.value, "--to", "private")
    assert "hush" in everything("private")


def test_what_was_told_in_a_direct_message_keeps_its_age_and_loses_its_words(room: Room, tmp_path: Path) -> None:
    thread = room.start("Northwind @lena", by="lena")
    thread.answers("lena", ANSWERS[0], THEIRS)
    thread.says("lena", "stop")
    with room.bot.database.transaction() as session:  # as a nudge's review, which is held in a direct message
        session.get_one(ReviewRow, 1).channel = session.get_one(ReviewRow, 1).scope = "D0LENA"
    [held_back] = exports.export(room.bot.database, exports.Choice())
    assert held_back.reviews == ()
    assert held_back.ledger["why_change"].lines == ()
    assert held_back.ledger["why_change"].given_at is not None
    [whole] = exports.export(room.bot.database, exports.Choice(private=True))
    assert whole.ledger["why_change"].lines == (THEIRS,)
    for form in Format:
        (tmp_path / form.value).mkdir()
        assert list(write([held_back], form, tmp_path / form.value, room.clock.utc())) == [1]
        assert THEIRS not in everything(str(tmp_path / form.value))


def test_an_exported_table_changes_nothing_when_it_is_imported(told: Room) -> None:
    Path("pipeline.csv").write_text(
        "name,owner email,stage,close date,amount,currency,period,loss reason\n"
        '\'=Northwind (North),lena@example.com,Proposal,2026-12-18,"1,234.50",EUR,Q4,\n'
        "@Harlow,omar@example.com,Negotiation,2026-12-04,5,,,\n"
        "Pell,omar@example.com,Closed Lost,2026-11-04,5,,,No decision\n",
        encoding="utf-8",
    )
    assert CliRunner().invoke(main, ["deals", "import", "pipeline.csv"]).exit_code == 0
    with told.bot.database.transaction() as session:
        before = Deals(session, TEAM, ["", "G0FORECAST"]).all()
    export("--all", "--private", "--to", "out")
    again = CliRunner().invoke(main, ["deals", "import", "out/deals.csv"])
    assert "Nothing was changed: all of it was here already." in again.output, again.output
    assert "3  the same" in again.output
    [rejected] = table("out/deals.rejected.csv")
    assert rejected["name"] == "Secret"
    with told.bot.database.transaction() as session:
        assert Deals(session, TEAM, ["", "G0FORECAST"]).all() == before


def test_an_export_says_what_it_needs(told: Room) -> None:
    assert "Say which deals" in export("--to", "out", code=2).output
    assert "exclude each other" in export("--all", "--deal", "x", "--to", "out", code=2).output
    assert "no deal called “Void”" in export("--deal", "Void", "--to", "out", code=1).output
    assert "There are no deals." in export("--team", "T0OTHER", "--to", "out", code=1).output
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine", encoding="utf-8")
    assert "is not empty" in export("--all", "--to", "full", code=1).output
    assert not Path("out").exists()


def test_many_deals_are_read_a_few_at_a_time(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH", 10)
    with room.bot.database.transaction() as session:
        for number in range(25):
            Deals(session, TEAM, [""]).add(f"Deal {number:02}", "U0LENA", "", room.clock.utc())
    names = [each.deal.name for each in exports.export(room.bot.database, exports.Choice())]
    assert names == [f"Deal {number:02}" for number in range(25)]
    assert exports.count(room.bot.database, exports.Choice(name="deal 07")) == 1
