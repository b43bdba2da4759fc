"""What it is to say something, and where it is said: the slots of a review's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.calls import Call
from flows.nudging import Nudge

PARENT = "parent"
SHARED = "shared"
ON = "on:"
ONCE = "once:"
"""Begins the slot of what is said once, and of which nothing is kept when it is said."""

Context = Mapping[str, Any]
Link = Callable[[str, str | None], str]
"""Gives the address of a message, or nothing, by its channel and its `ts`."""


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


def schedule_slot(schedule: int, about: str = "") -> str:
    """Where a schedule, by its id, is told of; or something `about` it that is a message of its own."""
    return f"schedule:{schedule}:{about}" if about else f"schedule:{schedule}"


def reminder_slot(reminder: int) -> str:
    """Where a reminder is told, by its id."""
    return f"reminder:{reminder}"


def batch_slot(call: Call) -> str:
    return f"batch:{call.id}"


def mirror_slot(person: str, week: date) -> str:
    return f"mirror:{person}:{week}"


def import_slot(file: int) -> str:
    return f"import:{file}"


def imported_slot(file: int) -> str:
    return f"imported:{file}"


def on_slot(message_ts: str) -> str:
    return f"{ON}{message_ts}"


def digest_slot(call: int, person: str) -> str:
    return f"digest:{call}:{person}"


def asked_digest_slot(person: str, occasion: str) -> str:
    """The slot of a digest that somebody asked for; each time it is a message of its own."""
    return f"digest:asked:{person}:{occasion}"


def ahead_slot(call: int) -> str:
    return f"ahead:{call}"


def asked_review_slot(about: str, person: str) -> str:
    """Where somebody is asked for their reviews: once for what it is `about`, a call or somebody's day."""
    return f"asked:{about}:{person}"


def help_slot(key: str) -> str:
    return f"help:{key}"
