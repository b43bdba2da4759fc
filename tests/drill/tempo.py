"""The tempo of the drill: kills and replies keep abreast, so that no kill falls into silence, and all of it ends."""

from __future__ import annotations

import threading
import time

KILLS_AHEAD = 2
REPLIES_AHEAD = 16


class Tempo:
    """Counts kills and replies on their way to what was asked for. After `deadline` (`time.monotonic`) none waits.

    The last kill is kept until all `digests` are due: whoever starts looks for them at once, and then every minute.
    Kills and replies may be so far ahead of each other as the last two say.
    """

    def __init__(
        self,
        kills: int,
        replies: int,
        deadline: float,
        digests: int = 0,
        kills_ahead: int = KILLS_AHEAD,
        replies_ahead: int = REPLIES_AHEAD,
    ) -> None:
        self.deadline = deadline
        self.kills = self.replies = 0
        self._most_kills, self._most_replies = kills, replies
        self._people_left = False
        self._digests_to_come = digests
        self._kills_ahead, self._replies_ahead = kills_ahead, replies_ahead
        self._changed = threading.Condition()

    def before_reply(self) -> None:
        """Wait while replies are far ahead of kills."""
        with self._changed:
            self._changed.wait_for(self._may_reply, self.deadline - time.monotonic())

    def replied(self) -> None:
        with self._changed:
            self.replies += 1
            self._changed.notify_all()

    def before_kill(self) -> bool:
        """Wait while kills are ahead of replies; False when there is nothing more to kill."""
        with self._changed:
            self._changed.wait_for(self._may_kill, self.deadline - time.monotonic())
            return self.kills < self._most_kills and time.monotonic() < self.deadline

    def killed(self) -> None:
        with self._changed:
            self.kills += 1
            self._changed.notify_all()

    def digest_is_due(self) -> None:
        with self._changed:
            self._digests_to_come -= 1
            self._changed.notify_all()

    def give_up(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self.deadline = time.monotonic()
            self._changed.notify_all()

    def people_left(self) -> None:
        """Nobody replies any more."""
        with self._changed:
            self._people_left = True
            self._changed.notify_all()

    def missing(self, what: str, seconds: float) -> list[str]:
        """A sentence if fewer kills came about than were asked for, in so many seconds."""
        short = self.kills < self._most_kills
        return [f"only {self.kills} of {self._most_kills} {what} came about in {seconds:g} s"] if short else []

    def _may_reply(self) -> bool:
        over = self.kills >= self._most_kills or time.monotonic() >= self.deadline
        return over or self.replies < self._most_replies * self.kills / self._most_kills + self._replies_ahead

    def _may_kill(self) -> bool:
        over = self._people_left or self.kills >= self._most_kills or time.monotonic() >= self.deadline
        if self._digests_to_come and self.kills == self._most_kills - 1 and not over:
            return False
        return over or self.kills < self._most_kills * self.replies / self._most_replies + self._kills_ahead
