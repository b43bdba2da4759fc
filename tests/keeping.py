"""Everything that is kept, filled by people at work and looked through word by word."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import select

from flows import utterances as say
from flows.drafting import switch
from flows.mirror import mirror
from flows.playbook import STANDARD
from flows.rules import Crew, Rules
from storage.database import Database
from storage.imports import Dropped, Imports, State
from storage.inbox import Arrival, Inbox
from storage.messages import Messages
from storage.mirrors import Mirrors
from storage.models import Base, HabitsRow, MessageRow, NudgeRow, ScheduleRow
from storage.playbooks import Draft, Playbooks
from storage.reminders import Reminders
from storage.rules import keep_rules
from storage.tenancy import EVERYWHERE, at_work_for
from tests.conftest import TEAM, Room, Thread
from tests.holding import CHANNEL, LENA, MAYA, OMAR, PRIVATE, call_in
from tests.sayings import ANSWERS

OMARS = "Their warehouse chief Quirin told me on Friday that the scanners keep failing them."
OMARS_EDIT = "Their warehouse chief Quirin told me on Monday that the scanners gave up on them."
LATER = "Ruth's assistant Tabitha called: their auditors come back in March."
NAMES = ("Lena", LENA)


@dataclass
class Lived:
    """A finished review of Northwind with Lena, who said the `texts`, and what else happened around it."""

    thread: Thread
    texts: tuple[str, ...]
    by_omar: tuple[str, ...] = (OMARS, OMARS_EDIT)


def kept(database: Database) -> dict[str, list[str]]:
    """Every row of every table as text, by the table's name; JSON as the people in it would read it."""
    with at_work_for(EVERYWHERE), database.transaction() as session:
        found: dict[str, list[str]] = {}
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table)).mappings()
            found[table.name] = [json.dumps(dict(row), default=str, ensure_ascii=False) for row in rows]
    return found


def where(database: Database, *words: str) -> list[tuple[str, str]]:
    """The tables and rows in which some words stand, if in any."""
    return [
        (table, row)
        for table, rows in kept(database).items()
        for row in rows
        if any(json.dumps(word, ensure_ascii=False)[1:-1] in row for word in words)
    ]


def seen_in_slack(room: Room, *words: str) -> list[str]:
    """What the bot said anywhere in Slack, and stands there, with one of some words in it."""
    places = (CHANNEL, PRIVATE, *(room.workspace.dm(who) for who in ("lena", "maya", "omar")))
    said = [message for place in places for message in room.workspace.messages(place) if message.get("bot_id")]
    told = [json.dumps(each, ensure_ascii=False) for each in said]
    return [each for each in told if any(word in each for word in words)]


def lived(room: Room) -> Lived:
    """People at work: every table has something of Lena in it, and of a deal of hers."""
    texts = list(ANSWERS)
    thread = room.start("Northwind @lena", by="maya")
    ts = thread.answers("lena", *texts[:2])
    beside = thread.says("omar", OMARS)
    thread.edits("omar", beside, OMARS_EDIT)
    thread.edits("lena", ts[1], "Their auditor stopped them at the door, twice since Whitsun.")
    thread.answers("lena", *texts[2:])
    while thread.review.is_open:
        thread.says("lena", "Their Clementine signs off on that, she told me herself.")
    thread.presses("lena", "Share")
    thread.fixes("lena", thread.review.lines[0].text[:20], "customer")
    room.command("lena", "close Northwind")
    room.workspace.submit("lena", room.form("lena")["id"], {"ending": {"value": "won"}})
    room.settle()
    room.command("lena", "reopen Northwind")
    thread.says("lena", LATER)
    _around(room, thread)
    room.settle()
    said = (*texts, "Their auditor stopped them at the door, twice since Whitsun.", LATER, "Their Clementine signs off")
    return Lived(thread, said)


def _around(room: Room, thread: Thread) -> None:
    """What else is kept: as the bot keeps it, at once."""
    now, dm, review = room.clock.utc(), room.workspace.dm("lena"), thread.review
    call = call_in(room, 240, "Northwind")
    own = call_in(room, 300, "Northwind", manager=LENA)
    with room.bot.database.transaction() as session:
        session.merge(HabitsRow(team=TEAM, person=LENA, begins=time(9), ends=time(17), workdays=[1], country="DE",
                                nudges=True, mirror=True))  # fmt: skip
        session.add(NudgeRow(team=TEAM, person=LENA, day=date(2026, 11, 24), at=now, channel=dm,
                             items=[[review.deal.id, "people"]]))  # fmt: skip
        keep_rules(session, TEAM, Rules(managers=(LENA, MAYA), crews=(Crew(1, "North", (LENA,), (LENA, OMAR)),)))
        Reminders(session, TEAM).add(call, LENA, 1, dm, now)
        Reminders(session, TEAM).add(own, OMAR, 1, room.workspace.dm("omar"), now)
        Mirrors(session, TEAM).add(LENA, date(2026, 11, 16), dm, now)
        dropped = Imports(session).add(Dropped(0, TEAM, LENA, dm, "1.1", "F1", "lenas.csv", "https://a.b/l.csv", now))
        Imports(session).save(_done(dropped))
        for manager, owners in ((LENA, [OMAR]), (MAYA, [LENA, OMAR]), (MAYA, [LENA])):
            session.add(_schedule(room, manager, owners))
        quote = review.lines[2].text
        words = mirror([(now, f"{quote}?")], date(2026, 11, 23), "UTC")
        Messages(session).decide_for(TEAM, dm, [say.mirror(LENA, words)], now)
        context = {"person": MAYA, "talks": [{"id": review.deal.id, "deal": "Northwind", "customer": "Northwind",
                   "owner": LENA, "news": [{"text": quote, "author": LENA}]}]}  # fmt: skip
        told = MessageRow(review_id=None, team=TEAM, channel=room.workspace.dm("maya"), slot=f"digest:{call.id}:{MAYA}")
        told.name, told.context, told.decided_at = "digest", context, now
        told.version, told.said, told.tries, told.refused = 1, 1, 0, "not in this test"
        session.add(told)
        playbooks = Playbooks(session, TEAM)
        saved = playbooks.save(switch(STANDARD, "people", False), LENA, now)
        playbooks.keep(Draft(LENA, switch(saved, "struggle", False)))
        arrival = Arrival(review.id, "said", LENA, "1790000000.000900", "1790000000.000900",
                          {"ts": "1790000000.000900", "text": "Their Eudora left."}, channel=CHANNEL)  # fmt: skip
        Inbox(session).add(TEAM, arrival, now)
        stuck = Inbox(session).next_of(review.id)
        assert stuck
        for _ in range(3):
            Inbox(session).stumbled(Inbox(session).next_of(review.id) or stuck, "0a1b2c3d")


def _done(dropped: Dropped | None) -> Dropped:
    assert dropped
    return replace(dropped, state=State.DONE)


def _schedule(room: Room, manager: str, owners: list[str]) -> ScheduleRow:
    return ScheduleRow(
        team=TEAM,
        manager=manager,
        channel=CHANNEL,
        begins=date(2027, 1, 7),
        every_weeks=1,
        time=time(10),
        zone="Europe/Berlin",
        country="",
        owners=owners,
        period="",
        in_direct=False,
        digest_minutes=60,
        days_ahead=1,
        since=room.clock.utc(),
        paused=True,
        removed=False,
    )
