"""What the Events API tells the bot of a happening, if the manifest asks for it and the bot may see it.

Shapes: https://docs.slack.dev/reference/events. The bot hears its own messages too, as in Slack.
"""

from collections.abc import Callable, Iterator

from sandbox.happenings import Deleted, Edited, Happening, HomeOpened, Joined, Posted, Reacted, Shared, Uninstalled
from sandbox.model import Channel, Json, Message
from sandbox.payloads import CHANNEL_TYPES, message_json, view_json
from sandbox.people import APP_ID, BOT_USER, OTHER_TEAM, TEAM_ID
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
}


class Events:
    """Turns happenings into event envelopes and hands them to `deliver`, in order."""

    def __init__(self, workspace: Workspace, deliver: Callable[[Json, int], None]) -> None:
        self._workspace = workspace
        self._deliver = deliver

    def on(self, happening: Happening) -> None:
        times = happening.deliveries if isinstance(happening, Posted) else 1
        for event in self._events(happening):
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
            case HomeOpened(user, tab, ts):
                yield from self._home_opened(user, tab, ts)
            case Uninstalled(ts):
                revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}
                for event in (revoked, {"type": "app_uninstalled"}):
                    if self._subscribed(str(event["type"])):
                        yield {**event, "event_ts": ts}

    def _subscribed(self, event: str) -> bool:
        app = self._workspace.app
        return event in app.events and (event not in SCOPE or SCOPE[event] in app.scopes)

    def _bot_in(self, channel: Channel) -> bool:
        return BOT_USER in channel.members

    def _said(self, message: Message) -> Iterator[Json]:
        channel = self._workspace.channels[message.channel]
        if not self._bot_in(channel):
            return
        if self._subscribed(MESSAGE_EVENT[channel.kind]):
            yield self._message_event(message, channel)
        mentioned = f"<@{BOT_USER}>" in message.text and message.user != BOT_USER
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
                "team": TEAM_ID,
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

    def _home_opened(self, user: str, tab: str, ts: str) -> Iterator[Json]:
        if not self._subscribed("app_home_opened"):
            return
        home = self._workspace.views.homes.get(user)
        shown = {"view": view_json(home)} if home and tab == "home" else {}
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
        return {
            "token": "local",
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self._workspace.new_id("Ev"),
            "event_time": int(float(event["event_ts"])),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": self._is_shared(event.get("channel")),
            "event_context": f"4-{event['type']}-{event['event_ts']}",
        }
