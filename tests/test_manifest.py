"""The manifest: within Slack's limits, and exactly what the bot listens to and calls, in both variants."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from slack_sdk import WebClient

from bot import manifest
from bot.cli import main

BOT = Path(manifest.__file__).parent
ADDRESS = "https://bot.example.com/slack/events"

SECTIONS = {"_metadata", "display_information", "features", "oauth_config", "settings"}
FEATURES = {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains", "workflow_steps"}
SETTINGS = {
    "allowed_ip_address_ranges", "event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled",
    "token_rotation_enabled",
}  # fmt: skip

EVENT_SCOPES = {
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set[str](),
    "channel_shared": {"channels:read", "groups:read"},
    "channel_unshared": {"channels:read", "groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "tokens_revoked": set[str](),
}
METHOD_SCOPES = {
    "apps_connections_open": set[str](),  # the app-level token has a scope of its own
    "auth_test": set[str](),
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "conversations_open": {"im:write"},
    "chat_postMessage": {"chat:write", "im:write"},  # also to a person, which opens the conversation with them
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_members": {"channels:read", "groups:read", "im:read"},
    "conversations_info": {"channels:read", "groups:read", "im:read"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_upload_v2": {"files:write"},
    "reactions_add": {"reactions:write"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "users_lookupByEmail": {"users:read.email"},
    "views_open": set[str](),
    "views_publish": set[str](),
    "views_push": set[str](),
    "views_update": set[str](),
}


@pytest.fixture(params=["socket", "http"])
def app(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The manifest, in either variant."""
    return manifest.socket_mode() if request.param == "socket" else manifest.http("https://bot.example.com")


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of an attribute in the bot's code, as dotted as it is written: `bolt.event`, `self._client.…`."""
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield ast.unparse(node.func), node


