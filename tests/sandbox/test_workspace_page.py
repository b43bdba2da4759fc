"""The page as a person uses it, in Chromium: each thing Slack's client does for an app is done here too."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from slack_bolt import App
from slack_sdk import WebClient

from sandbox.running import LocalWorkspace
from tests.browser.windows import browser

__all__ = ["browser"]

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, workspace: LocalWorkspace) -> Iterator[Visit]:
    """Opens a window as a person. The browser's own zone is nobody's here."""
    context = browser.new_context(timezone_id="Asia/Tokyo", permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(20_000)
    broken: list[str] = []

    def open_window(person: str, place: str = "#/channel/C0DEALS") -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(f"{workspace.url}/?as={person}{place}")
        page.wait_for_selector(".me")
        return page

    yield open_window
    context.close()
    assert broken == []


@pytest.fixture
def pressed(app: App) -> list[dict]:
    """What the app is told of presses and choices, whatever they are on."""
    actions: list[dict] = []

    @app.action(re.compile(".*"))
    def act(ack, action):
        ack()
        actions.append(action)

    return actions


@pytest.fixture
def show(client: WebClient) -> Callable[..., str]:
    return lambda *blocks: client.chat_postMessage(channel="C0DEALS", text="shown", blocks=list(blocks))["ts"]


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[dict]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def actions(**element: object) -> dict:
    return {"type": "actions", "block_id": "row", "elements": [{"action_id": "it", **element}]}


def field(block_id: str, **element: object) -> dict:
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": {"action_id": "it", **element}}


def modal(title: str, *blocks: dict) -> dict:
    return {"type": "modal", "callback_id": title, "title": plain(title), "submit": plain("Go"), "blocks": list(blocks)}


CONFIRM = {"title": plain("Really?"), "text": plain("Think."), "confirm": plain("Do it"), "deny": plain("Stop")}


DATES = {
    "{date_num}": "2014-02-18",
    "{date_slash}": "18/02/2014",
    "{date}": "18 February 2014",
    "{date_pretty}": "18 February 2014",
    "{date_short}": "18 Feb 2014",
    "{date_short_pretty}": "18 Feb 2014",
    "{date_long}": "Tuesday, 18 February 2014",
    "{date_long_pretty}": "Tuesday, 18 February 2014",
    "{date_long_full}": "18 February 2014",
    "{day_divider_pretty}": "Tuesday, 18 February 2014",
    "{time}": "09:39",
    "{time_secs}": "09:39:42",
    "at {time} on {date_num}": "at 09:39 on 2014-02-18",
}
"""14:39:42 UTC, in each of Slack's forms, for somebody in New York."""


def test_a_date_is_written_in_the_zone_of_whoever_reads_it(visit, client):
    lines = [f"<!date^1392734382^{token}|never seen>" for token in DATES]
    client.chat_postMessage(channel="C0DEALS", text="\n".join(lines))
    assert visit("omar").inner_text(".message .mrkdwn").splitlines() == list(DATES.values())


def test_a_date_that_is_none_shows_what_stands_for_it(visit, client):
    client.chat_postMessage(channel="C0DEALS", text="<!date^soon^{date}|some day>")
    assert visit("omar").inner_text(".message .mrkdwn") == "some day"


def test_a_date_of_today_says_so(visit, client, workspace):
    client.chat_postMessage(channel="C0DEALS", text=f"<!date^{workspace.now:.0f}^{{date_short_pretty}}, {{ago}}|never>")
    assert visit("omar").inner_text(".message .mrkdwn") == "today, just now"


def test_a_moment_is_chosen_in_ones_own_zone(visit, show, pressed, serve, app, workspace):
    serve(app)
    show(actions(type="datetimepicker", initial_date_time=1790000000))
    page = visit("omar")
    moment = page.locator("input[type=datetime-local]")
    assert moment.input_value() == "2026-09-21T10:13"
    moment.fill("2026-11-30T09:30")
    workspace.wait_until(lambda: pressed)
    assert pressed[0]["selected_date_time"] == 1796049000


