"""What people can do, one method for each act of the people's door; the arguments are its JSON body.

Every act answers with what PROTOCOL.md says, or raises a Refusal whose sentence a person can act on.
"""

import math
from typing import Any

from sandbox.composer import compose
from sandbox.delivery import Delivery
from sandbox.happenings import HomeOpened
from sandbox.interactions import Interactions, Values
from sandbox.modals import Modals
from sandbox.model import Channel, Json, Message, Standing, User
from sandbox.oauth import may_install
from sandbox.refusals import Refusal
from sandbox.troubles import TroubleKind
from sandbox.workspace import Workspace

BUILT_IN = ("/invite", "/archive")
"""Slack's own commands, which work in threads too."""


class Acts:
    def __init__(self, workspace: Workspace, delivery: Delivery, interactions: Interactions, modals: Modals) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._interactions = interactions
        self._modals = modals

    # -- talking

    async def message(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: list[Json] | None = None,
        deliver: int = 1,
    ) -> Json:
        person, place = self._talking_in(user, channel)
        if text.startswith("/") and not text.startswith("//"):
            command, _, rest = text.partition(" ")
            if thread_ts and command not in BUILT_IN:
                raise Refusal(
                    "slash_in_thread",
                    f"{command} is not supported in threads. Sorry! That is all Slack says. Use a button, the ⋯ menu "
                    f"of a message, or mention @{self._workspace.bot.name}; or type the command in the channel.",
                )
            return await self.command(user, channel, command, rest)
        if not text.strip() and not files:
            raise Refusal("no_text", "There is nothing to send yet.")
        if place.kind == "im" and not self._workspace.app.takes_messages:
            raise Refusal("messages_turned_off", "Sending messages to this app has been turned off.")
        message = self._workspace.post(
            place,
            person,
            self._encoded(text),
            thread_ts=thread_ts,
            broadcast=broadcast,
            files=[self._workspace.files.add(person, file) for file in files or []],
            deliveries=deliver,
        )
        return {"ts": message.ts}

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Json:
        message = self._own_message(user, channel, ts, "cant_update_message")
        if message.text != self._encoded(text):
            self._workspace.edit(message, self._encoded(text))
        return {}

    async def delete(self, user: str, channel: str, ts: str) -> Json:
        self._workspace.delete(self._own_message(user, channel, ts, "cant_delete_message"))
        return {}

    async def reaction(self, user: str, channel: str, ts: str, name: str) -> Json:
        person, place = self._talking_in(user, channel)
        message, name = self._workspace.message(place, ts), name.strip(":")
        if person.id in message.reactions.get(name, []):
            self._workspace.unreact(message, person, name)
        else:
            self._workspace.react(message, person, name)
        return {}

    async def read(self, user: str, channel: str) -> Json:
        self._workspace.read(*self._looking_at(user, channel))
        return {}

    # -- using the bot

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Json:
        person, place = self._talking_in(user, channel)
        if command == "/invite":
            return await self.invite(user, channel, text.strip())
        if command == "/archive":
            return await self.archive(user, channel, on=True)
        return await self._interactions.command(person, place, command, text.strip())

    async def shortcut(
        self, user: str, callback_id: str, message: Json | None = None, channel: str | None = None
    ) -> Json:
        """`message` names one by its channel and ts; without it the shortcut is a global one, taken in a `channel`."""
        person = self._person(user)
        if message is None:
            viewing = self._looking_at(user, channel)[1].id if channel else None
            await self._interactions.global_shortcut(person, callback_id, viewing)
        else:
            _, place = self._looking_at(user, str(message.get("channel")))
            said = self._workspace.message(place, str(message.get("ts")))
            await self._interactions.message_shortcut(person, callback_id, said)
        return {}

    async def action(
        self,
        user: str,
        container: Json,
        action_id: str,
        block_id: str | None = None,
        value: Any = None,
        values: Values | None = None,
    ) -> Json:
        await self._interactions.act(self._person(user), container, action_id, block_id, value, values)
        return {}

    async def options(
        self, user: str, container: Json, action_id: str, block_id: str | None = None, value: str = ""
    ) -> Json:
        return await self._interactions.options(self._person(user), container, action_id, block_id, value)

    async def submit(self, user: str, view_id: str, values: Values | None = None) -> Json:
        errors = await self._modals.submit(self._person(user), view_id, values or {})
        return {"errors": errors} if errors else {}

    async def close(self, user: str, view_id: str) -> Json:
        self._modals.close(self._person(user), view_id)
        return {}

    async def home(self, user: str, tab: str = "home") -> Json:
        self._here()
        person = self._person(user)
        self._workspace.dm_with(person)
        self._workspace.announce(HomeOpened(person.id, tab, self._workspace.new_ts()))
        return {}

    # -- places

    async def dm(self, user: str) -> Json:
        self._here()
        return {"channel": self._workspace.dm_with(self._person(user)).id}

    async def invite(self, user: str, channel: str, invitee: str) -> Json:
        """Anyone may join a public channel; into a private one a member has to let them."""
        person, place = self._looking_at(user, channel)
        guest = self._workspace.user(invitee)
        _expect_open(place)
        if place.kind == "im":
            raise Refusal("method_not_supported_for_channel_type", "Nobody can be added to a direct message.")
        if guest.id in place.members:
            raise Refusal("already_in_channel", f"{guest.real_name} is in #{place.name} already.")
        if guest is not person and person.id not in place.members:
            raise Refusal("not_in_channel", f"Join #{place.name} before you add someone to it.")
        self._workspace.join(place, guest, None if guest is person else person)
        return {}

    async def leave(self, user: str, channel: str) -> Json:
        """Leaves a channel, or is removed from it; what was said there stays."""
        person, place = self._talking_in(user, channel)
        if place.kind == "im":
            raise Refusal("method_not_supported_for_channel_type", "Nobody can leave a direct message.")
        self._workspace.leave(place, person)
        return {}

    async def share(self, channel: str, on: bool) -> Json:
        """Opens a channel to another company, or closes it again."""
        place = self._workspace.channel(channel)
        if place.kind == "im":
            raise Refusal("method_not_supported_for_channel_type", "A direct message cannot be shared.")
        self._workspace.share(place, on)
        return {}

    async def archive(self, user: str, channel: str, on: bool) -> Json:
        """Closes a channel for good, or opens it again: what was said there can be read still."""
        person, place = self._looking_at(user, channel)
        if place.kind == "im":
            raise Refusal("method_not_supported_for_channel_type", "A direct message cannot be archived.")
        if person.id not in place.members:
            raise Refusal("not_in_channel", f"{person.real_name} is not in #{place.name}. Join it first.")
        self._workspace.archive(place, person, on)
        return {}

    async def become(self, user: str, standing: Standing) -> Json:
        """A person is a member of the workspace, a guest in it, or somebody of another company from now on."""
        self._workspace.become(self._person(user), standing)
        return {}

    # -- the workspace as a whole

    async def clock(self, advance: float) -> Json:
        if not 0 <= advance < math.inf:
            raise Refusal("invalid_arguments", "The clock goes only forward, by a number of seconds.")
        self._workspace.advance(float(advance))
        return {}

    async def reset(self) -> Json:
        self._workspace.forget()
        return {}

    async def install(self, user: str) -> Json:
        """Installs the app as the pages do on which its makers set it up: there is nothing to agree to but all."""
        person = self._person(user)
        if not may_install(person):
            raise Refusal("restricted_action", f"{person.real_name} may not add apps here.")
        self._workspace.installation.install(self._workspace.app.scopes, person.id)
        return {"token": self._workspace.installation.token}

    async def uninstall(self) -> Json:
        """Removes the app from the workspace, until a reset or until it is installed again."""
        self._here()
        self._workspace.installation.uninstall()
        return {}

    async def unfurl(self, channel: str, ts: str) -> Json:
        self._workspace.unfurl(self._workspace.message(self._workspace.channel(channel), ts))
        return {}

    async def trouble(self, kind: TroubleKind, times: int = 1, seconds: float = 1.0) -> Json:
        """The next `times` events meet this on the way to the bot."""
        self._delivery.troubles.plan(kind, times, float(seconds))
        return {}

    async def redeliver(self, channel: str | None = None, ts: str | None = None) -> Json:
        """Sends the events about a message again, or the last event: as a retry, with the same `event_id`."""
        chosen = list(self._delivery.events)[-1:]
        if channel and ts:
            place = self._workspace.channel(channel)
            chosen = [body for body in self._delivery.events if _is_about(body["event"], place.id, ts)]
        if not chosen:
            raise Refusal("no_event", "No such event was sent to the app.")
        for body in chosen:
            self._delivery.again(body)
        return {"event_ids": [body["event_id"] for body in chosen]}

    # -- who and where

    def _here(self) -> None:
        if not self._workspace.installed:
            raise Refusal("app_not_installed", f"{self._workspace.app.title} is not in this workspace.")

    def _person(self, id_or_name: str) -> User:
        person = self._workspace.user(id_or_name)
        if person.is_bot:
            raise Refusal("user_not_found", "The app acts for itself; choose a person.")
        return person

    def _looking_at(self, user: str, channel: str) -> tuple[User, Channel]:
        person, place = self._person(user), self._workspace.channel(channel)
        if not place.visible_to(person.id):
            raise Refusal("channel_not_found", f"{person.real_name} cannot see that channel.")
        return person, place

    def _talking_in(self, user: str, channel: str) -> tuple[User, Channel]:
        person, place = self._looking_at(user, channel)
        _expect_open(place)
        if person.id not in place.members:
            raise Refusal("not_in_channel", f"{person.real_name} is not in #{place.name}. Join it first.")
        return person, place

    def _own_message(self, user: str, channel: str, ts: str, refused: str) -> Message:
        person, place = self._looking_at(user, channel)
        _expect_open(place)
        message = self._workspace.message(place, ts)
        if message.user != person.id:
            raise Refusal(refused, "People can change only their own messages.")
        return message

    def _encoded(self, text: str) -> str:
        people = [user for user in self._workspace.users.values() if not user.deleted]
        return compose(text, people, self._workspace.channels.values())


def _expect_open(place: Channel) -> None:
    if place.archived:
        raise Refusal("is_archived", f"#{place.name} is archived: it can be read, and nothing more is said there.")


def _is_about(event: Json, channel: str, ts: str) -> bool:
    return event.get("channel") == channel and ts in (
        event.get("ts"),
        event.get("deleted_ts"),
        (event.get("message") or {}).get("ts"),
    )
