"""The workspace itself: who is there, what was said, and the rules for saying, changing and taking back."""

import copy
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from sandbox.files import Files
from sandbox.happenings import (
    Archived,
    ChannelOpened,
    ClockMoved,
    Deleted,
    Edited,
    EphemeralGone,
    EphemeralShown,
    Forgotten,
    Happening,
    Joined,
    Left,
    Posted,
    Reacted,
    ReadUpTo,
    Shared,
    StatusSet,
)
from sandbox.installation import Installation
from sandbox.manifest import App, Command, Shortcut
from sandbox.model import Channel, Ephemeral, Json, Message, Standing, Team, User
from sandbox.people import CHANNELS, HOME, PEOPLE, bot_user, fresh
from sandbox.permits import Permits
from sandbox.refusals import Refusal
from sandbox.views import Views

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Workspace:
    """Everything people and the bot can see. Not thread-safe: one event loop owns it.

    `clock` gives seconds since the epoch, UTC; `offset` is what `advance` has added to it. `missing_blocks` are the
    types of blocks that Slack has not rolled out here yet. `installed` is whether the app is here from the start.
    """

    def __init__(
        self,
        manifest: Json,
        people: Iterable[User] = PEOPLE,
        channels: Iterable[Channel] = CHANNELS,
        clock: Callable[[], float] = time.time,
        team: Team = HOME,
        installed: bool = True,
    ) -> None:
        self.team = team
        self.app = App.from_manifest(manifest)
        self.bot = bot_user(self.app.name, team.bot_user)
        self.users: dict[str, User] = {user.id: user for user in people}
        self.channels = fresh(channels)
        self.messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: dict[str, Ephemeral] = {}
        self.last_read: dict[tuple[str, str], str] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.missing_blocks: set[str] = set()
        self.clock = clock
        self.offset = 0.0
        self.last_microsecond = 0
        self.permits = Permits(self)
        self.views = Views(self)
        self.files = Files(self)
        self._watchers: list[Callable[[Happening], None]] = []
        self.installation = Installation(self, installed)

    # -- watching

    def watch(self, watcher: Callable[[Happening], None]) -> None:
        self._watchers.append(watcher)

    def announce(self, happening: Happening) -> None:
        for watcher in self._watchers:
            watcher(happening)

    def roll_out(self, block_type: str, on: bool) -> None:
        """From now on there are blocks of a type here, or there are not: Slack rolls new ones out in stages."""
        (self.missing_blocks.discard if on else self.missing_blocks.add)(block_type)

    # -- time and names

    def now(self) -> float:
        return self.clock() + self.offset

    def advance(self, seconds: float) -> None:
        self.set_offset(self.offset + seconds)

    def set_offset(self, seconds: float) -> None:
        if seconds != self.offset:
            self.offset = seconds
            self.announce(ClockMoved(seconds))

    def _microsecond(self) -> int:
        """Now, but never twice the same: timestamps and ids are both made from it."""
        self.last_microsecond = max(round(self.now() * 1_000_000), self.last_microsecond + 1)
        return self.last_microsecond

    def new_ts(self) -> str:
        seconds, rest = divmod(self._microsecond(), 1_000_000)
        return f"{seconds}.{rest:06d}"

    def new_id(self, prefix: str) -> str:
        """An id no earlier run has used, so that a bot with a memory never takes it for an old one."""
        number, digits = self._microsecond(), ""
        while number:
            number, digit = divmod(number, 36)
            digits = DIGITS[digit] + digits
        return prefix + self.team.mark + digits

    # -- finding

    def user(self, id_or_name: str) -> User:
        wanted = id_or_name.removeprefix("@")
        for user in self.users.values():
            if user.deleted:
                continue
            if wanted == user.id or wanted.lower() in (user.name, user.real_name.lower()):
                return user
        raise Refusal("user_not_found", f"Nobody here is called “{id_or_name}”.")

    def channel(self, id_or_name: str) -> Channel:
        wanted = id_or_name.removeprefix("#")
        for channel in self.channels.values():
            if wanted == channel.id or (channel.kind != "im" and wanted.lower() == channel.name):
                return channel
        raise Refusal("channel_not_found", f"There is no channel “{id_or_name}”.")

    def has(self, thing: str) -> bool:
        """Whether an id is of something here: a channel, a person, a form, or leave to open one."""
        views = [*self.views.homes.values(), *(view for stack in self.views.stacks.values() for view in stack)]
        known = thing in self.channels or thing in self.users or any(view.id == thing for view in views)
        return known or self.permits.has_trigger(thing)

    def message(self, channel: Channel, ts: str) -> Message:
        try:
            return self.messages[channel.id][ts]
        except KeyError:
            raise Refusal("message_not_found", f"There is no message {ts} in {channel.name}.") from None

    def said_in(self, channel: Channel) -> list[Message]:
        """Every message of a channel, replies included, oldest first."""
        return list(self.messages.get(channel.id, {}).values())

    def replies(self, channel: Channel, ts: str) -> list[Message]:
        return [message for message in self.said_in(channel) if message.is_reply and message.thread_ts == ts]

    def unread(self, user: User, channel: Channel) -> int:
        """What would be bold: in a channel not the replies in threads, in a DM everything."""
        since = self.last_read.get((user.id, channel.id), "0")
        return sum(
            float(message.ts) > float(since)
            and message.user != user.id
            and (channel.kind == "im" or not message.is_reply or message.subtype == "thread_broadcast")
            for message in self.said_in(channel)
        )

    # -- channels

    def dm_with(self, user: User) -> Channel:
        """The person's conversation with the bot, opened if it was not."""
        channel_id = "D" + user.id[1:]
        if channel_id not in self.channels:
            channel = Channel(channel_id, user.name, "im", [user.id, self.bot.id])
            self.channels[channel_id] = channel
            self.announce(ChannelOpened(channel))
        return self.channels[channel_id]

    def join(self, channel: Channel, user: User, inviter: User | None = None) -> None:
        if user.id in channel.members:
            return
        channel.members.append(user.id)
        ts = self.new_ts()
        self.announce(Joined(channel, user.id, inviter.id if inviter else None, ts))
        self._keep(
            Message(
                ts=self.new_ts(),
                channel=channel.id,
                user=user.id,
                text=f"<@{user.id}> has joined the channel",
                subtype="channel_join",
                inviter=inviter.id if inviter else None,
            )
        )

    def leave(self, channel: Channel, user: User) -> None:
        """What they said there stays."""
        if user.id in channel.members:
            channel.members.remove(user.id)
            self.announce(Left(channel, user.id))

    def share(self, channel: Channel, on: bool) -> None:
        """Another company can read a channel from now on, or no longer."""
        if channel.shared != on:
            channel.shared = on
            self.announce(Shared(channel, self.new_ts()))

    def archive(self, channel: Channel, user: User, on: bool) -> None:
        """Nobody says anything more in a channel from now on, or people may again."""
        if channel.archived != on:
            channel.archived = on
            self.announce(Archived(channel, user.id, self.new_ts()))

    def become(self, user: User, standing: Standing) -> None:
        """A person is a member, a guest or somebody of another company from now on."""
        self.users[user.id] = replace(user, standing=standing)

    def read(self, user: User, channel: Channel) -> None:
        self.last_read[user.id, channel.id] = self.new_ts()
        self.announce(ReadUpTo(user.id, channel))

    # -- messages

    def post(
        self,
        channel: Channel,
        user: User,
        text: str,
        *,
        blocks: list[Json] | None = None,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: list[Json] | None = None,
        metadata: Json | None = None,
        deliveries: int = 1,
    ) -> Message:
        """A thread whose parent is gone or never was still takes replies, as in Slack."""
        subtype = "thread_broadcast" if thread_ts and broadcast else "file_share" if files else None
        message = Message(
            ts=self.new_ts(),
            channel=channel.id,
            user=user.id,
            text=text,
            blocks=blocks or [],
            thread_ts=thread_ts,
            files=files or [],
            subtype=subtype,
            metadata=metadata,
            bot_id=self.team.bot_id if user.id == self.bot.id else None,
        )
        if user.id == self.bot.id and thread_ts and (channel.id, thread_ts) in self.statuses:
            self.set_status(channel, thread_ts, "")
        return self._keep(message, deliveries)

    def _keep(self, message: Message, deliveries: int = 1) -> Message:
        self.messages.setdefault(message.channel, {})[message.ts] = message
        self.last_read[message.user, message.channel] = message.ts
        self.announce(Posted(message, deliveries))
        return message

    def edit(
        self,
        message: Message,
        text: str,
        *,
        blocks: list[Json] | None = None,
        metadata: Json | None = None,
        mark_edited: bool = True,
    ) -> None:
        before = copy.deepcopy(message)
        ts = self.new_ts()
        message.text, message.blocks = text, blocks or []
        if metadata is not None:
            message.metadata = metadata
        if mark_edited:
            message.edited = {"user": message.user, "ts": ts}
        self.announce(Edited(message, before, ts))

    def delete(self, message: Message) -> None:
        """A parent that has replies leaves a stone in its place, for the thread to hang on."""
        channel = self.channels[message.channel]
        if not self.replies(channel, message.ts):
            del self.messages[channel.id][message.ts]
            self.announce(Deleted(message, self.new_ts()))
            return
        before = copy.deepcopy(message)
        message.text, message.blocks, message.files, message.reactions = (
            "This message was deleted.",
            [],
            [],
            {},
        )
        message.subtype, message.user, message.bot_id, message.metadata = "tombstone", "USLACKBOT", None, None
        self.announce(Edited(message, before, self.new_ts()))

    def react(self, message: Message, user: User, name: str) -> None:
        people = message.reactions.setdefault(name, [])
        if user.id in people:
            raise Refusal("already_reacted", f"{user.real_name} has already reacted with :{name}:.")
        people.append(user.id)
        self.announce(Reacted(message, user.id, name, added=True, ts=self.new_ts()))

    def unreact(self, message: Message, user: User, name: str) -> None:
        if user.id not in message.reactions.get(name, []):
            raise Refusal("no_reaction", f"{user.real_name} has not reacted with :{name}:.")
        message.reactions[name].remove(user.id)
        if not message.reactions[name]:
            del message.reactions[name]
        self.announce(Reacted(message, user.id, name, added=False, ts=self.new_ts()))

    def unfurl(self, message: Message) -> None:
        """What Slack does to a message with a link a moment later: changed, though its text is the same."""
        self.announce(Edited(message, copy.deepcopy(message), self.new_ts()))

    def set_status(self, channel: Channel, thread_ts: str, status: str) -> None:
        if status:
            self.statuses[channel.id, thread_ts] = status
        else:
            self.statuses.pop((channel.id, thread_ts), None)
        self.announce(StatusSet(channel, thread_ts, status))

    # -- notes only one person sees

    def whisper(
        self,
        channel: Channel,
        user: User,
        text: str,
        blocks: list[Json] | None = None,
        thread_ts: str | None = None,
    ) -> Ephemeral:
        ephemeral = Ephemeral(self.new_id("E"), channel.id, user.id, self.new_ts(), text, blocks or [], thread_ts)
        self.ephemerals[ephemeral.id] = ephemeral
        self.announce(EphemeralShown(ephemeral))
        return ephemeral

    def rewrite_whisper(self, ephemeral: Ephemeral, text: str, blocks: list[Json]) -> None:
        ephemeral.text, ephemeral.blocks = text, blocks
        self.announce(EphemeralShown(ephemeral))

    def unsay_whisper(self, ephemeral: Ephemeral) -> None:
        if self.ephemerals.pop(ephemeral.id, None):
            self.announce(EphemeralGone(ephemeral))

    # -- the app

    @property
    def installed(self) -> bool:
        return bool(self.installation.token)

    @property
    def commands(self) -> tuple[Command, ...]:
        """What the app lets people type here: nothing while it is not here."""
        return self.app.commands if self.installed else ()

    @property
    def shortcuts(self) -> tuple[Shortcut, ...]:
        return self.app.shortcuts if self.installed else ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the app was granted here, as far as it still asks for it."""
        return tuple(scope for scope in self.app.scopes if scope in self.installation.scopes)

    # -- starting over

    def forget(self) -> None:
        """Removes everything said and shown, and has the app as it was at first; people, channels, the clock stay."""
        self.installation.start_over()
        self.messages.clear()
        self.ephemerals.clear()
        self.last_read.clear()
        self.statuses.clear()
        self.views.forget()
        self.files.forget()
        self.announce(Forgotten())
