"""`python -m tests.pictures`: play the story, photograph its scenes, and write pictures and words into docs/."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Locator, ViewportSize

from storage.tenancy import at_work_for
from tests.browser.windows import Window, Windows, chromium, open_browser
from tests.conftest import NO_BROWSER, TEAM, Room, open_room
from tests.pictures import DOCS, keep
from tests.pictures.palette import reduced
from tests.pictures.story import Scene, play

WIDTHS = {"nudge": 900, "home": 1000, "review": 1280, "summary": 1280, "digest": 1000}
"""How wide the window is, in CSS pixels."""
HEIGHT = 3000
"""Higher than anything that is shown, so that nothing has to be scrolled."""
DENSITY = 2
ALSO_DARK = {"review"}


def main() -> None:
    if not chromium():
        sys.exit(f"No pictures can be made: {NO_BROWSER}; apt-get install chromium")
    words = {}
    with a_room() as room, open_browser() as browser:
        windows = Windows(browser, room.workspace.url)
        for scene in play(room):
            words[scene.name] = scene.words
            write(f"{scene.name}.png", photograph(windows, scene, "light"), browser)
            if scene.name in ALSO_DARK:
                write(f"{scene.name}-dark.png", photograph(windows, scene, "dark"), browser)
        windows.close()
    if windows.troubles:
        sys.exit("\n".join(windows.troubles))
    keep(words)


@contextmanager
def a_room() -> Iterator[Room]:
    with tempfile.TemporaryDirectory() as folder, at_work_for(TEAM), open_room(f"sqlite:///{folder}/it.db") as room:
        yield room


def photograph(windows: Windows, scene: Scene, scheme: Literal["light", "dark"]) -> bytes:
    """What is shown, cut out of the person's window, as a PNG."""
    size: ViewportSize = {"width": WIDTHS[scene.name], "height": HEIGHT}
    window = windows(scene.person, scene.place, viewport=size, device_scale_factor=DENSITY, color_scheme=scheme)
    parts = shown(window, scene)
    for part in parts:
        part.wait_for()
    window.page.wait_for_load_state("networkidle")
    return window.page.screenshot(clip=around(parts), animations="disabled", caret="hide")


def write(name: str, png: bytes, browser: Browser) -> None:
    size = (DOCS / name).write_bytes(reduced(png, browser))
    print(f"docs/{name}  {size // 1000} kB")


def shown(window: Window, scene: Scene) -> Sequence[Locator]:
    """Where on the page the scene is: its messages, or all of Home."""
    if scene.place == "/home":
        return [window.channel.get_by_role("tablist"), window.channel.locator(".home")]
    pane = window.thread if "/thread/" in scene.place else window.channel
    return [pane.locator(f'[data-ts="{message["ts"]}"]') for message in scene.shown]


def around(parts: Sequence[Locator]) -> FloatRect:
    """The rectangle that has all parts in it."""
    boxes = [box for part in parts if (box := part.bounding_box())]
    left, top = min(box["x"] for box in boxes), min(box["y"] for box in boxes)
    right = max(box["x"] + box["width"] for box in boxes)
    bottom = max(box["y"] + box["height"] for box in boxes)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


if __name__ == "__main__":
    main()
