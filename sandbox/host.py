"""Serves workspaces beside each other on loopback, and knows which of them a request is for.

All have the same app: one client id, one signing secret, one request URL or Socket Mode for the events of all.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from sandbox.consent import ConsentPage
from sandbox.control import refused
from sandbox.happenings import ClockMoved, Happening, LinkChanged, TokensRevoked
from sandbox.model import Json
from sandbox.oauth import ACCESS, AUTHORIZE, OAuth
from sandbox.people import SIGNING_SECRET
from sandbox.refusals import Refusal
from sandbox.request_url import RequestUrl
from sandbox.server import Server
from sandbox.slack_door import arguments_of, token_of
from sandbox.socket_mode import SocketMode
from sandbox.workspace import Workspace

PAGE = Path(__file__).parent / "page"
LONGEST_BODY = 48 * 1024**2
"""In bytes: the largest file as base64, and what is said with it."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

NAMES = ("channel", "channel_id", "user", "users", "user_id", "trigger_id", "view_id")
"""Arguments that are ids of something in a workspace."""

Find = Callable[[web.Request], Server]


class Host:
    """The first workspace is the app's own: what is about no workspace in particular is logged there.

    `furnish` makes the server of a workspace. Built and used on the event loop that serves it.
    """

    def __init__(
        self, workspaces: Sequence[Workspace], furnish: Callable[[Workspace, OAuth, SocketMode], Server]
    ) -> None:
        self.oauth = OAuth(workspaces)
        self.socket_mode = SocketMode(self._link_changed)
        self.servers = tuple(furnish(workspace, self.oauth, self.socket_mode) for workspace in workspaces)
        self._home = self.servers[0]
        self._session: ClientSession | None = None
        for server in self.servers:
            server.workspace.watch(partial(self._keep_together, server.workspace))

    def _link_changed(self) -> None:
        for server in self.servers:
            server.workspace.announce(LinkChanged())

    def _keep_together(self, where: Workspace, happening: Happening) -> None:
        """It is the same time in all of them, and a token of an organisation is gone from all of its workspaces."""
        for server in self.servers:
            match happening:
                case ClockMoved(offset):
                    server.workspace.set_offset(offset)
                case TokensRevoked() if where.installation.org_wide and server.workspace is not where:
                    server.workspace.installation.leave_organisation()

    # -- which workspace

    def server(self, team: str | None) -> Server:
        """The workspace with this id; the first where none is named."""
        for server in self.servers:
            if team in (None, "", server.workspace.team.id):
                return server
        raise Refusal("team_not_found", f"There is no workspace “{team}”.")

    def _named(self, request: web.Request) -> Server:
        return self.server(request.query.get("team"))

    def _of_response(self, request: web.Request) -> Server:
        place = request.match_info["place"]
        return next((each for each in self.servers if each.workspace.permits.has_response(place)), self._home)

    def _of_file(self, request: web.Request) -> Server:
        team = request.match_info["place"].partition("-")[0]
        return next((each for each in self.servers if each.workspace.team.id == team), self._home)

    def _of_upload(self, request: web.Request) -> Server:
        ticket = request.match_info["ticket"]
        return next((each for each in self.servers if each.workspace.files.awaits(ticket)), self._home)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        """A call belongs to the workspace of its token, or of its code."""
        arguments = await arguments_of(request)
        if request.match_info["method"] == ACCESS:
            workspace = self.oauth.home_of(str(arguments.get("code") or ""))
            found = next((each for each in self.servers if each.workspace is workspace), self._home)
        else:
            found = self._of_token(token_of(request, arguments), arguments)
        return await found.door.api(request)

    def _of_token(self, token: str, arguments: Json) -> Server:
        """With a token of an organisation it is the workspace that is named, or that has what is asked about."""
        found = [each for each in self.servers if each.workspace.installation.knows(token)] or [self._home]
        if len(found) == 1:
            return found[0]
        team, asked = arguments.get("team_id"), [str(arguments[name]) for name in NAMES if arguments.get(name)]
        named = [each for each in found if each.workspace.team.id == team]
        having = [each for each in found if any(each.workspace.has(name) for name in asked)]
        return [*named, *having, *found][0]

    # -- serving

    def application(self, base_url: str) -> web.Application:
        for server in self.servers:
            server.served_at(base_url)
        app = web.Application(middlewares=[local_only], client_max_size=LONGEST_BODY)
        consent = ConsentPage(self.oauth)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.post("/response/{place}", _at(self._of_response, lambda server: server.door.respond)),
                web.get("/link/", self.socket_mode.serve),
                web.get(AUTHORIZE, consent.show),
                web.post(AUTHORIZE, consent.decide),
                web.get(
                    "/files-pri/{place}/download/{name}", _at(self._of_file, lambda server: server.file_door.fetch)
                ),
                web.get("/files-pri/{place}/{name}", _at(self._of_file, lambda server: server.file_door.fetch)),
                web.post("/upload/v1/{ticket}", _at(self._of_upload, lambda server: server.file_door.upload)),
                web.get("/control/file/{id}", _at(self._named, lambda server: server.file_door.show)),
                web.get("/control/state", _at(self._named, lambda server: server.control.state)),
                web.get("/control/socket", _at(self._named, lambda server: server.control.socket)),
                web.get("/control/traffic", _at(self._named, lambda server: server.control.read_traffic)),
                web.get("/control/tour", _at(self._named, lambda server: server.tour_door.show)),
                web.post("/control/{act:.+}", _at(self._named, lambda server: server.control.act)),
                web.get("/archives/{channel}/p{ts}", self._permalink),
                web.get("/as/{person}", _acting),
                web.get("/", _index),
            ]
        )
        app.router.add_static("/page", PAGE)
        app.on_response_prepare.append(_never_stale)
        app.on_shutdown.append(self._close_connections)
        return app

    async def _permalink(self, request: web.Request) -> web.StreamResponse:
        """A permalink as Slack writes it, to the same place on the page."""
        channel, digits = request.match_info["channel"], request.match_info["ts"]
        server = next((each for each in self.servers if channel in each.workspace.channels), self._home)
        thread, ts = request.query.get("thread_ts"), f"{digits[:-6]}.{digits[-6:]}"
        place = f"thread/{thread}" if thread else f"message/{ts}"
        if thread and thread != ts:
            place += f"/message/{ts}"
        which = "" if server is self._home else f"?team={server.workspace.team.id}"
        raise web.HTTPFound(f"/{which}#/channel/{channel}/{place}")

    async def deliver_by_http(self, request_url: str) -> None:
        """From now on signed POSTs to this URL, which has to pass Slack's check first."""
        self._session = self._session or ClientSession()
        link = RequestUrl(request_url, SIGNING_SECRET, self._session)
        await link.verify()
        for server in self.servers:
            server.deliver_by(link)

    async def deliver_by_socket(self) -> None:
        for server in self.servers:
            server.deliver_by(self.socket_mode)

    async def _close_connections(self, app: web.Application) -> None:
        for server in self.servers:
            await server.delivery.stop()
        await self.socket_mode.stop()
        for server in self.servers:
            await server.stop()
        if self._session:
            await self._session.close()


def _at(find: Find, door: Callable[[Server], Handler]) -> Handler:
    """Handles a request in the workspace it is for."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            server = find(request)
        except Refusal as refusal:
            return refused(refusal)
        return await door(server)(request)

    return handle


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


async def _acting(request: web.Request) -> web.StreamResponse:
    """An address to type: the page of one person, whoever other windows act as."""
    asked = {"as": request.match_info["person"], **request.query}
    raise web.HTTPFound(f"/?{urlencode(asked)}")


async def _index(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html")


async def _never_stale(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Frame-Options", "DENY")
