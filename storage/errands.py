"""What people want done with what is kept about them or for them, kept until it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.later import NotKnownHere
from storage.models import ErrandRow


class Kind(StrEnum):
    """What is to be done."""

    COPY = "copy"  # give a person everything that is kept about them
    FORGET = "forget"  # forget a person
    DELETE = "delete"  # delete a deal
    PLAYBOOK = "playbook"  # give a person a playbook as a file


@dataclass(frozen=True)
class Errand:
    """Something to be done in a workspace for a `person`, who asked for it at a moment in UTC.

    `subject` is the id of the deal, or the key of the playbook, that it is about; empty if it is about the person.
    """

    id: int
    team: str
    kind: Kind
    person: str
    subject: str
    asked_at: datetime


class Errands:
    """What is to be done with what is kept."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, team: str, kind: Kind, person: str, now: datetime, subject: object = "") -> None:
        """Keep what is to be done (`now` is in UTC); what waits to be done is not kept twice."""
        same = (ErrandRow.team == team, ErrandRow.kind == kind, ErrandRow.person == person)
        if self._session.scalar(select(ErrandRow.id).where(*same, ErrandRow.subject == str(subject))) is None:
            self._session.add(ErrandRow(team=team, kind=kind, person=person, subject=str(subject), asked_at=now))
            self._session.flush()

    def waiting(self) -> list[tuple[str, int]]:
        """What is to be done, by ids, each with its workspace, the longest waiting first."""
        rows = self._session.execute(select(ErrandRow.team, ErrandRow.id).order_by(ErrandRow.id))
        return [(team, number) for team, number in rows]

    def lock(self, errand_id: int) -> Errand | None:
        """What is to be done, which no other transaction can change meanwhile; None if it is done.

        Raises `storage.later.NotKnownHere` of a kind that a later version has.
        """
        row = self._session.scalar(select(ErrandRow).where(ErrandRow.id == errand_id).with_for_update())
        if row and row.kind not in list(Kind):
            raise NotKnownHere(f"no errand of this version is called {row.kind!r}")
        return Errand(row.id, row.team, Kind(row.kind), row.person, row.subject, row.asked_at) if row else None

    def done(self, errand: Errand) -> None:
        """It is done."""
        self._session.execute(delete(ErrandRow).where(ErrandRow.id == errand.id))
