"""Answers that stay good for a while, so that whoever is asked need not be asked each time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from storage.tenancy import workspace

REMEMBERED = 60.0
"""In seconds: who and what Slack was asked about is not asked about again so soon."""

T = TypeVar("T")


class Lately(Generic[T]):
    """A question whose answer stays good for so many `seconds` by a `clock`, in memory only, and in its workspace.

    What the question raises is nobody's answer: it is asked again. So it is when the clock was set back. Any thread may
    ask, and what is learned or forgotten in the meantime counts for more than an answer that was under way.
    """

    def __init__(
        self, ask: Callable[..., T], seconds: float = REMEMBERED, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._answers: dict[tuple[str, ...], tuple[float, T]] = {}
        self._asked: dict[tuple[str, ...], object] = {}  # whose answer under way is to be remembered
        self._door = threading.Lock()

    def __call__(self, *about: str) -> T:
        kept = self._kept(about)
        if kept:
            return kept[1]
        learn = self.asking(*about)
        answer = self._ask(*about)
        learn(answer)
        return answer

    def asking(self, *about: str) -> Callable[[T], None]:
        """The question is being asked. Returns what is to be given the answer, when it comes."""
        key, mine = (workspace(), *about), object()
        self._asked[key] = mine

        def learn(answer: T) -> None:
            with self._door:
                if self._asked.get(key) is mine:
                    del self._asked[key]
                    self._remember(answer, key)

        return learn

    def knows(self, *about: str) -> bool:
        """Whether the answer is at hand, so that nobody has to be asked."""
        return self._kept(about) is not None

    def learn(self, answer: T, *about: str) -> T:
        """Somebody told the answer without being asked. Gives it back."""
        key = (workspace(), *about)
        with self._door:
            self._asked.pop(key, None)
            self._remember(answer, key)
        return answer

    def told(self, *about: str) -> T | None:
        """The answer if it is remembered, without asking."""
        kept = self._answers.get((workspace(), *about))
        return kept[1] if kept and self._is_good(kept[0]) else None

    def forget(self, *about: str) -> None:
        """The answer may be another by now."""
        key = (workspace(), *about)
        with self._door:
            self._asked.pop(key, None)
            self._answers.pop(key, None)

    def _remember(self, answer: T, key: tuple[str, ...]) -> None:
        good = {each: kept for each, kept in self._answers.items() if self._is_good(kept[0])}
        self._answers = {**good, key: (self._clock(), answer)}

    def _kept(self, about: tuple[str, ...]) -> tuple[float, T] | None:
        kept = self._answers.get((workspace(), *about))
        return kept if kept and self._is_good(kept[0]) else None

    def _is_good(self, since: float) -> bool:
        return 0 <= self._clock() - since < self._seconds
