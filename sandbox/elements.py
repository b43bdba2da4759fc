"""Block Kit's text, options and interactive elements, with their limits.

Sources: https://docs.slack.dev/reference/block-kit/block-elements and …/composition-objects.
"""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any

from sandbox.inputs import options_of
from sandbox.rich_text import rich_text_problems
from sandbox.shapes import (
    Check,
    Problems,
    anything,
    between,
    boolean,
    by_type,
    list_of,
    one_of,
    problem,
    shape,
    string,
)


def text(most: int, *, plain: bool = False) -> Check:
    """A text object; `plain` where Slack takes no mrkdwn."""
    plain_text = shape({"type": one_of("plain_text"), "text": string(most, 1)}, {"emoji": boolean})
    mrkdwn = shape({"type": one_of("mrkdwn"), "text": string(most, 1)}, {"verbatim": boolean})
    return by_type({"plain_text": plain_text, "mrkdwn": mrkdwn}, ["plain_text"] if plain else ["plain_text", "mrkdwn"])


def matching(pattern: str, meaning: str, read: Callable[[str], object]) -> Check:
    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str) or not re.fullmatch(pattern, value) or not _can(read, value):
            yield problem(f"must be {meaning}", at)

    return check


def _can(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def offering(check: Check) -> Check:
    """Also that what is chosen at first is exactly one of what is offered."""

    def whole(value: Any, at: str) -> Problems:
        problems = list(check(value, at))
        yield from problems
        if problems:
            return
        chosen = {f"{at}/initial_option": value.get("initial_option")}
        chosen |= {f"{at}/initial_options/{n}": each for n, each in enumerate(value.get("initial_options") or [])}
        for place, each in chosen.items():
            if each is not None and each not in options_of(value):
                yield problem("must be one of the options", place)

    return whole


ID = string(255)
DATE = matching(r"\d{4}-\d\d-\d\d", "a date (YYYY-MM-DD)", date.fromisoformat)
TIME = matching(r"\d\d:\d\d", "a time (HH:mm)", time.fromisoformat)
MOMENT = between(10**9, 10**10 - 1)
"""In seconds since the epoch: ten digits."""
URL = string(3000, 1)
PLACEHOLDER = text(150, plain=True)
STYLE = one_of("primary", "danger")

CONFIRM = shape(
    {
        "title": text(100, plain=True),
        "text": text(300),
        "confirm": text(30, plain=True),
        "deny": text(30, plain=True),
    },
    {"style": STYLE},
)


def option(*, plain: bool, description: bool = True, url: bool = False) -> Check:
    """Radio buttons and checkboxes take mrkdwn; only overflow menus take a link."""
    extras = {"description": text(75, plain=plain)} if description else {}
    return shape({"text": text(75, plain=plain), "value": string(150, 1)}, extras | ({"url": URL} if url else {}))


OPTION = option(plain=True)
MARKED_OPTION = option(plain=False)
OPTION_GROUP = shape({"label": text(75, plain=True), "options": list_of(OPTION, 100)})
OPTIONS = {"options": list_of(OPTION, 100), "option_groups": list_of(OPTION_GROUP, 100)}

CONVERSATION_FILTER = shape(
    None,
    {
        "include": list_of(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)

COMMON = {"type": string(), "action_id": ID}
FOCUS = {"focus_on_load": boolean}
SELECT = {**COMMON, **FOCUS, "placeholder": PLACEHOLDER, "confirm": CONFIRM}
MULTI = {**SELECT, "max_selected_items": between(1)}
RESPONSE = {"response_url_enabled": boolean}
CONVERSATIONS = {"default_to_current_conversation": boolean, "filter": CONVERSATION_FILTER}
DISPATCH = {"dispatch_action_config": shape(None, {"trigger_actions_on": list_of(string(), 2)})}
TYPED = {**COMMON, **FOCUS, **DISPATCH, "placeholder": PLACEHOLDER}


def ids(value: Any, at: str) -> Problems:
    yield from list_of(string(), 1000, least=0)(value, at)


ELEMENTS: dict[str, Check] = {
    "button": shape(
        {"text": text(75, plain=True)},
        {
            **COMMON,
            "value": string(2000),
            "url": URL,
            "style": STYLE,
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": ids,
        },
    ),
    "static_select": offering(shape(None, {**SELECT, **OPTIONS, "initial_option": OPTION}, any_of=OPTIONS)),
    "external_select": shape(None, {**SELECT, "min_query_length": between(0), "initial_option": OPTION}),
    "users_select": shape(None, {**SELECT, "initial_user": string()}),
    "conversations_select": shape(None, {**SELECT, **CONVERSATIONS, **RESPONSE, "initial_conversation": string()}),
    "channels_select": shape(None, {**SELECT, **RESPONSE, "initial_channel": string()}),
    "multi_static_select": offering(
        shape(None, {**MULTI, **OPTIONS, "initial_options": list_of(OPTION, 100)}, any_of=OPTIONS)
    ),
    "multi_external_select": shape(
        None, {**MULTI, "min_query_length": between(0), "initial_options": list_of(OPTION, 100)}
    ),
    "multi_users_select": shape(None, {**MULTI, "initial_users": ids}),
    "multi_conversations_select": shape(None, {**MULTI, **CONVERSATIONS, "initial_conversations": ids}),
    "multi_channels_select": shape(None, {**MULTI, "initial_channels": ids}),
    "overflow": shape({"options": list_of(option(plain=True, url=True), 5)}, {**COMMON, "confirm": CONFIRM}),
    "radio_buttons": offering(
        shape(
            {"options": list_of(MARKED_OPTION, 10)},
            {**COMMON, **FOCUS, "initial_option": MARKED_OPTION, "confirm": CONFIRM},
        )
    ),
    "checkboxes": offering(
        shape(
            {"options": list_of(MARKED_OPTION, 10)},
            {**COMMON, **FOCUS, "initial_options": list_of(MARKED_OPTION, 10), "confirm": CONFIRM},
        )
    ),
    "datepicker": shape(None, {**SELECT, "initial_date": DATE}),
    "timepicker": shape(None, {**SELECT, "initial_time": TIME, "timezone": string()}),
    "datetimepicker": shape(None, {**COMMON, **FOCUS, "initial_date_time": MOMENT, "confirm": CONFIRM}),
    "plain_text_input": shape(
        None,
        {
            **TYPED,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": between(0, 3000),
            "max_length": between(1, 3000),
        },
    ),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**TYPED, "initial_value": string(), "min_value": string(), "max_value": string()},
    ),
    "email_text_input": shape(None, {**TYPED, "initial_value": string()}),
    "url_text_input": shape(None, {**TYPED, "initial_value": string()}),
    "rich_text_input": shape({"action_id": ID}, {**TYPED, "initial_value": rich_text_problems}),
    "image": shape({"alt_text": string(2000)}, {"type": string(), "image_url": URL, "slack_file": anything}),
}

TYPED_KINDS = ["plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"]
MULTI_KINDS = [kind for kind in ELEMENTS if kind.startswith("multi_")]
CHOICE_KINDS = [kind for kind in ELEMENTS if kind.endswith("_select") and kind not in MULTI_KINDS]
PICKER_KINDS = ["radio_buttons", "checkboxes", "datepicker", "timepicker"]

IN_ACTIONS = ["button", "overflow", "datetimepicker", *CHOICE_KINDS, *PICKER_KINDS, *MULTI_KINDS]
IN_SECTION = ["button", "overflow", "image", *CHOICE_KINDS, *MULTI_KINDS, *PICKER_KINDS]
IN_INPUT = ["datetimepicker", *TYPED_KINDS, *CHOICE_KINDS, *MULTI_KINDS, *PICKER_KINDS]


def among(kinds: list[str]) -> Check:
    """An element of one of these kinds."""
    return by_type(ELEMENTS, kinds)
