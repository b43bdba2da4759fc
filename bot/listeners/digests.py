"""What people press on a digest, and the form to change when it comes."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot import forms
from bot.listeners.buttons import answer_press
from bot.listeners.forms import answer_form
from bot.service.digested import DigestedService, Press
from bot.speaker import Speaker
from flows.steering import Act


def register(bolt: App, digested: DigestedService, speaker: Speaker) -> None:
    answer = partial(answer_press, speaker)

    @bolt.action(re.compile(r"^digest:page"))
    def on_page(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        press, (page,) = pressed(action, body, context)
        answer(body, digested.turn(press, int(page)))
        ack()

    @bolt.action("digest:fold")
    def on_fold(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        answer(body, digested.turn(pressed(action, body, context)[0], None))
        ack()

    @bolt.action("digest:clear")
    def on_clear(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        press, (shown,) = pressed(action, body, context)
        answer(body, digested.show_clear(press, bool(shown)))
        ack()

    @bolt.action("digest:take")
    def on_take(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        press, (review, key) = pressed(action, body, context)
        answer(body, digested.take(press, int(review), key))
        ack()

    @bolt.action(re.compile(r"^digest:ask:\d+$"))
    def on_ask(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        press, (person,) = pressed(action, body, context)
        answer(body, digested.ask(press, person))
        ack()

    @bolt.action("digest:ahead")
    def on_ahead(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        answer(body, digested.send_ahead(pressed(action, body, context)[0]))
        ack()

    @bolt.action("digest:time")
    def on_time(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        answer(body, digested.time_form(pressed(action, body, context)[0]))
        ack()

    @bolt.view("digest_time")
    def on_time_chosen(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        chosen = forms.read(view).values["minutes"]
        hint = digested.set_time(team, int(view["private_metadata"]), person, chosen)
        answer_form(speaker, ack, team, {"minutes": hint} if hint else {})


def pressed(action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> tuple[Press, list[str]]:
    """On which digest a button was pressed, by whom, and what else the button carries."""
    slot, *rest = action["value"].split("|")
    person = body["user"]["id"]
    return Press(str(context.team_id), slot, Act(person, f"{action['action_ts']}:{person}")), rest
