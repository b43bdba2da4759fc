"""Slack's own JSON for people, channels, messages and views, as answers and deliveries carry them."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sandbox.model import Channel, Json, Message, User, View
from sandbox.people import APP_ID, OTHER_TEAM
from sandbox.rich_text import rich_text
from sandbox.workspace import Workspace

CHANNEL_TYPES = {"channel": "channel", "private": "group", "im": "im"}
TYPED = (None, "thread_broadcast", "file_share")
"""The subtypes of what people write."""


def team_json(workspace: Workspace) -> Json:
    """A workspace as interactivity payloads name it."""
    org = workspace.team.enterprise
    inside = {"enterprise_id": org.id, "enterprise_name": org.name} if org else {}
    return {"id": workspace.team.id, "domain": workspace.team.domain, **inside}


def enterprise_json(workspace: Workspace) -> Json | None:
    org = workspace.team.enterprise
    return {"id": org.id, "name": org.name} if org else None


def user_json(user: User, workspace: Workspace, with_email: bool = False, with_locale: bool = False) -> Json:
    """`tz_offset` is in seconds east of UTC, now. The address is only for apps that may know it."""
    local = datetime.fromtimestamp(workspace.now(), ZoneInfo(user.tz))
    offset = local.utcoffset()
    return {
        "id": user.id,
        "team_id": OTHER_TEAM if user.standing == "stranger" else workspace.team.id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": local.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "title": user.title,
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.real_name.partition(" ")[0],
            "display_name_normalized": user.real_name.partition(" ")[0],
            "team": workspace.team.id,
            **({"email": user.email} if with_email and not user.is_bot else {}),
        },
        "is_admin": user.standing == "admin",
        "is_owner": False,
        "is_restricted": user.standing == "guest",
        "is_ultra_restricted": False,
        "is_stranger": user.standing == "stranger",
        "is_bot": user.is_bot,
        "is_app_user": False,
        **({"locale": user.locale} if with_locale else {}),
        "updated": 0,
    }


def person_json(user: User, workspace: Workspace) -> Json:
    """A person as interactivity payloads name them."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team.id}


def channel_json(channel: Channel, workspace: Workspace) -> Json:
    bot = workspace.bot.id
    common: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
        "context_team_id": workspace.team.id,
        "created": 0,
    }
    if channel.kind == "im":
        return common | {"user": channel.other_than(bot), "is_open": True}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": channel.name == "general",
        "is_member": bot in channel.members,
        "creator": channel.members[0] if channel.members else bot,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def shown_name(channel: Channel) -> str:
    """What interactivity calls a channel: Slack gives no names of private places."""
    return {"channel": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind]


def bot_profile(workspace: Workspace) -> Json:
    return {
        "id": workspace.team.bot_id,
        "app_id": APP_ID,
        "user_id": workspace.bot.id,
        "name": workspace.app.name,
        "team_id": workspace.team.id,
    }


def message_json(message: Message, workspace: Workspace, *, metadata: bool = False) -> Json:
    """A message as the Web API reads it back: with its thread's counts if it is a parent."""
    body: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team.id,
    }
    optional = {
        "subtype": message.subtype,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "inviter": message.inviter,
    }
    body |= {key: value for key, value in optional.items() if value}
    if message.bot_id:
        body |= {"bot_id": message.bot_id, "app_id": APP_ID, "bot_profile": bot_profile(workspace)}
    elif message.subtype in TYPED:
        body |= _typed(message)
    if message.files:
        body |= {"files": message.files, "upload": False}
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if metadata and message.metadata:
        body["metadata"] = message.metadata
    return body | _thread_json(message, workspace)


def _typed(message: Message) -> Json:
    """What Slack's client adds to what a person types: an id of its own, and the text as a `rich_text` block."""
    client_id = str(uuid5(NAMESPACE_URL, f"{message.channel}/{message.ts}"))
    block = {"blocks": [rich_text(message.text) | {"block_id": client_id[:5]}]} if message.text else {}
    return {"client_msg_id": client_id, **block}


def _thread_json(message: Message, workspace: Workspace) -> Json:
    channel = workspace.channels[message.channel]
    if message.is_reply:
        parent = workspace.messages[channel.id].get(message.thread_ts or "")
        return {"parent_user_id": parent.user} if parent else {}
    replies = workspace.replies(channel, message.ts)
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "reply_users": people,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def state_json(values: dict[str, dict[str, Json]]) -> Json:
    """A copy, since people go on filling in while it is on its way."""
    return {"values": {block_id: dict(actions) for block_id, actions in values.items()}}


def view_json(view: View, workspace: Workspace) -> Json:
    """A view with what Slack adds to it; `state` has what the person has put in so far."""
    content = view.content
    return {
        "id": view.id,
        "team_id": workspace.team.id,
        "app_id": APP_ID,
        "app_installed_team_id": workspace.team.id,
        "bot_id": workspace.team.bot_id,
        "type": view.type,
        "title": content.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "submit": content.get("submit"),
        "close": content.get("close"),
        "blocks": view.blocks,
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""),
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "state": state_json(view.values),
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
    }
