"""How a deal stands: each question with what is known and how fresh it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.deal import Deal
from flows.freshness import Freshness, State, freshness
from flows.ledger import Known, Wait
from flows.playbook import STANDARD, Playbook

WORTH_ASKING = frozenset({State.STALE, State.OPEN, State.NEVER})


@dataclass(frozen=True)
class Item:
    """One question of a deal: what is known, None if it was never talked about, and how fresh that is.

    `playbook` is the reference of the one that the deal's questions are of.
    """

    question: str
    known: Known | None
    freshness: Freshness
    playbook: str = STANDARD.ref

    @property
    def is_worth_asking(self) -> bool:
        return self.freshness.state in WORTH_ASKING


def outlook(
    deal: Deal,
    ledger: Mapping[str, Known],
    now: datetime,
    *,
    scale: float,
    zone: str,
    playbook: Playbook = STANDARD,
    waits: bool = True,
) -> tuple[Item, ...]:
    """Every question that a playbook asks of a deal but the opening, in its order, as it stands at a moment (UTC).

    `scale` is the team's (`flows.freshness.scale_of`), `zone` the owner's IANA time zone. Unless it `waits`, it is
    looked at as if the customer were not waiting for anything.
    """
    wait = Wait(deal.waits_until, deal.waits_for) if waits and deal.waits_until else None

    def item(question: str) -> Item:
        known = ledger.get(question)
        fresh = freshness(question, known, deal.stage, now, scale=scale, wait=wait, zone=zone, playbook=playbook)
        return Item(question, known, fresh, playbook.ref)

    return tuple(item(question) for question in playbook.steered)


def playbook_of(items: Sequence[Item]) -> str:
    """The reference of the playbook that a deal's questions are of; empty if it has none."""
    return items[0].playbook if items else ""
