"""In which workspaces the bot is, from which it was removed, and whether what it works there with can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.models import BotRow, InstallationRow, WorkspaceRow
from storage.sealing import Keys

KEPT_AFTERWARDS = timedelta(days=30)
"""So long is a workspace kept from which the bot was removed, unless an operator settled for how long."""

SEALED = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
"""What of an installation nobody may read."""


# Workspaces


@dataclass(frozen=True)
class Membership:
    """That the bot was installed in a workspace once; `enterprise` is the organisation around it, or empty.

    `left_at` is when it was removed (UTC), if it was and is not back.
    """

    enterprise: str
    left_at: datetime | None


def membership(session: Session, team: str) -> Membership | None:
    """What is known of the bot in a workspace; None if nothing is."""
    row = session.get(WorkspaceRow, team)
    return Membership(row.enterprise, row.uninstalled_at) if row else None


def arrive(session: Session, team: str, enterprise: str = "") -> None:
    """The bot is in a workspace, for the first time or again: what is kept of it stays."""
    row = session.get(WorkspaceRow, team)
    if row is None:
        session.add(WorkspaceRow(team=team, enterprise=enterprise))
    else:
        row.uninstalled_at, row.enterprise = None, enterprise or row.enterprise
    session.flush()


def come_back(session: Session, team: str) -> None:
    """The bot may be in a workspace by a token of its own: what is kept of it stays, if anything is."""
    if row := session.get(WorkspaceRow, team):
        row.uninstalled_at = None
    session.flush()


def leave(session: Session, team: str, now: datetime) -> bool:
    """The bot was removed from a workspace; False if that is known. What is kept goes in time; see `outstayed`."""
    row = session.get(WorkspaceRow, team) or WorkspaceRow(team=team)
    if row.uninstalled_at:
        return False
    row.uninstalled_at = now
    session.add(row)
    session.flush()
    return True


def workspaces_of(session: Session, enterprise: str) -> list[str]:
    """The workspaces of an organisation that the bot has met."""
    found = select(WorkspaceRow.team).where(WorkspaceRow.enterprise == enterprise)
    return list(session.scalars(found.order_by(WorkspaceRow.team)))


def present(session: Session) -> list[str]:
    """The workspaces that the bot is in, as far as it was told."""
    found = select(WorkspaceRow.team).where(WorkspaceRow.uninstalled_at.is_(None))
    return list(session.scalars(found.order_by(WorkspaceRow.team)))


def number_left(session: Session) -> int:
    """From how many workspaces the bot was removed of which something is still kept."""
    left = select(func.count()).select_from(WorkspaceRow).where(WorkspaceRow.uninstalled_at.is_not(None))
    return session.scalar(left) or 0


def ends_at(session: Session, team: str) -> datetime | None:
    """When everything that is kept of a workspace goes (UTC); None while the bot is in it."""
    row = session.get(WorkspaceRow, team)
    return _end(row) if row else None


def outstayed(session: Session, now: datetime) -> list[str]:
    """The workspaces from which the bot was removed longer ago than they are kept."""
    left = select(WorkspaceRow).where(WorkspaceRow.uninstalled_at.is_not(None)).order_by(WorkspaceRow.team)
    return [row.team for row in session.scalars(left) if (end := _end(row)) and end <= now]


def _end(row: WorkspaceRow) -> datetime | None:
    kept = timedelta(days=row.retention_days) or KEPT_AFTERWARDS
    return row.uninstalled_at + kept if row.uninstalled_at else None


# What is sealed


@dataclass(frozen=True)
class Seals:
    """How many installations there are, and how many of them none of the keys opens."""

    workspaces: int
    organisations: int
    unreadable: int

    @property
    def installations(self) -> int:
        return self.workspaces + self.organisations


def counted(installations: int) -> str:
    return f"{installations:,} {'installation' if installations == 1 else 'installations'}"


def examine(session: Session, keys: Keys | None) -> Seals:
    """Try whether the keys, if there are any, open what is kept of each installation."""
    bots = list(session.scalars(select(BotRow)))
    shut = [row for row in bots if row.bot_token and not (keys and keys.unseal(row.bot_token))]
    organisations = sum(1 for row in bots if row.team_id is None)
    return Seals(len(bots) - organisations, organisations, len(shut))


def rotate(session: Session, keys: Keys) -> tuple[int, int]:
    """Seal everything anew with the newest key; returns how many installations that were, and how many are shut.

    The rows are locked, so that whoever installs meanwhile waits or was waited for.
    """
    renewed = shut = 0
    for row, names in _sealed(session):
        for name in names:
            if sealed := getattr(row, name):
                anew = keys.renew(sealed)
                setattr(row, name, anew or sealed)
                if isinstance(row, BotRow) and name == "bot_token":
                    renewed, shut = renewed + bool(anew), shut + (anew is None)
    session.flush()
    return renewed, shut


def drop_shut(session: Session, keys: Keys) -> int:
    """Forget the installations that no key opens, so that they can be made again; returns how many those were."""
    dropped = 0
    for row, names in _sealed(session):
        if any((sealed := getattr(row, name)) and keys.unseal(sealed) is None for name in names):
            session.delete(row)
            dropped += isinstance(row, BotRow)
    session.flush()
    return dropped


def forget_installation(session: Session, team: str) -> None:
    """Let go what the bot works with in a workspace, where it is installed in that one."""
    for row in (InstallationRow, BotRow):
        session.execute(delete(row).where(row.team_id == team))


def _sealed(session: Session) -> Iterator[tuple[InstallationRow | BotRow, list[str]]]:
    """Every row that holds something sealed, locked, with the names of what is."""
    for row in session.scalars(select(InstallationRow).order_by(InstallationRow.id).with_for_update()):
        yield row, list(SEALED)
    for bot in session.scalars(select(BotRow).order_by(BotRow.id).with_for_update()):
        yield bot, [name for name in SEALED if hasattr(BotRow, name)]
