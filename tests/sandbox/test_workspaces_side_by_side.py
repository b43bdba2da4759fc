"""Two workspaces in one process: each has its own people and places, and the app in both sees them apart."""

import json
import subprocess
import sys
import urllib.request

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.people import APP_ID, HOME, NEXT_DOOR
from sandbox.running import LocalWorkspaces


@pytest.fixture
def clients(two, here, there) -> dict[str, WebClient]:
    """The app is in both, and in #deals of each."""
    here.install("maya")
    there.install("nadia")
    here.invite("maya", "#deals", "parrot")
    there.invite("nadia", "#deals", "parrot")
    two.quiet()
    return {each.team: WebClient(each.bot_token, base_url=two.api_url) for each in (here, there)}


@pytest.fixture
def ours(clients) -> WebClient:
    return clients[HOME.id]


@pytest.fixture
def theirs(clients) -> WebClient:
    return clients[NEXT_DOOR.id]


def test_each_has_its_own_people_and_places(here, there):
    assert {user["name"] for user in here.state("lena")["users"]}.isdisjoint(
        user["name"] for user in there.state("piet")["users"]
    )
    ids = [{each["id"] for each in one["channels"] + one["users"]} for one in (here.state("lena"), there.state("piet"))]
    assert ids[0].isdisjoint(ids[1])
    with pytest.raises(Exception, match="Nobody here is called"):
        there.message("lena", "#deals", "Hello")


def test_a_token_opens_one_workspace(here, there, ours, theirs):
    assert (ours.auth_test()["team_id"], theirs.auth_test()["team_id"]) == (HOME.id, NEXT_DOOR.id)
    assert ours.auth_test()["user_id"] != theirs.auth_test()["user_id"]
    assert ours.auth_test()["bot_id"] != theirs.auth_test()["bot_id"]
    theirs.chat_postMessage(channel="#deals", text="For next door")
    assert [message["text"] for message in there.messages("#deals")][-1] == "For next door"
    assert "For next door" not in str(here.messages("#deals"))


def test_what_is_next_door_is_not_there(here, there, ours, theirs):
    """Ids of the other workspace answer as ids that never were."""
    ts = there.message("piet", "#deals", "A secret")
    channel, person = "C0DEALSX", "U0PIET"
    tries = {
        "channel_not_found": [
            lambda: ours.chat_postMessage(channel=channel, text="Hello"),
            lambda: ours.chat_postMessage(channel=person, text="Hello"),
            lambda: ours.chat_postEphemeral(channel=channel, user="U0LENA", text="Hello"),
            lambda: ours.chat_update(channel=channel, ts=ts, text="Hello"),
            lambda: ours.chat_delete(channel=channel, ts=ts),
            lambda: ours.chat_getPermalink(channel=channel, message_ts=ts),
            lambda: ours.conversations_info(channel=channel),
            lambda: ours.conversations_join(channel=channel),
            lambda: ours.conversations_members(channel=channel),
            lambda: ours.conversations_history(channel=channel),
            lambda: ours.conversations_replies(channel=channel, ts=ts),
            lambda: ours.reactions_add(channel=channel, timestamp=ts, name="eyes"),
        ],
        "user_not_found": [
            lambda: ours.users_info(user=person),
            lambda: ours.conversations_open(users=person),
            lambda: ours.users_conversations(user=person),
            lambda: ours.dnd_info(user=person),
            lambda: ours.views_publish(user_id=person, view={"type": "home", "blocks": []}),
        ],
        "users_not_found": [lambda: ours.users_lookupByEmail(email="piet@example.com")],
        "message_not_found": [lambda: ours.chat_update(channel="#deals", ts=ts, text="Hello")],
        "user_not_in_channel": [lambda: ours.chat_postEphemeral(channel="#deals", user=person, text="Hello")],
        "bot_not_found": [lambda: ours.bots_info(bot="B0BOTX")],
    }
    for code, calls in tries.items():
        for call in calls:
            with pytest.raises(SlackApiError) as refused:
                call()
            assert refused.value.response["error"] == code
    assert "A secret" not in str(here.state("lena"))
    assert theirs.conversations_history(channel=channel)["messages"][0]["text"] == "A secret"


