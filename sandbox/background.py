"""A server on an event loop of its own, in a thread, with a way in for other threads."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")

HOST = "127.0.0.1"
LONGEST_WORK = 60.0
"""In seconds: longer than anything may take that waits for the bot, also on a busy machine."""


class Background:
    """Serves the application `build` makes on the loop, given the address it will have."""

    def __init__(self, build: Callable[[str], web.Application], port: int) -> None:
        self._build = build
        self._port = port
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Returns the address once it is served. `port` 0 finds a free one."""
        listening = socket.create_server((HOST, self._port))
        url = f"http://{HOST}:{listening.getsockname()[1]}"
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listening, url, ready)), name="local-workspace", daemon=True
        )
        self._thread.start()
        ready.result(LONGEST_WORK)
        return url

    async def _serve(self, listening: socket.socket, url: str, ready: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            runner = web.AppRunner(self._build(url), access_log=None, shutdown_timeout=0)
            await runner.setup()
            await web.SockSite(runner, listening).start()
        except BaseException as error:
            listening.close()
            ready.set_exception(error)
            return
        ready.set_result(None)
        await self._stopping.wait()
        await runner.cleanup()

    def stop(self) -> None:
        if self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._thread = None

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs `work` on the loop and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST_WORK)

    def look(self, glance: Callable[[], T]) -> T:
        """Calls `glance` on the loop, where nothing can change meanwhile."""

        async def on_the_loop() -> T:
            return glance()

        return self.do(on_the_loop())
