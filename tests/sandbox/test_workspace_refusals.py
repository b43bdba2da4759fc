"""Slack's limits, met through its Web API: what is just within one is taken, and what is just over it is refused."""

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace
from sandbox.web_api import METHODS
from sandbox.web_api.chat import LARGEST_METADATA


def plain(length: int) -> dict:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> dict:
    return {"type": "mrkdwn", "text": "x" * length}


def section(**more: object) -> dict:
    return {"type": "section", **(more or {"text": mrkdwn(1)})}


def actions(*elements: dict) -> dict:
    return {"type": "actions", "elements": list(elements)}


def button(number: int = 0, **more: object) -> dict:
    return {"type": "button", "action_id": f"b{number}", "text": plain(1), **more}


def options(count: int, text: int = 1, value: int = 3) -> list[dict]:
    return [{"text": plain(text), "value": str(number).zfill(value)} for number in range(count)]


def select(**more: object) -> dict:
    return actions({"type": "static_select", "options": options(1), **more})


def field(**more: object) -> dict:
    return {"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "action_id": "a"}, **more}


def confirm(**more: object) -> dict:
    words = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)}
    return actions(button(confirm={**words, **more}))


def cell(length: int = 1) -> dict:
    return {"type": "raw_text", "text": "x" * length}


def table(rows: int = 1, columns: int = 1) -> dict:
    return {"type": "table", "rows": [[cell()] * columns] * rows}


def container(count: int = 1, **more: object) -> dict:
    return {"type": "container", "title": plain(1), "child_blocks": [section()] * count, **more}


def chart(title: int) -> dict:
    pie = {"type": "pie", "segments": [{"label": "a", "value": 1}]}
    return {"type": "data_visualization", "title": "x" * title, "chart": pie}


