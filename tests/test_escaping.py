"""One nasty string in every place where a person can type: nothing pings, nothing formats, nothing breaks."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import manifest
from bot.cli import main
from bot.mrkdwn import ZERO_WIDTH
from bot.pipeline.exporting import Format
from bot.settings import Settings
from sandbox.people import PEOPLE
from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace
from tests.conftest import PATIENCE, Clock, Room
from tests.fuzz.recording import Recorder
from tests.sayings import ANSWERS

NASTY = (
    "=Nasty <!channel> <@U0OMAR> <#C0GENERAL|x> <https://evil.example|Bank> &lt;!here&gt; *b* _i_ ~s~ `c` ```d``` "
    "<b>x</b> | # [l](javascript:x) {{7*7}} \u202eeman\u202c z\u200bw \x00\x1b[31m"
)
WORKED_OUT = re.compile(r"x\)\W{0,4}49\b")
ENTITY = re.compile(r"&(?:amp|lt|gt);")
OURS = re.compile(
    r"<(?:https?://[^<>|]*slack[^<>|]*|https?://127[^<>|]*|@U0\w+|#C0\w+|mailto:[^<>]*|!date[^<>]*)(?:\|[^<>]*)?>"
)
TURNED = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]")


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    """Over HTTP, and everybody in it is called something nasty."""
    named = [replace(person, real_name=NASTY.replace(" ", "\N{NO-BREAK SPACE}")) for person in PEOPLE]
    clock = Clock()
    with LocalWorkspace(manifest.socket_mode(), people=named, clock=clock, ack_seconds=PATIENCE) as workspace:
        settings = Settings(
            bot_token=workspace.bot_token,
            signing_secret=workspace.signing_secret,
            slack_api_url=workspace.api_url,
            database_url=database_url,
            burst=timedelta(0),
            pace=timedelta(0),
        )
        opened = Room(workspace, settings, clock, "http")
        opened.bot_arrives()
        try:
            yield opened
        finally:
            opened.bot_leaves()


def live(room: Room) -> None:
    """Everything in which somebody may type, with the nasty string in it; and everything that shows it."""
    workspace = room.workspace
    room.command("maya")
    form = workspace.modal("maya")
    assert form
    typed = {"name": NASTY[:115], "period": NASTY[:40], "owner": "U0LENA"}
    assert workspace.submit("maya", form["id"], {block: {"value": value} for block, value in typed.items()}) == {}
    room.settle()
    recorder = Recorder(room)
    (review,) = room.reviews()
    for text in (f"{ANSWERS[0]} {NASTY}", *(f"{text}\n{NASTY}" for text in ANSWERS[1:])):
        workspace.message("lena", "#deals", text, review.thread_ts)
        room.settle()
    workspace.message("omar", "#deals", NASTY, review.thread_ts)
    workspace.message("lena", "#deals", "stop", review.thread_ts)
    rows = f'Deal,Owner,Stage,Close Date\n"{NASTY} Mill",Lena {NASTY},Proposal,2027-01-01\n'
    workspace.send_file("maya", workspace.dm("maya"), f"{NASTY}.csv", rows.replace("\x00", "").encode())
    room.settle()
    for text in ("list", "lens", "digest", f"show {NASTY[:115]}", f"ask {NASTY[:115]}", f"close {NASTY[:115]}",
                 f"nonsense {NASTY}", f'"{NASTY * 3}"'):  # fmt: skip
        with suppress(Refusal):
            room.command("maya", text)
        recorder.submit_all("maya")
    for days in (1, 60):
        for who in ("maya", "lena"):
            recorder.use_everything(who)
        room.clock.passes(days=days)
        room.tick()


def said(room: Room) -> Iterator[tuple[str, str]]:
    """Every text that Slack was given: `mrkdwn` where it reads marks and mentions, else `plain`."""
    for entry in room.workspace.traffic("from_bot"):
        for name, value in entry["body"].items():
            if name == "text" and isinstance(value, str):
                yield "mrkdwn", value
            elif name in ("blocks", "view"):
                yield from texts(json.loads(value) if isinstance(value, str) else value)
    for entry in room.workspace.traffic("to_bot", "slash_commands"):
        assert entry["status"] == "ok"
    for who in ("maya", "lena", "omar"):
        for note in room.workspace.ephemerals(who):
            yield from texts(note.get("blocks") or [])


def texts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            yield value["type"], value["text"]
        for each in value.values():
            yield from texts(each)


def test_slack_is_given_nothing_that_pings_links_formats_or_turns(room: Room) -> None:
    live(room)
    seen = list(said(room))
    nasty = [text for _, text in seen if "Nasty" in text]
    assert len(nasty) > 20, "it is hardly shown, so this shows little"
    for kind, text in seen:
        assert not TURNED.search(text), text
        assert not WORKED_OUT.search(text), text
        if kind == "mrkdwn":
            left = OURS.sub("", text)
            assert "<" not in left, text
            assert ">" not in re.sub(r"^> ", "", left, flags=re.MULTILINE), text
            assert "&" not in ENTITY.sub("", left), text
            for mark in ("*b*", "_i_", "~s~", "`c`", "```d"):
                assert mark not in text, text
            if "Nasty" in text:
                assert ZERO_WIDTH in text or "b" not in text.split("Nasty", 1)[1][:120], text


def test_no_export_starts_a_formula_a_heading_a_table_or_a_tag(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(room)
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    monkeypatch.chdir(tmp_path)
    for form in Format:
        done = CliRunner().invoke(main, ["deals", "export", "--all", "--private", "--format", form.value, "--to", form])
        assert done.exit_code == 0, done.output
        pages = [path.read_text(encoding="utf-8-sig") for path in Path(form.value).iterdir()]
        assert any("Nasty" in page for page in pages)
        assert [found.group() for page in pages for found in re.finditer(rf".{{0,60}}{TURNED.pattern}", page)] == [], (
            form
        )
    for path in Path("csv").iterdir():
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()):
            assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row), row
    for path in Path("json").iterdir():
        assert "<!channel>" in json.dumps(json.loads(path.read_text(encoding="utf-8")))  # as it was written
    for path in Path("markdown").iterdir():
        page = path.read_text(encoding="utf-8")
        for opened in ("<b>", "<!channel>", "[l](", "*b*", "~s~", "`c`", "<https"):
            assert not re.search(r"(?<!\\)" + re.escape(opened), page), (opened, page)
        assert path.name.isascii() and "/" not in path.name