def test_a_choice_that_is_not_confirmed_is_not_made(visit, show, pressed, serve, app, workspace):
    serve(app)
    show(actions(type="static_select", placeholder=plain("State"), options=options("open", "won"), confirm=CONFIRM))
    page = visit("lena")
    for answer in ("Stop", "Do it"):
        page.click(".select-field")
        page.click("[role=option]:has-text('Won')")
        page.click(f"dialog button:has-text('{answer}')")
        page.wait_for_selector(f".select-text:has-text('{'State' if answer == 'Stop' else 'Won'}')")
    workspace.wait_until(lambda: pressed)
    [action] = pressed
    assert action["selected_option"]["value"] == "won"


@pytest.mark.parametrize(
    "element",
    [
        {"type": "button", "text": plain("Delete"), "style": "danger", "confirm": CONFIRM | {"style": "danger"}},
        {"type": "overflow", "options": options("delete"), "confirm": CONFIRM},
    ],
    ids=["button", "overflow"],
)
def test_a_press_is_confirmed_first_if_the_app_asks_for_it(visit, show, pressed, serve, app, workspace, element):
    serve(app)
    show(actions(**element))
    page = visit("lena")
    for answer in ("Stop", "Do it"):
        page.click(".block-actions button")
        if element["type"] == "overflow":
            page.click("[role=menuitem]")
        page.click(f"dialog button:has-text('{answer}')")
        page.wait_for_selector("dialog", state="detached")
    workspace.wait_until(lambda: pressed)
    assert len(pressed) == 1


def test_an_external_select_looks_for_what_is_typed(visit, show, pressed, serve, app, workspace):
    asked: list[str] = []

    @app.options("it")
    def find(ack, payload):
        asked.append(payload["value"])
        ack(option_groups=[{"label": plain("Open"), "options": options(f"{payload['value']}wind")}])

    serve(app)
    show(actions(type="external_select", min_query_length=2))
    page = visit("lena")
    page.click(".select-field")
    assert page.inner_text(".picker-note") == "Type at least 2 letters."
    page.keyboard.type("nor")
    page.click("[role=option]:has-text('Norwind')")
    workspace.wait_until(lambda: pressed)
    assert pressed[0]["selected_option"]["value"] == "norwind"
    assert all(len(typed) >= 2 for typed in asked)


def test_a_container_folds_and_stays_as_it_was_left(visit, show, pressed, serve, app, client):
    serve(app)
    button = actions(type="button", text=plain("Press"))
    title = {"type": "container", "title": plain("Due today"), "is_collapsible": True, "default_collapsed": True}
    ts = show(title | {"block_id": "box", "child_blocks": [button]})
    page = visit("lena")
    assert not page.is_visible("text=Press")
    page.click("summary:has-text('Due today')")
    page.click("text=Press")
    later = title | {"block_id": "box", "child_blocks": [actions(type="button", text=plain("Again"))]}
    client.chat_update(channel="C0DEALS", ts=ts, text="shown", blocks=[later])
    page.wait_for_selector("text=Again")
    assert page.is_visible("text=Again")


