"""The HTTP door: Slack's requests at `/slack/events`, people who install the bot at `/slack/install`, and beside them
what the outside sees of the bot.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.exc import OperationalError

from bot import outside, payloads
from bot.app import Dealreview
from bot.manifest import REDIRECT
from bot.oauth import INSTALL
from storage.admissions import admit, forget

THREADS = 8
LONGEST_BODY = 1024 * 1024
"""In bytes; Slack's largest payload, a view, is 250 kB."""
LONGEST_CHECK = 4096
"""In bytes, of the body with which Slack asks whether the address can be reached with TLS. It does not sign that."""
SECONDS_FOR_A_BODY = 10.0
"""Slack sends its own at once. Until a body is whole it holds a connection, and no thread."""

SECONDS_IDLE = 60.0
"""How long a connection may say nothing, or not finish what it has to say before a body."""

KNOWN_HEADERS = frozenset(
    {
        "content-type", "x-slack-request-timestamp", "x-slack-retry-num", "x-slack-retry-reason", "x-slack-signature",
    }
)  # fmt: skip
"""What Bolt gets to see: others would switch on what Bolt has in store for itself."""

TIMESTAMP, SIGNATURE = re.compile("[0-9]{1,10}"), re.compile("v0=[0-9a-f]{64}")


def http_app(
    bot: Dealreview, signing_secret: str, patience: float = SECONDS_FOR_A_BODY, metrics: bool = True
) -> web.Application:
    """The aiohttp application that answers Slack, and nobody who lacks its signing secret. Bolt works in threads.

    Only that the address can be reached with TLS is told to whoever asks as Slack does, which brings about nothing.

    `patience` is how long a body may take to arrive, in seconds; `metrics` says whether the numbers are to be had here.
    """
    verifier = SignatureVerifier(signing_secret)
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="slack")

    async def on_slack(request: web.Request) -> web.Response:
        if not _may_be_signed(request) and not _may_be_check(request):
            return web.Response(status=401)
        try:
            async with asyncio.timeout(patience):
                body = await request.read()
        except TimeoutError:
            return _parting(408)
        except (web.RequestPayloadError, ConnectionError):
            return _parting(400)
        if _may_be_check(request) and _is_check(body):
            return web.Response()
        if not _may_be_signed(request) or not _is_signed(verifier, body, request):
            return web.Response(status=401)
        asked = _understood(body, request)
        if asked is None:
            return web.Response(status=400)
        signature = request.headers["X-Slack-Signature"]
        answer = await asyncio.get_running_loop().run_in_executor(threads, _take_once, bot, asked, signature)
        return _response(answer)

    def page(handle: Callable[[BoltRequest], BoltResponse]) -> Handler:
        async def on_page(request: web.Request) -> web.Response:
            asked = BoltRequest(
                body="", query=request.query_string, headers={"cookie": request.headers.get("Cookie", "")}
            )
            return _response(await asyncio.get_running_loop().run_in_executor(threads, handle, asked))

        return on_page

    async def on_cleanup(_app: web.Application) -> None:
        await asyncio.to_thread(threads.shutdown)

    app = web.Application(client_max_size=LONGEST_BODY)
    app.add_routes([web.post("/slack/events", on_slack), *outside.routes(bot, metrics)])
    if bot.installing:
        app.add_routes(
            [web.get(INSTALL, page(bot.installing.set_out)), web.get(REDIRECT, page(bot.installing.come_back))]
        )
    app.on_cleanup.append(on_cleanup)
    return app


def _may_be_signed(request: web.Request) -> bool:
    """Whether a request looks like one of Slack's, so that its body is worth waiting for."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    return bool(TIMESTAMP.fullmatch(timestamp) and SIGNATURE.fullmatch(signature))


def _may_be_check(request: web.Request) -> bool:
    """Whether a request may ask no more than whether the address can be reached with TLS."""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    return is_form and 0 < (request.content_length or 0) <= LONGEST_CHECK


def _is_check(body: bytes) -> bool:
    """Whether a body, which may have been packed, asks that and is no longer than it may be."""
    return len(body) <= LONGEST_CHECK and ("ssl_check", "1") in parse_qsl(body.decode(errors="replace"))


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    """Whether Slack sent this, lately. Bolt asks the same, but stumbles over a body that is no text."""
    try:
        return verifier.is_valid_request(body, dict(request.headers))
    except UnicodeDecodeError:
        return False


def _understood(body: bytes, request: web.Request) -> BoltRequest | None:
    """A request as Bolt takes it; None for what is signed and yet nothing that Slack would send."""
    headers: dict[str, str | Sequence[str]] = {
        name: value for name, value in request.headers.items() if name.lower() in KNOWN_HEADERS
    }
    try:
        text = body.decode()
        asked = BoltRequest(body=text, headers=headers)
        if not asked.body and "payload" not in (form := dict(parse_qsl(text, keep_blank_values=True))):
            # Bolt sees that word anywhere in a form, and then takes nothing but a field of that name.
            asked = BoltRequest(body=form, headers=headers, mode="socket_mode")
            asked.mode, asked.raw_body = "http", text  # so that it still looks at the signature
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None  # Bolt looks into a payload before it can be asked whether it is whole
    asked.context["received"] = time.perf_counter()
    return asked if payloads.is_whole(asked.body) else None


def _take_once(bot: Dealreview, asked: BoltRequest, signature: str) -> BoltResponse:
    """Let Bolt take a request, unless it was taken already: a signature is good for minutes, and may be overheard.

    Slack signs what it sends again anew, and in the same second alike. So what was not taken is forgotten. Events are
    known by their ids, where they have one; see `bot.bolt`.
    """
    if payloads.may_come_twice(asked.body) or payloads.event_mark(asked.body):
        return bot.bolt.dispatch(asked)
    try:
        if not admit(bot.database, signature, datetime.now(UTC)):
            return BoltResponse(status=200 if asked.body.get("type") == "event_callback" else 409)
    except OperationalError:  # without the database nothing can come of it, and Bolt tells whoever waits
        return bot.bolt.dispatch(asked)
    answer = None
    try:
        answer = bot.bolt.dispatch(asked)
        return answer
    finally:
        if answer is None or answer.status >= 500:
            with suppress(OperationalError):
                forget(bot.database, signature)


def _response(answer: BoltResponse) -> web.Response:
    headers = {name: ", ".join(values) for name, values in answer.headers.items() if name != "content-type"}
    kind = answer.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    return web.Response(status=answer.status, text=answer.body or "", headers=headers, content_type=kind)


def _parting(status: int) -> web.Response:
    """An answer to somebody who is not listened to any longer."""
    response = web.Response(status=status)
    response.force_close()
    return response
