"""Who is a guest or of another company, which channel is shared, who left one: as the bot is told of it."""

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace
from tests.conftest import PATIENCE
from tests.sandbox.conftest import MANIFEST


@pytest.fixture
def workspace():
    """With an app that asks to be told of sharing, too."""
    events = [*MANIFEST["settings"]["event_subscriptions"]["bot_events"], "channel_shared", "channel_unshared"]
    settings = {**MANIFEST["settings"], "event_subscriptions": {"bot_events": events}}
    with LocalWorkspace(
        {**MANIFEST, "settings": settings}, retry_delays=(0, 0.05, 0.1), ack_seconds=PATIENCE
    ) as running:
        yield running


def test_who_is_a_guest_or_of_another_company(workspace: LocalWorkspace, client: WebClient):
    def told(name: str) -> tuple[bool, bool, str]:
        user = client.users_info(user=name)["user"]
        return user["is_restricted"], user["is_stranger"], user["team_id"]

    assert told("U0OMAR") == (False, False, "T0LOCAL")
    workspace.become("omar", "guest")
    assert told("U0OMAR") == (True, False, "T0LOCAL")
    workspace.become("omar", "stranger")
    assert told("U0OMAR") == (False, True, "T0ELSEWHERE")
    workspace.become("omar", "member")
    assert told("U0OMAR") == (False, False, "T0LOCAL")


def test_who_runs_the_workspace(workspace: LocalWorkspace, client: WebClient):
    def runs_it(name: str) -> bool:
        return client.users_info(user=name)["user"]["is_admin"]

    assert [runs_it(each) for each in ("U0MAYA", "U0OMAR")] == [True, False]
    workspace.become("omar", "admin")
    workspace.become("maya", "member")
    assert [runs_it(each) for each in ("U0MAYA", "U0OMAR")] == [False, True]


def test_a_channel_becomes_shared_and_is_no_longer(workspace: LocalWorkspace, client: WebClient, app: App, connect):
    heard: list[dict] = []
    for kind in ("channel_shared", "channel_unshared", "message", "member_joined_channel"):
        app.event(kind)(lambda body: heard.append(body))
    connect(app)
    workspace.invite("maya", "#general", "parrot")
    for on in (True, False):
        workspace.share("#general", on)
        assert client.conversations_info(channel="C0GENERAL")["channel"]["is_ext_shared"] is on
        workspace.message("maya", "#general", "Hello")

    def told_of() -> list[dict]:
        """An app hears things at once, and in any order."""
        found = [each for each in heard if "subtype" not in each["event"] and "joined" not in each["event"]["type"]]
        return sorted(found, key=lambda each: float(each["event"]["event_ts"])) if len(found) == 4 else []

    in_order = workspace.wait_until(told_of)
    told = [(each["event"]["type"], each["is_ext_shared_channel"]) for each in in_order]
    assert told == [("channel_shared", True), ("message", True), ("channel_unshared", False), ("message", False)]
    shared, unshared = (each["event"] for each in in_order if each["event"]["type"] != "message")
    assert (shared["channel"], shared["connected_team_id"]) == ("C0GENERAL", "T0ELSEWHERE")
    assert (unshared["previously_connected_team_id"], unshared["is_ext_shared"]) == ("T0ELSEWHERE", False)


def test_whoever_leaves_a_channel_is_no_member_and_sees_no_private_one(workspace: LocalWorkspace, client: WebClient):
    workspace.invite("maya", "#forecast", "parrot")
    workspace.leave("lena", "#forecast")
    assert "U0LENA" not in client.conversations_members(channel="G0FORECAST")["members"]
    assert "G0FORECAST" not in [each["id"] for each in workspace.state("lena")["channels"]]
    with pytest.raises(Refusal):
        workspace.message("lena", "#forecast", "Still here?")
    with pytest.raises(Refusal):
        workspace.leave("maya", workspace.dm("maya"))
    with pytest.raises(SlackApiError):
        client.conversations_members(channel="C0NOWHERE")
