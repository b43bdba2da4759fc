"""Says what was decided: in the order of the decisions, after their commit, and again after a restart."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_exponential,
)

from bot.speaker import Speaker
from flows.review import Review
from flows.utterances import PARENT, SHARED, Retouch, Utterance
from storage.database import Database
from storage.messages import Message, Messages

LONGEST_WAIT = 60
SECONDS_TO_FINISH = 10

PASSING = frozenset(
    {
        "account_inactive", "fatal_error", "internal_error", "invalid_auth", "ratelimited", "request_timeout",
        "service_unavailable", "team_added_to_org", "token_expired", "token_revoked",
    }
)  # fmt: skip
"""Slack's refusals that say nothing about the message: the same words will do when the trouble is over."""

log = logging.getLogger(__name__)


class NotNow(Exception):
    """Slack or the database cannot be reached; what was to be said is still to be said."""


class Engine:
    """One thread that delivers decided messages, oldest first.

    What is decided is a row, written in the transaction of the decision (`decide`). A post whose outcome is not known
    is looked for in Slack before it is tried again, so a broken connection or a killed process says nothing twice.
    `on_refused` is told of a parent message that Slack will never take.
    """

    def __init__(self, database: Database, speaker: Speaker) -> None:
        self._database = database
        self._speaker = speaker
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.on_refused: Callable[[Message, str], None] = lambda message, reason: None

    def decide(self, session: Session, review: Review, says: Iterable[Utterance | Retouch], now: datetime) -> None:
        """Decide, within the caller's transaction, to say these; call `wake` when it is committed."""
        Messages(session).decide(review, says, now)

    def wake(self) -> None:
        """There may be something to say."""
        self._due.set()

    def is_idle(self) -> bool:
        """Whether everything that was decided is said."""
        with self._database.transaction() as session:
            return Messages(session).next_unsaid() is None

    def start(self) -> None:
        """Begin with what an earlier process left unsaid."""
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()
        self.wake()

    def stop(self) -> None:
        """Finish the message in hand; the rest is said after the next start."""
        self._stopping.set()
        self._due.set()
        if self._thread:
            self._thread.join(SECONDS_TO_FINISH)

    def _work(self) -> None:
        patiently = Retrying(
            retry=retry_if_exception_type(NotNow),
            wait=wait_exponential(multiplier=0.2, max=LONGEST_WAIT),
            sleep=sleep_using_event(self._stopping),
            stop=stop_when_event_set(self._stopping),
            before_sleep=_report,
            reraise=True,
        )
        while not self._stopping.is_set():
            self._due.wait()
            self._due.clear()
            try:
                while not self._stopping.is_set() and patiently(self._say_next):
                    pass
            except NotNow:
                return

    def _say_next(self) -> bool:
        """Deliver the oldest decision; False when there is none."""
        try:
            message = self._take()
            if message is None:
                return False
            self._deliver(message)
        except OperationalError as error:
            raise NotNow(f"the database does not answer: {error.orig}") from error
        return True

    def _take(self) -> Message | None:
        with self._database.transaction() as session:
            messages = Messages(session)
            message = messages.next_unsaid()
            if message and not message.ts:
                messages.tried(message)
            return message

    def _deliver(self, message: Message) -> None:
        if message.thread_ts is None and message.slot not in (PARENT, SHARED):
            return self._refuse(message, "its thread does not exist")
        try:
            already = self._speaker.find(message) if message.tries and not message.ts else None
            ts = already or self._speaker.deliver(message)
        except SlackApiError as error:
            reason = str(error.response.get("error", "unknown"))
            if reason in PASSING or error.response.status_code >= 500:
                raise NotNow(f"Slack says {reason}") from error
            return self._refuse(message, reason)
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(f"Slack cannot be reached: {error}") from error
        except Exception:  # one message that cannot be put into words must not silence all the others
            log.exception("%s of review %s cannot be said", message.slot, message.review_id)
            return self._refuse(message, "it cannot be put into words")
        with self._database.transaction() as session:
            Messages(session).said(message, ts)
        return None

    def _refuse(self, message: Message, reason: str) -> None:
        log.error("Slack refused %s of review %s: %s", message.slot, message.review_id, reason)
        with self._database.transaction() as session:
            Messages(session).refused(message, reason)
        if message.slot == PARENT and message.ts is None:
            self.on_refused(message, reason)


def _report(state: RetryCallState) -> None:
    reason = state.outcome.exception() if state.outcome else None
    log.warning("%s; trying again, attempt %d", reason, state.attempt_number + 1)
