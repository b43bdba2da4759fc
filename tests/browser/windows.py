"""Windows on the local workspace: what a person does in one, found by the roles and names a screen reader would say."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.conftest import NO_BROWSER

PATIENCE_MS = 20_000
DRAWN = re.compile(" · ")
REPLIES = re.compile(r"\d+ (reply|replies)")

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever else is asked for gets nowhere
    "--force-prefers-reduced-motion",
]

expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The browser of this machine. Chromium as root works only without its sandbox."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS + as_root)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: as long as Playwright is there, nothing else in its process can have a loop of its own."""
    if not chromium():
        pytest.skip(NO_BROWSER)
    with open_browser() as opened:
        yield opened


@dataclass
class Windows:
    """Opens windows on one workspace's page, and keeps what went wrong in any of them in `troubles`.

    Going wrong is an error or a warning on the console, an error nobody caught, and a request to another host than the
    page's own and those of the addresses `besides` it.
    """

    browser: Browser
    url: str
    besides: tuple[str, ...] = ()
    troubles: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, person: str, place: str = "", **how: Any) -> Window:
        """A window of its own, with its own memory, as one person. `place` is what follows `#` in the address.

        `how` is what Playwright's `new_context` takes: `color_scheme`, `viewport`, `reduced_motion`, ….
        """
        context = self.browser.new_context(**how)
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return Window(self.watched(context.new_page()), person).opened(f"{self.url}/?as={person}#{place}")

    def watched(self, page: Page) -> Page:
        """The same page, whose troubles are noticed from now on."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.troubles.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("popup", self._opened)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _opened(self, page: Page) -> None:
        self.watched(page)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, address: str) -> None:
        asked, known = urlsplit(address), {urlsplit(each).netloc for each in (self.url, *self.besides)}
        if asked.scheme not in ("data", "blob", "about") and asked.netloc not in known:
            self.troubles.append(f"asked another host: {address}")


@dataclass
class Window:
    """One person's window. What is not said here is done with `page`, as Playwright has it."""

    page: Page
    person: str

    def opened(self, address: str) -> Window:
        self.page.goto(address)
        expect(self.page).to_have_title(DRAWN)
        return self

    # -- places

    @property
    def channel(self) -> Locator:
        """The middle: a channel, a conversation, or the app's Home."""
        return self.page.get_by_role("main")

    @property
    def thread(self) -> Locator:
        """The right side, while a thread is open."""
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def panel(self) -> Locator:
        """The workspace's clock, its traffic and the like."""
        return self.page.get_by_role("complementary", name="Workspace")

    @property
    def form(self) -> Locator:
        """The form or the question that is open."""
        return self.page.get_by_role("dialog")

    def said(self, words: str, by: str = "") -> Locator:
        """The latest message in the thread, or in the middle where no thread is open, that has these words in it.

        `by` is how the name of whoever said it begins.
        """
        pane = self.thread if self.thread.is_visible() else self.channel
        author = re.compile(f"^{by}", re.IGNORECASE)
        return pane.get_by_role("article", name=author).filter(has_text=words).last

    # -- doing

    def says(self, text: str) -> None:
        """Type into the box of the middle, and send."""
        self._write(self.channel, text)

    def replies(self, text: str) -> None:
        """Type into the box of the thread, and send."""
        self._write(self.thread, text)

    def _write(self, pane: Locator, text: str) -> None:
        pane.get_by_role("textbox").last.fill(text)
        pane.get_by_role("button", name="Send", exact=True).click()

    def presses(self, label: str) -> None:
        """Press the last button of this name that can be seen."""
        self.page.get_by_role("button", name=label, exact=True).locator("visible=true").last.click()

    def opens_thread(self) -> None:
        """Follow the replies under the latest message that has some."""
        self.channel.get_by_role("link", name=REPLIES).last.click()
        expect(self.thread).to_be_visible()

    def goes_to(self, name: str) -> None:
        """Follow a name in the sidebar."""
        sidebar = self.page.get_by_role("navigation", name="Channels and people")
        sidebar.get_by_role("link", name=name).or_(sidebar.get_by_role("button", name=name)).click()

    def edits(self, text: str, new: str) -> None:
        """Edit a message, known by its words."""
        self._does("Edit message", text)
        self.page.get_by_role("textbox", name="Edit message").fill(new)
        self.presses("Save")

    def deletes(self, text: str) -> None:
        """Delete a message, known by its words, and say that this is meant."""
        self._does("Delete message", text)
        self.form.get_by_role("button", name="Delete").click()

    def _does(self, what: str, to: str) -> None:
        message = self.said(to, by=self.person)
        message.hover()
        message.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=what).click()

    def chooses(self, label: str, option: str, typing: str = "") -> None:
        """Choose from a select in the form that is open, having typed some letters of it."""
        self.form.get_by_role("button", name=label).click()
        self.form.get_by_role("combobox").fill(typing)
        self.form.get_by_role("option").filter(has_text=option).click()
