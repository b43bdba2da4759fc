"""Files that people drop in their conversation with the bot, and the buttons on what it says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot import mrkdwn
from bot.listeners.buttons import answer_press
from bot.service.pipeline import Given, PipelineService
from bot.speaker import Speaker
from flows.pipeline_values import Order
from flows.review import DIRECT
from flows.utterances import Utterance

Press = Callable[[str, str, int], Utterance | None]


def register(bolt: App, pipeline: PipelineService, speaker: Speaker) -> None:
    """Before the listener for all other messages: Bolt runs the first that matches."""

    @bolt.event("message", matchers=[is_dropped])
    def on_file(event: dict[str, Any], context: BoltContext) -> None:
        files = [read(each) for each in event["files"]]
        pipeline.drop(str(context.team_id), event["user"], event["channel"], event["ts"], files)

    pressed: dict[str, Press] = {
        "import:go": pipeline.take,
        "import:drop": pipeline.leave,
        "import:eu": lambda team, person, file: pipeline.date(team, person, file, Order.EU),
        "import:us": lambda team, person, file: pipeline.date(team, person, file, Order.US),
    }

    def on_button(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        answer_press(speaker, body, pressed[action["action_id"]](team, person, int(action["value"])))
        ack()

    for action_id in pressed:
        bolt.action(action_id)(on_button)


def is_dropped(event: dict[str, Any]) -> bool:
    """A person's file at the top of a direct message; in a thread it belongs to what is said there."""
    is_theirs = bool(event.get("user") and not event.get("bot_id") and event.get("files"))
    is_top = event.get("thread_ts") in (None, "", event.get("ts"))
    is_direct = str(event.get("channel")).startswith(DIRECT)  # Slack need not say of which type a channel is
    return event.get("subtype") == "file_share" and is_direct and is_theirs and is_top


def read(file: dict[str, Any]) -> Given:
    """A file as an event tells of it; one that Slack does not show the bot has no address."""
    address = file.get("url_private_download") or file.get("url_private") or ""
    name = mrkdwn.cleaned(str(file.get("name") or "")) or "the file"
    return Given(file["id"], name, str(address), int(file.get("size") or 0))