def test_forms_stand_on_each_other_and_keep_what_is_in_them(visit, serve, app, workspace):
    submitted: list[dict] = []

    @app.shortcut("say")
    def first(ack, body, client):
        ack()
        push = actions(type="button", text=plain("More"))
        words = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "Ask "}, {"type": "user", "user_id": "U0OMAR"},
            {"type": "text", "text": " now", "style": {"bold": True}},
        ]}]}  # fmt: skip
        form = modal("First", push, field("why", type="rich_text_input", initial_value=words))
        client.views_open(trigger_id=body["trigger_id"], view=form)

    @app.action("it")
    def second(ack, body, client):
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=modal("Second", field("who", type="plain_text_input")))

    @app.view("Second")
    def refuse(ack):
        ack(response_action="errors", errors={"who": "Nobody is called that."})

    @app.view("First")
    def take(ack, view):
        submitted.append(view["state"]["values"]["why"]["it"]["rich_text_value"])
        ack()

    serve(app)
    page = visit("lena")
    page.click("button[aria-label=Shortcuts]")
    page.click("[role=menuitem]:has-text('Say something')")
    why = page.locator("[data-block=why] textarea")
    assert why.input_value() == "Ask @omar *now*"
    why.fill("Ask *@maya*")
    page.click("text=More")
    page.fill("[data-block=who] input", "Nemo")
    page.click(".submit")
    page.wait_for_selector("text=Nobody is called that.")
    page.click("button[aria-label=Back]")
    assert why.input_value() == "Ask *@maya*"
    page.click(".submit")
    workspace.wait_until(lambda: submitted)
    assert submitted[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "Ask "},
        {"type": "user", "user_id": "U0MAYA", "style": {"bold": True}},
    ]


def test_a_link_to_a_reply_opens_its_thread_and_shows_it(visit, workspace, client):
    root = workspace.message("lena", "#deals", "How is Northwind?")
    replies = [workspace.message("omar", "#deals", f"reply {number}", root) for number in range(3)]
    page = visit("lena")
    page.click(".reply-bar")
    row = page.locator(f"#thread [data-ts='{replies[1]}']")
    row.hover()
    row.locator("button[aria-label='More actions']").click()
    page.click("text=Copy link")
    page.wait_for_selector("text=Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == client.chat_getPermalink(channel="C0DEALS", message_ts=replies[1])["permalink"]
    page.goto(link)
    assert page.inner_text("#thread .is-lit .mrkdwn") == "reply 1"
    page.click("#thread .close-button")
    client.chat_postMessage(channel="C0DEALS", text=f"You said it <{link}|there>.")
    page.click("#main a:has-text('there')")
    assert page.inner_text("#thread .is-lit .mrkdwn") == "reply 1"


def test_each_window_is_one_persons_and_shows_who_else_is_here(visit, client, workspace):
    maya, lena = visit("maya"), visit("lena", "#/channel/C0GENERAL")
    maya.wait_for_selector("a.room:has-text('Lena Brandt') >> [aria-label=Active]")
    lena.wait_for_selector("a.room:has-text('Omar Haddad') >> [aria-label=Away]")
    client.chat_postEphemeral(channel="C0DEALS", user="U0LENA", text="Only for Lena")
    maya.fill("#main textarea", "Hello")
    maya.press("#main textarea", "Enter")
    deals = lena.locator("a.room.is-unread:has-text('deals')")
    assert deals.locator(".unread").inner_text() == "1"
    deals.click()
    lena.wait_for_selector(".rule.is-new:has-text('New')")
    assert lena.inner_text(".message.is-ephemeral .message-note") == "Only visible to you"
    assert maya.locator("text=Only for Lena").count() == 0
    assert maya.inner_text(".me strong") == "Maya Okafor"


def test_a_command_in_a_thread_is_refused_in_slacks_words_and_not_lost(visit, workspace):
    root = workspace.message("lena", "#deals", "How is Northwind?")
    page = visit("lena", f"#/channel/C0DEALS/thread/{root}")
    page.fill("#thread textarea", "/parrot hello")
    page.press("#thread textarea", "Enter")
    page.wait_for_selector("text=/parrot is not supported in threads. Sorry!")
    assert page.input_value("#thread textarea") == "/parrot hello"


def test_an_archived_channel_has_nowhere_to_write_until_it_is_opened_again(visit, workspace):
    root = workspace.message("lena", "#deals", "How is Northwind?")
    page = visit("lena", f"#/channel/C0DEALS/thread/{root}")
    workspace.archive("maya", "#deals")
    page.wait_for_selector("text=Unarchive the channel")
    assert page.locator("textarea >> visible=true").count() == 0
    page.click("text=Unarchive the channel")
    page.wait_for_selector("#main textarea")
