"""The page in a real browser, and in it a window for each person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from bot.demo import Stage
from tests.browser.windows import Window, Windows, browser
from tests.conftest import Room, open_room
from tests.stages import scene, stage

__all__ = ["browser", "scene", "stage"]


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


# The demo


@pytest.fixture
def windows(browser: Browser, stage: Stage) -> Iterator[Windows]:
    opened = Windows(browser, stage.workspace.url)
    yield opened
    opened.close()
    assert not opened.troubles


@pytest.fixture
def newcomer(windows: Windows) -> Window:
    """Somebody who opens the page at the address that the demo prints."""
    page = windows.watched(windows.browser.new_context(viewport={"width": 1280, "height": 800}).new_page())
    return Window(page, "lena").opened(windows.url)
