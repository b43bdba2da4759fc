"""What people did in reviews and is not taken into account yet, kept from when Slack told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Insert, String, bindparam, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from flows.utterances import PARENT
from storage.messages import LATE
from storage.models import ArrivalRow, DealRow, MessageRow, ReplyRow, ReviewRow, Utc

MOST_TRIES = 3
"""An error may be of the moment; one that is met so often is not."""

WAITS = ArrivalRow.failed.is_(None)


def _keep(held: ColumnElement[bool]) -> Insert:
    """Keep an arrival of the review that is `held` so, if there is one. Built once: most of what it costs is that."""
    values = {
        ArrivalRow.team: ReviewRow.team,
        ArrivalRow.review_id: ReviewRow.id,
        ArrivalRow.kind: bindparam("told_kind", type_=String),
        ArrivalRow.person: bindparam("told_person", type_=String),
        ArrivalRow.occasion: bindparam("told_occasion", type_=String),
        ArrivalRow.at: bindparam("told_at", type_=String),
        ArrivalRow.details: bindparam("told_details", type_=JSON),
        ArrivalRow.received_at: bindparam("told_now", type_=Utc),
        ArrivalRow.tries: literal(0),
    }
    where = (ReviewRow.channel == bindparam("for_channel"), ReviewRow.team == bindparam("for_team"))
    keep = insert(ArrivalRow).from_select(list(values), select(*values.values()).where(held, *where))
    # Else a Postgres driver's cursor is closed before it is asked how many rows there are.
    return keep.execution_options(preserve_rowcount=True)


_KEEP_IN_REVIEW = _keep(ReviewRow.id == bindparam("for_review"))
_KEEP_IN_THREAD = _keep(
    ReviewRow.id.in_(
        select(MessageRow.review_id).where(
            MessageRow.channel == bindparam("for_channel"),
            MessageRow.ts == bindparam("for_thread"),
            MessageRow.slot == PARENT,
        )
    )
)


@dataclass(frozen=True)
class Arrival:
    """Something a person did in a review.

    `at` is Slack's time of it (seconds since the epoch, UTC, as Slack writes them), `occasion` Slack's id of it, and
    `details` what else Slack said, by kind. One that waits knows its workspace and its channel, and how many `tries` to
    take it met an error.
    """

    review: int
    kind: str
    person: str
    occasion: str
    at: str
    details: Mapping[str, Any] = field(default_factory=dict)
    team: str = ""
    channel: str = ""
    tries: int = 0
    id: int = 0

    @property
    def is_last_try(self) -> bool:
        return self.tries + 1 >= MOST_TRIES

    @property
    def thread_ts(self) -> str | None:
        """The thread it happened in, if in one."""
        found: str | None = self.details.get("thread_ts")
        return found


@dataclass(frozen=True)
class Failed:
    """An arrival that could not be taken: in which deal's review and channel, what it was, and its error in the log."""

    deal: str
    channel: str
    kind: str
    reference: str


@dataclass(frozen=True)
class Untaken:
    """What is still to be taken: `waiting` arrivals, the `oldest` received then, `late` of them overdue; and failed."""

    waiting: int
    late: int
    oldest: datetime | None
    failed: tuple[Failed, ...]


