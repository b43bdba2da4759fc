"""What people write in a review's thread: replies, edits, deletions."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, BoltContext

from bot import mrkdwn
from bot.directory import Directory
from bot.service.reviews import ReviewService, Said
from bot.speaker import Speaker

SAID = (None, "thread_broadcast", "file_share")


def register(bolt: App, reviews: ReviewService, directory: Directory, speaker: Speaker) -> None:
    @bolt.event("message")
    def on_message(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """Bolt runs the first matching listener only, so all kinds of message come here."""
        what = {"message_changed": reviews.amend, "message_deleted": reviews.withdraw}
        message = event.get("message") or event.get("previous_message") or event
        subtype = event.get("subtype")
        if not _is_ours(message) or not (subtype in SAID or subtype in what):
            return
        said = read(message, event["channel"], body, context)
        if hint := what.get(subtype or "", reviews.reply)(said):
            speaker.whisper(said.team, said.channel, said.author, said.thread_ts, hint)

    def read(message: dict[str, Any], channel: str, body: dict[str, Any], context: BoltContext) -> Said:
        team = str(context.team_id)
        text = (message.get("text") or "").replace(f"<@{context.bot_user_id}>", "", 1)
        return Said(
            team=team,
            channel=channel,
            thread_ts=message["thread_ts"],
            ts=message["ts"],
            author=message["user"],
            text=mrkdwn.decode(text, lambda person: directory.name(team, person)),
            occasion=body["event_id"],
            edited_ts=(message.get("edited") or {}).get("ts", ""),
        )


def _is_ours(message: dict[str, Any]) -> bool:
    """A person's reply in a thread: not a bot's, not a message at the top of the channel."""
    in_thread = message.get("thread_ts") not in (None, message.get("ts"))
    return in_thread and "user" in message and not message.get("bot_id") and message.get("subtype") in SAID
