"""Which digests are due, which were sent and where, and who may read what they show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from flows.calls import Call
from flows.deal import Deal
from flows.review import DIRECT, OPEN, Status
from flows.utterances import PARENT
from storage.calls import to_call
from storage.deals import to_deal
from storage.home import is_readable
from storage.models import CallRow, DealRow, MessageRow, ReviewRow, ScheduleRow

LONGEST_AHEAD = timedelta(days=7)
"""No digest comes longer before its call."""


def due(session: Session, now: datetime) -> list[tuple[str, int]]:
    """The calls, in any workspace, whose digest is due at a moment (UTC): each with its workspace.

    After the call has begun it never is.
    """
    soon = (CallRow.at > now, CallRow.at <= now + LONGEST_AHEAD)
    still = (CallRow.digested_at.is_(None), CallRow.cancelled_at.is_(None))
    columns = select(CallRow.team, CallRow.id, CallRow.at, CallRow.digest_minutes)
    rows = session.execute(columns.where(*soon, *still).order_by(CallRow.at))
    return [(team, call) for team, call, at, minutes in rows if at - timedelta(minutes=minutes) <= now]


@dataclass(frozen=True)
class Said:
    """A digest as it was decided: in which channel, with which context, as plain data, and when last, in UTC."""

    channel: str
    context: Mapping[str, Any]
    at: datetime


class Digests:
    """The digests of one workspace."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def deals(self, ids: Collection[int]) -> list[Deal]:
        """Deals of this workspace by their ids, ended ones among them."""
        rows = self._session.scalars(select(DealRow).where(DealRow.team == self._team, DealRow.id.in_(ids)))
        return [to_deal(row) for row in rows]

    def said(self, slot: str) -> Said | None:
        """The digest that was decided in a slot; None if this workspace has none there."""
        mine = (MessageRow.review_id.is_(None), MessageRow.team == self._team, MessageRow.slot == slot)
        row = self._session.scalar(select(MessageRow).where(*mine))
        return Said(row.channel, row.context, row.decided_at) if row else None

    def hold(self, slot: str) -> None:
        """Let nobody else decide what a digest leads to before the end of the transaction."""
        mine = (MessageRow.review_id.is_(None), MessageRow.team == self._team, MessageRow.slot == slot)
        self._session.execute(select(MessageRow.id).where(*mine).with_for_update())

    def to_come(self, manager: str, now: datetime) -> list[Call]:
        """A manager's calls whose digest is still to be sent."""
        theirs = (CallRow.team == self._team, CallRow.manager == manager, CallRow.at > now)
        still = (CallRow.digested_at.is_(None), CallRow.cancelled_at.is_(None))
        return [to_call(row) for row in self._session.scalars(select(CallRow).where(*theirs, *still))]

    def set_minutes(self, call: Call, minutes: int) -> None:
        """Let a call's digest come so many minutes before it."""
        self._session.get_one(CallRow, call.id).digest_minutes = minutes
        self._session.flush()

    def set_usual_minutes(self, schedule: int, minutes: int) -> None:
        """Let the digests of a schedule's calls come so many minutes before, by `flows.calls.Schedule`."""
        mine = (ScheduleRow.id == schedule, ScheduleRow.team == self._team)
        self._session.execute(update(ScheduleRow).where(*mine).values(digest_minutes=minutes))

    def in_channels(self, deal_ids: Collection[int]) -> dict[int, tuple[int, str]]:
        """The latest review of each deal that was held in a channel and has a thread: its id, and the channel."""
        posted = and_(MessageRow.review_id == ReviewRow.id, MessageRow.slot == PARENT, MessageRow.ts.is_not(None))
        mine = (ReviewRow.deal_id.in_(deal_ids), ReviewRow.channel.not_like(f"{DIRECT}%"))
        columns = select(ReviewRow.deal_id, ReviewRow.id, ReviewRow.channel).join(MessageRow, posted)
        rows = self._session.execute(columns.where(*mine).order_by(ReviewRow.id))
        return {deal: (review, channel) for deal, review, channel in rows}

    def reviewed_since(self, deal_ids: Collection[int], since: datetime) -> frozenset[int]:
        """Those of some deals of which a review was finished at a moment (UTC) or later."""
        finished = (ReviewRow.status == Status.FINISHED, ReviewRow.ended_at >= since)
        return frozenset(self._session.scalars(select(ReviewRow.deal_id).where(self._of(deal_ids), *finished)))

    def open_threads(self, deal_ids: Collection[int]) -> dict[int, tuple[str, str, str | None]]:
        """The open reviews of deals, by the deals' ids: whose each is, its channel, and Slack's id of its parent."""
        parent = and_(MessageRow.review_id == ReviewRow.id, MessageRow.slot == PARENT)
        columns = select(ReviewRow.deal_id, ReviewRow.owner, ReviewRow.channel, MessageRow.ts).outerjoin(
            MessageRow, parent
        )
        rows = self._session.execute(columns.where(self._of(deal_ids), ReviewRow.status.in_(OPEN)))
        return {deal: (owner, channel, ts) for deal, owner, channel, ts in rows}

    def _of(self, deal_ids: Collection[int]) -> ColumnElement[bool]:
        """The reviews of some deals of this workspace."""
        ours = select(DealRow.id).where(DealRow.team == self._team, DealRow.id.in_(deal_ids))
        return ReviewRow.deal_id.in_(ours)

    def have_slot(self, review_ids: Collection[int], slot: str) -> frozenset[int]:
        """Those of some reviews in whose thread something was said in a slot."""
        said = select(MessageRow.review_id).where(MessageRow.review_id.in_(review_ids), MessageRow.slot == slot)
        return frozenset(review for review in self._session.scalars(said) if review is not None)

    def unread_by(self, person: str, review_ids: Collection[int], closed: Collection[str] = ()) -> frozenset[int]:
        """Those of some reviews whose words are not for a person, to whom some channels may be `closed` by now."""
        theirs = (ReviewRow.id.in_(review_ids), is_readable(person, closed))
        return frozenset(review_ids) - set(self._session.scalars(select(ReviewRow.id).where(*theirs)))
