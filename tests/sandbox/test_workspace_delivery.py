"""How a real Bolt app hears of things, by Socket Mode and by signed HTTP: events, their shape, order and retries."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.delivery import ACK_SECONDS, RETRY_DELAYS
from sandbox.refusals import Refusal
from sandbox.request_url import signature
from sandbox.running import LocalWorkspace
from tests.conftest import PATIENCE


def test_a_message_is_heard(workspace, app, hear, run):
    run(app)
    ts = workspace.message("lena", "#deals", "Hello")
    workspace.wait_until(lambda: hear)
    [event] = hear
    assert event["type"] == "message"
    assert (event["user"], event["text"], event["ts"], event["channel"]) == ("U0LENA", "Hello", ts, "C0DEALS")
    assert (event["channel_type"], event["event_ts"], event["team"]) == ("channel", ts, "T0LOCAL")
    assert "thread_ts" not in event
    assert "subtype" not in event


def test_the_envelope_names_the_app_and_the_bot(workspace, app, connect):
    bodies: list[dict] = []
    app.event("message")(lambda body: bodies.append(body))
    connect(app)
    workspace.message("lena", "#deals", "Hello")
    [body] = workspace.wait_until(lambda: bodies)
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T0LOCAL", "A0APP")
    assert body["authorizations"][0]["is_bot"] is True
    assert body["event_id"].startswith("Ev")
    assert body["is_ext_shared_channel"] is False


def test_a_reply_a_broadcast_and_a_file_are_told_apart(workspace, app, hear, connect):
    connect(app)
    parent = workspace.message("lena", "#deals", "parent")
    workspace.message("lena", "#deals", "reply", parent)
    workspace.message("lena", "#deals", "for all", parent, broadcast=True)
    workspace.message("lena", "#deals", "see", files=[{"name": "a.pdf", "mimetype": "application/pdf", "size": 3}])
    workspace.wait_until(lambda: len(hear) == 4)
    by_text = {event["text"]: event for event in hear}
    assert by_text["reply"]["thread_ts"] == parent
    assert by_text["reply"]["parent_user_id"] == "U0LENA"
    assert by_text["for all"]["subtype"] == "thread_broadcast"
    assert by_text["for all"]["root"]["ts"] == parent
    assert by_text["see"]["subtype"] == "file_share"
    assert by_text["see"]["files"][0]["name"] == "a.pdf"


def test_an_edit_has_the_new_and_the_old_message(workspace, app, hear, run):
    run(app)
    ts = workspace.message("lena", "#deals", "Before")
    workspace.edit("lena", "#deals", ts, "After")
    workspace.wait_until(lambda: len(hear) == 2)
    event = next(event for event in hear if event.get("subtype") == "message_changed")
    assert (event["message"]["ts"], event["message"]["text"]) == (ts, "After")
    assert event["message"]["edited"]["user"] == "U0LENA"
    assert event["previous_message"]["text"] == "Before"
    assert event["hidden"] is True
    assert event["ts"] != ts
    assert "user" not in event


def test_a_deletion_has_what_was_deleted(workspace, app, hear, run):
    run(app)
    ts = workspace.message("lena", "#deals", "Never mind")
    workspace.delete("lena", "#deals", ts)
    workspace.wait_until(lambda: len(hear) == 2)
    event = next(event for event in hear if event.get("subtype") == "message_deleted")
    assert (event["deleted_ts"], event["previous_message"]["text"]) == (ts, "Never mind")


def test_a_deleted_parent_leaves_a_stone(workspace, app, hear, connect):
    connect(app)
    parent = workspace.message("lena", "#deals", "parent")
    workspace.message("omar", "#deals", "reply", parent)
    workspace.delete("lena", "#deals", parent)
    workspace.wait_until(lambda: len(hear) == 3)
    event = next(event for event in hear if event.get("subtype") == "message_changed")
    assert event["message"]["subtype"] == "tombstone"
    assert event["previous_message"]["text"] == "parent"
    assert [message["text"] for message in workspace.messages("#deals", parent)] == [
        "This message was deleted.",
        "reply",
    ]


def test_a_mention_is_heard_twice_with_different_ids(workspace, app, connect):
    bodies: list[dict] = []
    app.event("message")(lambda body: bodies.append(body))
    app.event("app_mention")(lambda body: bodies.append(body))
    connect(app)
    workspace.message("lena", "#deals", "@parrot hello")
    workspace.wait_until(lambda: len(bodies) == 2)
    assert {body["event"]["type"] for body in bodies} == {"message", "app_mention"}
    assert len({body["event_id"] for body in bodies}) == 2
    assert {body["event"]["text"] for body in bodies} == {"<@U0BOT> hello"}


def test_the_bot_hears_itself(workspace, client, connect):
    own: list[dict] = []
    app = App(client=client, signing_secret="x", ignoring_self_events_enabled=False)
    app.event("message")(lambda event: own.append(event))
    connect(app)
    client.chat_postMessage(channel="C0DEALS", text="Who is there?")
    [event] = workspace.wait_until(lambda: own)
    assert (event["bot_id"], event["app_id"], event["user"]) == ("B0BOT", "A0APP", "U0BOT")


def test_nothing_is_heard_from_where_the_bot_is_not(workspace, app, hear, connect):
    connect(app)
    workspace.message("lena", "#general", "private talk")
    workspace.message("lena", "forecast", "more private talk")
    workspace.message("lena", "#deals", "public talk")
    workspace.wait_until(lambda: hear)
    workspace.quiet()
    assert [event["text"] for event in hear] == ["public talk"]


def test_only_subscribed_events_with_their_scope_are_sent(manifest):
    silent = manifest | {"settings": {"event_subscriptions": {"bot_events": ["app_mention"]}}}
    with LocalWorkspace(silent, retry_delays=()) as workspace:
        workspace.message("lena", "#deals", "Hello")
        workspace.message("lena", "#deals", "@parrot Hello")
        workspace.quiet()
        assert [entry["body"]["event"]["type"] for entry in workspace.traffic("to_bot")] == ["app_mention"]
    unscoped = manifest | {"oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    with LocalWorkspace(unscoped, retry_delays=()) as workspace:
        workspace.message("lena", "#deals", "@parrot Hello")
        assert workspace.traffic("to_bot") == []


def test_an_invitation_is_heard_once_the_bot_is_in(workspace, app, hear, connect):
    connect(app)
    workspace.invite("maya", "forecast", "parrot")
    workspace.wait_until(lambda: [event for event in hear if event["type"] == "member_joined_channel"])
    joined = next(event for event in hear if event["type"] == "member_joined_channel")
    assert (joined["user"], joined["inviter"], joined["channel"]) == ("U0BOT", "U0MAYA", "G0FORECAST")
    assert joined["channel_type"] == "G"


def test_opening_the_home_tab_is_heard_with_what_it_shows(workspace, app, connect):
    opened: list[dict] = []

    @app.event("app_home_opened")
    def publish(event, client):
        opened.append(event)
        client.views_publish(
            user_id=event["user"],
            view={"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Hi"}}]},
        )

    connect(app)
    workspace.home("lena")
    assert workspace.wait_until(lambda: workspace.home_tab("lena"))["blocks"][0]["text"]["text"] == "Hi"
    assert workspace.home_tab("omar") is None
    workspace.home("lena")
    workspace.wait_until(lambda: len(opened) == 2)
    assert "view" not in opened[0]
    assert opened[1]["view"]["blocks"][0]["type"] == "header"
    assert opened[1]["channel"] == workspace.dm("lena")


def test_a_reaction_is_heard(workspace, app, hear, connect):
    connect(app)
    ts = workspace.message("lena", "#deals", "good")
    workspace.react("omar", "#deals", ts, "tada")
    event = workspace.wait_until(lambda: next((e for e in hear if e["type"] == "reaction_added"), None))
    assert (event["user"], event["reaction"], event["item"]["ts"]) == ("U0OMAR", "tada", ts)
    assert event["item_user"] == "U0LENA"


# -- retries


class Deaf:
    """An app whose global middleware fails the first `times` requests, so that nothing is acknowledged."""

    def __init__(self, app: App, times: int) -> None:
        self.tries: list[dict] = []
        self.times = times

        @app.middleware
        def notice(body, request, next):
            retry = request.headers.get("x-slack-retry-num", ["0"])[0]
            reason = request.headers.get("x-slack-retry-reason", [""])[0]
            self.tries.append({"event_id": body["event_id"], "retry": retry, "reason": reason})
            if len(self.tries) <= self.times:
                raise RuntimeError("not now")
            next()

        @app.error
        def swallow(error):
            return None


def without_acknowledgement(client, workspace) -> App:
    return App(client=client, signing_secret=workspace.signing_secret, process_before_response=True)


@pytest.mark.parametrize("ack_seconds", [0.3])
@pytest.mark.parametrize(("mode", "reason"), [("connect", "http_timeout"), ("serve", "http_error")])
def test_an_event_that_is_not_acknowledged_comes_again(request, workspace, client, mode, reason):
    app = without_acknowledgement(client, workspace)
    deaf = Deaf(app, times=2)
    heard: list[dict] = []
    app.event("message")(lambda event: heard.append(event))
    app.error(_fails)
    request.getfixturevalue(mode)(app)
    workspace.message("lena", "#deals", "Hello?")
    workspace.wait_until(lambda: heard)
    workspace.quiet()
    assert len({each["event_id"] for each in deaf.tries}) == 1
    tries = [(each["retry"], each["reason"]) for each in deaf.tries]
    assert tries == [("0", ""), ("1", reason), ("2", reason)]


def _fails(error: Exception):
    """Without this Bolt answers an error with 500 too, but logs the traceback."""
    from slack_bolt import BoltResponse

    return BoltResponse(status=500, body="")


@pytest.mark.parametrize("ack_seconds", [0.3])
def test_after_three_retries_slack_gives_up(workspace, client, run):
    app = without_acknowledgement(client, workspace)
    deaf = Deaf(app, times=100)
    app.error(_fails)
    run(app)
    workspace.message("lena", "#deals", "Hello?")
    workspace.wait_until(lambda: len(deaf.tries) == 4)
    workspace.quiet()
    assert [each["retry"] for each in deaf.tries] == ["0", "1", "2", "3"]
    assert len({each["event_id"] for each in deaf.tries}) == 1


@pytest.mark.parametrize("ack_seconds", [0.3])
def test_an_acknowledgement_that_takes_too_long_is_none(workspace, client, run):
    app = without_acknowledgement(client, workspace)
    reasons: list[str] = []
    asked_again = threading.Event()

    @app.event("message")
    def dawdle(request):
        reasons.append(request.headers.get("x-slack-retry-reason", [""])[0])
        if len(reasons) == 1:
            asked_again.wait(10)
        asked_again.set()

    run(app)
    workspace.message("lena", "#deals", "Hello?")
    assert asked_again.wait(10)
    workspace.quiet()
    assert reasons[:2] == ["", "http_timeout"]


def test_slacks_patience_is_three_seconds_and_three_retries():
    assert ACK_SECONDS == 3
    assert RETRY_DELAYS == (0, 60, 300)


def test_an_app_can_ask_for_no_retry(workspace):
    asked: list[str] = []

    class Refuses(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body["type"])
            answer = body.get("challenge", "").encode()
            self.send_response(200 if answer else 500)
            self.send_header("X-Slack-No-Retry", "1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refuses) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        workspace.deliver_by_http(f"http://127.0.0.1:{server.server_port}/")
        workspace.message("lena", "#deals", "Hello?")
        workspace.wait_until(lambda: len(asked) == 2)
        workspace.quiet()
        server.shutdown()
    assert asked == ["url_verification", "event_callback"]


def test_a_slow_bot_delays_nobody(workspace, app, connect):
    heard: list[str] = []
    second_is_heard = threading.Event()

    @app.middleware
    def slow_on_the_first(body, next):
        if body["event"]["text"] == "first":
            assert second_is_heard.wait(PATIENCE)
        next()

    @app.event("message")
    def hear(event):
        heard.append(event["text"])
        second_is_heard.set()

    connect(app)
    workspace.message("lena", "#deals", "first")
    workspace.message("lena", "#deals", "second")
    workspace.wait_until(lambda: len(heard) == 2)
    assert heard == ["second", "first"]


def test_what_is_said_before_the_bot_connects_arrives_when_it_does(manifest, hang_up):
    with LocalWorkspace(manifest, retry_delays=(0, 60, 300)) as workspace:
        workspace.message("lena", "#deals", "too early?")
        app = App(client=WebClient(workspace.bot_token, base_url=workspace.api_url), signing_secret="x")
        heard: list[dict] = []
        app.event("message")(lambda event: heard.append(event))
        handler = SocketModeHandler(app, workspace.app_token)
        handler.connect()
        workspace.wait_until(lambda: heard)
        hang_up(handler)
    assert heard[0]["text"] == "too early?"


def test_an_event_can_be_delivered_twice_and_redelivered_later(workspace, app, connect):
    bodies: list[dict] = []
    app.event("message")(lambda body: bodies.append(body))
    connect(app)
    ts = workspace.message("lena", "#deals", "echo", deliver=2)
    workspace.wait_until(lambda: len(bodies) == 2)
    workspace.redeliver("#deals", ts)
    workspace.wait_until(lambda: len(bodies) == 3)
    assert len({body["event_id"] for body in bodies}) == 1


def test_a_lost_event_can_be_read_back_or_delivered_late(workspace, app, hear, client, connect):
    connect(app)
    lost = workspace.message("lena", "#deals", "first", deliver=0)
    workspace.message("lena", "#deals", "second")
    workspace.wait_until(lambda: hear)
    assert len(client.conversations_history(channel="C0DEALS")["messages"]) == 2
    workspace.redeliver("#deals", lost)
    workspace.wait_until(lambda: len(hear) == 2)
    assert [event["text"] for event in hear] == ["second", "first"]


def test_a_link_that_was_fetched_looks_like_an_edit_with_the_same_text(workspace, app, hear, connect):
    connect(app)
    ts = workspace.message("lena", "#deals", "https://a.example")
    workspace.unfurl("#deals", ts)
    event = workspace.wait_until(lambda: next((e for e in hear if e.get("subtype") == "message_changed"), None))
    assert event["message"]["text"] == event["previous_message"]["text"]
    assert "edited" not in event["message"]


def test_a_removed_app_is_told_and_its_tokens_stop_working(manifest):
    told = manifest | {"settings": {"event_subscriptions": {"bot_events": ["app_uninstalled", "tokens_revoked"]}}}
    with LocalWorkspace(told, retry_delays=()) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        workspace.uninstall()
        workspace.quiet()
        sent = {entry["body"]["event"]["type"] for entry in workspace.traffic("to_bot")}
        assert sent == {"app_uninstalled", "tokens_revoked"}
        with pytest.raises(SlackApiError, match="account_inactive"):
            client.auth_test()
        workspace.reset()
        assert client.auth_test()["ok"]


def test_the_bot_comes_back_when_it_is_asked_to_reconnect(workspace, app, hear, connect):
    connect(app)
    workspace.disconnect()
    workspace.wait_connected()
    workspace.message("lena", "#deals", "still there?")
    workspace.wait_until(lambda: hear)


# -- by HTTP


def test_the_signature_is_slacks():
    body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    digest = hmac.new(b"8f742231b10e8888abcd99yyyzzz85a5", f"v0:1531420618:{body}".encode(), hashlib.sha256)
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == f"v0={digest.hexdigest()}"


def test_a_bot_with_another_secret_turns_everything_away(workspace, client, serve):
    app = App(client=client, signing_secret="another secret", url_verification_enabled=True)
    with pytest.raises(Refusal) as refused:
        serve(app)
    assert refused.value.code == "url_not_verified"


def test_a_url_nobody_serves_is_not_taken(workspace):
    with pytest.raises(Refusal) as refused:
        workspace.deliver_by_http("http://127.0.0.1:9/")
    assert refused.value.code == "url_not_verified"
    assert not workspace.connected


def test_the_way_to_the_bot_can_change_while_running(workspace, app, hear, connect, serve):
    connect(app)
    serve(app)
    workspace.message("lena", "#deals", "by HTTP")
    workspace.wait_until(lambda: len(hear) == 1)
    workspace.deliver_by_socket()
    workspace.message("lena", "#deals", "by socket")
    workspace.wait_until(lambda: len(hear) == 2)
