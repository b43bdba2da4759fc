"""What people do with a real Bolt app: commands, shortcuts, buttons, inputs, modals; and how it may answer."""

import json
import re
import time

import pytest
from slack_sdk import WebhookClient
from slack_sdk.errors import SlackApiError

from sandbox.refusals import Refusal


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def button(action_id: str = "go", **more: object) -> dict:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": "v1", **more}


def actions(*elements: dict, block_id: str = "row") -> dict:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(block_id: str, element: dict, **more: object) -> dict:
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def modal(*blocks: dict, **more: object) -> dict:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


NAME = field("name", {"type": "plain_text_input", "action_id": "x"})
OPTIONS = [{"text": plain(value.upper()), "value": value} for value in ("a", "b", "c")]


@pytest.fixture
def show(client, workspace):
    """Posts blocks as the bot and returns the message as people see it."""

    def post(*blocks: dict, thread_ts: str | None = None) -> dict:
        ts = client.chat_postMessage(channel="C0DEALS", text="shown", blocks=list(blocks), thread_ts=thread_ts)["ts"]
        return next(message for message in workspace.messages("#deals") if message["ts"] == ts)

    return post


@pytest.fixture
def pressed(app) -> list[dict]:
    """The payload of every block action; all are acknowledged."""
    bodies: list[dict] = []

    @app.action({"type": "block_actions", "action_id": re.compile(".*")})
    def any_action(ack, body):
        bodies.append(body)
        ack()

    return bodies


# -- commands and shortcuts


def test_a_command_brings_who_where_and_what_and_may_be_answered_at_once(workspace, app, run):
    bodies: list[dict] = []

    @app.command("/parrot")
    def parrot(ack, command):
        bodies.append(command)
        ack(f"You said {command['text']}")

    run(app)
    answer = workspace.command("lena", "#deals", "/parrot", "hello @omar in #general")
    assert answer == {"response": {"text": "You said hello <@U0OMAR|omar> in <#C0GENERAL|general>"}}
    [body] = bodies
    assert (body["user_id"], body["user_name"], body["channel_id"]) == ("U0LENA", "lena", "C0DEALS")
    assert (body["channel_name"], body["command"], body["team_id"]) == ("deals", "/parrot", "T0LOCAL")
    [note] = workspace.ephemerals("lena")
    assert note["text"].startswith("You said")
    assert workspace.messages("#deals") == []


def test_a_command_may_be_answered_for_all_to_see(workspace, app, serve):
    app.command("/parrot")(lambda ack: ack(text="Hello all", response_type="in_channel"))
    serve(app)
    workspace.command("lena", "#deals", "/parrot")
    assert [message["text"] for message in workspace.messages("#deals")] == ["Hello all"]


def test_without_should_escape_names_stay_as_typed(workspace, app, serve):
    app.command("/plain")(lambda ack, command: ack(command["text"]))
    serve(app)
    assert workspace.command("lena", "#deals", "/plain", "@omar & co")["response"]["text"] == "@omar &amp; co"


def test_a_command_works_where_the_bot_is_not(workspace, app, serve):
    @app.command("/parrot")
    def parrot(ack, client, command, respond):
        ack()
        try:
            client.chat_postMessage(channel=command["channel_id"], text="Hello")
        except SlackApiError as error:
            respond(f"Invite me first: {error.response['error']}, {command['channel_name']}")

    serve(app)
    workspace.command("lena", "forecast", "/parrot")
    workspace.command("lena", "#general", "/parrot")
    workspace.wait_until(lambda: len(workspace.ephemerals("lena")) == 2)
    assert {note["text"] for note in workspace.ephemerals("lena")} == {
        "Invite me first: channel_not_found, privategroup",
        "Invite me first: not_in_channel, general",
    }


def test_an_unknown_command_is_refused_with_those_that_exist(workspace):
    with pytest.raises(Refusal, match="/parrot, /plain"):
        workspace.command("lena", "#deals", "/pirate")


@pytest.mark.parametrize("ack_seconds", [0.3])
def test_a_command_nobody_acknowledges_ends_in_a_timeout(workspace, app, serve):
    @app.command("/parrot")
    def slow(ack):
        time.sleep(0.5)
        ack()

    serve(app)
    with pytest.raises(Refusal) as refused:
        workspace.command("lena", "#deals", "/parrot")
    assert refused.value.code == "operation_timeout"


