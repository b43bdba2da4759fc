"""Seen from outside: whether the bot lives, whether it is ready, its numbers, its log and its spans."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock

import pytest
from aiohttp import web
from click.testing import CliRunner
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import text, update

from bot import logs, probe
from bot.cli import main
from bot.outside import routes, seen_from_outside
from bot.settings import BadSetting
from storage.models import ReviewRow
from tests.conftest import DEALS, Room, open_room, served
from tests.reading import words
from tests.test_http import Answer, Door, door, no_database

__all__ = ["door"]

DASHBOARD = Path(__file__).parent.parent / "deploy" / "grafana.json"
Numbers = dict[str, float]


@pytest.fixture
def outside(room: Room) -> Iterator[Door]:
    """A bot over Socket Mode, as whoever runs it sees it."""
    app = web.Application()
    app.add_routes(routes(room.bot))
    with served(app) as address:
        yield Door(room, address)


def numbers(seen: Door) -> Numbers:
    """What Prometheus reads, by name and labels."""
    answer = seen.get("/metrics")
    assert answer.status == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def problem(answer: Answer) -> str:
    assert answer.status == 503
    return str(json.loads(answer.text)["problem"])


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# Ready


def is_at(room: Room, revision: str) -> None:
    with room.bot.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_a_bot_at_work_lives_and_is_ready(outside: Door) -> None:
    for path in ("/healthz", "/readyz"):
        answer = outside.get(path)
        assert (answer.status, json.loads(answer.text)) == (200, {"ok": True})


def test_a_bot_is_not_ready_for_a_database_older_than_itself_but_for_a_newer_one(outside: Door) -> None:
    is_at(outside.room, "0001")
    assert "run dealreview db upgrade" in problem(outside.get("/readyz"))
    is_at(outside.room, "9999")  # while the others are being upgraded, it goes on
    assert outside.get("/readyz").status == 200


def test_a_bot_whose_engine_stopped_is_not_ready(outside: Door) -> None:
    outside.room.bot.engine.stop()
    assert "the engine stands still" in problem(outside.get("/readyz"))


def test_a_bot_without_its_database_is_not_ready_and_says_so_in_its_numbers(
    postgres_server: str, postgres_url: str
) -> None:
    app = web.Application()
    with open_room(postgres_url) as room:
        app.add_routes(routes(room.bot))
        with served(app) as address, no_database(postgres_server, postgres_url):
            seen = Door(room, address)
            assert problem(seen.get("/readyz")) == "the database does not answer"
            assert numbers(seen)["dealreview_database_up"] == 0


# Numbers


def test_a_review_is_seen_in_the_numbers(door: Door) -> None:
    thread = door.room.start("Northwind @lena", by="maya")
    ts = thread.says("lena", "Revised quote is out.")
    thread.edits("lena", ts, "Revised quote is out, and the demo went well.")
    found = numbers(door)
    assert found['dealreview_replies_accepted_total{kind="said"}'] == 1
    assert found['dealreview_replies_accepted_total{kind="edited"}'] == 1
    assert found['dealreview_acknowledge_seconds_count{kind="command"}'] == 1
    assert found['dealreview_acknowledge_seconds_count{kind="event"}'] >= 2
    assert found['dealreview_acknowledge_seconds_bucket{kind="event",le="3.0"}'] >= 2
    assert found['dealreview_messages_total{result="said"}'] >= 4  # the parent, two questions, a reaction
    assert found["dealreview_lens_seconds_count"] == 2
    assert found['dealreview_questions_waiting{awaiting="answer"}'] == 1
    assert found['dealreview_questions_waiting{awaiting="return"}'] == 0
    assert found["dealreview_database_up"] == 1
    assert found["dealreview_due_lag_seconds"] == found["dealreview_messages_waiting"] == 0


def test_trouble_is_seen_in_the_numbers(outside: Door) -> None:
    room = outside.room
    thread = room.start("Northwind @lena", by="maya")
    room.workspace.fault("*", "server_error", times=1000)
    room.workspace.message("lena", DEALS, "Revised quote is out.", thread.ts)
    room.workspace.wait_until(lambda: numbers(outside).get('dealreview_messages_total{result="later"}', 0) > 0)
    room.clock.passes(minutes=20)
    assert numbers(outside)["dealreview_due_lag_seconds"] >= 20 * 60
    assert numbers(outside)["dealreview_messages_waiting"] > 0


def test_there_are_no_names_and_no_words_in_the_numbers(outside: Door) -> None:
    thread = outside.room.start("Northwind @lena", by="maya")
    thread.says("lena", "Ruth said: 'We can't do another audit on spreadsheets'.")
    text_of_all = outside.get("/metrics").text
    for word in ("Northwind", "Lena", "U0LENA", "Ruth", "T0LOCAL", "C0DEALS", thread.ts):
        assert word not in text_of_all


def test_every_panel_of_the_dashboard_shows_numbers_there_are_and_every_number_has_a_panel(outside: Door) -> None:
    outside.room.start("Northwind @lena", by="maya").says("lena", "Revised quote is out.")
    there = {re.sub(r"\{.*", "", name) for name in numbers(outside) if "_created" not in name}
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    shown = {
        name for panel in panels for each in panel["targets"] for name in re.findall(r"dealreview_\w+", each["expr"])
    }
    assert all(re.search(r"dealreview_\w+", each["expr"]) for panel in panels for each in panel["targets"])
    assert shown - there <= {"dealreview_nudges"}, "there are none before somebody is nudged"
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in there}
    assert families <= {re.sub(r"_bucket$", "", name) for name in shown}
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


# A port of its own


def test_in_socket_mode_the_bot_is_seen_on_a_port_of_its_own(room: Room) -> None:
    port = free_port()
    with seen_from_outside(room.bot, port, "DEALREVIEW_METRICS_PORT"):
        assert Door(room, f"http://127.0.0.1:{port}").get("/readyz").status == 200


def test_a_port_that_is_taken_is_named(room: Room) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(BadSetting, match=f"DEALREVIEW_METRICS_PORT is {port}, and the bot cannot listen there"),
            seen_from_outside(room.bot, port, "DEALREVIEW_METRICS_PORT"),
        ):
            raise AssertionError("it cannot be had")


def test_a_health_check_asks_the_bot_beside_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    monkeypatch.setenv("DEALREVIEW_METRICS_PORT", str(port))
    assert probe.main() == 1
    assert f"does not answer on port {port}" in capsys.readouterr().out
    with seen_from_outside(room.bot, port, "DEALREVIEW_METRICS_PORT"):
        assert probe.main() == 0
        room.bot.engine.stop()
        assert probe.main("/readyz") == 1
    monkeypatch.setenv("DEALREVIEW_METRICS_PORT", "")
    monkeypatch.setenv("PORT", "")
    assert probe.main() == 1


# The log


@contextmanager
def logged(form: logs.Form) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as it would be written."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logs.handler(form, written)
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)


def nobody_knows_how_it_stands(room: Room) -> None:
    """A review in the database that no version of the bot has written."""
    with room.bot.database.transaction() as session:
        session.execute(update(ReviewRow).values(status="unheard_of"))


def test_a_person_who_meets_an_error_is_told_the_reference_of_its_lines_in_the_log(room: Room) -> None:
    thread = room.start("Northwind @lena")
    nobody_knows_how_it_stands(room)
    with logged(logs.Form.JSON) as written:
        thread.presses("lena", "Deal details")
    told = words(room.workspace.messages(room.workspace.dm("lena"))[-1])
    (quoted,) = re.findall(r"the reference `([0-9a-f]{8})`", told)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    about_it = [line for line in lines if line.get("reference") == quoted]
    assert any(line["level"] == "ERROR" and "exc_info" in line for line in about_it)
    assert {"time", "level", "logger", "message", "reference"} <= about_it[-1].keys()


def test_each_request_has_a_reference_of_its_own(room: Room) -> None:
    thread = room.start("Northwind @lena")
    nobody_knows_how_it_stands(room)
    with logged(logs.Form.TEXT) as written:
        thread.presses("lena", "Deal details")
        thread.presses("maya", "Deal details")
    errors = re.findall(r"ERROR ([0-9a-f]{8}) bot\.app: error ([0-9a-f]{8})", written.getvalue())
    assert len({one for one, _ in errors}) == 2
    assert all(one == another for one, another in errors)


def test_a_form_of_the_log_that_there_is_not_is_an_error_in_one_line() -> None:
    told = CliRunner().invoke(main, ["manifest"], env={"DEALREVIEW_LOG": "xml"})
    assert (told.exit_code, told.output) == (1, "Error: DEALREVIEW_LOG is 'xml'; it must be text or json.\n")


# Spans


def test_spans_are_sent_where_a_setting_says_and_have_no_words_in_them(database_url: str) -> None:
    sent, door_of_it = list[ExportTraceServiceRequest](), Lock()

    async def collect(request: web.Request) -> web.Response:
        with door_of_it:
            sent.append(ExportTraceServiceRequest.FromString(await request.read()))
        return web.Response(headers={"Content-Type": "application/x-protobuf"})

    app = web.Application()
    app.add_routes([web.post("/v1/traces", collect)])
    with served(app) as address, open_room(database_url) as room:
        room.bot_leaves()
        room.settings = replace(room.settings, traces=address)
        room.bot_arrives()
        room.start("Northwind @lena").says("lena", "Ruth can't do another audit.")
        room.bot_leaves()
        resources = [resource for each in sent for resource in each.resource_spans]
        spans = [span for resource in resources for scope in resource.scope_spans for span in scope.spans]
    assert {"slack command", "slack event", "take turns", "say", "read"} <= {span.name for span in spans}
    taken = next(span for span in spans if span.name == "take turns")
    (reads,) = [span for span in spans if span.name == "read"]
    assert reads.trace_id in {span.trace_id for span in spans if span.name == "take turns"}
    assert re.fullmatch("[0-9a-f]{8}", taken.attributes[0].value.string_value)
    assert "Ruth" not in str(sent) and "Northwind" not in str(sent)
