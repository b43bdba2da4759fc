"""An upgrade while people answer: two versions work side by side on the tables of the later, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, make_url, select, update

from bot import manifest
from bot.engine import LEAVES_FOR
from flows.playbook import STANDARD, plain
from sandbox.running import LocalWorkspace
from storage.database import Database
from storage.errands import Errands
from storage.inbox import Arrival, Inbox
from storage.models import ArrivalRow, ErrandRow, MessageRow, PlaybookRow, ReviewRow, WorkspaceRow
from storage.playbooks import Playbooks
from storage.reviews import Reviews
from storage.revisions import Shape, shape_of
from storage.rules import find_rules, keep_rules
from tests.conftest import PATIENCE, START, TEAM, Clock, Room
from tests.databases import folder, made_on
from tests.former import NOT_TRIED, PARTS, ROOT, former_version
from tests.test_operations import is_asked

ANSWERS = (
    "Revised quote is out.",
    "Ruth said: 'We can't do another audit on spreadsheets'.",
    "Their auditor leaves in May, and nobody else knows the sheets.",
    "They told us they want to close the books in three days.",
)


@pytest.fixture
def before() -> Iterator[Path]:
    """The code as it was before the latest migration."""
    with folder() as place:
        if not former_version(place):
            pytest.skip(NOT_TRIED)
        yield place


@pytest.fixture
def old_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with nothing in it at all, of the kind this run is about."""
    if request.config.getoption("--on") == "postgres":
        with made_on(request.getfixturevalue("postgres_server")) as url:
            yield url
    else:
        with folder() as place:
            yield f"sqlite:///{place}/dealreview.db"


@contextmanager
def serving(code: Path, workspace: LocalWorkspace, url: str) -> Iterator[None]:
    """A process of the bot, of some version."""
    env = {
        "PYTHONPATH": str(code),
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        "DATABASE_URL": url,
        "DEALREVIEW_BURST_SECONDS": "0",
        "DEALREVIEW_PACE_SECONDS": "0",
    }
    serve = (sys.executable, "-c", "from bot.cli import main; main()", "serve")
    with (code / "log").open("ab") as log:
        process = subprocess.Popen(serve, cwd=code, env={**os.environ, **env}, stdout=log, stderr=log)  # noqa: S603
    try:
        workspace.wait_until(lambda: workspace.connected or process.poll() is not None, timeout=60)
        assert process.poll() is None, (code / "log").read_text()
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0, (code / "log").read_text()


def test_the_version_before_goes_on_while_the_tables_are_those_of_this_version_and_this_one_takes_over(
    before: Path, old_url: str
) -> None:
    database, url = Database(old_url), make_url(old_url).render_as_string(hide_password=False)
    with LocalWorkspace(
        manifest.socket_mode(), clock=Clock(START), retry_delays=(0, 0.5, 1), ack_seconds=PATIENCE
    ) as workspace:
        with serving(before, workspace, url):
            assert shape_of(database) is Shape.OLDER
            workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
            (parent,) = workspace.wait_until(lambda: workspace.messages("#deals"), timeout=30)
            thread = parent["ts"]
            is_asked(workspace, thread, 1)
            said = [workspace.message("lena", "#deals", ANSWERS[0], thread)]
            database.upgrade()
            assert shape_of(database) is Shape.SAME
            is_asked(workspace, thread, 2)
            for number, answer in enumerate(ANSWERS[1:3], start=3):
                said.append(workspace.message("lena", "#deals", answer, thread))
                is_asked(workspace, thread, number)
        said.append(workspace.message("lena", "#deals", ANSWERS[3], thread))
        with folder() as place:
            (place / "now").mkdir()
            for part in PARTS:
                (place / "now" / part).symlink_to(ROOT / part)
            with serving(place / "now", workspace, url):
                workspace.redeliver("#deals", said[3])
                is_asked(workspace, thread, 5)
    with database.transaction() as session:
        answers = Reviews(session, TEAM).get(1).answers.values()
        kept = [reply.message_ts for answer in answers for reply in answer.replies]
    database.close()
    assert sorted(kept) == sorted(said)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A version after this one, which has something more to say."""
    for part in PARTS:
        if part != "templates":
            (tmp_path / part).symlink_to(ROOT / part)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "templates" / "from_later.j2").write_text("This is {{ news }} to you.")
    return tmp_path


def decide(room: Room, name: str, ago: timedelta = timedelta(0)) -> None:
    """Let it be decided to say something in Lena's direct messages, as a later version would."""
    channel = room.workspace.dm("lena")
    with room.bot.database.transaction() as session:
        message = MessageRow(team=TEAM, channel=channel, slot="news", name=name, context={"news": "news"})
        message.version, message.said, message.tries = 1, 0, 0
        message.decided_at = datetime.now(UTC) - ago
        session.add(message)
    room.bot.engine.wake()


