"""Deals as a file tells of them: what a row says, what it would change, and why it may not be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flows.deal import Deal, Ending, Stage

MOST_SAMPLES = 5
"""So many changes are shown field by field before they are made."""
MOST_STAGES = 5
"""So many stages that we do not know are named."""


class Ground(StrEnum):
    """Why a row is not taken."""

    NO_NAME = "no_name"
    LONG_NAME = "long_name"
    LONG_CELL = "long_cell"
    MORE_CELLS = "more_cells"  # than the header has: a comma without quotes
    ONE_CELL = "one_cell"  # a remark below the table
    ODD_SIGNS = "odd_signs"  # it holds what is no text
    PRIVATE = "private"  # a private channel's, as our own export says
    DELETED = "deleted"  # in the system it comes from
    TWICE = "twice"
    NO_DATE = "no_date"
    NO_AMOUNT = "no_amount"
    NO_CURRENCY = "no_currency"
    NO_OWNER = "no_owner"
    UNKNOWN_EMAIL = "unknown_email"
    UNKNOWN_NAME = "unknown_name"
    SHARED_NAME = "shared_name"  # several people are called so
    UNKNOWN_USER = "unknown_user"
    NOT_THEIRS = "not_theirs"  # the deal is somebody else's
    NOT_TO_GIVE = "not_to_give"  # and so is whether it goes to another
    IN_REVIEW = "in_review"  # it ended, and its review is open


@dataclass(frozen=True)
class Rejection:
    """Why a row is not taken, with the `value` in it that will not do, or the person or line that is in the way."""

    why: Ground
    value: str = ""


@dataclass(frozen=True)
class Row:
    """What a row of a file says of a deal. What it leaves open is None or empty, and stays as it is.

    `line` is where the row begins in the file, from 1. Its owner is said by `user`, a Slack id, by `email` or by
    `owner`, a name. `ending` is how the deal ended, and `is_open` whether the row says that it has not. `stage_told` is
    a stage in words that we do not know.
    """

    line: int
    name: str
    user: str = ""
    email: str = ""
    owner: str = ""
    stage: Stage | None = None
    stage_told: str = ""
    ending: Ending | None = None
    is_open: bool = False
    close_date: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    period: str = ""


FIELDS = ("name", "owner", "stage", "ending", "close_date", "amount", "currency", "period")
"""The fields of a deal that a file may change; never what people told of the customer."""


@dataclass(frozen=True)
class Difference:
    """What becomes of one field of a deal."""

    field: str
    before: Any
    after: Any


def changed(deal: Deal, row: Row, owner: str, now: datetime) -> Deal:
    """A deal after a row was taken; `owner` is a Slack id, empty where the row names none.

    Whoever noted that a deal was lost without a decision knows more than the file in which it is lost; and a deal that
    ended here stays ended while the file has it open.
    """
    ending = row.ending
    if ending is Ending.LOST and deal.ending is Ending.NO_DECISION:
        ending = None
    after = replace(
        deal,
        name=row.name,
        owner=owner or deal.owner,
        stage=row.stage or deal.stage,
        close_date=row.close_date or deal.close_date,
        amount=deal.amount if row.amount is None else row.amount,
        currency=row.currency or deal.currency,
        period=row.period or deal.period,
    )
    if ending is None or ending is deal.ending:
        return after
    return replace(after, ending=ending, closed_at=deal.closed_at or _ended_at(after.close_date, now))


def differences(before: Deal, after: Deal) -> tuple[Difference, ...]:
    """The fields in which two states of a deal differ."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in FIELDS)
    return tuple(Difference(*each) for each in pairs if each[1] != each[2])


def _ended_at(close_date: date | None, now: datetime) -> datetime:
    """Systems write the day on which a deal ended over its close date; one that is to come says nothing."""
    ended = datetime.combine(close_date, time(12), UTC) if close_date else now
    return min(ended, now)


@dataclass(frozen=True)
class Sample:
    """A change as it is shown: whose, and what of it."""

    deal: str
    differences: tuple[Difference, ...]


@dataclass
class Report:
    """What came of a file's rows, or would. `still_ended` counts deals that ended here and are open in the file."""

    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    still_ended: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.same + self.rejected

    @property
    def changes_something(self) -> bool:
        return bool(self.new or self.changed)

    def notice(self, stage: str) -> None:
        """A stage that we do not know. However many a file has, few are kept."""
        if stage in self.stages or len(self.stages) < MOST_STAGES:
            self.stages[stage] += 1

    def show(self, before: Deal, after: Deal) -> None:
        if len(self.samples) < MOST_SAMPLES:
            self.samples.append(Sample(before.name, differences(before, after)))

    def counts(self) -> dict[str, Any]:
        """What of it has to outlive the process, as JSON can hold it."""
        kept = ("new", "changed", "same", "rejected", "still_ended")
        return {**{name: getattr(self, name) for name in kept}, "stages": dict(self.stages)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Report:
        return cls(**{**kept, "stages": Counter(kept.get("stages", {}))})

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter((("new", self.new), ("changed", self.changed), ("same", self.same), ("rejected", self.rejected)))
