"""Which questions a review asks: all of them the first time, and then what is old, open or was never talked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flows.deal import Deal
from flows.ledger import Known
from flows.outlook import outlook
from flows.playbook import STANDARD, Playbook


def agenda(
    deal: Deal,
    ledger: Mapping[str, Known],
    now: datetime,
    *,
    scale: float,
    zone: str,
    playbook: Playbook = STANDARD,
) -> tuple[str, ...]:
    """The keys of the questions that a review of a deal asks at a moment (UTC), in the playbook's order.

    None, if all that is known is fresh. Of a deal that nothing is known about, all of them. That the customer waits
    does not matter to whoever begins a review. `scale`, `zone` and `playbook` are as in
    `outlook`.
    """
    if not ledger:
        return playbook.asked
    items = outlook(deal, ledger, now, scale=scale, zone=zone, playbook=playbook, waits=False)
    return tuple(item.question for item in items if item.is_worth_asking)
