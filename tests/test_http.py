"""The HTTP door: only what Slack has signed gets in, nothing that comes brings it down, and it tells its health."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest
from sqlalchemy import make_url

from bot.http import LONGEST_BODY, LONGEST_CHECK, http_app
from bot.lateness import IN_TIME
from sandbox.people import SIGNING_SECRET
from sandbox.request_url import signature
from tests.conftest import PATIENCE, Room, open_room, served
from tests.sayings import ANSWERS

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass
class Answer:
    status: int
    text: str


@dataclass
class Door:
    """A bot reached over HTTP, as anyone on the internet reaches it."""

    room: Room
    address: str

    def get(self, path: str) -> Answer:
        return ask(Request(self.address + path))  # noqa: S310

    def post_unsigned(self, body: str, kind: str = FORM) -> Answer:
        headers = {"Content-Type": kind}
        return ask(Request(f"{self.address}/slack/events", data=body.encode(), headers=headers))  # noqa: S310

    def post(
        self,
        body: str | bytes,
        kind: str = JSON,
        path: str = "/slack/events",
        secret: str = SIGNING_SECRET,
        at: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A request signed with a secret, at a time (seconds since the epoch; now if None)."""
        data = body if isinstance(body, bytes) else body.encode()
        timestamp = str(int(time.time() if at is None else at))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret, timestamp, data.decode("utf-8", "replace")),
        }
        return ask(Request(self.address + path, data=data, headers={**signed, **(headers or {})}))  # noqa: S310


def ask(request: Request) -> Answer:
    try:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return Answer(answer.status, answer.read().decode())
    except HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.read().decode())


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with open_room(database_url, "http") as room, served(http_app(room.bot, room.settings.signing_secret)) as address:
        yield Door(room, address)


def command(text: str = "Northwind") -> str:
    return urlencode(
        {
            "command": "/dealreview",
            "text": text,
            "team_id": "T0LOCAL",
            "channel_id": "C0DEALS",
            "user_id": "U0MAYA",
            "trigger_id": "1.2.3",
        }
    )


def test_the_bot_is_well_while_its_database_answers(door: Door) -> None:
    answer = door.get("/healthz")
    assert (answer.status, json.loads(answer.text)) == (200, {"ok": True})


@contextmanager
def no_database(server: str, url: str) -> Iterator[None]:
    """A database on Postgres that throws everybody out and lets nobody in, for a while."""
    name = make_url(url).database
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_the_bot_is_not_well_when_its_database_is_gone_and_well_again_when_it_is_back(
    postgres_server: str, postgres_url: str
) -> None:
    with open_room(postgres_url, "http") as room, served(http_app(room.bot, room.settings.signing_secret)) as address:
        door = Door(room, address)
        with no_database(postgres_server, postgres_url):
            answer = door.get("/healthz")
            assert answer.status == 503
            assert json.loads(answer.text) == {"ok": False, "problem": "the database does not answer"}
        assert door.get("/healthz").status == 200


