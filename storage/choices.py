"""The deals among which those of a forecast call are chosen: by owner, by forecast period, or by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from flows.calls import THIS_QUARTER, Choice
from storage.deals import name_key
from storage.models import DealRow, PersonRow
from storage.rules import find_rules

MOST_OFFERED = 100
"""So many options Slack takes in a list."""
MOST_PERIODS = 90


@dataclass(frozen=True)
class Offer:
    """A deal that may be chosen by hand; `owner` is what they are called, empty if nobody knows."""

    id: int
    name: str
    owner: str


class Choices:
    """The deals of one workspace that have not ended and may be known in one place: those of its `scopes`."""

    def __init__(self, session: Session, team: str, scopes: Iterable[str]) -> None:
        self._session = session
        self._team = team
        self._mine = (DealRow.team == team, DealRow.scope.in_(tuple(scopes)), DealRow.ending.is_(None))

    def count(self, choice: Choice, today: date) -> int:
        """How many deals are chosen. The period is that of `today`."""
        return self._session.scalar(select(func.count()).where(*self._mine, self._chosen(choice, today))) or 0

    def deals(self, choice: Choice, today: date) -> list[int]:
        """The ids of the deals that are chosen, by when we want to close them."""
        found = select(DealRow.id).where(*self._mine, self._chosen(choice, today))
        return list(self._session.scalars(found.order_by(DealRow.close_date.is_(None), DealRow.close_date, *_BY_NAME)))

    def owners(self, deals: Collection[int]) -> list[str]:
        """Who owns some of these deals, by their ids."""
        found = select(DealRow.owner).where(*self._mine, DealRow.id.in_(deals)).distinct()
        return list(self._session.scalars(found.order_by(DealRow.owner)))

    def periods(self) -> list[str]:
        """What the team calls its forecast periods, the most used first; of several spellings the most used."""
        used = select(DealRow.period, func.count()).where(*self._mine, DealRow.period != "")
        by_use = self._session.execute(used.group_by(DealRow.period).order_by(func.count().desc(), DealRow.period))
        spellings: dict[str, str] = {}
        for period, _ in by_use:
            spellings.setdefault(name_key(period), period)
        return list(spellings.values())[:MOST_PERIODS]

    def search(self, typed: str) -> list[Offer]:
        """The first deals whose name holds what was typed, those that begin with it first."""
        key = name_key(typed)
        begins = DealRow.name_key.startswith(key, autoescape=True)
        person = (PersonRow.team == DealRow.team) & (PersonRow.id == DealRow.owner)
        found = select(DealRow.id, DealRow.name, PersonRow.name).outerjoin(PersonRow, person).where(*self._mine)
        if key:
            found = found.where(DealRow.name_key.contains(key, autoescape=True)).order_by(case((begins, 0), else_=1))
        rows = self._session.execute(found.order_by(*_BY_NAME).limit(MOST_OFFERED))
        return [Offer(number, name, owner or "") for number, name, owner in rows]

    def _chosen(self, choice: Choice, today: date) -> ColumnElement[bool]:
        """Whether a deal is chosen: of these people and in this period, or by hand."""
        ways: list[ColumnElement[bool]] = [DealRow.id.in_(choice.deals)] if choice.deals else []
        rules: list[ColumnElement[bool]] = [DealRow.owner.in_(choice.owners)] if choice.owners else []
        if choice.period == THIS_QUARTER:  # as in `flows.nudging.is_in_period`: what should have closed counts, too
            rules.append(DealRow.close_date <= find_rules(self._session, self._team).periods.of(today)[1])
        elif choice.period:
            rules.append(DealRow.period.in_(self._spellings(choice.period)))
        if rules:
            ways.append(and_(*rules))
        return or_(*ways) if ways else false()

    def _spellings(self, period: str) -> Collection[str]:
        every = self._session.scalars(select(DealRow.period).where(*self._mine).distinct())
        return [each for each in every if name_key(each) == name_key(period)]


_BY_NAME = (DealRow.name_key, DealRow.id)
