"""How the telling moved: of a deal, for one person's eyes, and of the deals they see in App Home."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.directory import Directory
from bot.service.readers import Readers
from flows import shares
from flows import utterances as say
from flows.shares import Movement
from flows.utterances import Utterance
from storage.database import Database
from storage.reviews import Reviews
from storage.shares import Shares


class ShareService:
    """Counts what a person may read, and nothing else. `clock` gives the time in UTC."""

    def __init__(self, database: Database, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._readers = Readers(database, directory)
        self._clock = clock

    def of_deal(self, team: str, person: str, channel: str, review_id: int) -> Utterance:
        """How the telling of a review's deal moved, if a person may read that review where they ask."""
        closed = self._readers.closed_to(team, person) - {channel}
        with self._database.transaction() as session:
            review = Reviews(session, team).find(review_id)
            if review is None or review.channel in closed or not review.may_be_read(person, channel):
                return say.not_here()
            told = Shares(session, team).of_deal(review.deal.id, person, channel, shares.MOST_REVIEWS, closed)
        return say.how_it_moved(review.deal, shares.of_deal(told, review.zone))

    def of_team(self, team: str, person: str, zone: str, closed: Collection[str]) -> Movement:
        """How it moved over the last weeks in the deals that a person sees, in their IANA zone.

        Channels `closed` to them do not count.
        """
        now = self._clock()
        with self._database.transaction() as session:
            told = Shares(session, team).of_team(person, shares.since(now), closed=closed)
        return shares.of_team(told, now, zone)
