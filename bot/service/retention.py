"""Lets go what was kept long enough: for the engine, deal by deal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.lookout import DueWork
from storage.audit import BY_ITSELF, DEAL, Audit, Did
from storage.database import Database
from storage.erasing import erase_deal, erase_workspace, expired, left_behind, tidy
from storage.installations import outstayed

LOOK_EVERY = timedelta(hours=1)

_REMAINS = "remains"
"""Instead of a deal: what is of none any more, such as messages that nobody will see again."""
_ALL = "all"
"""Instead of a deal: everything that is kept of a workspace."""


class RetentionService(DueWork):
    """Deletes deals that closed longer ago than their workspace keeps them, workspaces that the bot was removed from
    long enough ago, and what was left behind by others.
    """

    name = "retention"

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        super().__init__(_over, LOOK_EVERY, clock)
        self._database = database
        self._wake = wake

    def see_to(self, team: str, what: str, /) -> bool:
        """Delete what of a workspace is to go by now; of a deal, take back what was posted, too."""
        now = self._clock()
        with self._database.transaction() as session:
            if what == _REMAINS:
                tidy(session, now)
                return False
            if what == _ALL:
                if team in outstayed(session, now):
                    erase_workspace(session, team, now, BY_ITSELF)
                return False
            deal = int(what)
            if (team, deal) in expired(session, now) and erase_deal(session, team, deal, now):
                Audit(session, team).note(BY_ITSELF, Did.EXPIRED, DEAL, deal, now)
        self._wake()
        return False


def _over(session: Session, now: datetime) -> Iterator[tuple[str, object]]:
    yield from ((team, _ALL) for team in outstayed(session, now))
    yield from expired(session, now)
    yield from ((team, _REMAINS) for team in left_behind(session, now))
