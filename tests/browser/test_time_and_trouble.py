"""The clock of the panel moves the bot, too; and what needs to be asked twice is."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.windows import Window, Windows
from tests.conftest import Room
from tests.holding import call_in, held
from tests.sayings import ANSWERS


def later(room: Room, window: Window, step: str) -> None:
    """Move the clock in the panel, and have done what fell due by then."""
    if not window.panel.is_visible():
        window.page.get_by_role("button", name="Workspace", exact=True).click()
    window.panel.get_by_role("button", name=step).click()
    expect(window.panel).to_contain_text("ahead of this machine")
    room.tick()


def test_three_weeks_later_lena_is_asked_what_may_have_moved(room: Room, window: Windows) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    lena = window("lena")
    later(room, lena, "3 weeks")
    lena.page.get_by_role("button", name="dealreview 1 unread").click()
    nudge = lena.said("may have moved since you last heard")
    expect(nudge).to_contain_text("Northwind")
    nudge.get_by_role("button", name="Tomorrow").click()
    expect(nudge.get_by_role("button", name="Tomorrow")).to_have_count(0)


def test_before_the_call_maya_gets_the_digest(room: Room, window: Windows) -> None:
    held(room, "Northwind", days_ago=60)
    for who in ("maya", "lena"):
        room.command(who, "help")
    call_in(room, 7 * 24 * 60 + 30, "Northwind")
    maya = window("maya")
    later(room, maya, "1 week")
    maya.page.get_by_role("button", name=re.compile(r"^dealreview \d unread")).click()
    digest = maya.said("Nothing here is a score")
    expect(digest).to_contain_text("Northwind")
    digest.get_by_role("button", name="Send my questions ahead").click()
    expect(digest.get_by_role("button", name="Send my questions ahead")).to_have_count(0)


def test_what_cannot_be_undone_is_asked_first(room: Room, window: Windows) -> None:
    room.command("maya", "schedule @lena every Thu 10:00")
    maya = window("maya")
    maya.says("/dealreview schedule list")
    maya.presses("Remove")
    question = maya.page.get_by_role("dialog", name="Remove these calls?")
    question.get_by_role("button", name="Keep them").click()
    expect(question).to_be_hidden()
    maya.presses("Remove")
    question.get_by_role("button", name="Remove").click()
    expect(question).to_be_hidden()
    expect(maya.said("Removed:")).to_contain_text("I prepare no more of these calls")


def test_the_panel_shows_what_went_to_and_fro_and_starts_afresh(room: Room, window: Windows) -> None:
    room.start()
    maya = window("maya")
    expect(maya.said("Northwind")).to_be_visible()
    maya.page.get_by_role("button", name="Workspace", exact=True).click()
    expect(maya.panel).to_contain_text("chat.postMessage")
    maya.presses("Reset the workspace")
    maya.form.get_by_role("button", name="Forget all messages").click()
    expect(maya.channel.get_by_role("article")).to_have_count(0)


def test_a_workspace_that_went_away_is_found_again(room: Room, window: Windows) -> None:
    lena = window("lena")
    lena.page.context.set_offline(True)
    lena.page.context.set_offline(False)
    room.workspace.message("maya", "#deals", "Still there?")
    expect(lena.said("Still there?")).to_be_visible()
