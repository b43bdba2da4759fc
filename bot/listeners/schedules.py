"""The form that puts calls on the calendar, and the buttons on what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot import forms
from bot.habits import NOWHERE
from bot.listeners.buttons import answer_press
from bot.listeners.forms import answer_form
from bot.service.schedules import Press, ScheduleService
from bot.speaker import Speaker
from flows import utterances as say
from flows.calendar import EVENING_BEFORE
from flows.calls import Choice, Schedule
from flows.review import DIRECT
from flows.utterances import EVENING, Outlook, Utterance

Do = Callable[[Press], Utterance | None]


def register(bolt: App, schedules: ScheduleService, speaker: Speaker) -> None:
    answer = partial(answer_press, speaker)

    @bolt.view("schedule")
    def on_schedule(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, person = body["team"]["id"], body["user"]["id"]
        asked = _asked(team, person, view["private_metadata"], forms.read(view).values)
        kept = schedules.keep(asked, person) if isinstance(asked, Schedule) else {"day": asked}
        answer_form(speaker, ack, team, {} if isinstance(kept, Outlook) else kept)

    @bolt.action("schedule:change")
    def on_change(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, schedules.form(_press(body, action), body["channel"]["id"]))
        ack()

    @bolt.action("schedule:pause")
    def on_pause(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        change(body, action, schedules.pause)
        ack()

    @bolt.action("schedule:resume")
    def on_resume(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        change(body, action, schedules.resume)
        ack()

    @bolt.action("schedule:remove")
    def on_remove(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        gone = schedules.remove(_press(body, action))
        if gone.name != "schedule_gone" or not _shows_its_card(body):
            answer(body, gone)
        ack()

    def change(body: dict[str, Any], action: dict[str, Any], do: Do) -> None:
        """What was pressed on the card itself changes the card; anywhere else the person is shown the new one."""
        hint = do(_press(body, action))
        if hint is None and not _shows_its_card(body):
            hint = schedules.card(_press(body, action))
        answer(body, hint)


def _press(body: dict[str, Any], action: dict[str, Any]) -> Press:
    return Press(body["team"]["id"], int(action["value"]), body["user"]["id"])


def _shows_its_card(body: dict[str, Any]) -> bool:
    """Whether a button sits on a message of the conversation in which the card is: notes are no messages."""
    return "message" in body and str(body["channel"]["id"]).startswith(DIRECT)


def _asked(team: str, person: str, about: str, values: Mapping[str, str]) -> Schedule | Utterance:
    """The schedule that a form describes; `about` begins with the id of the one it changes, or 0."""
    try:
        begins, wall = date.fromisoformat(values["day"]), time.fromisoformat(values["time"])
    except ValueError:
        return say.impossible_date()
    country, period = values["country"], values["period"]
    return Schedule(
        id=int(about.partition(":")[0]),
        team=team,
        manager=person,
        channel=values["channel"],
        begins=begins,
        every_weeks=int(values["every"]),
        time=wall,
        zone=values["zone"],
        country="" if country == NOWHERE else country,
        choice=Choice(tuple(filter(None, values.get("owners", "").split(","))), "" if period == "any" else period),
        in_direct=values["where"] == "direct",
        since=datetime.now(UTC),
        digest_minutes=EVENING_BEFORE if values["digest"] == EVENING else int(values["digest"]),
        days_ahead=int(values["ahead"]),
    )
