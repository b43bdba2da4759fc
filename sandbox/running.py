"""Local workspaces running in a thread of this process: one alone, or several beside each other."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from aiohttp import web

from sandbox.background import Background
from sandbox.browser import Browser, Shown
from sandbox.delivery import ACK_SECONDS, RETRY_DELAYS
from sandbox.handle import PATIENCE_SECONDS, Handle
from sandbox.host import Host
from sandbox.limits import Limits
from sandbox.model import Channel, Json, User
from sandbox.oauth import AUTHORIZE, Answer, OAuth
from sandbox.people import (
    APP_TOKEN,
    CHANNELS,
    CLIENT_ID,
    CLIENT_SECRET,
    PEOPLE,
    SEEDS,
    SIGNING_SECRET,
    Seed,
)
from sandbox.server import Server
from sandbox.socket_mode import SocketMode
from sandbox.workspace import Workspace


class Served(ABC):
    """Something served in the background, from `start` (or `with`) to `stop`, at `url`. `port` 0 is any free one."""

    app_token = APP_TOKEN
    signing_secret = SIGNING_SECRET
    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    _host: Host

    def __init__(self, port: int) -> None:
        self._background = Background(self._build, port)
        self.url = ""

    @abstractmethod
    def _build(self, url: str) -> web.Application: ...

    def start(self) -> Self:
        self.url = self._background.start()
        return self

    def stop(self) -> None:
        self._background.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def api_url(self) -> str:
        """The `base_url` of a slack_sdk client."""
        return f"{self.url}/api/"

    def deliver_by_http(self, request_url: str) -> None:
        """Events and interactions go to this URL from now on; it must answer Slack's check at once."""
        self._background.do(self._host.deliver_by_http(request_url))

    def deliver_by_socket(self) -> None:
        self._background.do(self._host.deliver_by_socket())


class LocalWorkspaces(Served):
    """Workspaces beside each other that one app can be installed in, served from `start` (or `with`) to `stop`.

    The app is in those of `installed` from the start, in the others once somebody has installed it; `workspaces` has
    what can be done in each, by its id. `redirect_urls` are added to those of the manifest, and `install_url` is the
    app's own page to begin at. `port` 0 is any free one. `clock` gives seconds since the epoch, UTC. With `store` what
    was said is kept in that file, and in others beside it. `retry_delays` are the seconds before each retry of an
    event, `ack_seconds` how long the bot has to acknowledge. With `limits` the calls of the bot are counted by
    `stopwatch`, in seconds, and too many refused: see limits.py.
    """

    def __init__(
        self,
        manifest: Json,
        seeds: Sequence[Seed] = SEEDS,
        *,
        installed: Collection[str] = (),
        redirect_urls: Iterable[str] = (),
        install_url: str = "",
        clock: Callable[[], float] = time.time,
        port: int = 0,
        store: Path | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
        limits: bool = False,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._all = [
            Workspace(manifest, seed.people, seed.channels, clock, seed.team, seed.team.id in installed)
            for seed in seeds
        ]
        self._settings = (tuple(redirect_urls), install_url)
        self._kept = store
        self._temper = (tuple(retry_delays), ack_seconds, stopwatch, limits)
        super().__init__(port)
        self.workspaces = {each.team.id: Handle(each, self._background) for each in self._all}

    # -- running

    def _build(self, url: str) -> web.Application:
        self._host = Host(self._all, self._furnish)
        self._host.oauth.redirect_urls += self._settings[0]
        self._host.oauth.install_url = self._settings[1]
        for server in self._host.servers:
            self.workspaces[server.workspace.team.id].served_by(server, url)
        return self._host.application(url)

    def _furnish(self, workspace: Workspace, oauth: OAuth, socket_mode: SocketMode) -> Server:
        retry_delays, ack_seconds, stopwatch, limits = self._temper
        store = self._kept
        if store and workspace is not self._all[0]:
            store = store.with_stem(f"{store.stem}-{workspace.team.id}")
        return Server(workspace, oauth, socket_mode, store, retry_delays, ack_seconds, Limits(stopwatch, limits))

    @property
    def authorize_url(self) -> str:
        """The consent page's address, without what an app asks there."""
        return self.url + AUTHORIZE

    def quiet(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Waits until nothing is on its way between the app and any of the workspaces."""
        for handle in self.workspaces.values():
            handle.quiet(timeout)

    # -- the app's settings

    def set_redirect_urls(self, *urls: str) -> None:
        """Where people may be sent back to from now on, instead of what was set before."""
        self._background.look(lambda: setattr(self._host.oauth, "redirect_urls", urls))

    def set_install_url(self, url: str) -> None:
        self._background.look(lambda: setattr(self._host.oauth, "install_url", url))

    # -- installing as a person does

    def link(self, scope: str | None = None, state: str = "", redirect_uri: str = "") -> str:
        """The consent page as an app links to it; without a `scope` it asks for all of the manifest's."""
        asked = ",".join(self._all[0].app.scopes) if scope is None else scope
        query = {"client_id": CLIENT_ID, "scope": asked, "state": state, "redirect_uri": redirect_uri}
        return f"{self.authorize_url}?{urlencode({name: value for name, value in query.items() if value})}"

    def consent(self, team: str, person: str, link: str | None = None, answer: Answer = "allow") -> str:
        """Follows a link to the consent page, answers it, and returns the address it sends the browser to.

        `link` may be an app's own install page, too, and is `link()` if there is none. `person` is a name or an id,
        `team` the id of a workspace or of an organisation.
        """
        return self._consent(Browser(), team, person, link, answer)

    def install(self, team: str, person: str, link: str | None = None, answer: Answer = "allow") -> Shown:
        """Does the same, and goes where it is sent: to the app, which takes its code and says what became of it."""
        browser = Browser()
        return browser.visit(self._consent(browser, team, person, link, answer))

    def _consent(self, browser: Browser, team: str, person: str, link: str | None, answer: Answer) -> str:
        target = self._background.look(lambda: self._host.oauth.target(team))
        user = next(
            user for each in target.workspaces for user in each.users.values() if person in (user.id, user.name)
        )
        shown = browser.visit(link or self.link())
        if AUTHORIZE not in shown.address:
            shown = browser.visit(shown.link_to(AUTHORIZE))
        return browser.submit(shown.on_form(AUTHORIZE), team=team, user=user.id, answer=answer)


class LocalWorkspace(Served, Handle):
    """One workspace alone, with the app in it, served from `start` (or `with`) to `stop`.

    The arguments are those of `LocalWorkspaces`.
    """

    def __init__(
        self,
        manifest: Json,
        *,
        people: Iterable[User] = PEOPLE,
        channels: Iterable[Channel] = CHANNELS,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        store: Path | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
        limits: bool = False,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = store
        self._temper = (retry_delays, ack_seconds, Limits(stopwatch, limits))
        Served.__init__(self, port)
        Handle.__init__(self, Workspace(manifest, people, channels, clock), self._background)

    def _build(self, url: str) -> web.Application:
        self._host = Host([self._workspace], self._furnish)
        self.served_by(self._host.servers[0], url)
        return self._host.application(url)

    def _furnish(self, workspace: Workspace, oauth: OAuth, socket_mode: SocketMode) -> Server:
        return Server(workspace, oauth, socket_mode, self._kept, *self._temper)
