"""What a test or a script can do and see in a local workspace, from ordinary synchronous code."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from sandbox.background import Background
from sandbox.faults import FaultKind
from sandbox.interactions import Values
from sandbox.model import Json, Standing
from sandbox.server import Server
from sandbox.tour import Tour
from sandbox.troubles import TroubleKind
from sandbox.workspace import Workspace

T = TypeVar("T")

GLANCE_SECONDS = 0.005
PATIENCE_SECONDS = 60.0
"""How long what is waited for may take: it is about an answer that never comes, not about a busy machine."""


class Handle:
    """One workspace that is served in the background. Methods act as people do; any thread may call them."""

    _server: Server

    def __init__(self, workspace: Workspace, background: Background) -> None:
        self.url = ""
        self._workspace = workspace
        self._do, self._look = background.do, background.look

    def served_by(self, server: Server, url: str) -> None:
        self._server, self.url = server, url

    @property
    def team(self) -> str:
        """The id of the workspace."""
        return self._workspace.team.id

    @property
    def bot_token(self) -> str:
        """The app's token here; empty while it is not installed."""
        return self._workspace.installation.token

    @property
    def api_url(self) -> str:
        """The `base_url` of a slack_sdk client."""
        return f"{self.url}/api/"

    # -- talking

    def message(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        broadcast: bool = False,
        files: list[Json] | None = None,
        deliver: int = 1,
    ) -> str:
        """Posts and returns the `ts`. `deliver` is how often the bot is told: 0 loses the event, 2 repeats it."""
        answer = self._do(self._server.acts.message(user, channel, text, thread_ts, broadcast, files, deliver))
        return str(answer.get("ts", ""))

    def send_file(
        self, user: str, channel: str, name: str, content: bytes, text: str = "", thread_ts: str | None = None
    ) -> str:
        """Sends a file and returns the `ts` of its message."""
        file = {"name": name, "content": base64.b64encode(content).decode()}
        return self.message(user, channel, text, thread_ts, files=[file])

    def file(self, file_id: str) -> bytes:
        """What is in a file, whoever sent it."""
        return self._look(lambda: self._workspace.files.content(file_id))

    def lose_file(self, file_id: str) -> None:
        """Deletes a file; the messages that show it stay."""
        self._look(lambda: self._workspace.files.contents.pop(file_id))

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        self._do(self._server.acts.edit(user, channel, ts, text))

    def delete(self, user: str, channel: str, ts: str) -> None:
        self._do(self._server.acts.delete(user, channel, ts))

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Adds the reaction, or takes it away if the person had given it."""
        self._do(self._server.acts.reaction(user, channel, ts, name))

    # -- using the bot

    def command(self, user: str, channel: str, command: str, text: str = "") -> Json:
        """`{"response": {"text", "blocks"?}}` if the bot answered in its acknowledgement, else `{}`."""
        return self._do(self._server.acts.command(user, channel, command, text))

    def action(
        self,
        user: str,
        container: Json,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        values: Values | None = None,
    ) -> None:
        """`container` is a message, a note or a view as this class returns it, or as PROTOCOL.md names it."""
        self._do(self._server.acts.action(user, _container(container), action_id, block_id, value, values))

    def options(
        self, user: str, container: Json, action_id: str, typed: str = "", *, block_id: str | None = None
    ) -> Json:
        return self._do(self._server.acts.options(user, _container(container), action_id, block_id, typed))

    def submit(self, user: str, view_id: str, values: Values | None = None) -> dict[str, str]:
        """The errors by block, empty when the form was taken."""
        errors: dict[str, str] = self._do(self._server.acts.submit(user, view_id, values)).get("errors", {})
        return errors

    def close(self, user: str, view_id: str) -> None:
        self._do(self._server.acts.close(user, view_id))

    def shortcut(self, user: str, callback_id: str, message: Json | None = None, channel: str | None = None) -> None:
        """Global without a message; `message` is one as `messages` returns it, or `{"channel", "ts"}`."""
        self._do(self._server.acts.shortcut(user, callback_id, message, channel))

    def home(self, user: str, tab: str = "home") -> None:
        self._do(self._server.acts.home(user, tab))

    # -- places and time

    def dm(self, user: str) -> str:
        """The id of the person's conversation with the bot."""
        return str(self._do(self._server.acts.dm(user))["channel"])

    def invite(self, user: str, channel: str, invitee: str) -> None:
        self._do(self._server.acts.invite(user, channel, invitee))

    def leave(self, user: str, channel: str) -> None:
        self._do(self._server.acts.leave(user, channel))

    def share(self, channel: str, on: bool = True) -> None:
        """Opens a channel to another company, or closes it again."""
        self._do(self._server.acts.share(channel, on))

    def archive(self, user: str, channel: str, on: bool = True) -> None:
        """Closes a channel, or opens it again."""
        self._do(self._server.acts.archive(user, channel, on))

    def become(self, user: str, standing: Standing) -> None:
        """A person is a member, a guest or a stranger, who is somebody of another company, from now on."""
        self._do(self._server.acts.become(user, standing))

    def read(self, user: str, channel: str) -> None:
        self._do(self._server.acts.read(user, channel))

    def advance(self, seconds: float) -> None:
        self._do(self._server.acts.clock(seconds))

    def reset(self) -> None:
        self._do(self._server.acts.reset())

    # -- showing the app

    def bring_tour(self, tour: Json) -> None:
        """What the page suggests to try, as PROTOCOL.md describes it."""
        self._look(lambda: setattr(self._server.tour_door, "tour", Tour.of(tour)))

    def tour(self) -> Json | None:
        """What the page is told of it now; None if there is none, or what it begins with was never said."""
        return self._look(self._server.tour_door.standing)

    # -- rehearsing trouble

    def unfurl(self, channel: str, ts: str) -> None:
        """A `message_changed` with the same text, as Slack sends when it has fetched a link."""
        self._do(self._server.acts.unfurl(channel, ts))

    def uninstall(self) -> None:
        """Removes the app: it is told, and its tokens stop working, until it is installed again or `reset`."""
        self._do(self._server.acts.uninstall())

    def install(self, user: str) -> str:
        """Installs the app with all its scopes, as from its own settings, and returns its token."""
        return str(self._do(self._server.acts.install(user))["token"])

    def redeliver(self, channel: str | None = None, ts: str | None = None) -> None:
        """Sends the events about a message again, or the last event: a retry, with the same `event_id`."""
        self._do(self._server.acts.redeliver(channel, ts))

    def fault(self, method: str, kind: FaultKind, times: int = 1, seconds: float = 1.0) -> None:
        """The next `times` calls of a Web API method meet trouble: see faults.py."""
        self._look(lambda: self._server.faults.plan(method, kind, times, seconds))

    @contextmanager
    def holding(self, *methods: str) -> Iterator[None]:
        """Calls of these methods wait until this ends: what happens meanwhile has happened when they are answered."""
        for method in methods:
            self._look(partial(self._server.faults.hold, method))
        try:
            yield
        finally:
            for method in methods:
                self._look(partial(self._server.faults.let_go, method))

    def trouble(self, kind: TroubleKind, times: int = 1, seconds: float = 1.0) -> None:
        """The next `times` events meet trouble on the way to the bot: see troubles.py."""
        self._do(self._server.acts.trouble(kind, times, seconds))

    def charts(self, on: bool = True) -> None:
        """Whether the `data_visualization` block is rolled out here, which it is from the start."""
        self._look(lambda: self._workspace.roll_out("data_visualization", on))

    def limits(self, on: bool = True) -> None:
        """Counts the calls of the bot from now on, or no longer, starting as after a long rest."""
        self._look(lambda: self._server.limits.switch(on))

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Asks Socket Mode clients to reconnect and closes on them, as Slack does every few hours."""
        self._do(self._server.socket_mode.ask_to_reconnect(reason))

    # -- looking

    def state(self, user: str) -> Json:
        """Everything the person can see, as `GET /control/state` gives it."""
        return self._look(lambda: self._server.feed.state(self._workspace.user(user)))

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """A channel's messages, oldest first, replies included; or one thread, its parent first."""
        said = self._look(lambda: self._server.feed.messages(self._workspace.channel(channel)))
        if thread_ts is None:
            return said
        return [message for message in said if thread_ts in (message["ts"], message.get("thread_ts"))]

    def ephemerals(self, user: str) -> list[Json]:
        """The notes only this person sees, oldest first."""
        notes: list[Json] = self.state(user)["ephemerals"]
        return notes

    def modal(self, user: str) -> Json | None:
        """The form on top, if one is open."""
        modals: list[Json] = self.state(user)["modals"]
        return modals[-1] if modals else None

    def home_tab(self, user: str) -> Json | None:
        """What the bot last published for this person."""
        home: Json | None = self.state(user)["home"]
        return home

    @property
    def installed(self) -> bool:
        """Whether the app is here."""
        return self._look(lambda: self._workspace.installed)

    @property
    def connected(self) -> bool:
        """Whether the bot can be reached."""
        return self._look(lambda: self._server.delivery.link.connected)

    @property
    def now(self) -> float:
        """Seconds since the epoch, UTC, by the workspace's clock."""
        return self._look(self._workspace.now)

    def traffic(self, direction: str | None = None, kind: str | None = None) -> list[Json]:
        """What went to and from the bot, oldest first: `{at, direction, kind, summary, status, ms, body}`."""
        entries = self._look(self._server.traffic.entries)
        return [entry for entry in entries if direction in (None, entry["direction"]) and kind in (None, entry["kind"])]

    def calls(self, method: str) -> list[Json]:
        """The arguments of every call of this Web API method, oldest first."""
        return [entry["body"] for entry in self.traffic("from_bot", method)]

    # -- waiting

    def wait_until(self, predicate: Callable[[], T], timeout: float = PATIENCE_SECONDS) -> T:
        """The first true result of `predicate`, or TimeoutError with what was said and sent last."""
        deadline = time.monotonic() + timeout
        while not (result := predicate()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"Nothing came of it in {timeout:g} s.\n{self._dump()}")
            time.sleep(GLANCE_SECONDS)
        return result

    def wait_connected(self, timeout: float = PATIENCE_SECONDS) -> None:
        self.wait_until(lambda: self.connected, timeout)

    def quiet(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Waits until no event is held back, late or unacknowledged, and no call of the bot unanswered."""
        self.wait_until(lambda: not self._look(lambda: self._server.busy), timeout)

    def _dump(self) -> str:
        said = self._look(
            lambda: [message for channel in self._workspace.messages.values() for message in channel.values()]
        )
        talk = [f"  {each.channel} {each.thread_ts or ''} {each.user}: {each.text[:100]}" for each in said[-8:]]
        sent = [
            f"  {entry['direction']} {entry['kind']} {entry['summary']} → {entry['status']}"
            for entry in self.traffic()[-12:]
        ]
        waiting = f"On the way to the bot, or held back: {self._look(lambda: self._server.delivery.waiting)}"
        return "\n".join(["Said last:", *talk, "Sent last:", *sent, waiting])


def _container(thing: Json) -> Json:
    """A message, a note or a view as one reads it, turned into the way to point at it."""
    if thing.get("type") in ("message", "ephemeral", "view"):
        return thing
    if thing.get("type") in ("modal", "home"):
        return {"type": "view", "view_id": thing["id"]}
    if "id" in thing:
        return {"type": "ephemeral", "id": thing["id"]}
    if "ts" in thing:
        return {"type": "message", "channel": thing["channel"], "ts": thing["ts"]}
    raise ValueError(f"Nothing to act on: {json.dumps(thing)[:200]}")
