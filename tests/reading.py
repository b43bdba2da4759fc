"""What a person reads in a message of Slack, or in a form: its words, its buttons, what it offers."""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]
"""A message, a form or App Home, as Slack has it."""


def words(message: Message) -> str:
    """Everything a person can read in a message, buttons left out."""
    said = [
        block.get("text", {}).get("text")
        or " ".join(each["text"] for each in block.get("elements", ()) if "text" in each)
        for block in message.get("blocks") or ()
        if block["type"] in ("section", "header", "context")
    ]
    return "\n".join(said) or message.get("text", "")


def buttons(message: Message) -> dict[str, str]:
    """A message's buttons: action ids by label."""
    rows = [block["elements"] for block in message.get("blocks") or () if block["type"] == "actions"]
    return {each["text"]["text"]: each["action_id"] for row in rows for each in row if each["type"] == "button"}


def element(form: Message, block: str) -> Message:
    """What is filled in or chosen at a block of a form."""
    found: Message = next(each["element"] for each in form["blocks"] if each.get("block_id") == block)
    return found


def offered(form: Message, line: str) -> str:
    """The value of the line that a form to fix one offers, known by some of its words."""
    options = element(form, "line")["options"]
    return str(next(option["value"] for option in options if line in option["text"]["text"]))
