"""What people submit who delete a deal, or have themselves forgotten."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.service.privacy import PrivacyService
from bot.speaker import Speaker


def register(bolt: App, privacy: PrivacyService, speaker: Speaker) -> None:
    @bolt.view("forget_me")
    def on_forget(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Who is to be forgotten, the press itself says: there is no id that could be made up."""
        privacy.forget(str(context.team_id), body["user"]["id"])
        ack()

    @bolt.view("delete_deal")
    def on_delete(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        if hint := privacy.delete(team, int(view["private_metadata"]), person):
            speaker.tell(team, person, hint)
        ack()
