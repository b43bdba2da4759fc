"""What a team sells to one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

LONGEST_NAME = 120
"""In characters: of a deal's name."""


class Stage(StrEnum):
    """How far the customer is with their decision; knowledge ages faster towards the end."""

    EXPLORING = "exploring"
    COMPARING = "comparing"
    DECIDING = "deciding"
    SIGNING = "signing"


class Ending(StrEnum):
    """How a deal ended. Most that are lost are lost to no decision."""

    WON = "won"
    LOST = "lost"  # to another supplier
    NO_DECISION = "no_decision"


@dataclass(frozen=True)
class Deal:
    """What a team sells to one customer, as far as a review needs to know it.

    `scope` is empty for a deal any member of the workspace may know of; otherwise the one private channel
    it lives in. `their_date` is the customer's own, `close_date` is ours. `ending` is how it ended, at `closed_at`
    in UTC. The customer cannot move before `waits_until`, for the reason `waits_for`; `nudges` says whether its owner
    is asked about it. `amount` is what it is worth to us in a `currency` (ISO 4217), which may not be known.
    `playbook` is the key of the one it is reviewed by, empty for its owner's usual one.
    """

    id: int
    team: str
    scope: str
    name: str
    owner: str
    stage: Stage | None = None
    their_date: date | None = None
    their_date_source: str = ""
    close_date: date | None = None
    period: str = ""
    ending: Ending | None = None
    closed_at: datetime | None = None
    waits_until: date | None = None
    waits_for: str = ""
    nudges: bool = True
    amount: Decimal | None = None
    currency: str = ""
    playbook: str = ""
