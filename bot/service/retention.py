"""Lets go what was kept long enough: for the engine, deal by deal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.lookout import DueWork
from storage.audit import BY_ITSELF, DEAL, Audit, Did
from storage.database import Database
from storage.erasing import erase_deal, expired, left_behind, tidy

LOOK_EVERY = timedelta(hours=1)

_REMAINS = "remains"
"""Instead of a deal: what is of none any more, such as messages that nobody will see again."""


class RetentionService(DueWork):
    """Deletes deals that closed longer ago than their workspace keeps them, and what was left behind by others."""

    name = "retention"

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        super().__init__(_over, LOOK_EVERY, clock)
        self._database = database
        self._wake = wake

    def see_to(self, team: str, what: str, /) -> bool:
        """Delete a deal whose time is over, and take back what was posted of it."""
        now = self._clock()
        with self._database.transaction() as session:
            if what == _REMAINS:
                tidy(session, now)
                return False
            deal = int(what)
            if (team, deal) in expired(session, now) and erase_deal(session, team, deal, now):
                Audit(session, team).note(BY_ITSELF, Did.EXPIRED, DEAL, deal, now)
        self._wake()
        return False


def _over(session: Session, now: datetime) -> Iterator[tuple[str, object]]:
    yield from expired(session, now)
    yield from ((team, _REMAINS) for team in left_behind(session, now))
