"""Block Kit as Slack enforces it: what passes on which surface, and what is said about the rest."""

import pytest

from sandbox.blocks import block_problems, option_problems, view_problems
from sandbox.elements import ELEMENTS, IN_ACTIONS, IN_INPUT


def plain(text: str = "Text") -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Text") -> dict:
    return {"type": "mrkdwn", "text": text}


def button(**more: object) -> dict:
    return {"type": "button", "text": plain(), "action_id": "go", **more}


def option(value: str = "a") -> dict:
    return {"text": plain(value), "value": value}


def actions(*elements: dict) -> dict:
    return {"type": "actions", "elements": list(elements)}


def field(element: dict) -> dict:
    return {"type": "input", "label": plain("Label"), "element": element}


SECTION = {"type": "section", "text": mrkdwn()}
PICTURE = {"type": "image", "image_url": "https://a.example/b.png", "alt_text": "b"}
TEXT_INPUT = {"type": "plain_text_input", "action_id": "x"}

FINE = [
    SECTION,
    {"type": "section", "fields": [mrkdwn()] * 10},
    {"type": "section", "text": mrkdwn(), "accessory": button()},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn(), PICTURE]},
    actions(button(style="primary", value="v", confirm={
        "title": plain(), "text": mrkdwn(), "confirm": plain("Yes"), "deny": plain("No"),
    })),
    actions({"type": "static_select", "action_id": "s", "options": [option()]}),
    actions({"type": "static_select", "action_id": "s", "option_groups": [{"label": plain(), "options": [option()]}]}),
    actions({"type": "overflow", "action_id": "o", "options": [option()] * 5}),
    actions({"type": "radio_buttons", "action_id": "r", "options": [{"text": mrkdwn("*a*"), "value": "a"}]}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-11-25"}),
    field(TEXT_INPUT),
    field({"type": "number_input", "action_id": "n", "is_decimal_allowed": False}),
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 1, "text": "1"}]]},
    {"type": "markdown", "text": "## A"},
]  # fmt: skip


@pytest.mark.parametrize("block", FINE, ids=lambda block: block["type"])
def test_a_good_block_passes_in_a_message(block):
    assert block_problems([block], "message") == []


WRONG = [
    ({"type": "section"}, "missing required field: text or fields"),
    ({"type": "section", "text": mrkdwn("x" * 3001)}, "must be less than 3001 characters"),
    ({"type": "section", "text": mrkdwn("")}, "must be more than 0 characters"),
    ({"type": "section", "text": "words"}, "unsupported type: None"),
    ({"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items allowed"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "must be less than 2001 characters"),
    ({**SECTION, "accessory": TEXT_INPUT}, "unsupported type: plain_text_input"),
    ({**SECTION, "colour": "red"}, "invalid additional property: colour"),
    ({**SECTION, "block_id": "x" * 256}, "must be less than 256 characters"),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
    ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items allowed"),
    (actions(), "no fewer than 1 items allowed"),
    (actions(*[button(action_id=f"b{n}") for n in range(26)]), "no more than 25 items allowed"),
    (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
    (actions(button(value="x" * 2001)), "must be less than 2001 characters"),
    (actions(button(style="loud")), "must be one of primary, danger"),
    (actions(button(action_id="x" * 256)), "must be less than 256 characters"),
    (actions(button(), button()), "action_id already exists: go"),
    (actions(TEXT_INPUT), "unsupported type: plain_text_input"),
    (actions({"type": "static_select", "action_id": "s"}), "missing required field: options or option_groups"),
    (actions({"type": "static_select", "options": [option(str(n)) for n in range(101)]}), "no more than 100"),
    (actions({"type": "static_select", "options": [option("x" * 76)]}), "must be less than 76 characters"),
    (actions({"type": "static_select", "options": [{"text": plain(), "value": "x" * 151}]}), "less than 151"),
    (actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}), "no more than 5 items allowed"),
    (actions({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]}), "no more than 10 items"),
    (actions({"type": "datepicker", "initial_date": "25/11/2026"}), "must be a date (YYYY-MM-DD)"),
    (actions({"type": "timepicker", "initial_time": "9am"}), "must be a time (HH:mm)"),
    ({"type": "input", "label": plain()}, "missing required field: element"),
    (field({**TEXT_INPUT, "placeholder": plain("x" * 151)}), "must be less than 151 characters"),
    ({**field(TEXT_INPUT), "label": plain("x" * 2001)}, "must be less than 2001 characters"),
    ({"type": "image", "alt_text": "a"}, "missing required field: image_url or slack_file"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
    ({"type": "alert", "text": plain()}, "unsupported type: alert"),
    ({"type": "plan", "title": "t", "tasks": []}, "unsupported type: plan"),
    ("words", "unsupported type: None"),
]


@pytest.mark.parametrize(("block", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_bad_block_is_refused_with_the_reason_and_the_place(block, said):
    problems = block_problems([SECTION, block], "message")
    assert any(said in problem and "[json-pointer:/blocks" in problem for problem in problems)


def test_a_message_takes_50_blocks_and_a_view_100():
    assert block_problems([SECTION] * 50, "message") == []
    assert block_problems([SECTION] * 51, "message") == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert block_problems([SECTION] * 100, "home") == []
    assert block_problems([SECTION] * 101, "modal") == ["no more than 100 items allowed [json-pointer:/blocks]"]


def test_a_block_id_is_used_once():
    [problem] = block_problems([{**SECTION, "block_id": "b"}] * 2, "message")
    assert "block_id already exists: b" in problem


def test_markdown_is_counted_over_the_whole_message():
    assert block_problems([{"type": "markdown", "text": "x" * 7000}] * 2, "message")


@pytest.mark.parametrize(
    ("kind", "surfaces"),
    [
        ("alert", {"modal"}),
        ("table", {"message", "home"}),
        ("markdown", {"message"}),
        ("input", {"message", "modal", "home"}),
    ],
)
def test_some_blocks_belong_on_some_surfaces(kind, surfaces):
    block = next((each for each in FINE if each["type"] == kind), {"type": "alert", "text": plain()})
    assert {surface for surface in ("message", "modal", "home") if not block_problems([block], surface)} == surfaces


def test_every_element_has_a_place():
    assert set(IN_ACTIONS) | set(IN_INPUT) | {"image"} == set(ELEMENTS)


def modal(**more: object) -> dict:
    return {"type": "modal", "title": plain("Title"), "blocks": [SECTION], **more}


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(blocks=[SECTION] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(blocks=[field(TEXT_INPUT)]), "missing required field: submit [json-pointer:/view]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({"type": "home", "blocks": []}, "must be one of modal [json-pointer:/view/type]"),
    ],
)
def test_a_bad_modal_is_refused_with_the_reason_and_the_place(view, said):
    assert said in view_problems(view, "modal")


def test_a_home_tab_has_no_title():
    assert view_problems({"type": "home", "blocks": [SECTION]}, "home") == []
    assert view_problems({"type": "home", "blocks": [SECTION], "title": plain()}, "home")


def test_options_for_a_menu_are_checked_too():
    assert option_problems({"options": [option()]}) == []
    assert option_problems({"options": [{"text": plain()}]})
    assert option_problems({})
