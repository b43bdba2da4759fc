"""Block Kit inputs in a person's hands: what each starts with, what may be put in, what Slack says back."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.model import Channel, Json
from sandbox.refusals import Refusal
from sandbox.rich_text import rich_text

# Where each element keeps what a person has put in (https://docs.slack.dev/reference/block-kit/block-elements).
VALUE_KEY = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
}

# Elements that act but hold nothing to submit.
STATELESS = {"button", "overflow"}

INITIAL_KEY = {key: key.replace("selected_", "initial_") for key in VALUE_KEY.values()} | {
    "value": "initial_value",
    "rich_text_value": "initial_value",
}

REQUIRED = "Please complete this required field."


def every_block(blocks: list[Json]) -> Iterator[Json]:
    """The blocks, and those inside containers."""
    for block in blocks:
        yield block
        yield from block.get("child_blocks", [])


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of one block."""
    candidates = [block.get("accessory"), block.get("element")]
    if block["type"] == "actions":
        candidates += block.get("elements", [])
    for element in candidates:
        if element and (element["type"] in VALUE_KEY or element["type"] == "button"):
            yield element


def find_element(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The block and element a person used. The block may be left out where the action occurs once."""
    found = [
        (block, element)
        for block in every_block(blocks)
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in (None, block["block_id"])
    ]
    if not found:
        offered = sorted({element["action_id"] for block in every_block(blocks) for element in elements_of(block)})
        raise Refusal(
            "action_not_found",
            f"Nothing here is called “{action_id}”. There is: {', '.join(offered) or 'nothing'}.",
        )
    if len(found) > 1:
        raise Refusal("action_ambiguous", f"“{action_id}” occurs in several blocks; say which block_id.")
    return found[0]


def initial_values(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    values: dict[str, dict[str, Json]] = {}
    for block in every_block(blocks):
        for element in elements_of(block):
            if element["type"] not in STATELESS:
                values.setdefault(block["block_id"], {})[element["action_id"]] = _initial(element)
    return values


KINDS = {"channel": "public", "private": "private", "im": "im"}
"""What a filter of conversations calls them."""


def choose_current(channel: Channel, blocks: list[Json], values: dict[str, dict[str, Json]]) -> None:
    """Fills in the conversation a person is in where a select asks for that and may have it."""
    for block in every_block(blocks):
        for element in elements_of(block):
            if element.get("default_to_current_conversation") and _passes(channel, element.get("filter", {})):
                value = values[block["block_id"]][element["action_id"]]
                key = VALUE_KEY[element["type"]]
                value[key] = value[key] or ([channel.id] if key.endswith("s") else channel.id)


def _passes(channel: Channel, wanted: Json) -> bool:
    """Whether a filter lets a conversation through; every direct message here is with the bot."""
    if channel.kind == "im" and wanted.get("exclude_bot_users"):
        return False
    if channel.shared and wanted.get("exclude_external_shared_channels"):
        return False
    return KINDS[channel.kind] in (wanted.get("include") or KINDS.values())


def carried_over(blocks: list[Json], kept: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """The initial values of `blocks`, but what was filled in before where the same input is still there."""
    values = initial_values(blocks)
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            before = kept.get(block_id, {}).get(action_id)
            if before is not None and before["type"] == value["type"]:
                actions[action_id] = before
    return values


def _initial(element: Json) -> Json:
    key = VALUE_KEY[element["type"]]
    nothing: list[Json] | None = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(INITIAL_KEY[key], nothing)}


def taken_value(element: Json, value: Any, offered: list[Json]) -> Json:
    """A plain value in Slack's words; `offered` are the options an external select has shown the person.

    What is written in rich text is in Slack's encoding already.
    """
    kind = element["type"]
    if kind == "button":
        return {"type": kind} | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    key = VALUE_KEY[kind]
    if key == "selected_option":
        return {"type": kind, key: None if value is None else _option(element, value, offered)}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, each, offered) for each in value or []]}
    if key.endswith("s"):
        return {"type": kind, key: list(value or [])}
    if key == "rich_text_value":
        return {"type": kind, key: rich_text(str(value)) if value else None}
    if key == "selected_date_time":
        return {"type": kind, key: None if value in (None, "") else int(value)}
    return {"type": kind, key: None if value in (None, "") else str(value)}


def options_of(element: Json) -> list[Json]:
    groups = [option for group in element.get("option_groups") or [] for option in group["options"]]
    options: list[Json] = list(element.get("options") or []) + groups
    return options


def _option(element: Json, value: str, offered: list[Json]) -> Json:
    initial: list[Json] = element.get("initial_options") or [element.get("initial_option") or {}]
    choices = options_of(element) + offered + [option for option in initial if option]
    for option in choices:
        if option["value"] == value:
            return option
    values = ", ".join(str(option["value"]) for option in choices) or "nothing yet"
    raise Refusal("option_not_found", f"“{value}” is not offered here. There is: {values}.")


def filled(value: Json) -> bool:
    return value[VALUE_KEY[value["type"]]] not in (None, "", [])


def complaint(block: Json, value: Json) -> str | None:
    """What Slack's own client says about an input before it lets a person submit."""
    if block["type"] != "input":
        return None
    if not filled(value):
        return None if block.get("optional") else REQUIRED
    element, given = block["element"], value[VALUE_KEY[value["type"]]]
    match element["type"]:
        case "plain_text_input":
            return _length_complaint(element, given)
        case "number_input":
            return _number_complaint(element, given)
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", given):
            return "Please enter a valid email address."
        case "url_text_input" if not re.fullmatch(r"https?://\S+", given):
            return "Please enter a valid URL."
    return None


def _length_complaint(element: Json, given: str) -> str | None:
    shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
    if len(given) < shortest:
        return f"Please use at least {shortest} characters."
    return f"Please use at most {longest} characters." if len(given) > longest else None


def _number_complaint(element: Json, given: str) -> str | None:
    try:
        number = float(given)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
