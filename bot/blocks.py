"""The Block Kit pieces that templates use. All else in a template is words, and a paragraph of words is a section."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from bot import mrkdwn

MARK = "\x1e"
"""Begins a line that is a block. No person's text holds it: control characters are dropped on the way in and out."""

LONGEST_SECTION = 3000
LONGEST_TITLE = 50
LONGEST_TICK = 20
MOST_PICTURES = 2
PICTURE = "picture"
"""Stands for a block that not every workspace has yet, with the words that say the same."""
LONGEST_OPTION = 75
LONGEST_LABEL = 75
LONGEST_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
MOST_OPTIONS = 100

Json = dict[str, Any]


def assemble(rendered: str, pictures: bool = False) -> list[Json]:
    """The blocks of a rendered template: its pictures as Slack draws them, if it does, or the same in words."""
    blocks: list[Json] = []
    paragraph: list[str] = []
    drawn = 0

    def end_paragraph() -> None:
        if paragraph:
            words = mrkdwn.shorten("\n".join(paragraph), LONGEST_SECTION)
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": words}})
            paragraph.clear()

    for line in rendered.split("\n"):
        if line.startswith(MARK):
            end_paragraph()
            block = json.loads(line[1:])
            if block["type"] != PICTURE:
                blocks.append(block)
            elif pictures and drawn < MOST_PICTURES:
                blocks.append(block["drawn"])
                drawn += 1
            else:
                blocks += assemble(block["in_words"])
        elif line.strip():
            paragraph.append(line.rstrip())
        else:
            end_paragraph()
    end_paragraph()
    return blocks


def divider() -> str:
    return _line({"type": "divider"})


def header(words: str) -> str:
    return _line({"type": "header", "text": _text(words)})


def small(caller: Callable[[], str]) -> str:
    """Words in small print: `{% call small() %}…{% endcall %}`."""
    words = mrkdwn.shorten(caller().strip(), LONGEST_SECTION)
    return _line({"type": "context", "elements": [{"type": "mrkdwn", "text": words}]})


def buttons(elements: Sequence[Json]) -> str:
    return _line({"type": "actions", "elements": list(elements)})


def button(label: str, action: str, value: object, style: str = "", confirm: Sequence[str] = ()) -> Json:
    """A button; `confirm` are the title, the words and the two buttons of a question that is asked first."""
    element: Json = {"type": "button", "text": _text(label, LONGEST_LABEL), "action_id": action, "value": str(value)}
    if confirm:
        asked = zip(LONGEST_CONFIRM.items(), confirm, strict=True)
        element["confirm"] = {part: _text(words, most) for (part, most), words in asked}
    return {**element, "style": style} if style else element


def link_button(label: str, action: str, address: str) -> Json:
    """A button that opens an address, in the look of the thing to do first."""
    text = _text(label, LONGEST_LABEL)
    return {"type": "button", "text": text, "action_id": action, "url": address, "style": "primary"}


def day_picker(placeholder: str, action: str, chosen: str | None = None) -> Json:
    """A button that lets a day be chosen. It carries no value, so its action id has to say what it is about."""
    element: Json = {"type": "datepicker", "action_id": action, "placeholder": _text(placeholder)}
    return {**element, "initial_date": chosen} if chosen else element


def chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int]]],
    along: str,
    up: str,
    caller: Callable[[], str],
) -> str:
    """Bars side by side for each of up to twenty different labels: `{% call chart(…) %}the same in words{% endcall %}`.

    `series` are at most six names with a number for each label; `along` and `up` say what the axes are. Slack draws
    them in messages. Where it does not, or does not yet in this workspace, the words are shown.
    https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
    """
    ticks = [_words(label, LONGEST_TICK) for label in labels]
    plotted = [
        {
            "name": _words(name, LONGEST_TICK),
            "data": [{"label": tick, "value": value} for tick, value in zip(ticks, values, strict=True)],
        }
        for name, values in series
    ]
    axes = {"categories": ticks, "x_label": _words(along, LONGEST_TITLE), "y_label": _words(up, LONGEST_TITLE)}
    drawn = {
        "type": "data_visualization",
        "title": _words(title, LONGEST_TITLE),
        "chart": {"type": "bar", "series": plotted, "axis_config": axes},
    }
    return _line({"type": PICTURE, "drawn": drawn, "in_words": caller()})


def modal(callback: str, title: str, submit: str, close: str, metadata: object = "") -> str:
    """The frame of a form; without `submit` there is nothing to fill in."""
    frame: Json = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": str(metadata),
        "title": _text(title),
        "close": _text(close),
    }
    return _line({**frame, "submit": _text(submit)} if submit else frame)


def home_tab(metadata: object = "") -> str:
    return _line({"type": "home", "private_metadata": str(metadata)})


def menu(action: str, options: Sequence[Sequence[str]], chosen: str) -> Json:
    """A select that stands among buttons and does something as soon as it is changed."""
    return {**select(options, chosen), "action_id": action}


def input(name: str, label: str, element: Json, hint: str = "", optional: bool = True, dispatches: bool = False) -> str:
    """One line of a form; `name` is its block id. One that `dispatches` is reported as soon as it is filled in."""
    block = {
        "type": "input",
        "block_id": name,
        "label": _text(label),
        "element": {**element, "action_id": "value"},
        "optional": optional,
        "dispatch_action": dispatches,
    }
    return _line({**block, "hint": _text(hint)} if hint else block)


