"""Requests that were overheard, come slowly, lie about their length or are too much: the door holds."""

from __future__ import annotations

import json
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from bot.app import create_app
from bot.http import LONGEST_BODY, LONGEST_CHECK, http_app
from bot.service.arrivals import TooEarly
from sandbox.people import SIGNING_SECRET
from sandbox.request_url import signature
from storage.models import AdmissionRow
from tests import audit
from tests.conftest import Room, Thread, open_room, served
from tests.sayings import ANSWERS

PATIENCE = 6.0


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with served(http_app(room.bot, room.settings.signing_secret, PATIENCE)) as found:
        yield found


def signed(body: bytes, kind: str, **more: str) -> dict[str, str]:
    timestamp = str(int(time.time()))
    made = signature(SIGNING_SECRET, timestamp, body.decode())
    return {"Content-Type": kind, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": made, **more}


def post(address: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        with urlopen(Request(f"{address}/slack/events", body, headers), timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code


def command(text: str) -> bytes:
    typed = {"command": "/dealreview", "text": text, "team_id": "T0LOCAL", "channel_id": "C0DEALS", "user_id": "U0MAYA"}
    return urlencode({**typed, "trigger_id": f"1.2.{text}"}).encode()


FORM = "application/x-www-form-urlencoded"


# What was overheard


def test_a_command_that_was_overheard_starts_no_second_review(room: Room, address: str) -> None:
    body = command("Northwind")
    headers = signed(body, FORM)
    assert post(address, body, headers) == 200
    room.settle()
    (review,) = room.reviews()
    Thread(room, "#deals", review.thread_ts or "").says("maya", "stop")
    assert post(address, body, headers) == 409
    room.settle()
    assert len(room.reviews()) == 1
    body = command("Northwind")
    assert post(address, body, signed(body, FORM, **{"X-Unsigned": "1"})) in (200, 409)  # typed anew, in a second alike


def test_a_signature_is_known_to_every_replica(postgres_url: str) -> None:
    with open_room(postgres_url, "http") as room:
        other = create_app(room.settings, clock=room.clock.utc)
        with (
            other.running(),
            served(http_app(room.bot, SIGNING_SECRET)) as one,
            served(http_app(other, SIGNING_SECRET)) as another,
        ):
            body = command("Northwind")
            headers = signed(body, FORM)
            assert [post(one, body, headers), post(another, body, headers)] == [200, 409]
            room.settle()


def test_what_slack_sends_again_with_a_new_signature_is_heard(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.says("lena", ANSWERS[0], deliver=0)  # lost on the way
    assert thread.review.ask == 1
    room.workspace.redeliver()
    room.settle()
    assert thread.review.ask == 2
    room.workspace.redeliver()
    room.settle()
    assert thread.review.ask == 2


def test_what_could_not_be_taken_may_come_again_in_the_same_second(room: Room, address: str) -> None:
    event = {"type": "app_mention", "user": "U0MAYA", "text": "<@U0BOT> Northwind", "ts": "1.1", "channel": "C0DEALS"}
    body = json.dumps({"type": "event_callback", "team_id": "T0LOCAL", "event_id": "Ev1", "event": event}).encode()
    headers = signed(body, "application/json")
    early = [TooEarly("not yet")]

    @room.bot.bolt.use
    def too_early_once(next) -> None:  # type: ignore[no-untyped-def]
        if early:
            raise early.pop()
        next()

    assert [post(address, body, headers) for _ in range(3)] == [503, 200, 200]
    room.settle()
    assert len(room.reviews()) == 1


def test_signatures_are_forgotten_when_they_are_good_for_nothing_any_more(room: Room, address: str) -> None:
    def known() -> int:
        with room.bot.database.transaction() as session:
            return session.query(AdmissionRow).count()

    body = command("help")
    post(address, body, signed(body, FORM))
    with room.bot.database.transaction() as session:
        for row in session.query(AdmissionRow):
            row.at = row.at.replace(year=2020)
    body = command("list")
    post(address, body, signed(body, FORM))
    assert known() == 1


# What comes slowly, or lies


def dripping(address: str, head: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=5 * PATIENCE)
    connection.sendall(f"POST /slack/events HTTP/1.1\r\nHost: {host}\r\n{head}\r\n".encode())
    return connection


def head(body: bytes, length: int) -> str:
    lines = {**signed(body, FORM), "Content-Length": str(length)}
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items())


def test_a_hundred_who_send_a_byte_now_and_then_keep_nobody_waiting_and_are_sent_away(address: str) -> None:
    body = command("help")
    assert post(address, command("lens"), signed(command("lens"), FORM)) == 200
    with ExitStack() as stack:
        slow = [stack.enter_context(closing(dripping(address, head(body, len(body))))) for _ in range(100)]
        for connection in slow:
            connection.sendall(body[:1])
        began = time.monotonic()
        assert post(address, command("list"), signed(command("list"), FORM)) == 200
        assert time.monotonic() - began < PATIENCE
        for connection in slow:
            assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_a_body_longer_than_it_says_is_cut_where_it_says_and_one_shorter_is_not_waited_for(address: str) -> None:
    body = command("help")
    with closing(dripping(address, head(body, len(body) - 5))) as connection:
        connection.sendall(body)
        assert connection.recv(100).split()[1] in (b"401", b"400")
    with closing(dripping(address, head(body, len(body) + 5))) as connection:
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
    with closing(dripping(address, head(body, -1))) as connection:
        assert connection.recv(100).split()[1] == b"400"


def test_headers_beyond_all_measure_are_refused(address: str) -> None:
    body = command("help")
    assert post(address, body, signed(body, FORM, **{"X-Long": "x" * 20_000})) == 400
    assert post(address, body, signed(body, FORM, **{f"X-{number}": "x" for number in range(500)})) == 400
    assert post(address, body, signed(body, FORM)) == 200


def test_a_body_that_unpacks_to_more_than_any_of_slacks_is_refused(address: str) -> None:
    packed = zlib.compress(b" " * (LONGEST_BODY * 50))
    timestamp = str(int(time.time()))
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=" + "0" * 64}
    assert post(address, packed, {**headers, "Content-Encoding": "deflate"}) in (400, 401, 413)


def test_who_has_no_signature_is_not_listened_to(address: str) -> None:
    with closing(dripping(address, f"Content-Length: {LONGEST_BODY}\r\n")) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_who_asks_after_tls_without_a_signature_is_listened_to_for_a_short_while_and_a_short_body(address: str) -> None:
    asked = f"Content-Type: {FORM}\r\n"
    with closing(dripping(address, f"{asked}Content-Length: 22\r\n")) as connection:
        connection.sendall(b"ssl_check=1")
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
    for length in (f"Content-Length: {LONGEST_CHECK + 1}", "Transfer-Encoding: chunked"):
        with closing(dripping(address, f"{asked}{length}\r\n")) as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 401")
    packed = zlib.compress(b"ssl_check=1&" * LONGEST_CHECK)
    assert post(address, packed, {"Content-Type": FORM, "Content-Encoding": "deflate"}) == 401


def test_odd_times_and_signatures_are_turned_away_and_never_an_error(address: str) -> None:
    body = command("help")
    for name, value in (
        ("X-Slack-Request-Timestamp", "9" * 400),
        ("X-Slack-Request-Timestamp", "\u0661\u0662".encode().decode("latin-1")),
        ("X-Slack-Request-Timestamp", "1_000"),
        ("X-Slack-Signature", "v0=\u00fc"),
        ("X-Slack-Signature", "v0=" + "A" * 64),
    ):
        assert post(address, body, {**signed(body, FORM), name: value}) == 401


# What we depend on


def audited(said: str, code: int = 0) -> int:
    return audit.main((sys.executable, "-c", f"import sys; print({said!r}); sys.exit({code})"), 20)


def test_a_known_problem_fails_the_audit_and_silence_is_told_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    package = {"name": "aiohttp", "version": "1.0"}
    problem = {"id": "CVE-1", "fix_versions": ["2.0"]}
    assert audited(json.dumps({"dependencies": [{**package, "vulns": [problem]}]}), 1) == 1
    assert "aiohttp 1.0: CVE-1; mended in 2.0" in capsys.readouterr().out
    assert audited(json.dumps({"dependencies": [{**package, "vulns": []}]})) == 0
    assert "1 of 1 packages audited" in capsys.readouterr().out
    for silence in (json.dumps({"dependencies": [{**package, "skip_reason": "not found"}]}), "", "Traceback"):
        assert audited(silence, 1) == 0
        assert "NOT AUDITED" in capsys.readouterr().out
    assert audit.main((sys.executable, "-c", "import time; time.sleep(9)"), 0.2) == 0
    assert "NOT AUDITED" in capsys.readouterr().out
