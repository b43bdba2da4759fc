"""Renders utterances to Block Kit and writes them to Slack. Nothing else in the bot posts, edits or reacts;
`bot.pipeline.files` gives files.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from jinja2 import TemplateNotFound, UndefinedError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy.exc import OperationalError

from bot import blocks, mrkdwn
from bot.engine import NotNow
from bot.facing import faced
from bot.languages import ENGLISH, Language, language_of
from bot.library import Library
from bot.voice import Names, Voice
from bot.wording import Wording
from flows import utterances as say
from flows.utterances import ON, Utterance
from storage.messages import Message, plain

LONGEST_EDIT = 4000
LONGEST_STRUGGLE = 160
EVENT_TYPE = "dealreview_message"

NOT_HERE = "invalid_blocks"
"""How Slack refuses a block that it does not have in a workspace yet."""

NO_WORDS = (TemplateNotFound, UndefinedError)
"""What is raised for an utterance whose template this version does not have, or has for other values."""

TROUBLES = (SlackApiError, OSError, http.client.HTTPException, NotNow, OperationalError)
"""What may keep something from being said: Slack, the way there, or the database, which has the token and the words."""

ALREADY_GONE = ("message_not_found", "channel_not_found", "not_in_channel")
"""Slack's answers when there is nothing to delete, or nothing that we could."""

NO_HOME = ("user_not_found", "user_not_visible", "not_enabled")
"""Slack's answers for somebody who has no App Home of ours."""

KEPT = ("cant_delete_message", "compliance_exports_prevent_deletion")
"""Slack's answers when a message has to stay."""

Json = dict[str, Any]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """An utterance as Slack takes it: blocks, the text for notifications, and a view's frame if it is a view.

    `drawn` are the blocks of a message with its pictures, for a workspace that has them; `blocks` say it in words. A
    view is always in words, for Slack draws pictures in messages only; and so is the answer to a command, because
    nobody would be told if Slack refused it.
    """

    text: str
    blocks: list[Json]
    frame: Json
    drawn: list[Json]

    @property
    def view(self) -> Json:
        return {**self.frame, "blocks": self.blocks}

    @property
    def private(self) -> Json:
        """The arguments of an answer that only the acting person sees."""
        return {"response_type": "ephemeral", "text": self.text, "blocks": self.blocks}


