"""Says what was decided: once, in order, at Slack's pace, across restarts and replicas."""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

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

CHANNELS_AT_ONCE = 8
LOOK_EVERY = 1.0
"""In seconds: how soon something left behind by a process that died is noticed."""
LONGEST_WAIT = 60
SECONDS_TO_FINISH = 10
SECONDS_UNDER_WAY = 2
"""How long a post may be under way after the process that sent it has died: to look before that is too early."""
BURST_OF_POSTS = 8
"""Slack takes about one message a second in a channel, and short bursts; so this many may come at once."""

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
    """Delivers decided messages: in one channel one process at a time, oldest first; channels beside each other.

    What is decided is a row, written in the transaction of the decision (`decide`). Whoever holds a channel says what
    is unsaid there; when a process dies, its hold ends and another takes over. A post whose outcome is not known is
    looked for in Slack before it is tried again, so a broken connection or a killed process says nothing twice.
    `pace` is the time between posts to a channel in the long run, zero for none. `on_refused` is told of a parent
    message that Slack will never take; `on_tick` is called every second to do what has become due.
    """

    def __init__(self, database: Database, speaker: Speaker, pace: timedelta) -> None:
        self._database = database
        self._speaker = speaker
        self._pace = pace
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._busy: set[str] = set()
        self._mouths = ThreadPoolExecutor(CHANNELS_AT_ONCE, thread_name_prefix="engine")
        self._thread = threading.Thread(target=self._watch, name="engine", daemon=True)
        self.on_refused: Callable[[Message, str], None] = lambda message, reason: None
        self.on_tick: Callable[[], None] = lambda: None

    def decide(self, session: Session, review: Review, says: Iterable[Utterance | Retouch], now: datetime) -> None:
        """Decide, within the caller's transaction, to say these; call `wake` when it is committed."""
        Messages(session).decide(review, says, now)

    def wake(self) -> None:
        """There may be something to say."""
        self._due.set()

    def is_idle(self) -> bool:
        """Whether everything that was decided is said."""
        with self._database.transaction() as session:
            return not Messages(session).is_anything_unsaid()

    def start(self) -> None:
        """Begin with what an earlier process left unsaid."""
        self.wake()
        self._thread.start()

    def stop(self) -> None:
        """Finish the messages in hand; the rest is said after the next start, or by another replica."""
        self._stopping.set()
        self._due.set()
        if self._thread.is_alive():
            self._thread.join(SECONDS_TO_FINISH)
        self._mouths.shutdown()

    def _watch(self) -> None:
        """Give every channel that is due to a thread, whenever there may be one."""
        ticked = 0.0
        while not self._stopping.is_set():
            self._due.clear()
            try:
                if time.monotonic() - ticked >= LOOK_EVERY:
                    ticked = time.monotonic()
                    self.on_tick()
                wait = self._give_out()
            except OperationalError as error:
                log.warning("the database does not answer: %s", error.orig)
                wait = LOOK_EVERY
            except Exception:  # whatever it is, the bot must not fall silent for good
                log.exception("the engine stumbled")
                wait = LOOK_EVERY
            self._due.wait(wait)

    def _give_out(self) -> float:
        """Start on the channels that are due; returns after how many seconds to look again."""
        now = datetime.now(UTC)
        with self._database.transaction() as session:
            messages = Messages(session)
            due, rests_end = messages.channels_due(now), messages.rests_end(now)
        for channel in due:
            if channel not in self._busy:
                self._busy.add(channel)
                self._mouths.submit(self._say_all_in, channel)
        until_rest_ends = (rests_end - now).total_seconds() if rests_end else LOOK_EVERY
        return min(LOOK_EVERY, until_rest_ends)

    def _say_all_in(self, channel: str) -> None:
        patiently = Retrying(
            retry=retry_if_exception_type(NotNow),
            wait=wait_exponential(multiplier=0.2, max=LONGEST_WAIT),
            sleep=sleep_using_event(self._stopping),
            stop=stop_when_event_set(self._stopping),
            before_sleep=_report,
            reraise=True,
        )
        said = False
        try:
            with self._database.hold(f"say {channel}") as mine:
                while mine and not self._stopping.is_set() and patiently(self._say_next_in, channel):
                    said = True
        except (NotNow, OperationalError) as error:
            log.warning("%s is left for later: %s", channel, error)
        except Exception:
            log.exception("%s is left for later", channel)
        finally:
            self._busy.discard(channel)
            if said:
                self.wake()  # something may have been decided between the last look and now

    def _say_next_in(self, channel: str) -> bool:
        """Deliver a channel's oldest decision; False when there is none, or none may be said now."""
        try:
            message = self._take(channel)
            if message is None:
                return False
            self._deliver(message)
        except OperationalError as error:
            raise NotNow(f"the database does not answer: {error.orig}") from error
        return True

    def _take(self, channel: str) -> Message | None:
        now = datetime.now(UTC)
        with self._database.transaction() as session:
            messages = Messages(session)
            if channel not in messages.channels_due(now):
                return None
            message = messages.next_unsaid(channel)
            if message and message.is_post:
                if self._pace and messages.posted_since(channel, now - self._pace * BURST_OF_POSTS) >= BURST_OF_POSTS:
                    messages.rest(channel, now + self._pace)
                    return None
                messages.tried(message)
            return message

    def _deliver(self, message: Message) -> None:
        if message.thread_ts is None and message.slot not in (PARENT, SHARED):
            return self._refuse(message, "its thread does not exist")
        unknown = message.tries > 0 and message.is_post
        if unknown and self._stopping.wait(SECONDS_UNDER_WAY):
            return None
        try:
            already = self._speaker.find(message) if unknown else None
            ts = None if already else self._speaker.deliver(message)
        except SlackApiError as error:
            return self._make_of(error, message)
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(f"Slack cannot be reached: {error}") from error
        except Exception:  # one message that cannot be put into words must not silence all the others
            log.exception("%s of review %s cannot be said", message.slot, message.review_id)
            return self._refuse(message, "it cannot be put into words")
        with self._database.transaction() as session:
            if already:
                Messages(session).found(message, already, datetime.now(UTC))
            else:
                Messages(session).said(message, ts, datetime.now(UTC))
        return None

    def _make_of(self, error: SlackApiError, message: Message) -> None:
        """Rest when Slack asks for it, come back when the trouble is Slack's, give up when it is the message's."""
        reason = str(error.response.get("error", "unknown"))
        if error.response.status_code == 429:
            seconds = float(error.response.headers.get("Retry-After", 1))
            with self._database.transaction() as session:
                messages = Messages(session)
                messages.rest(message.channel, datetime.now(UTC) + timedelta(seconds=seconds))
                if message.is_post:
                    messages.untried(message)
            log.info("Slack asks for %g s of rest in %s", seconds, message.channel)
        elif reason in PASSING or error.response.status_code >= 500:
            raise NotNow(f"Slack says {reason}") from error
        else:
            self._refuse(message, reason)

    def _refuse(self, message: Message, reason: str) -> None:
        log.error("Slack refused %s of review %s: %s", message.slot, message.review_id, reason)
        with self._database.transaction() as session:
            Messages(session).refused(message, reason)
        if message.slot == PARENT and message.ts is None:
            self.on_refused(message, reason)


def _report(state: RetryCallState) -> None:
    reason = state.outcome.exception() if state.outcome else None
    log.warning("%s; trying again, attempt %d", reason, state.attempt_number + 1)
