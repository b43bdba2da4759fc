"""The audit log: who changed, exported and deleted what, and when. It holds ids, and none of the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from flows.forgetting import FORGOTTEN
from flows.review import Review, Turn
from storage.models import AuditRow

OPERATOR = "operator"
"""Stands for whoever runs the bot, at its command line."""
BY_ITSELF = ""
"""Stands for the bot, which deletes what a workspace does not want to keep any longer."""


class Did(StrEnum):
    """What was done."""

    DETAILED = "changed the details"
    HANDED_OVER = "handed over"
    CLOSED = "closed"
    REOPENED = "reopened"
    DELETED = "deleted"
    EXPORTED = "exported"
    IMPORTED = "imported"
    COPIED = "got their data"
    FORGOTTEN = "was forgotten"
    SETTLED = "settled how long to keep"
    RULED = "changed the settings"
    EXPIRED = "deleted after its time"
    CHANGED = "changed"
    MADE_USUAL = "made the usual one"


DEAL, DEALS, FILE, PERSON, PLAYBOOK, WORKSPACE = "deal", "deals", "file", "person", "playbook", "workspace"
"""The kinds of subjects."""

OF_TURNS = {
    "detailed": Did.DETAILED,
    "handed_over": Did.HANDED_OVER,
    "closed": Did.CLOSED,
    "reopened": Did.REOPENED,
}
"""Which turns change a deal, rather than tell something of its customer."""


@dataclass(frozen=True)
class Entry:
    """One thing that was done, at a moment (UTC), in a workspace, by a person's id, `OPERATOR` or `BY_ITSELF`.

    `kind` says what the `subject` is the id of; of a file that was exported it is how many deals there are in it, of
    settings which of them they were.
    """

    team: str
    at: datetime
    person: str
    act: Did
    kind: str
    subject: str


class Audit:
    """The log of one workspace; it is written in the transaction of what it tells of."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def note(self, person: str, act: Did, kind: str, subject: object, now: datetime) -> None:
        """Keep that somebody did something with a subject, by its id; `now` is in UTC."""
        self._session.add(AuditRow(team=self._team, at=now, person=person, act=act, kind=kind, subject=str(subject)))
        self._session.flush()

    def of(self, person: str) -> list[Entry]:
        """What a person did, the oldest first."""
        mine = select(AuditRow).where(AuditRow.team == self._team, AuditRow.person == person)
        return [_entry(row) for row in self._session.scalars(mine.order_by(AuditRow.id))]

    def forget(self, person: str) -> None:
        """Keep what a person did, and no longer that it was they."""
        mine = (AuditRow.team == self._team, AuditRow.person == person)
        self._session.execute(update(AuditRow).where(*mine).values(person=FORGOTTEN))

    def forget_everybody(self) -> None:
        """Keep what people did, and no longer who they were."""
        mine = (AuditRow.team == self._team, AuditRow.person.not_in((OPERATOR, BY_ITSELF)))
        self._session.execute(update(AuditRow).where(*mine).values(person=FORGOTTEN))


def follow(session: Session, before: Review | None, review: Review, turn: Turn, now: datetime) -> None:
    """A turn has changed a review, in the caller's transaction: note it if it changed the deal."""
    if act := OF_TURNS.get(turn.kind):
        Audit(session, review.deal.team).note(turn.person, act, DEAL, review.deal.id, now)


def entries(session: Session, team: str = "", since: datetime | None = None) -> Iterator[Entry]:
    """What was done, in one workspace or in all, since a moment (UTC) or ever, the oldest first."""
    where = [*([AuditRow.team == team] if team else []), *([AuditRow.at >= since] if since else [])]
    for row in session.scalars(select(AuditRow).where(*where).order_by(AuditRow.id)):
        yield _entry(row)


def _entry(row: AuditRow) -> Entry:
    return Entry(row.team, row.at, row.person, Did(row.act), row.kind, row.subject)
