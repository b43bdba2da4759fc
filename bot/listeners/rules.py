"""The settings of a workspace: the button in App Home that opens them, and the forms that change them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot import forms, habits
from bot.listeners.forms import answer_form
from bot.service.rules import RulesService
from bot.speaker import Speaker
from flows.hours import Habits
from flows.periods import CALENDAR, Periods, Span
from flows.rules import Crew, Rules
from flows.utterances import Utterance


def register(bolt: App, rules: RulesService, speaker: Speaker) -> None:
    """The team is the one the bot is installed in, which Bolt has checked; never one that a payload names."""

    @bolt.action("rules:all")
    def on_all(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        show(team, person, rules.form(team, person), lambda form: speaker.open_form(team, body["trigger_id"], form))
        ack()

    @bolt.action(re.compile(r"^rules:crew:\d+$"))
    def on_crew(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        found = rules.crew_form(team, person, int(action["value"]), (body.get("view") or {}).get("id", ""))
        show(team, person, found, lambda form: speaker.push_form(team, body["trigger_id"], form))
        ack()

    @bolt.view("rules")
    def on_rules(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext) -> None:
        team = str(context.team_id)
        usual, wrong = habits.read(view, Habits(), date.min)
        if not wrong and (hint := rules.settle(team, body["user"]["id"], _rules(forms.read(view).values, usual))):
            wrong["managers"] = hint
        answer_form(speaker, ack, team, wrong)

    @bolt.view("crew")
    def on_crew_saved(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        number, _, under = view["private_metadata"].partition(":")
        crew, is_gone = _crew(int(number), forms.read(view).values)
        hint = rules.remove_crew(team, person, crew.id) if is_gone else rules.settle_crew(team, person, crew)
        if hint is None and under:
            speaker.change_form(team, under, rules.form(team, person))
        answer_form(speaker, ack, team, {"name": hint} if hint else {})

    def show(team: str, person: str, found: Utterance, opens: Callable[[Utterance], None]) -> None:
        """Open a form; a hint goes to their direct messages, for there is nowhere else to say it."""
        if found.name.endswith("_form"):
            opens(found)
        else:
            speaker.tell(team, person, found)


def _rules(values: Mapping[str, str], usual: Habits) -> Rules:
    """The rules that a form describes, but for the teams, which are none of its inputs."""
    return Rules(
        managers=_several(values.get("managers", "")),
        channels=_several(values.get("channels", "")),
        usual=replace(usual, nudges=True),
        nudges=usual.nudges,
        retention_days=int(values["kept"]),
        periods=Periods(int(values.get("year_begins") or CALENDAR.begins), Span(values.get("span") or CALENDAR.span)),
    )


def _crew(number: int, values: Mapping[str, str]) -> tuple[Crew, bool]:
    """The team that a form describes, and whether it is to be removed."""
    name = " ".join(values.get("name", "").split())
    managers, members = _several(values.get("managers", "")), _several(values.get("members", ""))
    return Crew(number, name, managers, members, values.get("playbook", "")), bool(values.get("remove"))


def _several(value: str) -> tuple[str, ...]:
    return tuple(filter(None, value.split(",")))