def select(options: Sequence[Sequence[str]], chosen: str | None = None) -> Json:
    """A select of pairs of value and words; the last ones if there are more than Slack takes."""
    offered = [_option(*option) for option in options[-MOST_OPTIONS:]]
    return _with_initial({"type": "static_select", "options": offered}, offered, chosen)


def grouped_select(groups: Sequence[tuple[str, Sequence[Sequence[str]]]], chosen: str) -> Json:
    """A select of more options than Slack takes in one list: groups of at most 100, each with its label."""
    offered = [(label, [_option(*option) for option in options]) for label, options in groups]
    shown = [{"label": _text(label, LONGEST_LABEL), "options": options} for label, options in offered]
    every = [option for _, options in offered for option in options]
    return _with_initial({"type": "static_select", "option_groups": shown}, every, chosen)


def radio(options: Sequence[Sequence[str]], chosen: str | None = None) -> Json:
    offered = [_option(*option) for option in options]
    return _with_initial({"type": "radio_buttons", "options": offered}, offered, chosen)


def checkboxes(options: Sequence[Sequence[str]], chosen: Sequence[str]) -> Json:
    offered = [_option(*option) for option in options]
    element: Json = {"type": "checkboxes", "options": offered}
    initial = [option for option in offered if option["value"] in chosen]
    return {**element, "initial_options": initial} if initial else element


def time_input(initial: str) -> Json:
    """A time of the day, as `HH:MM`."""
    return {"type": "timepicker", "initial_time": initial}


def text_input(initial: str, placeholder: str, most: int, has_lines: bool = False) -> Json:
    element: Json = {"type": "plain_text_input", "placeholder": _text(placeholder), "max_length": most}
    if has_lines:
        element["multiline"] = True
    return {**element, "initial_value": mrkdwn.plain(initial)} if initial else element


def date_input(initial: str | None) -> Json:
    element = {"type": "datepicker"}
    return {**element, "initial_date": initial} if initial else element


def person_input() -> Json:
    return {"type": "users_select"}


def people_input(placeholder: str, chosen: Sequence[str] = ()) -> Json:
    element: Json = {"type": "multi_users_select", "placeholder": _text(placeholder)}
    return {**element, "initial_users": list(chosen)} if chosen else element


def channel_input(chosen: str) -> Json:
    """A select of the channels of one's own company; without a choice, the one the form was opened from."""
    kinds = {"include": ["public", "private"], "exclude_external_shared_channels": True}
    return {**conversation_input(chosen), "filter": kinds}


def channels_input(placeholder: str, chosen: Sequence[str]) -> Json:
    """A select of several channels of one's own company."""
    kinds = {"include": ["public", "private"], "exclude_external_shared_channels": True, "exclude_bot_users": True}
    element: Json = {"type": "multi_conversations_select", "placeholder": _text(placeholder), "filter": kinds}
    return {**element, "initial_conversations": list(chosen)} if chosen else element


def offered_input(placeholder: str, chosen: Sequence[str] = (), many: bool = False) -> Json:
    """A select, of one or of `many`, whose options the bot offers for what is typed; `chosen` is a value and words."""
    kind = "multi_external_select" if many else "external_select"
    element: Json = {"type": kind, "placeholder": _text(placeholder), "min_query_length": 0}
    return {**element, "initial_option": _option(*chosen)} if chosen else element


def offers(options: Sequence[tuple[str, str]]) -> list[Json]:
    """The options for such a select, of pairs of value and words, which are as a person typed them."""
    return [_option(value, mrkdwn.encode(words)) for value, words in options[:MOST_OPTIONS]]


def conversation_input(chosen: str) -> Json:
    """A select of conversations; without a choice, the one the form was opened from."""
    element: Json = {"type": "conversations_select", "filter": {"exclude_bot_users": True}}
    return (
        {**element, "initial_conversation": chosen} if chosen else {**element, "default_to_current_conversation": True}
    )


def _option(value: str, words: str) -> Json:
    """An option; its value comes back from Slack letter by letter, so it is as it was typed."""
    return {"text": _text(words, LONGEST_OPTION), "value": mrkdwn.plain(value)}


def _with_initial(element: Json, offered: Sequence[Json], chosen: str | None) -> Json:
    """An element with the option chosen that has this value, if there is one."""
    initial = next((option for option in offered if chosen and option["value"] == mrkdwn.plain(chosen)), None)
    return {**element, "initial_option": initial} if initial else element


def _text(words: str, most: int = 150) -> Json:
    """Slack reads no mrkdwn here, so an encoded value is shown as it was typed."""
    return {"type": "plain_text", "text": _words(words, most)}


def _words(words: str, most: int) -> str:
    """An encoded value for a place where Slack reads no mrkdwn."""
    return mrkdwn.shorten(mrkdwn.plain(words), most)


def _line(block: Json) -> str:
    return f"\n{MARK}{json.dumps(block)}\n"


FOR_TEMPLATES: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        divider, header, small, chart, buttons, button, link_button, day_picker, modal, home_tab, menu, input, select,
        grouped_select, radio, checkboxes, text_input, date_input, time_input, person_input, people_input,
        channel_input, channels_input, offered_input, conversation_input,
    )
}  # fmt: skip
