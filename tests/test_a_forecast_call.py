"""A forecast call from beginning to end: forty reviews started with one line, three reps answer, the digest comes."""

from __future__ import annotations

import re

from flows.playbook import PLAYBOOK
from tests.conftest import DEALS, Room
from tests.reading import words
from tests.sayings import ANSWERS
from tests.test_batches import make_deals, overview, threads

KEYS = [question.key for question in PLAYBOOK]
REPS = ("lena", "omar", "rosa")
DEALS_OF_ONE = {"lena": 14, "omar": 13, "rosa": 13}
NOT_KNOWN = "not known"


def told(room: Room, who: str, part: str) -> list[str]:
    """What the bot wrote to a person that has some words in it, with names and without addresses."""
    said = [words(each) for each in room.workspace.messages(room.workspace.dm(who)) if each.get("bot_id")]
    return [re.sub(r"<[^|>]+\|([^>]+)>", r"\1", text) for text in said if part in text]


def hours_pass(room: Room, hours: int) -> None:
    for _ in range(hours):
        room.clock.passes(hours=1)
        room.tick()


def test_a_manager_walks_into_tomorrows_call_able_to_ask_about_forty_customers(room: Room) -> None:
    room.workspace.invite("maya", DEALS, "rosa")
    for who, many in DEALS_OF_ONE.items():
        make_deals(room, [f"{who.title()} {number}" for number in range(1, many + 1)], f"U0{who.upper()}")

    started = room.command("maya", "batch @lena @omar @rosa by tomorrow 10:00")
    assert "40 deals for your call on Wed 25 Nov, 10:00" in started
    opened = threads(room)
    assert len(opened) == 40
    assert "0 of 40 reviewed" in overview(room)

    opened["Lena 1"].answers("lena", *ANSWERS)
    who_decides = KEYS.index("decision_path")
    opened["Omar 1"].answers("omar", *ANSWERS[:who_decides], NOT_KNOWN, *ANSWERS[who_decides + 1 :])
    opened["Rosa 1"].answers("rosa", *ANSWERS[:3])
    opened["Rosa 1"].presses("rosa", "Our guess")
    opened["Rosa 1"].answers("rosa", *ANSWERS[3:])
    opened["Lena 2"].says("lena", ANSWERS[0])
    assert "3 of 40 reviewed" in overview(room)
    assert "Lena 2  –  question 2 of 9" in overview(room).replace("|", " ").replace(">", "")

    hours_pass(room, 24)  # to an hour before the call

    for who in REPS:
        assert 1 <= len(told(room, who, "still open")) <= 2
    (digest,) = told(room, "maya", "Nothing here is a score")
    print(digest)
    assert "*Before your 10:00 call*  ·  40 deals  ·  2 worth talking about" in digest
    assert "*WE'RE GUESSING*" in digest
    assert "*Omar 1*" in digest and "*Rosa 1*" in digest
    assert "*CLEAR AND FRESH*  ·  1 deal" in digest
    assert "*NOT REVIEWED YET*  ·  37 deals" in digest
    for who in REPS:
        (own,) = told(room, who, "Nothing here is a score")
        assert not any(f"{other.title()} " in own for other in REPS if other != who)

    room.bot_leaves()
    room.bot_arrives()
    hours_pass(room, 2)
    assert len(told(room, "maya", "Nothing here is a score")) == 1
