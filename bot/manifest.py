"""The app manifest, in its two variants, from one source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

REDIRECT = "/slack/oauth_redirect"
"""Where Slack sends people back to who were asked whether the bot may be installed."""

SOURCE = Path(__file__).with_name("manifest.yml")  # a link, for the file stands where everybody looks for it


def socket_mode() -> dict[str, Any]:
    """The manifest as it stands in `manifest.yml`: for Socket Mode."""
    manifest: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return manifest


def http(url: str, oauth: bool = False) -> dict[str, Any]:
    """The manifest for HTTP; `url` is where Slack reaches the bot, with or without `/slack/events`.

    With `oauth` the app can be installed from the bot's page, in many workspaces or a whole organisation.
    """
    home = url.rstrip("/").removesuffix("/slack/events")
    address = f"{home}/slack/events"
    manifest = socket_mode()
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    settings = manifest["settings"]
    settings["event_subscriptions"] = {"request_url": address, **settings["event_subscriptions"]}
    settings["interactivity"]["request_url"] = address
    settings["socket_mode_enabled"] = False
    if oauth:
        manifest["oauth_config"] = {"redirect_urls": [f"{home}{REDIRECT}"], **manifest["oauth_config"]}
        settings["org_deploy_enabled"] = True
    return manifest


def scopes() -> list[str]:
    """What the bot asks to be allowed when it is installed."""
    return list(socket_mode()["oauth_config"]["scopes"]["bot"])


def as_yaml(manifest: dict[str, Any]) -> str:
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
