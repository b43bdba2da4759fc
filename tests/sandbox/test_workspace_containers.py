"""Blocks inside a container are blocks like others: they have ids, they act, and what is put into them is kept."""

import pytest

SECTION = {"type": "section", "block_id": "row", "text": {"type": "mrkdwn", "text": "*Northwind*"}}


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def container(*blocks: dict, **more: object) -> dict:
    return {"type": "container", "title": plain("Due today"), "child_blocks": list(blocks), **more}


@pytest.fixture
def pressed(app) -> list[dict]:
    """The payload of every press."""
    bodies: list[dict] = []

    @app.action("go")
    def go(ack, body):
        bodies.append(body)
        ack()

    return bodies


BUTTON = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "v1"}
CHOICE = {
    "type": "static_select",
    "action_id": "state",
    "options": [{"text": plain(word), "value": word} for word in ("open", "won")],
}


def test_what_is_inside_gets_ids_where_the_app_gave_none(workspace, client):
    client.chat_postMessage(channel="C0DEALS", text="x", blocks=[container({"type": "actions", "elements": [BUTTON]})])
    [block] = workspace.messages("#deals")[0]["blocks"]
    [inside] = block["child_blocks"]
    assert block["block_id"]
    assert inside["block_id"]
    assert block["block_id"] != inside["block_id"]


def test_a_button_inside_is_pressed_as_any_other(workspace, client, pressed, app, run):
    run(app)
    within = container(SECTION | {"accessory": BUTTON}, is_collapsible=True, default_collapsed=True)
    client.chat_postMessage(channel="C0DEALS", text="x", blocks=[within])
    workspace.action("lena", workspace.messages("#deals")[0], "go")
    [action] = pressed[0]["actions"]
    assert (action["block_id"], action["action_id"], action["value"]) == ("row", "go", "v1")
    assert pressed[0]["message"]["blocks"][0]["child_blocks"][0]["block_id"] == "row"


def test_what_is_chosen_inside_is_part_of_the_state(workspace, client, pressed, app, run):
    run(app)
    row = {"type": "actions", "block_id": "row", "elements": [CHOICE, BUTTON]}
    client.views_publish(user_id="U0LENA", view={"type": "home", "blocks": [container(row)]})
    workspace.action("lena", workspace.home_tab("lena"), "go", values={"row": {"state": "won"}})
    chosen = pressed[0]["view"]["state"]["values"]["row"]["state"]["selected_option"]
    assert chosen["value"] == "won"
