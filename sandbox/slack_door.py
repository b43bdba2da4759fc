"""Slack's door over HTTP, for a bot that takes this for Slack: the Web API and response URLs of one workspace."""

import asyncio
import json
import time
from typing import Any

from aiohttp import BasicAuth, web

from sandbox.faults import Fault, Faults
from sandbox.limits import Limits, TooManyCalls
from sandbox.model import Json
from sandbox.oauth import ACCESS, UNINSTALL, OAuth
from sandbox.people import APP_ID, APP_TOKEN
from sandbox.refusals import Refusal
from sandbox.responses import Responses
from sandbox.socket_mode import SocketMode
from sandbox.traffic import Entry, Traffic, summary_of
from sandbox.web_api import METHODS, Call
from sandbox.workspace import Workspace

OPEN_CONNECTION = "apps.connections.open"
TOKENLESS = {"api.test", ACCESS}
OF_ONE_TEAM = {"conversations.list", "users.conversations", "users.list"}
"""An organisation's token has to name the workspace for these."""
SECRETS = {"token", "client_secret"}
OF_THE_APP = {OPEN_CONNECTION, ACCESS, UNINSTALL}
"""Methods that are not about what is in a workspace."""


class SlackDoor:
    def __init__(
        self,
        workspace: Workspace,
        responses: Responses,
        socket_mode: SocketMode,
        traffic: Traffic,
        faults: Faults,
        limits: Limits,
        oauth: OAuth,
    ) -> None:
        self.calls_under_way = 0
        self._workspace = workspace
        self._responses = responses
        self._socket_mode = socket_mode
        self._traffic = traffic
        self._faults = faults
        self._limits = limits
        self._oauth = oauth

    async def api(self, request: web.Request) -> web.StreamResponse:
        self.calls_under_way += 1
        try:
            return await self._answer(request, request.match_info["method"])
        finally:
            self.calls_under_way -= 1

    async def _answer(self, request: web.Request, method: str) -> web.StreamResponse:
        began = time.monotonic()
        arguments = await arguments_of(request)
        token = token_of(request, arguments)
        logged = {name: value for name, value in arguments.items() if name not in SECRETS}
        await self._faults.pass_by(method)
        fault = self._faults.meet(method)
        if fault and fault.kind != "drop_after":
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            else:
                self._log(method, logged, fault.kind, began)
                return _stopped(request, fault)
        try:
            answer = self._call(request, method, token, arguments)
        except TooManyCalls as refused:
            self._log(method, logged, "rate_limited", began)
            return _too_many_calls(refused.seconds)
        self._log(method, logged, answer.get("error", "ok"), began)
        if fault and fault.kind == "drop_after":
            return _stopped(request, fault)
        scopes = "connections:write" if token == APP_TOKEN else ",".join(self._workspace.scopes)
        return web.json_response(answer, headers={"x-oauth-scopes": scopes})

    def _call(self, request: web.Request, method: str, token: str, arguments: Json) -> Json:
        try:
            self._authorise(method, token, arguments)
            self._limits.count(method, arguments)
            return {"ok": True, **self._answer_of(method, request, arguments)}
        except Refusal as refusal:
            return {"ok": False, "error": refusal.code, **refusal.details}

    def _answer_of(self, method: str, request: web.Request, arguments: Json) -> Json:
        if method == OPEN_CONNECTION:
            return {"url": self._socket_url(request)}
        if method == ACCESS:
            return self._oauth.access(arguments, _basic(request))
        if method == UNINSTALL:
            return self._oauth.uninstall(self._workspace, arguments)
        return METHODS[method](Call(self._workspace, arguments, f"http://{request.host}"))

    def _authorise(self, method: str, token: str, arguments: Json) -> None:
        """An app that was removed is told so: it has a bot's token (https://docs.slack.dev/reference/methods/auth.test)."""
        if method not in OF_THE_APP and method not in METHODS:
            raise Refusal("unknown_method", req_method=method)
        if method in TOKENLESS and not token:
            return
        if not token:
            raise Refusal("not_authed")
        if token != APP_TOKEN and not self._workspace.installation.knows(token):
            raise Refusal("invalid_auth")
        if token in self._workspace.installation.dead:
            raise Refusal("account_inactive")
        if self._workspace.installation.org_wide and method in OF_ONE_TEAM and not arguments.get("team_id"):
            raise Refusal("missing_argument", "An organisation's token has to say of which workspace (team_id).")
        if (token == APP_TOKEN) != (method == OPEN_CONNECTION) and method not in TOKENLESS:
            raise Refusal("not_allowed_token_type")

    def _socket_url(self, request: web.Request) -> str:
        return f"ws://{request.host}/link/?ticket={self._socket_mode.ticket()}&app_id={APP_ID}"

    async def respond(self, request: web.Request) -> web.Response:
        began = time.monotonic()
        body: Any = {}
        try:
            body = await _response_body(request)
            self._responses.respond(request.match_info["place"], body)
        except Refusal as refusal:
            self._log("response_url", body, refusal.code, began)
            gone = refusal.code in ("used_url", "expired_url", "no_service")
            content = {"ok": False, "error": refusal.code, **refusal.details}
            return web.json_response(content, status=404 if gone else 400)
        self._log("response_url", body, "ok", began)
        return web.Response(text="ok")

    def _log(self, kind: str, body: Json, status: str, began: float) -> None:
        self._traffic.log(
            Entry(
                at=f"{self._workspace.now():.6f}",
                direction="from_bot",
                kind=kind,
                summary=summary_of(body),
                status=status,
                ms=round((time.monotonic() - began) * 1000),
                body=body,
            )
        )


def _stopped(request: web.Request, fault: Fault) -> web.Response:
    """The answer of a call that meets trouble; a dropped connection has none."""
    match fault.kind:
        case "rate_limited":
            return _too_many_calls(fault.seconds)
        case "server_error":
            return web.Response(status=503, text="upstream connect error")
        case "compliance":
            return web.json_response({"ok": False, "error": "compliance_exports_prevent_deletion"})
    if request.transport:
        request.transport.close()
    return web.Response(status=500)


def _too_many_calls(seconds: float) -> web.Response:
    headers = {"retry-after": f"{seconds:g}"}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def token_of(request: web.Request, arguments: Json) -> str:
    """From the header, which wins, or from the arguments."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(arguments.get("token") or "")


def _basic(request: web.Request) -> BasicAuth | None:
    """The client id and secret, where they come as a login."""
    try:
        return BasicAuth.decode(request.headers.get("Authorization", ""))
    except ValueError:
        return None


async def arguments_of(request: web.Request) -> Json:
    """From the query, and from a form or JSON body, which wins."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = {}
        return arguments | body if isinstance(body, dict) else arguments
    return arguments | {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


async def _response_body(request: web.Request) -> Any:
    text = await request.text()
    if request.content_type == "application/x-www-form-urlencoded":
        text = str((await request.post()).get("payload", ""))
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal("invalid_payload") from None
