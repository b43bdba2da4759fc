"""What is in the pictures: a few weeks with a few deals, played through the same door as anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.conftest import Room, Thread
from tests.reading import Message

Json = Any
Answer = str | tuple[str, str]
"""What somebody says, and how they say they know it."""
VISIBLE = ("text", "title", "label", "categories", "series", "segments", "name", "value")
"""Where in a block the words and figures are that people see."""


@dataclass(frozen=True)
class Scene:
    """One picture: who looks, at which place of the page, and what is in it, all messages or a Home."""

    name: str
    person: str
    place: str
    shown: Sequence[Message]

    @property
    def words(self) -> list[str]:
        """Everything in it that can be read, in order, without what is of this one run: addresses and ids."""
        return [told for each in self.shown for told in _words(each.get("blocks") or each.get("text", ""))]


def play(room: Room) -> Iterator[Scene]:
    """The scenes one after another; the room stands still at each, so that it can be photographed."""
    for deal, owner, details, answers in BEFORE:
        review(room, deal, owner, details, *answers)
    room.clock.passes(days=20)
    room.tick()
    dm = room.workspace.dm("lena")
    nudge = [each for each in room.workspace.messages(dm) if "may have moved" in str(each)][-1:]
    yield Scene("nudge", "lena", f"/channel/{dm}", nudge)

    room.workspace.home("lena")
    room.settle()
    yield Scene("home", "lena", "/home", [room.workspace.home_tab("lena") or {}])

    room.clock.passes(days=1)
    thread = room.start("full Northwind Foods", by="maya")
    told(room, thread, "lena", *NOW[:3])
    yield Scene("review", "lena", f"/channel/{thread.review.channel}/thread/{thread.ts}", thread.messages)
    told(room, thread, "lena", *NOW[3:])
    summary = [each for each in thread.from_bot if "ABOUT THE CUSTOMER" in str(each)]
    yield Scene("summary", "lena", f"/channel/{thread.review.channel}/thread/{thread.ts}", summary)

    room.command("maya", "batch @lena @omar by Wed 10:00")
    harlow = next(each for each in room.reviews() if each.deal.name == "Harlow Clinics" and each.is_open)
    told(room, Thread(room, harlow.channel, harlow.thread_ts or ""), "omar", *NEWS)
    room.clock.passes(hours=24)
    room.tick()
    dm = room.workspace.dm("maya")
    digest = [each for each in room.workspace.messages(dm) if "Nothing here is a score" in str(each)]
    yield Scene("digest", "maya", f"/channel/{dm}", digest)


def review(room: Room, deal: str, owner: str, details: dict[str, str], *answers: Answer) -> Thread:
    """A review that Maya begins and the deal's owner takes to its end."""
    thread = room.start(f"{deal} @{owner}", by="maya")
    thread.presses(owner, "Deal details")
    form = room.form(owner)
    room.workspace.submit(owner, form["id"], {block: {"value": value} for block, value in details.items()})
    room.settle()
    told(room, thread, owner, *answers)
    return thread


def told(room: Room, thread: Thread, who: str, *answers: Answer) -> None:
    """Give one answer after another at a human pace, and say how it is known where that is said, too."""
    for answer in answers:
        text, source = answer if isinstance(answer, tuple) else (answer, "")
        room.clock.passes(seconds=50)
        thread.says(who, text)
        if source:
            thread.presses(who, source)


def _words(thing: Json) -> Iterator[str]:
    if isinstance(thing, str):
        yield re.sub(r"<http[^|>]*\|?", "<", thing)
    elif isinstance(thing, list):
        for each in thing:
            yield from _words(each)
    elif isinstance(thing, dict):
        for name, each in thing.items():
            if isinstance(each, dict | list):
                yield from _words(each)
            elif name in VISIBLE and not (name == "value" and {"text", "action_id"} & thing.keys()):
                yield from _words(str(each))


TOLD, SAW, GUESS = "They told us", "We saw it", "Our guess"

BEFORE: list[tuple[str, str, dict[str, str], list[Answer]]] = [
    (
        "Northwind Foods",
        "lena",
        {"stage": "comparing", "close_date": "2026-12-31", "period": "Q4"},
        [
            "The demo went great and the quote is out. Closing in December.",
            ("Ruth said: 'We can't do another audit on spreadsheets.' Two people in her team quit over it.", TOLD),
            "not known",
            ("Ruth wants her team to close the books in 4 days instead of 11.", TOLD),
            "Ruth wants it for her own team.",
            "not known",
            ("Ruth's team has no time to run a project before the year-end close.", GUESS),
            "not known",
            "Ruth talks to her IT lead about it next week.",
        ],
    ),
    (
        "Brightline",
        "lena",
        {"stage": "exploring", "period": "Q1"},
        [
            "A nice first call. They asked for a price list and I sent it.",
            ("Their night shift writes fault reports on paper and the day shift can't read them.", TOLD),
            ("Their line stood still for nine hours in October, and their plant manager answers for it.", TOLD),
            "not known",
            "Their plant manager wants it; the union has not been asked.",
            "not known",
            "skip",
            "not known",
            "Their plant manager talks to the union about it on 18 December.",
        ],
    ),
    (
        "Harlow Clinics",
        "omar",
        {"stage": "deciding", "close_date": "2026-12-18", "period": "Q4"},
        [
            "Commit for this month. The contract is with legal.",
            ("Their insurer drops the cover on old patient records in January unless every clinic logs access.", TOLD),
            ("Without the log Dr. Amari's board would close two of their eleven clinics.", TOLD),
            "Their reception opens a file once instead of three times.",
            "Dr. Amari wants to sleep again. Their clinic managers fear two weeks of double typing.",
            ("Dr. Amari takes it to the partners' meeting on the first Monday of the month.", TOLD),
            ("Nobody there wants to be the one who switches off the old system, after what happened in 2021.", GUESS),
            "Their clinic managers asked for someone who ran two systems side by side for a while.",
            "Dr. Amari shows the plan to the clinic managers on Thursday.",
        ],
    ),
]

NOW: list[Answer] = [
    "The revised quote is out and the demo for the CFO went really well. We need to get it signed before quarter end.",
    "We showed them the reconciliation module and they liked it.",
    ("Ruth said: 'We can't do another audit on spreadsheets.' Two more people quit in March.", TOLD),
    ("Their regulator fines them again next spring, about 90k by their own sum, and their CFO carries it.", TOLD),
    "still true",
    ("Ruth wants it for her team; their IT lead Jonas worries about running two systems side by side.", SAW),
    "Their board meets on 18 December and has to approve anything above 50k.",
    ("Their IT had a project fail in 2023 and nobody there wants their name on the next one.", GUESS),
    "not known",
    "Ruth takes the audit costs to her CFO on Thursday.",
]

NEWS: list[Answer] = [
    "The contract is still with legal.",
    ("Their auditor found eleven open files at their front desk in November.", TOLD),
    "still true",
    ("Their operations lead joined last week, and she is worried about the night shift.", TOLD),
    "still true",
    "still true",
    "Could you find someone of ours who ran two systems side by side for a year?",
    "Dr. Amari shows the plan to her partners on Monday 4 January.",
]
