"""The buttons of a reminder that put it off. The one that opens a review is a link."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.listeners.buttons import answer_press
from bot.service.reminders import Press, ReminderService
from bot.speaker import Speaker
from flows.reminding import Snooze


def register(bolt: App, reminders: ReminderService, speaker: Speaker) -> None:
    def on_snooze(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        team, person = body["team"]["id"], body["user"]["id"]
        how = Snooze(action["action_id"].removeprefix("reminder:"))
        answer_press(speaker, body, reminders.snooze(Press(team, int(action["value"]), person), how))
        ack()

    for how in Snooze:
        bolt.action(f"reminder:{how}")(on_snooze)
