"""The people of the drill: they hold reviews as people do, and remember what they typed and what it answered."""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flows.playbook import PLAYBOOK
from sandbox.inputs import elements_of
from sandbox.model import Message
from sandbox.refusals import Refusal
from tests.drill.tempo import Tempo
from tests.drill.town import CHANNELS, PEOPLE, Town, key_of, slot_of
from tests.sayings import ALSO_OURS, ALSO_THEIRS, ANSWERS, OPEN, OURS, THEIRS, UNCLEAR

T = TypeVar("T")

PATIENCE = 2.0
"""In seconds: how long a person waits for an answer to a command or a button before trying again."""
NUMBER = re.compile(r"(\d+) of \d+")
DEALS = ("Northwind", "Harbour", "Lumen", "Petrel", "Quarry", "Sable", "Tessera", "Umbra", "Vireo", "Willow")
SAYINGS = (
    *ANSWERS, THEIRS, ALSO_THEIRS, OURS, ALSO_OURS, OPEN, UNCLEAR,
    "Procurement & legal: they want <30 days> to sign, we said \"no\".",
    "Ihr Einkauf fürchtet die Umstellung im März 😬",
)  # fmt: skip


class Stuck(Exception):
    """A person waited for something that never came."""


@dataclass
class Memory:
    """What everybody typed, by the `ts` of the message. `answered` is the question it was typed under, if it was one
    person's only word at that moment; `commanded` are words that must have done something."""

    typed: set[str] = field(default_factory=set)
    answered: dict[str, str] = field(default_factory=dict)
    commanded: set[str] = field(default_factory=set)
    stuck: list[str] = field(default_factory=list)
    notes: itertools.count[int] = field(default_factory=lambda: itertools.count(1))


@dataclass(frozen=True)
class Cast:
    """Who holds which review where, and how many replies they type at least."""

    deal: str
    channel: str
    opener: str
    owner: str
    colleague: str
    replies: int


