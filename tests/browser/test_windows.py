"""That these tests can fail: a window notices what goes wrong in it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.windows import Windows


def test_a_window_shows_the_page_and_asks_nobody_else(window: Windows) -> None:
    lena = window("lena")
    expect(lena.page).to_have_title("#deals · Local workspace")
    expect(lena.page.get_by_role("button", name="You are acting as")).to_contain_text("Lena Brandt")
    assert not window.troubles


def test_a_request_to_another_host_does_not_pass_unseen(window: Windows) -> None:
    lena = window("lena")
    lena.page.evaluate("fetch('http://elsewhere.invalid/').catch(() => {})")
    assert "asked another host: http://elsewhere.invalid/" in window.troubles
    window.troubles.clear()


def test_neither_does_an_error_on_the_page(window: Windows) -> None:
    lena = window("lena")
    lena.page.evaluate("console.error('this is wrong'); setTimeout(() => { throw new Error('so is this'); })")
    lena.page.wait_for_timeout(50)
    assert [trouble.split(" (")[0] for trouble in window.troubles] == ["error: this is wrong", "uncaught: so is this"]
    window.troubles.clear()