class Speaker:
    """The bot's voice. Raises `slack_sdk.errors.SlackApiError` and the network's errors as they come."""

    def __init__(self, client: WebClient, names: Names, library: Library | None = None) -> None:
        self._client = client
        self._names = names
        self._library = library or Library()
        self._without_pictures: set[str] = set()
        self._voice = cache(lambda language: Voice(language, names))

    def render(self, team: str, utterance: Utterance, reader: str = "") -> Rendered:
        """The words of an utterance, with every value in its context encoded.

        They are in the language of the person who reads it, if all of it can be said in that, and else in English. That
        is the `reader`, or whoever a context is about: what stands in a thread is read by the owner of its review. What
        names neither answers somebody.
        """
        context = {**mrkdwn.encoded(plain(utterance.context)), "team": team}
        voice = self._voice_for(team, utterance.name, reader or faced() or _reader(utterance))
        context["wording"] = self._wordings(team, context, voice.language)
        words = voice.template(utterance.name).render(context)
        made = blocks.assemble(words)
        frame = made.pop(0) if made and made[0]["type"] in ("modal", "home") else {}
        return Rendered(_fallback(made), made, frame, blocks.assemble(words, pictures=True))

    def sentence(self, team: str, utterance: Utterance) -> str:
        """An utterance as one plain string, for the places that take no blocks."""
        return mrkdwn.unformatted(self.render(team, utterance).text)

    def deliver(self, message: Message) -> str | None:
        """Bring what stands in Slack up to date with a decided message; returns Slack's id of a post or edit."""
        if message.slot.startswith(ON):
            self._react(message)
            return None
        said = self.render(message.team, Utterance(message.name, message.context))
        if message.ts:
            edit = partial(self._client.chat_update, channel=message.channel, ts=message.ts)
            self._show(message.team, said, edit)
            return message.ts
        post = partial(
            self._client.chat_postMessage,
            channel=message.channel,
            thread_ts=message.thread_ts,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(self._show(message.team, said, post)["ts"])

    def find(self, message: Message) -> str | None:
        """Slack's id of a message that an earlier attempt may have posted, or None if it is not there.

        A thread is told oldest first, so it is read to its end; a channel newest first, so its first page will do.
        """
        pages: Iterable[Any]
        if message.thread_ts:
            pages = self._client.conversations_replies(
                channel=message.channel, ts=message.thread_ts, include_all_metadata=True, limit=200
            )
        else:
            pages = [self._client.conversations_history(channel=message.channel, include_all_metadata=True, limit=200)]
        for posted in (each for page in pages for each in page["messages"]):
            payload = (posted.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == message.key:
                return str(posted["ts"])
        return None

    def take_back(self, message: Message, ts: str) -> None:
        """Delete a message of ours; where Slack does not let us, its words give way to a line that says so."""
        try:
            self._client.chat_delete(channel=message.channel, ts=ts)
        except SlackApiError as error:
            if error.response["error"] in ALREADY_GONE:
                return
            if error.response["error"] not in KEPT:
                raise
            line = self.render(message.team, say.taken_back(bool(message.context["is_review"])))
            self._client.chat_update(channel=message.channel, ts=ts, text=line.text, blocks=line.blocks)

    def whisper(self, team: str, channel: str, person: str, thread_ts: str | None, hint: Utterance) -> bool:
        """Show a hint to one person; returns whether Slack took it. It may get lost, and nothing depends on it."""
        try:
            note = partial(self._client.chat_postEphemeral, channel=channel, user=person, thread_ts=thread_ts)
            self._show(team, self.render(team, hint, person), note)
        except TROUBLES as error:
            log.warning("a hint for %s in %s did not arrive: %s", person, channel, error)
            return False
        return True

    def tell(self, team: str, person: str, utterance: Utterance) -> None:
        """Write to a person's direct messages. Like a hint, it may get lost."""
        try:
            said = self.render(team, utterance, person)
            self._show(team, said, partial(self._client.chat_postMessage, channel=person))
        except TROUBLES as error:
            log.warning("a message to %s did not arrive: %s", person, error)

    def open_form(self, team: str, trigger_id: str, form: Utterance) -> None:
        self._client.views_open(trigger_id=trigger_id, view=self.render(team, form).view)

    def push_form(self, team: str, trigger_id: str, form: Utterance) -> None:
        """Open a form over the one that is open."""
        self._client.views_push(trigger_id=trigger_id, view=self.render(team, form).view)

    def change_form(self, team: str, view_id: str, form: Utterance) -> None:
        """Show an open form anew; what was filled in stays. Like a hint, it may get lost: it may be closed by now.

        The form's `hash` is not given: with it, Slack would turn away the answer to a choice that was made before the
        answer to the choice before it was there.
        """
        try:
            self._client.views_update(view_id=view_id, view=self.render(team, form).view)
        except TROUBLES as error:
            log.info("the form %s is not shown anew: %s", view_id, error)

    def show_home(self, team: str, person: str, home: Utterance) -> None:
        """Show somebody their App Home, if Slack lets them have one: to people of another company it shows none."""
        try:
            self._client.views_publish(user_id=person, view=self.render(team, home, person).view)
        except SlackApiError as error:
            if error.response["error"] not in NO_HOME:
                raise
            log.info("Slack shows no Home to %s: %s", person, error.response["error"])

    def _voice_for(self, team: str, name: str, reader: str) -> Voice:
        """The voice that says a template to somebody."""
        voice = self._voice(language_of(self._names.known(team, reader).locale) if reader else ENGLISH)
        return voice if voice.knows(name) else self._voice(ENGLISH)

    def _wordings(self, team: str, context: Json, language: Language) -> Callable[..., Wording]:
        """What gives the words of a question by its key, asked about a customer.

        They are those of the playbook `of` that deal, by its reference, or else of the one that the context names.
        """
        shelf = cache(lambda: self._library.shelf(team))
        ref = str(context.get("playbook") or "")
        deal = context.get("deal") or language.words.gettext("the customer")
        struggle = mrkdwn.shorten((context.get("struggle") or "").replace("\n", " "), LONGEST_STRUGGLE)

        def wording(key: str, customer: str = "", of: str = "") -> Wording:
            playbook = self._library.playbook(team, of or ref)
            question = (playbook.find(key) if playbook else None) or shelf().question(key)
            known = {"customer": customer or deal, "deal": deal, "struggle": struggle}
            return Wording(question, known, mrkdwn.encode, language.question)

        return wording

    def _show(self, team: str, said: Rendered, call: Callable[..., SlackResponse]) -> SlackResponse:
        """Show a message with its pictures, or in words where Slack does not take them.

        Slack gives a new block to one workspace after the other. One that refused is not tried again as long as this
        process lives; what it refuses in words, too, was refused for something else.
        """
        if said.drawn == said.blocks or team in self._without_pictures:
            return call(text=said.text, blocks=said.blocks)
        try:
            return call(text=said.text, blocks=said.drawn)
        except SlackApiError as error:
            if error.response["error"] != NOT_HERE:
                raise
        response = call(text=said.text, blocks=said.blocks)
        self._without_pictures.add(team)
        log.info("Slack draws no pictures in %s yet; they are said in words", team)
        return response

    def _react(self, message: Message) -> None:
        emoji = self._voice(ENGLISH).template(message.name).render().strip()
        try:
            self._client.reactions_add(channel=message.channel, timestamp=message.slot.removeprefix(ON), name=emoji)
        except SlackApiError as error:
            if error.response["error"] not in ("already_reacted", "message_not_found"):
                raise


def _reader(utterance: Utterance) -> str:
    """Who reads what is not said to anybody by name."""
    context = utterance.context
    return str(context.get("owner") or context.get("person") or context.get("manager") or "")


def _fallback(made: list[dict[str, Any]]) -> str:
    """What a notification and a screen reader say: the words of the blocks without their frame."""
    said = [block["text"]["text"] for block in made if block["type"] in ("section", "header")]
    return mrkdwn.shorten("\n".join(said), LONGEST_EDIT - 1)
