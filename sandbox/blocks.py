"""Block Kit as Slack enforces it: which blocks go where, what they must have, and how long things may be.

Sources: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views.
A block this module does not know is refused as an unsupported type, as Slack does where a surface takes none.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Literal

from sandbox.charts import CHART, LONGEST_TITLE, chart_problems
from sandbox.elements import ID, IN_ACTIONS, IN_INPUT, IN_SECTION, OPTION, OPTION_GROUP, URL, among, text
from sandbox.inputs import elements_of, every_block
from sandbox.model import Json
from sandbox.rich_text import ELEMENTS as RICH_TEXT
from sandbox.rich_text import rich_text_problems
from sandbox.shapes import (
    Check,
    Problems,
    anything,
    boolean,
    by_type,
    list_of,
    one_of,
    problem,
    shape,
    string,
)

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN = 12_000
MOST_IN_CELLS = 10_000
"""In characters, in all cells of a message together."""
MOST_CHARTS = 2
"""Slack tells of this limit only when it is met: https://github.com/vercel/chat/pull/696."""

CONTEXT_TEXT = text(2000)
CONTEXT_IMAGE = among(["image"])


def context_element(value: Any, at: str) -> Problems:
    is_image = isinstance(value, dict) and value.get("type") == "image"
    yield from (CONTEXT_IMAGE if is_image else CONTEXT_TEXT)(value, at)


def typed(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None, **more: Any) -> Check:
    return shape({"type": one_of(kind), **required}, {"block_id": ID, **(optional or {})}, **more)


TABLE_CELL = by_type(
    {
        "raw_text": shape({"type": string(), "text": string(10_000)}),
        "raw_number": shape({"type": string(), "value": anything}, {"text": string(10_000)}),
        "rich_text": shape({"type": string(), "elements": RICH_TEXT}),
    },
    ["raw_text", "raw_number", "rich_text"],
)

