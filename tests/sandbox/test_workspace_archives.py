"""An archived channel can be read, and nothing more is said or done in it until it is opened again."""

import json

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace


@pytest.fixture
def archived(workspace, client) -> str:
    """`#deals`, archived, with one message of the bot's in it; returns its ts."""
    ts = client.chat_postMessage(channel="C0DEALS", text="said before")["ts"]
    workspace.archive("maya", "#deals")
    return ts


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"text": "x"}, "is_archived"),
        ("chat.postEphemeral", {"text": "x", "user": "U0LENA"}, "is_archived"),
        ("chat.update", {"text": "x", "ts": "TS"}, "is_inactive"),
        ("reactions.add", {"timestamp": "TS", "name": "tada"}, "is_archived"),
        ("conversations.join", {}, "is_archived"),
    ],
)
def test_the_bot_does_nothing_more_there(client, archived, method, arguments, error):
    given = {name: archived if value == "TS" else value for name, value in arguments.items()}
    with pytest.raises(SlackApiError) as refused:
        client.api_call(method, params={"channel": "C0DEALS"} | given)
    assert refused.value.response["error"] == error


def test_what_was_said_there_can_be_read(client, archived):
    assert client.conversations_info(channel="C0DEALS")["channel"]["is_archived"] is True
    assert [said["ts"] for said in client.conversations_history(channel="C0DEALS")["messages"]] == [archived]


def test_a_list_of_channels_leaves_it_out_if_asked_to(client, archived):
    def named(**more: object) -> list[str]:
        return [channel["name"] for channel in client.conversations_list(**more)["channels"]]

    assert named() == ["deals", "general"]
    assert named(exclude_archived=True) == ["general"]


def test_people_say_nothing_more_there_until_it_is_open_again(workspace, archived):
    with pytest.raises(Refusal, match="#deals is archived"):
        workspace.message("lena", "#deals", "too late")
    with pytest.raises(Refusal, match="archived"):
        workspace.command("lena", "#deals", "/parrot")
    with pytest.raises(Refusal, match="archived"):
        workspace.react("lena", "#deals", archived, "tada")
    workspace.archive("maya", "#deals", on=False)
    assert workspace.message("lena", "#deals", "in time")


def test_only_a_member_archives_a_channel_and_nobody_a_direct_message(workspace):
    with pytest.raises(Refusal, match="Join it first"):
        workspace.archive("rosa", "#deals")
    with pytest.raises(Refusal, match="cannot be archived"):
        workspace.archive("lena", workspace.dm("lena"))


def test_an_app_that_asks_for_it_is_told(manifest, serve_for):
    told = json.loads(json.dumps(manifest))
    told["settings"]["event_subscriptions"]["bot_events"] += ["channel_archive", "channel_unarchive"]
    with LocalWorkspace(told) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        app = App(client=client, signing_secret=workspace.signing_secret)
        heard: list[tuple[str, str, str]] = []
        for kind in ("channel_archive", "channel_unarchive"):
            app.event(kind)(lambda event: heard.append((event["type"], event["channel"], event["user"])))
        serve_for(workspace, app)
        workspace.archive("maya", "#deals")
        workspace.wait_until(lambda: heard)
        workspace.archive("maya", "#deals", on=False)
        workspace.wait_until(lambda: len(heard) == 2)
        assert heard == [("channel_archive", "C0DEALS", "U0MAYA"), ("channel_unarchive", "C0DEALS", "U0MAYA")]
