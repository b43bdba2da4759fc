"""Looking in the mirror: how a deal's telling moved, and what a person asked."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.listeners.buttons import answer_press
from bot.service.mirrors import MirrorService
from bot.service.shares import ShareService
from bot.speaker import Speaker


def register(bolt: App, mirrors: MirrorService, shares: ShareService, speaker: Speaker) -> None:
    @bolt.action("moved")
    def on_moved(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        team, person, channel = str(context.team_id), body["user"]["id"], body["channel"]["id"]
        answer_press(speaker, body, shares.of_deal(team, person, channel, int(action["value"])))
        ack()

    @bolt.action("mirror:now")
    def on_now(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Whose mirror it is, the press itself says: there is no id that could be made up."""
        team, person = str(context.team_id), body["user"]["id"]
        told = mirrors.show_now(team, person)
        if told.name == "mirror_now":
            speaker.open_form(team, body["trigger_id"], told)
        else:
            speaker.tell(team, person, told)
        ack()
