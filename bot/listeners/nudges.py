"""What people press on a nudge, and what they submit in the forms that it opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from slack_bolt import Ack, App

from bot import forms
from bot.listeners.buttons import answer_press
from bot.listeners.forms import act, answer_form
from bot.service.nudged import NudgedService, Press
from bot.speaker import Speaker
from flows import utterances as say
from flows.steering import Act
from flows.utterances import Utterance


def register(bolt: App, nudged: NudgedService, speaker: Speaker) -> None:
    pressed: dict[str, Callable[[Press], Utterance | None]] = {
        "nudge:now": nudged.two_minutes,
        "nudge:tomorrow": nudged.tomorrow,
        "nudge:heard": nudged.heard_form,
        "nudge:waits": nudged.waits_form,
        "nudge:stop": nudged.stop_or_form,
    }

    def on_button(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        team, person = body["team"]["id"], body["user"]["id"]
        by = Act(person, f"{action['action_ts']}:{person}")
        found = pressed[action["action_id"]](Press(team, int(action["value"]), by))
        answer_press(speaker, body, found)
        ack()

    for action_id in pressed:
        bolt.action(action_id)(on_button)

    @bolt.view("nudge_heard")
    def on_heard(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        filled = forms.read(view).values
        deal, _, question = filled["item"].partition(":")
        day, due = _day(filled, "day"), _day(filled, "due")
        hint = nudged.heard(submitted(body), int(deal), question, day, due) if day else say.impossible_date()
        where = {"not_yet": "day", "impossible_date": "day", "day_is_over": "due", "needs_a_day": "due"}
        finish(ack, body, hint, where, "item")

    @bolt.view("nudge_waits")
    def on_waits(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        filled = forms.read(view).values
        day, reason = _day(filled, "day"), filled.get("reason", "").strip()
        hint = nudged.waits(submitted(body), int(filled["deal"]), day, reason) if day else say.impossible_date()
        where = {"day_is_over": "day", "impossible_date": "day", "needs_a_reason": "reason"}
        finish(ack, body, hint, where, "deal")

    @bolt.view("nudge_stop")
    def on_stop(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        finish(ack, body, nudged.stop(submitted(body), int(forms.read(view).values["deal"])), {}, "deal")

    def finish(ack: Ack, body: dict[str, Any], hint: Utterance | None, where: Mapping[str, str], other: str) -> None:
        answer_form(speaker, ack, body["team"]["id"], {where.get(hint.name, other): hint} if hint else {})


def submitted(body: dict[str, Any]) -> Press:
    return Press(body["team"]["id"], int(body["view"]["private_metadata"]), act(body))


def _day(filled: Mapping[str, str], block: str) -> date | None:
    try:
        return date.fromisoformat(filled.get(block, ""))
    except ValueError:
        return None
