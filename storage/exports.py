"""What we know of deals, read a few at a time, to be written to files: each with its reviews and its ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from flows.answer import Answer, Source, Standing
from flows.deal import Deal
from flows.ledger import Known
from flows.playbook import SHIPPED, Shelf
from storage.database import Database
from storage.deals import name_key, to_deal
from storage.home import is_public
from storage.ledger import Ledger
from storage.models import AnswerRow, DealRow, PersonRow, ReplyRow, ReviewRow
from storage.playbooks import Playbooks
from storage.reviews import replies_to
from storage.tenancy import EVERYWHERE, at_work_for

BATCH = 200
"""Deals: so many are in memory at once."""


@dataclass(frozen=True)
class Choice:
    """Which deals to export: of a `team` or of all, one by its `name` or all.

    Only if it is `private`, those of private channels are among them, and what was told there of other deals or in
    direct messages.
    """

    team: str = ""
    name: str = ""
    private: bool = False

    def where(self) -> list[ColumnElement[bool]]:
        asked = [DealRow.team == self.team] if self.team else []
        named = [DealRow.name_key == name_key(self.name)] if self.name else []
        return [*asked, *named, *([] if self.private else [DealRow.scope == ""])]


@dataclass(frozen=True)
class Held:
    """A review as it is exported. What was deleted in Slack is not in its answers."""

    id: int
    channel: str
    owner: str
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    status: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Exported:
    """A deal with its reviews, oldest first, what is known of it, and what the people in it are called by their ids."""

    deal: Deal
    created_at: datetime
    reviews: tuple[Held, ...]
    ledger: Mapping[str, Known]
    names: Mapping[str, str]
    shelf: Shelf = SHIPPED

    def name(self, person: str) -> str:
        return self.names.get(person, person)


def count(database: Database, choice: Choice) -> int:
    """How many deals there are to export."""
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(DealRow).where(*choice.where())) or 0


def teams(database: Database) -> list[str]:
    """The Slack workspaces that have deals or people here, by their ids."""
    with at_work_for(EVERYWHERE), database.transaction() as session:
        found = select(DealRow.team).union(select(PersonRow.team))
        return sorted(session.scalars(found))


def export(database: Database, choice: Choice) -> Iterator[Exported]:
    """Every chosen deal, in the order they were made. Each batch is read in a short transaction of its own."""
    last = 0
    while True:
        with database.transaction() as session:
            columns = select(*DealRow.__table__.columns)
            found = columns.where(*choice.where(), DealRow.id > last).order_by(DealRow.id).limit(BATCH)
            rows: list[Any] = list(session.execute(found))
            batch = _whole(session, rows, choice)
        yield from batch
        if len(rows) < BATCH:
            return
        last = rows[-1].id


def _whole(session: Session, rows: list[Any], choice: Choice) -> list[Exported]:
    ids = [row.id for row in rows]
    reviews = _reviews(session, ids, choice.private)
    ledger = Ledger(session).of_all(ids)
    hidden = set() if choice.private else _told_privately(session, ids)
    known = {deal_id: {key: _shown(each, hidden) for key, each in kept.items()} for deal_id, kept in ledger.items()}
    names = _names(session, rows, reviews)
    shelves = {team: Playbooks(session, team).shelf() for team in {row.team for row in rows}}
    return [
        Exported(
            to_deal(row),
            row.created_at,
            reviews.get(row.id, ()),
            known.get(row.id, {}),
            names.get(row.team, {}),
            shelves[row.team],
        )
        for row in rows
    ]


def _reviews(session: Session, deal_ids: Collection[int], private: bool) -> dict[int, tuple[Held, ...]]:
    held: list[ColumnElement[bool]] = [ReviewRow.deal_id.in_(deal_ids), *([] if private else [is_public()])]
    columns = select(*ReviewRow.__table__.columns)
    rows: list[Any] = list(session.execute(columns.where(*held).order_by(ReviewRow.id)))
    ids = [row.id for row in rows]
    replies: dict[int, list[Any]] = {}
    told = (ReplyRow.review_id.in_(ids), ReplyRow.withdrawn.is_(False))
    for reply in session.execute(select(*ReplyRow.__table__.columns).where(*told).order_by(ReplyRow.message_ts)):
        replies.setdefault(reply.review_id, []).append(reply)
    answers: dict[int, list[Answer]] = {}
    for answer in session.execute(select(*AnswerRow.__table__.columns).where(AnswerRow.review_id.in_(ids))):
        kept = _answer(answer, replies.get(answer.review_id, []))
        answers.setdefault(answer.review_id, []).append(kept)
    found: dict[int, list[Held]] = {}
    for row in rows:
        order = {key: place for place, key in enumerate(row.questions)}
        in_order = sorted(answers.get(row.id, ()), key=lambda each: order.get(each.question, len(order)))
        whole = Held(
            row.id, row.channel, row.owner, row.opened_by, row.opened_at, row.ended_at, row.status, tuple(in_order)
        )
        found.setdefault(row.deal_id, []).append(whole)
    return {deal_id: tuple(each) for deal_id, each in found.items()}


def _answer(row: Any, replies: list[Any]) -> Answer:
    return Answer(
        row.question,
        Standing(row.standing) if row.standing else None,
        replies_to(row.question, replies),
        source=Source(row.source) if row.source else None,
        said_at=row.said_at,
        said_in=row.said_in,
        heard_on=row.heard_on,
        due=row.due,
    )


def _told_privately(session: Session, deal_ids: Collection[int]) -> set[int]:
    """The reviews of deals that were held in private channels and direct messages."""
    held = (ReviewRow.deal_id.in_(deal_ids), ~is_public())
    return set(session.scalars(select(ReviewRow.id).where(*held)))


def _shown(known: Known, hidden: Collection[int]) -> Known:
    """What is known without the words that were told in private; how old they are is told."""
    return replace(known, lines=(), authors=()) if known.review in hidden else known


def _names(session: Session, rows: list[Any], reviews: Mapping[int, tuple[Held, ...]]) -> dict[str, dict[str, str]]:
    """What the people in deals are called, by their workspaces and ids."""
    asked: dict[str, set[str]] = {}
    for row in rows:
        people = asked.setdefault(row.team, set())
        people.add(row.owner)
        for each in reviews.get(row.id, ()):
            people.update((each.owner, each.opened_by))
            people.update(reply.author for answer in each.answers for reply in answer.replies)
    found: dict[str, dict[str, str]] = {}
    columns = select(PersonRow.team, PersonRow.id, PersonRow.name)
    for team, people in asked.items():
        for person in session.execute(columns.where(PersonRow.team == team, PersonRow.id.in_(people))):
            found.setdefault(team, {})[person.id] = person.name
    return found
