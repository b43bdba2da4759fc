"""How much waits in the database, for whoever watches the bot: numbers only, of all workspaces together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.nudging import Result
from flows.review import OPEN, Status
from storage.inbox import Inbox
from storage.messages import Messages
from storage.models import DealRow, ReviewRow
from storage.nudges import yields

NUDGES_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Vitals:
    """What waits, and what came of the nudges of the last 90 days.

    `reviews` are the open ones, by what they await; `arrivals` and `messages` wait to be taken and said, the oldest
    for `lag`; `failed` and `refused` are those that were given up.
    """

    reviews: Mapping[Status, int]
    arrivals: int
    messages: int
    failed: int
    refused: int
    lag: timedelta
    nudges: Mapping[Result | None, int]


def open_in(session: Session, team: str) -> dict[str, int]:
    """How many reviews of a workspace are open in which channel, the most first."""
    many = func.count()
    counted = (
        select(ReviewRow.channel, many)
        .join(DealRow)
        .where(DealRow.team == team, ReviewRow.status.in_(OPEN))
        .group_by(ReviewRow.channel)
        .order_by(many.desc(), ReviewRow.channel)
    )
    return dict(session.execute(counted).all())


def vitals(session: Session, now: datetime) -> Vitals:
    """How much waits at a moment (UTC)."""
    untaken, unsaid = Inbox(session).untaken(now), Messages(session).unsaid(now)
    counted = select(ReviewRow.status, func.count()).where(ReviewRow.status.in_(OPEN)).group_by(ReviewRow.status)
    reviews = {Status(status): count for status, count in session.execute(counted)}
    since = [moment for moment in (untaken.oldest, unsaid.oldest) if moment]
    return Vitals(
        {each: reviews.get(each, 0) for each in OPEN},
        untaken.waiting,
        unsaid.waiting,
        len(untaken.failed),
        len(unsaid.refused),
        max((now - moment for moment in since), default=timedelta()),
        yields(session, now - NUDGES_FOR),
    )
