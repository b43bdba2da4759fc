"""Lanes that nobody writes down: what has become due by the clock, looked up now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session


class Lookout:
    """Looks up `every` so often, by `clock` (UTC), in which lanes something is due; in memory only.

    Whoever starts later, or runs beside this process, finds the same lanes, so what is done in one has to be done
    under a constraint of the database.
    """

    def __init__(
        self,
        look: Callable[[Session, datetime], Iterable[str]],
        every: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._look = look
        self._every = every
        self._clock = clock
        self._door = threading.Lock()
        self._looked_at: datetime | None = None
        self._lanes: list[str] = []

    def lanes(self, session: Session) -> list[str]:
        """Where something is due. Looks anew when it is time to, or when the clock was set back."""
        now = self._clock()
        with self._door:
            if self._looked_at is None or not timedelta() <= now - self._looked_at < self._every:
                self._lanes = list(self._look(session, now))
                self._looked_at = now
            return self._lanes

    def seen_to(self, lane: str) -> None:
        """Nothing is due in a lane before the next look."""
        with self._door:
            self._lanes = [each for each in self._lanes if each != lane]

    def look_again(self) -> None:
        """Something may have become due by what a person did: look anew at once."""
        with self._door:
            self._looked_at = None
