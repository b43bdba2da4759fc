"""The page in a real browser: one Chromium for each worker, and in it a window for each person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.windows import Windows, chromium, open_browser
from tests.conftest import NO_BROWSER, Room, open_room


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not chromium():
        pytest.skip(NO_BROWSER)
    with open_browser() as opened:
        yield opened


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