def test_what_only_a_later_version_can_say_is_left_to_it(room: Room, later: Path) -> None:
    decide(room, "from_later")
    room.workspace.wait_until(lambda: room.bot.engine.left_to_others)
    room.workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
    room.workspace.wait_until(lambda: len(room.workspace.messages("#deals")) == 1)
    with room.bot.database.transaction() as session:
        (waits,) = session.scalars(select(MessageRow).where(MessageRow.name == "from_later"))
        assert (waits.said, waits.tries, waits.refused) == (0, 0, None)
    if room.settings.database_url.startswith("sqlite"):
        room.bot_leaves()
    with serving(later, room.workspace, room.settings.database_url):
        (said,) = room.workspace.wait_until(lambda: room.workspace.messages(room.workspace.dm("lena")), timeout=30)
    assert said["text"] == "This is news to you."


@pytest.mark.parametrize("name", ["from_later", "shut_out"])
def test_words_that_nobody_had_for_an_hour_are_given_up_and_keep_nothing_else_back(room: Room, name: str) -> None:
    decide(room, name, ago=timedelta(hours=2))
    room.settle()
    with room.bot.database.transaction() as session:
        (given_up,) = session.scalars(select(MessageRow).where(MessageRow.slot == "news"))
        assert given_up.refused == "it cannot be put into words"


def test_what_a_later_version_takes_from_people_waits_for_it_however_often_it_is_met(room: Room) -> None:
    thread = room.start()
    with room.bot.database.transaction() as session:
        details = {"word": "skip", "ask": 1, "thread_ts": thread.ts}
        channel = thread.review.channel
        pressed = Arrival(1, "from_later", "U0LENA", "press", str(room.clock()), details, channel=channel)
        Inbox(session).add(TEAM, pressed, room.clock.utc())
        session.add(ErrandRow(team=TEAM, kind="from_later", person="U0LENA", subject="", asked_at=room.clock.utc()))
    room.bot.engine.wake()
    room.workspace.command("maya", "#deals", "/dealreview", "Lumen @omar")
    room.workspace.wait_until(lambda: "Lumen" in str(room.workspace.messages("#deals")))
    room.workspace.wait_until(lambda: len(room.bot.engine.left_to_others) == 2)
    time.sleep(LEAVES_FOR * 2)  # it is met again, and waits again
    with room.bot.database.transaction() as session:
        (arrival,) = session.scalars(select(ArrivalRow))
        assert (arrival.tries, arrival.failed) == (0, None)
        assert len(Errands(session).waiting()) == 1
        arrival.kind = "word"  # as if this were the later version
        session.execute(delete(ErrandRow))
    room.settle()
    assert "2 of 9" in thread.asked


def test_a_review_by_a_playbook_that_ships_with_a_later_version_waits_for_it(room: Room) -> None:
    thread = room.start()
    with room.bot.database.transaction() as session:
        session.execute(update(ReviewRow).values(playbook="from_later"))
    room.workspace.message("lena", "#deals", ANSWERS[0], thread.ts)
    room.workspace.wait_until(lambda: room.bot.engine.left_to_others)
    time.sleep(LEAVES_FOR * 2)
    with room.bot.database.transaction() as session:
        (arrival,) = session.scalars(select(ArrivalRow))
        assert (arrival.tries, arrival.failed) == (0, None)
        session.execute(update(ReviewRow).values(playbook="standard"))
    room.settle()
    assert "2 of 9" in thread.asked


def test_what_a_later_version_settled_or_says_of_a_question_is_no_trouble_and_settings_stay(room: Room) -> None:
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, find_rules(session, TEAM))
        row = session.get_one(WorkspaceRow, TEAM)
        row.settings = {**row.settings, "from_later": [1]}
        session.flush()
        keep_rules(session, TEAM, replace(find_rules(session, TEAM), nudges=False))
        assert row.settings["from_later"] == [1] and not find_rules(session, TEAM).nudges
        content = plain(STANDARD)
        content["questions"][0]["from_later"] = 1
        session.add(
            PlaybookRow(
                team=TEAM, key="standard", version=1, content=content, saved_by="U0MAYA", saved_at=room.clock.utc()
            )
        )
        session.flush()
        assert Playbooks(session, TEAM).get("standard", 1).questions == STANDARD.questions
