"""The page in a real browser, and in it a window for each person."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.demo import Stage, open_stage, set_scene
from tests.browser.windows import Window, Windows, browser, chromium
from tests.conftest import NO_BROWSER, Room, morning, open_room

__all__ = ["browser"]


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


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo keeps once its scene is set. Without a browser it is not even set."""
    if not chromium():
        pytest.skip(NO_BROWSER)
    folder = tmp_path_factory.mktemp("scene")
    with open_stage(0, folder, morning) as stage:
        set_scene(stage)
    return folder


@pytest.fixture
def stage(scene: Path, tmp_path: Path) -> Iterator[Stage]:
    with open_stage(0, Path(shutil.copytree(scene, tmp_path / "kept")), morning) as opened:
        set_scene(opened)
        yield opened


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
