"""Puts one local workspace together: its doors, its deliveries, and what it remembers. host.py serves it."""

from collections.abc import Sequence
from pathlib import Path

from sandbox.acts import Acts
from sandbox.control import Control
from sandbox.delivery import ACK_SECONDS, RETRY_DELAYS, Delivery, Link
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.file_door import FileDoor
from sandbox.happenings import Forgotten, Happening, LinkChanged
from sandbox.interactions import Interactions
from sandbox.limits import Limits
from sandbox.modals import Modals
from sandbox.oauth import OAuth
from sandbox.responses import Responses
from sandbox.slack_door import SlackDoor
from sandbox.socket_mode import SocketMode
from sandbox.store import Store
from sandbox.tour import TourDoor
from sandbox.traffic import Traffic
from sandbox.workspace import Workspace


class Server:
    """Everything wired to one workspace. Built and used on the event loop that serves it.

    `oauth` and `socket_mode` are the app's, and the same for all workspaces beside each other.
    """

    def __init__(
        self,
        workspace: Workspace,
        oauth: OAuth,
        socket_mode: SocketMode,
        store: Path | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
        limits: Limits | None = None,
    ) -> None:
        self.workspace = workspace
        self.traffic = Traffic()
        self.faults = Faults()
        self.limits = limits or Limits()
        self.socket_mode = socket_mode
        self.delivery = Delivery(socket_mode, self.traffic, workspace, retry_delays, ack_seconds)
        self.responses = Responses(workspace)
        self.interactions = Interactions(workspace, self.delivery, self.responses)
        self.modals = Modals(workspace, self.delivery, self.interactions, self.responses)
        self.acts = Acts(workspace, self.delivery, self.interactions, self.modals)
        self.feed = Feed(workspace, self.delivery, oauth)
        self.door = SlackDoor(workspace, self.responses, socket_mode, self.traffic, self.faults, self.limits, oauth)
        self.file_door = FileDoor(workspace)
        self.tour_door = TourDoor(workspace)
        self.control = Control(workspace, self.acts, self.feed, self.traffic, self.faults, self.limits, socket_mode)
        self.store = Store(store, workspace) if store else None
        if self.store:
            self.store.load()
            workspace.watch(self.store.on)
        workspace.watch(self.feed.on)
        workspace.watch(self._start_over)
        workspace.watch(Events(workspace, self.delivery.event).on)

    @property
    def busy(self) -> bool:
        """Whether something sent to the bot is not acknowledged, or a call of the bot not answered."""
        return bool(self.delivery.waiting or self.door.calls_under_way)

    def _start_over(self, happening: Happening) -> None:
        if isinstance(happening, Forgotten):
            self.faults.forget()
            self.limits.forget()
            self.delivery.forget()

    def served_at(self, base_url: str) -> None:
        self.responses.base_url = self.workspace.files.base_url = base_url

    def deliver_by(self, link: Link) -> None:
        self.delivery.link = link
        self.workspace.announce(LinkChanged())

    async def stop(self) -> None:
        await self.control.stop()
        if self.store:
            self.store.save()