def test_a_command_for_a_bot_that_is_not_there_fails(workspace):
    with pytest.raises(Refusal) as refused:
        workspace.command("lena", "#deals", "/parrot")
    assert refused.value.code == "dispatch_failed"


def test_slack_takes_no_commands_in_threads(workspace):
    parent = workspace.message("lena", "#deals", "parent")
    with pytest.raises(Refusal, match=re.escape("/parrot is not supported in threads. Sorry!")) as refused:
        workspace.message("lena", "#deals", "/parrot all of it", parent)
    assert refused.value.code == "slash_in_thread"
    assert [message["ts"] for message in workspace.messages("#deals")] == [parent]


def test_slacks_own_commands_work_in_threads_too(workspace):
    parent = workspace.message("maya", "#deals", "parent")
    workspace.message("maya", "#deals", "/invite @rosa", parent)
    workspace.message("maya", "#deals", "/archive", parent)
    deals = next(each for each in workspace.state("maya")["channels"] if each["id"] == "C0DEALS")
    assert "U0ROSA" in deals["members"]
    assert deals["archived"]


def test_invite_is_slacks_own_command(workspace):
    workspace.command("maya", "forecast", "/invite", "@parrot")
    forecast = next(each for each in workspace.state("maya")["channels"] if each["id"] == "G0FORECAST")
    assert "U0BOT" in forecast["members"]


def test_a_global_shortcut_opens_a_form_and_has_no_channel(workspace, app, run):
    bodies: list[dict] = []

    @app.shortcut("say")
    def say(ack, body, client):
        ack()
        bodies.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=modal(NAME))

    run(app)
    workspace.shortcut("lena", "say")
    assert workspace.wait_until(lambda: workspace.modal("lena"))["callback_id"] == "form"
    assert bodies[0]["type"] == "shortcut"
    assert not {"channel", "response_url"} & set(bodies[0])


def test_a_message_shortcut_brings_the_message(workspace, app, run):
    bodies: list[dict] = []

    @app.shortcut("again")
    def again(ack, body, respond):
        ack()
        bodies.append(body)
        respond(body["message"]["text"], response_type="in_channel")

    run(app)
    workspace.message("lena", "#deals", "Polly")
    [message] = workspace.messages("#deals")
    workspace.shortcut("omar", "again", message)
    workspace.wait_until(lambda: len(workspace.messages("#deals")) == 2)
    assert bodies[0]["type"] == "message_action"
    assert (bodies[0]["message_ts"], bodies[0]["channel"]["id"]) == (message["ts"], "C0DEALS")
    with pytest.raises(Refusal, match="no global shortcut"):
        workspace.shortcut("omar", "again")


# -- elements


def test_a_button_brings_all_that_slack_sends(workspace, app, show, pressed, run):
    run(app)
    message = show(actions(button(style="primary")))
    workspace.action("lena", message, "go")
    [body] = pressed
    assert body["user"] == {"id": "U0LENA", "username": "lena", "name": "lena", "team_id": "T0LOCAL"}
    assert body["channel"] == {"id": "C0DEALS", "name": "deals"}
    assert body["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": "C0DEALS",
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == message["ts"]
    assert body["state"] == {"values": {}}
    [action] = body["actions"]
    assert {key: action[key] for key in ("type", "action_id", "block_id", "value", "style")} == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "value": "v1",
        "style": "primary",
    }
    assert action["text"]["text"] == "Go"
    assert action["action_ts"]
    assert body["response_url"].startswith(workspace.url)