COLUMN = shape(None, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Check] = {
    "section": typed(
        "section",
        {},
        {
            "text": text(3000),
            "fields": list_of(text(2000), 10),
            "accessory": among(IN_SECTION),
            "expand": boolean,
        },
        any_of=["text", "fields"],
    ),
    "header": typed("header", {"text": text(150, plain=True)}),
    "divider": typed("divider", {}),
    "context": typed("context", {"elements": list_of(context_element, 10)}),
    "actions": typed("actions", {"elements": list_of(among(IN_ACTIONS), 25)}),
    "input": typed(
        "input",
        {"label": text(2000, plain=True), "element": among(IN_INPUT)},
        {"hint": text(2000, plain=True), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": typed(
        "image",
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": anything, "title": text(2000, plain=True)},
        any_of=["image_url", "slack_file"],
    ),
    "rich_text": typed("rich_text", {"elements": RICH_TEXT}),
    "table": typed(
        "table",
        {"rows": list_of(list_of(TABLE_CELL, 20), 100)},
        {"column_settings": list_of(COLUMN, 20, least=0)},
    ),
    "markdown": typed("markdown", {"text": string(MOST_MARKDOWN, 1)}),
    "data_visualization": typed("data_visualization", {"title": string(LONGEST_TITLE, 1), "chart": CHART}),
    "alert": typed("alert", {"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}),
}

IN_CONTAINER = ["actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table"]
"""The page has `file` and `video` too, which are not modelled here."""

BLOCKS["container"] = typed(
    "container",
    {"child_blocks": list_of(by_type(BLOCKS, IN_CONTAINER), 10)},
    {
        "title": text(150, plain=True),
        "rich_text_title": rich_text_problems,
        "subtitle": text(150),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": CONTEXT_IMAGE,
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    any_of=["title", "rich_text_title"],
)

ON_SURFACE: dict[Surface, list[str]] = {
    "message": [kind for kind in BLOCKS if kind != "alert"],
    "home": [kind for kind in BLOCKS if kind not in ("alert", "data_visualization", "markdown")],
    "modal": [kind for kind in BLOCKS if kind not in ("container", "data_visualization", "table", "markdown")],
}


def block_problems(blocks: Any, surface: Surface, at: str = "/blocks", *, missing: Collection[str] = ()) -> list[str]:
    """Everything Slack would object to in these blocks on this surface; nothing means they are fine.

    `missing` are the types of blocks that are not rolled out in a workspace.
    """
    there = [kind for kind in ON_SURFACE[surface] if kind not in missing]
    problems = list(list_of(by_type(BLOCKS, there), MOST_BLOCKS[surface], least=0)(blocks, at))
    if not problems:
        problems += [
            *_repeated_ids(blocks, at),
            *_too_much_markdown(blocks, at),
            *_unfit_tables(blocks, at),
            *_unfit_charts(blocks, at),
            *_never_opened(blocks, at),
        ]
    return problems


def _placed(blocks: list[Json], at: str) -> Iterator[tuple[Json, str]]:
    """Every block with its place, what is in containers too."""
    for index, block in enumerate(blocks):
        yield block, f"{at}/{index}"
        yield from _placed(block.get("child_blocks", []), f"{at}/{index}/child_blocks")


def _repeated_ids(blocks: list[Json], at: str) -> Iterator[str]:
    block_ids: set[str | None] = set()
    for block, place in _placed(blocks, at):
        block_id = block.get("block_id")
        if block_id and block_id in block_ids:
            yield problem(f"block_id already exists: {block_id}", f"{place}/block_id")
        block_ids.add(block_id)
        action_ids = [element["action_id"] for element in elements_of(block) if element.get("action_id")]
        for action_id in sorted({each for each in action_ids if action_ids.count(each) > 1}):
            yield problem(f"action_id already exists: {action_id}", place)


def _too_much_markdown(blocks: list[Json], at: str) -> Iterator[str]:
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        yield problem(f"markdown blocks may have {MOST_MARKDOWN} characters together", at)


def _unfit_tables(blocks: list[Json], at: str) -> Iterator[str]:
    tables = [block for block in every_block(blocks) if block["type"] == "table"]
    if len(tables) > 1:
        yield problem("only one table allowed", at)
    if sum(_characters(table) for table in tables) > MOST_IN_CELLS:
        yield problem(f"cells may have {MOST_IN_CELLS} characters together", at)


def _never_opened(blocks: list[Json], at: str) -> Iterator[str]:
    for index, block in enumerate(blocks):
        if block.get("default_collapsed") and not block.get("is_collapsible"):
            yield problem("default_collapsed requires is_collapsible", f"{at}/{index}/default_collapsed")


def _unfit_charts(blocks: list[Json], at: str) -> Iterator[str]:
    charts = {index: block["chart"] for index, block in enumerate(blocks) if block["type"] == "data_visualization"}
    for index, chart in charts.items():
        yield from chart_problems(chart, f"{at}/{index}/chart")
    if len(charts) > MOST_CHARTS:
        yield problem(f"no more than {MOST_CHARTS} data_visualization blocks allowed", at)


HEAVIEST_MESSAGE = 13_200
WEIGHT_OF_A_BLOCK = 125
"""In characters. Slack tells no number for how much the blocks of a message may say together. These come from those who
met it: https://github.com/slackapi/bolt-js/issues/2509 (13,297 characters, 125 less for each block more) and …/2867."""


def is_too_long(blocks: list[Json]) -> bool:
    """Whether these blocks are `msg_blocks_too_long` for a message. Tables and charts have limits of their own."""
    said = [block for block in blocks if block["type"] not in ("table", "data_visualization")]
    return _characters(said) + WEIGHT_OF_A_BLOCK * len(list(every_block(said))) > HEAVIEST_MESSAGE


def _characters(thing: Any) -> int:
    """How much text is in this, wherever."""
    if isinstance(thing, list):
        return sum(_characters(each) for each in thing)
    if not isinstance(thing, dict):
        return 0
    return sum(
        len(value) if name == "text" and isinstance(value, str) else _characters(value) for name, value in thing.items()
    )


BUTTON_TEXT = text(24, plain=True)

MODAL = shape(
    {"type": one_of("modal"), "title": text(24, plain=True), "blocks": anything},
    {
        "submit": BUTTON_TEXT,
        "close": BUTTON_TEXT,
        "private_metadata": string(3000),
        "callback_id": string(255),
        "external_id": string(255),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = shape(
    {"type": one_of("home"), "blocks": anything},
    {"private_metadata": string(3000), "callback_id": string(255), "external_id": string(255)},
)


def view_problems(view: Any, surface: Literal["modal", "home"]) -> list[str]:
    problems = list((MODAL if surface == "modal" else HOME)(view, "/view"))
    if problems:
        return problems
    problems = block_problems(view["blocks"], surface, "/view/blocks")
    if not problems and surface == "modal" and not view.get("submit"):
        problems += [
            problem("missing required field: submit", "/view") for block in view["blocks"] if block["type"] == "input"
        ][:1]
    return problems


def option_problems(answer: Any) -> list[str]:
    """What is wrong with a bot's answer to an external select."""
    known = {"options": list_of(OPTION, 100, least=0), "option_groups": list_of(OPTION_GROUP, 100, least=0)}
    return list(shape(None, known, any_of=known)(answer, ""))


def with_ids(blocks: list[Json], new_id: Callable[[str], str]) -> list[Json]:
    """The blocks with the ids Slack makes up where the app gave none."""
    named = []
    for block in blocks:
        copy = {**block, "block_id": block.get("block_id") or new_id("b")}
        for key in ("accessory", "element"):
            if isinstance(copy.get(key), dict) and copy[key]["type"] != "image":
                copy[key] = {**copy[key], "action_id": copy[key].get("action_id") or new_id("a")}
        if block["type"] == "container":
            copy["child_blocks"] = with_ids(block["child_blocks"], new_id)
        if block["type"] == "actions":
            copy["elements"] = [
                {**element, "action_id": element.get("action_id") or new_id("a")} for element in block["elements"]
            ]
        named.append(copy)
    return named
