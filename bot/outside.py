"""What the outside sees of the bot: whether it lives, whether it is ready, and its numbers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError

from bot.app import Dealreview
from bot.settings import BadSetting
from storage.revisions import Shape, shape_of

EVERYBODY = "0.0.0.0"  # noqa: S104  (a container is asked from without; there are only numbers to be had)
SECONDS_TO_BEGIN = 10
NO_ANSWER = "the database does not answer"
BEHIND = "the database is older than this version; run dealreview db upgrade"
STANDS_STILL = "the engine stands still; see the log, and start the bot again"


def routes(bot: Dealreview, metrics: bool = True) -> list[web.RouteDef]:
    """`/healthz` says whether the bot lives, `/readyz` whether it can do its work, `/metrics` how much it has to do."""

    async def on_health(_request: web.Request) -> web.Response:
        well = await asyncio.to_thread(bot.database.reachable)
        return _verdict(None if well else NO_ANSWER)

    async def on_ready(_request: web.Request) -> web.Response:
        return _verdict(await asyncio.to_thread(_problem, bot))

    async def on_metrics(_request: web.Request) -> web.Response:
        text = await asyncio.to_thread(bot.observer.metrics.text)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    found = [web.get("/healthz", on_health), web.get("/readyz", on_ready)]
    return [*found, web.get("/metrics", on_metrics)] if metrics else found


@contextmanager
def seen_from_outside(bot: Dealreview, port: int, name: str) -> Iterator[None]:
    """Answer on a port of its own, in a thread. Raises `BadSetting`, which names the setting, if it cannot be had."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.add_routes(routes(bot))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    thread = threading.Thread(target=loop.run_forever, name="outside", daemon=True)

    async def begin() -> None:
        await runner.setup()
        await web.TCPSite(runner, EVERYBODY, port).start()

    thread.start()
    try:
        try:
            asyncio.run_coroutine_threadsafe(begin(), loop).result(SECONDS_TO_BEGIN)
        except OSError as error:
            raise BadSetting(f"{name} is {port}, and the bot cannot listen there ({error.strerror}).") from error
        yield
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(SECONDS_TO_BEGIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _problem(bot: Dealreview) -> str | None:
    """Why the bot can do no work now. A database newer than this version will do: whoever upgrades begins with it."""
    try:
        if shape_of(bot.database) is Shape.OLDER:
            return BEHIND
    except DBAPIError:
        return NO_ANSWER
    return None if bot.engine.is_alive else STANDS_STILL


def _verdict(problem: str | None) -> web.Response:
    if problem is None:
        return web.json_response({"ok": True})
    return web.json_response({"ok": False, "problem": problem}, status=503)
