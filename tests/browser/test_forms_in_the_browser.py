"""Forms as people fill them in: what was typed stays, what is wrong is said in its place, the mouse is optional."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.windows import Window, Windows
from tests.conftest import Room
from tests.sayings import ANSWERS


def test_the_form_to_start_a_review_takes_everything_it_asks(room: Room, window: Windows) -> None:
    maya = window("maya")
    maya.says("/dealreview")
    form = maya.form
    form.get_by_role("textbox", name="Which deal?").fill("Northwind")
    maya.chooses("Who answers?", "Lena Brandt", typing="len")
    maya.chooses("How far are they?", "Deciding")
    form.get_by_label("Their date", exact=False).first.fill("2026-12-11")
    form.get_by_role("textbox", name="Where does their date come from?").fill("their board calendar")
    form.get_by_label("Our close date").fill("2026-12-18")
    form.get_by_role("textbox", name="Forecast period").fill("Q4")
    form.get_by_role("button", name="Start").click()

    expect(form).to_be_hidden()
    expect(maya.said("Northwind")).to_contain_text("their date Fri 11 Dec (from: their board calendar)")
    (review,) = room.reviews()
    assert (review.owner, review.deal.stage, review.deal.period) == ("U0LENA", "deciding", "Q4")


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_still_there(room: Room, window: Windows) -> None:
    maya = window("maya")
    maya.says("/dealreview")
    form = maya.form
    name = form.get_by_role("textbox", name="Which deal?")
    name.fill("x" * 300)
    maya.chooses("Who answers?", "Omar Haddad", typing="om")
    form.get_by_role("textbox", name="Forecast period").fill("Q1")
    form.get_by_role("button", name="Start").click()

    expect(form.get_by_role("alert").filter(has_text="can have 120 characters")).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_value("x" * 300)
    expect(form.get_by_role("button", name="Who answers?")).to_contain_text("Omar Haddad")
    expect(form.get_by_role("textbox", name="Forecast period")).to_have_value("Q1")
    assert room.reviews() == []
    name.fill("Northwind")
    form.get_by_role("button", name="Start").click()
    expect(form).to_be_hidden()


def escape(window: Window) -> None:
    window.page.keyboard.press("Escape")


def not_now(window: Window) -> None:
    window.form.get_by_role("button", name="Not now").click()


def close(window: Window) -> None:
    window.form.get_by_role("button", name="Close", exact=True).click()


@pytest.mark.parametrize("leave", [escape, not_now, close])
def test_a_form_that_is_left_is_gone_everywhere(room: Room, window: Windows, leave: object) -> None:
    assert callable(leave)
    maya = window("maya")
    maya.says("/dealreview")
    expect(maya.form.get_by_role("textbox", name="Which deal?")).to_be_focused()
    leave(maya)
    expect(maya.form).to_be_hidden()
    assert room.workspace.modal("maya") is None


def test_escape_closes_a_list_before_the_form_it_is_in(room: Room, window: Windows) -> None:
    maya = window("maya")
    maya.says("/dealreview")
    maya.form.get_by_role("button", name="Who answers?").click()
    expect(maya.page.get_by_role("combobox")).to_be_focused()
    escape(maya)
    expect(maya.page.get_by_role("combobox")).to_be_hidden()
    expect(maya.form).to_be_visible()
    expect(maya.form.get_by_role("button", name="Who answers?")).to_be_focused()


def test_settings_are_kept_and_shown_on_home(room: Room, window: Windows) -> None:
    lena = window("lena", "/home")
    lena.presses("My settings")
    lena.form.get_by_label("My day begins").fill("07:30")
    lena.form.get_by_role("checkbox", name="Friday").uncheck()
    lena.chooses("Public holidays", "Germany", typing="germ")
    lena.form.get_by_role("radio", name=re.compile("^Off")).first.check()
    lena.form.get_by_role("button", name="Save").click()
    expect(lena.channel).to_contain_text("07:30–17:00, Mon, Tue, Wed, Thu")
    expect(lena.channel).to_contain_text("nudges off")


def test_a_form_over_a_form_leads_back_to_it(room: Room, window: Windows) -> None:
    maya = window("maya", "/home")
    maya.page.get_by_role("button", name="Settings", exact=True).click()
    first = maya.form.get_by_role("heading").first.inner_text()
    maya.form.get_by_role("button", name=re.compile("team", re.IGNORECASE)).first.click()
    expect(maya.form.get_by_role("button", name="Back").first).to_be_visible()
    maya.form.get_by_role("button", name="Back").first.click()
    expect(maya.form.get_by_role("heading").first).to_have_text(first)


def test_a_review_is_started_and_answered_without_the_mouse(room: Room, window: Windows) -> None:
    lena = window("lena")
    keys = lena.page.keyboard
    expect(lena.channel.get_by_role("textbox")).to_be_focused()
    keys.type("/deal")
    expect(lena.page.get_by_role("listbox")).to_contain_text("/dealreview")
    keys.press("Tab")
    keys.type("Northwind")
    keys.press("Enter")
    thread = lena.channel.get_by_role("link", name="1 reply")
    expect(thread).to_be_visible()
    presses_until(lena, "Shift+Tab", thread)
    keys.press("Enter")
    expect(lena.thread.get_by_role("textbox")).to_be_focused()
    keys.type(ANSWERS[0])
    keys.press("Enter")
    known = lena.said("2 of 9").get_by_role("button", name="Not known yet")
    expect(known).to_be_visible()
    presses_until(lena, "Shift+Tab", known)
    keys.press("Enter")
    expect(lena.said("3 of 9")).to_be_visible()
    keys.press("Escape")
    expect(lena.thread).to_be_hidden()


def presses_until(window: Window, key: str, target: object) -> None:
    """Press a key until something has the focus, forty times at most."""
    for _ in range(40):
        window.page.keyboard.press(key)
        if target.evaluate("node => node === document.activeElement"):  # type: ignore[attr-defined]
            return
    raise AssertionError(f"the keyboard does not get to {target}")
