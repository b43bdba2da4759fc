"""What Slack tells when somebody removes the bot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slack_bolt import App, BoltContext

from bot.clients import Installations


def register(bolt: App, installations: Installations) -> None:
    @bolt.event("app_uninstalled")
    def on_uninstalled(body: dict[str, Any], context: BoltContext) -> None:
        removed(body, context)

    @bolt.event("tokens_revoked")
    def on_revoked(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """A person's token is none of ours."""
        if (event.get("tokens") or {}).get("bot"):
            removed(body, context)

    def removed(body: dict[str, Any], context: BoltContext) -> None:
        until = datetime.fromtimestamp(int(body["event_time"]) + 1, UTC)  # Slack tells in whole seconds
        is_organisation = bool(context.is_enterprise_install) or not context.team_id
        installations.removed(context.enterprise_id or "", context.team_id or "", is_organisation, until)
