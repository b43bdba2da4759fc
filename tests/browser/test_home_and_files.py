"""App Home, and a pipeline dropped in a direct message, as people see them."""

from __future__ import annotations

from playwright.sync_api import expect

from flows.home import DEALS_ON_A_PAGE
from storage.deals import Deals
from tests.browser.windows import Windows
from tests.conftest import TEAM, Room
from tests.holding import held
from tests.test_imports_in_slack import SALESFORCE


def test_home_shows_ones_deals_and_follows_the_filter(room: Room, window: Windows) -> None:
    held(room, "Northwind", days_ago=200)
    held(room, "Brightline", days_ago=1)
    lena = window("lena", "/home")
    expect(lena.channel.get_by_role("heading", name="Your deals")).to_be_visible()
    expect(lena.channel).to_contain_text("Northwind")
    expect(lena.channel).to_contain_text("Brightline")
    lena.channel.get_by_role("button", name="All deals").click()
    lena.page.get_by_role("option").filter(has_text="Needs attention").click()
    expect(lena.channel).not_to_contain_text("Brightline")
    expect(lena.channel).to_contain_text("Northwind")


def test_many_deals_are_on_pages(room: Room, window: Windows) -> None:
    for number in range(DEALS_ON_A_PAGE + 1):
        held(room, f"Deal {number:02}", says={"why_change": "Their auditor stopped them twice."})
    lena = window("lena", "/home")
    pages = lena.channel
    expect(pages).to_contain_text("1 of 2")
    lena.presses("Next")
    expect(pages).to_contain_text("2 of 2")
    lena.presses("Back")
    expect(pages).to_contain_text("1 of 2")


def test_a_name_on_home_leads_to_its_review(room: Room, window: Windows) -> None:
    room.start("Northwind @lena")
    lena = window("lena", "/home")
    lena.channel.get_by_role("link", name="Northwind").first.click()
    expect(lena.said("Northwind")).to_be_in_viewport()
    expect(lena.page).to_have_title("#deals · Local workspace")


def test_a_pipeline_is_dropped_offered_and_imported(room: Room, window: Windows) -> None:
    maya = window("maya", "/home")
    maya.page.get_by_role("tab", name="Messages").click()
    expect(maya.channel.get_by_role("textbox")).to_be_visible()
    dropped = maya.page.evaluate_handle(
        """content => {
            const carried = new DataTransfer();
            carried.items.add(new File([content], "pipeline.csv", { type: "text/csv" }));
            return carried;
        }""",
        SALESFORCE,
    )
    maya.channel.get_by_role("textbox").dispatch_event("drop", {"dataTransfer": dropped})
    expect(maya.channel.get_by_role("button", name="Remove pipeline.csv")).to_be_visible()
    maya.channel.get_by_role("button", name="Send").click()

    expect(maya.said("2 deals are new")).to_contain_text("an export of Salesforce")
    maya.presses("Import")
    expect(maya.said("is imported: 2 deals new")).to_be_visible()
    maya.channel.get_by_role("link", name="pipeline.csv").click(trial=True)
    with room.bot.database.transaction() as session:
        found = Deals(session, TEAM, [""]).find("Northwind")
    assert found and found.period == "Q4-2026"
