"""The ledger, kept: what we know about each question of each deal, as of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from flows.answer import Source
from flows.deal import Deal
from flows.freshness import scale_of
from flows.hours import DAY
from flows.ledger import Known, doubted, known
from flows.playbook import OPENING
from flows.review import Review, Turn
from flows.turns import DOUBTED
from storage.models import DealRow, KnowledgeRow, ReviewRow
from storage.reviews import Reviews

LATELY_CLOSED = 100
"""So many of a team's latest closed deals tell how slow its deals are: as they are of late, and in one short query."""


def scale(session: Session, team: str) -> float:
    """How much slower than usual a team's deals age; see `flows.freshness.scale_of`."""
    first = select(func.min(ReviewRow.opened_at)).where(ReviewRow.deal_id == DealRow.id).scalar_subquery()
    closed = select(first, DealRow.closed_at).where(DealRow.team == team, DealRow.closed_at.is_not(None))
    latest = session.execute(closed.order_by(DealRow.closed_at.desc()).limit(LATELY_CLOSED))
    return scale_of([max(0.0, (ended - began) / DAY) for began, ended in latest if began and ended])


class Ledger:
    """What is known about deals. It follows from their reviews; it is kept so that many deals can be seen at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, deal: Deal) -> dict[str, Known]:
        """What is known about a deal, by question; one that was never talked about is not there."""
        return self.of_all([deal.id]).get(deal.id, {})

    def of_all(self, deal_ids: Iterable[int]) -> dict[int, dict[str, Known]]:
        """What is known about deals, by their ids and by question."""
        found: dict[int, dict[str, Known]] = {}
        columns = select(*KnowledgeRow.__table__.columns)  # not objects: of many deals these are many rows
        for row in self._session.execute(columns.where(KnowledgeRow.deal_id.in_(list(deal_ids)))):
            found.setdefault(row.deal_id, {})[row.question] = _known(row)
        return found

    def follow(self, before: Review | None, after: Review, turn: Turn) -> None:
        """Keep what a turn has changed about what is known; what it does not touch stays as it was."""
        if turn.kind == DOUBTED and (doubtful := self.of(after.deal).get(turn.question)):
            self._session.merge(_row(after.deal, replace(doubtful, doubted_at=turn.at)))
        was: Mapping[str, object] = before.answers if before else {}
        changed = [key for key, answer in after.answers.items() if key != OPENING and answer != was.get(key)]
        if not changed:
            return
        kept = self.of(after.deal)
        newest = Reviews(self._session, after.deal.team).latest_for(after.deal, unless=after) or after
        for question in changed:
            now = _now(after, newest, question, kept.get(question))
            if now is None:
                key = (KnowledgeRow.deal_id == after.deal.id, KnowledgeRow.question == question)
                self._session.execute(delete(KnowledgeRow).where(*key))
            elif now != kept.get(question):
                self._session.merge(_row(after.deal, now))

    def keep(self, deal: Deal, changed: Known) -> None:
        """Keep what is known about a question, whatever was."""
        self._session.merge(_row(deal, changed))


def _now(after: Review, newest: Review, question: str, kept: Known | None) -> Known | None:
    """What is known about a question after a review of the deal has changed, which need not be its newest.

    What an older one says counts as it is told by now, unless the customer's side gave something newer.
    """
    if newest.id == after.id:
        return known(after, question, kept)
    if kept and kept.is_open and kept.review not in (after.id, newest.id):
        return kept
    found = [each for review in (after, newest) if (each := known(review, question))]
    return doubted(max(found, key=lambda each: each.told_at), kept) if found else None


def _row(deal: Deal, known: Known) -> KnowledgeRow:
    return KnowledgeRow(
        deal_id=deal.id,
        question=known.question,
        review_id=known.review,
        lines=list(known.lines),
        authors=list(known.authors),
        source=known.source,
        given_at=known.given_at,
        open_since=known.open_since,
        due=known.due,
        repeats=known.repeats,
        doubted_at=known.doubted_at,
    )


def _known(row: Any) -> Known:
    return Known(
        row.question,
        row.review_id,
        tuple(row.lines),
        tuple(row.authors),
        Source(row.source) if row.source else None,
        row.given_at,
        row.open_since,
        row.due,
        row.repeats,
        row.doubted_at,
    )
