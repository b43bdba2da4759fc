"""Two workspaces beside each other, in which the bot is installed as in Slack: from its own page, by a yes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bot.manifest import REDIRECT
from bot.oauth import INSTALL
from tests.browser.windows import Window, Windows
from tests.test_two_companies import THEIRS, Street, open_street


@pytest.fixture
def street(browser: Browser, database_url: str) -> Iterator[Street]:
    """Two companies, neither of which has the bot yet."""
    with open_street(database_url) as opened:
        address = opened.another_replica()
        opened.slack.set_redirect_urls(f"{address}{REDIRECT}")
        opened.slack.set_install_url(f"{address}{INSTALL}")
        yield opened


@pytest.fixture
def window(browser: Browser, street: Street) -> Iterator[Windows]:
    windows = Windows(browser, street.slack.url, besides=tuple(street.addresses))
    yield windows
    windows.close()
    assert not windows.troubles


def adds(window: Window, answer: str) -> None:
    """Go from the list of apps to the bot's page, from there to Slack's question, and answer it."""
    window.page.get_by_role("link", name="Add Dealreview", exact=True).first.click()
    window.channel.get_by_role("link", name="Add to").click()
    window.page.get_by_role("link", name="Add to Slack").click()
    expect(window.page.get_by_role("heading", level=1)).to_contain_text("Dealreview would like to be added")
    window.page.get_by_role("button", name=answer).click()


def test_the_bot_is_added_from_its_page_and_is_there_at_once(street: Street, window: Windows) -> None:
    maya = window("maya")
    adds(maya, "Allow")
    expect(maya.page.get_by_role("main")).to_contain_text("/invite @dealreview")
    maya.opened(f"{street.slack.url}/?as=maya")
    maya.says("/invite @dealreview")
    maya.says("/dealreview Northwind @lena")
    expect(maya.said("Northwind")).to_contain_text("question 1 of 9")


def test_whoever_says_no_has_no_bot(street: Street, window: Windows) -> None:
    maya = window("maya")
    adds(maya, "Cancel")
    expect(maya.page.get_by_text("You said no in Slack")).to_be_visible()


def test_neither_sees_what_is_next_door(street: Street, window: Windows) -> None:
    street.installs(THEIRS, "nadia")
    maya = window("maya")
    expect(maya.page.get_by_role("link", name="Add Dealreview", exact=True).first).to_be_visible()
    maya.says("Only for us")
    maya.page.get_by_role("navigation", name="Workspaces").get_by_role("link", name="Next door").click()
    expect(maya.page).to_have_title("#deals · Next door")
    expect(maya.page.get_by_role("button", name="dealreview Connected")).to_be_visible()
    expect(maya.channel).not_to_contain_text("Only for us")
