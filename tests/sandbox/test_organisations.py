"""An organisation with two workspaces (Enterprise Grid): one installation, one token, and events of both."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.browser import Browser
from sandbox.handle import Handle
from sandbox.people import GRID, GRID_SEEDS, HOME, NEXT_DOOR
from sandbox.running import LocalWorkspaces


@pytest.fixture
def grid(manifest: dict) -> Iterator[LocalWorkspaces]:
    told = ["app_uninstalled", "tokens_revoked", "message.channels"]
    settings = {"event_subscriptions": {"bot_events": told}, "org_deploy_enabled": True}
    back = ["http://127.0.0.1:1/back"]
    with LocalWorkspaces(manifest | {"settings": settings}, GRID_SEEDS, redirect_urls=back, retry_delays=()) as running:
        yield running


@pytest.fixture
def handles(grid: LocalWorkspaces) -> tuple[Handle, Handle]:
    return grid.workspaces[HOME.id], grid.workspaces[NEXT_DOOR.id]


def install(grid: LocalWorkspaces, team: str, person: str) -> dict:
    code = parse_qs(urlsplit(grid.consent(team, person)).query)["code"][0]
    client = WebClient(base_url=grid.api_url)
    told = client.oauth_v2_access(client_id=grid.client_id, client_secret=grid.client_secret, code=code)
    return told.data  # type: ignore[return-value]


@pytest.fixture
def client(grid: LocalWorkspaces) -> WebClient:
    return WebClient(install(grid, GRID.id, "maya")["access_token"], base_url=grid.api_url)


def events(handle: Handle) -> list[dict]:
    handle.quiet()
    return [entry["body"] for entry in handle.traffic("to_bot", "events_api")]


def test_an_app_is_installed_in_a_whole_organisation(grid, handles):
    told = install(grid, GRID.id, "maya")
    assert told["team"] is None
    assert told["enterprise"] == {"id": GRID.id, "name": "Local organisation"}
    assert told["is_enterprise_install"] is True
    assert [handle.bot_token for handle in handles] == [told["access_token"]] * 2
    assert install(grid, GRID.id, "nadia")["access_token"] == told["access_token"]


def test_an_app_that_is_not_made_for_organisations_is_not_offered_to_one(manifest):
    with LocalWorkspaces(manifest, GRID_SEEDS, redirect_urls=["http://127.0.0.1:1/back"]) as grid:
        assert "Local organisation" not in Browser().visit(grid.link()).text
        with pytest.raises(Exception, match="team_not_found"):
            grid.consent(GRID.id, "maya")


def test_a_workspace_of_an_organisation_may_have_the_app_alone(grid, handles):
    told = install(grid, NEXT_DOOR.id, "nadia")
    assert (told["team"]["id"], told["enterprise"]["id"]) == (NEXT_DOOR.id, GRID.id)
    assert told["is_enterprise_install"] is False
    assert [handle.installed for handle in handles] == [False, True]
    who = WebClient(told["access_token"], base_url=grid.api_url).auth_test()
    assert (who["team_id"], who["enterprise_id"], who["is_enterprise_install"]) == (NEXT_DOOR.id, GRID.id, False)


def test_one_token_works_where_the_thing_is_that_it_is_used_on(handles, client):
    here, there = handles
    here.invite("maya", "#deals", "parrot")
    there.invite("nadia", "#deals", "parrot")
    client.chat_postMessage(channel="C0DEALS", text="One")
    client.chat_postMessage(channel="C0DEALSX", text="Other")
    assert [handle.messages("#deals")[-1]["text"] for handle in handles] == ["One", "Other"]
    assert client.users_info(user="U0PIET")["user"]["team_id"] == NEXT_DOOR.id
    who = client.auth_test()
    assert (who["team_id"], who["enterprise_id"], who["is_enterprise_install"]) == (None, GRID.id, True)


def test_where_it_could_be_either_the_workspace_has_to_be_named(client):
    for call in (client.users_list, client.conversations_list, client.users_conversations):
        with pytest.raises(SlackApiError, match="missing_argument"):
            call()
    names = {user["name"] for user in client.users_list(team_id=NEXT_DOOR.id)["members"]}
    assert "piet" in names
    assert "lena" not in names


def test_events_are_of_a_workspace_and_for_the_organisation(handles, client):
    _, there = handles
    there.invite("nadia", "#deals", "parrot")
    there.message("piet", "#deals", "Hello")
    body = next(each for each in events(there) if each["event"].get("text") == "Hello")
    assert (body["team_id"], body["enterprise_id"]) == (NEXT_DOOR.id, GRID.id)
    (authorization,) = body["authorizations"]
    assert authorization["enterprise_id"] == GRID.id
    assert authorization["team_id"] is None
    assert authorization["is_enterprise_install"] is True


def test_it_goes_from_all_of_the_organisation_and_is_told_once(grid, handles, client):
    client.apps_uninstall(client_id=grid.client_id, client_secret=grid.client_secret)
    assert not any(handle.installed for handle in handles)
    told = [body for handle in handles for body in events(handle)]
    assert sorted(body["event"]["type"] for body in told) == ["app_uninstalled", "tokens_revoked"]
    assert {body["enterprise_id"] for body in told} == {GRID.id}
    assert all(body["authorizations"][0]["is_enterprise_install"] for body in told)
    with pytest.raises(SlackApiError, match="account_inactive"):
        client.auth_test()
