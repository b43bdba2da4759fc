"""What people write in a review's thread: replies, edits, deletions."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, BoltContext

from bot.service.arrivals import Arrivals, Said

SAID = ("", "thread_broadcast", "file_share")
DONE = {"message_changed": "edited", "message_deleted": "deleted"}


def register(bolt: App, arrivals: Arrivals) -> None:
    @bolt.event("message")
    def on_message(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """Bolt runs the first matching listener only, so all kinds of message come here."""
        subtype, message = event.get("subtype") or "", message_in(event)
        if subtype in (*SAID, *DONE) and _may_be_ours(message, is_done=subtype in DONE):
            arrivals.hear(read(message, event, body, context))


def message_in(event: dict[str, Any]) -> dict[str, Any]:
    """The message that an event tells of; of one that was deleted, Slack need not tell more than its `ts`."""
    told: dict[str, Any] = event
    if event.get("subtype") == "message_changed":
        told = event["message"]
    elif event.get("subtype") == "message_deleted":
        told = event.get("previous_message") or {"ts": event["deleted_ts"]}
    return told


def read(message: dict[str, Any], event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> Said:
    """A reply is known by its `ts`, whichever of its events tells of it; an edit by its event."""
    kind = DONE.get(event.get("subtype") or "", "said")
    return Said(
        team=str(context.team_id),
        channel=event["channel"],
        thread_ts=message.get("thread_ts") or "",
        kind=kind,
        ts=message["ts"],
        author=message.get("user") or "",
        text=(message.get("text") or "").replace(f"<@{context.bot_user_id}>", "", 1),
        at=event.get("event_ts") or event["ts"],
        occasion=message["ts"] if kind == "said" else body["event_id"],
        edited_ts=(message.get("edited") or {}).get("ts", ""),
    )


def _may_be_ours(message: dict[str, Any], *, is_done: bool) -> bool:
    """A person's reply in a thread: not a bot's, not a message at the top of the channel.

    Of one to which something was done, Slack need not say who wrote it and in which thread.
    """
    is_told = message.get("user") and message.get("thread_ts")
    is_at_top = message.get("thread_ts") == message["ts"]
    is_persons = not message.get("bot_id") and (message.get("subtype") or "") in SAID
    return is_persons and not is_at_top and bool(is_told or is_done)
