"""What was written in finished reviews, counted by whose story it tells: a few queries, and no review is loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from flows.lens import Label
from flows.review import Status
from flows.shares import Told
from flows.summary import Tally
from storage.home import is_in, is_readable
from storage.models import DealRow, ReplyRow, ReviewRow


class Shares:
    """The finished reviews of one workspace, as far as a person may read them."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def of_deal(self, deal_id: int, person: str, channel: str, most: int, closed: Collection[str] = ()) -> list[Told]:
        """At most so many of a deal's latest reviews that a person may read in a channel, the newest first.

        None of them was held in a channel `closed` to them.
        """
        here_or_theirs = or_(ReviewRow.channel == channel, and_(is_in(person), is_readable(person, closed)))
        mine = (ReviewRow.deal_id == deal_id, here_or_theirs)
        latest = self._finished(*mine).order_by(ReviewRow.id.desc()).limit(most)
        return self._told(ReviewRow.id.in_(self._session.scalars(latest).all()))

    def of_team(
        self, person: str, since: datetime, deals: Collection[int] | None = None, closed: Collection[str] = ()
    ) -> list[Told]:
        """The reviews since a moment (UTC) of the deals that are a person's or have a review with them in it.

        Only those of `deals`, by their ids, if any are named. Deals that have ended since are among them: what was
        written is not taken back when a deal is closed. As in App Home, what was said in a public channel anyone may
        read; in private ones and in direct messages, who is in that review.
        """
        owned = select(DealRow.id).where(DealRow.team == self._team, DealRow.owner == person)
        followed = select(ReviewRow.deal_id).where(is_in(person))
        where = [
            ReviewRow.ended_at >= since,
            ReviewRow.deal_id.in_(union(owned, followed)),
            is_readable(person, closed),
        ]
        if deals is not None:
            where.append(ReviewRow.deal_id.in_(deals))
        return self._told(ReviewRow.id.in_(self._finished(*where)))

    def _finished(self, *where: ColumnElement[bool]) -> Select[int]:
        ours = (ReviewRow.team == self._team, ReviewRow.status == Status.FINISHED)
        return select(ReviewRow.id).where(*ours, *where)

    def _told(self, those: ColumnElement[bool]) -> list[Told]:
        """Reviews by what their replies say: a reply taken back does not count, a moved line where it was moved to."""
        lives = and_(ReplyRow.review_id == ReviewRow.id, ReplyRow.withdrawn.is_(False))
        columns = (ReviewRow.id, ReviewRow.ended_at, ReplyRow.text, ReplyRow.spans, ReplyRow.moved)
        rows = self._session.execute(
            select(*columns).outerjoin(ReplyRow, lives).where(those).order_by(ReviewRow.id.desc())
        )
        reviews: dict[int, tuple[datetime, list[str]]] = {}
        for review, ended_at, *reply in rows:
            reviews.setdefault(review, (ended_at, []))[1].extend(_labels(*reply))
        return [Told(at, _tally(labels)) for at, labels in reviews.values()]


def _labels(text: str | None, spans: list[Any] | None, moved: Mapping[str, str] | None) -> Iterable[str]:
    """The labels of a reply's lines, as in `Reply.lines`; none of no reply."""
    if not moved:
        return [label for _, _, label, _ in spans or ()]
    return [moved.get((text or "")[start:end], label) for start, end, label, _ in spans or ()]


def _tally(labels: list[str]) -> Tally:
    return Tally(labels.count(Label.US), labels.count(Label.CUSTOMER), labels.count(Label.UNCLEAR))
