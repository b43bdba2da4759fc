"""A select that asks for the conversation one is in has it when the form opens, as far as its filter lets it."""

from collections.abc import Callable

import pytest

HERE = {"type": "conversations_select", "action_id": "place", "default_to_current_conversation": True}


@pytest.fixture
def ask_where(app, run) -> Callable[[dict], None]:
    """Has the app open a form with such a select, whatever it is asked by."""

    def with_element(element: dict) -> None:
        def open_form(ack, body, client):
            ack()
            view = {
                "type": "modal",
                "title": plain("Where"),
                "submit": plain("Go"),
                "blocks": [{"type": "input", "block_id": "where", "label": plain("Where"), "element": element}],
            }
            client.views_open(trigger_id=body["trigger_id"], view=view)

        app.command("/parrot")(open_form)
        app.shortcut("say")(open_form)
        app.shortcut("again")(open_form)
        app.action("go")(open_form)
        run(app)

    return with_element


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def chosen(workspace) -> object:
    form = workspace.wait_until(lambda: workspace.modal("lena"))
    workspace.close("lena", form["id"])
    value = form["state"]["values"]["where"]["place"]
    return value.get("selected_conversation", value.get("selected_conversations"))


def test_it_is_where_the_person_was(workspace, client, ask_where):
    ask_where(HERE)
    workspace.command("lena", "forecast", "/parrot")
    assert chosen(workspace) == "G0FORECAST"
    workspace.shortcut("lena", "say", channel="#general")
    assert chosen(workspace) == "C0GENERAL"
    workspace.shortcut("lena", "again", {"channel": "C0DEALS", "ts": workspace.message("lena", "#deals", "this")})
    assert chosen(workspace) == "C0DEALS"
    button = {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}]}
    client.chat_postMessage(channel="C0DEALS", text="x", blocks=[button])
    workspace.action("lena", workspace.messages("#deals")[-1], "go")
    assert chosen(workspace) == "C0DEALS"


def test_it_is_nothing_where_the_person_is_nowhere_in_particular(workspace, ask_where):
    ask_where(HERE)
    workspace.shortcut("lena", "say")
    assert chosen(workspace) is None


@pytest.mark.parametrize(
    ("element", "found"),
    [
        (HERE | {"filter": {"include": ["private"]}}, None),
        (HERE | {"filter": {"include": ["public"]}}, "C0DEALS"),
        (HERE | {"initial_conversation": "C0GENERAL"}, "C0GENERAL"),
        (HERE | {"type": "multi_conversations_select"}, ["C0DEALS"]),
    ],
)
def test_a_filter_and_what_the_app_chose_itself_come_first(workspace, ask_where, element, found):
    ask_where(element)
    workspace.command("lena", "#deals", "/parrot")
    assert chosen(workspace) == found


def test_the_conversation_with_an_app_is_left_out_where_apps_are(workspace, ask_where):
    ask_where(HERE | {"filter": {"exclude_bot_users": True}})
    workspace.command("lena", workspace.dm("lena"), "/parrot")
    assert chosen(workspace) is None
