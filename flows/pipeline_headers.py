"""The columns of a pipeline file: which of them is what, in exports of Salesforce, HubSpot, Pipedrive and our own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a column says of a deal."""

    NAME = "name"
    USER = "user"  # the owner's id in Slack
    EMAIL = "email"
    OWNER = "owner"
    STAGE = "stage"
    STATUS = "status"  # open, won or lost, where that is no stage
    WON = "won"  # yes or no
    CLOSED = "closed"  # yes or no
    REASON = "reason"
    CLOSE_DATE = "close_date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    PERIOD = "period"
    PRIVATE = "private"  # the private channel that the deal is known in, in our own exports


HEADERS: Mapping[Field, Sequence[str]] = {
    Field.NAME: (
        "opportunity name", "deal name", "deal - title", "dealname", "title", "deal title", "name", "deal",
        "opportunity", "account name", "customer", "account", "company", "organization", "organisation",
    ),
    Field.USER: ("slack user", "slack id"),
    Field.EMAIL: (
        "opportunity owner: email", "opportunity owner email", "owner: email", "owner email", "owner.email",
        "deal owner email", "hubspot owner email", "deal - owner email", "owner e-mail", "email", "e-mail",
    ),
    Field.OWNER: (
        "opportunity owner", "opportunity owner: full name", "owner: full name", "owner full name", "owner.name",
        "deal owner", "deal - owner", "owner name", "owner", "sales rep", "rep", "account executive",
    ),
    Field.STAGE: ("stagename", "stage name", "deal stage", "dealstage", "deal - stage", "stage", "phase"),
    Field.STATUS: ("deal - status", "ending", "status", "outcome"),
    Field.WON: ("won", "iswon", "is won", "is closed won", "hs_is_closed_won"),
    Field.CLOSED: ("closed", "isclosed", "is closed", "is deal closed?", "hs_is_closed"),
    Field.REASON: (
        "closed lost reason", "closed_lost_reason", "deal - lost reason", "lost reason", "loss reason",
        "loss_reason__c", "reason lost", "reason for loss",
    ),
    Field.CLOSE_DATE: (
        "close date", "closedate", "deal - expected close date", "expected close date", "expected close",
        "expected_close_date", "our close date", "closing date",
    ),
    Field.AMOUNT: (
        "amount", "deal - value", "deal value", "deal amount", "value", "total amount", "opportunity amount",
    ),
    Field.CURRENCY: (
        "currency", "amount currency", "opportunity currency", "currencyisocode", "currency iso code",
        "deal - currency of value", "deal - currency", "deal_currency_code", "total amount currency",
    ),
    Field.PERIOD: (
        "forecast period", "fiscal period", "fiscal quarter", "fiscal", "period", "close quarter", "quarter",
    ),
    Field.PRIVATE: ("private to",),
}  # fmt: skip
"""By what a column is known, best first: where a file has several of them, the first of these counts."""

MARKS = {
    "Salesforce": {"opportunity name", "opportunity owner", "stagename", "fiscal period"},
    "HubSpot": {"deal name", "deal stage", "dealname", "dealstage", "deal owner"},
    "Pipedrive": {"deal - title", "deal - value", "deal - stage", "deal - owner"},
    "Dealreview": {"slack user"},
}
"""Columns that tell whose export it is."""

_IN_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")


@dataclass(frozen=True)
class Columns:
    """Where in a row to find what; `currency` is one that a header names, as in "Amount (EUR)"."""

    places: Mapping[Field, int]
    width: int
    system: str = ""
    currency: str = ""

    def __contains__(self, field: Field) -> bool:
        return field in self.places

    def cell(self, cells: Sequence[str], field: Field) -> str:
        """A row's cell, empty if it has none."""
        place = self.places.get(field)
        return cells[place] if place is not None and place < len(cells) else ""


def columns(header: Sequence[str]) -> Columns:
    """What the columns of a header are; those we do not know are passed over."""
    known = [_key(each) for each in header]
    places = {
        field: known.index(found)
        for field, names in HEADERS.items()
        if (found := next((name for name in names if name in known), None))
    }
    amount = header[places[Field.AMOUNT]] if Field.AMOUNT in places else ""
    named = _IN_BRACKETS.search(amount)
    code = named[1].strip().upper() if named else ""
    return Columns(places, len(header), _system(known), code if re.fullmatch(r"[A-Z]{3}", code) else "")


def _key(header: str) -> str:
    """A header without case, what stands in brackets, spaces and the mark of a column that must be filled in."""
    return " ".join(_IN_BRACKETS.sub(" ", header).replace("*", " ").casefold().split())


def _system(known: Sequence[str]) -> str:
    marks = {system: len(marks.intersection(known)) for system, marks in MARKS.items()}
    best = max(marks, key=lambda system: marks[system])
    return best if marks[best] else ""
