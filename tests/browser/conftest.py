"""The page in a real browser: one Chromium for each worker, and in it a window for each person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.windows import Windows
from tests.conftest import NO_BROWSER, Room, open_room

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever else is asked for gets nowhere
    "--force-prefers-reduced-motion",
]


def chromium() -> str | None:
    """Where the browser is."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if not path:
        pytest.skip(NO_BROWSER)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS + as_root)
        yield launched
        launched.close()


@pytest.fixture
def room(browser: Browser, database_url: str) -> Iterator[Room]:
    """A room whose bot lives by the clock of the page. Without a browser it is not even opened."""
    with open_room(database_url, by_the_page=True) as opened:
        yield opened


@pytest.fixture
def window(browser: Browser, room: Room) -> Iterator[Windows]:
    """`window("lena")` opens the page as Lena. No window may complain, nor ask any other host for anything."""
    windows = Windows(browser, room.workspace.url)
    yield windows
    windows.close()
    assert not windows.troubles
