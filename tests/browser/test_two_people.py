"""Two windows as two people: each sees at once what is for both, and only their own notes and marks."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.windows import Window, Windows
from tests.conftest import Room
from tests.sayings import ANSWERS


def test_what_one_says_the_other_sees_without_a_reload(room: Room, window: Windows) -> None:
    maya, lena = window("maya"), window("lena")
    maya.says("Who has news of Northwind?")
    expect(lena.said("Who has news of Northwind?")).to_be_visible()
    expect(lena.page.get_by_role("log")).to_contain_text("Maya Okafor: Who has news of Northwind?")


def test_a_whisper_is_read_by_one_and_gone_at_a_reload(room: Room, window: Windows) -> None:
    maya, lena = window("maya"), window("lena")
    maya.says("/dealreview help")
    expect(maya.said("Only visible to you")).to_contain_text("/dealreview list")
    room.settle()
    expect(lena.channel.get_by_role("article")).to_have_count(0)

    maya.page.reload()
    expect(maya.channel).to_contain_text("This is the start of #deals")
    expect(maya.channel.get_by_text("Only visible to you")).to_have_count(0)


def test_a_whisper_can_be_put_away(room: Room, window: Windows) -> None:
    maya = window("maya")
    maya.says("/dealreview help")
    maya.said("Only visible to you").get_by_role("button", name="Dismiss").click()
    expect(maya.channel.get_by_text("Only visible to you")).to_have_count(0)


def test_what_is_unread_is_counted_until_it_is_read(room: Room, window: Windows) -> None:
    lena = window("lena")
    lena.goes_to("general")
    room.workspace.message("maya", "#deals", "Who has news of Northwind?")
    deals = lena.page.get_by_role("link", name="deals 1 unread")
    expect(deals).to_be_visible()
    expect(lena.page).to_have_title(re.compile(r"^\(1\) "))
    deals.click()
    expect(lena.channel.get_by_role("separator")).to_contain_text("New")
    expect(lena.page.get_by_role("link", name="deals", exact=True)).to_be_visible()
    expect(lena.page).not_to_have_title(re.compile(r"^\("))


def test_a_command_is_refused_in_a_thread_and_given_back(room: Room, window: Windows) -> None:
    thread = room.start()
    lena = window("lena", f"/channel/C0DEALS/thread/{thread.ts}")
    lena.replies("/dealreview list")
    expect(lena.thread).to_contain_text(re.compile("slash commands in threads|not supported in threads"))
    expect(lena.thread.get_by_role("textbox")).to_have_value("/dealreview list")
    assert len(thread.messages) == 2


def test_a_reload_loses_nothing_that_was_said(room: Room, window: Windows) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:3])
    lena = window("lena", f"/channel/C0DEALS/thread/{thread.ts}")
    expect(lena.thread.get_by_role("article")).to_have_count(len(thread.messages))
    before = lena.thread.aria_snapshot()
    lena.page.reload()
    expect(lena.thread.get_by_role("article")).to_have_count(len(thread.messages))
    assert lena.thread.aria_snapshot() == before


def test_a_permalink_leads_to_its_message(room: Room, window: Windows) -> None:
    thread = room.start()
    ts = thread.says("lena", ANSWERS[0])
    lena = window("lena")
    lena.opened(f"{room.workspace.url}/archives/C0DEALS/p{ts.replace('.', '')}?thread_ts={thread.ts}&cid=C0DEALS")
    expect(lena.said(ANSWERS[0])).to_be_in_viewport()


def test_a_link_that_was_copied_leads_back_to_its_message(room: Room, window: Windows) -> None:
    for number in range(30):
        room.workspace.message("maya", "#deals", f"Number {number}.")
    lena = window("lena", permissions=["clipboard-read", "clipboard-write"])
    message = lena.said("Number 2.")
    message.hover()
    message.get_by_role("button", name="More actions").click()
    lena.page.get_by_role("menuitem", name="Copy link").click()
    copied = lena.page.evaluate("navigator.clipboard.readText()")
    lena.goes_to("general")
    lena.opened(copied)
    expect(lena.said("Number 2.")).to_be_in_viewport()
    expect(lena.said("Number 29.")).not_to_be_in_viewport()


def test_a_review_is_started_with_the_shortcut(room: Room, window: Windows) -> None:
    omar = window("omar")
    omar.page.get_by_role("button", name="Shortcuts").click()
    omar.page.get_by_role("menuitem", name="Review a deal").click()
    omar.form.get_by_role("textbox", name="Which deal?").fill("Harlow Clinics")
    omar.chooses("Where?", "#deals")
    omar.form.get_by_role("button", name="Start").click()
    expect(omar.form).to_be_hidden()
    expect(omar.said("Harlow Clinics")).to_contain_text("with Omar")


def test_one_window_can_become_somebody_else(room: Room, window: Windows) -> None:
    lena = window("lena")
    lena.page.get_by_role("button", name="You are acting as").click()
    lena.page.get_by_role("button", name=re.compile("^Rosa Lindqvist")).click()
    expect(lena.page.get_by_role("button", name="You are acting as")).to_contain_text("Rosa Lindqvist")
    expect(lena.page.get_by_role("link", name="forecast")).to_have_count(0)
    lena.page.reload()
    expect(lena.page.get_by_role("button", name="You are acting as")).to_contain_text("Rosa Lindqvist")


def test_a_second_window_is_opened_for_somebody_else(room: Room, window: Windows) -> None:
    lena = window("lena")
    lena.page.get_by_role("button", name="You are acting as").click()
    with lena.page.expect_popup() as opening:
        lena.page.get_by_role("link", name="Open a second window as Omar Haddad").click()
    omar = Window(opening.value, "omar")
    expect(omar.page.get_by_role("button", name="You are acting as")).to_contain_text("Omar Haddad")
    omar.says("Good morning")
    expect(lena.said("Good morning")).to_be_visible()
    expect(lena.page.get_by_role("button", name="You are acting as")).to_contain_text("Lena Brandt")


"""Stories for tests/browser that wait for the page: put each where its first line says, once the page can do it."""


def test_the_shortcut_offers_the_channel_one_is_looking_at(room: Room, window: Windows) -> None:
    omar = window("omar", "/channel/C0DEALS")
    omar.page.get_by_role("button", name="Shortcuts").click()
    omar.page.get_by_role("menuitem", name="Review a deal").click()
    expect(omar.form.get_by_role("button", name="Where?")).to_contain_text("#deals")


def test_whoever_has_a_window_open_is_there(room: Room, window: Windows) -> None:
    lena = window("lena")
    people = lena.page.get_by_role("navigation", name="Channels and people")
    expect(people.get_by_role("link").filter(has_text="Omar Haddad").get_by_role("img", name="Away")).to_be_visible()
    omar = window("omar")
    expect(people.get_by_role("link").filter(has_text="Omar Haddad").get_by_role("img", name="Active")).to_be_visible()
    omar.page.close()
    expect(people.get_by_role("link").filter(has_text="Omar Haddad").get_by_role("img", name="Away")).to_be_visible()
