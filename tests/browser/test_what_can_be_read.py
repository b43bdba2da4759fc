"""What can be measured of how the page looks: names, headings, contrast and room, light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import Windows

LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
MOST_LOOKS = 10
MS_BETWEEN_LOOKS = 100


def looks_well(page: Page) -> None:
    """Nothing on the page as it is now has no name, cannot be read, or has no room, once it stands still."""
    for _ in range(MOST_LOOKS):
        if not (found := page.evaluate(LOOKS)):
            return
        page.wait_for_timeout(MS_BETWEEN_LOOKS)
    assert found == []


def goes_to(page: Page, place: str, heading: str) -> None:
    page.evaluate("place => (location.hash = place)", place)
    expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()
    looks_well(page)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_has_a_name_can_be_read_and_has_room(windows: Windows, theme: str, size: dict[str, int]) -> None:
    page = windows.watched(windows.browser.new_context(viewport=size, color_scheme=theme).new_page())
    page.goto(windows.url)
    expect(page.get_by_role("complementary", name="Thread")).to_contain_text("2 of 9")
    looks_well(page)

    goes_to(page, "#/channel/deals", "deals")
    page.get_by_role("main").get_by_role("article").last.hover()
    looks_well(page)
    goes_to(page, "#/home", "Your deals")
    goes_to(page, "#/about", "What it sees")
    page.get_by_role("tab", name="Messages").click()
    expect(page.get_by_role("main")).to_contain_text("may have moved")
    looks_well(page)
    goes_to(page, "#/apps", "Apps")
    goes_to(page, "#/", "Channels") if size == NARROW else None
    page.get_by_role("button", name="You are acting as").click() if size == WIDE else None
    looks_well(page)
    page.keyboard.press("Escape")

    goes_to(page, "#/channel/deals", "deals")
    page.get_by_role("button", name="4 members").click()
    looks_well(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Workspace", exact=True).click()
    panel = page.get_by_role("complementary", name="Workspace")
    panel.get_by_text("On the way to the bot").click()
    panel.get_by_text("When the bot calls").click()
    panel.get_by_text("events_api").first.click()
    looks_well(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Deal details").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    looks_well(page)


def test_the_theme_is_the_machines_until_somebody_chooses(windows: Windows) -> None:
    page = windows.watched(windows.browser.new_context(color_scheme="dark").new_page())
    page.goto(windows.url)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(theme).to_have_attribute("data-theme", "light")

    page.get_by_role("button", name="Use the dark theme").click()
    page.reload()
    expect(theme).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Use the light theme").click()  # which is the machine's again
    page.emulate_media(color_scheme="dark")
    expect(theme).to_have_attribute("data-theme", "dark")
