"""Says what was decided: once, in order, at Slack's pace."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.clients import lasting, reaching_slack
from bot.engine import Lane, NotHere, NotNow, Waiting
from bot.speaker import NO_WORDS, Speaker
from flows.forgetting import NOWHERE
from flows.review import Review
from flows.utterances import PARENT, Retouch, Utterance
from storage.database import Database
from storage.messages import Message, Messages
from storage.rests import is_resting, rest

SECONDS_UNDER_WAY = 2
"""How long a call may be under way after the process that made it has died.

To look for a post before that is too early, and to edit before that lets older words land after the newer.
"""
BURST_OF_POSTS = 8
"""Slack takes about one message a second in a channel, and short bursts; so this many may come at once."""

LOOK_AGAIN = timedelta(minutes=1)
"""So often is looked whether another company can still read a channel in which something is held back."""

OTHERS_MAY_KNOW = timedelta(hours=1)
"""For so long words that this version does not have are left to others: a later version decided them, while one replica
after the other is upgraded. No longer, for nothing else is said in the channel meanwhile.
"""

OnRefused = Callable[[Message, str], Callable[[Session], None]]

log = logging.getLogger(__name__)


class Result(StrEnum):
    """How an attempt to say something ended."""

    SAID = "said"
    FOUND = "found"  # an earlier attempt had been successful after all
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"  # Slack will never take it
    RESTED = "rested"  # Slack asks for a pause
    LATER = "later"  # Slack could not be reached, or was not well


class Outbox:
    """The messages that are decided and not yet said, for the engine: a lane is a channel.

    A post whose outcome is not known is looked for in Slack before it is tried again, so a broken connection or a
    killed process says nothing twice. `pace` is the time between posts to a channel in the long run, zero for none.
    `on_refused` is told of a parent message that Slack will never take, and why, and returns what is to be done in the
    transaction that keeps this; `on_attempt` is told how each attempt to say something ended. Where another company
    `reads_along` nothing is said; `shut` are the channels known for that, each with its workspace.
    """

    name = "say"

    def __init__(self, database: Database, speaker: Speaker, pace: timedelta) -> None:
        self._database = database
        self._speaker = speaker
        self._pace = pace
        self._answered: set[int] = set()  # ids of messages whose last call Slack answered, if only with an error
        self.on_attempt: Callable[[str], None] = lambda result: None
        self.on_refused: OnRefused = lambda message, reason: lambda session: None
        self.reads_along: Callable[[str], bool] = lambda channel: False
        self.shut: Callable[[], Collection[tuple[str, str]]] = lambda: ()

    def decide(self, session: Session, review: Review, says: Iterable[Utterance | Retouch], now: datetime) -> None:
        """Decide, within the caller's transaction, to say these; to somebody who is forgotten nothing is said."""
        if review.channel != NOWHERE:
            Messages(session).decide(review, says, now)

    def decide_for(
        self, session: Session, team: str, channel: str, says: Iterable[Utterance | Retouch], now: datetime
    ) -> None:
        """Decide, within the caller's transaction, to say these in a channel, where they belong to no review."""
        Messages(session).decide_for(team, channel, says, now)

    def waiting(self, session: Session, now: datetime) -> Waiting:
        messages = Messages(session)
        return Waiting([Lane(*due) for due in messages.channels_due(now)], messages.rests_end(now))

    def is_anything_left(self, session: Session) -> bool:
        return Messages(session).is_anything_unsaid(apart_from=self.shut())

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Deliver a channel's oldest decision, if the channel is the company's own."""
        if self._is_held_back(lane.what):
            return False
        message = self._take(lane.what)
        if message is None:
            return False
        try:
            self.on_attempt(self._deliver(message, stopping))
        except NotNow:
            self.on_attempt(Result.LATER)
            raise
        return True

    def _is_held_back(self, channel: str) -> bool:
        """Whether another company can read a channel; then it rests, and all that is to be said there waits."""
        with reaching_slack():
            held = self.reads_along(channel)
        if held:
            now = datetime.now(UTC)
            with self._database.transaction() as session:
                rest(session, channel, now + LOOK_AGAIN, now)
        return held

    def _take(self, channel: str) -> Message | None:
        now = datetime.now(UTC)
        with self._database.transaction() as session:
            messages = Messages(session)
            if is_resting(session, channel, now):
                return None
            message = messages.next_unsaid(channel)
            if message is None:
                return None
            if message.is_post and self._is_too_soon(messages, channel, now):
                rest(session, channel, now + self._pace, now)
                return None
            if not message.is_reaction and not message.is_gone:
                message = messages.tried(message)
            return message

    def _is_too_soon(self, messages: Messages, channel: str, now: datetime) -> bool:
        lately = now - self._pace * BURST_OF_POSTS
        return bool(self._pace) and messages.posted_between(channel, lately, now) >= BURST_OF_POSTS

    def _take_back(self, message: Message) -> Result:
        """Delete what may be in Slack: it is known to be, or an earlier call for it was not answered."""
        ts = message.ts or (self._speaker.find(message) if message.tries else None)
        if ts:
            self._speaker.take_back(message, ts)
        with self._database.transaction() as session:
            Messages(session).taken_back(message)
        return Result.TAKEN_BACK

    def _deliver(self, message: Message, stopping: threading.Event) -> Result:
        if message.thread_ts is None and not message.is_top_level:
            return self._refuse(message, "its thread does not exist")
        is_retry = message.tries > 0
        may_be_under_way = is_retry and message.id not in self._answered
        self._answered.discard(message.id)
        if may_be_under_way and stopping.wait(SECONDS_UNDER_WAY):
            return Result.LATER
        try:
            if message.is_gone:
                return self._take_back(message)
            already = self._speaker.find(message) if is_retry and message.is_post else None
            ts = None if already else self._speaker.deliver(message)
        except SlackApiError as error:
            return self._make_of(error, message)
        except NO_WORDS as error:  # one of them is an OSError, too
            return self._leave_to_others(message, error)
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(f"Slack cannot be reached: {error}") from error
        except (NotNow, OperationalError):  # the bot's token there cannot be had now
            raise
        except Exception:  # one message that cannot be put into words must not silence all the others
            log.exception("%s of review %s cannot be said", message.slot, message.review_id)
            return self._refuse(message, "it cannot be put into words")
        with self._database.transaction() as session:
            if already:
                Messages(session).found(message, already, datetime.now(UTC))
            else:
                Messages(session).said(message, ts, datetime.now(UTC))
        return Result.FOUND if already else Result.SAID

    def _make_of(self, error: SlackApiError, message: Message) -> Result:
        """Rest when Slack asks for it, come back when the trouble is Slack's, give up when it is the message's."""
        if error.response.status_code == 429:
            seconds = float(error.response.headers.get("Retry-After", 1))
            now = datetime.now(UTC)
            with self._database.transaction() as session:
                rest(session, message.channel, now + timedelta(seconds=seconds), now)
                if not message.is_reaction and not message.is_gone:
                    Messages(session).untried(message)
            log.info("Slack asks for %g s of rest in %s", seconds, message.channel)
            return Result.RESTED
        try:
            reason = lasting(error)
        except NotNow:
            self._answered.add(message.id)
            raise
        return self._refuse(message, reason)

    def _leave_to_others(self, message: Message, error: Exception) -> Result:
        """Let whoever has the words for a message say it, if there may be somebody."""
        if datetime.now(UTC) - message.decided_at > OTHERS_MAY_KNOW:
            log.error("%s of review %s cannot be said", message.slot, message.review_id, exc_info=error)
            return self._refuse(message, "it cannot be put into words")
        if not message.is_reaction and not message.is_gone:
            with self._database.transaction() as session:
                Messages(session).untried(message)
        raise NotHere(f"there are no words for {message.slot} ({error})") from error

    def _refuse(self, message: Message, reason: str) -> Result:
        log.error("Slack refused %s of review %s: %s", message.slot, message.review_id, reason)
        never_began = message.slot == PARENT and message.ts is None
        with reaching_slack():
            end = self.on_refused(message, reason) if never_began else None
        with self._database.transaction() as session:
            if message.is_gone:  # we cannot do more, and keep no trace of it
                Messages(session).taken_back(message)
                return Result.REFUSED
            if end:
                end(session)
            Messages(session).refused(message, reason)
        return Result.REFUSED
