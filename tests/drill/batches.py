"""The managers of the drill: each has the reviews of a few deals opened before a call, and waits for its digest."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import update

from sandbox.model import Message
from sandbox.people import TEAM_ID
from sandbox.refusals import Refusal
from storage.database import Database
from storage.deals import Deals
from storage.models import CallRow
from storage.tenancy import at_work_for
from tests.drill.people import PATIENCE, Memory, Stuck
from tests.drill.tempo import Tempo
from tests.drill.town import CHANNELS, PEOPLE, Town, key_of, slot_of

T = TypeVar("T")

AHEAD = timedelta(minutes=25)
"""How far away the call is: a run is over before."""


@dataclass(frozen=True)
class Prepared:
    """A call that somebody prepares: whose deals, by their names, are to be opened in which channel."""

    manager: str
    owner: str
    channel: str
    period: str
    deals: Sequence[str]


def prepared(batches: int, deals: int, seed: int) -> list[Prepared]:
    """As many calls as asked for, each of another manager and about deals of one person, which nobody else reviews."""
    chance = random.Random(seed)  # noqa: S311 - it rehearses, it keeps no secret
    made = []
    names_of_people = [person.name for person in PEOPLE]
    for number, manager in enumerate(chance.sample(names_of_people, batches), start=1):
        owner = chance.choice([name for name in names_of_people if name != manager])
        names = [f"Forecast {number}-{deal:02d}" for deal in range(1, deals + 1)]
        made.append(Prepared(manager, owner, CHANNELS[-number].id, f"Call {number}", names))
    return made


def make_deals(database: Database, calls: Sequence[Prepared]) -> None:
    """The deals that are to be opened, as if they had been imported."""
    with at_work_for(TEAM_ID), database.transaction() as session:
        for call in calls:
            deals = Deals(session, TEAM_ID, [""])
            for name in call.deals:
                deal = deals.add(name, f"U0{call.owner.upper()}", "", datetime.now(UTC))
                deals.save(replace(deal, period=call.period))


class Preparing:
    """One call, from the command to its digest."""

    def __init__(self, town: Town, tempo: Tempo, memory: Memory, database: Database, call: Prepared) -> None:
        self._town = town
        self._tempo = tempo
        self._memory = memory
        self._database = database
        self._call = call

    def prepare(self) -> None:
        """Prepare the call until its digest is there; what never came is remembered."""
        try:
            self._prepare()
        except Stuck as waited_for:
            self._memory.stuck.append(f"{self._call.period}: nobody saw {waited_for}")

    def _prepare(self) -> None:
        call, town = self._call, self._town
        conversation = town.dm(call.manager)
        text = f"batch @{call.owner} in {call.period} by {datetime.now(UTC) + AHEAD:%Y-%m-%d %H:%M} UTC"

        def told() -> Message | None:
            return self._top(lambda said: said.channel == conversation and slot_of(said).startswith("batch:"))

        while town.await_sight(told, 0) is None:
            if time.monotonic() > self._tempo.deadline:
                raise Stuck("that its reviews are being opened")
            with contextlib.suppress(Refusal):
                town.command(call.manager, call.channel, "/dealreview", text)
            town.await_sight(told, time.monotonic() + PATIENCE)
        number = int(slot_of(self._see(told, "the message about it")).partition(":")[2])
        self._bring_forward(number)
        self._tempo.digest_is_due()
        self._see(self._all_opened, "the reviews of its deals")
        for person in (call.manager, call.owner):
            slot = f"digest:{number}:U0{person.upper()}"
            self._see(lambda slot=slot: self._top(lambda said: slot_of(said) == slot), f"the digest of {person}")

    def _all_opened(self) -> bool | None:
        opened = [said.text for said in self._town.top if slot_of(said) == "parent"]
        return all(any(f"*{deal}*" in text for text in opened) for deal in self._call.deals) or None

    def _bring_forward(self, number: int) -> None:
        """Have the digest come now, while the reviews are opened: nobody in a drill has the time to wait for it."""
        minutes = AHEAD // timedelta(minutes=1) + 1
        with at_work_for(TEAM_ID), self._database.transaction() as session:
            session.execute(update(CallRow).where(CallRow.id == number).values(digest_minutes=minutes))

    def _see(self, look: Callable[[], T | None], what: str) -> T:
        while (found := self._town.await_sight(look, time.monotonic() + PATIENCE)) is None:
            if time.monotonic() > self._tempo.deadline:
                raise Stuck(what)
        return found

    def _top(self, fits: Callable[[Message], bool]) -> Message | None:
        return next((said for said in self._town.top if said.bot_id and key_of(said) and fits(said)), None)
