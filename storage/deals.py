"""Deals and people: found, made, changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from flows.deal import Deal, Ending, Stage
from storage.models import DealRow, PersonRow


def name_key(name: str) -> str:
    """What two spellings of one deal's name have in common: no case, single spaces, one Unicode form."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Deals:
    """The deals of one workspace that may be known in one place: those of its `scopes`."""

    def __init__(self, session: Session, team: str, scopes: Iterable[str]) -> None:
        self._session = session
        self._team = team
        self._scopes = tuple(scopes)

    def find(self, name: str) -> Deal | None:
        """The deal of that name, spelled in any case and spacing. A channel's own deal comes before a public one."""
        rows = self._session.scalars(self._mine().where(DealRow.name_key == name_key(name)))
        return next((to_deal(row) for row in sorted(rows, key=lambda row: not row.scope)), None)

    def get(self, deal_id: int) -> Deal | None:
        row = self._session.scalar(self._mine().where(DealRow.id == deal_id))
        return to_deal(row) if row else None

    def under_way_of(self, owner: str) -> list[Deal]:
        """Every deal of an owner that has not ended, wherever it may be known, by name."""
        mine = (DealRow.team == self._team, DealRow.owner == owner, DealRow.ending.is_(None))
        return [to_deal(row) for row in self._session.scalars(select(DealRow).where(*mine).order_by(DealRow.name_key))]

    def all(self) -> list[Deal]:
        """Every deal, by name."""
        return [to_deal(row) for row in self._session.scalars(self._mine().order_by(DealRow.name_key))]

    def add(self, name: str, owner: str, scope: str, now: datetime) -> Deal:
        row = DealRow(
            team=self._team,
            scope=scope,
            name=name,
            name_key=name_key(name),
            owner=owner,
            their_date_source="",
            period="",
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return to_deal(row)

    def save(self, deal: Deal) -> None:
        """Keep a deal's owner, details and state. Its name and scope stay."""
        row = self._session.get_one(DealRow, deal.id)
        row.owner = deal.owner
        row.stage = deal.stage
        row.their_date = deal.their_date
        row.their_date_source = deal.their_date_source
        row.close_date = deal.close_date
        row.period = deal.period
        row.ending = deal.ending
        row.closed_at = deal.closed_at
        row.waits_until = deal.waits_until
        row.waits_for = deal.waits_for
        row.nudges = deal.nudges
        row.amount = deal.amount
        row.currency = deal.currency
        row.playbook = deal.playbook

    def _mine(self) -> Select[DealRow]:
        return select(DealRow).where(DealRow.team == self._team, DealRow.scope.in_(self._scopes))


def to_deal(row: DealRow) -> Deal:
    return Deal(
        row.id,
        row.team,
        row.scope,
        row.name,
        row.owner,
        Stage(row.stage) if row.stage else None,
        row.their_date,
        row.their_date_source,
        row.close_date,
        row.period,
        Ending(row.ending) if row.ending else None,
        row.closed_at,
        row.waits_until,
        row.waits_for,
        row.nudges,
        row.amount,
        row.currency,
        row.playbook,
    )


@dataclass(frozen=True)
class Person:
    """A member of a Slack workspace. `tz` is an IANA zone, "UTC" when Slack does not tell.

    `locale` is that of the Slack they read, such as "de-DE"; empty when Slack does not tell.
    """

    team: str
    id: str
    name: str
    tz: str
    locale: str = ""


def keep_person(session: Session, person: Person) -> None:
    session.merge(PersonRow(team=person.team, id=person.id, name=person.name, tz=person.tz, locale=person.locale))


def find_person(session: Session, team: str, person_id: str) -> Person | None:
    row = session.get(PersonRow, (team, person_id))
    return Person(row.team, row.id, row.name, row.tz, row.locale) if row else None
