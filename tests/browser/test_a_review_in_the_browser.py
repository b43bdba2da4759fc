"""A whole review as two people see it: from the slash command in one window to the summary in the other."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from flows.review import Status
from tests.browser.windows import Window, Windows
from tests.conftest import Room, Thread
from tests.sayings import ALSO_OURS, ALSO_THEIRS, ANSWERS

SAID_ABOUT_US = "We will send the proposal and push for a commit this month."


def asks(window: Window, number: int) -> Locator:
    """The message in the thread that asks this question."""
    return window.said(f"{number} of 9")


def test_maya_asks_lena_answers_and_both_read_the_summary(room: Room, window: Windows) -> None:
    maya, lena = window("maya"), window("lena")
    maya.says("/dealreview Northwind @lena")
    lena.opens_thread()
    expect(asks(lena, 1)).to_contain_text("In your own words: where does Northwind stand today?")

    lena.replies(ANSWERS[0])
    expect(lena.said(ANSWERS[0]).get_by_role("button", name="white_check_mark, 1")).to_be_visible()
    lena.replies(ALSO_OURS)
    expect(lena.thread).to_contain_text("Put what we sell to one side")
    lena.replies(ANSWERS[1])
    expect(asks(lena, 3)).to_be_visible()
    lena.presses("They told us")
    expect(lena.said("Put what we sell to one side").get_by_role("button", name="✓ They told us")).to_be_visible()

    lena.presses("Not known yet")
    for number, answer in enumerate(ANSWERS[3:], start=4):
        expect(asks(lena, number)).to_be_visible()
        lena.replies(answer)
    for each in (lena, maya):
        expect(each.channel).to_contain_text("7 of 8 heard, 1 open")
    maya.opens_thread()
    for each in (lena, maya):
        summary = each.said("ABOUT THE CUSTOMER")
        expect(summary).to_contain_text(ANSWERS[1])
        expect(summary).to_contain_text("NOT KNOWN YET")

    lena.edits(ANSWERS[1], ALSO_THEIRS)
    for each in (lena, maya):
        expect(each.said("ABOUT THE CUSTOMER")).to_contain_text(ALSO_THEIRS)
        expect(each.said("ABOUT THE CUSTOMER")).not_to_contain_text(ANSWERS[1])
    lena.deletes(ANSWERS[4])
    for each in (lena, maya):
        expect(each.said("ABOUT THE CUSTOMER")).not_to_contain_text(ANSWERS[4])


def test_a_second_review_asks_what_is_old_and_takes_still_true(room: Room, window: Windows) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    room.workspace.advance(21 * 86_400)
    again = room.start("full Northwind", by="maya")
    again.says("lena", ANSWERS[0])

    lena = window("lena", f"/channel/{again.review.channel}/thread/{again.ts}")
    expect(asks(lena, 2)).to_contain_text(ANSWERS[1])
    lena.presses("Still true")
    expect(asks(lena, 3)).to_be_visible()
    room.settle()
    assert [turn.kind for turn in again.turns][-1] == "still_true"


def test_a_line_is_fixed_with_the_form_under_the_summary(room: Room, window: Windows) -> None:
    thread = finished(room)
    lena = window("lena", f"/channel/{thread.review.channel}/thread/{thread.ts}")
    lena.presses("Fix a line")
    lena.chooses("The line", ANSWERS[3][:40])
    expect(lena.form).to_contain_text("I read it as")
    lena.form.get_by_role("radio", name="About us").check()
    lena.form.get_by_role("button", name="Move it").click()
    expect(lena.form).to_be_hidden()
    expect(lena.said("ABOUT THE CUSTOMER")).to_contain_text("1 of 8 lines about us, 7 about them")


def finished(room: Room) -> Thread:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    assert thread.review.status is Status.FINISHED
    return thread
