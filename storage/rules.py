"""The rules of workspaces, kept: what an admin settled, or whoever runs the bot."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.hours import Habits
from flows.periods import CALENDAR, Periods, Span
from flows.rules import Crew, Rules
from storage.models import WorkspaceRow

Data = dict[str, Any]


def find_rules(session: Session, team: str) -> Rules:
    """The rules of a workspace; those of the beginning, if nobody settled any."""
    row = session.get(WorkspaceRow, team)
    return _rules(row) if row else Rules()


def lock_rules(session: Session, team: str) -> Rules:
    """The rules of a workspace, which nobody else changes before the end of the transaction.

    There is nothing to lock as long as nobody settled any: of two who do so first, one gets an
    `sqlalchemy.exc.IntegrityError` from `keep_rules`.
    """
    row = session.get(WorkspaceRow, team, with_for_update=True)
    return _rules(row) if row else Rules()


def every_rules(session: Session) -> dict[str, Rules]:
    """The rules of all workspaces in which somebody settled any, by their ids."""
    return {row.team: _rules(row) for row in session.scalars(select(WorkspaceRow))}


def keep_rules(session: Session, team: str, rules: Rules) -> None:
    """Keep the rules of a workspace; what a later version settled beside them stays."""
    row = session.get(WorkspaceRow, team)
    if row is None:
        row = WorkspaceRow(team=team)
        session.add(row)
    row.retention_days, row.settings = rules.retention_days, {**(row.settings or {}), **_data(rules)}
    session.flush()


def _data(rules: Rules) -> Data:
    usual = rules.usual
    return {
        "managers": list(rules.managers),
        "crews": [
            {
                "id": crew.id,
                "name": crew.name,
                "managers": list(crew.managers),
                "members": list(crew.members),
                "playbook": crew.playbook,
            }
            for crew in rules.crews
        ],
        "channels": list(rules.channels),
        "begins": usual.begins.isoformat(),
        "ends": usual.ends.isoformat(),
        "workdays": sorted(usual.workdays),
        "country": usual.country,
        "nudges": rules.nudges,
        "year_begins": rules.periods.begins,
        "span": rules.periods.span,
    }


def _rules(row: WorkspaceRow) -> Rules:
    kept = row.settings
    if not kept:
        return Rules(retention_days=row.retention_days)
    return Rules(
        managers=tuple(kept["managers"]),
        crews=tuple(_crew(each) for each in kept["crews"]),
        channels=tuple(kept["channels"]),
        usual=Habits(
            begins=time.fromisoformat(kept["begins"]),
            ends=time.fromisoformat(kept["ends"]),
            workdays=frozenset(kept["workdays"]),
            country=kept["country"],
        ),
        nudges=kept["nudges"],
        periods=Periods(kept.get("year_begins", CALENDAR.begins), Span(kept.get("span", CALENDAR.span))),
        retention_days=row.retention_days,
    )


def _crew(kept: Data) -> Crew:
    return Crew(
        kept["id"], kept["name"], tuple(kept["managers"]), tuple(kept["members"]), str(kept.get("playbook", ""))
    )
