"""Whom the bot answers: somebody who typed or pressed something, and reads what comes of it in their language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_faced: ContextVar[str] = ContextVar("faced", default="")


def faced() -> str:
    """Who is answered, by their Slack id; an empty string where nobody waits for an answer."""
    return _faced.get()


@contextmanager
def facing(person: str) -> Iterator[None]:
    """Do something for somebody. A thread that is started inside knows nothing of it."""
    before = _faced.set(person)
    try:
        yield
    finally:
        _faced.reset(before)
