"""What people do in a review's thread: kept in the inbox before Slack is told that it arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from flows import utterances as say
from flows.steering import Act
from flows.utterances import Utterance
from storage.database import Database
from storage.inbox import Arrival, Inbox
from storage.messages import Messages
from storage.reviews import Reviews


@dataclass(frozen=True)
class Said:
    """What a person did with a message in a thread: `kind` is `said`, `edited` or `deleted`.

    `text` is as Slack encodes it; `at` is Slack's time of what was done, `ts` that of the message, and `occasion`
    Slack's id of what was done. `thread_ts` and `author` are empty where Slack did not tell them.
    """

    team: str
    channel: str
    thread_ts: str
    kind: str
    ts: str
    author: str
    text: str
    at: str
    occasion: str
    edited_ts: str = ""


@dataclass(frozen=True)
class Pressed:
    """A button on a review's message: who pressed it, where, and which review it belongs to.

    `at` is Slack's time of it, and `thread_ts` the thread of the message if it is in one.
    """

    team: str
    channel: str
    review: int
    by: Act
    at: str
    thread_ts: str | None = None


class TooEarly(Exception):
    """It may concern a review that is just being opened: not acknowledged, it is sent again by Slack."""


class Arrivals:
    """Keeps what people do, to be taken later: an arrival of the same occasion is kept once, however often it comes.

    `clock` gives the time in UTC. Keeping goes before all else, for as long as `accepting` is entered. `on_accepted` is
    told of each message that is kept, by its kind.
    """

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Callable[[], datetime],
        accepting: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._accepting = accepting
        self.on_accepted: Callable[[str], None] = lambda kind: None

    def hear(self, said: Said) -> None:
        """Keep what somebody wrote, edited or deleted. In a thread that is no review's, nothing happens.

        What guests and people of other companies say is not ours to keep. Raises `TooEarly` if whose thread it is
        cannot be known yet, and `NotNow` if whether its author is a colleague cannot.
        """
        if not (said.thread_ts and said.author):
            with self._database.transaction() as session:
                found = Inbox(session).whose(said.team, said.channel, said.ts)
                if not found and Messages(session).is_opening_in(said.channel):
                    raise TooEarly(f"a review is being opened in {said.channel}; its thread is not known yet")
            if not found:
                return
            said = replace(said, thread_ts=found[0], author=found[1])
        team, author = said.team, said.author
        # Slack is not asked who wrote what is no concern of ours.
        is_to_be_told = self._directory.has_met(team, author) or self.is_held_in(team, said.channel, said.thread_ts)
        if is_to_be_told and not self._directory.is_colleague(team, author):
            return
        details = {"ts": said.ts, "text": said.text, "edited_ts": said.edited_ts, "thread_ts": said.thread_ts}
        arrival = Arrival(0, said.kind, author, said.occasion, said.at, details, channel=said.channel)
        is_kept = False
        with self._arriving() as session:
            inbox, now = Inbox(session), self._clock()
            is_kept = inbox.add(team, arrival, now, said.thread_ts)
            if not is_kept and Messages(session).is_opening_in(said.channel):
                raise TooEarly(f"a review is being opened in {said.channel}; its thread is not known yet")
            # It may have become known between the two looks.
            is_kept = is_kept or inbox.add(team, arrival, now, said.thread_ts)
        if is_kept:
            self.on_accepted(said.kind)

    def press(self, pressed: Pressed, kind: str, **details: str | int) -> Utterance | None:
        """Keep the press of a button, as a kind that `TurnService` knows. Returns a hint if its place is another."""
        by, kept = pressed.by, {**details, "thread_ts": pressed.thread_ts}
        arrival = Arrival(pressed.review, kind, by.person, by.occasion, pressed.at, kept, channel=pressed.channel)
        with self._arriving() as session:
            if not Inbox(session).add(pressed.team, arrival, self._clock()):
                return say.not_here()
        return None

    def is_held_in(self, team: str, channel: str, thread_ts: str | None) -> bool:
        """Whether a thread is a review's."""
        with self._database.transaction() as session:
            return bool(thread_ts and Reviews(session, team).held_in(channel, thread_ts))

    def takes(self, team: str, channel: str, thread_ts: str | None) -> bool:
        """Whether what is said in a thread arrives here, since it is a review's.

        Raises `TooEarly` if that cannot be known yet.
        """
        if not thread_ts:
            return False
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            if not reviews.held_in(channel, thread_ts) and Messages(session).is_opening_in(channel):
                raise TooEarly(f"a review is being opened in {channel}; its thread is not known yet")
            # It may have become known between the two looks.
            return bool(reviews.held_in(channel, thread_ts))

    @contextmanager
    def _arriving(self) -> Iterator[Session]:
        """A transaction to keep an arrival in; what waits already is not kept twice."""
        with self._accepting(), suppress(IntegrityError), self._database.transaction() as session:
            yield session
