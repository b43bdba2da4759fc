"""Where a person uses an element: a message, a note only they see, or a view; and how payloads name it."""

from dataclasses import dataclass

from sandbox.model import Channel, Ephemeral, Json, Message, User, View
from sandbox.payloads import message_json, shown_name, view_json
from sandbox.refusals import Refusal
from sandbox.workspace import Workspace


@dataclass(frozen=True)
class InView:
    view: View

    @property
    def blocks(self) -> list[Json]:
        return self.view.blocks

    @property
    def key(self) -> str:
        return self.view.id

    def payload(self, workspace: Workspace) -> Json:
        return {"container": {"type": "view", "view_id": self.view.id}, "view": view_json(self.view, workspace)}


@dataclass(frozen=True)
class InChannel:
    channel: Channel
    said: Message | Ephemeral

    @property
    def blocks(self) -> list[Json]:
        return self.said.blocks

    @property
    def key(self) -> str:
        return f"{self.channel.id}/{self.said.ts}"

    @property
    def ephemeral_id(self) -> str | None:
        return self.said.id if isinstance(self.said, Ephemeral) else None

    def payload(self, workspace: Workspace) -> Json:
        """Slack sends no copy of a note only one person sees: the app has to remember what it said."""
        copy = {"message": message_json(self.said, workspace)} if isinstance(self.said, Message) else {}
        thread = {"thread_ts": self.said.thread_ts} if self.said.thread_ts else {}
        return {
            "container": {
                "type": "message",
                "message_ts": self.said.ts,
                "channel_id": self.channel.id,
                "is_ephemeral": isinstance(self.said, Ephemeral),
                **thread,
            },
            "channel": {"id": self.channel.id, "name": shown_name(self.channel)},
            **copy,
        }


Place = InView | InChannel


def point_at(container: Json, user: User, workspace: Workspace) -> Place:
    """The place a container names, if the person can see it."""
    match container:
        case {"type": "message", "channel": str(channel_id), "ts": str(ts)}:
            channel = workspace.channel(channel_id)
            if not channel.visible_to(user.id):
                raise Refusal("channel_not_found", f"{user.real_name} cannot see that channel.")
            return InChannel(channel, workspace.message(channel, ts))
        case {"type": "ephemeral", "id": str(note_id)}:
            note = workspace.ephemerals.get(note_id)
            if note is None or note.user != user.id:
                raise Refusal("message_not_found", f"{user.real_name} does not see that note.")
            return InChannel(workspace.channels[note.channel], note)
        case {"type": "view", "view_id": str(view_id)}:
            return InView(view_of(user, view_id, workspace))
    raise Refusal(
        "invalid_arguments",
        "A container is {type: message, channel, ts}, {type: ephemeral, id} or {type: view, view_id}.",
    )


def view_of(user: User, view_id: str, workspace: Workspace) -> View:
    view = workspace.views.find(view_id)
    if view.user != user.id:
        raise Refusal("not_found", f"{user.real_name} does not have that form open.")
    return view
