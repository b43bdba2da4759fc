"""Who is let in: members of the workspace. And what each event tells of its channel in passing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse, Respond

from bot.directory import Directory
from bot.lateness import left_to_acknowledge
from bot.listeners.buttons import answer_press
from bot.listeners.files import is_dropped
from bot.service.outsiders import OutsiderService
from bot.speaker import Speaker
from flows import utterances as say

FOR_US = ("app_mention", "app_home_opened")
"""The events by which somebody turns to the bot, beside a file that is dropped in their conversation with it."""


def register(bolt: App, directory: Directory, outsiders: OutsiderService, speaker: Speaker) -> None:
    """Before all other listeners: whoever is turned away here gets to none of them."""

    @bolt.middleware
    def let_in(
        body: dict[str, Any], context: BoltContext, ack: Ack, respond: Respond, next_: Callable[[], None]
    ) -> BoltResponse | None:
        team, person, event = str(context.team_id), context.user_id, body.get("event") or {}
        if isinstance(channel := event.get("channel"), str) and "is_ext_shared_channel" in body:
            outsiders.hear(channel, bool(body["is_ext_shared_channel"]))
        if not person or not _is_for_us(event) or directory.is_colleague(team, person):
            next_()
            return None
        if "command" in body:
            words = speaker.render(team, say.colleagues_only()).private
            return ack(**left_to_acknowledge(words, respond, context))
        return turn_away(team, person, body, ack)

    @bolt.event("channel_shared")
    def on_shared(event: dict[str, Any]) -> None:
        outsiders.hear(event["channel"], True)

    @bolt.event("channel_unshared")
    def on_unshared(event: dict[str, Any]) -> None:
        """Another company has left the channel; a third one may still be there."""
        outsiders.hear(event["channel"], bool(event.get("is_ext_shared")))

    @bolt.event("member_joined_channel")
    def on_joined(event: dict[str, Any], context: BoltContext) -> None:
        if event["user"] == context.bot_user_id:
            outsiders.is_back(event["channel"])

    def turn_away(team: str, person: str, body: dict[str, Any], ack: Ack) -> BoltResponse:
        hint, event = say.colleagues_only(), body.get("event") or {}
        match body.get("type"):
            case "block_suggestion":
                return ack(options=[])
            case "view_submission" if first := next(iter(body["view"]["state"]["values"]), ""):
                return ack(response_action="errors", errors={first: speaker.sentence(team, hint)})
            case "event_callback" if event["type"] == "app_home_opened":
                speaker.show_home(team, person, say.colleagues_only_home())
            case "event_callback" if event["type"] == "app_mention":
                speaker.whisper(team, event["channel"], person, event.get("thread_ts"), hint)
            case "block_actions" if "channel" in body:
                answer_press(speaker, body, hint)
            case "block_actions" if (body.get("view") or {}).get("type") == "home":
                speaker.show_home(team, person, say.colleagues_only_home())
            case _:
                speaker.tell(team, person, hint)
        return ack()


def _is_for_us(event: dict[str, Any]) -> bool:
    """Commands, forms and buttons, which are no events, are all for us, and few events are.

    Who comes and goes needs no answer. What people say to each other may be for us: that is known where it is heard.
    """
    return not event or event["type"] in FOR_US or is_dropped(event)
