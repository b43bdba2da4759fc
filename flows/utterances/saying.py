"""What it is to say something, and where it is said: the slots of a review's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.nudging import Nudge

PARENT = "parent"
SHARED = "shared"
ON = "on:"

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Utterance:
    """Something to say: a template's name, what it needs to know, and the slot to say it in.

    A slot `on:<ts>` is a reaction on that message. An empty slot is for the acting person's eyes only.
    """

    name: str
    context: Context
    slot: str = ""


@dataclass(frozen=True)
class Retouch:
    """Say again what stands in a slot, with part of its context changed."""

    slot: str
    changes: Context


def ask_slot(ask: int) -> str:
    return f"ask:{ask}"


def summary_slot(ask: int) -> str:
    return f"summary:{ask}"


def nudge_slot(nudge: Nudge) -> str:
    return f"nudge:{nudge.id}"


def on_slot(message_ts: str) -> str:
    return f"{ON}{message_ts}"
