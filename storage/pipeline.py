"""Deals as a pipeline file brings them: found, made and changed many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from flows.deal import Deal
from flows.review import OPEN
from storage.adding import adding
from storage.deals import name_key, to_deal
from storage.models import DealRow, ReviewRow, TurnRow

TURNS = ("detailed", "handed_over", "closed")
"""What an import does to a deal with a review."""

PUBLIC = ""
"""The scope of what a file brings. Deals of private channels are neither found nor touched here."""


@dataclass(frozen=True)
class Standing:
    """A deal that is there: who brought it, who began its latest review, and whether it has one, or one that is open.

    `imported_by` is empty if nobody brought it in a file, `opened_by` if it was never reviewed.
    """

    deal: Deal
    imported_by: str
    opened_by: str = ""
    is_open: bool = False
    is_reviewed: bool = False


class Pipeline:
    """The public deals of one workspace, in batches."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def find(self, keys: Collection[str], *, lock: bool = False) -> dict[str, Standing]:
        """The deals with these names, by `storage.deals.name_key`; with a `lock` nobody changes them meanwhile."""
        mine = (DealRow.team == self._team, DealRow.scope == PUBLIC, DealRow.name_key.in_(keys))
        columns = select(*DealRow.__table__.columns)  # not objects: what is changed in bulk would be kept twice
        asked = columns.where(*mine).order_by(DealRow.id)
        rows: list[Any] = list(self._session.execute(asked.with_for_update() if lock else asked))
        reviews = self._reviews([row.id for row in rows])
        return {row.name_key: Standing(to_deal(row), row.imported_by, *reviews.get(row.id, ())) for row in rows}

    def add(self, deals: Iterable[Deal], by: str, now: datetime) -> None:
        """Make deals. One that somebody else makes in the same moment is theirs, and found by the next import."""
        rows = [self._new(deal, by, now) for deal in deals]
        if rows:
            self._session.execute(adding(self._session, DealRow, "team", "scope", "name_key"), rows)

    def change(self, deals: Iterable[Deal]) -> None:
        """Keep what a file may change of deals: nothing that was told of the customer."""
        rows = [{"id": deal.id, **_told(deal)} for deal in deals]
        if rows:
            self._session.execute(update(DealRow), rows)

    def rename(self, deal: Deal) -> None:
        """Keep another spelling of a deal's name."""
        self._session.get_one(DealRow, deal.id).name = deal.name

    def changed_by(self, occasion: str, deal_ids: Collection[int]) -> int:
        """How many of these deals have a review that tells of a change on this occasion."""
        occasions = [f"{kind}:{occasion}" for kind in TURNS]
        told = select(ReviewRow.deal_id).join(TurnRow, TurnRow.review_id == ReviewRow.id)
        where = (ReviewRow.deal_id.in_(deal_ids), TurnRow.occasion.in_(occasions))
        return len(set(self._session.scalars(told.where(*where))))

    def _reviews(self, deal_ids: Collection[int]) -> dict[int, tuple[str, bool, bool]]:
        """Who began the latest review of each deal that has one, and whether one is open."""
        columns = select(ReviewRow.deal_id, ReviewRow.opened_by, ReviewRow.status)
        found: dict[int, tuple[str, bool, bool]] = {}
        for deal_id, opened_by, status in self._session.execute(
            columns.where(ReviewRow.deal_id.in_(deal_ids)).order_by(ReviewRow.id)
        ):
            found[deal_id] = (opened_by, status in OPEN, True)
        return found

    def _new(self, deal: Deal, by: str, now: datetime) -> dict[str, Any]:
        return {
            "team": self._team,
            "scope": PUBLIC,
            "name_key": name_key(deal.name),
            "created_at": now,
            "imported_by": by,
            "their_date_source": "",
            "waits_for": "",
            "nudges": True,
            **_told(deal),
        }


def _told(deal: Deal) -> dict[str, Any]:
    return {
        "name": deal.name,
        "owner": deal.owner,
        "stage": deal.stage,
        "close_date": deal.close_date,
        "amount": deal.amount,
        "currency": deal.currency,
        "period": deal.period,
        "ending": deal.ending,
        "closed_at": deal.closed_at,
    }
