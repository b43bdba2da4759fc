"""What people type: the slash command, and a mention of the bot."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond

from bot.lateness import left_to_acknowledge
from bot.service.arrivals import Arrivals
from bot.service.desk import Desk, Typed
from bot.speaker import Speaker


def register(bolt: App, desk: Desk, arrivals: Arrivals, speaker: Speaker) -> None:
    @bolt.command("/dealreview")
    def on_command(ack: Ack, respond: Respond, command: dict[str, Any], context: BoltContext) -> None:
        team = command["team_id"]
        text = command.get("text") or ""
        typed = Typed(team, command["user_id"], command["channel_id"], text, command.get("trigger_id", ""))
        hint = desk.take(typed)
        ack(**(left_to_acknowledge(speaker.render(team, hint).private, respond, context) if hint else {}))

    @bolt.event("app_mention")
    def on_mention(event: dict[str, Any], context: BoltContext) -> None:
        """In a review's thread the same words also arrive as a message, and are taken there."""
        team, channel, thread = str(context.team_id), event["channel"], event.get("thread_ts")
        if event.get("bot_id") or arrivals.takes(team, channel, thread):
            return
        text = event["text"].replace(f"<@{context.bot_user_id}>", " ")
        if hint := desk.take(Typed(team, event["user"], channel, text, ts=event["ts"])):
            speaker.whisper(team, channel, event["user"], thread, hint)