@pytest.mark.parametrize(
    ("element", "value", "key", "expected"),
    [
        ({"type": "static_select", "options": OPTIONS}, "b", "selected_option", OPTIONS[1]),
        ({"type": "overflow", "options": OPTIONS}, "c", "selected_option", OPTIONS[2]),
        ({"type": "radio_buttons", "options": OPTIONS}, "a", "selected_option", OPTIONS[0]),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "c"], "selected_options", [OPTIONS[0], OPTIONS[2]]),
        ({"type": "multi_static_select", "options": OPTIONS}, ["b"], "selected_options", [OPTIONS[1]]),
        ({"type": "users_select"}, "U0OMAR", "selected_user", "U0OMAR"),
        ({"type": "multi_users_select"}, ["U0OMAR"], "selected_users", ["U0OMAR"]),
        ({"type": "conversations_select"}, "C0DEALS", "selected_conversation", "C0DEALS"),
        ({"type": "channels_select"}, "C0DEALS", "selected_channel", "C0DEALS"),
        ({"type": "datepicker"}, "2026-12-01", "selected_date", "2026-12-01"),
        ({"type": "timepicker"}, "09:30", "selected_time", "09:30"),
        ({"type": "datetimepicker"}, 1790000000, "selected_date_time", 1790000000),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_each_element_brings_its_value_and_its_state(
    workspace, app, show, pressed, serve, element, value, key, expected
):
    serve(app)
    workspace.action("lena", show(actions({"action_id": "e", **element})), "e", value)
    [body] = pressed
    assert body["actions"][0][key] == expected
    held = {} if element["type"] == "overflow" else {"row": {"e": {"type": element["type"], key: expected}}}
    assert body["state"]["values"] == held


def test_a_button_carries_the_state_of_the_inputs_in_its_message(workspace, app, show, pressed, serve):
    serve(app)
    message = show(NAME, actions(button(), {"type": "static_select", "action_id": "s", "options": OPTIONS}))
    workspace.action("lena", message, "s", "b")
    workspace.action("lena", message, "go", values={"name": {"x": "Lena"}})
    values = pressed[-1]["state"]["values"]
    assert values["name"]["x"]["value"] == "Lena"
    assert values["row"]["s"]["selected_option"]["value"] == "b"
    workspace.action("omar", message, "go")
    assert pressed[-1]["state"]["values"]["name"]["x"]["value"] is None


def test_what_is_not_there_cannot_be_used(workspace, show):
    message = show(actions(button(), {"type": "static_select", "action_id": "s", "options": OPTIONS}), NAME)
    for attempt, code in [
        (("stop",), "action_not_found"),
        (("s", "z"), "option_not_found"),
        (("x", "text"), "not_an_action"),
    ]:
        with pytest.raises(Refusal) as refused:
            workspace.action("lena", message, *attempt)
        assert refused.value.code == code


def test_a_button_for_some_eyes_only_is_pressed_by_those_only(workspace, app, show, pressed, serve):
    serve(app)
    message = show(actions(button(visible_to_user_ids=["U0MAYA"])))
    with pytest.raises(Refusal, match="does not see that button"):
        workspace.action("lena", message, "go")
    workspace.action("maya", message, "go")
    assert len(pressed) == 1


@pytest.mark.parametrize("ack_seconds", [0.3])
def test_an_action_nobody_acknowledges_is_told_to_the_person(workspace, app, show, serve):
    @app.action("go")
    def slow(ack):
        time.sleep(0.5)
        ack()

    serve(app)
    with pytest.raises(Refusal, match="within three seconds"):
        workspace.action("lena", show(actions(button())), "go")


def test_an_external_select_asks_the_app_for_its_options(workspace, app, show, pressed, run):
    asked: list[dict] = []

    @app.options("deal")
    def offer(ack, body):
        asked.append(body)
        ack(options=[option for option in OPTIONS if option["value"].startswith(body["value"])])

    run(app)
    message = show(actions({"type": "external_select", "action_id": "deal", "min_query_length": 0}))
    assert workspace.options("lena", message, "deal", "b") == {"options": [OPTIONS[1]]}
    assert (asked[0]["type"], asked[0]["action_id"], asked[0]["block_id"]) == ("block_suggestion", "deal", "row")
    workspace.action("lena", message, "deal", "b")
    assert pressed[0]["actions"][0]["selected_option"] == OPTIONS[1]
    with pytest.raises(Refusal, match="not offered"):
        workspace.action("lena", message, "deal", "c")


# -- response URLs


def test_a_response_is_a_note_unless_asked_otherwise(workspace, app, show, serve):
    @app.action("go")
    def go(ack, respond):
        ack()
        respond("a note", replace_original=False)
        respond("for all", response_type="in_channel", replace_original=False)

    serve(app)
    workspace.action("lena", show(actions(button())), "go")
    workspace.wait_until(lambda: len(workspace.messages("#deals")) == 2)
    assert [note["text"] for note in workspace.ephemerals("lena")] == ["a note"]
    assert workspace.messages("#deals")[1]["text"] == "for all"


