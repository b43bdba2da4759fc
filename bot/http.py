"""The HTTP door: Slack's requests at `/slack/events`, and whether the bot is well at `/healthz`."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.app import Dealreview

THREADS = 8
LONGEST_BODY = 1024 * 1024
"""In bytes; Slack's largest payload, a view, is 250 kB."""


def http_app(bot: Dealreview, signing_secret: str) -> web.Application:
    """The aiohttp application that answers Slack, and nobody who lacks its signing secret. Bolt works in threads."""
    verifier = SignatureVerifier(signing_secret)
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="slack")

    async def on_slack(request: web.Request) -> web.Response:
        body = await request.read()
        if not _is_signed(verifier, body, request):
            return web.Response(status=401)
        asked = _understood(body, request)
        if asked is None:
            return web.Response(status=400)
        answer = await asyncio.get_running_loop().run_in_executor(threads, bot.bolt.dispatch, asked)
        return _response(answer)

    async def on_health(_request: web.Request) -> web.Response:
        well = await asyncio.to_thread(bot.database.reachable)
        if well:
            return web.json_response({"ok": True})
        return web.json_response({"ok": False, "problem": "the database does not answer"}, status=503)

    async def on_cleanup(_app: web.Application) -> None:
        await asyncio.to_thread(threads.shutdown)

    app = web.Application(client_max_size=LONGEST_BODY)
    app.add_routes([web.post("/slack/events", on_slack), web.get("/healthz", on_health)])
    app.on_cleanup.append(on_cleanup)
    return app


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    """Whether Slack sent this, lately. Bolt asks the same, but stumbles over a time that is no number."""
    try:
        return verifier.is_valid_request(body, dict(request.headers))
    except ValueError:
        return False


def _understood(body: bytes, request: web.Request) -> BoltRequest | None:
    """A request as Bolt takes it; None for what is signed and yet nothing that Slack would send."""
    try:
        text = body.decode("utf-8")
        asked = BoltRequest(body=text, query=request.query_string, headers=dict(request.headers))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    is_event = isinstance(asked.body.get("event", {}), dict)
    return asked if is_event else None


def _response(answer: BoltResponse) -> web.Response:
    headers = {name: ", ".join(values) for name, values in answer.headers.items() if name != "content-type"}
    kind = answer.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    return web.Response(status=answer.status, text=answer.body or "", headers=headers, content_type=kind)
