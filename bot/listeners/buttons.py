"""What people press: the buttons under questions, in the parent message and under a summary.

And what they choose in a form before they submit it.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot import forms
from bot.service.arrivals import Arrivals, Pressed
from bot.service.deals import DealService
from bot.service.lessons import LessonService
from bot.service.reviews import ReviewService
from bot.speaker import Speaker
from flows.answer import Source
from flows.steering import Act
from flows.utterances import Utterance
from flows.words import Word


def register(
    bolt: App,
    reviews: ReviewService,
    arrivals: Arrivals,
    deals: DealService,
    lessons: LessonService,
    speaker: Speaker,
) -> None:
    answer = partial(answer_press, speaker)

    @bolt.action(re.compile("^word:"))
    def on_word(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        review, ask = ids(action["value"], 2)
        word = Word(action["action_id"].removeprefix("word:"))
        answer(body, arrivals.press(pressed(body, review), "word", word=word, ask=int(ask)))
        ack()

    @bolt.action(re.compile("^source:"))
    def on_source(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        review, question, ask = ids(action["value"], 3)
        source = Source(action["action_id"].removeprefix("source:"))
        answer(body, arrivals.press(pressed(body, review), "source", question=question, ask=int(ask), source=source))
        ack()

    @bolt.action(re.compile("^day:"))
    def on_day(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        _, what, review, question, ask = ids(action["action_id"], 5)
        if day := action.get("selected_date"):
            said = {"what": what, "question": question, "day": day}
            answer(body, arrivals.press(pressed(body, review), "day", ask=int(ask), **said))
        ack()

    @bolt.action("doubt")
    def on_doubt(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        review, question = ids(action["value"], 2)
        answer(body, arrivals.press(pressed(body, review), "doubt", question=question))
        ack()

    @bolt.action(re.compile("^answers:"))
    def on_answers(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        review, message_ts = ids(action["value"], 2)
        question = action["action_id"].removeprefix("answers:")
        answer(body, arrivals.press(pressed(body, review), "answers", question=question, ts=message_ts))
        ack()

    @bolt.action("share")
    def on_share(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, arrivals.press(pressed(body, action["value"]), "share"))
        ack()

    @bolt.action("fix_line")
    def on_fix_line(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, reviews.lines_to_move(pressed(body, action["value"])))
        ack()

    @bolt.action({"block_id": "line", "action_id": forms.VALUE})
    def on_line_chosen(ack: Ack, body: dict[str, Any]) -> None:
        team, view = body["team"]["id"], body["view"]
        message_ts, position = forms.read(view).line
        review, person = int(view["private_metadata"]), body["user"]["id"]
        if form := lessons.explain_line(team, review, message_ts, position, person):
            speaker.change_form(team, view["id"], form)
        ack()

    @bolt.action("forget")
    def on_forget(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        team, person, channel = body["team"]["id"], body["user"]["id"], body["channel"]["id"]
        answer(body, lessons.forget(team, person, channel, int(action["value"])))
        ack()

    @bolt.action("history")
    def on_history(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        team, person, channel = body["team"]["id"], body["user"]["id"], body["channel"]["id"]
        told = deals.history(team, person, channel, int(action["value"]))
        if told.name == "history":
            speaker.open_form(team, body["trigger_id"], told)
        else:
            answer(body, told)
        ack()

    @bolt.action("details")
    def on_details(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, reviews.details(pressed(body, action["value"])))
        ack()

    @bolt.action("start")
    @bolt.shortcut("start_review")
    def on_start(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        team = str(context.team_id)
        speaker.open_form(team, body["trigger_id"], reviews.form(team, "", body["user"]["id"]))
        ack()

    @bolt.action(re.compile(""))
    def on_link(ack: Ack) -> None:
        """A button that only opens an address is reported, too."""
        ack()


def pressed(body: dict[str, Any], review: str) -> Pressed:
    person, at = body["user"]["id"], body["actions"][0]["action_ts"]
    by = Act(person, f"{at}:{person}")
    return Pressed(body["team"]["id"], body["channel"]["id"], int(review), by, at, thread_of(body))


def answer_press(speaker: Speaker, body: dict[str, Any], found: Utterance | None) -> None:
    """Give whoever pressed a button what came of it: a form, or a hint that nobody else sees.

    A command works where the bot is not, and then nothing can be shown there: the hint is a direct message.
    """
    team, person = body["team"]["id"], body["user"]["id"]
    if found and found.name.endswith("_form"):
        speaker.open_form(team, body["trigger_id"], found)
    elif found and not speaker.whisper(team, body["channel"]["id"], person, thread_of(body), found):
        speaker.tell(team, person, found)


def thread_of(body: dict[str, Any]) -> str | None:
    """The thread of the message that a button sits on, if it is in one. Of a note Slack only tells where it is."""
    found: str | None = (body.get("message") or body.get("container") or {}).get("thread_ts")
    return found


def ids(value: str, many: int) -> list[str]:
    """The ids a button carries. Raises `ValueError` when they are not as many as they should be."""
    parts = value.split(":")
    if len(parts) != many:
        raise ValueError(f"a button carries {value!r}, not {many} ids")
    return parts
