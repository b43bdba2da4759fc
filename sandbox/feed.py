"""What one person can see, as the page gets it: the whole state first, then each change."""

import asyncio
from collections.abc import Iterator

from sandbox.delivery import Delivery
from sandbox.happenings import (
    AppChanged,
    Archived,
    ChannelOpened,
    ClockMoved,
    Deleted,
    Edited,
    EphemeralGone,
    EphemeralShown,
    Forgotten,
    Happening,
    HomePublished,
    Joined,
    Left,
    LinkChanged,
    ModalsChanged,
    Posted,
    Reacted,
    ReadUpTo,
    StatusSet,
    TokensRevoked,
    Uninstalled,
    ViewRefused,
)
from sandbox.model import Channel, Ephemeral, Json, Message, User
from sandbox.oauth import OAuth
from sandbox.payloads import view_json
from sandbox.people import NOTICE
from sandbox.scopes import permissions
from sandbox.workspace import Workspace

# Slack's own commands that work here too.
BUILT_IN = [
    {"command": "/invite", "description": "Add someone to this channel", "usage_hint": "@someone"},
    {"command": "/archive", "description": "Archive this channel", "usage_hint": ""},
]


def user_page(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "tz": user.tz,
        "tz_label": user.tz.rpartition("/")[2].replace("_", " "),
        "is_bot": user.is_bot,
        "deleted": user.deleted,
        "color": user.color,
        "initials": user.initials,
    }


def channel_page(channel: Channel, reader: User) -> Json:
    body: Json = {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "members": list(channel.members),
        "archived": channel.archived,
    }
    return body | ({"with": channel.other_than(reader.id)} if channel.kind == "im" else {})


def message_page(message: Message, replies: list[Message]) -> Json:
    body: Json = {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions.items()],
    }
    optional = {
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "bot_id": message.bot_id,
        "files": message.files,
        "subtype": message.subtype,
        "broadcast": message.subtype == "thread_broadcast",
        "metadata": message.metadata,
    }
    body |= {key: value for key, value in optional.items() if value}
    if replies:
        body |= {
            "reply_count": len(replies),
            "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
            "latest_reply": replies[-1].ts,
        }
    return body


def ephemeral_page(note: Ephemeral) -> Json:
    body: Json = {"id": note.id, "channel": note.channel, "user": note.user, "ts": note.ts, "text": note.text}
    optional = {"blocks": note.blocks, "thread_ts": note.thread_ts}
    return body | {key: value for key, value in optional.items() if value}


