"""What a person can look up: the deals and reviews that may be read where they ask."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from bot.directory import Directory
from bot.service.readers import Readers
from flows import utterances as say
from flows.outlook import Item, outlook
from flows.review import Review
from flows.utterances import Utterance
from flows.watch import Flag, flags
from storage.database import Database
from storage.deals import Deals
from storage.dossiers import Dossiers
from storage.ledger import Ledger, scale
from storage.playbooks import Playbooks
from storage.reviews import Reviews

ALIKE = 0.75
"""From how near on, by `difflib`, words are taken for a playbook's mistyped name."""


class DealService:
    """Answers for one person's eyes.

    A review is readable where it was held, and by the people in it as long as that place is open to them.
    """

    def __init__(self, database: Database, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._readers = Readers(database, directory)

    def list(self, team: str, person: str, channel: str) -> Utterance:
        """The reviews of this channel and of this person: the open ones, then what was last reviewed."""
        closed = self._readers.closed_to(team, person)
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            readable = reviews.latest_readable(person, channel, closed)
        return say.list_of_reviews([(review, self._link(review)) for review in readable])

    def show(self, team: str, person: str, channel: str, name: str) -> Utterance:
        """What is known about a deal. A deal the person may not read of is one we don't know."""
        review, items, watched = self._known(team, person, channel, name)
        if review is None:
            return self._unknown(team, channel, name)
        return say.show_deal(review, items, self._link(review), watched)

    def ask(self, team: str, person: str, channel: str, name: str) -> Utterance:
        """The questions to take to a customer, before a meeting with them."""
        review, items, _ = self._known(team, person, channel, name)
        return say.questions_to_take(review, items) if review else self._unknown(team, channel, name)

    def history(self, team: str, person: str, channel: str, review_id: int) -> Utterance:
        """Everything that was told about the deal of a review, if a person may read that where they ask."""
        closed = self._readers.closed_to(team, person)
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            asked = reviews.find(review_id)
            told = reviews.history(asked.deal.id) if asked else []
        readable = [review for review in told if _may_be_read(review, person, channel, closed)]
        return say.history(readable) if readable else say.not_here()

    def exists(self, team: str, channel: str, name: str) -> bool:
        """Whether a deal of that name may be known in a channel."""
        with self._database.transaction() as session:
            return Deals(session, team, ["", channel]).find(name) is not None

    def told_apart(self, team: str, channel: str, name: str) -> tuple[str, str]:
        """A deal's name, and the key of the playbook that is named with it: "Northwind with renewal"; or empty.

        A deal that exists may be called like that.
        """
        head, _, tail = name.rpartition(" with ")
        if not head or self.exists(team, channel, name):
            return name, ""
        with self._database.transaction() as session:
            playbook = Playbooks(session, team).shelf().named(tail)
        return (head.strip(), playbook.key) if playbook else (name, "")

    def mistyped(self, team: str, channel: str, name: str) -> Utterance | None:
        """What to say if a name ends in what is nearly a playbook's: "Northwind with renewl"."""
        head, _, tail = name.rpartition(" with ")
        if not head or self.exists(team, channel, name):
            return None
        with self._database.transaction() as session:
            names = {each.name.casefold(): each.name for each in Playbooks(session, team).shelf().playbooks.values()}
        meant = difflib.get_close_matches(tail.casefold(), names, n=1, cutoff=ALIKE)
        return say.playbook_mistyped(name, head.strip(), names[meant[0]]) if meant else None

    def _known(
        self, team: str, person: str, channel: str, name: str
    ) -> tuple[Review | None, tuple[Item, ...], tuple[Flag, ...]]:
        """How a deal's questions stand, its latest review that a person may read where they ask, and its flags.

        Of what was said elsewhere, such as in a direct message, they are told how old it is, and not the words.
        """
        closed = self._readers.closed_to(team, person)
        with self._database.transaction() as session:
            deal, reviews = Deals(session, team, ["", channel]).find(name), Reviews(session, team)
            latest = reviews.latest_for(deal) if deal else None
            if deal is None or latest is None:
                return None, (), ()
            ledger, slowness = Ledger(session).of(deal), scale(session, team)
            playbook = Playbooks(session, team).shelf().of(deal.playbook, deal.owner)
            steps = Dossiers(session, team).steps([deal.id]).get(deal.id, ())
            others = {known.review for known in ledger.values()} - {latest.id}
            readable = {
                review.id: review
                for review in (latest, *map(reviews.get, others))
                if _may_be_read(review, person, channel, closed)
            }
        told = {
            question: known if known.review in readable else replace(known, lines=(), authors=())
            for question, known in ledger.items()
        }
        items = outlook(deal, told, self._clock(), scale=slowness, zone=latest.zone, playbook=playbook)
        watched = flags(deal, items, steps, slowness)
        return (readable[max(readable)], items, watched) if readable else (None, (), ())

    def _unknown(self, team: str, channel: str, name: str) -> Utterance:
        """Why nothing is known of a deal: a deal whose reviews the person may not read is one we don't know."""
        with self._database.transaction() as session:
            deal = Deals(session, team, ["", channel]).find(name)
            is_unreviewed = deal is not None and Reviews(session, team).latest_for(deal) is None
        if deal is None or not is_unreviewed:
            return say.unknown_deal(name)
        return say.deal_closed(deal) if deal.ending else say.unreviewed_deal(deal.name)

    def _link(self, review: Review) -> str:
        return self._directory.link(review.channel, review.thread_ts)


def _may_be_read(review: Review, person: str, channel: str, closed: Collection[str]) -> bool:
    """Whether a person may read a review where they ask, by now: channels `closed` to them they may have been in."""
    return review.may_be_read(person, channel) and (review.channel == channel or review.channel not in closed)
