"""What the page can do for any app: every kind of choice, forms over forms, shortcuts, dates, tables."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, expect
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from sandbox.running import LocalWorkspace
from tests.browser.windows import Windows
from tests.conftest import START, served

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Parrot"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "parrot"},
        "shortcuts": [
            {"name": "Say something", "type": "global", "callback_id": "say", "description": "Opens a form"},
            {"name": "Say it again", "type": "message", "callback_id": "again", "description": "Repeats a message"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "channels:read", "users:read"]}},
    "settings": {"interactivity": {"is_enabled": True}},
}
CITIES = {"Baltic": ["Riga", "Tallinn"], "Alpine": ["Bern", "Vaduz"]}


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def option(words: str) -> dict[str, Any]:
    return {"text": text(words), "value": words.lower()}


def field(block: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input", "block_id": block, "label": text(label), "element": {"action_id": "value", **element}, **more,
    }  # fmt: skip


FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": text("Say something"),
    "submit": text("Say it"),
    "notify_on_close": True,
    "blocks": [
        field("words", "What?", {"type": "plain_text_input", "multiline": True}),
        field("city", "Where?", {"type": "external_select", "min_query_length": 2}),
        field("whom", "To whom?", {"type": "multi_users_select"}),
        field("how", "How?", {"type": "radio_buttons", "options": [option("Softly"), option("Loudly")]}),
        field("also", "Also", {"type": "checkboxes", "options": [option("Twice"), option("Backwards")]}, optional=True),
        field("day", "On which day?", {"type": "datepicker"}),
        field("time", "At what time?", {"type": "timepicker"}),
        {"type": "actions", "elements": [{"type": "button", "action_id": "deeper", "text": text("More about this")}]},
    ],
}
DEEPER: dict[str, Any] = {
    "type": "modal",
    "callback_id": "deeper",
    "title": text("About parrots"),
    "close": text("Enough"),
    "notify_on_close": True,
    "blocks": [{"type": "section", "text": text("They mean it.")}],
}


class Parrot:
    """An app that opens forms, and keeps what it is told."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self.told: list[dict[str, Any]] = []
        self.client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        self.bolt = App(client=self.client, signing_secret=workspace.signing_secret, process_before_response=True)
        self.bolt.shortcut("say")(self.open)
        self.bolt.shortcut("again")(self.hear)
        self.bolt.action("deeper")(self.push)
        self.bolt.view("form")(self.hear)
        self.bolt.view_closed("form")(self.hear)
        self.bolt.view_closed("deeper")(self.hear)
        self.bolt.options("value")(self.offer)
        self.bolt.action("more")(self.hear)

    def hear(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        self.told.append(body)

    def open(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        self.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    def push(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        self.client.views_push(trigger_id=body["trigger_id"], view=DEEPER)

    def offer(self, ack: Any, body: dict[str, Any]) -> None:
        typed = body["value"].lower()
        found = {region: [each for each in cities if typed in each.lower()] for region, cities in CITIES.items()}
        ack(
            option_groups=[
                {"label": text(region), "options": [option(each) for each in cities]}
                for region, cities in found.items()
                if cities
            ]
        )

    async def take(self, request: web.Request) -> web.Response:
        asked = BoltRequest(body=await request.text(), headers=dict(request.headers))
        answer = await asyncio.to_thread(self.bolt.dispatch, asked)
        return web.Response(status=answer.status, text=answer.body, content_type="application/json")


@pytest.fixture
def workspace(browser: Browser) -> Iterator[LocalWorkspace]:
    with LocalWorkspace(MANIFEST, clock=lambda: START) as running:
        yield running


@pytest.fixture
def parrot(workspace: LocalWorkspace) -> Iterator[Parrot]:
    parrot, app = Parrot(workspace), web.Application()
    app.add_routes([web.post("/slack/events", parrot.take)])
    with served(app) as address:
        workspace.deliver_by_http(f"{address}/slack/events")
        yield parrot


@pytest.fixture
def window(browser: Browser, workspace: LocalWorkspace) -> Iterator[Windows]:
    windows = Windows(browser, workspace.url)
    yield windows
    windows.close()
    assert not windows.troubles


def values(parrot: Parrot) -> dict[str, Any]:
    """What the app was told of the form that was submitted, by block."""
    blocks = parrot.told[-1]["view"]["state"]["values"]
    return {block: each["value"] for block, each in blocks.items()}


def test_a_form_with_every_kind_of_choice(workspace: LocalWorkspace, parrot: Parrot, window: Windows) -> None:
    lena = window("lena")
    lena.page.get_by_role("button", name="Shortcuts").click()
    lena.page.get_by_role("menuitem", name="Say something").click()
    form = lena.form
    form.get_by_role("textbox", name="What?").fill("Good morning")
    form.get_by_role("button", name="Where?").click()
    typing = lena.page.get_by_role("combobox")
    typing.fill("r")
    expect(lena.page.get_by_role("listbox")).to_contain_text("Type at least 2 letters")
    typing.fill("ri")
    expect(lena.page.get_by_role("listbox")).to_contain_text("Baltic")
    lena.page.get_by_role("option", name="Riga").click()
    form.get_by_role("button", name="To whom?").click()
    for person in ("Maya Okafor", "Omar Haddad"):
        lena.page.get_by_role("option").filter(has_text=person).click()
    lena.page.keyboard.press("Escape")
    form.get_by_role("radio", name="Loudly").check()
    form.get_by_role("checkbox", name="Twice").check()
    form.get_by_label("On which day?").fill("2026-12-11")
    form.get_by_label("At what time?").fill("07:30")
    form.get_by_role("button", name="Say it").click()
    expect(form).to_be_hidden()
    workspace.wait_until(lambda: parrot.told)

    told = values(parrot)
    assert told["words"]["value"] == "Good morning"
    assert told["city"]["selected_option"]["value"] == "riga"
    assert told["whom"]["selected_users"] == ["U0MAYA", "U0OMAR"]
    assert told["how"]["selected_option"]["value"] == "loudly"
    assert [each["value"] for each in told["also"]["selected_options"]] == ["twice"]
    assert (told["day"]["selected_date"], told["time"]["selected_time"]) == ("2026-12-11", "07:30")


def test_a_form_over_a_form_and_the_app_hears_of_each_that_is_closed(
    workspace: LocalWorkspace, parrot: Parrot, window: Windows
) -> None:
    lena = window("lena")
    lena.page.get_by_role("button", name="Shortcuts").click()
    lena.page.get_by_role("menuitem", name="Say something").click()
    lena.form.get_by_role("textbox", name="What?").fill("Good morning")
    lena.presses("More about this")
    expect(lena.page.get_by_role("dialog", name="About parrots")).to_contain_text("They mean it.")
    lena.presses("Enough")
    expect(lena.page.get_by_role("dialog", name="Say something")).to_be_visible()
    expect(lena.form.get_by_role("textbox", name="What?")).to_have_value("Good morning")
    lena.page.keyboard.press("Escape")
    expect(lena.form).to_be_hidden()
    workspace.wait_until(lambda: len(parrot.told) == 2)
    assert [(each["type"], each["view"]["callback_id"]) for each in parrot.told] == [
        ("view_closed", "deeper"), ("view_closed", "form"),
    ]  # fmt: skip


def test_a_shortcut_on_a_message_gives_the_app_the_message(
    workspace: LocalWorkspace, parrot: Parrot, window: Windows
) -> None:
    workspace.message("maya", "#deals", "Pieces of eight")
    lena = window("lena")
    message = lena.said("Pieces of eight")
    message.hover()
    message.get_by_role("button", name="More actions").click()
    lena.page.get_by_role("menuitem", name="Say it again").click()
    expect(lena.page.get_by_role("menu")).to_have_count(0)
    workspace.wait_until(lambda: parrot.told)
    assert parrot.told[0]["type"] == "message_action"
    assert parrot.told[0]["message"]["text"] == "Pieces of eight"


def test_a_choice_behind_three_dots_is_asked_about_first(
    workspace: LocalWorkspace, parrot: Parrot, window: Windows
) -> None:
    sure = {"title": text("Sure?"), "text": text("It cannot be unsaid."), "confirm": text("Do"), "deny": text("Don't")}
    more = {"type": "overflow", "action_id": "more", "options": [option("Shout"), option("Whisper")], "confirm": sure}
    block = {"type": "section", "text": text("A word"), "accessory": more}
    parrot.client.chat_postMessage(channel="#deals", text="A word", blocks=[block])
    lena = window("lena")
    for answer in ("Don't", "Do"):
        lena.said("A word").get_by_role("button", name="More actions").first.click()
        lena.page.get_by_role("menuitem", name="Shout").click()
        question = lena.page.get_by_role("dialog", name="Sure?")
        expect(question).to_contain_text("It cannot be unsaid.")
        question.get_by_role("button", name=answer, exact=True).click()
        expect(question).to_be_hidden()
    workspace.wait_until(lambda: parrot.told)
    assert [each["actions"][0]["selected_option"]["value"] for each in parrot.told] == ["shout"]


def test_a_date_is_in_the_zone_of_whoever_reads_it(parrot: Parrot, window: Windows) -> None:
    parrot.client.chat_postMessage(channel="#deals", text=f"Since <!date^{START:.0f}^{{date_num}} {{time}}|then>")
    lena, omar = window("lena"), window("omar")
    expect(lena.said("Since")).to_contain_text("2026-11-24 10:00")
    expect(omar.said("Since")).to_contain_text("2026-11-24 04:00")


def test_a_table_is_a_table_and_a_link_is_not_unfolded(parrot: Parrot, window: Windows) -> None:
    cells = [["Deal", "Days"], ["Northwind", "20"]]
    rows = [[{"type": "raw_text", "text": each} for each in row] for row in cells]
    parrot.client.chat_postMessage(channel="#deals", text="A table", blocks=[{"type": "table", "rows": rows}])
    parrot.client.chat_postMessage(channel="#deals", text="See <https://elsewhere.invalid/page|the page>")
    lena = window("lena")
    expect(lena.channel.get_by_role("columnheader")).to_have_text(["Deal", "Days"])
    expect(lena.channel.get_by_role("cell")).to_have_text(["Northwind", "20"])
    link = lena.said("See").get_by_role("link", name="the page")
    expect(link).to_have_attribute("href", "https://elsewhere.invalid/page")
    expect(link).to_have_attribute("target", "_blank")