class Inbox:
    """What has arrived. Of one review it is taken in the order of Slack's clock."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, team: str, arrival: Arrival, now: datetime, thread_ts: str | None = None) -> bool:
        """Keep an arrival; `now` is in UTC. Its channel has to be where its review is held, for ids can be made up.

        Without a review it belongs to the one whose thread `thread_ts` is. Returns whether this workspace has such a
        review. Raises `sqlalchemy.exc.IntegrityError` if the arrival waits here already.
        """
        keep = _KEEP_IN_THREAD if thread_ts else _KEEP_IN_REVIEW
        told = {
            "for_team": team, "for_review": arrival.review, "for_channel": arrival.channel, "for_thread": thread_ts,
            "told_kind": arrival.kind, "told_person": arrival.person, "told_occasion": arrival.occasion,
            "told_at": arrival.at, "told_details": dict(arrival.details), "told_now": now,
        }  # fmt: skip
        return self._session.connection().execute(keep, told).rowcount == 1

    def whose(self, team: str, channel: str, ts: str) -> tuple[str, str] | None:
        """The thread of the review that a message is kept in, or waits for, and its author; None of any other message.

        What waits is looked through first: it goes once it is kept, and may go between the two looks.
        """
        threads = (
            select(MessageRow.ts)
            .join(ReviewRow, MessageRow.review_id == ReviewRow.id)
            .where(ReviewRow.team == team, ReviewRow.channel == channel, MessageRow.slot == PARENT)
        )
        waiting = threads.join(ArrivalRow).where(ArrivalRow.kind == "said", ArrivalRow.occasion == ts)
        kept = threads.join(ReplyRow).where(ReplyRow.message_ts == ts)
        for known in (waiting.add_columns(ArrivalRow.person), kept.add_columns(ReplyRow.author)):
            for thread_ts, author in self._session.execute(known):
                return thread_ts, author
        return None

    def reviews_waiting(self) -> list[tuple[str, int]]:
        """The reviews in which something waits, each with its workspace, the longest waiting first."""
        waiting = select(ArrivalRow.team, ArrivalRow.review_id).where(WAITS)
        by_review = waiting.group_by(ArrivalRow.team, ArrivalRow.review_id).order_by(func.min(ArrivalRow.id))
        return [(team, review) for team, review in self._session.execute(by_review)]

    def next_of(self, review_id: int) -> Arrival | None:
        """What waits in a review and happened first."""
        row = self._session.execute(
            select(ArrivalRow, ReviewRow.channel)
            .join(ReviewRow, ArrivalRow.review_id == ReviewRow.id)
            .where(WAITS, ArrivalRow.review_id == review_id)
            .order_by(ArrivalRow.at, ArrivalRow.id)
            .limit(1)
        ).first()
        if row is None:
            return None
        kept, channel = row
        return Arrival(
            review=kept.review_id,
            kind=kept.kind,
            person=kept.person,
            occasion=kept.occasion,
            at=kept.at,
            details=kept.details,
            team=kept.team,
            channel=channel,
            tries=kept.tries,
            id=kept.id,
        )

    def is_anything_waiting(self) -> bool:
        return self._session.scalar(select(ArrivalRow.id).where(WAITS).limit(1)) is not None

    def taken(self, arrival: Arrival) -> None:
        """An arrival is taken into account."""
        self._session.execute(delete(ArrivalRow).where(ArrivalRow.id == arrival.id))

    def stumbled(self, arrival: Arrival, reference: str) -> None:
        """Taking an arrival met an error, which `reference` finds in the log; after the last try it is passed by."""
        row = self._session.get_one(ArrivalRow, arrival.id)
        row.tries += 1
        row.failed = reference if arrival.is_last_try else None

    def untaken(self, now: datetime) -> Untaken:
        """How much is still to be taken, and how much will not be."""
        waiting, oldest = self._session.execute(
            select(func.count(), func.min(ArrivalRow.received_at)).where(WAITS)
        ).one()
        late = self._session.scalar(select(func.count()).where(WAITS, ArrivalRow.received_at < now - LATE))
        failed = self._session.execute(
            select(DealRow.name, ReviewRow.channel, ArrivalRow.kind, ArrivalRow.failed)
            .join(ReviewRow, ArrivalRow.review_id == ReviewRow.id)
            .join(DealRow)
            .where(ArrivalRow.failed.is_not(None))
            .order_by(ArrivalRow.id)
        )
        return Untaken(waiting, late or 0, oldest, tuple(Failed(*map(str, row)) for row in failed))

    def try_failed_again(self) -> int:
        """Let the engine try once more what could not be taken; returns how many arrivals that are."""
        rows = self._session.scalars(select(ArrivalRow).where(ArrivalRow.failed.is_not(None))).all()
        for row in rows:
            row.failed, row.tries = None, 0
        return len(rows)