def test_a_response_may_replace_or_delete_the_original(workspace, app, show, pressed, serve):
    serve(app)
    first, second = show(actions(button())), show(actions(button()))
    workspace.action("lena", first, "go")
    WebhookClient(pressed[-1]["response_url"]).send(text="replaced", replace_original=True)
    assert workspace.messages("#deals")[0]["text"] == "replaced"
    workspace.action("lena", second, "go")
    WebhookClient(pressed[-1]["response_url"]).send(delete_original=True)
    assert [message["text"] for message in workspace.messages("#deals")] == ["replaced"]


def test_a_note_can_be_replaced_and_deleted_only_through_its_response_url(workspace, app, client, pressed, serve):
    serve(app)
    client.chat_postEphemeral(channel="C0DEALS", user="U0LENA", text="note", blocks=[actions(button())])
    [note] = workspace.ephemerals("lena")
    workspace.action("lena", note, "go")
    assert pressed[0]["container"]["is_ephemeral"] is True
    assert "message" not in pressed[0]
    responder = WebhookClient(pressed[0]["response_url"])
    responder.send(text="changed", replace_original=True)
    assert [each["text"] for each in workspace.ephemerals("lena")] == ["changed"]
    responder.send(delete_original=True)
    assert workspace.ephemerals("lena") == []
    with pytest.raises(Refusal):
        workspace.action("omar", note, "go")


def test_a_response_url_works_five_times_within_half_an_hour(workspace, app, show, pressed, serve):
    serve(app)
    message = show(actions(button()))
    workspace.action("lena", message, "go")
    responder = WebhookClient(pressed[-1]["response_url"])
    answers = [responder.send(text=str(number), replace_original=False) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert json.loads(answers[-1].body)["error"] == "used_url"
    workspace.action("lena", message, "go")
    workspace.advance(30 * 60 + 1)
    late = WebhookClient(pressed[-1]["response_url"]).send(text="late")
    assert json.loads(late.body)["error"] == "expired_url"


# -- trigger ids and modals


@pytest.fixture
def trigger(workspace, app, show, pressed, serve):
    """Presses a button and returns the trigger id the app got."""
    serve(app)
    message = show(actions(button()))

    def press() -> str:
        workspace.action("lena", message, "go")
        return pressed[-1]["trigger_id"]

    return press


def error_of(call, **arguments) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response["error"]


def test_a_trigger_id_works_once_and_for_three_seconds(workspace, client, trigger):
    fresh = trigger()
    client.views_open(trigger_id=fresh, view=modal(NAME))
    assert error_of(client.views_open, trigger_id=fresh, view=modal(NAME)) == "exchanged_trigger_id"
    stale = trigger()
    workspace.advance(3.5)
    assert error_of(client.views_open, trigger_id=stale, view=modal(NAME)) == "expired_trigger_id"
    assert error_of(client.views_open, trigger_id="12345.98765.abcd", view=modal(NAME)) == "invalid_trigger_id"


def test_a_bad_view_is_refused_without_spending_the_trigger(client, trigger):
    trigger_id = trigger()
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id=trigger_id, view=modal(NAME, title=plain("x" * 25)))
    assert caught.value.response["error"] == "invalid_arguments"
    assert "/view/title/text" in caught.value.response["response_metadata"]["messages"][0]
    assert client.views_open(trigger_id=trigger_id, view=modal(NAME))["ok"]


def test_a_view_is_updated_only_over_the_one_that_was_seen(workspace, client, trigger):
    view = client.views_open(trigger_id=trigger(), view=modal(NAME, external_id="mine"))["view"]
    updated = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(NAME, NAME | {"block_id": "b"}))
    assert updated["view"]["hash"] != view["hash"]
    assert error_of(client.views_update, view_id=view["id"], hash=view["hash"], view=modal(NAME)) == "hash_conflict"
    assert error_of(client.views_update, view_id="V0", view=modal(NAME)) == "not_found"
    assert len(workspace.modal("lena")["blocks"]) == 2


