"""Light and dark, narrow and wide, and a name for everything a person can use."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import Window, Windows
from tests.conftest import Room
from tests.holding import held
from tests.sayings import ANSWERS

SIZES = [(360, 640), (820, 1180), (1440, 900)]
"""In pixels: a phone, a tablet, a desk."""
UNNAMED = """() => {
    const usable = "a[href], button, input, textarea, select, summary, [role=option], [role=menuitem], [role=tab]";
    const shown = node => node.checkVisibility() && !node.closest("[inert]");
    const named = node => node.getAttribute("aria-label")?.trim() || node.innerText?.trim() || node.title
        || (node.getAttribute("aria-labelledby") ?? "").split(" ").some(id => document.getElementById(id)?.innerText)
        || [...(node.labels ?? [])].some(label => label.innerText.trim());
    const nameless = [...document.querySelectorAll(usable)].filter(node => shown(node) && !named(node));
    return nameless.map(node => node.outerHTML);
}"""


def darkness(page: Page) -> float:
    """How dark the page is behind everything, from 0 to 1."""
    rgb: list[float] = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number)"
    )
    return 1 - sum(rgb) / 765


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_as_light_as_the_system_until_it_is_told_otherwise(
    room: Room, window: Windows, scheme: Literal["light", "dark"]
) -> None:
    lena = window("lena", color_scheme=scheme)
    other = "light" if scheme == "dark" else "dark"
    assert (darkness(lena.page) > 0.5) == (scheme == "dark")
    lena.page.get_by_role("button", name=f"Use the {other} theme").click()
    assert (darkness(lena.page) > 0.5) == (other == "dark")
    lena.page.reload()
    expect(lena.page.get_by_role("button", name=f"Use the {scheme} theme")).to_be_visible()
    assert (darkness(lena.page) > 0.5) == (other == "dark")


def test_nothing_is_wider_than_the_window(room: Room, window: Windows) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    held(room, "Brightline", days_ago=200)
    lena = window("lena")
    for place in ("/", "/channel/C0DEALS", f"/channel/C0DEALS/thread/{thread.ts}", "/home", "/apps"):
        lena.page.evaluate("place => { location.hash = place }", place)
        for width, height in SIZES:
            lena.page.set_viewport_size({"width": width, "height": height})
            assert sideways(lena.page) == [], (place, width)


def sideways(page: Page) -> list[str]:
    """What is wider than where it stands, and so would have to be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("main, aside, nav, .scroller")]
            .filter(node => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1)
            .map(node => node.id || node.className || node.tagName)"""
    )
    return found


def test_everything_that_can_be_used_has_a_name(room: Room, window: Windows) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    lena = window("lena", f"/channel/C0DEALS/thread/{thread.ts}")
    expect(lena.said("ABOUT THE CUSTOMER")).to_be_visible()
    assert unnamed(lena) == []
    lena.page.get_by_role("button", name="Workspace", exact=True).click()
    assert unnamed(lena) == []
    lena.presses("Fix a line")
    lena.form.get_by_role("button", name="The line").click()
    expect(lena.form.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert unnamed(lena) == []
    lena.page.keyboard.press("Escape")
    lena.page.keyboard.press("Escape")
    expect(lena.form).to_be_hidden()
    lena.page.evaluate("location.hash = '/home'")
    lena.presses("My settings")
    expect(lena.form).to_be_visible()
    assert unnamed(lena) == []


def unnamed(window: Window) -> list[str]:
    found: list[str] = window.page.evaluate(UNNAMED)
    return found
