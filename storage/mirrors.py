"""What people asked in others' reviews, and which week each was last shown: read for nobody but themselves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.hours import Habits
from flows.moments import slack_time
from storage.habits import to_habits
from storage.models import DealRow, HabitsRow, MirrorRow, PersonRow, ReplyRow, ReviewRow

log = logging.getLogger(__name__)


def people_who_look(session: Session) -> Iterator[tuple[str, str, Habits, date | None]]:
    """Everybody, in any workspace, who wants to be shown what they asked: their habits, and the week last shown.

    People whose habits cannot be are left out.
    """
    seen = select(func.max(MirrorRow.week)).where(
        MirrorRow.team == HabitsRow.team, MirrorRow.person == HabitsRow.person
    )
    person = (PersonRow.team == HabitsRow.team) & (PersonRow.id == HabitsRow.person)
    found = select(HabitsRow, PersonRow.tz, seen.scalar_subquery()).outerjoin(PersonRow, person)
    for row, zone, week in session.execute(found.where(HabitsRow.mirror.is_(True))):
        try:
            yield row.team, row.person, to_habits(zone or "UTC", row), week
        except (ValueError, KeyError) as error:  # one person's settings must not silence everybody's mirrors
            log.warning("when %s in %s works cannot be told: %s", row.person, row.team, error)


class Mirrors:
    """What the people of one workspace asked, and were shown of it."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def add(self, person: str, week: date, channel: str, now: datetime) -> None:
        """Keep that a person was shown a week, or that there was nothing to show and so no channel.

        Raises `sqlalchemy.exc.IntegrityError` if that was kept before.
        """
        self._session.add(MirrorRow(team=self._team, person=person, week=week, at=now, channel=channel))
        self._session.flush()

    def seen(self, person: str) -> date | None:
        """The Monday of the latest week that a person was shown."""
        theirs = (MirrorRow.team == self._team, MirrorRow.person == person)
        return self._session.scalar(select(func.max(MirrorRow.week)).where(*theirs))

    def channel(self, person: str) -> str:
        """Where a person was last written to, empty if they never were."""
        theirs = (MirrorRow.team == self._team, MirrorRow.person == person, MirrorRow.channel != "")
        latest = select(MirrorRow.channel).where(*theirs).order_by(MirrorRow.week.desc()).limit(1)
        return self._session.scalar(latest) or ""

    def wrote(self, person: str, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
        """What a person wrote in reviews of others' deals from a moment up to another (UTC), and when."""
        in_time = (ReplyRow.message_ts >= slack_time(since), ReplyRow.message_ts < slack_time(until))
        rows = self._session.execute(
            select(ReplyRow.message_ts, ReplyRow.text)
            .join(ReviewRow, ReviewRow.id == ReplyRow.review_id)
            .join(DealRow, DealRow.id == ReviewRow.deal_id)
            .where(ReplyRow.author == person, ReplyRow.withdrawn.is_(False), *in_time)
            .where(ReviewRow.owner != person, DealRow.team == self._team)
        )
        return [(datetime.fromtimestamp(float(ts), UTC), text) for ts, text in rows]

    def colleagues(self) -> frozenset[str]:
        """The names, each word by itself, of the members of the workspace that we know."""
        names = self._session.scalars(select(PersonRow.name).where(PersonRow.team == self._team))
        return frozenset(word.capitalize() for name in names for word in name.split())
