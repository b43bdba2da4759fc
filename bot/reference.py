"""What a request, or a piece of work, is known by: in each line of the log about it, and to whoever met an error."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_reference: ContextVar[str] = ContextVar("reference", default="")


def current() -> str:
    """The reference of what this thread is at, or an empty string."""
    return _reference.get()


def given() -> str:
    """A reference to tell somebody: that of what this thread is at, or else a new one."""
    return current() or _new()


@contextmanager
def referred_to() -> Iterator[str]:
    """Do something under a reference of its own."""
    before = _reference.set(_new())
    try:
        yield current()
    finally:
        _reference.reset(before)


def _new() -> str:
    return uuid.uuid4().hex[:8]
