"""Which of Slack's requests were let in, and which events taken: each once, by whichever replica it came to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.models import AdmissionRow
from storage.tenancy import NOBODYS, at_work_for

REMEMBERED = timedelta(minutes=15)
"""A signature is good for five minutes before and after its time; then it need not be known any more."""


def is_known(database: Database, mark: str) -> bool:
    """Whether a request was let in by this mark.

    Raises `sqlalchemy.exc.OperationalError` if the database does not answer.
    """
    with at_work_for(NOBODYS), database.transaction() as session:
        return session.get(AdmissionRow, mark) is not None


def admit(database: Database, mark: str, now: datetime) -> bool:
    """Let a request in by its mark, which is its signature or an event's id; False if it was let in before.

    `now` is in UTC.

    Raises `sqlalchemy.exc.OperationalError` if the database does not answer.
    """
    try:
        with at_work_for(NOBODYS), database.transaction() as session:
            session.execute(delete(AdmissionRow).where(AdmissionRow.at < now - REMEMBERED))
            session.add(AdmissionRow(signature=mark, at=now))
    except IntegrityError:
        return False
    return True


def forget(database: Database, mark: str) -> None:
    """Let the same request in again: nothing came of it."""
    with at_work_for(NOBODYS), database.transaction() as session:
        session.execute(delete(AdmissionRow).where(AdmissionRow.signature == mark))
