"""What people type comes to the app as Slack's client writes it: with a `rich_text` block, and the client's own id."""

from uuid import UUID

import pytest

from sandbox.rich_text import rich_text


def section(*elements: dict) -> dict:
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: dict) -> dict:
    return {"type": "rich_text_quote", "elements": list(elements)}


def words(text: str, *styles: str) -> dict:
    return {"type": "text", "text": text} | ({"style": dict.fromkeys(styles, True)} if styles else {})


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("plain &amp; simple", [section(words("plain & simple"))]),
        ("a *bold* word", [section(words("a "), words("bold", "bold"), words(" word"))]),
        ("*all _this_*", [section(words("all ", "bold"), words("this", "bold", "italic"))]),
        ("~gone~ `5 * 3 * 2`", [section(words("gone", "strike"), words(" "), words("5 * 3 * 2", "code"))]),
        ("5 * 3 * 2 and snake_case_name", [section(words("5 * 3 * 2 and snake_case_name"))]),
        ("<@U0LENA> in <#C0DEALS|deals>", [
            section(
                {"type": "user", "user_id": "U0LENA"}, words(" in "), {"type": "channel", "channel_id": "C0DEALS"}
            ),
        ]),
        ("<!here> :tada:", [
            section({"type": "broadcast", "range": "here"}, words(" "), {"type": "emoji", "name": "tada"}),
        ]),
        ("<https://a.example/?x=1&amp;y=2|the page>", [
            section({"type": "link", "url": "https://a.example/?x=1&y=2", "text": "the page"}),
        ]),
        ("<https://a.example>", [section({"type": "link", "url": "https://a.example"})]),
        ("*<@U0LENA>*", [section({"type": "user", "user_id": "U0LENA", "style": {"bold": True}})]),
        ("She said:\n&gt; no budget\n&gt; this year\nand left", [
            section(words("She said:")), quote(words("no budget\nthis year")), section(words("and left")),
        ]),
        ("so:\n```\na &lt; b\n```", [
            section(words("so:")),
            {"type": "rich_text_preformatted", "border": 0, "elements": [words("a < b")]},
        ]),
    ],
)  # fmt: skip
def test_a_text_becomes_what_slacks_client_makes_of_it(text, elements):
    assert rich_text(text) == {"type": "rich_text", "elements": elements}


def test_what_is_typed_comes_with_its_block_and_the_clients_id(workspace, hear, app, run):
    run(app)
    ts = workspace.message("lena", "#deals", "Ask *@omar*")
    workspace.wait_until(lambda: hear)
    said = hear[0]
    assert said["ts"] == ts
    assert UUID(said["client_msg_id"])
    [block] = said["blocks"]
    assert block["block_id"]
    assert block["elements"] == [
        section(words("Ask "), {"type": "user", "user_id": "U0OMAR", "style": {"bold": True}}),
    ]


def test_an_edit_brings_the_block_of_the_new_text_and_the_id_of_the_old(workspace, hear, app, run):
    run(app)
    ts = workspace.message("lena", "#deals", "before")
    workspace.edit("lena", "#deals", ts, "after")
    workspace.wait_until(lambda: len(hear) == 2)
    said, change = sorted(hear, key=lambda event: event.get("subtype", ""))
    assert change["message"]["blocks"][0]["elements"] == [section(words("after"))]
    assert change["previous_message"]["blocks"][0]["elements"] == [section(words("before"))]
    assert change["message"]["client_msg_id"] == said["client_msg_id"]


def test_what_slack_says_itself_and_files_without_words_have_none(workspace, client):
    client.conversations_join(channel="C0GENERAL")
    workspace.send_file("lena", "#general", "a.csv", b"x")
    file, joined = client.conversations_history(channel="C0GENERAL")["messages"]
    assert "blocks" not in file
    assert "client_msg_id" in file
    assert "client_msg_id" not in joined


INPUT = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Why now?"},
    "element": {
        "type": "rich_text_input",
        "action_id": "words",
        "initial_value": {"type": "rich_text", "elements": [section(words("because"))]},
    },
}


def test_a_rich_text_input_starts_with_what_it_is_given_and_brings_what_is_typed(workspace, app, run):
    submitted: list[dict] = []

    @app.shortcut("say")
    def say(ack, body, client):
        ack()
        view = {"type": "modal", "callback_id": "f", "title": plain("Why"), "submit": plain("Go"), "blocks": [INPUT]}
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("f")
    def take(ack, view):
        submitted.append(view["state"]["values"]["why"]["words"])
        ack()

    run(app)
    workspace.shortcut("lena", "say")
    form = workspace.wait_until(lambda: workspace.modal("lena"))
    initial = INPUT["element"]["initial_value"]
    assert form["state"]["values"]["why"]["words"] == {"type": "rich_text_input", "rich_text_value": initial}
    assert workspace.submit("lena", form["id"], {"why": {"words": ""}}) == {
        "why": "Please complete this required field."
    }
    assert workspace.submit("lena", form["id"], {"why": {"words": "Ask @omar about *price*"}}) == {}
    [brought] = submitted
    assert brought["rich_text_value"]["elements"] == [
        section(
            words("Ask "), {"type": "user", "user_id": "U0OMAR"}, words(" about "), words("price", "bold")
        )
    ]  # fmt: skip


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}