def test_files_stay_where_they_were_sent(two, there, clients):
    ts = there.send_file("piet", "#deals", "deals.csv", b"name\nNorthwind\n")
    file = next(message for message in there.messages("#deals") if message["ts"] == ts)["files"][0]

    def fetched(team: str) -> bytes:
        request = urllib.request.Request(  # noqa: S310
            file["url_private_download"], headers={"Authorization": f"Bearer {clients[team].token}"}
        )
        with urllib.request.urlopen(request) as response:  # noqa: S310
            return response.read()

    assert fetched(NEXT_DOOR.id) == b"name\nNorthwind\n"
    assert b"<!doctype html>" in fetched(HOME.id)


def test_trigger_ids_and_forms_are_of_one_workspace(here, there, ours, theirs):
    form = {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": [{"type": "divider"}]}
    trigger = there._look(lambda: there._workspace.permits.trigger("U0PIET"))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        ours.views_open(trigger_id=trigger, view=form)
    view = theirs.views_open(trigger_id=trigger, view=form)["view"]
    assert (view["team_id"], view["bot_id"]) == (NEXT_DOOR.id, "B0BOTX")
    with pytest.raises(SlackApiError, match="not_found"):
        ours.views_update(view_id=view["id"], view=form)


def test_no_two_workspaces_make_the_same_id_though_they_may_say_things_at_the_same_moment():
    with LocalWorkspaces({"display_information": {"name": "Parrot"}}, clock=lambda: 1_790_000_000.0) as two:
        here, there = two.workspaces.values()
        assert here.message("lena", "#deals", "One") == there.message("piet", "#deals", "Two")
        ids = [each._look(lambda each=each: each._workspace.new_id("Ev")) for each in (here, there)]
        assert ids[0] != ids[1]


def test_it_is_the_same_time_in_both(here, there):
    before = there.now
    here.advance(3600)
    assert there.now - before >= 3600
    assert there.state("piet")["workspace"]["clock"]["offset"] == 3600


def test_limits_and_faults_are_of_one_workspace(here, there, ours, theirs):
    here.fault("users.list", "server_error")
    assert theirs.users_list()["ok"]
    with pytest.raises(Exception, match="upstream connect error"):
        ours.users_list()
    for handle in (here, there):
        handle.limits()
    with pytest.raises(SlackApiError, match="ratelimited"):
        for _ in range(30):
            ours.users_list()
    assert theirs.users_list()["ok"]


# -- what the app hears


def the_app(two: LocalWorkspaces, clients: dict[str, WebClient], heard: list[dict]) -> App:
    """An app that knows the workspace of each request by its team, and answers there."""

    def authorize(team_id: str) -> AuthorizeResult:
        client = clients[team_id]
        return AuthorizeResult.from_auth_test_response(auth_test_response=client.auth_test(), bot_token=client.token)

    app = App(signing_secret=two.signing_secret, client=WebClient(base_url=two.api_url), authorize=authorize)

    @app.event("message")
    def on_message(event: dict, body: dict, say) -> None:
        heard.append(body)
        if not event.get("bot_id") and not event.get("subtype"):
            say(f"{body['team_id']}: {event['text']}")

    @app.command("/parrot")
    def on_command(ack, command: dict) -> None:
        ack(f"{command['team_id']} {command['team_domain']}")

    return app


@pytest.fixture(params=["socket", "http"])
def heard(request, two, clients, hang_up, serve_for) -> list[dict]:
    """What the app is sent, over one connection or one request URL."""
    bodies: list[dict] = []
    app = the_app(two, clients, bodies)
    if request.param == "http":
        address = serve_for(two, app)
        two.deliver_by_http(f"{address}/slack/events")
    else:
        handler = SocketModeHandler(app, two.app_token)
        request.addfinalizer(lambda: hang_up(handler))
        handler.connect()
        two.workspaces[HOME.id].wait_connected()
    return bodies


def test_events_of_both_come_by_one_way_with_their_team(here, there, heard):
    for handle, person in ((here, "lena"), (there, "piet")):
        handle.message(person, "#deals", "Hello")
        handle.wait_until(lambda handle=handle: "Hello" in handle.messages("#deals")[-1]["text"][5:])
        assert handle.messages("#deals")[-1]["text"] == f"{handle.team}: Hello"
        body = next(each for each in heard if each["team_id"] == handle.team and each["event"]["text"] == "Hello")
        assert body["api_app_id"] == APP_ID
        (authorization,) = body["authorizations"]
        assert (authorization["team_id"], authorization["user_id"]) == (handle.team, handle._workspace.bot.id)
        assert body["event"]["team"] == handle.team


def test_commands_of_both_come_with_their_team(here, there, heard):
    assert here.command("lena", "#deals", "/parrot")["response"]["text"] == "T0LOCAL local-workspace"
    assert there.command("piet", "#deals", "/parrot")["response"]["text"] == "T0NEXTDOOR next-door"


# -- the people's door


def get(address: str) -> dict:
    with urllib.request.urlopen(address) as response:  # noqa: S310
        return json.load(response)


def post(address: str, **body: str) -> dict:
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        return json.load(response)


def test_the_peoples_door_is_told_which_workspace(two, there):
    assert get(f"{two.url}/control/state?user=lena")["workspace"]["id"] == HOME.id
    state = get(f"{two.url}/control/state?user=piet&team={NEXT_DOOR.id}")["workspace"]
    assert (state["id"], state["name"]) == (NEXT_DOOR.id, "Next door")
    assert [each["id"] for each in state["beside"]] == [HOME.id, NEXT_DOOR.id]
    assert get(f"{two.url}/control/state?user=lena&team={NEXT_DOOR.id}")["error"] == "user_not_found"
    assert get(f"{two.url}/control/state?user=lena&team=T0NOWHERE")["error"] == "team_not_found"
    assert post(f"{two.url}/control/message?team={NEXT_DOOR.id}", user="piet", channel="#deals", text="Hello")["ok"]
    assert there.messages("#deals")[-1]["text"] == "Hello"


def test_an_app_is_added_and_removed_through_the_peoples_door(two, there):
    door = f"{two.url}/control"
    app = get(f"{door}/state?user=piet&team={NEXT_DOOR.id}")["workspace"]["app"]
    assert (app["name"], app["installed"]) == ("Parrot", False)
    assert post(f"{door}/dm?team={NEXT_DOOR.id}", user="piet")["error"] == "app_not_installed"
    assert post(f"{door}/uninstall?team={NEXT_DOOR.id}")["error"] == "app_not_installed"
    token = post(f"{door}/install?team={NEXT_DOOR.id}", user="piet")["token"]
    assert WebClient(token, base_url=two.api_url).auth_test()["team"] == "Next door"
    app = get(f"{door}/state?user=ama&team={NEXT_DOOR.id}")["workspace"]["app"]
    assert (app["installed"], app["installer"]) == (True, "U0PIET")
    assert post(f"{door}/uninstall?team={NEXT_DOOR.id}")["ok"]
    assert not there.installed
    there.become("piet", "guest")
    assert post(f"{door}/install?team={NEXT_DOOR.id}", user="piet")["error"] == "restricted_action"


def test_a_permalink_leads_into_its_workspace(there, theirs):
    ts = there.message("piet", "#deals", "Look here")
    link = theirs.chat_getPermalink(channel="C0DEALSX", message_ts=ts)["permalink"]
    with urllib.request.urlopen(link) as page:  # noqa: S310
        assert page.geturl().partition("?")[2] == f"team={NEXT_DOOR.id}#/channel/C0DEALSX/message/{ts}"


def test_both_are_kept(manifest, tmp_path):
    store = tmp_path / "workspace.json"
    with LocalWorkspaces(manifest, store=store) as before:
        here, there = before.workspaces.values()
        here.install("maya")
        there.install("nadia")
        here.uninstall()
        there.message("piet", "#deals", "Remember")
        token = there.bot_token
    with LocalWorkspaces(manifest, store=store) as after:
        here, there = after.workspaces.values()
        assert there.messages("#deals")[-1]["text"] == "Remember"
        assert there.bot_token == token
        assert not here.installed
        assert "Remember" not in str(here.state("lena"))


def test_two_can_be_served_for_any_app(manifest, tmp_path):
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    command = [sys.executable, "-u", "-m", "sandbox", "--manifest", str(file), "--port", "0", "--workspaces", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        try:
            url = running.stdout.readline().rpartition(" ")[2].strip()
            state = get(f"{url}/control/state?user=piet&team={NEXT_DOOR.id}")["workspace"]
            assert not state["app"]["installed"]
            assert WebClient("xoxb-local", base_url=f"{url}/api/").auth_test()["team_id"] == HOME.id
        finally:
            running.terminate()
