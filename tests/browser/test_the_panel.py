"""The workspace panel: trouble that is caused there, the traffic it shows in, and a day to go to."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.windows import Windows
from tests.conftest import Room


def test_trouble_is_caused_in_the_panel_and_found_in_the_traffic(room: Room, window: Windows) -> None:
    thread = room.start()
    lena = window("lena", f"/channel/C0DEALS/thread/{thread.ts}")
    lena.page.get_by_role("button", name="Workspace", exact=True).click()
    entries = lena.panel.locator(".traffic-entry")
    lena.panel.get_by_role("button", name="Failed", exact=True).click()
    expect(lena.panel).to_contain_text("Nothing like that so far.")

    lena.panel.get_by_text("When the bot calls").click()
    lena.panel.get_by_role("button", name="Cause: Slack fails").click()
    expect(lena.panel).to_contain_text("Slack fails: it is on its way.")
    lena.replies("We sent the quote.")
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("server_error")

    lena.panel.get_by_role("button", name="All", exact=True).click()
    lena.panel.get_by_role("searchbox").fill("chat.postmessage")
    expect(entries.first).to_contain_text("chat.postMessage")
    entries.first.locator("summary").click()
    expect(entries.first.get_by_label("What was sent")).to_contain_text("C0DEALS")


def test_the_clock_goes_to_nine_on_a_day_and_never_back(room: Room, window: Windows) -> None:
    lena = window("lena")
    lena.page.get_by_role("button", name="Workspace", exact=True).click()
    day = lena.panel.get_by_label("A day to go to, at nine")
    day.fill("2026-12-14")
    lena.panel.get_by_role("button", name="Go to that day, 9:00").click()
    expect(lena.panel).to_contain_text("Mon 14 Dec, 09:00")
    day.fill("2026-11-01")
    lena.panel.get_by_role("button", name="Go to that day, 9:00").click()
    expect(lena.panel.get_by_role("alert")).to_contain_text("only forward")
    expect(lena.panel).to_contain_text("Mon 14 Dec, 09:00")
