"""Everything that goes amiss is logged, and no log line or answer holds a secret or a word that somebody said."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import make_url
from sqlalchemy.exc import StatementError

from bot import manifest
from bot.settings import Endpoint, Settings
from flows.playbook import PLAYBOOK
from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace
from storage.models import DealRow
from tests.conftest import PATIENCE, Clock, Room
from tests.sayings import ANSWERS

WORD = "Zwetschgenkuchen"
KEY, PASSWORD = "lens-key-Pfifferling", "database-password-Steinpilz"
OURS = ("bot", "flows", "storage")


@pytest.fixture
def room(database_url: str, caplog: pytest.LogCaptureFixture) -> Iterator[Room]:
    """A room over HTTP whose settings hold every secret there is, listening to all that is logged."""
    caplog.set_level(logging.INFO)
    for name in OURS:
        caplog.set_level(logging.DEBUG, logger=name)
    address = make_url(database_url)
    if address.get_backend_name() == "postgresql":
        address = address.set(password=PASSWORD)
    clock = Clock()
    with LocalWorkspace(manifest.socket_mode(), clock=clock, retry_delays=(0, 0.05), ack_seconds=PATIENCE) as workspace:
        settings = Settings(
            bot_token=workspace.bot_token,
            signing_secret=workspace.signing_secret,
            slack_api_url=workspace.api_url,
            database_url=address.render_as_string(hide_password=False),
            lens=Endpoint("http://127.0.0.1:9/v1", "small", KEY),
            burst=timedelta(0),
            pace=timedelta(0),
        )
        room = Room(workspace, settings, clock, "http")
        room.bot_arrives()
        try:
            yield room
        finally:
            room.bot_leaves()


def secrets_of(room: Room) -> list[str]:
    """What nobody may read in a log: keys, where one may answer or look in somebody's name, and people's words."""
    found = [room.settings.bot_token, room.settings.signing_secret, KEY, PASSWORD, WORD]
    for entry in room.workspace.traffic("to_bot"):
        body = entry["body"]
        found += [body[name] for name in ("trigger_id", "response_url") if body.get(name)]
        for file in (body.get("event") or {}).get("files") or ():
            found += [file[name] for name in ("url_private", "url_private_download") if file.get(name)]
    return found


def tell_everything(room: Room) -> None:
    """A whole review, and everything that is kept or shown of it, while Slack and its people are at their worst."""
    workspace = room.workspace
    thread = room.start(f'"{WORD} & Sons" @lena')
    workspace.fault("chat.postMessage", "server_error")
    workspace.fault("chat.postMessage", "rate_limited", seconds=0)
    thread.says("lena", f"{ANSWERS[0]} {WORD}")
    workspace.fault("chat.postMessage", "drop_after")
    thread.says("lena", f"Their {WORD} team quit in March.")
    workspace.fault("chat.update", "server_error")
    ts = thread.says("lena", f"Their CFO told us {WORD}.")
    thread.edits("lena", ts, f"Their CFO never told us {WORD}.")
    thread.deletes("lena", ts)
    for _ in PLAYBOOK:
        thread.says("lena", "not known")
    thread.says("lena", "stop")
    for method in ("views.open", "chat.postEphemeral", "views.publish", "users.info", "conversations.info"):
        workspace.fault(method, "server_error", times=3)
    for who in ("maya", "lena"):
        for text in ("", f"show {WORD}", f"ask {WORD}", f"close {WORD} & Sons", f"{WORD} again", "batch", "digest"):
            with suppress(Refusal):
                room.command(who, text)
        with suppress(Refusal):
            workspace.home(who)
    workspace.send_file("maya", workspace.dm("maya"), f"{WORD}.csv", f"Deal,Owner\n{WORD},Nobody {WORD}\n".encode())
    workspace.lose_file(workspace.messages(workspace.dm("maya"))[-1]["files"][0]["id"])
    room.settle()


def stumble(room: Room) -> list[str]:
    """Payloads that no client sends, full of words; returns what they are answered."""
    review = room.reviews()[0]
    who = {"team": {"id": "T0LOCAL"}, "user": {"id": "U0LENA"}, "trigger_id": f"1.2.{WORD}"}
    pressed = {**who, "type": "block_actions", "channel": {"id": "C0DEALS"}, "response_url": f"https://x/{WORD}"}
    state = {"values": {"name": {"value": {"value": WORD}}, "line": {"value": {"value": "x"}}}}
    bodies = [
        {**pressed, "actions": [{"type": "button", "action_id": action, "value": value, "action_ts": f"9.{number}"}]}
        for number, (action, value) in enumerate(
            [("share", "x"), ("word:x", "1:1"), ("history", "9" * 40), ("details", str(review.id)), ("fix_line", "1")]
        )
    ]
    view = {"id": "V1", "type": "modal", "hash": "1", "state": state, "private_metadata": "1"}
    bodies += [
        {**who, "type": "view_submission", "view": {**view, "callback_id": form}}
        for form in ("start_review", "details", "fix_line", "close_deal", "batch", "schedule", "nudge_waits")
    ]  # fmt: skip
    on_a_calendar = {
        "day": "2026-12-03", "time": "10:00", "zone": "Europe/London", "country": "GB", "channel": "C0DEALS",
        "every": "9", "ahead": "1", "digest": "60", "where": "channel", "period": WORD,
    }  # fmt: skip
    filled = {"values": {block: {"value": {"value": value}} for block, value in on_a_calendar.items()}}
    schedule = {**view, "callback_id": "schedule", "private_metadata": "0:", "state": filled}
    bodies += [{**who, "type": "view_submission", "view": schedule}]
    mention = {
        "type": "app_mention",
        "user": "U0LENA",
        "channel": "C0NOWHERE",
        "text": f"{WORD}\x00\ud800",
        "ts": "1.1",
    }
    bodies += [{"type": "event_callback", "team_id": "T0LOCAL", "event_id": "Ev1", "event": mention}]
    told = [room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body)).body or "" for body in bodies]
    room.settle()
    return told


def test_whatever_goes_amiss_no_secret_and_no_word_is_logged(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    tell_everything(room)
    told = stumble(room)
    room.bot_leaves()
    formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    lines = [formatter.format(record) for record in caplog.records]
    errors = [line for line in lines if line.startswith("ERROR bot.app: error ")]
    assert len(errors) >= 5, "not much went amiss, so this shows little"
    for secret in secrets_of(room):
        assert [line[-800:] for line in lines if secret in line] == [], f"{secret!r} is in the log"
    for answer in told:
        assert not any(secret in answer for secret in secrets_of(room) if secret != WORD)
        assert "Traceback" not in answer and "Error" not in answer
    room.bot_arrives()


def test_an_error_of_the_database_tells_of_its_statement_and_not_of_what_people_said(room: Room) -> None:
    with pytest.raises(StatementError) as error, room.bot.database.transaction() as session:
        session.add(DealRow(team="T0LOCAL", name=WORD, owner=None, created_at=room.clock.utc()))
        session.flush()
    assert "INSERT INTO deal" in str(error.value)
    assert WORD not in str(error.value)


def test_settings_show_none_of_their_secrets(room: Room) -> None:
    shown = repr(replace(room.settings, app_token="xapp-Maronenpilz"))
    for secret in (room.settings.bot_token, room.settings.signing_secret, KEY, PASSWORD, "xapp-Maronenpilz"):
        assert secret not in shown