def listened_to(kind: str) -> set[str]:
    """What listeners are registered for with `@bolt.<kind>("…")`."""
    return {
        node.args[0].value
        for name, node in calls()
        if name == f"bolt.{kind}" and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def methods_called() -> set[str]:
    """The Web API methods the bot calls, or hands on to be called, as slack_sdk names them."""
    code = [ast.parse(path.read_text(encoding="utf-8")) for path in BOT.rglob("*.py")]
    named = [ast.unparse(node) for each in code for node in ast.walk(each) if isinstance(node, ast.Attribute)]
    ours = {name.rpartition(".")[2] for name in named if re.search(r"\b_?client\.\w+$", name)}
    return {name for name in ours if hasattr(WebClient, name) and "_" in name}


# Slack's limits


def test_it_has_the_sections_that_slack_knows_and_no_others(app: dict[str, Any]) -> None:
    assert set(app) <= SECTIONS
    assert set(app["features"]) <= FEATURES
    assert set(app["settings"]) <= SETTINGS
    assert app["_metadata"] == {"major_version": 2}


def test_names_and_descriptions_are_within_slacks_limits(app: dict[str, Any]) -> None:
    about = app["display_information"]
    assert 0 < len(about["name"]) <= 35
    assert 0 < len(about["description"]) <= 140
    assert "long_description" not in about or 175 <= len(about["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", about["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", app["features"]["bot_user"]["display_name"])


def test_commands_and_shortcuts_are_within_slacks_limits(app: dict[str, Any]) -> None:
    commands, shortcuts = app["features"]["slash_commands"], app["features"]["shortcuts"]
    assert 0 < len(commands) <= 50
    for command in commands:
        assert set(command) <= {"command", "description", "usage_hint", "should_escape", "url"}
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 0 < len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"] is True
    assert len(shortcuts) <= 10
    for shortcut in shortcuts:
        assert set(shortcut) == {"name", "type", "callback_id", "description"}
        assert shortcut["type"] in ("global", "message")
        assert 0 < len(shortcut["name"]) <= 24
        assert 0 < len(shortcut["description"]) <= 150
        assert 0 < len(shortcut["callback_id"]) <= 255


def test_scopes_and_events_are_few_sorted_and_named_once(app: dict[str, Any]) -> None:
    for named in (app["oauth_config"]["scopes"]["bot"], app["settings"]["event_subscriptions"]["bot_events"]):
        assert named == sorted(set(named))
        assert len(named) <= 100


def test_people_can_reply_in_the_messages_tab_and_have_a_home(app: dict[str, Any]) -> None:
    assert app["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


# What the code does


def test_every_command_and_shortcut_is_listened_to_and_the_other_way_round(app: dict[str, Any]) -> None:
    assert {each["command"] for each in app["features"]["slash_commands"]} == listened_to("command")
    assert {each["callback_id"] for each in app["features"]["shortcuts"]} == listened_to("shortcut")


def test_every_event_is_listened_to_and_the_other_way_round(app: dict[str, Any]) -> None:
    subscribed = app["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in subscribed} == listened_to("event")


def test_every_method_the_bot_calls_is_known_here_and_no_other() -> None:
    assert methods_called() == set(METHOD_SCOPES)


def test_every_scope_is_used_and_none_is_missing(app: dict[str, Any]) -> None:
    """A file that people dropped is fetched by its address, and by no method."""
    needed = {"commands", "files:read"}.union(*(METHOD_SCOPES[method] for method in methods_called()))
    for event in app["settings"]["event_subscriptions"]["bot_events"]:
        needed |= EVENT_SCOPES[event]
    assert set(app["oauth_config"]["scopes"]["bot"]) == needed
    assert set(app["oauth_config"]["scopes"]) == {"bot"}


# Two variants


def test_in_socket_mode_nothing_has_an_address() -> None:
    assert "url" not in yaml.safe_dump(manifest.socket_mode())
    assert manifest.socket_mode()["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize("given", ["https://bot.example.com", "https://bot.example.com/", ADDRESS, f"{ADDRESS}/"])
def test_over_http_everything_has_the_one_address(given: str) -> None:
    app = manifest.http(given)
    assert [each["url"] for each in app["features"]["slash_commands"]] == [ADDRESS]
    assert app["settings"]["event_subscriptions"]["request_url"] == ADDRESS
    assert app["settings"]["interactivity"] == {"is_enabled": True, "request_url": ADDRESS}
    assert app["settings"]["socket_mode_enabled"] is False


def test_an_app_for_many_workspaces_knows_where_people_come_back_to_and_can_be_in_a_whole_organisation() -> None:
    app = manifest.http(ADDRESS, oauth=True)
    assert app["oauth_config"].pop("redirect_urls") == ["https://bot.example.com/slack/oauth_redirect"]
    assert app["settings"]["org_deploy_enabled"] is True
    app["settings"]["org_deploy_enabled"] = False
    assert app == manifest.http(ADDRESS)


def test_but_for_the_addresses_and_the_door_both_variants_are_one() -> None:
    app = manifest.http("https://bot.example.com")
    for command in app["features"]["slash_commands"]:
        del command["url"]
    del app["settings"]["event_subscriptions"]["request_url"]
    del app["settings"]["interactivity"]["request_url"]
    app["settings"]["socket_mode_enabled"] = True
    assert app == manifest.socket_mode()


def test_dealreview_manifest_prints_what_manifest_yml_says() -> None:
    result = CliRunner().invoke(main, ["manifest"])
    assert result.exit_code == 0
    assert yaml.safe_load(result.output) == yaml.safe_load(manifest.SOURCE.read_text(encoding="utf-8"))


def test_dealreview_manifest_http_prints_the_other_variant() -> None:
    result = CliRunner().invoke(main, ["manifest", "--http", "https://bot.example.com"])
    assert result.exit_code == 0
    assert yaml.safe_load(result.output) == manifest.http("https://bot.example.com")


def test_dealreview_manifest_oauth_goes_with_an_address() -> None:
    run = CliRunner().invoke
    result = run(main, ["manifest", "--http", "https://bot.example.com", "--oauth"])
    assert yaml.safe_load(result.output) == manifest.http("https://bot.example.com", oauth=True)
    alone = run(main, ["manifest", "--oauth"])
    assert alone.exit_code == 2
    assert "--http URL" in alone.output


@pytest.mark.parametrize(
    "given", ["bot.example.com", "http://bot.example.com", "https://", "ftp://bot.example.com", ""]
)
def test_an_address_that_slack_would_not_take_is_told(given: str) -> None:
    result = CliRunner().invoke(main, ["manifest", "--http", given])
    assert result.exit_code == 2
    assert "begins with https://" in result.output
