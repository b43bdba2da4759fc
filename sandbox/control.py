"""The people's door of one workspace: `/control/…` as PROTOCOL.md describes it, for the page and for other tests."""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from aiohttp import WSMsgType, web

from sandbox.acts import Acts
from sandbox.faults import FaultKind, Faults
from sandbox.feed import Feed
from sandbox.limits import Limits
from sandbox.model import Json
from sandbox.refusals import Refusal
from sandbox.socket_mode import CLOSING_SECONDS, SocketMode
from sandbox.traffic import Traffic
from sandbox.workspace import Workspace

Act = Callable[..., Awaitable[Json]]


class Control:
    def __init__(
        self,
        workspace: Workspace,
        acts: Acts,
        feed: Feed,
        traffic: Traffic,
        faults: Faults,
        limits: Limits,
        socket_mode: SocketMode,
    ) -> None:
        self._workspace = workspace
        self._feed = feed
        self._traffic = traffic
        self._faults = faults
        self._limits = limits
        self._socket_mode = socket_mode
        self._sockets: set[web.WebSocketResponse] = set()
        self._acts: dict[str, Act] = {
            "message": acts.message,
            "edit": acts.edit,
            "delete": acts.delete,
            "reaction": acts.reaction,
            "command": acts.command,
            "action": acts.action,
            "options": acts.options,
            "view/submit": acts.submit,
            "view/close": acts.close,
            "shortcut": acts.shortcut,
            "home": acts.home,
            "dm": acts.dm,
            "invite": acts.invite,
            "leave": acts.leave,
            "share": acts.share,
            "archive": acts.archive,
            "become": acts.become,
            "read": acts.read,
            "clock": acts.clock,
            "reset": acts.reset,
            "install": acts.install,
            "uninstall": acts.uninstall,
            "unfurl": acts.unfurl,
            "trouble": acts.trouble,
            "redeliver": acts.redeliver,
            "fault": self._fault,
            "limits": self._switch_limits,
            "charts": self._switch_charts,
            "disconnect": self._disconnect,
        }

    async def act(self, request: web.Request) -> web.Response:
        try:
            act = self._acts.get(request.match_info["act"])
            if act is None:
                raise Refusal("unknown_act", f"The people's door has no “{request.match_info['act']}”.")
            body = await _body(request)
            _check(act, body)
            return web.json_response({"ok": True, **await act(**body)})
        except Refusal as refusal:
            return refused(refusal)

    async def state(self, request: web.Request) -> web.Response:
        """What a person sees; without a name, the first of them."""
        try:
            user = self._workspace.user(request.query.get("user") or next(iter(self._workspace.users)))
        except Refusal as refusal:
            return refused(refusal)
        return web.json_response({"ok": True, **self._feed.state(user)})

    async def read_traffic(self, request: web.Request) -> web.Response:
        try:
            limit = int(request.query.get("limit", "100"))
        except ValueError:
            return refused(Refusal("invalid_arguments", "limit is a number."))
        return web.json_response({"ok": True, "entries": self._traffic.entries(limit)})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._workspace.user(request.query.get("user", ""))
        except Refusal as refusal:
            return refused(refusal)
        socket = web.WebSocketResponse(timeout=CLOSING_SECONDS, heartbeat=30)
        await socket.prepare(request)
        self._sockets.add(socket)
        queue = self._feed.subscribe(user)
        sending = asyncio.create_task(_send_all(socket, queue))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.ERROR:
                    break
        finally:
            self._feed.unsubscribe(queue)
            self._sockets.discard(socket)
            sending.cancel()
        return socket

    async def _fault(self, method: str, kind: FaultKind, times: int = 1, seconds: float = 1.0) -> Json:
        self._faults.plan(method, kind, times, seconds)
        return {}

    async def _switch_limits(self, on: bool) -> Json:
        self._limits.switch(on)
        return {}

    async def _switch_charts(self, on: bool) -> Json:
        self._workspace.roll_out("data_visualization", on)
        return {}

    async def _disconnect(self, reason: str = "refresh_requested") -> Json:
        await self._socket_mode.ask_to_reconnect(reason)
        return {}

    async def stop(self) -> None:
        await asyncio.gather(*(socket.close() for socket in list(self._sockets)))


async def _send_all(socket: web.WebSocketResponse, queue: asyncio.Queue[Json]) -> None:
    try:
        while True:
            await socket.send_json(await queue.get())
    except ConnectionError:
        pass


def _check(act: Act, body: Json) -> None:
    """The signature of an act says what its body may be."""
    signature = inspect.signature(act)
    try:
        signature.bind(**body)
    except TypeError as error:
        raise Refusal("invalid_arguments", f"The body does not fit: {error}.") from None
    for name, value in body.items():
        if not _fits(value, signature.parameters[name].annotation):
            raise Refusal("invalid_arguments", f"“{name}” cannot be {json.dumps(value)[:80]}.")


def _fits(value: object, wanted: Any) -> bool:
    if wanted is Any:
        return True
    if get_origin(wanted) is Literal:
        return value in get_args(wanted)
    if isinstance(wanted, UnionType):
        return any(_fits(value, one) for one in get_args(wanted))
    if wanted is float:
        return isinstance(value, int | float)
    if get_origin(wanted) is dict:
        return isinstance(value, dict) and all(_fits(each, get_args(wanted)[1]) for each in value.values())
    if get_origin(wanted) is list:
        return isinstance(value, list) and all(_fits(each, get_args(wanted)[0]) for each in value)
    return isinstance(value, wanted)


async def _body(request: web.Request) -> Json:
    text = await request.text()
    try:
        body = json.loads(text) if text else {}
    except ValueError:
        raise Refusal("invalid_json", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal("invalid_json", "The body is a JSON object.")
    return body


def refused(refusal: Refusal) -> web.Response:
    return web.json_response({"ok": False, "error": refusal.code, "message": refusal.sentence, **refusal.details})
