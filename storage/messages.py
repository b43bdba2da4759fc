"""What the bot has decided to say, kept beside the decision itself, and how much of it Slack has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.review import Review
from flows.utterances import PARENT, SHARED, Retouch, Utterance
from storage.models import DealRow, MessageRow, ReviewRow


@dataclass(frozen=True)
class Message:
    """One slot's latest words on their way to Slack. `thread_ts` is None for the parent and for other top-level posts.

    `tries` counts earlier posts of it whose outcome nobody knows.
    """

    id: int
    team: str
    review_id: int
    channel: str
    thread_ts: str | None
    slot: str
    name: str
    context: Mapping[str, Any]
    version: int
    ts: str | None
    tries: int


class Messages:
    """The words of the bot: decided in the transaction of the decision, marked as said when Slack has them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def decide(self, review: Review, says: Iterable[Utterance | Retouch], now: datetime) -> None:
        """Decide to say these. A slot said before will be edited; what was not yet said is simply replaced."""
        for each in says:
            row = self._slot(review.id, each.slot)
            if isinstance(each, Utterance):
                row = row or self._new(review, each)
                row.name, row.context = each.name, plain(each.context)
            elif row:
                row.context = {**row.context, **plain(each.changes)}
            else:
                continue
            if row.said == row.version:  # what still waits to be said keeps its place in the line
                row.decided_at = now
            row.version += 1
            self._session.flush()

    def next_unsaid(self) -> Message | None:
        """The oldest decision that Slack does not have yet; of one moment's, new messages before edits."""
        row = self._session.scalars(
            select(MessageRow)
            .where(MessageRow.said < MessageRow.version, MessageRow.refused.is_(None))
            .order_by(MessageRow.decided_at, MessageRow.ts.is_not(None), MessageRow.id)
            .limit(1)
        ).first()
        return self._to_message(row) if row else None

    def tried(self, message: Message) -> None:
        """A post is about to be attempted: until its outcome is known, it may or may not be in Slack."""
        self._session.get_one(MessageRow, message.id).tries += 1

    def said(self, message: Message, ts: str | None) -> None:
        """Slack has the message in the version that was sent."""
        row = self._session.get_one(MessageRow, message.id)
        row.said, row.ts, row.tries = message.version, ts or row.ts, 0

    def refused(self, message: Message, reason: str) -> None:
        """Slack will never take this. A post stays refused; a refused edit is only skipped."""
        row = self._session.get_one(MessageRow, message.id)
        row.said = message.version
        if row.ts is None:
            row.refused = reason

    def _slot(self, review_id: int, slot: str) -> MessageRow | None:
        return self._session.scalar(
            select(MessageRow).where(MessageRow.review_id == review_id, MessageRow.slot == slot)
        )

    def _new(self, review: Review, utterance: Utterance) -> MessageRow:
        row = MessageRow(
            review_id=review.id,
            channel=review.channel,
            slot=utterance.slot,
            version=0,
            said=0,
            tries=0,
        )
        self._session.add(row)
        return row

    def _to_message(self, row: MessageRow) -> Message:
        parent = self._slot(row.review_id, PARENT)
        in_thread = row.slot not in (PARENT, SHARED)
        team = self._session.scalar(select(DealRow.team).join(ReviewRow).where(ReviewRow.id == row.review_id))
        return Message(
            row.id,
            team or "",
            row.review_id,
            row.channel,
            parent.ts if parent and in_thread else None,
            row.slot,
            row.name,
            row.context,
            row.version,
            row.ts,
            row.tries,
        )


def plain(context: Mapping[str, Any]) -> dict[str, Any]:
    """A context as JSON can hold it: dates and times in ISO 8601, tuples as lists."""
    return dict(json.loads(json.dumps(context, default=_in_iso)))


def _in_iso(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a message's context")
