"""What becomes of deals outside their reviews: they end, go on after all, or go from one owner to another."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.service.decisions import Decisions
from flows import steering
from flows import utterances as say
from flows.deal import Deal, Ending
from flows.review import Review, Turn
from flows.steering import Act, Outcome
from flows.utterances import Utterance
from storage.audit import DEAL, Audit, Did
from storage.database import Database
from storage.deals import Deals
from storage.pipeline import PUBLIC
from storage.reviews import Reviews


class PortfolioService:
    """What people do with deals as a whole. Methods return a hint for the acting person, or a form to open."""

    def __init__(self, database: Database, decisions: Decisions, directory: Directory) -> None:
        self._database = database
        self._decisions = decisions
        self._directory = directory

    def close_form(self, team: str, person: str, channel: str, name: str) -> Utterance:
        """The form that asks how a deal ended, or a hint why there is none."""
        with self._database.transaction() as session:
            found = _steered(session, team, person, channel, name)
        if isinstance(found, Utterance):
            return found
        deal, review = found
        if deal.ending:
            return say.deal_closed(deal)
        if review and review.is_open:
            return say.review_is_open(review, self._directory.link(review.channel, review.thread_ts))
        return say.close_form(deal)

    def close(self, team: str, deal_id: int, ending: Ending, by: Act) -> Utterance | None:
        """Note how a deal ended. Its record stays, and nobody is nudged about it."""
        with self._database.transaction() as session:
            review = Reviews(session, team).lock_current(deal_id)
            deal = review.deal if review else Deals(session, team, [PUBLIC]).get(deal_id)
            if deal is None:
                return say.not_here()
            if hint := _not_theirs(deal, review, by.person):
                return hint
            if review and review.is_open:
                return say.review_is_open(review, self._directory.link(review.channel, review.thread_ts))
            self._note(session, deal, review, ending, by)
        self._decisions.wake()
        return None

    def reopen(self, team: str, channel: str, name: str, by: Act) -> Utterance:
        """A deal goes on after all."""
        with self._database.transaction() as session:
            found = _steered(session, team, by.person, channel, name)
            if isinstance(found, Utterance):
                return found
            deal, review = found
            if deal.ending:
                deal = self._note(session, deal, review, None, by)
        self._decisions.wake()
        return say.deal_ended(deal)

    def hand_over(self, team: str, giver: str, taker: str, by: Act) -> Utterance:
        """All deals of one person that are under way become another's, with the reviews that are open.

        Only they themselves may do that while they are in the workspace, and anybody once they have left.
        """
        if by.person != giver and self._directory.renew(team, giver):
            return say.not_theirs_to_give(giver)
        if not self._directory.meet(team, taker):
            return say.unknown_person()
        with self._database.transaction() as session:
            given = Deals(session, team, ()).under_way_of(giver)
            for deal in given:
                self._give(session, deal, taker, by)
        self._decisions.wake()
        return say.handed_over(len(given), giver, taker)

    def _note(self, session: Session, deal: Deal, review: Review | None, ending: Ending | None, by: Act) -> Deal:
        deal = replace(deal, ending=ending, closed_at=self._decisions.clock() if ending else None)
        if review is None:
            self._keep_unreviewed(session, deal, Did.CLOSED if ending else Did.REOPENED, by)
        else:
            after = replace(review, deal=deal)
            self._keep(session, review, after, "closed" if ending else "reopened", ending or "", by)
        return deal

    def _give(self, session: Session, deal: Deal, taker: str, by: Act) -> None:
        given = replace(deal, owner=taker)
        review = Reviews(session, deal.team).lock_current(deal.id)
        if review is None:
            self._keep_unreviewed(session, given, Did.HANDED_OVER, by)
            return
        after = replace(review, deal=given, owner=taker if review.is_open else review.owner)
        self._keep(session, review, after, "handed_over", f"{deal.owner} → {taker}", by)

    def _keep_unreviewed(self, session: Session, deal: Deal, did: Did, by: Act) -> None:
        Deals(session, deal.team, ()).save(deal)
        Audit(session, deal.team).note(by.person, did, DEAL, deal.id, self._decisions.clock())

    def _keep(self, session: Session, before: Review, after: Review, kind: str, text: str, by: Act) -> None:
        reviews, now = Reviews(session, after.deal.team), self._decisions.clock()
        if reviews.knows(after, f"{kind}:{by.occasion}"):
            return
        Deals(session, after.deal.team, ()).save(after.deal)
        turn = Turn(kind, by.person, f"{kind}:{by.occasion}", now, text=text)
        self._decisions.keep(session, Outcome(after, turn, steering.reflect(after)), now, before)


def _steered(
    session: Session, team: str, person: str, channel: str, name: str
) -> tuple[Deal, Review | None] | Utterance:
    """A deal by its name with its latest review, if a person may say what becomes of it; else a hint why not."""
    deal = Deals(session, team, [PUBLIC, channel]).find(name)
    if deal is None:
        return say.unknown_deal(name)
    review = Reviews(session, team).lock_current(deal.id)
    return _not_theirs(deal, review, person) or (deal, review)


def _not_theirs(deal: Deal, review: Review | None, person: str) -> Utterance | None:
    """Why it is not for somebody to say what becomes of a deal. One that was only brought in is its owner's."""
    if person == deal.owner or (review and review.may_steer(person)):
        return None
    return say.only_theirs(review) if review else say.only_for(deal.owner)
