"""What people submit: the form that starts a review, a deal's details, and a line to move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot import forms
from bot.service.desk import check_name
from bot.service.portfolio import PortfolioService
from bot.service.reviews import ReviewService
from bot.speaker import Speaker
from flows.deal import Ending
from flows.steering import Act
from flows.utterances import Utterance

BLOCK_OF = {"cannot_hold": "channel", "held_elsewhere": "channel", "unknown_person": "owner"}
"""Where in the form a review that cannot start is explained; the deal's name if not here."""


def register(bolt: App, reviews: ReviewService, portfolio: PortfolioService, speaker: Speaker) -> None:
    @bolt.view("start_review")
    def on_start(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, person = body["team"]["id"], body["user"]["id"]
        filled = forms.read(view)
        asked = filled.deal(team)
        wrong = dict(filled.errors)
        if problem := check_name(asked.name):
            wrong["name"] = problem
        if not wrong and (hint := reviews.start(team, person, filled.values["channel"], asked, is_chosen=True)):
            wrong[BLOCK_OF.get(hint.name, "name")] = hint
        answer_form(speaker, ack, team, wrong)

    @bolt.view("details")
    def on_details(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, by = body["team"]["id"], act(body)
        filled = forms.read(view)
        wrong = dict(filled.errors)
        changed = filled.deal(team)
        if not wrong and (hint := reviews.change_details(team, int(view["private_metadata"]), changed, by)):
            wrong["stage"] = hint
        answer_form(speaker, ack, team, wrong)

    @bolt.view("fix_line")
    def on_fix_line(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, filled = body["team"]["id"], forms.read(view)
        message_ts, position = filled.line
        review = int(view["private_metadata"])
        hint = reviews.move_line(team, review, message_ts, position, filled.label, act(body))
        answer_form(speaker, ack, team, {"line": hint} if hint else {})

    @bolt.view("close_deal")
    def on_close(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        ending = Ending(forms.read(view).values["ending"])
        hint = portfolio.close(body["team"]["id"], int(view["private_metadata"]), ending, act(body))
        answer_form(speaker, ack, body["team"]["id"], {"ending": hint} if hint else {})


def answer_form(speaker: Speaker, ack: Ack, team: str, wrong: Mapping[str, Utterance]) -> None:
    """Close a form, or keep it open with a sentence at each block that will not do: nothing typed is lost."""
    if wrong:
        ack(response_action="errors", errors={block: speaker.sentence(team, hint) for block, hint in wrong.items()})
    else:
        ack()


def act(body: dict[str, Any]) -> Act:
    return Act(body["user"]["id"], f"view:{body['view']['id']}:{body['view'].get('hash') or ''}")
