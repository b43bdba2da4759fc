"""Forecast calls, kept: each with its deals and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from flows.batch import Line
from flows.calls import Call, Entry, Result
from flows.review import Status
from flows.utterances import PARENT, ask_slot
from storage.models import CallRow, DealRow, EntryRow, MessageRow, ReviewRow

TRIED_AGAIN = frozenset({Result.CANCELLED, Result.NOT_REACHED, Result.SHUT_OUT, Result.FRESH})
OPENING = (PARENT, ask_slot(1))
LONGEST_AWAY = timedelta(days=60)
"""What a bot that was away for longer was about to open is left: to look at every call there was costs too much."""


def calls_to_tend(session: Session, since: datetime) -> list[tuple[str, int]]:
    """The calls in any workspace with reviews to be opened, or, of those after a moment (UTC), with news to be shown.

    Each with its workspace; the longest waiting first. What is still to be opened comes to an end after the call, too.
    """
    news = and_(CallRow.at > since, EntryRow.is_shown.is_(False))
    to_do = (EntryRow.call_id == CallRow.id, or_(EntryRow.result == Result.WAITING, news))
    lately = CallRow.at > since - LONGEST_AWAY
    tended = (lately, CallRow.cancelled_at.is_(None), select(EntryRow.deal_id).where(*to_do).exists())
    rows = session.execute(select(CallRow.team, CallRow.id).where(*tended).order_by(CallRow.created_at))
    return [(team, call) for team, call in rows]


def has_moved(session: Session, review_id: int) -> None:
    """Note that a review is not any more as the managers of its calls were shown it, if it belongs to one."""
    session.execute(update(EntryRow).where(EntryRow.review_id == review_id).values(is_shown=False))


class Calls:
    """The forecast calls of one workspace."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def add(self, call: Call, deals: Iterable[int], day: date | None = None) -> Call:
        """Keep a new call with its deals, by their ids, in this order; returns it with its id.

        `day` is the day of its schedule that it is for. Raises `sqlalchemy.exc.IntegrityError` if there is one for
        that day.
        """
        row = CallRow(
            team=self._team,
            manager=call.manager,
            channel=call.channel,
            at=call.at,
            zone=call.zone,
            in_direct=call.in_direct,
            digest_minutes=call.digest_minutes,
            created_at=call.created_at,
            schedule_id=call.schedule,
            day=day,
        )
        self._session.add(row)
        self._session.flush()
        added = to_call(row)
        self.extend(added, deals)
        return added

    def extend(self, call: Call, deals: Iterable[int]) -> None:
        """Add the deals that a call is not about yet, in this order, and try those again that could not be opened."""
        known = {entry.deal: entry for entry in self.entries(call)}
        chosen, refused = dict.fromkeys(deals), self._refused(call)
        for deal in chosen:
            if deal in refused or (deal in known and known[deal].result in TRIED_AGAIN):
                self.record(call, Entry(deal))
        self._session.add_all(
            EntryRow(call_id=call.id, deal_id=deal, position=position, result=Result.WAITING)
            for position, deal in enumerate((each for each in chosen if each not in known), start=len(known))
        )
        self._session.flush()

    def same_as(self, call: Call) -> Call | None:
        """A manager's call at the same moment and place that was not cancelled, locked."""
        mine = (CallRow.team == self._team, CallRow.manager == call.manager, CallRow.channel == call.channel)
        like = (CallRow.at == call.at, CallRow.in_direct == call.in_direct, CallRow.cancelled_at.is_(None))
        found = self._session.scalar(select(CallRow.id).where(*mine, *like).order_by(CallRow.id).limit(1))
        return self.lock(found) if found else None

    def adopt(self, call: Call, schedule: int | None, day: date) -> bool:
        """Take a call that was made by hand for that of a schedule's day; False if it is another schedule's already."""
        row = self._session.get_one(CallRow, call.id)
        if row.schedule_id is not None:
            return False
        row.schedule_id, row.day = schedule, day
        self._session.flush()
        return True

    def get(self, call_id: int) -> Call | None:
        """A call; None if this workspace has none by that id."""
        row = self._session.scalar(select(CallRow).where(CallRow.id == call_id, CallRow.team == self._team))
        return to_call(row) if row else None

    def lock(self, call_id: int) -> Call | None:
        """A call that no other transaction can change meanwhile."""
        mine = select(CallRow).where(CallRow.id == call_id, CallRow.team == self._team).with_for_update()
        row = self._session.scalar(mine.execution_options(populate_existing=True))
        return to_call(row) if row else None

    def entries(self, call: Call) -> list[Entry]:
        """The deals of a call in order, each with what became of it."""
        mine = select(EntryRow).where(EntryRow.call_id == call.id).order_by(EntryRow.position)
        return [_entry(row) for row in self._session.scalars(mine)]

    def record(self, call: Call, entry: Entry) -> None:
        """Keep what became of a deal of a call."""
        row = self._session.get_one(EntryRow, (call.id, entry.deal))
        row.result, row.review_id, row.is_shown = entry.result, entry.review, False
        self._session.flush()

    def next_waiting(self, call: Call) -> Entry | None:
        """The first deal of a call whose review is still to be opened."""
        mine = (EntryRow.call_id == call.id, EntryRow.result == Result.WAITING)
        row = self._session.scalar(select(EntryRow).where(*mine).order_by(EntryRow.position).limit(1))
        return _entry(row) if row else None

    def open_no_more(self, call: Call, why: Result) -> None:
        """Leave the reviews of a call that are still to be opened unopened."""
        mine = (EntryRow.call_id == call.id, EntryRow.result == Result.WAITING)
        self._session.execute(update(EntryRow).where(*mine).values(result=why, is_shown=False))

    def cancel(self, call: Call, now: datetime) -> None:
        """Keep that a call does not take place; what is still to be opened stays unopened."""
        self.open_no_more(call, Result.CANCELLED)
        self._session.get_one(CallRow, call.id).cancelled_at = now
        self._session.flush()

    def has_news(self, call: Call) -> bool:
        """Whether a deal of a call is not any more as its manager was shown it."""
        unshown = select(EntryRow.deal_id).where(EntryRow.call_id == call.id, EntryRow.is_shown.is_(False))
        return self._session.scalar(unshown.limit(1)) is not None

    def show(self, call: Call) -> list[Line]:
        """The deals of a call as they are now, which from now on is what their manager was shown.

        In that order: what changes meanwhile in another transaction is then still to be shown.
        """
        unshown = (EntryRow.call_id == call.id, EntryRow.is_shown.is_(False))
        self._session.execute(update(EntryRow).where(*unshown).values(is_shown=True))
        return self.lines(call)

    def lines(self, call: Call) -> list[Line]:
        """The deals of a call as they are now, in order, with one query."""
        review, message = ReviewRow, MessageRow
        columns = select(
            DealRow.name, DealRow.owner, DealRow.close_date, EntryRow.result,
            review.status, review.questions, review.asked, review.channel, message.ts, message.refused,
        )  # fmt: skip
        joined = (
            columns.join(EntryRow, EntryRow.deal_id == DealRow.id)
            .outerjoin(review, review.id == EntryRow.review_id)
            .outerjoin(message, (message.review_id == review.id) & (message.slot == PARENT))
        )
        rows = self._session.execute(joined.where(EntryRow.call_id == call.id).order_by(EntryRow.position))
        return [
            Line(
                name,
                owner,
                closes,
                Result(result),
                Status(status) if status else None,
                questions.index(asked) + 1 if questions else 0,
                len(questions or ()),
                channel or "",
                ts,
                refused is not None,
            )
            for name, owner, closes, result, status, questions, asked, channel, ts, refused in rows
        ]

    def is_opening(self, call: Call) -> bool:
        """Whether a review that was opened for a call has still to be said in Slack: its parent or first question."""
        mine = select(EntryRow.review_id).where(EntryRow.call_id == call.id, EntryRow.result == Result.OPENED)
        unsaid = (MessageRow.said < MessageRow.version, MessageRow.refused.is_(None), MessageRow.ts.is_(None))
        opening = select(MessageRow.id).where(MessageRow.review_id.in_(mine), *unsaid, MessageRow.slot.in_(OPENING))
        return self._session.scalar(opening.limit(1)) is not None

    def _refused(self, call: Call) -> frozenset[int]:
        """The deals of a call whose review never began, since Slack would not take its first message."""
        parent = (MessageRow.review_id == EntryRow.review_id) & (MessageRow.slot == PARENT)
        joined = select(EntryRow.deal_id).join(MessageRow, parent).where(EntryRow.call_id == call.id)
        return frozenset(self._session.scalars(joined.where(MessageRow.refused.is_not(None))))

    def digested(self, call: Call, now: datetime) -> None:
        """Keep that a call's digest was decided."""
        self._session.get_one(CallRow, call.id).digested_at = now

    def next_of(self, manager: str, now: datetime) -> Call | None:
        """A manager's next call after a moment (UTC) that was not cancelled."""
        theirs = (CallRow.team == self._team, CallRow.manager == manager, CallRow.at > now)
        upcoming = select(CallRow).where(*theirs, CallRow.cancelled_at.is_(None)).order_by(CallRow.at).limit(1)
        row = self._session.scalar(upcoming)
        return to_call(row) if row else None

    def with_review(self, review_id: int) -> list[Call]:
        """The calls, not cancelled, for which a review was opened or found."""
        joined = select(CallRow).join(EntryRow, EntryRow.call_id == CallRow.id)
        mine = joined.where(EntryRow.review_id == review_id, CallRow.cancelled_at.is_(None))
        rows = self._session.scalars(mine.order_by(CallRow.id))
        return [to_call(row) for row in rows]


def to_call(row: CallRow) -> Call:
    return Call(
        row.id,
        row.team,
        row.manager,
        row.channel,
        row.at,
        row.zone,
        row.in_direct,
        row.digest_minutes,
        row.created_at,
        row.schedule_id,
        row.cancelled_at,
        row.digested_at,
    )


def _entry(row: EntryRow) -> Entry:
    return Entry(row.deal_id, Result(row.result), row.review_id)
