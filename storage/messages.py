"""What the bot has decided to say, kept beside the decision itself, and how much of it Slack has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from flows.review import Review
from flows.utterances import ON, ONCE, PARENT, SHARED, Retouch, Utterance
from storage import rests
from storage.models import DealRow, MessageRow, ReviewRow
from storage.tenancy import own_workspace

LATE = timedelta(minutes=10)
"""Whatever the pace, a message that waits longer than this is stuck."""

NOT_THERE = ("not_in_channel", "channel_not_found")
"""Slack's answers where the bot is not, or not any more."""

GONE = "gone"
"""The name of what is to be taken back: deleted in Slack, and then here."""

UNSAID = (MessageRow.said < MessageRow.version, MessageRow.refused.is_(None))
IN_DOUBT = (*UNSAID, MessageRow.ts.is_(None), MessageRow.tries > 0)
"""Posts that may stand in Slack by an id we do not know: the call was not answered yet, or never will be."""
PLACE = (MessageRow.team, MessageRow.channel)


@dataclass(frozen=True)
class Message:
    """One slot's latest words on their way to Slack. `thread_ts` is None for the parent and for other top-level posts.

    `tries` counts earlier calls for it whose outcome nobody knows; `decided_at` is in UTC.
    """

    id: int
    team: str
    review_id: int | None
    channel: str
    thread_ts: str | None
    slot: str
    name: str
    context: Mapping[str, Any]
    version: int
    ts: str | None
    tries: int
    decided_at: datetime

    @property
    def is_top_level(self) -> bool:
        """Whether it stands in its channel by itself, and not in a review's thread."""
        return self.review_id is None or self.slot in (PARENT, SHARED)

    @property
    def is_post(self) -> bool:
        """Whether it adds a message, rather than editing one, taking one back or reacting to one."""
        return self.ts is None and not self.is_reaction and not self.is_gone

    @property
    def is_gone(self) -> bool:
        """Whether it is to be taken back."""
        return self.name == GONE

    @property
    def key(self) -> str:
        """What a post carries along, to be known by in Slack."""
        return str(self.context["key"]) if self.is_gone else f"{self.review_id or self.team}:{self.slot}"

    @property
    def is_reaction(self) -> bool:
        return self.slot.startswith(ON)


@dataclass(frozen=True)
class Refused:
    """A message that Slack would not take: of which deal's review, where, what, and Slack's reason."""

    deal: str
    channel: str
    slot: str
    reason: str


@dataclass(frozen=True)
class Unsaid:
    """What is still to be said: `waiting` messages, the `oldest` decided then, `late` of them overdue; and refused."""

    waiting: int
    late: int
    oldest: datetime | None
    refused: tuple[Refused, ...]


