"""What the Events API tells the bot of a happening, if the app is here, asks for it and may see it.

Shapes: https://docs.slack.dev/reference/events. The bot hears its own messages too, as in Slack.
"""

from collections.abc import Callable, Iterator

from sandbox.happenings import (
    Archived,
    Deleted,
    Edited,
    Happening,
    HomeOpened,
    Joined,
    Posted,
    Reacted,
    Shared,
    TokensRevoked,
    Uninstalled,
)
from sandbox.model import Channel, Json, Message
from sandbox.payloads import CHANNEL_TYPES, message_json, view_json
from sandbox.people import APP_ID, OTHER_TEAM
from sandbox.workspace import Workspace

MESSAGE_EVENT = {"channel": "message.channels", "private": "message.groups", "im": "message.im"}

# The scope without which Slack does not send an event, whatever the manifest subscribes to.
SCOPE = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "channel_shared": "channels:read",
    "channel_unshared": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
}


class Events:
    """Turns happenings into event envelopes and hands them to `deliver`, in order."""

    def __init__(self, workspace: Workspace, deliver: Callable[[Json, int], None]) -> None:
        self._workspace = workspace
        self._deliver = deliver

    def on(self, happening: Happening) -> None:
        times = happening.deliveries if isinstance(happening, Posted) else 1
        told = self._events if self._workspace.installed else self._farewell
        for event in told(happening):
            self._deliver(self._envelope(event), times)

    def _events(self, happening: Happening) -> Iterator[Json]:
        match happening:
            case Posted(message):
                yield from self._said(message)
            case Edited(message, before, ts):
                yield from self._hidden(
                    message,
                    ts,
                    subtype="message_changed",
                    message=self._quoted(message),
                    previous_message=self._quoted(before),
                )
            case Deleted(message, ts):
                yield from self._hidden(
                    message,
                    ts,
                    subtype="message_deleted",
                    deleted_ts=message.ts,
                    previous_message=self._quoted(message),
                )
            case Reacted(message, user, name, added, ts):
                yield from self._reacted(message, user, name, added, ts)
            case Joined(channel, user, inviter, ts):
                yield from self._joined(channel, user, inviter, ts)
            case Shared(channel, ts):
                yield from self._shared(channel, ts)
            case Archived(channel, user, ts):
                yield from self._archived(channel, user, ts)
            case HomeOpened(user, tab, ts):
                yield from self._home_opened(user, tab, ts)

    def _farewell(self, happening: Happening) -> Iterator[Json]:
        """What an app is told that is no longer here."""
        event: Json = {}
        match happening:
            case TokensRevoked(ts):
                bots = [self._workspace.bot.id]
                event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": bots}, "event_ts": ts}
            case Uninstalled(ts):
                event = {"type": "app_uninstalled", "event_ts": ts}
        if event and self._subscribed(event["type"]):
            yield event

    def _subscribed(self, event: str) -> bool:
        workspace = self._workspace
        return event in workspace.app.events and (event not in SCOPE or SCOPE[event] in workspace.scopes)

    def _bot_in(self, channel: Channel) -> bool:
        return self._workspace.bot.id in channel.members

    def _said(self, message: Message) -> Iterator[Json]:
        channel = self._workspace.channels[message.channel]
        if not self._bot_in(channel):
            return
        if self._subscribed(MESSAGE_EVENT[channel.kind]):
            yield self._message_event(message, channel)
        bot = self._workspace.bot.id
        mentioned = f"<@{bot}>" in message.text and message.user != bot
        if mentioned and channel.kind != "im" and message.subtype != "channel_join" and self._subscribed("app_mention"):
            yield self._mention_event(message, channel)

    def _quoted(self, message: Message) -> Json:
        return message_json(message, self._workspace, metadata=True)

    def _message_event(self, message: Message, channel: Channel) -> Json:
        body = self._quoted(message) | {
            "channel": channel.id,
            "event_ts": message.ts,
            "channel_type": CHANNEL_TYPES[channel.kind],
        }
        if message.subtype == "thread_broadcast":
            root = self._workspace.messages[channel.id].get(message.thread_ts or "")
            body["root"] = self._quoted(root) if root else None
        return body

    def _mention_event(self, message: Message, channel: Channel) -> Json:
        kept = (
            "user",
            "ts",
            "client_msg_id",
            "text",
            "team",
            "blocks",
            "thread_ts",
            "parent_user_id",
            "files",
        )
        quoted = self._quoted(message)
        body = {key: quoted[key] for key in kept if key in quoted}
        return {"type": "app_mention", **body, "channel": channel.id, "event_ts": message.ts}

    def _hidden(self, about: Message, ts: str, **fields: object) -> Iterator[Json]:
        channel = self._workspace.channels[about.channel]
        if self._bot_in(channel) and self._subscribed(MESSAGE_EVENT[channel.kind]):
            yield {
                "type": "message",
                **fields,
                "channel": channel.id,
                "hidden": True,
                "ts": ts,
                "event_ts": ts,
                "channel_type": CHANNEL_TYPES[channel.kind],
            }

    def _reacted(self, message: Message, user: str, name: str, added: bool, ts: str) -> Iterator[Json]:
        kind = "reaction_added" if added else "reaction_removed"
        if self._bot_in(self._workspace.channels[message.channel]) and self._subscribed(kind):
            yield {
                "type": kind,
                "user": user,
                "reaction": name,
                "item_user": message.user,
                "item": {"type": "message", "channel": message.channel, "ts": message.ts},
                "event_ts": ts,
            }

    def _joined(self, channel: Channel, user: str, inviter: str | None, ts: str) -> Iterator[Json]:
        if self._bot_in(channel) and self._subscribed("member_joined_channel"):
            yield {
                "type": "member_joined_channel",
                "user": user,
                "channel": channel.id,
                "channel_type": "C" if channel.kind == "channel" else "G",
                "team": self._workspace.team.id,
                **({"inviter": inviter} if inviter else {}),
                "event_ts": ts,
            }

    def _shared(self, channel: Channel, ts: str) -> Iterator[Json]:
        kind = "channel_shared" if channel.shared else "channel_unshared"
        if self._bot_in(channel) and self._subscribed(kind):
            other = (
                {"connected_team_id": OTHER_TEAM} if channel.shared else {"previously_connected_team_id": OTHER_TEAM}
            )
            still = {} if channel.shared else {"is_ext_shared": False}
            yield {"type": kind, **other, **still, "channel": channel.id, "event_ts": ts}

    def _archived(self, channel: Channel, user: str, ts: str) -> Iterator[Json]:
        place = "channel" if channel.kind == "channel" else "group"
        kind = f"{place}_archive" if channel.archived else f"{place}_unarchive"
        if self._bot_in(channel) and self._subscribed(kind):
            yield {"type": kind, "channel": channel.id, "user": user, "is_moved": 0, "event_ts": ts}

    def _home_opened(self, user: str, tab: str, ts: str) -> Iterator[Json]:
        if not self._subscribed("app_home_opened"):
            return
        home = self._workspace.views.homes.get(user)
        shown = {"view": view_json(home, self._workspace)} if home and tab == "home" else {}
        channel = self._workspace.dm_with(self._workspace.users[user])
        yield {
            "type": "app_home_opened",
            "user": user,
            "channel": channel.id,
            "tab": tab,
            **shown,
            "event_ts": ts,
        }

    def _is_shared(self, channel_id: str | None) -> bool:
        return bool(channel_id and self._workspace.channels[channel_id].shared)

    def _envelope(self, event: Json) -> Json:
        """An installation of an organisation is of no workspace in particular; the event is of one still."""
        org_wide, org = self._workspace.installation.org_wide, self._workspace.team.enterprise
        org_id = org.id if org else None
        return {
            "token": "local",
            **({"enterprise_id": org_id} if org else {}),
            "team_id": self._workspace.team.id,
            "context_team_id": self._workspace.team.id,
            "context_enterprise_id": org_id,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self._workspace.new_id("Ev"),
            "event_time": int(float(event["event_ts"])),
            "authorizations": [
                {
                    "enterprise_id": org_id,
                    "team_id": None if org_wide else self._workspace.team.id,
                    "user_id": self._workspace.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": org_wide,
                }
            ],
            "is_ext_shared_channel": self._is_shared(event.get("channel")),
            "event_context": f"4-{event['type']}-{event['event_ts']}",
        }
