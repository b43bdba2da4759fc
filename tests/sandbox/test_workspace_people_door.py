"""The people's door: JSON over HTTP and a socket of changes, for the page on this computer and nobody else."""

import asyncio
import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.composer import compose
from sandbox.people import CHANNELS, PEOPLE
from sandbox.refusals import Refusal


@pytest.fixture
def call(workspace):
    """Calls the door as the page does; returns the status and the JSON, or the text."""

    def ask(path: str, body: object = None, **headers: str) -> tuple[int, object]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(workspace.url + path, data, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310
                status, text = response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read().decode()
        with contextlib.suppress(ValueError):
            return status, json.loads(text)
        return status, text

    return ask


def test_the_page_is_served(call):
    status, text = call("/")
    assert status == 200
    assert "<html" in str(text).lower()


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", "192.168.1.4", ""])
def test_a_name_that_is_not_this_computer_is_turned_away(call, host):
    assert call("/control/state?user=lena", Host=host)[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1234", "[::1]:80"])
def test_this_computer_may_be_called_by_its_names(call, host):
    assert call("/control/state?user=lena", Host=host)[0] == 200


@pytest.mark.parametrize("path", ["/control/message", "/api/chat.postMessage", "/response/x"])
@pytest.mark.parametrize("origin", ["https://attacker.example", "http://127.0.0.1:1", "null"])
def test_another_page_cannot_act(workspace, call, path, origin):
    body = {"user": "lena", "channel": "C0DEALS", "text": "Hello", "token": workspace.bot_token}
    assert call(path, body, Origin=origin)[0] == 403
    assert workspace.messages("#deals") == []


def test_its_own_page_can_act(workspace, call):
    body = {"user": "lena", "channel": "#deals", "text": "Hello"}
    status, answer = call("/control/message", body, Origin=workspace.url)
    assert (status, answer["ok"]) == (200, True)
    assert answer["ts"] == workspace.messages("#deals")[0]["ts"]


def test_another_page_cannot_listen(workspace):
    async def listen() -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(
                    f"{workspace.url}/control/socket?user=lena", headers={"Origin": "https://attacker.example"}
                )
            assert refused.value.status == 403

    asyncio.run(listen())


@pytest.mark.parametrize(
    ("path", "body", "error", "said"),
    [
        ("nothing", {}, "unknown_act", "nothing"),
        ("message", {"user": "lena"}, "invalid_arguments", "missing"),
        ("message", {"user": "lena", "channel": "#deals", "text": "x", "loud": 1}, "invalid_arguments", "loud"),
        ("message", {"user": 7, "channel": "#deals", "text": "x"}, "invalid_arguments", "“user” cannot be 7"),
        ("message", {"user": "ghost", "channel": "#deals", "text": "x"}, "user_not_found", "ghost"),
        ("message", {"user": "lena", "channel": "#void", "text": "x"}, "channel_not_found", "#void"),
        ("message", {"user": "rosa", "channel": "#deals", "text": "x"}, "not_in_channel", "Join it first"),
        ("message", {"user": "rosa", "channel": "forecast", "text": "x"}, "channel_not_found", "cannot see"),
        ("message", {"user": "lena", "channel": "#deals", "text": " "}, "no_text", "nothing to send"),
        ("edit", {"user": "lena", "channel": "#deals", "ts": "1", "text": "x"}, "message_not_found", "no message"),
        ("command", {"user": "lena", "channel": "#deals", "command": "/x"}, "unknown_command", "/parrot"),
        ("view/submit", {"user": "lena", "view_id": "V1", "values": {"b": 1}}, "invalid_arguments", "values"),
        ("view/close", {"user": "lena", "view_id": "V1"}, "not_found", "no longer open"),
        ("action", {"user": "lena", "container": {"type": "x"}, "action_id": "a"}, "invalid_arguments", "container"),
        ("shortcut", {"user": "lena", "callback_id": "x"}, "unknown_shortcut", "say"),
        ("fault", {"method": "*", "kind": "earthquake"}, "invalid_arguments", "earthquake"),
        ("invite", {"user": "rosa", "channel": "#deals", "invitee": "omar"}, "already_in_channel", "Omar Haddad"),
        ("redeliver", {}, "no_event", "sent"),
    ],
)
def test_a_refusal_is_a_sentence_a_person_can_act_on(call, path, body, error, said):
    status, answer = call(f"/control/{path}", body)
    assert status == 200
    assert (answer["ok"], answer["error"]) == (False, error)
    assert said in answer["message"]


def test_a_body_that_is_not_json_is_refused(workspace):
    with urllib.request.urlopen(f"{workspace.url}/control/reset", b"not json") as response:  # noqa: S310
        assert json.load(response)["error"] == "invalid_json"


def test_people_change_only_their_own_messages(workspace):
    ts = workspace.message("lena", "#deals", "mine")
    with pytest.raises(Refusal, match="only their own"):
        workspace.edit("omar", "#deals", ts, "yours")
    with pytest.raises(Refusal, match="only their own"):
        workspace.delete("omar", "#deals", ts)
    workspace.edit("lena", "#deals", ts, "still mine")
    assert workspace.messages("#deals")[0]["edited"]["user"] == "U0LENA"


def test_a_reaction_is_a_toggle(workspace):
    ts = workspace.message("lena", "#deals", "hooray")
    workspace.react("omar", "#deals", ts, ":tada:")
    assert workspace.messages("#deals")[0]["reactions"] == [{"name": "tada", "users": ["U0OMAR"]}]
    workspace.react("omar", "#deals", ts, "tada")
    assert workspace.messages("#deals")[0]["reactions"] == []


def test_a_public_channel_can_be_joined_and_a_private_one_needs_a_member(workspace):
    workspace.invite("rosa", "#deals", "rosa")
    workspace.message("rosa", "#deals", "Hello")
    with pytest.raises(Refusal, match="cannot see"):
        workspace.invite("rosa", "forecast", "rosa")
    workspace.invite("maya", "forecast", "rosa")
    workspace.message("rosa", "forecast", "Hello")


def test_the_state_holds_what_one_person_can_see(workspace, client):
    parent = workspace.message("lena", "#deals", "parent")
    workspace.message("omar", "#deals", "reply", parent)
    workspace.message("lena", "forecast", "for two")
    client.chat_postMessage(channel="U0LENA", text="psst")
    seen = workspace.state("lena")
    assert seen["me"]["initials"] == "LB"
    assert {channel["id"] for channel in seen["channels"]} == {"C0DEALS", "C0GENERAL", "G0FORECAST", "D0LENA"}
    assert next(channel for channel in seen["channels"] if channel["id"] == "D0LENA")["with"] == "U0BOT"
    first = seen["messages"]["C0DEALS"][0]
    assert (first["reply_count"], first["reply_users"]) == (1, ["U0OMAR"])
    assert seen["unread"] == {"C0DEALS": 0, "C0GENERAL": 0, "G0FORECAST": 0, "D0LENA": 1}
    assert [command["command"] for command in seen["workspace"]["commands"]] == [
        "/parrot",
        "/plain",
        "/invite",
        "/archive",
    ]
    assert "not Slack" in seen["workspace"]["notice"]
    others = workspace.state("rosa")
    assert {channel["id"] for channel in others["channels"]} == {"C0DEALS", "C0GENERAL"}
    assert others["unread"]["C0DEALS"] == 1
    workspace.read("rosa", "#deals")
    assert workspace.state("rosa")["unread"]["C0DEALS"] == 0


@contextlib.asynccontextmanager
async def listening(workspace, user: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{workspace.url}/control/socket?user={user}") as socket,
    ):
        yield socket


def test_the_socket_tells_every_change_that_person_can_see(workspace, client):
    async def listen() -> list[dict]:
        async with listening(workspace, "omar") as socket:
            changes = [await socket.receive_json()]
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, act)
            while changes[-1]["type"] != "clock":
                changes.append(await socket.receive_json())
            return changes

    def act() -> None:
        parent = workspace.message("lena", "#deals", "parent")
        reply = workspace.message("lena", "#deals", "reply", parent)
        workspace.message("lena", "forecast", "not for Omar")
        workspace.delete("lena", "#deals", reply)
        client.chat_postEphemeral(channel="C0DEALS", user="U0OMAR", text="note")
        client.chat_postEphemeral(channel="C0DEALS", user="U0LENA", text="not for Omar")
        client.views_publish(user_id="U0OMAR", view={"type": "home", "blocks": []})
        workspace.dm("omar")
        workspace.advance(60)

    first, *changes = asyncio.run(listen())
    assert first["type"] == "state"
    assert first["me"]["id"] == "U0OMAR"
    assert [change["type"] for change in changes] == [
        "message",
        "unread",
        "message",
        "message",
        "unread",
        "message_deleted",
        "message",
        "unread",
        "ephemeral",
        "home",
        "channel",
        "clock",
    ]
    assert changes[3]["message"]["reply_count"] == 1
    assert "reply_count" not in changes[6]["message"]
    assert changes[-1]["clock"]["offset"] == 60


def test_a_reset_sends_the_state_again(workspace):
    async def listen() -> dict:
        async with listening(workspace, "omar") as socket:
            await socket.receive_json()
            await asyncio.get_running_loop().run_in_executor(None, workspace.reset)
            return await socket.receive_json()

    workspace.message("lena", "#deals", "forget me")
    state = asyncio.run(listen())
    assert state["type"] == "state"
    assert state["messages"]["C0DEALS"] == []


def test_traffic_is_listed_newest_last(workspace, call, client):
    client.auth_test()
    client.users_info(user="U0LENA")
    _, answer = call("/control/traffic?limit=1")
    [entry] = answer["entries"]
    assert (entry["direction"], entry["kind"], entry["status"]) == ("from_bot", "users.info", "ok")


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("p1790000000000100", "message/1790000000.000100"),
        ("p1790000000000100?thread_ts=1790000000.000100&cid=C0DEALS", "thread/1790000000.000100"),
        (
            "p1790000000000200?thread_ts=1790000000.000100&cid=C0DEALS",
            "thread/1790000000.000100/message/1790000000.000200",
        ),
    ],
)
def test_a_permalink_opens_the_page_at_its_place(workspace, link, place):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    opener = urllib.request.build_opener(Stay)
    with pytest.raises(urllib.error.HTTPError) as redirect:
        opener.open(f"{workspace.url}/archives/C0DEALS/{link}")
    with redirect.value as answer:
        assert answer.headers["Location"] == f"/#/channel/C0DEALS/{place}"


@pytest.mark.parametrize(
    ("typed", "encoded"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("@lena and @Lena Brandt.", "<@U0LENA> and <@U0LENA>."),
        ("ask @maya, please", "ask <@U0MAYA>, please"),
        ("@mayas @nobody lena@lena", "@mayas @nobody lena@lena"),
        ("in #deals, not #void", "in <#C0DEALS|deals>, not #void"),
        ("@channel @here @everyone", "<!channel> <!here> <!everyone>"),
        ("see https://a.example/x?y=1&z=2.", "see <https://a.example/x?y=1&amp;z=2>."),
        (
            "at example.com, or me@example.com",
            "at <http://example.com|example.com>, or <mailto:me@example.com|me@example.com>",
        ),
        ("`@lena <x>` and ```#deals```", "`@lena &lt;x&gt;` and ```#deals```"),
        ("<!channel> <@U0LENA>", "&lt;!channel&gt; &lt;@U0LENA&gt;"),
        (":tada: *bold* > quote", ":tada: *bold* &gt; quote"),
    ],
)
def test_text_is_encoded_as_slacks_composer_does(typed, encoded):
    assert compose(typed, PEOPLE, CHANNELS) == encoded