class Messages:
    """The words of the bot: decided in the transaction of the decision, marked as said when Slack has them.

    Those of the workspace that is worked for, as all that is read here.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def decide(self, review: Review, says: Iterable[Utterance | Retouch], now: datetime) -> None:
        """Decide to say these. A slot said before will be edited; what was not yet said is simply replaced."""
        self._decide(MessageRow(review_id=review.id, team=review.deal.team, channel=review.channel), list(says), now)

    def decide_for(self, team: str, channel: str, says: Iterable[Utterance | Retouch], now: datetime) -> None:
        """Decide to say these in a channel, as messages that belong to no review. Slots are the workspace's own."""
        self._decide(MessageRow(review_id=None, team=team, channel=channel), list(says), now)

    def _decide(self, like: MessageRow, says: list[Utterance | Retouch], now: datetime) -> None:
        mine = (MessageRow.review_id == like.review_id, MessageRow.team == like.team)
        slots = MessageRow.slot.in_([each.slot for each in says])
        rows = self._session.scalars(select(MessageRow).where(*mine, slots))
        known = {row.slot: row for row in rows}
        for each in says:
            row = known.get(each.slot)
            if isinstance(each, Utterance):
                row = row or known.setdefault(each.slot, self._new(like, each))
                row.name, row.context = each.name, plain(each.context)
            elif row:
                row.context = {**row.context, **plain(each.changes)}
            else:
                continue
            if row.said == row.version:  # what still waits to be said keeps its place in the line
                row.decided_at = now
            row.version += 1
        self._session.flush()

    def take_back(self, rows: Iterable[MessageRow], now: datetime) -> None:
        """Decide that these messages are to be deleted in Slack; their words go here at once.

        They belong to no review any more. One that was never posted is taken back, too: it may be under way.
        """
        for row in rows:
            if row.name == GONE:
                continue
            message = self._to_message(row)
            kept = {"key": message.key, "thread_ts": message.thread_ts, "is_review": row.slot == PARENT}
            row.review_id, row.slot = None, f"{GONE}:{row.id}"
            row.name, row.context, row.version = GONE, kept, row.version + 1
            row.decided_at, row.refused = now, None
            self._session.flush()

    def taken_back(self, message: Message) -> None:
        """A message is not in Slack any more, or will always be."""
        self._session.execute(delete(MessageRow).where(MessageRow.id == message.id))

    def channels_due(self, now: datetime) -> list[tuple[str, str]]:
        """The channels in which there is something to say and that do not rest, the longest waiting first.

        Each with its workspace: companies that share a channel call it the same.
        """
        due = select(*PLACE).where(*UNSAID, tuple_(*PLACE).not_in(rests.resting(now))).group_by(*PLACE)
        rows = self._session.execute(due.order_by(func.min(MessageRow.decided_at)))
        return [(team, channel) for team, channel in rows]

    def rests_end(self, now: datetime) -> datetime | None:
        """When the first of the channels that rest, and in which there is something to say, may be posted to again."""
        return rests.rests_end(self._session, select(*PLACE).where(*UNSAID), now)

    def next_unsaid(self, channel: str) -> Message | None:
        """A channel's oldest decision that Slack does not have; of one moment's, new messages before edits."""
        row = self._session.scalars(
            select(MessageRow)
            .where(*UNSAID, MessageRow.team == own_workspace(), MessageRow.channel == channel)
            .order_by(MessageRow.decided_at, MessageRow.ts.is_not(None), MessageRow.id)
            .limit(1)
        ).first()
        return self._to_message(row) if row else None

    def is_anything_unsaid(self, apart_from: Collection[tuple[str, str]] = ()) -> bool:
        """Whether anything is still to be said, apart from some channels, each with its workspace."""
        unsaid = select(MessageRow.id).where(*UNSAID, tuple_(*PLACE).not_in(apart_from))
        return self._session.scalar(unsaid.limit(1)) is not None

    def channel_of(self, slot: str) -> str:
        """Where a message that belongs to no review is said, by its slot; empty if it was not decided."""
        mine = (MessageRow.team == own_workspace(), MessageRow.review_id.is_(None), MessageRow.slot == slot)
        return self._session.scalar(select(MessageRow.channel).where(*mine)) or ""

    def is_opening_in(self, channel: str) -> bool:
        """Whether a parent message may stand in a channel by an id we do not know yet."""
        here = (MessageRow.team == own_workspace(), MessageRow.channel == channel)
        opening = select(MessageRow.id).where(*IN_DOUBT, *here, MessageRow.slot == PARENT)
        return self._session.scalar(opening.limit(1)) is not None

    def is_in_doubt(self, review_id: int, slot: str) -> bool:
        """Whether people may be able to read a message of a review that we do not know to be there."""
        post = select(MessageRow.id).where(*IN_DOUBT, MessageRow.review_id == review_id, MessageRow.slot == slot)
        return self._session.scalar(post) is not None

    def posted_between(self, channel: str, moment: datetime, now: datetime) -> int:
        """How many messages were posted in a channel after a moment, and not after now, if the clock was set back."""
        lately = (MessageRow.posted_at > moment, MessageRow.posted_at <= now)
        return self._session.scalar(select(func.count()).where(MessageRow.channel == channel, *lately)) or 0

    def tried(self, message: Message) -> Message:
        """Slack is about to be called: until the outcome is known, the message may or may not be there.

        Returns it with the tries before this one, also those of a process that should not have been at it.
        """
        return replace(message, tries=self._count_try(message, 1) - 1)

    def untried(self, message: Message) -> None:
        """The call surely changed nothing."""
        self._count_try(message, -1)

    def said(self, message: Message, ts: str | None, now: datetime) -> None:
        """Slack has the message in the version that was sent. Of a reaction nothing more is to be known."""
        row = self._session.get_one(MessageRow, message.id)
        is_over = message.is_reaction or message.slot.startswith(ONCE)
        if is_over and row.version == message.version:
            self._session.delete(row)
            return
        if ts and row.ts is None:
            row.ts, row.posted_at = ts, now
        row.said, row.tries = message.version, 0

    def unsaid(self, now: datetime) -> Unsaid:
        """How much is still to be said, and how much will not be."""
        waiting, oldest = self._session.execute(
            select(func.count(), func.min(MessageRow.decided_at)).where(*UNSAID)
        ).one()
        late = self._session.scalar(select(func.count()).where(*UNSAID, MessageRow.decided_at < now - LATE))
        refused = self._session.execute(
            select(func.coalesce(DealRow.name, "no deal"), MessageRow.channel, MessageRow.slot, MessageRow.refused)
            .outerjoin(ReviewRow, MessageRow.review_id == ReviewRow.id)
            .outerjoin(DealRow)
            .where(MessageRow.refused.is_not(None))
            .order_by(MessageRow.id)
        )
        return Unsaid(waiting, late or 0, oldest, tuple(Refused(*map(str, row)) for row in refused))

    def try_refused_again(self) -> int:
        """Let the engine try once more what Slack refused; returns how many messages that are."""
        rows = self._session.scalars(select(MessageRow).where(MessageRow.refused.is_not(None))).all()
        for row in rows:
            row.refused, row.said, row.tries = None, 0, 0
        return len(rows)

    def try_again_in(self, channel: str) -> int:
        """Let the engine try once more what Slack refused in a channel because the bot was not in it, and how much is.

        A review whose first message was refused has ended.
        """
        theirs = (MessageRow.channel == channel, MessageRow.refused.in_(NOT_THERE), MessageRow.slot != PARENT)
        rows = self._session.scalars(select(MessageRow).where(*theirs)).all()
        for row in rows:
            row.refused, row.said, row.tries = None, 0, 0
        return len(rows)

    def found(self, message: Message, ts: str, now: datetime) -> None:
        """Slack has the message, in what version nobody knows: it is still to be brought up to date."""
        row = self._session.get_one(MessageRow, message.id)
        row.ts, row.posted_at, row.tries = ts, now, 0

    def refused(self, message: Message, reason: str) -> None:
        """Slack will never take this. A post stays refused; a refused edit is only skipped."""
        row = self._session.get_one(MessageRow, message.id)
        row.said, row.tries = message.version, 0
        if row.ts is None and row.name != GONE:
            row.refused = reason

    def _count_try(self, message: Message, by: int) -> int:
        tries = update(MessageRow).where(MessageRow.id == message.id).values(tries=MessageRow.tries + by)
        return self._session.execute(tries.returning(MessageRow.tries)).scalar_one()

    def _parent_ts(self, review_id: int) -> str | None:
        parent = select(MessageRow.ts).where(MessageRow.review_id == review_id, MessageRow.slot == PARENT)
        return self._session.scalar(parent)

    def _new(self, like: MessageRow, utterance: Utterance) -> MessageRow:
        row = MessageRow(
            review_id=like.review_id,
            team=like.team,
            channel=like.channel,
            slot=utterance.slot,
            version=0,
            said=0,
            tries=0,
        )
        self._session.add(row)
        return row

    def _to_message(self, row: MessageRow) -> Message:
        thread_ts = row.context.get("thread_ts") if row.name == GONE else None
        if row.review_id is not None and row.slot not in (PARENT, SHARED):
            thread_ts = self._parent_ts(row.review_id)
        return Message(
            row.id,
            row.team,
            row.review_id,
            row.channel,
            thread_ts,
            row.slot,
            row.name,
            row.context,
            row.version,
            row.ts,
            row.tries,
            row.decided_at,
        )


def plain(context: Mapping[str, Any]) -> dict[str, Any]:
    """A context as JSON can hold it: dates and times in ISO 8601, tuples as lists."""
    return dict(json.loads(json.dumps(context, default=_in_iso)))


def _in_iso(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a message's context")
