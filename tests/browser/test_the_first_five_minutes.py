"""A newcomer's first five minutes with the demo, in a browser: what the tour says, does, and ticks off."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from bot.tour import tour
from tests.browser.windows import Window, Windows

TITLES = {step["key"]: step["title"] for step in tour()["steps"]}
PROBES = tour()["steps"][0]["seen"]["says"].replace("^", "")
"""What is asked once more after an answer about us; it is not the same each time."""
READING = 1_200
"""In milliseconds: what is sent sooner than that after a question belongs to the answer before."""
LONG = 60_000
"""In milliseconds: seven questions are answered at the pace of somebody who reads them."""


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Tour")


def presses(page: Page, label: str) -> None:
    card(page).get_by_role("button", name=label, exact=True).click()


def sends_what_is_suggested(page: Page) -> None:
    page.wait_for_timeout(READING)
    presses(page, "Put it in the box")
    expect(page.locator("textarea:focus")).to_have_value(re.compile("."))
    page.keyboard.press("Enter")


def are_done(page: Page, *keys: str) -> None:
    """The page says that these steps are done, and that no others are."""
    for key, title in TITLES.items():
        label = f"{title}, done" if key in keys else title
        expect(card(page).get_by_role("button", name=label, exact=True)).to_be_visible()


def test_the_guided_scene_from_the_first_answer_to_the_digest(newcomer: Window) -> None:
    page = newcomer.page
    expect(newcomer.thread).to_contain_text("2 of 9")
    expect(newcomer.thread.get_by_role("textbox")).to_be_focused()
    are_done(page)

    sends_what_is_suggested(page)
    expect(newcomer.thread).to_contain_text(re.compile(PROBES))
    are_done(page, "about_us")

    sends_what_is_suggested(page)
    expect(newcomer.thread).to_contain_text("3 of 9")
    are_done(page, "about_us", "answer")

    sends_what_is_suggested(page)
    expect(newcomer.thread).to_contain_text("What happens if this waits until next year?")
    are_done(page, "about_us", "answer", "not_known")

    expect(card(page)).to_contain_text("6 questions are left.")
    presses(page, "Answer the rest for me")
    expect(newcomer.thread).to_contain_text("After the questions", timeout=LONG)
    are_done(page, "about_us", "answer", "not_known", "summary")

    presses(page, "Go 3 weeks on")
    app = page.get_by_role("navigation").get_by_role("button", name=re.compile("dealreview"))
    expect(app).to_contain_text("3")  # two from before, and this one
    are_done(page, "about_us", "answer", "not_known", "summary")
    presses(page, "Open the messages")
    expect(newcomer.channel).to_contain_text(re.compile("Morning, Lena.*Northwind Foods", re.DOTALL))
    are_done(page, "about_us", "answer", "not_known", "summary", "three_weeks")

    presses(page, "Act as Maya")
    expect(page.get_by_role("button", name="You are acting as")).to_contain_text("Maya Okafor")
    sends_what_is_suggested(page)
    expect(newcomer.channel).to_contain_text("our direct messages")
    presses(page, "Open the messages")
    expect(newcomer.channel).to_contain_text("What is worth asking about your customers")
    are_done(page, *TITLES)
    expect(card(page)).to_contain_text("The rest is yours")


def test_clicks_on_the_card_alone_do_nothing(newcomer: Window) -> None:
    page = newcomer.page
    presses(page, "Put it in the box")
    presses(page, TITLES["not_known"])
    presses(page, "Put it in the box")
    presses(page, TITLES["summary"])
    newcomer.says("We are doing well.")  # in the channel, not in the thread
    expect(newcomer.channel).to_contain_text("We are doing well.")
    are_done(page)


def test_it_is_skipped_for_good_and_comes_back_from_the_panel(newcomer: Window) -> None:
    page = newcomer.page
    newcomer.replies("not known")
    are_done(page, "not_known")
    page.reload()
    are_done(page, "not_known")

    presses(page, "Skip the tour")
    expect(card(page)).to_have_count(0)
    page.reload()
    expect(newcomer.thread).to_contain_text("2 of 9")
    expect(card(page)).to_have_count(0)

    newcomer.presses("Workspace")
    newcomer.presses("Show the tour")
    are_done(page, "not_known")


def test_on_a_phone_it_is_one_line_at_the_foot_until_it_is_opened(windows: Windows) -> None:
    page = windows.watched(windows.browser.new_context(viewport={"width": 390, "height": 844}).new_page())
    page.goto(windows.url)
    expect(page.get_by_role("complementary", name="Thread")).to_contain_text("2 of 9")
    expect(card(page)).to_contain_text(TITLES["about_us"])
    closed = card(page).bounding_box()
    assert closed and closed["height"] < 60
    card(page).get_by_role("button", expanded=False).click()
    sends_what_is_suggested(page)
    are_done(page, "about_us")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_all_of_it_without_a_mouse(newcomer: Window) -> None:
    page = newcomer.page
    expect(newcomer.thread.get_by_role("textbox")).to_be_focused()

    page.keyboard.press("Escape")
    expect(newcomer.thread).to_be_hidden()
    expect(newcomer.channel.get_by_role("link", name="View thread").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(newcomer.thread.get_by_role("textbox")).to_be_focused()

    page.keyboard.press("Shift+F6")
    expect(newcomer.channel.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Shift+F6")
    sidebar = page.get_by_role("navigation", name="Channels and people")
    expect(sidebar.get_by_role("link", name="deals")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(sidebar.get_by_role("link", name="forecast")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("#forecast"))
    page.keyboard.press("Alt+ArrowDown")
    expect(page).to_have_title(re.compile("#general"))

    page.get_by_role("button", name="Workspace", exact=True).focus()
    page.keyboard.press("Enter")
    newcomer.panel.get_by_role("searchbox").focus()
    page.keyboard.press("Escape")
    expect(newcomer.panel).to_be_hidden()
    expect(page.get_by_role("button", name="Workspace", exact=True)).to_be_focused()


def test_nothing_jumps_while_a_review_runs(newcomer: Window) -> None:
    page = newcomer.page
    page.evaluate(
        """() => {
            window.jumps = 0;
            const add = (each) => (window.jumps += each.hadRecentInput ? 0 : each.value);
            const watch = new PerformanceObserver((list) => list.getEntries().forEach(add));
            watch.observe({ type: "layout-shift", buffered: true });
        }"""
    )
    for number, answer in ((3, "Ruth said two people quit over the last audit."), (4, "not known"), (5, "skip")):
        newcomer.replies(answer)
        expect(newcomer.thread).to_contain_text(f"{number} of 9")
        page.wait_for_timeout(READING)
    assert page.evaluate("window.jumps") < 0.02
