"""Says nothing where people of another company read along, and tells those whom that concerns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Set
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.clients import reaching_slack
from bot.directory import Directory
from bot.engine import Lane, Waiting
from bot.outbox import LOOK_AGAIN, Outbox
from flows import utterances as say
from flows.review import Review
from flows.utterances import outsiders_slot
from storage.database import Database
from storage.messages import Messages
from storage.outsiders import notices, open_in, shut_channels
from storage.rests import end_rest
from storage.tenancy import own_workspace


class OutsiderService:
    """Whether a channel is the company's own, asked before each post and heard with each event.

    For the engine, a lane is a channel in which that has changed. Who owns or opened a review that is open there is
    told privately, once each time. What was decided meanwhile stays decided, and is said when nobody else reads along.
    """

    name = "outsiders"

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        directory: Directory,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._directory = directory
        self._clock = clock
        self._wake = wake
        self._shut: Set[Lane] | None = None
        self._news: dict[Lane, object] = {}  # what may have changed; a newer object, if it did once more
        self._door = threading.Lock()

    def hear(self, channel: str, is_shared: bool) -> None:
        """Slack told whether people of another company can read a channel. If that is news, Slack is asked once more.

        What it told once, somebody who overheard it can repeat.
        """
        lane = Lane(own_workspace(), channel)
        with self._door:
            is_news = is_shared != (lane in self.shut()) or lane in self._news
            if is_news:
                self._directory.ask_anew(channel)
                self._news[lane] = object()
            else:
                self._directory.heard_of(channel, is_shared)
        if is_news:
            self._wake()

    def is_back(self, channel: str) -> None:
        """Somebody asked the bot into a channel: what could not be said there, because it had been sent away, is."""
        with self._database.transaction() as session:
            waits = Messages(session).try_again_in(channel)
        if waits:
            self._wake()

    def reads_along(self, channel: str) -> bool:
        """Whether another company can read a channel. Raises `NotNow`, and the network's errors as they come."""
        is_shared = self._directory.is_shared(channel)
        if is_shared != (Lane(own_workspace(), channel) in self.shut()):
            self._look_into(channel)
        return is_shared

    def shut(self) -> Set[Lane]:
        """The channels that another company can read, as far as that is known."""
        return self._shut or frozenset()

    def waiting(self, session: Session, now: datetime) -> Waiting:
        if self._shut is None:  # what a process before this one told of may be over
            with self._door:
                self._shut = frozenset(Lane(*each) for each in shut_channels(session))
                self._news |= {lane: object() for lane in self._shut}
        return Waiting(sorted(self._news))

    def is_anything_left(self, session: Session) -> bool:
        return self._shut is None or bool(self._news)

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Tell that a channel is shared, or that it is the company's own again."""
        news = self._news.get(lane)
        if news is None:
            return False
        with reaching_slack():
            is_shared = self._directory.is_shared(lane.what)
            if is_shared:
                self._tell(*lane)
            elif lane in self.shut():
                self._take_back(*lane)
        with self._door:
            self._shut = self.shut() | {lane} if is_shared else self.shut() - {lane}
            if self._news[lane] is news:
                del self._news[lane]
        return True

    def _look_into(self, channel: str) -> None:
        with self._door:
            self._news[Lane(own_workspace(), channel)] = object()
        self._wake()

    def _tell(self, team: str, channel: str) -> None:
        with self._database.transaction() as session:
            concerned = _concerned(open_in(session, team, channel))
        reached = {person: self._directory.conversation(person) for person in concerned}
        with self._database.transaction() as session:
            before = list(notices(session, team, channel))
            told = {(each.person, each.is_over) for each in before}
            for person, theirs in concerned.items():
                if reached[person] and (person, False) not in told:
                    slot = outsiders_slot(channel, person, len(before) + 1)
                    said = say.held_back(channel, person, theirs, slot)
                    self._outbox.decide_for(session, team, reached[person], [said], self._clock())
        self._wake()

    def _take_back(self, team: str, channel: str) -> None:
        with self._database.transaction() as session:
            for each in notices(session, team, channel):
                if not each.is_over:
                    over = say.goes_on(each.slot)
                    self._outbox.decide_for(session, team, each.conversation, [over], self._clock())
            end_rest(session, channel, datetime.now(UTC) + LOOK_AGAIN)
        self._wake()


def _concerned(reviews: list[Review]) -> Mapping[str, list[Review]]:
    """The open reviews of each person who owns or opened some."""
    found: dict[str, list[Review]] = {}
    for review in reviews:
        for person in dict.fromkeys((review.owner, review.opened_by)):
            found.setdefault(person, []).append(review)
    return found
