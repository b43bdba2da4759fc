"""Work that nobody writes down: what becomes due by the clock, looked up now and then."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.clients import reaching_slack
from bot.engine import Lane, NotNow, Waiting

log = logging.getLogger(__name__)

Look = Callable[[Session, datetime], Iterable[tuple[str, object]]]
"""Finds what is due at a moment (UTC): each with its workspace."""


class DueWork(ABC):
    """Work for the engine that is looked up `every` so often, by `clock` (UTC): a lane is one thing of a workspace.

    What is due is remembered in memory only: whoever starts later, or runs beside this process, finds the same, so it
    has to be done under a constraint of the database.
    """

    name: str

    def __init__(self, look: Look, every: timedelta, clock: Callable[[], datetime]) -> None:
        self._look = look
        self._every = every
        self._clock = clock
        self._door = threading.Lock()
        self._looked_at: datetime | None = None
        self._lanes: list[Lane] = []

    @abstractmethod
    def see_to(self, team: str, what: str, /) -> bool:
        """Do what is due, if it still is; returns whether it was. Raises what the database and Slack's client do."""

    def waiting(self, session: Session, now: datetime) -> Waiting:
        return Waiting(self._due_lanes(session))

    def is_anything_left(self, session: Session) -> bool:
        return bool(self._due_lanes(session))

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Do what is due in a lane, or find that nothing is; when Slack cannot be reached, as soon as it can."""
        try:
            with reaching_slack():
                did = self.see_to(lane.team, lane.what)
        except (NotNow, OperationalError):
            raise
        except Exception:  # whatever it is, it is tried again after the next look, and the others go on
            log.exception("%s: nothing came of %s", self.name, lane)
            did = False
        with self._door:
            self._lanes = [each for each in self._lanes if each != lane]
        return did

    def look_again(self) -> None:
        """Something may have become due by what a person did: look anew at once."""
        with self._door:
            self._looked_at = None

    def _due_lanes(self, session: Session) -> list[Lane]:
        """Looks anew when it is time to, or when the clock was set back."""
        now = self._clock()
        with self._door:
            if self._looked_at is None or not timedelta() <= now - self._looked_at < self._every:
                self._lanes = [Lane(team, str(what)) for team, what in self._look(session, now)]
                self._looked_at = now
            return self._lanes
