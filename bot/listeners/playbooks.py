"""The buttons under a draft of a playbook, and the form in which its questions get their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot import forms
from bot.listeners.buttons import answer_press, ids
from bot.listeners.forms import answer_form
from bot.service.drafts import Press
from bot.service.new_playbooks import NewPlaybooks
from bot.service.playbooks import PlaybookService
from bot.speaker import Speaker
from flows.utterances import Utterance

Do = Callable[[Press], Utterance | None]


def register(bolt: App, playbooks: PlaybookService, new: NewPlaybooks, speaker: Speaker) -> None:
    answer = partial(answer_press, speaker)

    @bolt.action(re.compile("^playbook:(up|down):"))
    def on_move(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        _, word, question = ids(action["action_id"], 3)
        answer(body, playbooks.move(press(body, action), question, -1 if word == "up" else 1))
        ack()

    @bolt.action(re.compile("^playbook:(on|off):"))
    def on_switch(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        _, word, question = ids(action["action_id"], 3)
        answer(body, playbooks.switch(press(body, action), question, word == "on"))
        ack()

    @bolt.action(re.compile("^playbook:reword:"))
    def on_reword(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        _, _, question = ids(action["action_id"], 3)
        answer(body, playbooks.form(press(body, action), question))
        ack()

    @bolt.action("playbook:add")
    def on_add(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, playbooks.form(press(body, action)))
        ack()

    @bolt.action("playbook:copy")
    def on_copy(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, new.name_form(press(body, action)))
        ack()

    @bolt.view("new_playbook")
    def on_name(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team = body["team"]["id"]
        key, edit = ids(view["private_metadata"], 2)
        about = Press(team, body["user"]["id"], key, int(edit), view["id"])
        answer_form(speaker, ack, team, new.begin(about, forms.read(view).values.get("name", "")))

    @bolt.view("question")
    def on_words(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team = body["team"]["id"]
        key, edit, question = ids(view["private_metadata"], 3)
        about = Press(team, body["user"]["id"], key, int(edit))
        answer_form(speaker, ack, team, playbooks.word(about, question, forms.read(view).values))

    def on(word: str, do: Do) -> None:
        @bolt.action(f"playbook:{word}")
        def on_press(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
            answer(body, do(press(body, action)))
            ack()

    on("try", playbooks.try_it)
    on("save", playbooks.save)
    on("anyway", lambda by: playbooks.save(by, anyway=True))
    on("mine", lambda by: playbooks.save(by, after_theirs=True))
    on("theirs", playbooks.go_on_from_theirs)
    on("leave", playbooks.leave)
    on("usual", playbooks.make_usual)
    on("export", playbooks.export)


def press(body: dict[str, Any], action: dict[str, Any]) -> Press:
    key, edit = ids(action["value"], 2)
    return Press(body["team"]["id"], body["user"]["id"], key, int(edit), action["action_ts"])
