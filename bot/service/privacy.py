"""A person's data and a team's deals, as far as they are to be given out or to go: asked for here, done by errands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.service.desk import Typed
from flows import utterances as say
from flows.deal import Deal
from flows.forgetting import FORGOTTEN
from flows.utterances import Utterance
from storage.audit import Audit, Did
from storage.database import Database
from storage.deals import Deals
from storage.digests import Digests
from storage.erasing import open_of, reviews_of
from storage.errands import Errands, Kind
from storage.reviews import Reviews


class PrivacyService:
    """What people ask for. Methods return a hint for the acting person, or a form to open.

    `clock` gives the time in UTC; `wake` is called when there is something to be done.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake

    def my_data(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance:
        """A person wants everything that is kept about them.

        A mention that Slack sends again, since we died before we could say that we have it, asks for nothing more than
        the copy that was made after it.
        """
        with self._database.transaction() as session:
            if not (typed.ts and _has_copy(session, typed)):
                Errands(session).add(typed.team, Kind.COPY, typed.person, self._clock())
        self._wake()
        return say.my_data_coming()

    def forget_form(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance:
        """The form that says what goes and what stays if a person is forgotten."""
        with self._database.transaction() as session:
            deals = Deals(session, typed.team, ()).under_way_of(typed.person)
            reviews = open_of(session, typed.team, typed.person)
        return say.forget_me_form(typed.person, len(deals), reviews)

    def forget(self, team: str, person: str) -> None:
        """Forget a person, who said so in the form."""
        with self._database.transaction() as session:
            Errands(session).add(team, Kind.FORGET, person, self._clock())
        self._wake()

    def delete_form(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance:
        """The form that asks whether a deal is to be deleted, or a hint why there is none."""
        if not words:
            return say.help_for_commands()
        with self._database.transaction() as session:
            deal = Deals(session, typed.team, ["", typed.channel]).find(words)
            if deal is None:
                return say.unknown_deal(words)
            if not _may_delete(session, deal, typed.person):
                return say.not_your_deal(deal)
            return say.delete_deal_form(deal, len(reviews_of(session, typed.team, deal.id)))

    def delete(self, team: str, deal_id: int, person: str) -> Utterance | None:
        """Delete a deal whose owner said so in the form."""
        with self._database.transaction() as session:
            deal = next(iter(Digests(session, team).deals([deal_id])), None)
            if deal is None:
                return say.not_here()
            if not _may_delete(session, deal, person):
                return say.not_your_deal(deal)
            Errands(session).add(team, Kind.DELETE, person, self._clock(), deal.id)
        self._wake()
        return None


def _may_delete(session: Session, deal: Deal, person: str) -> bool:
    """Its owner may; of a deal whose owner is forgotten, whoever asked for its latest review."""
    if deal.owner != FORGOTTEN:
        return person == deal.owner
    latest = Reviews(session, deal.team).latest_for(deal)
    return latest is not None and latest.may_steer(person)


def _has_copy(session: Session, typed: Typed) -> bool:
    """Whether a person was given a copy since they mentioned us."""
    asked_at = datetime.fromtimestamp(int(float(typed.ts)), UTC)
    mine = Audit(session, typed.team).of(typed.person)
    return any(entry.act is Did.COPIED and entry.at >= asked_at for entry in mine)
