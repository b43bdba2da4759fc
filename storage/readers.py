"""In which private places a person's deals and reviews are: who is still there, only Slack knows."""

from __future__ import annotations

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from flows.review import DIRECT
from storage.home import is_in
from storage.models import DealRow, ReviewRow


def private_places(session: Session, team: str, person: str) -> frozenset[str]:
    """The private channels in which a person's deals live, or in which any deal was reviewed that they have to do with.

    They have to do with a deal that is theirs, and with one that has a review with them in it.
    """
    owned = select(DealRow.id).where(DealRow.team == team, DealRow.owner == person)
    followed = select(ReviewRow.deal_id).where(is_in(person), ReviewRow.team == team)
    deals = union(owned, followed)
    held = select(ReviewRow.scope).where(ReviewRow.deal_id.in_(deals), ReviewRow.scope != "").distinct()
    live = select(DealRow.scope).where(DealRow.team == team, DealRow.owner == person, DealRow.scope != "").distinct()
    found = {*session.scalars(held), *session.scalars(live)}
    return frozenset(place for place in found if not place.startswith(DIRECT))
