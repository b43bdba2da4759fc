"""How closed deals ended, and which of them were flagged by the no-decision watch when they were closed."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.deal import Deal, Ending
from flows.outlook import outlook
from flows.watch import flags
from storage.deals import to_deal
from storage.dossiers import Dossiers
from storage.home import zones_of
from storage.ledger import Ledger, scale
from storage.models import DealRow
from storage.playbooks import Playbooks

AT_ONCE = 500


def endings(session: Session) -> Counter[tuple[bool | None, Ending]]:
    """How many closed deals, in all workspaces, ended in which way: flagged when they were closed, or not.

    What is known is kept as of now, so a deal of which more was told after it was closed cannot be judged any more: its
    flag is None. A deal of which nothing was ever known does not count.
    """
    counted: Counter[tuple[bool | None, Ending]] = Counter()
    closed = select(DealRow).where(DealRow.ending.is_not(None), DealRow.closed_at.is_not(None))
    rows = session.scalars(closed.order_by(DealRow.team, DealRow.id).execution_options(yield_per=AT_ONCE))
    for part in rows.partitions(AT_ONCE):
        for team, deals in groupby(map(to_deal, part), key=lambda deal: deal.team):
            counted += _endings(session, team, list(deals))
    return counted


def _endings(session: Session, team: str, deals: list[Deal]) -> Counter[tuple[bool | None, Ending]]:
    ids = [deal.id for deal in deals]
    ledgers, steps, slowness = Ledger(session).of_all(ids), Dossiers(session, team).steps(ids), scale(session, team)
    zones, shelf = zones_of(session, team, {deal.owner for deal in deals}), Playbooks(session, team).shelf()
    counted: Counter[tuple[bool | None, Ending]] = Counter()
    for deal in deals:
        ledger = ledgers.get(deal.id)
        if not ledger or deal.ending is None or deal.closed_at is None:
            continue
        is_flagged: bool | None = None
        if all(known.told_at <= deal.closed_at for known in ledger.values()):
            zone, playbook = zones.get(deal.owner, "UTC"), shelf.of(deal.playbook, deal.owner)
            items = outlook(deal, ledger, deal.closed_at, scale=slowness, zone=zone, playbook=playbook)
            is_flagged = bool(flags(deal, items, steps.get(deal.id, ()), slowness))
        counted[is_flagged, deal.ending] += 1
    return counted
