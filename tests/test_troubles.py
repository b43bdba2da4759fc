"""Which troubles pass: what Slack refuses for now is asked again, and what fails for no known reason less and less."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.clients import lasting
from bot.directory import Directory
from bot.engine import Lane, NotNow, Waiting
from bot.facing import facing
from bot.lateness import IN_TIME
from bot.service.turns import TurnService
from sandbox.faults import FaultKind
from storage.messages import Messages
from storage.models import MessageRow, RestRow
from tests.conftest import TEAM, Room


def refusal(reason: str, status: int = 200) -> SlackApiError:
    data = {"ok": False, "error": reason}
    client, address = WebClient("xoxb-1"), "http://127.0.0.1/api/chat.postMessage"
    answer = SlackResponse(
        client=client, http_verb="POST", api_url=address, req_args={}, data=data, headers={}, status_code=status
    )
    return SlackApiError("Slack refuses", answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("internal_error", 200),
        ("rate_limited", 200),
        ("ratelimited", 429),
        ("not_authed", 200),
        ("unknown", 503),
        ("Received a response in a non-JSON format: <html>", 200),
    ],
)
def test_a_trouble_that_will_pass_is_no_refusal(reason: str, status: int) -> None:
    with pytest.raises(NotNow, match="Slack says"):
        lasting(refusal(reason, status))


@pytest.mark.parametrize("reason", ["channel_not_found", "msg_too_long", "missing_scope"])
def test_a_refusal_lasts(reason: str) -> None:
    assert lasting(refusal(reason)) == reason


class Poisoned:
    """Work that fails each time, for no reason that anybody has thought of."""

    name = "poisoned"

    def __init__(self) -> None:
        self.tried: list[float] = []

    def waiting(self, session: Session, now: datetime) -> Waiting:
        return Waiting([Lane(TEAM, "one")])

    def is_anything_left(self, session: Session) -> bool:
        return False

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        self.tried.append(time.monotonic())
        raise ZeroDivisionError("nobody has thought of it")


def test_what_fails_for_no_known_reason_is_tried_again_at_longer_and_longer_intervals(room: Room) -> None:
    work = Poisoned()
    room.bot.engine.take_on(work)
    room.workspace.wait_until(lambda: len(work.tried) >= 3)
    first, second, third = work.tried[:3]
    assert second - first >= 1
    assert third - second >= 2


def test_whoever_waits_for_an_answer_is_not_kept_waiting_as_long_as_slack_wants_its_rest(room: Room) -> None:
    room.start("Northwind @lena")
    room.workspace.fault("conversations.info", "rate_limited", seconds=3600)
    assert room.command("maya", "Northwind").startswith("That did not work: Slack did not answer")
    room.workspace.fault("conversations.info", "rate_limited", seconds=1)
    assert "is open already" in room.command("maya", "Northwind")


def test_a_clock_that_is_set_back_silences_no_channel(room: Room) -> None:
    thread = room.start("Northwind @lena")
    now = datetime.now(UTC)
    with room.bot.database.transaction() as session:
        session.merge(RestRow(team=TEAM, channel="C0DEALS", until=now + timedelta(hours=1)))
        session.execute(update(MessageRow).values(posted_at=now + timedelta(hours=1)))
        assert Messages(session).posted_between("C0DEALS", now - timedelta(minutes=1), now) == 0
    thread.says("lena", "Their auditor stopped them twice.")
    assert "*2 of 9*" in thread.asked


def test_words_that_were_taken_in_the_same_moment_as_others_about_the_deal_are_taken_all_the_same(room: Room) -> None:
    thread = room.start("Northwind @lena")
    decisions = next(work._decisions for work, _ in room.bot.engine._works if isinstance(work, TurnService))
    clash = iter([IntegrityError("INSERT INTO knowledge", None, Exception("there is one"))])

    def meets_others(*_: object) -> None:
        for error in clash:
            raise error

    decisions.followers.append(meets_others)
    thread.says("lena", "Their auditor stopped them twice.")
    assert "*2 of 9*" in thread.asked
    assert room.whispers("lena") == []


@pytest.mark.parametrize("kind", ["server_error", "rate_limited", "drop_before"])
def test_when_slack_does_not_open_a_form_it_is_not_said_to_be_our_fault(room: Room, kind: FaultKind) -> None:
    room.workspace.fault("views.open", kind, times=9, seconds=60)
    assert room.command("maya", "").startswith("That did not work: Slack did not answer")


def test_an_answer_that_comes_too_late_for_slack_comes_all_the_same(room: Room) -> None:
    room.start("Northwind @lena")
    room.workspace.fault("conversations.info", "slow", seconds=IN_TIME + 0.2)
    assert room.workspace.command("maya", "#deals", "/dealreview", "Northwind") == {}
    (told,) = room.whispers("maya")
    assert "is open already" in told


def test_that_a_command_failed_is_told_however_late(room: Room) -> None:
    room.workspace.fault("users.info", "slow", seconds=IN_TIME + 0.2)
    room.workspace.fault("views.open", "server_error", times=9)
    assert room.workspace.command("maya", "#deals", "/dealreview", "") == {}
    (told,) = room.whispers("maya")
    assert told.startswith("That did not work: Slack did not answer")


def directory_of(room: Room) -> Directory:
    return next(work._directory for work, _ in room.bot.engine._works if isinstance(work, TurnService))


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "drop_before"])
def test_who_somebody_is_is_asked_again_when_slack_could_not_tell(room: Room, kind: FaultKind) -> None:
    """Else a guest would be taken for a colleague meanwhile, and a schedule pause since nobody is an admin."""
    directory = directory_of(room)
    room.workspace.fault("users.info", kind, times=9, seconds=60)
    with facing("U0MAYA"):
        for asks in (directory.is_admin, directory.renew, directory.name, directory.is_colleague):
            with pytest.raises((NotNow, OSError)):
                asks(TEAM, "U0NOBODY")


def test_where_nobody_waits_slack_has_the_rest_it_asks_for(room: Room) -> None:
    directory = directory_of(room)
    room.workspace.fault("users.info", "rate_limited", seconds=2)
    before = len(room.workspace.calls("users.info"))
    assert directory.renew(TEAM, "U0MAYA")
    assert len(room.workspace.calls("users.info")) - before == 2


def test_whoever_became_a_guest_while_slack_could_not_tell_is_one_as_soon_as_it_can(room: Room) -> None:
    room.start("Northwind @lena")
    directory = directory_of(room)
    assert directory.is_colleague(TEAM, "U0LENA")
    room.workspace.become("lena", "guest")
    room.clock.passes(minutes=11)
    room.workspace.fault("users.info", "server_error")
    assert directory.is_colleague(TEAM, "U0LENA")
    assert not directory.is_colleague(TEAM, "U0LENA")


def test_a_guest_is_called_by_name_though_slack_wanted_its_rest(room: Room) -> None:
    room.workspace.become("omar", "guest")
    thread = room.start("Northwind @lena")
    room.workspace.fault("users.info", "slow", seconds=0)
    room.workspace.fault("users.info", "rate_limited", seconds=1)
    thread.says("lena", "@omar told me their auditor stopped them twice.")
    assert "@Omar told me their auditor stopped them twice." in [
        reply.text for reply in thread.review.answer("opening").live
    ]
