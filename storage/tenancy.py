"""Whose data is worked on: the workspace that a request, or a piece of work, is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EVERYWHERE = "*"
"""Instead of a workspace: of whatever is kept here. For looking up what is to be done, and for the operator."""

NOBODYS = ""
"""Instead of a workspace: of none. For what belongs to no workspace; of those that do, nothing is seen."""

_workspace: ContextVar[str] = ContextVar("workspace")


class NoWorkspace(RuntimeError):
    """It was not said for which workspace something is done, so nothing may be read or written."""


class OtherWorkspace(RuntimeError):
    """While one workspace is worked for, another one was named."""


def workspace() -> str:
    """The workspace that is worked for, by Slack's id of it, `EVERYWHERE` or `NOBODYS`. Raises `NoWorkspace`."""
    try:
        return _workspace.get()
    except LookupError:
        raise NoWorkspace("it was not said which workspace this is for") from None


def own_workspace() -> str:
    """The one workspace that is worked for. Raises `NoWorkspace`, also if that is all of them, or none."""
    if (team := workspace()) in (EVERYWHERE, NOBODYS):
        raise NoWorkspace("what is written has to be of one workspace")
    return team


@contextmanager
def at_work_for(team: str) -> Iterator[None]:
    """Work for one workspace: what is read and written inside is its own, and said with its token.

    A thread that is started inside knows nothing of it.
    """
    before = _workspace.set(team)
    try:
        yield
    finally:
        _workspace.reset(before)
