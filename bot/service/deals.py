"""What a person can look up: the deals and reviews that may be read where they ask."""

from __future__ import annotations

from bot.directory import Directory
from flows import utterances as say
from flows.review import Review
from flows.utterances import Utterance
from storage.database import Database
from storage.deals import Deals
from storage.reviews import Reviews


class DealService:
    """Answers for one person's eyes. A review is readable where it was held, and by the people in it."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory

    def list(self, team: str, person: str, channel: str) -> Utterance:
        """The reviews of this channel and of this person: the open ones, then what was last reviewed."""
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            readable = reviews.latest_readable(person, channel)
        return say.list_of_reviews([(review, self._link(review)) for review in readable])

    def show(self, team: str, person: str, channel: str, name: str) -> Utterance:
        """What is known about a deal. A deal the person may not read of is one we don't know."""
        with self._database.transaction() as session:
            deals, reviews = Deals(session, team, ["", channel]), Reviews(session, team)
            deal = deals.find(name)
            review = reviews.latest_for(deal) if deal else None
        if review is None or not _may_read(review, person, channel):
            return say.unknown_deal(name)
        return say.show_deal(review, self._link(review))

    def exists(self, team: str, channel: str, name: str) -> bool:
        """Whether a deal of that name may be known in a channel."""
        with self._database.transaction() as session:
            return Deals(session, team, ["", channel]).find(name) is not None

    def home(self, team: str, person: str) -> Utterance:
        """A person's App Home: the reviews they are in, the open ones first."""
        with self._database.transaction() as session:
            mine = Reviews(session, team).latest_readable(person)
        return say.home([(review, self._link(review)) for review in mine], person)

    def _link(self, review: Review) -> str:
        return self._directory.link(review.channel, review.thread_ts)


def _may_read(review: Review, person: str, channel: str) -> bool:
    return review.channel == channel or review.may_steer(person) or person in review.people
