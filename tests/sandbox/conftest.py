"""A local workspace for each test, and real Bolt apps that come in by Socket Mode or are called over HTTP."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from sandbox.handle import Handle
from sandbox.people import HOME, NEXT_DOOR
from sandbox.running import LocalWorkspace, LocalWorkspaces, Served
from tests.conftest import PATIENCE

SCOPES = (
    "app_mentions:read channels:history channels:join channels:read chat:write commands files:read files:write "
    "groups:history groups:read im:history im:read im:write reactions:read reactions:write users:read users:read.email"
)
EVENTS = "app_home_opened app_mention member_joined_channel message.channels message.groups message.im reaction_added"
MANIFEST = {
    "display_information": {"name": "Parrot"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Parrot"},
        "slash_commands": [
            {"command": "/parrot", "description": "Says it again", "usage_hint": "words", "should_escape": True},
            {"command": "/plain", "description": "Takes names as typed"},
        ],
        "shortcuts": [
            {"name": "Say something", "type": "global", "callback_id": "say", "description": "Opens a form"},
            {"name": "Say it again", "type": "message", "callback_id": "again", "description": "Repeats a message"},
        ],
    },
    "oauth_config": {"scopes": {"bot": SCOPES.split(), "bot_optional": ["dnd:read"]}},
    "settings": {"event_subscriptions": {"bot_events": EVENTS.split()}},
}


@pytest.fixture
def manifest() -> dict:
    return MANIFEST


@pytest.fixture
def ack_seconds() -> float:
    """How long an app may take to acknowledge; tests of what happens then are less patient."""
    return PATIENCE


@pytest.fixture
def workspace(ack_seconds: float) -> Iterator[LocalWorkspace]:
    """Quick to try again."""
    with LocalWorkspace(MANIFEST, retry_delays=(0, 0.05, 0.1), ack_seconds=ack_seconds) as running:
        yield running


@pytest.fixture
def two() -> Iterator[LocalWorkspaces]:
    """Two workspaces, neither of which has the app yet. It is told once of what happens, its own removal too."""
    events = [*EVENTS.split(), "app_uninstalled", "tokens_revoked"]
    told = MANIFEST | {"settings": {"event_subscriptions": {"bot_events": events}}}
    back = ["http://127.0.0.1:1/back"]
    with LocalWorkspaces(told, retry_delays=(), ack_seconds=PATIENCE, redirect_urls=back) as running:
        yield running


@pytest.fixture
def here(two: LocalWorkspaces) -> Handle:
    return two.workspaces[HOME.id]


@pytest.fixture
def there(two: LocalWorkspaces) -> Handle:
    return two.workspaces[NEXT_DOOR.id]


@pytest.fixture
def client(workspace: LocalWorkspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url)


@pytest.fixture
def app(client: WebClient, workspace: LocalWorkspace) -> App:
    return App(client=client, signing_secret=workspace.signing_secret)


@pytest.fixture
def hear(app: App) -> list[dict]:
    """Every message event the app has been sent."""
    heard: list[dict] = []
    app.event("message")(lambda event: heard.append(event))
    for other in ("app_mention", "member_joined_channel", "reaction_added", "app_home_opened"):
        app.event(other)(lambda event: heard.append(event))
    return heard


@pytest.fixture(scope="session")
def hang_up() -> Iterator[Callable[[SocketModeHandler], None]]:
    """Closes a handler in the background: the SDK's threads take a second or more to notice."""
    closing: list[threading.Thread] = []

    def close(handler: SocketModeHandler) -> None:
        handler.client.auto_reconnect_enabled = False
        closing.append(threading.Thread(target=handler.close))
        closing[-1].start()

    yield close
    for thread in closing:
        thread.join()


@pytest.fixture
def connect(
    workspace: LocalWorkspace, hang_up: Callable[[SocketModeHandler], None]
) -> Iterator[Callable[[App], SocketModeHandler]]:
    """Connects an app by Socket Mode."""
    handlers: list[SocketModeHandler] = []

    def connect_app(app: App) -> SocketModeHandler:
        handler = SocketModeHandler(app, workspace.app_token)
        handlers.append(handler)
        handler.connect()
        workspace.wait_connected()
        return handler

    yield connect_app
    for handler in handlers:
        hang_up(handler)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture
def serve_for() -> Iterator[Callable[[Served, App], str]]:
    """Serves an app over HTTP, has the workspaces deliver to its `/slack/events`, and returns its address."""
    with ExitStack() as running:

        def serve_app(workspaces: Served, app: App) -> str:
            handler = SlackRequestHandler(app, path="/slack/events")
            server = running.enter_context(
                make_server("127.0.0.1", 0, handler, server_class=Threaded, handler_class=Quiet)
            )
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            running.callback(thread.join)
            running.callback(server.shutdown)
            address = f"http://127.0.0.1:{server.server_port}"
            workspaces.deliver_by_http(f"{address}/slack/events")
            return address

        yield serve_app


@pytest.fixture
def serve(workspace: LocalWorkspace, serve_for: Callable[[Served, App], str]) -> Callable[[App], str]:
    return lambda app: serve_for(workspace, app)


@pytest.fixture(params=["socket", "http"])
def run(request: pytest.FixtureRequest) -> Callable[[App], object]:
    """Runs an app in each of the two modes."""
    return request.getfixturevalue({"socket": "connect", "http": "serve"}[request.param])
