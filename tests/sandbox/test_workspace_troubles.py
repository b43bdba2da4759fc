"""Trouble on the way to the bot: events that come twice, late, in the opposite order or never, without its doing."""

import json
import urllib.request

import pytest

from sandbox.refusals import Refusal


@pytest.fixture
def told(app) -> list[str]:
    """The text of each message, in the order in which the app was told. It is noted before it is acknowledged."""
    texts: list[str] = []

    @app.middleware
    def note(body, next):
        texts.append(body["event"]["text"])
        next()

    app.event("message")(lambda: None)
    return texts


@pytest.fixture
def says(workspace):
    return lambda text: workspace.message("lena", "#deals", text)


def test_an_event_may_arrive_twice(workspace, app, told, says, run):
    run(app)
    workspace.trouble("twice", times=2)
    for text in ("one", "two", "three"):
        says(text)
    workspace.quiet()
    assert sorted(told) == ["one", "one", "three", "two", "two"]
    ids = [entry["body"]["event_id"] for entry in workspace.traffic("to_bot")]
    assert len(set(ids)) == 3


def test_an_event_may_be_lost_until_it_is_sent_again(workspace, app, told, says, run):
    run(app)
    workspace.trouble("lost", times=2)
    lost, _, _ = [says(text) for text in ("one", "two", "three")]
    workspace.quiet()
    assert told == ["three"]
    workspace.redeliver("#deals", lost)
    workspace.quiet()
    assert told == ["three", "one"]


def test_events_may_arrive_in_the_opposite_order(workspace, app, told, says, run):
    run(app)
    workspace.trouble("reordered", times=3)
    for text in ("one", "two", "three", "four"):
        says(text)
    workspace.quiet()
    assert [text for text in told if text != "four"] == ["three", "two", "one"]
    assert "four" in told


def test_an_event_may_be_overtaken_by_the_next(workspace, app, told, says, connect):
    connect(app)
    workspace.trouble("delayed", seconds=600)
    says("late")
    says("on time")
    workspace.wait_until(lambda: told)
    assert told == ["on time"]


def test_it_is_not_quiet_while_an_event_is_late(workspace, app, told, says, run):
    run(app)
    workspace.trouble("delayed", seconds=0.2)
    says("late")
    workspace.quiet()
    assert told == ["late"]


def test_it_is_not_quiet_while_an_event_is_held_back(workspace, app, told, says, connect):
    connect(app)
    workspace.trouble("reordered", times=2)
    says("one")
    with pytest.raises(TimeoutError, match="held back: 1"):
        workspace.quiet(timeout=0.05)
    assert told == []
    says("two")
    workspace.quiet()
    assert told == ["two", "one"]


def test_troubles_come_one_after_the_other(workspace, app, told, says, connect):
    connect(app)
    workspace.trouble("lost")
    workspace.trouble("twice")
    for text in ("one", "two", "three"):
        says(text)
    workspace.quiet()
    assert sorted(told) == ["three", "two", "two"]


def test_what_the_bot_does_itself_meets_no_trouble(workspace, app, client, says, connect):
    connect(app)
    workspace.trouble("lost")
    ts = client.chat_postMessage(channel="C0DEALS", text="from the bot")["ts"]
    client.chat_update(channel="C0DEALS", ts=ts, text="better words")
    client.reactions_add(channel="C0DEALS", timestamp=ts, name="eyes")
    says("from Lena")
    workspace.quiet()
    sent = [entry["body"]["event"] for entry in workspace.traffic("to_bot")]
    assert {event["type"] for event in sent} == {"message", "reaction_added"}
    assert "better words" in json.dumps(sent)
    assert "from Lena" not in json.dumps(sent)


def test_an_invitation_of_the_bot_may_be_lost(workspace, app, hear, connect):
    connect(app)
    workspace.trouble("lost")
    workspace.invite("maya", "forecast", "parrot")
    workspace.message("maya", "forecast", "Who is there?")
    workspace.quiet()
    assert [event["type"] for event in hear] == ["message"]


def test_trouble_is_planned_at_the_peoples_door(workspace, app, told, says, connect):
    def plan(**trouble: object) -> dict:
        with urllib.request.urlopen(f"{workspace.url}/control/trouble", json.dumps(trouble).encode()) as response:  # noqa: S310
            return json.load(response)

    connect(app)
    assert plan(kind="reordered", times=2) == {"ok": True}
    says("one")
    says("two")
    workspace.quiet()
    assert told == ["two", "one"]
    for mistaken in (
        {"kind": "eaten"},
        {"kind": "reordered"},
        {"kind": "lost", "times": 0},
        {"kind": "delayed", "seconds": -1},
    ):
        assert plan(**mistaken)["error"] == "invalid_arguments"


def test_trouble_has_a_kind_and_a_number_that_makes_sense(workspace):
    with pytest.raises(Refusal, match="twice, lost, delayed, reordered"):
        workspace.trouble("eaten")
    with pytest.raises(Refusal, match="at least 2 events"):
        workspace.trouble("reordered")
    with pytest.raises(Refusal, match="before it has happened"):
        workspace.trouble("delayed", seconds=-1)


def test_a_reset_ends_all_trouble(workspace, app, client, told, says, connect):
    connect(app)
    workspace.fault("auth.test", "server_error", times=100)
    workspace.trouble("reordered", times=2)
    says("held back")
    workspace.trouble("lost", times=100)
    workspace.reset()
    assert client.auth_test()["ok"]
    says("after the reset")
    workspace.quiet()
    assert told == ["after the reset"]
