"""When people work: what they told us, joined with the time zone Slack told us."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from flows.hours import Habits
from flows.rules import Rules
from storage.deals import find_person
from storage.models import HabitsRow
from storage.rules import find_rules


def find_habits(session: Session, team: str, person: str) -> Habits:
    """A person's habits; their workspace's usual ones, in the zone Slack tells (or UTC), if they told us nothing."""
    known = find_person(session, team, person)
    zone = known.tz if known else "UTC"
    return to_habits(zone, session.get(HabitsRow, (team, person)), find_rules(session, team))


def to_habits(zone: str, row: HabitsRow | None, rules: Rules | None = None) -> Habits:
    """The habits of somebody in an IANA zone, or what is usual by the rules there. Raises as `Habits` does."""
    if row is None:
        return replace((rules or Rules()).usual, zone=zone)
    return Habits(
        zone,
        row.begins,
        row.ends,
        frozenset(row.workdays),
        row.country,
        row.away_from,
        row.away_until,
        row.nudges,
        row.mirror,
    )


def keep_habits(session: Session, team: str, person: str, habits: Habits) -> None:
    """Keep what a person told us. Their zone stays Slack's."""
    session.merge(
        HabitsRow(
            team=team,
            person=person,
            begins=habits.begins,
            ends=habits.ends,
            workdays=sorted(habits.workdays),
            country=habits.country,
            away_from=habits.away_from,
            away_until=habits.away_until,
            nudges=habits.nudges,
            mirror=habits.mirror,
        )
    )
