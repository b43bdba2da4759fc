"""Answers outside the Web API: what rides in a command's acknowledgement, and what is sent to a response URL.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from typing import Any

from sandbox.model import Channel, Json, User
from sandbox.permits import ResponsePlace
from sandbox.refusals import Refusal
from sandbox.web_api.call import checked_blocks
from sandbox.workspace import Workspace


class Responses:
    """`base_url` is where the workspace is served, known once it is."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.base_url = ""

    def url(self, user: str, channel: str, message_ts: str | None = None, ephemeral_id: str | None = None) -> str:
        place_id = self._workspace.permits.response_place(user, channel, message_ts, ephemeral_id)
        return f"{self.base_url}/response/{place_id}"

    def acknowledged(self, user: User, channel: Channel, answer: Any) -> Json:
        """Shows what came with the acknowledgement of a command and gives it back as the page wants it."""
        if not isinstance(answer, dict) or not (answer.get("text") or answer.get("blocks")):
            return {}
        self._say(ResponsePlace(user.id, channel.id, None, None, 0.0), answer)
        shown = {key: answer[key] for key in ("text", "blocks") if answer.get(key)}
        return {"response": {"text": "", **shown}}

    def respond(self, place_id: str, body: Any) -> None:
        if not self._workspace.installed:
            raise Refusal("no_service")
        place = self._workspace.permits.use_response(place_id)
        if not isinstance(body, dict):
            raise Refusal("invalid_payload")
        if body.get("delete_original"):
            self._delete_original(place)
            return
        if not (body.get("text") or body.get("blocks")):
            raise Refusal("no_text")
        if not (body.get("replace_original") and self._replace_original(place, body)):
            self._say(place, body)

    def _content(self, body: Json) -> tuple[str, list[Json]]:
        blocks = body.get("blocks")
        return str(body.get("text") or ""), checked_blocks(blocks, self._workspace) if blocks else []

    def _say(self, place: ResponsePlace, body: Json) -> None:
        """A note to the person, or a message to all if asked: also where the bot is not a member."""
        text, blocks = self._content(body)
        channel = self._workspace.channels[place.channel]
        thread_ts = body.get("thread_ts")
        if body.get("response_type") == "in_channel":
            self._workspace.post(channel, self._workspace.bot, text, blocks=blocks, thread_ts=thread_ts)
        else:
            self._workspace.whisper(channel, self._workspace.users[place.user], text, blocks, thread_ts)

    def _replace_original(self, place: ResponsePlace, body: Json) -> bool:
        """False if there is nothing of the bot's to replace; then Slack shows a new message."""
        text, blocks = self._content(body)
        note = self._workspace.ephemerals.get(place.ephemeral_id or "")
        if note:
            self._workspace.rewrite_whisper(note, text, blocks)
            return True
        message = self._workspace.messages.get(place.channel, {}).get(place.message_ts or "")
        if message is None or message.bot_id is None:
            return False
        self._workspace.edit(message, text, blocks=blocks, mark_edited=not blocks)
        return True

    def _delete_original(self, place: ResponsePlace) -> None:
        note = self._workspace.ephemerals.get(place.ephemeral_id or "")
        if note:
            self._workspace.unsay_whisper(note)
            return
        message = self._workspace.messages.get(place.channel, {}).get(place.message_ts or "")
        if message is not None and message.bot_id is not None:
            self._workspace.delete(message)