def casts(reviews: int, replies: int, seed: int) -> list[Cast]:
    """As many reviews as asked for, of different deals, spread over channels and people."""
    chance = random.Random(seed)  # noqa: S311 - it rehearses, it keeps no secret
    made = []
    for number in range(reviews):
        opener, owner, colleague = chance.sample([person.name for person in PEOPLE], 3)
        if chance.random() < 0.3:
            opener = owner
        deal = f"{DEALS[number % len(DEALS)]} {number + 1:03d}"
        channel = CHANNELS[number % len(CHANNELS)].id
        made.append(Cast(deal, channel, opener, owner, colleague, -(-replies // reviews)))
    return made


class Holding:
    """One review, held from the command to what is said after the summary."""

    def __init__(self, town: Town, tempo: Tempo, memory: Memory, cast: Cast, seed: str) -> None:
        self._town = town
        self._tempo = tempo
        self._memory = memory
        self._cast = cast
        self._chance = random.Random(seed)  # noqa: S311 - it rehearses, it keeps no secret
        self._thread = ""
        self._mine: list[Message] = []
        self._typed = 0
        self._in_two = False

    def hold(self) -> None:
        """Hold the review to its end; what never came is remembered."""
        try:
            self._hold()
        except Stuck as waited_for:
            self._memory.stuck.append(f"{self._cast.deal}: nobody saw {waited_for}")

    def _hold(self) -> None:
        self._thread = self._start().ts
        if self._happens(0.4):
            self._remark()  # somebody is quick: the first question is not there yet
        asked = self._next(0)
        while not slot_of(asked).startswith("summary"):
            self._meddle()
            self._deal_with(asked)
            asked = self._next(_ask(asked))
        while self._typed < self._cast.replies:
            self._remark(by=self._chance.choice((self._cast.owner, self._cast.colleague)))
        if self._happens(0.3):
            review = key_of(asked).partition(":")[0]
            self._press(asked, "share", lambda: self._top(lambda said: key_of(said) == f"{review}:shared"))

    def _start(self) -> Message:
        deal, owner = self._cast.deal, self._cast.owner
        text = deal if owner == self._cast.opener else f"{deal} @{owner}"
        self._tempo.before_reply()

        def opened() -> Message | None:
            return self._top(lambda said: deal in said.text and slot_of(said) == "parent")

        return self._insist(
            lambda: self._town.command(self._cast.opener, self._cast.channel, "/dealreview", text), opened
        )

    def _deal_with(self, asked: Message) -> None:
        """Answer a question, mostly; or use a word or a button instead."""
        seen, paused, question = _ask(asked), asked.text.startswith("Paused"), self._open_question(asked)
        after_two, self._in_two = self._in_two, False
        if after_two and question == PLAYBOOK[-1].key:
            self._reply()  # nobody knows: two quick replies may have been the last two, with the summary on its way
            return
        ways, weights = ("answer", "answer in two", "word", "press", "pause"), (66, 14, 6, 10, 0 if paused else 4)
        match self._chance.choices(ways, weights)[0]:
            case "answer":
                self._reply(question)
            case "answer in two":
                first, second = self._reply(question), self._reply()
                self._in_two = True
                self._see(lambda: (first.reactions and second.reactions) or None, "a ✅ on two quick replies")
            case "word" if not paused:
                self._command(self._chance.choice(("skip", "Not known.")))
            case "press" if not paused:
                action = self._chance.choice(("word:skip", "word:not_known"))
                self._press(asked, action, lambda: self._newer_than(seen))
            case "pause":
                self._command("pause")
            case _:
                self._reply(question)

    def _meddle(self) -> None:
        """Beside the review: a colleague's word, a change of what was said, how we know, an event sent again."""
        if self._typed < self._cast.replies and self._happens(0.3):
            self._remark()
        if self._mine and self._happens(0.12):
            self._edit(self._chance.choice(self._mine))
        if self._mine and self._happens(0.05):
            said = self._chance.choice(self._mine)
            if said.reactions:  # it was saved: without the words no question would follow
                self._delete(said)
        if self._mine and self._happens(0.1):
            with contextlib.suppress(Refusal):
                self._town.redeliver(self._cast.channel, self._chance.choice(self._mine).ts)
        if self._happens(0.15):
            sources = [
                (said, element["action_id"])
                for said in list(self._town.threads.get(self._thread, ()))
                for block in said.blocks
                for element in elements_of(block)
                if element.get("action_id", "").startswith("source:")
            ]
            if sources:
                said, action = self._chance.choice(sources)
                with contextlib.suppress(Refusal):
                    self._town.action(self._cast.owner, _pointed_at(said), action)

    # -- acts

    def _reply(self, question: str | None = None) -> Message:
        """The owner answers, and sometimes corrects a slip at once, even twice."""
        said = self._say(self._cast.owner, self._words())
        if question:
            self._memory.answered[said.ts] = question
        self._mine.append(said)
        while self._happens(0.12):
            self._edit(said)
        return said

    def _remark(self, by: str = "") -> None:
        """A colleague says something, and sometimes thinks better of it."""
        said = self._say(by or self._cast.colleague, self._words())
        if self._happens(0.12):
            self._town.edit(said.user, said.channel, said.ts, self._words())
        elif self._happens(0.12):
            self._town.delete(said.user, said.channel, said.ts)

    def _command(self, word: str) -> None:
        self._memory.commanded.add(self._type(self._cast.owner, word).ts)

    def _say(self, who: str, text: str) -> Message:
        self._tempo.before_reply()
        said = self._type(who, text)
        self._typed += 1
        self._memory.typed.add(said.ts)
        self._tempo.replied()
        return said

    def _type(self, who: str, text: str) -> Message:
        twice = 2 if self._happens(0.12) else 1
        ts = self._town.message(who, self._cast.channel, text, self._thread, deliver=twice)
        return next(said for said in list(self._town.threads[self._thread]) if said.ts == ts)

    def _edit(self, said: Message) -> None:
        self._town.edit(said.user, said.channel, said.ts, self._words())

    def _delete(self, said: Message) -> None:
        self._mine.remove(said)
        self._town.delete(said.user, said.channel, said.ts)

    def _press(self, on: Message, action: str, done: Callable[[], T | None]) -> None:
        self._insist(lambda: self._town.action(self._cast.owner, _pointed_at(on), action), done)

    def _insist(self, act: Callable[[], object], done: Callable[[], T | None]) -> T:
        """Do something that Slack does not repeat by itself until it shows."""
        while (found := self._town.await_sight(done, 0)) is None:
            if time.monotonic() > self._tempo.deadline:
                raise Stuck("what came of a command or a button")
            with contextlib.suppress(Refusal):
                act()
            self._town.await_sight(done, time.monotonic() + PATIENCE)
        return found

    # -- sight

    def _next(self, seen: int) -> Message:
        return self._see(lambda: self._newer_than(seen), f"what follows after {seen} messages that ask")

    def _see(self, look: Callable[[], T | None], what: str) -> T:
        while (found := self._town.await_sight(look, time.monotonic() + PATIENCE)) is None:
            if time.monotonic() > self._tempo.deadline:
                raise Stuck(what)
        return found

    def _newer_than(self, seen: int) -> Message | None:
        """The summary, or the latest message that asks and was not dealt with yet."""
        said = [each for each in self._town.threads.get(self._thread, ()) if each.bot_id]
        for each in reversed(said):
            if slot_of(each).startswith("summary") or (slot_of(each).startswith("ask") and _ask(each) > seen):
                return each
        return None

    def _open_question(self, asked: Message) -> str | None:
        """The question that a message asks, or follows up on."""
        said = [each for each in self._town.threads[self._thread] if each.bot_id and each.ts <= asked.ts]
        numbers = [int(found[1]) for each in said if (found := NUMBER.search(each.text))]
        return PLAYBOOK[numbers[-1] - 1].key if numbers else None

    def _top(self, fits: Callable[[Message], bool]) -> Message | None:
        return next((said for said in self._town.top if said.bot_id and fits(said)), None)

    def _words(self) -> str:
        return f"{self._chance.choice(SAYINGS)} (note {next(self._memory.notes)})"

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share


def _ask(said: Message) -> int:
    return int(slot_of(said).rpartition(":")[2])


def _pointed_at(said: Message) -> dict[str, str]:
    return {"type": "message", "channel": said.channel, "ts": said.ts}