def test_what_was_filled_in_stays_where_an_update_keeps_its_input(workspace, client, form, pressed):
    live = field("live", {"type": "plain_text_input", "action_id": "go_live"}, dispatch_action=True)
    view_id = form.open(NAME, live)
    workspace.action("lena", workspace.modal("lena"), "go_live", "typed", values={"name": {"x": "Lena"}})
    client.views_update(view_id=view_id, view=modal(NAME, actions(button("more")), live | {"block_id": "anew"}))
    values = workspace.modal("lena")["state"]["values"]
    assert values["name"]["x"]["value"] == "Lena"
    assert values["anew"]["go_live"]["value"] is None
    assert "live" not in values


def test_a_view_is_found_by_its_external_id(workspace, client, trigger):
    client.views_open(trigger_id=trigger(), view=modal(NAME, external_id="mine"))
    client.views_update(external_id="mine", view=modal(NAME, title=plain("Newer"), external_id="mine"))
    assert workspace.modal("lena")["title"]["text"] == "Newer"


def test_a_stack_holds_three_views(workspace, client, trigger):
    first = client.views_open(trigger_id=trigger(), view=modal(NAME))["view"]
    client.views_push(trigger_id=trigger(), view=modal(NAME))
    third = client.views_push(trigger_id=trigger(), view=modal(NAME))["view"]
    assert third["root_view_id"] == first["id"]
    assert error_of(client.views_push, trigger_id=trigger(), view=modal(NAME)) == "push_limit_reached"
    assert len(workspace.state("lena")["modals"]) == 3


@pytest.fixture
def form(workspace, client, app, trigger):
    """Opens a form for Lena; `form.answer` says how the app acknowledges its submission."""

    class Form:
        def __init__(self) -> None:
            self.answer: dict = {}
            self.submitted: list[dict] = []
            self.closed: list[dict] = []

        def open(self, *blocks: dict, **more: object) -> str:
            return client.views_open(trigger_id=trigger(), view=modal(*blocks, **more))["view"]["id"]

    opened = Form()

    @app.view("form")
    def submitted(ack, body):
        opened.submitted.append(body)
        ack(**opened.answer)

    @app.view_closed("form")
    def closed(ack, body):
        opened.closed.append(body)
        ack()

    return opened


def test_a_submission_brings_the_values_and_closes_the_form(workspace, form):
    choice = field("pick", {"type": "static_select", "action_id": "y", "options": OPTIONS})
    note = field("note", {"type": "plain_text_input", "action_id": "z"}, optional=True)
    view_id = form.open(NAME, choice, note, private_metadata="secret")
    assert workspace.submit("lena", view_id, {"name": {"x": "Lena"}, "pick": {"y": "c"}}) == {}
    [body] = form.submitted
    assert body["view"]["state"]["values"] == {
        "name": {"x": {"type": "plain_text_input", "value": "Lena"}},
        "pick": {"y": {"type": "static_select", "selected_option": OPTIONS[2]}},
        "note": {"z": {"type": "plain_text_input", "value": None}},
    }
    assert body["view"]["private_metadata"] == "secret"
    assert body["trigger_id"]
    assert workspace.modal("lena") is None


def test_what_slacks_client_checks_never_reaches_the_app(workspace, form):
    view_id = form.open(
        NAME,
        field("age", {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "max_value": "120"}),
        field("mail", {"type": "email_text_input", "action_id": "m"}),
        field("short", {"type": "plain_text_input", "action_id": "s", "max_length": 3}),
    )
    errors = workspace.submit(
        "lena", view_id, {"age": {"n": "130"}, "mail": {"m": "nobody"}, "short": {"s": "too long"}}
    )
    assert errors == {
        "name": "Please complete this required field.",
        "age": "Please enter a number of at most 120.",
        "mail": "Please enter a valid email address.",
        "short": "Please use at most 3 characters.",
    }
    assert form.submitted == []


def test_the_app_may_object_to_what_was_filled_in(workspace, form):
    view_id = form.open(NAME)
    form.answer = {"response_action": "errors", "errors": {"name": "Not that one."}}
    assert workspace.submit("lena", view_id, {"name": {"x": "Lena"}}) == {"name": "Not that one."}
    assert workspace.modal("lena")["id"] == view_id
    form.answer = {}
    assert workspace.submit("lena", view_id) == {}, "what was filled in is still there"
    assert workspace.modal("lena") is None