def test_slacks_check_of_the_address_is_answered(door: Door) -> None:
    answer = door.post(json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB10F"}))
    assert answer.status == 200
    assert "3eZbrw1aB10F" in answer.text


def test_slacks_question_after_tls_is_answered_whether_or_not_it_is_signed_and_brings_about_nothing(door: Door) -> None:
    for body in ("ssl_check=1&token=hush", "ssl_check=1", f"{command()}&ssl_check=1"):
        assert door.post_unsigned(body) == Answer(200, "")
        assert door.post(body, FORM) == Answer(200, "")
    door.room.settle()
    assert door.room.reviews() == []


def test_nobody_gets_in_beside_slacks_question_after_tls(door: Door) -> None:
    check = "ssl_check=1&token=hush"
    too_long = f"{check}&x={'x' * LONGEST_CHECK}"
    for body in (command(), "ssl_check=0&token=hush", "ssl_check", urlencode({"payload": check}), too_long):
        assert door.post_unsigned(body).status == 401
    for kind, body in ((JSON, check), ("text/plain", check), (JSON, '{"ssl_check": "1", "token": "hush"}')):
        assert door.post_unsigned(body, kind).status == 401
    assert door.room.reviews() == []


def test_a_signed_command_is_taken_and_an_unknown_one_is_not(door: Door) -> None:
    assert door.post(command("help"), FORM).status == 200
    assert door.post(command().replace("dealreview", "other"), FORM).status == 404


def test_a_command_may_have_the_word_payload_in_it(door: Door) -> None:
    assert door.post(command("Payload gateway, our payload"), FORM, secret="another-secret").status == 401
    assert door.post(command("Payload gateway, our payload"), FORM).status == 200
    assert door.post(command("help") + "&channel_name=payloads", FORM).status == 200
    door.room.settle()
    assert [review.deal.name for review in door.room.reviews()] == ["Payload gateway, our payload"]


def test_a_request_that_slack_did_not_sign_is_turned_away(door: Door) -> None:
    for secret in ("another-secret", ""):
        assert door.post(command(), FORM, secret=secret).status == 401
    assert door.room.reviews() == []


def test_a_request_with_half_a_signature_is_turned_away(door: Door) -> None:
    for given in ("", "nonsense", "v0=", "v1=abc"):
        assert door.post(command(), FORM, headers={"X-Slack-Signature": given}).status == 401
    assert door.room.reviews() == []


def test_a_stranger_whose_signature_has_no_time_cannot_make_the_bot_speak(door: Door) -> None:
    pressed = {
        "type": "block_actions",
        "team": {"id": "T0LOCAL"},
        "user": {"id": "U0LENA"},
        "channel": {"id": "C0DEALS"},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": "share", "value": "1", "action_ts": "1.1"}],
    }
    body = urlencode({"payload": json.dumps(pressed)})
    for given in ("", "nonsense", "1e3", "9" * 5000):
        answer = door.post(body, FORM, secret="another-secret", headers={"X-Slack-Request-Timestamp": given})
        assert door.room.workspace.calls("chat.postMessage") == []
        assert answer.status == 401


def test_a_signature_of_another_time_is_turned_away(door: Door) -> None:
    for minutes in (-6, 6, -60 * 24 * 365):
        assert door.post(command(), FORM, at=time.time() + minutes * 60).status == 401
    assert door.room.reviews() == []


def test_a_signature_fits_one_body_only(door: Door) -> None:
    now = str(int(time.time()))
    stolen = signature(SIGNING_SECRET, now, command("help"))
    answer = door.post(command("Northwind"), FORM, headers={"X-Slack-Signature": stolen})
    assert answer.status == 401
    assert door.room.reviews() == []


def test_there_is_nothing_at_any_other_path(door: Door) -> None:
    for path in ("/", "/slack", "/slack/events/more", "/slack/install", "/metrics/more", "/../etc/passwd"):
        assert door.get(path).status == 404
        assert door.post(command(), FORM, path=path).status == 404


def test_slacks_address_cannot_be_read_and_health_cannot_be_written(door: Door) -> None:
    assert door.get("/slack/events").status == 405
    assert door.post(command(), FORM, path="/healthz").status == 405


def test_a_body_larger_than_any_of_slacks_is_not_read(door: Door) -> None:
    assert door.post("x" * (LONGEST_BODY + 1), FORM).status == 413
    assert door.get("/healthz").status == 200


ODD = [
    (b"", FORM),
    (b"\xff\xfe\x00\xd8", FORM),
    (b"text=x", FORM + "; charset=klingon"),
    (b"hello", "text/plain"),
    (b'{"type": "event_callback", "team_id": "T0LOCAL"}', JSON),
]
UNREADABLE = [
    (b"{not json", JSON),
    (b"[1, 2]", JSON),
    (b"7", JSON),
    (b"null", JSON),
    (b"payload=%7Bnope", FORM),
    (b"payload=", FORM),
    (b"payload=%5B%5D", FORM),
    (b"\xff\xfe", JSON),
    (b'{"type": "event_callback", "team_id": "T0LOCAL", "event": 7}', JSON),
]


def test_an_odd_body_breaks_nothing(door: Door) -> None:
    assert_taken_calmly(door, ODD)


def test_an_unreadable_body_is_refused_and_breaks_nothing(door: Door) -> None:
    assert_taken_calmly(door, UNREADABLE)


def assert_taken_calmly(door: Door, bodies: list[tuple[bytes, str]]) -> None:
    for body, kind in bodies:
        for secret in (SIGNING_SECRET, "another-secret"):
            answer = door.post(body, kind, secret=secret)
            assert 200 <= answer.status < 500, (body, kind, secret, answer)
            assert "Traceback" not in answer.text
    assert door.get("/healthz").status == 200


SHORT: list[dict[str, object]] = [
    {"subtype": "channel_join", "user": "U0LENA", "text": "<@U0LENA> has joined the channel"},
    {"subtype": "bot_message", "text": "Pushing is the answer", "bot_id": "BB12033", "username": "github", "icons": {}},
    {"subtype": "bot_message", "channel": "C0DEALS", "text": "Pushing is the answer", "user": "", "bot_id": ""},
    {"subtype": "message_deleted", "channel": "C0DEALS", "hidden": True, "deleted_ts": "1358878749.000002"},
    {"subtype": "channel_topic", "channel": "C0DEALS", "user": "", "team": "", "topic": "Deals"},
]
"""Messages as Slack documents them: what there is not is left out, or is empty."""


def told_of(door: Door, number: int, **message: object) -> int:
    """Slack tells of a message in a channel; returns what it is answered."""
    event = {"type": "message", "ts": f"1795510900.{number:06}", **message}
    return door.post(
        json.dumps({"type": "event_callback", "team_id": "T0LOCAL", "event_id": f"Ev{number}", "event": event})
    ).status


def test_a_message_that_nobody_reads_is_acknowledged_whatever_it_lacks(door: Door) -> None:
    thread = door.room.start("Northwind @lena")
    before = thread.turns
    assert [told_of(door, number, **message) for number, message in enumerate(SHORT)] == [200] * len(SHORT)
    door.room.settle()
    assert thread.turns == before


def test_a_message_that_is_read_is_taken_though_some_of_it_is_empty_and_refused_without_its_channel(door: Door) -> None:
    thread = door.room.start("Northwind @lena")
    said = {"user": "U0LENA", "text": ANSWERS[0], "thread_ts": thread.ts, "bot_id": "", "subtype": "", "team": ""}
    assert told_of(door, 1, **said) == 400
    assert told_of(door, 2, **said, channel="C0DEALS") == 200
    assert told_of(door, 3, **{**said, "user": ""}, channel="C0DEALS") == 200
    assert told_of(door, 4, subtype="message_changed", channel="C0DEALS") == 400
    assert told_of(door, 5, subtype="message_deleted", channel="C0DEALS") == 400
    door.room.settle()
    assert [reply.text for reply in thread.review.answer("opening").live] == [ANSWERS[0]]


def test_an_event_that_was_not_kept_is_not_acknowledged_so_that_slack_sends_it_again(
    postgres_server: str, postgres_url: str
) -> None:
    event = {"type": "app_mention", "user": "U0MAYA", "text": "<@U0BOT> Northwind", "ts": "1.1", "channel": "C0DEALS"}
    body = json.dumps({"type": "event_callback", "team_id": "T0LOCAL", "event_id": "Ev1", "event": event})
    with open_room(postgres_url, "http") as room, served(http_app(room.bot, room.settings.signing_secret)) as address:
        door = Door(room, address)
        with no_database(postgres_server, postgres_url):
            answer = door.post(body)
            assert answer.status == 500
            assert "Traceback" not in answer.text
        assert door.post(body).status == 200
        room.settle()
        assert len(room.reviews()) == 1


def test_an_answer_that_does_not_arrive_late_goes_with_the_acknowledgement(door: Door) -> None:
    """Else whoever reopened a deal was told that it did not work, or nothing."""
    door.room.start("Northwind @lena", by="maya")
    door.room.clock.passes(minutes=11)
    for address in ("http://127.0.0.1:1/nobody", f"{door.room.workspace.url}/response/unknown"):
        door.room.workspace.fault("users.info", "slow", seconds=IN_TIME + 0.2)
        door.room.clock.passes(minutes=11)
        typed = {
            "command": "/dealreview", "text": "Northwind", "team_id": "T0LOCAL", "channel_id": "C0DEALS",
            "user_id": "U0MAYA", "trigger_id": "1.2.3", "response_url": address,
        }  # fmt: skip
        assert "is open already" in door.post(urlencode(typed), FORM).text
