"""Puts the local workspace together and serves it on loopback: Slack's door, the people's door, the page."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from sandbox.acts import Acts
from sandbox.control import Control
from sandbox.delivery import ACK_SECONDS, RETRY_DELAYS, Delivery
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.file_door import FileDoor
from sandbox.happenings import Forgotten, Happening, LinkChanged
from sandbox.interactions import Interactions
from sandbox.limits import Limits
from sandbox.modals import Modals
from sandbox.people import SIGNING_SECRET
from sandbox.request_url import RequestUrl
from sandbox.responses import Responses
from sandbox.slack_door import SlackDoor
from sandbox.socket_mode import SocketMode
from sandbox.store import Store
from sandbox.traffic import Traffic
from sandbox.workspace import Workspace

PAGE = Path(__file__).parent / "page"
LONGEST_BODY = 48 * 1024**2
"""In bytes: the largest file as base64, and what is said with it."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Server:
    """Everything wired to one workspace. Built and used on the event loop that serves it."""

    def __init__(
        self,
        workspace: Workspace,
        store: Path | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
        limits: Limits | None = None,
    ) -> None:
        self.workspace = workspace
        self.traffic = Traffic()
        self.faults = Faults()
        self.limits = limits or Limits()
        self.socket_mode = SocketMode(lambda: workspace.announce(LinkChanged()))
        self.delivery = Delivery(
            self.socket_mode, self.traffic, lambda: f"{workspace.now():.6f}", retry_delays, ack_seconds
        )
        self.responses = Responses(workspace)
        self.interactions = Interactions(workspace, self.delivery, self.responses)
        self.modals = Modals(workspace, self.delivery, self.interactions, self.responses)
        self.acts = Acts(workspace, self.delivery, self.interactions, self.modals)
        self.feed = Feed(workspace, self.delivery)
        self.door = SlackDoor(workspace, self.responses, self.socket_mode, self.traffic, self.faults, self.limits)
        self.file_door = FileDoor(workspace)
        self.control = Control(
            workspace, self.acts, self.feed, self.traffic, self.faults, self.limits, self.socket_mode
        )
        self.store = Store(store, workspace) if store else None
        self._session: ClientSession | None = None
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

    def application(self, base_url: str) -> web.Application:
        self.responses.base_url = self.workspace.files.base_url = base_url
        app = web.Application(middlewares=[local_only], client_max_size=LONGEST_BODY)
        app.add_routes([*self.door.routes(), *self.file_door.routes(), *self.control.routes()])
        app.add_routes([web.get("/", _index), web.get("/archives/{channel}/p{ts}", _permalink)])
        app.router.add_static("/page", PAGE)
        app.on_response_prepare.append(_never_stale)
        app.on_shutdown.append(self._close_connections)
        return app

    async def deliver_by_http(self, request_url: str) -> None:
        """From now on signed POSTs to this URL, which has to pass Slack's check first."""
        self._session = self._session or ClientSession()
        link = RequestUrl(request_url, SIGNING_SECRET, self._session)
        await link.verify()
        self.delivery.link = link
        self.workspace.announce(LinkChanged())

    async def deliver_by_socket(self) -> None:
        self.delivery.link = self.socket_mode
        self.workspace.announce(LinkChanged())

    async def _close_connections(self, app: web.Application) -> None:
        await self.delivery.stop()
        await self.socket_mode.stop()
        await self.control.stop()
        if self._session:
            await self._session.close()
        if self.store:
            self.store.save()


@web.middleware
async def local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page on the internet must not drive this one, by a rebound name or by a request across origins."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        raise web.HTTPForbidden(text="The local workspace answers only to this computer.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="The local workspace takes requests only from its own page.")
    return await handler(request)


async def _index(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html")


async def _permalink(request: web.Request) -> web.StreamResponse:
    """A permalink as Slack writes it, to the same place on the page."""
    channel, digits = request.match_info["channel"], request.match_info["ts"]
    thread = request.query.get("thread_ts")
    place = f"thread/{thread}" if thread else f"message/{digits[:-6]}.{digits[-6:]}"
    raise web.HTTPFound(f"/#/channel/{channel}/{place}")


async def _never_stale(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Frame-Options", "DENY")