ONE_MORE = [
    ("blocks in a message", 50, lambda n: [section()] * n),
    ("a block id", 255, lambda n: [section(text=mrkdwn(1), block_id="x" * n)]),
    ("an action id", 255, lambda n: [actions(button(action_id="x" * n))]),
    ("a section's text", 3000, lambda n: [section(text=mrkdwn(n))]),
    ("a section's fields", 10, lambda n: [section(fields=[mrkdwn(1)] * n)]),
    ("a field", 2000, lambda n: [section(fields=[mrkdwn(n)])]),
    ("a header", 150, lambda n: [{"type": "header", "text": plain(n)}]),
    ("a context's elements", 10, lambda n: [{"type": "context", "elements": [mrkdwn(1)] * n}]),
    ("an action block's elements", 25, lambda n: [actions(*map(button, range(n)))]),
    ("a button's text", 75, lambda n: [actions(button(text=plain(n)))]),
    ("a button's value", 2000, lambda n: [actions(button(value="x" * n))]),
    ("a button's address", 3000, lambda n: [actions(button(url="x" * n))]),
    ("a select's options", 100, lambda n: [select(options=options(n))]),
    ("a select's groups", 100, lambda n: [select(option_groups=[{"label": plain(1), "options": options(1)}] * n)]),
    ("a group's options", 100, lambda n: [select(option_groups=[{"label": plain(1), "options": options(n)}])]),
    ("a group's label", 75, lambda n: [select(option_groups=[{"label": plain(n), "options": options(1)}])]),
    ("an option's text", 75, lambda n: [select(options=options(1, text=n))]),
    ("an option's value", 150, lambda n: [select(options=options(1, value=n))]),
    ("a placeholder", 150, lambda n: [select(placeholder=plain(n))]),
    ("radio buttons", 10, lambda n: [actions({"type": "radio_buttons", "options": options(n)})]),
    ("checkboxes", 10, lambda n: [actions({"type": "checkboxes", "options": options(n)})]),
    ("an overflow menu", 5, lambda n: [actions({"type": "overflow", "options": options(n)})]),
    ("an input's label", 2000, lambda n: [field(label=plain(n))]),
    ("an input's hint", 2000, lambda n: [field(hint=plain(n))]),
    ("a confirmation's title", 100, lambda n: [confirm(title=plain(n))]),
    ("a confirmation's text", 300, lambda n: [confirm(text=plain(n))]),
    ("a confirmation's button", 30, lambda n: [confirm(confirm=plain(n))]),
    ("a markdown block", 12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    ("markdown in all", 12_000, lambda n: [{"type": "markdown", "text": "x" * size} for size in (6000, n - 6000)]),
    ("a table's rows", 100, lambda n: [table(rows=n)]),
    ("a table's columns", 20, lambda n: [table(columns=n)]),
    ("a table's cells in all", 10_000, lambda n: [{"type": "table", "rows": [[cell(5000), cell(n - 5000)]]}]),
    ("tables", 1, lambda n: [table()] * n),
    ("charts", 2, lambda n: [chart(1)] * n),
    ("a chart's title", 50, lambda n: [chart(n)]),
    ("a container's blocks", 10, lambda n: [container(n)]),
    ("a container's title", 150, lambda n: [container(title=plain(n))]),
    ("a container's subtitle", 150, lambda n: [container(subtitle=plain(n))]),
]
"""What may be so many or so long in a message, and no more: https://docs.slack.dev/reference/block-kit."""


@pytest.mark.parametrize(("most", "made_of"), [row[1:] for row in ONE_MORE], ids=[row[0] for row in ONE_MORE])
def test_a_message_takes_as_much_as_slack_says_and_no_more(client, most, made_of):
    assert client.chat_postMessage(channel="C0DEALS", text="x", blocks=made_of(most))["ok"]
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0DEALS", text="x", blocks=made_of(most + 1))
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks" in answer["response_metadata"]["messages"][0]


AT_LEAST = [
    ("an action block's elements", [actions()]),
    ("a select's options", [select(options=[])]),
    ("an overflow menu", [actions({"type": "overflow", "options": []})]),
    ("a text", [section(text=mrkdwn(0))]),
    ("a section", [{"type": "section"}]),
    ("a container's blocks", [container(0)]),
    ("a container's title", [{"type": "container", "child_blocks": [section()]}]),
]


@pytest.mark.parametrize("blocks", [row[1] for row in AT_LEAST], ids=[row[0] for row in AT_LEAST])
def test_what_is_empty_is_refused_too(client, blocks):
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client.chat_postMessage(channel="C0DEALS", text="x", blocks=blocks)


DISAGREEING = [
    ("an id twice", [section(text=mrkdwn(1), block_id="b")] * 2, "already exists"),
    ("an id twice, one in a container", [
        section(text=mrkdwn(1), block_id="b"), container(child_blocks=[section(text=mrkdwn(1), block_id="b")]),
    ], "already exists"),
    ("an action twice", [actions(button(), button())], "already exists"),
    ("a choice that is not offered", [select(initial_option=options(1, value=9)[0])], "one of the options"),
    ("a day that is none", [actions({"type": "datepicker", "initial_date": "2026-02-30"})], "a date"),
    ("an hour that is none", [actions({"type": "timepicker", "initial_time": "25:00"})], "a time"),
    ("a moment in milliseconds", [actions({"type": "datetimepicker", "initial_date_time": 10**12})], "at most"),
    ("closed and never to be opened", [container(default_collapsed=True)], "requires is_collapsible"),
    ("a container in a container", [container(child_blocks=[container()])], "unsupported type: container"),
    ("a chart in a container", [container(child_blocks=[chart(1)])], "unsupported type"),
    ("rich text of nothing known", [{"type": "rich_text", "elements": [{"type": "paragraph"}]}], "unsupported type"),
    ("a block for modals", [{"type": "alert", "text": plain(1)}], "unsupported type: alert"),
    ("a block that is not modelled", [{"type": "card", "body": mrkdwn(1)}], "unsupported type: card"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "said"), [row[1:] for row in DISAGREEING], ids=[row[0] for row in DISAGREEING])
def test_blocks_that_do_not_agree_are_refused_with_the_reason(client, blocks, said):
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0DEALS", text="x", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks"
    assert said in refused.value.response["response_metadata"]["messages"][0]


def test_blocks_may_say_only_so_much_together(client, workspace):
    """Not documented with a number: four full sections and a divider pass, and a fifth does not."""
    four = [section(text=mrkdwn(3000))] * 4
    assert client.chat_postMessage(channel="C0DEALS", text="x", blocks=[*four, {"type": "divider"}])["ok"]
    for call, more in (
        (client.chat_postMessage, {}),
        (client.chat_postEphemeral, {"user": "U0LENA"}),
        (client.chat_update, {"ts": workspace.messages("#deals")[0]["ts"]}),
    ):
        with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
            call(channel="C0DEALS", text="x", blocks=[*four, section(text=mrkdwn(3000))], **more)


def metadata(size: int, event_type: str = "a_thing") -> dict:
    around = len(json.dumps({"event_type": event_type, "event_payload": {"id": ""}}))
    return {"event_type": event_type, "event_payload": {"id": "x" * (size - around)}}


REFUSED = [
    ("chat.postMessage", {"text": ""}, "no_text"),
    ("chat.postMessage", {"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"text": "x", "metadata": "[]"}, "invalid_metadata_format"),
    ("chat.postMessage", {"text": "x", "metadata": json.dumps({"event_type": "a"})}, "invalid_metadata_format"),
    ("chat.postMessage", {"text": "x", "metadata": json.dumps(metadata(LARGEST_METADATA + 1))}, "metadata_too_large"),
    ("chat.postMessage", {"text": "x", "attachments": json.dumps([{"text": "a"}] * 101)}, "too_many_attachments"),
    ("chat.postMessage", {"text": "x", "attachments": json.dumps([{"text": "a"}])}, "invalid_arguments"),
    ("chat.postMessage", {"text": "x", "channel": "C0NOWHERE"}, "channel_not_found"),
    ("chat.postMessage", {"text": "x", "channel": "C0GENERAL"}, "not_in_channel"),
    ("chat.postMessage", {"text": "x", "channel": "G0FORECAST"}, "channel_not_found"),
    ("chat.postEphemeral", {"text": "x", "user": "U0ROSA"}, "user_not_in_channel"),
    ("chat.update", {"text": "x", "ts": "1.0"}, "message_not_found"),
    ("chat.delete", {"ts": "1.0"}, "message_not_found"),
    ("conversations.list", {"types": "clubs"}, "invalid_types"),
    ("conversations.list", {"cursor": "bm90IG9uZQ=="}, "invalid_cursor"),
    ("conversations.open", {"channel": "", "users": ""}, "users_list_not_supplied"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
    ("reactions.add", {"timestamp": "1.0", "name": ""}, "message_not_found"),
    ("views.open", {"trigger_id": "12345.98765.abcd", "view": "{"}, "invalid_arguments"),
    ("views.update", {"view_id": "V1", "view": "{}"}, "not_found"),
    ("views.publish", {"user_id": "U0NOBODY", "view": "{}"}, "user_not_found"),
    ("chat.scheduleMessage", {"text": "x", "post_at": 1}, "unknown_method"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED)
def test_a_call_is_refused_with_slacks_own_word_for_it(client, method, arguments, error):
    with pytest.raises(SlackApiError) as refused:
        client.api_call(method, params={"channel": "C0DEALS"} | arguments)
    assert refused.value.response["error"] == error


def test_metadata_of_an_event_that_cannot_be_named_so_is_passed_over_with_a_warning(workspace, client):
    assert client.chat_postMessage(channel="C0DEALS", text="x", metadata=metadata(LARGEST_METADATA))["ok"]
    posted = client.chat_postMessage(channel="C0DEALS", text="x", metadata=metadata(100, "a.thing"))
    assert posted["warning"] == "invalid_metadata_schema"
    assert ["metadata" in message for message in workspace.messages("#deals")] == [True, False]


SCOPES = {
    "chat:write": ["chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete"],
    "chat:write,assistant:write": ["assistant.threads.setStatus"],
    "channels:read": ["conversations.info", "conversations.list", "conversations.members", "users.conversations"],
    "channels:history": ["conversations.history", "conversations.replies"],
    "channels:join": ["conversations.join"],
    "im:write": ["conversations.open"],
    "dnd:read": ["dnd.info"],
    "files:write": ["files.getUploadURLExternal", "files.completeUploadExternal"],
    "reactions:read": ["reactions.get"],
    "reactions:write": ["reactions.add", "reactions.remove"],
    "users:read": ["bots.info", "users.info", "users.list"],
    "users:read.email": ["users.lookupByEmail"],
}
FREE = {
    "api.test",
    "auth.revoke",
    "auth.test",
    "chat.getPermalink",
    *(name for name in METHODS if name[:6] == "views."),
}
"""What an app may do that was granted nothing."""


def test_every_method_asks_for_its_scope(manifest):
    with LocalWorkspace(manifest | {"oauth_config": {"scopes": {"bot": []}}}) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        needed: dict[str, list[str]] = {}
        for method in sorted(METHODS.keys() - FREE):
            with pytest.raises(SlackApiError, match="missing_scope") as refused:
                client.api_call(method, params={"channel": "C0DEALS"})
            needed.setdefault(refused.value.response["needed"], []).append(method)
    assert needed == {scope: sorted(methods) for scope, methods in SCOPES.items()}


# -- views


@pytest.fixture
def trigger(workspace, app, serve) -> str:
    """Leave to open one form."""
    given: list[str] = []

    @app.shortcut("say")
    def say(ack, body):
        ack()
        given.append(body["trigger_id"])

    serve(app)
    workspace.shortcut("lena", "say")
    return given[0]


def modal(**more: object) -> dict:
    return {"type": "modal", "title": plain(1), "submit": plain(1), "blocks": [field()], **more}


A_FORM = [
    ("blocks", 100, lambda n: modal(blocks=[section()] * n)),
    ("the title", 24, lambda n: modal(title=plain(n))),
    ("the submit button", 24, lambda n: modal(submit=plain(n))),
    ("the close button", 24, lambda n: modal(close=plain(n))),
    ("private metadata", 3000, lambda n: modal(private_metadata="x" * n)),
    ("the callback id", 255, lambda n: modal(callback_id="x" * n)),
    ("the external id", 255, lambda n: modal(external_id="x" * n)),
    ("an alert", 200, lambda n: modal(blocks=[{"type": "alert", "text": plain(n)}])),
    ("what an input has in it", 3000, lambda n: modal(blocks=[
        field(element={"type": "plain_text_input", "action_id": "a", "initial_value": "x" * n}),
    ])),
    ("how long an answer may be", 3000, lambda n: modal(blocks=[
        field(element={"type": "plain_text_input", "action_id": "a", "max_length": n}),
    ])),
]  # fmt: skip


@pytest.mark.parametrize(("most", "made_of"), [row[1:] for row in A_FORM], ids=[row[0] for row in A_FORM])
def test_a_form_takes_as_much_as_slack_says_and_no_more(client, trigger, most, made_of):
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=trigger, view=made_of(most + 1))
    assert refused.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view" in refused.value.response["response_metadata"]["messages"][0]
    assert client.views_open(trigger_id=trigger, view=made_of(most))["ok"]


def test_a_home_tab_takes_100_blocks(client):
    home = {"type": "home", "blocks": [section()] * 100}
    assert client.views_publish(user_id="U0LENA", view=home)["ok"]
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_publish(user_id="U0LENA", view=home | {"blocks": [section()] * 101})


def test_a_view_is_no_larger_than_250_kilobytes(client, trigger):
    def large(length: int) -> dict:
        return modal(blocks=[section(text=mrkdwn(length))] * 100)

    with pytest.raises(SlackApiError, match="view_too_large"):
        client.views_open(trigger_id=trigger, view=large(2600))
    assert client.views_open(trigger_id=trigger, view=large(2400))["ok"]


def test_there_are_no_containers_in_forms_and_there_are_on_home(client, trigger):
    assert client.views_publish(user_id="U0LENA", view={"type": "home", "blocks": [container()]})["ok"]
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_open(trigger_id=trigger, view=modal(blocks=[container()]))


def test_an_app_without_a_home_or_a_messages_tab_cannot_fill_them(manifest):
    tabs = {"home_tab_enabled": False, "messages_tab_enabled": False}
    without = manifest | {"features": manifest["features"] | {"app_home": tabs}}
    with LocalWorkspace(without) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        with pytest.raises(SlackApiError, match="not_enabled"):
            client.views_publish(user_id="U0LENA", view={"type": "home", "blocks": [section()]})
        with pytest.raises(SlackApiError, match="messages_tab_disabled"):
            client.chat_postMessage(channel="U0LENA", text="x")


def test_a_messages_tab_that_is_read_only_takes_nothing(manifest):
    tabs = {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    silent = manifest | {"features": manifest["features"] | {"app_home": tabs}}
    with LocalWorkspace(silent) as workspace:
        with pytest.raises(Refusal, match="turned off"):
            workspace.message("lena", workspace.dm("lena"), "Hello?")
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        assert client.chat_postMessage(channel="U0LENA", text="I talk, you listen.")["ok"]


# -- response URLs


def test_a_response_url_needs_something_to_say_and_good_blocks(workspace, app, serve):
    given: list[str] = []

    @app.command("/parrot")
    def parrot(ack, body):
        ack()
        given.append(body["response_url"])

    serve(app)
    workspace.command("lena", "#deals", "/parrot")
    responder = WebhookClient(given[0])
    answers = [responder.send(text=""), responder.send(blocks=[{"type": "section"}]), responder.send(text="x")]
    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert [json.loads(answer.body)["error"] for answer in answers[:2]] == ["no_text", "invalid_blocks"]
