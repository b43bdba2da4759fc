"""What a person filled into a form, read from a view's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import mrkdwn
from flows import utterances as say
from flows.deal import Deal, Stage
from flows.lens import Label
from flows.pipeline_values import read_amount
from flows.utterances import Utterance

VALUE = "value"
"""The action id of every input: its block id says what it is."""

KINDS = ("value", "selected_user", "selected_conversation", "selected_channel", "selected_date", "selected_time")
"""Where the inputs that are no choice among options have their value."""


@dataclass(frozen=True)
class Filled:
    """The values of a submitted form by block id, and why some of them will not do."""

    values: Mapping[str, str]
    errors: Mapping[str, Utterance]

    def deal(self, team: str) -> Deal:
        """The deal that was described; its owner is empty if none was chosen."""
        values = self.values
        amount, currency = read_amount(values.get("amount", "")) or (None, "")
        return Deal(
            id=0,
            team=team,
            scope="",
            name=" ".join(values.get("name", "").split()),
            owner=values.get("owner", ""),
            stage=Stage(values["stage"]) if values.get("stage") else None,
            their_date=_date(values.get("their_date", "")),
            their_date_source=values.get("their_date_source", "").strip(),
            close_date=_date(values.get("close_date", "")),
            period=values.get("period", "").strip(),
            amount=amount,
            currency=currency,
            playbook=values.get("playbook", ""),
        )

    @property
    def line(self) -> tuple[str, int]:
        """Which line to move: the message it was said in and its position there."""
        message_ts, _, position = self.values["line"].partition(":")
        return message_ts, int(position)

    @property
    def label(self) -> Label:
        return Label(self.values["label"])


def read(view: Mapping[str, Any]) -> Filled:
    """Read a `view_submission`. A date that no calendar has, or an amount that is none, is an error at its block."""
    state = view["state"]["values"]
    values = {block: _value(inputs[VALUE]) for block, inputs in state.items() if VALUE in inputs}
    wrong = {
        block: say.impossible_date()
        for block in ("their_date", "close_date")
        if values.get(block) and _date(values[block]) is None
    }
    if values.get("amount") and read_amount(values["amount"]) is None:
        wrong["amount"] = say.impossible_amount()
    return Filled(values, wrong)


def _value(given: Mapping[str, Any]) -> str:
    """The one value of an input, whatever its kind, or what was chosen, joined by commas; empty if it was left open."""
    option = given.get("selected_option")
    if option:
        return str(option["value"])
    if given.get("selected_options"):
        return ",".join(str(each["value"]) for each in given["selected_options"])
    for kind in ("selected_users", "selected_conversations"):
        if given.get(kind):
            return ",".join(map(str, given[kind]))
    for kind in KINDS:
        if given.get(kind):
            return mrkdwn.cleaned(str(given[kind]))
    return ""


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