def test_the_app_may_answer_with_another_view(workspace, form):
    view_id = form.open(NAME)
    form.answer = {"response_action": "update", "view": modal(NAME, title=plain("Updated"))}
    workspace.submit("lena", view_id, {"name": {"x": "Lena"}})
    assert workspace.modal("lena")["title"]["text"] == "Updated"
    assert workspace.modal("lena")["id"] == view_id
    form.answer = {"response_action": "push", "view": modal(NAME, title=plain("Pushed"))}
    workspace.submit("lena", view_id)
    assert [view["title"]["text"] for view in workspace.state("lena")["modals"]] == ["Updated", "Pushed"]
    form.answer = {"response_action": "clear"}
    workspace.submit("lena", workspace.modal("lena")["id"], {"name": {"x": "Lena"}})
    assert workspace.modal("lena") is None


def test_submitting_the_top_of_the_stack_shows_the_one_below(workspace, client, form, trigger):
    below = form.open(NAME)
    above = client.views_push(trigger_id=trigger(), view=modal(NAME))["view"]["id"]
    workspace.submit("lena", above, {"name": {"x": "Lena"}})
    assert workspace.modal("lena")["id"] == below


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": {"type": "modal"}},
    ],
)
def test_a_bad_answer_to_a_submission_is_refused_and_the_form_stays(workspace, form, answer):
    view_id = form.open(NAME)
    form.answer = answer
    with pytest.raises(Refusal) as refused:
        workspace.submit("lena", view_id, {"name": {"x": "Lena"}})
    assert refused.value.code == "invalid_response"
    assert workspace.modal("lena")["id"] == view_id


def test_closing_is_told_only_if_the_view_asks_for_it(workspace, form):
    workspace.close("lena", form.open(NAME))
    workspace.close("lena", form.open(NAME, notify_on_close=True))
    workspace.wait_until(lambda: form.closed)
    workspace.quiet()
    assert len(form.closed) == 1
    assert form.closed[0]["is_cleared"] is False
    assert workspace.modal("lena") is None


def test_an_input_that_dispatches_acts_within_its_view(workspace, form, pressed):
    view_id = form.open(NAME, field("live", {"type": "plain_text_input", "action_id": "go_live"}, dispatch_action=True))
    workspace.action("lena", workspace.modal("lena"), "go_live", "typed", values={"name": {"x": "Lena"}})
    body = pressed[-1]
    assert body["container"] == {"type": "view", "view_id": view_id}
    assert body["actions"][0]["value"] == "typed"
    assert body["view"]["state"]["values"]["name"]["x"]["value"] == "Lena"
    assert body["view"]["state"]["values"]["live"]["go_live"]["value"] == "typed"


def test_a_form_belongs_to_one_person(workspace, form):
    view_id = form.open(NAME)
    with pytest.raises(Refusal, match="does not have that form open"):
        workspace.submit("omar", view_id, {"name": {"x": "Omar"}})
    assert workspace.modal("omar") is None


def test_a_channel_chosen_in_a_form_can_be_answered_into(workspace, form):
    place = {"type": "conversations_select", "action_id": "c", "response_url_enabled": True}
    workspace.submit("lena", form.open(field("where", place)), {"where": {"c": "C0DEALS"}})
    [where] = form.submitted[0]["response_urls"]
    assert where["channel_id"] == "C0DEALS"
    WebhookClient(where["response_url"]).send(text="Done", response_type="in_channel")
    assert workspace.messages("#deals")[-1]["text"] == "Done"


def test_a_home_tab_has_buttons_too(workspace, client, trigger, pressed):
    client.views_publish(user_id="U0LENA", view={"type": "home", "blocks": [actions(button("tap"))]})
    workspace.action("lena", workspace.home_tab("lena"), "tap")
    assert pressed[-1]["view"]["type"] == "home"
    assert pressed[-1]["container"]["type"] == "view"
    client.views_open(trigger_id=pressed[-1]["trigger_id"], view=modal(NAME))
    assert workspace.modal("lena")


def test_a_home_tab_is_published_over_the_one_that_was_seen(client):
    home = {"type": "home", "blocks": []}
    first = client.views_publish(user_id="U0LENA", view=home)["view"]["hash"]
    client.views_publish(user_id="U0LENA", view=home, hash=first)
    assert error_of(client.views_publish, user_id="U0LENA", view=home, hash=first) == "hash_conflict"
    assert error_of(client.views_publish, user_id="U0NOBODY", view=home) == "user_not_found"
