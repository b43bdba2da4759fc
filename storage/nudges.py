"""Nudges, kept: who was asked about what on which day, what came of it, and who may be asked now."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from flows.deal import Deal
from flows.hours import Habits
from flows.nudging import LOOKS_BACK, Nudge, Plan, Result, Standing
from flows.outlook import outlook
from flows.review import OPEN
from flows.rules import Rules
from storage.deals import Deals, to_deal
from storage.habits import to_habits
from storage.ledger import Ledger, scale
from storage.models import DealRow, HabitsRow, KnowledgeRow, NudgeRow, PersonRow, ReviewRow
from storage.playbooks import Playbooks
from storage.rules import every_rules

log = logging.getLogger(__name__)

TWO_DAYS = timedelta(hours=50)
"""Whatever the zone, what was sent today was sent within so long: there are days of 25 hours, and flights."""


def people_to_ask(session: Session) -> Iterator[tuple[str, str, Habits]]:
    """Everybody, in any workspace with nudges, who owns a deal they may be asked about, with it and their habits.

    One query for them all, that looks at no ages: whether anything is stale is to be looked at for whoever works.
    People whose habits cannot be are left out.
    """
    known = select(KnowledgeRow.deal_id).where(KnowledgeRow.deal_id == DealRow.id).exists()
    askable = (DealRow.ending.is_(None), DealRow.nudges.is_(True), known)
    owners = select(DealRow.team, DealRow.owner).where(*askable).distinct().subquery()
    person = (PersonRow.team == owners.c.team) & (PersonRow.id == owners.c.owner)
    habits = (HabitsRow.team == owners.c.team) & (HabitsRow.person == owners.c.owner)
    found = select(owners.c.team, owners.c.owner, PersonRow.tz, HabitsRow)
    settled = every_rules(session)
    for team, owner, zone, row in session.execute(found.outerjoin(PersonRow, person).outerjoin(HabitsRow, habits)):
        rules = settled.get(team, Rules())
        try:
            if rules.nudges:
                yield team, owner, to_habits(zone or "UTC", row, rules)
        except (ValueError, KeyError) as error:  # one person's settings must not silence everybody's nudges
            log.warning("when %s in %s works cannot be told: %s", owner, team, error)


def sent_lately(session: Session, now: datetime) -> dict[tuple[str, str], list[Nudge]]:
    """The nudges of the last two days, by workspace and person, without what they were about."""
    row = NudgeRow
    lately = select(row.id, row.team, row.person, row.day, row.at, row.channel, row.outcome).where(
        row.at > now - TWO_DAYS
    )
    found: dict[tuple[str, str], list[Nudge]] = {}
    for number, team, person, day, at, channel, outcome in session.execute(lately):
        nudge = Nudge(number, team, person, day, at, channel, (), Result(outcome) if outcome else None)
        found.setdefault((team, person), []).append(nudge)
    return found


def yields(session: Session, since: datetime) -> dict[Result | None, int]:
    """How many of the nudges sent since a moment (UTC) had each outcome."""
    counted = select(NudgeRow.outcome, func.count()).where(NudgeRow.at >= since).group_by(NudgeRow.outcome)
    return Counter({Result(outcome) if outcome else None: count for outcome, count in session.execute(counted)})


class Nudges:
    """The nudges of one workspace."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def add(self, person: str, plan: Plan, channel: str, now: datetime, outcome: Result | None = None) -> Nudge:
        """Keep that a nudge is sent. Raises `sqlalchemy.exc.IntegrityError` if the person had one on that day."""
        row = NudgeRow(
            team=self._team,
            person=person,
            day=plan.day,
            at=now,
            channel=channel,
            items=[[deal, question] for deal, question in plan.items],
            outcome=outcome,
            outcome_at=now if outcome else None,
        )
        self._session.add(row)
        self._session.flush()
        return _nudge(row)

    def get(self, nudge_id: int) -> Nudge | None:
        """A nudge; None if this workspace has none by that id."""
        row = self._session.scalar(select(NudgeRow).where(NudgeRow.id == nudge_id, NudgeRow.team == self._team))
        return _nudge(row) if row else None

    def latest(self, person: str) -> list[Nudge]:
        """A person's latest nudges, the newest first: as many as tell how often the next may come."""
        theirs = select(NudgeRow).where(NudgeRow.team == self._team, NudgeRow.person == person)
        rows = self._session.scalars(theirs.order_by(NudgeRow.day.desc()).limit(LOOKS_BACK))
        return [_nudge(row) for row in rows]

    def newest(self, person: str) -> Nudge | None:
        """A person's latest nudge, which no other transaction can change meanwhile."""
        theirs = select(NudgeRow).where(NudgeRow.team == self._team, NudgeRow.person == person)
        newest = theirs.order_by(NudgeRow.day.desc()).limit(1).with_for_update()
        row = self._session.scalar(newest.execution_options(populate_existing=True))
        return _nudge(row) if row else None

    def record(self, nudge: Nudge, outcome: Result, now: datetime) -> None:
        """Keep what came of a nudge, unless better came of it before."""
        if nudge.improves(outcome):
            row = self._session.get_one(NudgeRow, nudge.id)
            row.outcome, row.outcome_at = outcome, now
            self._session.flush()

    def deals_of(self, person: str, habits: Habits, now: datetime) -> list[Standing]:
        """How the deals of a person stand that they may be asked about: those that have not ended."""
        deals = [deal for deal in Deals(self._session, self._team, ()).under_way_of(person) if deal.nudges]
        return self._standings(deals, habits, now)

    def deals_in(self, nudge: Nudge, habits: Habits, now: datetime) -> Mapping[int, Standing]:
        """How the deals of a nudge stand by now, by their ids, whatever became of them."""
        mine = select(DealRow).where(DealRow.team == self._team, DealRow.id.in_(nudge.deals))
        deals = [to_deal(row) for row in self._session.scalars(mine)]
        return {standing.deal.id: standing for standing in self._standings(deals, habits, now)}

    def _standings(self, deals: Sequence[Deal], habits: Habits, now: datetime) -> list[Standing]:
        """With three queries, however many deals they are; no review is loaded for it."""
        if not deals:
            return []
        ids = [deal.id for deal in deals]
        slowness, shelf = scale(self._session, self._team), Playbooks(self._session, self._team).shelf()
        ledgers = Ledger(self._session).of_all(ids)
        reviewed = self._reviewed(ids)
        return [
            Standing(
                deal,
                outlook(
                    deal,
                    ledgers.get(deal.id, {}),
                    now,
                    scale=slowness,
                    zone=habits.zone,
                    playbook=shelf.of(deal.playbook, deal.owner),
                ),
                *reviewed.get(deal.id, (None, False)),
            )
            for deal in deals
        ]

    def _reviewed(self, deals: Sequence[int]) -> dict[int, tuple[datetime, bool]]:
        """When the latest review of each deal began, and whether it has an open one."""
        is_open = case((ReviewRow.status.in_(OPEN), 1), else_=0)
        latest = select(ReviewRow.deal_id, func.max(ReviewRow.opened_at), func.max(is_open))
        rows = self._session.execute(latest.where(ReviewRow.deal_id.in_(deals)).group_by(ReviewRow.deal_id))
        return {deal: (at, bool(under_way)) for deal, at, under_way in rows}


def _nudge(row: NudgeRow) -> Nudge:
    return Nudge(
        row.id,
        row.team,
        row.person,
        row.day,
        row.at,
        row.channel,
        tuple((deal, question) for deal, question in row.items),
        Result(row.outcome) if row.outcome else None,
    )
