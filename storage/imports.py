"""Pipeline files dropped in direct messages, kept until what was wanted of them is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.adding import adding
from storage.models import ImportRow


class State(StrEnum):
    """What a dropped file waits for."""

    READING = "reading"  # the bot, to say what it would change
    DATES = "dates"  # its person, to say in which order its dates are
    OFFERED = "offered"  # its person, to say whether to import it
    IMPORTING = "importing"  # the bot
    DONE = "done"
    DROPPED = "dropped"
    UNREADABLE = "unreadable"


TO_DO = (State.READING, State.IMPORTING)


@dataclass(frozen=True)
class Dropped:
    """A file that `person` dropped in `channel`, their conversation with the bot, and how far it is.

    `address` is where Slack has it, `dates` the order of its dates once told. While it is imported, `counts` is what
    came of its rows up to line `done`; `reported` is how many rejected rows its person was given a list of.
    """

    id: int
    team: str
    person: str
    channel: str
    message_ts: str
    file: str
    name: str
    address: str
    created_at: datetime
    state: State = State.READING
    dates: str = ""
    done: int = 0
    counts: Mapping[str, Any] = field(default_factory=dict)
    reported: int = 0


class Imports:
    """The files that were dropped."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, dropped: Dropped) -> Dropped | None:
        """Keep a file, whose id is not looked at; None if it is known: Slack may tell of one twice."""
        values = {**vars(dropped), "state": str(dropped.state), "counts": dict(dropped.counts)}
        del values["id"]
        new = adding(self._session, ImportRow, "team", "channel", "message_ts", "file").values(values)
        added = self._session.scalar(new.returning(ImportRow.id))
        return self.lock(added) if added else None

    def lock(self, import_id: int) -> Dropped | None:
        """A file that no other transaction can change meanwhile; None if there is none by that id."""
        row = self._session.scalar(
            select(ImportRow)
            .where(ImportRow.id == import_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return _dropped(row) if row else None

    def save(self, dropped: Dropped) -> None:
        """Keep how far a file is."""
        row = self._session.get_one(ImportRow, dropped.id)
        row.state, row.dates, row.done = dropped.state, dropped.dates, dropped.done
        row.counts, row.reported = dict(dropped.counts), dropped.reported

    def to_do(self) -> list[tuple[str, int]]:
        """The files that wait for the bot, each with its workspace, the longest waiting first."""
        waiting = select(ImportRow.team, ImportRow.id).where(ImportRow.state.in_(TO_DO))
        rows = self._session.execute(waiting.order_by(ImportRow.created_at, ImportRow.id))
        return [(team, number) for team, number in rows]


def _dropped(row: ImportRow) -> Dropped:
    return Dropped(
        row.id,
        row.team,
        row.person,
        row.channel,
        row.message_ts,
        row.file,
        row.name,
        row.address,
        row.created_at,
        State(row.state),
        row.dates,
        row.done,
        row.counts,
        row.reported,
    )
