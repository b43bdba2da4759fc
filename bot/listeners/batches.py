"""The form that starts a batch, what is typed into it, and the buttons on the message about a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from slack_bolt import Ack, App

from bot import blocks, forms
from bot.listeners.buttons import answer_press
from bot.listeners.forms import answer_form
from bot.service.batches import Asked, BatchService
from bot.speaker import Speaker
from flows import utterances as say
from flows.calls import Choice
from flows.times import zones_like
from flows.utterances import Utterance

BLOCK_OF = {
    "no_choice": "owners", "no_deals": "owners", "too_many_deals": "owners", "cannot_hold": "channel",
    "needs_a_channel": "channel", "held_elsewhere": "channel", "outside_your_team": "owners",
    "impossible_date": "day", "too_far": "day", "unknown_zone": "zone", "evening_is_over": "digest",
}  # fmt: skip
"""Where in the form is explained what cannot be; the time if not here."""


def register(bolt: App, batches: BatchService, speaker: Speaker) -> None:
    @bolt.view("batch")
    def on_batch(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        team = body["team"]["id"]
        asked = _asked(team, body["user"]["id"], forms.read(view).values)
        begun = batches.start(asked) if isinstance(asked, Asked) else asked
        wrong = {BLOCK_OF.get(begun.name, "time"): begun} if isinstance(begun, Utterance) else {}
        answer_form(speaker, ack, team, wrong)

    @bolt.options(forms.VALUE)
    def on_typed(ack: Ack, body: dict[str, Any]) -> None:
        """In any form: Bolt tells lists of options apart by their action id only."""
        ack(options=blocks.offers(cities(body) if body["block_id"] == "zone" else deals(body)))

    @bolt.action("batch:rest")
    def on_rest(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, batches.open_no_more, action)
        ack()

    @bolt.action("batch:call")
    def on_cancel(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer(body, batches.cancel, action)
        ack()

    def cities(body: dict[str, Any]) -> list[tuple[str, str]]:
        return [(zone, zone) for zone in zones_like(body["value"])]

    def deals(body: dict[str, Any]) -> list[tuple[str, str]]:
        """What the channel chosen in the form may know, and the one it was opened from."""
        places = (forms.read(body["view"]).values.get("channel", ""), body["view"]["private_metadata"])
        found = batches.deals_like(body["team"]["id"], body["user"]["id"], places, body["value"])
        return [(str(each.id), f"{each.name} · {each.owner}" if each.owner else each.name) for each in found]

    def answer(body: dict[str, Any], do: Callable[[str, int, str], Utterance | None], action: dict[str, Any]) -> None:
        answer_press(speaker, body, do(body["team"]["id"], int(action["value"]), body["user"]["id"]))


def _asked(team: str, person: str, values: Mapping[str, str]) -> Asked | Utterance:
    """The batch that a form describes."""
    period = values["period"]
    try:
        day, wall = date.fromisoformat(values["day"]), time.fromisoformat(values["time"])
    except ValueError:
        return say.impossible_date()
    choice = Choice(
        owners=tuple(filter(None, values.get("owners", "").split(","))),
        period="" if period == "any" else period,
        deals=tuple(int(each) for each in values.get("deals", "").split(",") if each),
    )
    in_direct = values["where"] == "direct"
    return Asked(team, person, choice, values["channel"], day, wall, values["zone"], in_direct, values["digest"])