class Feed:
    """Keeps a queue of changes for each open page."""

    def __init__(self, workspace: Workspace, delivery: Delivery, oauth: OAuth) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._oauth = oauth
        self._queues: list[tuple[User, asyncio.Queue[Json]]] = []

    def subscribe(self, user: User) -> asyncio.Queue[Json]:
        queue: asyncio.Queue[Json] = asyncio.Queue()
        before = self.active
        self._queues.append((user, queue))
        queue.put_nowait({"type": "state", **self.state(user)})
        self._tell_presence(before, but=queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Json]) -> None:
        before = self.active
        self._queues = [entry for entry in self._queues if entry[1] is not queue]
        self._tell_presence(before)

    @property
    def active(self) -> set[str]:
        """Who has a page open now, by id."""
        return {user.id for user, _ in self._queues}

    def _tell_presence(self, before: set[str], but: asyncio.Queue[Json] | None = None) -> None:
        now = self.active
        for user in before ^ now:
            for _, queue in self._queues:
                if queue is not but:
                    queue.put_nowait({"type": "presence", "user": user, "active": user in now})

    def on(self, happening: Happening) -> None:
        for user, queue in self._queues:
            for change in self._changes(happening, user):
                queue.put_nowait(change)

    def clock(self) -> Json:
        return {"now": f"{self._workspace.now():.6f}", "offset": self._workspace.offset}

    def messages(self, channel: Channel) -> list[Json]:
        """A channel as the page has it: oldest first, replies included."""
        said = self._workspace.said_in(channel)
        threads: dict[str, list[Message]] = {}
        for message in said:
            if message.is_reply and message.thread_ts:
                threads.setdefault(message.thread_ts, []).append(message)
        return [message_page(message, threads.get(message.ts, [])) for message in said]

    def state(self, user: User) -> Json:
        workspace = self._workspace
        channels = [channel for channel in workspace.channels.values() if channel.visible_to(user.id)]
        home = workspace.views.homes.get(user.id)
        commands = [
            {"command": each.command, "description": each.description, "usage_hint": each.usage_hint}
            for each in workspace.commands
        ]
        return {
            "workspace": {
                "id": workspace.team.id,
                "name": workspace.team.name,
                "notice": NOTICE,
                "commands": [*commands, *BUILT_IN],
                "shortcuts": [
                    {"name": each.name, "type": each.type, "callback_id": each.callback_id}
                    for each in workspace.shortcuts
                ],
                "bot": {
                    "id": workspace.bot.id,
                    "name": workspace.bot.real_name,
                    "connected": self._delivery.link.connected,
                }
                if workspace.installed
                else None,
                "app": self._app(),
                "beside": [
                    {"id": each.team.id, "name": each.team.name, "initials": each.team.initials}
                    for each in self._oauth.workspaces
                ],
                "clock": self.clock(),
            },
            "me": user_page(user),
            "users": [user_page(each) for each in workspace.users.values()],
            "active": sorted(self.active),
            "channels": [channel_page(channel, user) for channel in channels],
            "messages": {channel.id: self.messages(channel) for channel in channels},
            "ephemerals": [ephemeral_page(note) for note in workspace.ephemerals.values() if note.user == user.id],
            "home": view_json(home, workspace) if home else None,
            "modals": [view_json(view, workspace) for view in workspace.views.stack(user.id)],
            "unread": {channel.id: workspace.unread(user, channel) for channel in channels},
            "statuses": [
                {"channel": channel_id, "thread_ts": thread_ts, "status": status}
                for (channel_id, thread_ts), status in workspace.statuses.items()
                if workspace.channels[channel_id].visible_to(user.id)
            ],
        }

    def _app(self) -> Json:
        """The app as a workspace's list of apps has it, whether it is here or not."""
        workspace, installation = self._workspace, self._workspace.installation
        return {
            "name": workspace.app.title,
            "description": workspace.app.description,
            "installed": workspace.installed,
            "installer": installation.installer,
            "may": permissions(workspace.scopes if workspace.installed else workspace.app.scopes),
            "install_url": self._oauth.install_url,
        }

    def _changes(self, happening: Happening, user: User) -> Iterator[Json]:
        workspace = self._workspace
        match happening:
            case Posted(message) | Edited(message) | Reacted(message):
                yield from self._message_changes(message, user, new=isinstance(happening, Posted))
            case Deleted(message):
                yield from self._deleted(message, user)
            case Joined(channel) | ChannelOpened(channel) | Archived(channel) if channel.visible_to(user.id):
                yield {"type": "channel", "channel": channel_page(channel, user)}
                if isinstance(happening, Joined) and happening.user == user.id:
                    for said in self.messages(channel):
                        yield {"type": "message", "message": said}
            case Left(channel, left) if channel.kind == "channel" or user.id in (*channel.members, left):
                yield {"type": "state", **self.state(user)}
            case AppChanged() | TokensRevoked() | Uninstalled():
                yield {"type": "state", **self.state(user)}
            case EphemeralShown(note) if note.user == user.id:
                yield {"type": "ephemeral", "ephemeral": ephemeral_page(note)}
            case EphemeralGone(note) if note.user == user.id:
                yield {"type": "ephemeral_deleted", "id": note.id}
            case ModalsChanged(reader) if reader == user.id:
                yield {
                    "type": "modals",
                    "modals": [view_json(view, workspace) for view in workspace.views.stack(user.id)],
                }
            case ViewRefused(reader, view_id, errors) if reader == user.id:
                yield {"type": "view_errors", "view_id": view_id, "errors": errors}
            case HomePublished(reader) if reader == user.id:
                yield {"type": "home", "home": view_json(workspace.views.homes[user.id], workspace)}
            case StatusSet(channel, thread_ts, status) if channel.visible_to(user.id):
                yield {"type": "status", "channel": channel.id, "thread_ts": thread_ts, "status": status}
            case ReadUpTo(reader, channel) if reader == user.id:
                yield self._unread(user, channel)
            case LinkChanged():
                yield {"type": "bot", "connected": self._delivery.link.connected}
            case ClockMoved():
                yield {"type": "clock", "clock": self.clock()}
            case Forgotten():
                yield {"type": "state", **self.state(user)}

    def _message_changes(self, message: Message, user: User, *, new: bool) -> Iterator[Json]:
        channel = self._workspace.channels[message.channel]
        if not channel.visible_to(user.id):
            return
        yield self._message(message, channel)
        if new:
            yield from self._parent_of(message, channel)
            yield self._unread(user, channel)

    def _deleted(self, message: Message, user: User) -> Iterator[Json]:
        channel = self._workspace.channels[message.channel]
        if not channel.visible_to(user.id):
            return
        thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
        yield {"type": "message_deleted", "channel": channel.id, "ts": message.ts, **thread}
        yield from self._parent_of(message, channel)
        yield self._unread(user, channel)

    def _message(self, message: Message, channel: Channel) -> Json:
        return {
            "type": "message",
            "message": message_page(message, self._workspace.replies(channel, message.ts)),
        }

    def _parent_of(self, message: Message, channel: Channel) -> Iterator[Json]:
        parent = self._workspace.messages[channel.id].get(message.thread_ts or "")
        if parent and parent is not message:
            yield self._message(parent, channel)

    def _unread(self, user: User, channel: Channel) -> Json:
        return {"type": "unread", "channel": channel.id, "count": self._workspace.unread(user, channel)}
