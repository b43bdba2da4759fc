"""What people write in a review's thread: replies, edits, deletions."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, BoltContext

from bot.service.arrivals import Arrivals, Said

SAID = (None, "thread_broadcast", "file_share")
DONE = {"message_changed": "edited", "message_deleted": "deleted"}


def register(bolt: App, arrivals: Arrivals) -> None:
    @bolt.event("message")
    def on_message(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """Bolt runs the first matching listener only, so all kinds of message come here."""
        message = event.get("message") or event.get("previous_message") or event
        subtype = event.get("subtype")
        if _is_ours(message) and (subtype in SAID or subtype in DONE):
            arrivals.hear(read(message, event, body, context))


def read(message: dict[str, Any], event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> Said:
    """A reply is known by its `ts`, whichever of its events tells of it; an edit by its event."""
    kind = DONE.get(event.get("subtype") or "", "said")
    return Said(
        team=str(context.team_id),
        channel=event["channel"],
        thread_ts=message["thread_ts"],
        kind=kind,
        ts=message["ts"],
        author=message["user"],
        text=(message.get("text") or "").replace(f"<@{context.bot_user_id}>", "", 1),
        at=event.get("event_ts") or message["ts"],
        occasion=message["ts"] if kind == "said" else body["event_id"],
        edited_ts=(message.get("edited") or {}).get("ts", ""),
    )


def _is_ours(message: dict[str, Any]) -> bool:
    """A person's reply in a thread: not a bot's, not a message at the top of the channel."""
    in_thread = message.get("thread_ts") not in (None, message.get("ts"))
    return in_thread and "user" in message and not message.get("bot_id") and message.get("subtype") in SAID
