"""`chat.*` and `assistant.threads.setStatus`: what the bot says, changes and takes back."""

import json
import re
from typing import Any

from sandbox.model import Channel, Json, Message
from sandbox.payloads import message_json
from sandbox.refusals import Refusal
from sandbox.web_api.call import Call, Method

LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
LARGEST_METADATA = 16_000
"""In bytes. Slack has an error for metadata that is larger than it takes, and no page tells how much that is."""
MOST_ATTACHMENTS = 100
EVENT_TYPE = re.compile(r"[\w-]+", re.ASCII)

# Arguments that change what people see and are not modelled: refused rather than passed over.
NOT_MODELLED = ("attachments", "markdown_text", "username", "icon_emoji", "icon_url", "as_user")


def post_message(call: Call) -> Json:
    call.allow("chat:write")
    channel = _place_to_post(call)
    text, blocks = _content(call)
    metadata = _metadata(call)
    message = call.workspace.post(
        channel,
        call.workspace.bot,
        text[:LONGEST_TEXT],
        blocks=blocks,
        thread_ts=call.text("thread_ts") or None,
        broadcast=call.flag("reply_broadcast"),
        metadata=metadata if _is_named(metadata) else None,
    )
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": message_json(message, call.workspace)}
    return answer | _warnings(
        message_truncated=len(text) > LONGEST_TEXT, invalid_metadata_schema=not _is_named(metadata)
    )


def post_ephemeral(call: Call) -> Json:
    call.allow("chat:write")
    call.open_channel()
    channel = call.joined_channel()
    text, blocks = _content(call)
    reader = call.workspace.users.get(call.required("user"))
    if reader is None or reader.id not in channel.members:
        raise Refusal("user_not_in_channel")
    note = call.workspace.whisper(channel, reader, text[:LONGEST_TEXT], blocks, call.text("thread_ts") or None)
    return {"message_ts": note.ts}


def update(call: Call) -> Json:
    """New text alone removes the blocks; new blocks alone keep the text, and show no "(edited)"."""
    call.allow("chat:write")
    call.open_channel(refused="is_inactive")
    message = _own_message(call, "cant_update_message")
    if len(call.text("text")) > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    text, blocks = _content(call)
    if "text" not in call.arguments:
        text = message.text
    metadata = _metadata(call)
    kept = metadata if _is_named(metadata) else None
    call.workspace.edit(message, text, blocks=blocks, metadata=kept, mark_edited=not blocks)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(message, call.workspace),
    } | _warnings(invalid_metadata_schema=not _is_named(metadata))


def delete(call: Call) -> Json:
    call.allow("chat:write")
    message = _own_message(call, "cant_delete_message")
    call.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.workspace.message(channel, call.required("message_ts"))
    link = f"{call.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + thread}


def set_status(call: Call) -> Json:
    call.allow("chat:write", "assistant:write")
    channel = call.joined_channel("channel_id")
    if "status" not in call.arguments:
        raise Refusal("invalid_arguments")
    call.workspace.set_status(channel, call.required("thread_ts"), call.text("status"))
    return {}


def _place_to_post(call: Call) -> Channel:
    """A person's id opens the DM with them. With `chat:write.public` a public channel need not be joined."""
    workspace = call.workspace
    person = workspace.users.get(call.text("channel"))
    if person and not person.is_bot:
        return _with_messages(workspace.dm_with(person), call)
    channel = _with_messages(call.open_channel(), call)
    if workspace.bot.id in channel.members or (channel.kind == "channel" and call.has("chat:write.public")):
        return channel
    raise Refusal("not_in_channel")


def _with_messages(channel: Channel, call: Call) -> Channel:
    if channel.kind == "im" and not call.workspace.app.has_messages:
        raise Refusal("messages_tab_disabled")
    return channel


def _content(call: Call) -> tuple[str, list[Json] | None]:
    attachments = call.structure("attachments", "invalid_attachments")
    if isinstance(attachments, list) and len(attachments) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    for name in NOT_MODELLED:
        if call.arguments.get(name):
            reason = f"The local workspace does not model “{name}”."
            raise Refusal("invalid_arguments", reason, response_metadata={"messages": [f"[ERROR] {reason}"]})
    text, blocks = call.text("text"), call.blocks()
    if not text and not blocks:
        raise Refusal("no_text")
    return text, blocks


def _metadata(call: Call) -> Json | None:
    """None leaves what was there; an empty object removes it."""
    metadata: Any = call.structure("metadata", "invalid_metadata_format")
    if metadata is None or metadata == {}:
        return metadata  # type: ignore[no-any-return]
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > LARGEST_METADATA:
        raise Refusal("metadata_too_large")
    return metadata


def _is_named(metadata: Json | None) -> bool:
    """Whether its event type is one: metadata with another is passed over, with a warning."""
    return not metadata or bool(EVENT_TYPE.fullmatch(metadata["event_type"]))


def _warnings(**given: bool) -> Json:
    said = [name for name, is_so in given.items() if is_so]
    return {"warning": ",".join(said), "response_metadata": {"warnings": said}} if said else {}


def _own_message(call: Call, refused: str) -> Message:
    message = call.workspace.message(call.channel(), call.required("ts"))
    if message.bot_id != call.workspace.team.bot_id:
        raise Refusal(refused)
    return message


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "assistant.threads.setStatus": set_status,
}
