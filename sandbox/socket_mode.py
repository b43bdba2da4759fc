"""Socket Mode: the bot calls in over WebSockets, and each envelope goes to one of its open connections.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.delivery import Answer, DeliveryKind, Retry
from sandbox.model import Json
from sandbox.people import APP_ID

MOST_CONNECTIONS = 10
CLOSING_SECONDS = 0.2


class SocketMode:
    """`changed` is called when the first connection opens and when the last one closes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._awaited: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Answer]]] = {}
        self._open = asyncio.Event()

    @property
    def connected(self) -> bool:
        return bool(self._connections)

    def ticket(self) -> str:
        """Leave to connect, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def wait_for_connection(self, timeout: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._open.wait(), timeout)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from `hello` until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self._connections) >= MOST_CONNECTIONS:
            raise web.HTTPForbidden(text="This ticket is not valid: ask apps.connections.open for a new one.")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=CLOSING_SECONDS)
        await socket.prepare(request)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections) + 1,
                "connection_info": {"app_id": APP_ID},
                "debug_info": {"host": "local-workspace", "approximate_connection_time": 18060},
            }
        )
        self._opened(socket)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(frame.data)
        finally:
            self._closed(socket)
        return socket

    def _opened(self, socket: web.WebSocketResponse) -> None:
        self._connections.append(socket)
        self._open.set()
        if len(self._connections) == 1:
            self._changed()

    def _closed(self, socket: web.WebSocketResponse) -> None:
        self._connections.remove(socket)
        if not self._connections:
            self._open.clear()
            self._changed()
        for owner, answer in list(self._awaited.values()):
            if owner is socket and not answer.done():
                answer.set_result(Answer(failure="connection_failed"))

    def _acknowledged(self, data: str) -> None:
        try:
            reply: Json = json.loads(data)
        except ValueError:
            return
        _, answer = self._awaited.get(reply.get("envelope_id", ""), (None, None))
        if answer and not answer.done():
            answer.set_result(Answer(payload=reply.get("payload")))

    async def send(self, kind: DeliveryKind, body: Json, retry: Retry | None, timeout: float) -> Answer:
        if not self._connections:
            return Answer(failure="connection_failed")
        # Slack promises no particular connection, so a bot with several must not count on one: take turns.
        socket = self._connections.pop(0)
        self._connections.append(socket)
        envelope_id = str(uuid.uuid4())
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._awaited[envelope_id] = (socket, answer)
        try:
            await socket.send_json(_envelope(envelope_id, kind, body, retry))
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            return Answer(failure="http_timeout")
        except ConnectionError:
            return Answer(failure="connection_failed")
        finally:
            del self._awaited[envelope_id]

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Slack does this every few hours: it asks, then closes."""
        for socket in list(self._connections):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}})
            await socket.close()

    async def stop(self) -> None:
        await asyncio.gather(*(socket.close() for socket in list(self._connections)))


def _envelope(envelope_id: str, kind: DeliveryKind, body: Json, retry: Retry | None) -> dict[str, Any]:
    envelope: dict[str, Any] = {
        "envelope_id": envelope_id,
        "payload": body,
        "type": kind,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {
            "retry_attempt": retry.number if retry else 0,
            "retry_reason": retry.reason if retry else "",
        }
    return envelope
