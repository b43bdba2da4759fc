"""Which questions a review asks: all nine the first time, and then what is old, open or was never talked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flows.ledger import Known
from flows.outlook import outlook
from flows.playbook import PLAYBOOK
from flows.review import Deal


def agenda(deal: Deal, ledger: Mapping[str, Known], now: datetime, *, scale: float, zone: str) -> tuple[str, ...]:
    """The keys of the questions that a review of a deal asks at a moment (UTC), in the playbook's order.

    None, if all that is known is fresh. Of a deal that nothing is known about, all of them. That the customer waits
    does not matter to whoever begins a review. `scale` and `zone` are as in `outlook`.
    """
    if not ledger:
        return everything()
    items = outlook(deal, ledger, now, scale=scale, zone=zone, waits=False)
    return tuple(item.question for item in items if item.is_worth_asking)


def everything() -> tuple[str, ...]:
    """All the questions there are, the opening first."""
    return tuple(question.key for question in PLAYBOOK)
