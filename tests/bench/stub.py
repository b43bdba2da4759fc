"""`python -m tests.bench.stub`: answers Slack's Web API at once, in a process of its own; prints its address."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiohttp import web

ROOT = Path(__file__).parents[2]
TEAM = "T0BENCH"
BOT_USER = "U0BOT"

_stamps = itertools.count(1_790_000_000)


@contextlib.contextmanager
def slack_stub() -> Iterator[str]:
    """The `base_url` of a Slack that takes everything; its work is not done in this process."""
    command = (sys.executable, "-m", "tests.bench.stub")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


async def _answer(request: web.Request) -> web.Response:
    method = request.match_info["method"]
    if "json" in request.content_type:
        sent = await request.json()
    else:
        sent = dict(await request.post())
    channel = sent.get("channel", "")
    known: dict[str, dict[str, Any]] = {
        "auth.test": {
            "url": "https://bench.slack.com/", "team": "Bench", "team_id": TEAM, "user": "bot", "user_id": BOT_USER,
            "bot_id": "B0BOT",
        },
        "users.info": {"user": {"id": sent.get("user"), "name": "lena", "real_name": "Lena", "tz": "Europe/Berlin"}},
        "conversations.info": {"channel": {"id": channel, "is_member": True, "is_channel": True}},
        "chat.postMessage": {"channel": channel, "ts": f"{next(_stamps)}.000100"},
        "chat.update": {"channel": channel, "ts": sent.get("ts")},
    }  # fmt: skip
    return web.json_response({"ok": True, **known.get(method, {})})


async def _serve() -> None:
    app = web.Application()
    app.add_routes([web.post("/api/{method}", _answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/api/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
