"""The HTTP door: Slack's requests at `/slack/events`, and whether the bot is well at `/healthz`."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web
from slack_bolt import BoltRequest, BoltResponse

from bot.app import Dealreview

THREADS = 8
LONGEST_BODY = 1024 * 1024
"""In bytes; Slack's largest payload, a view, is 250 kB."""


def http_app(bot: Dealreview) -> web.Application:
    """The aiohttp application that answers Slack. Bolt checks the signatures and works in threads."""
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="slack")

    async def on_slack(request: web.Request) -> web.Response:
        body = (await request.read()).decode("utf-8", "replace")
        asked = BoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
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


def _response(answer: BoltResponse) -> web.Response:
    headers = {name: ", ".join(values) for name, values in answer.headers.items() if name != "content-type"}
    kind = answer.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    return web.Response(status=answer.status, text=answer.body or "", headers=headers, content_type=kind)
