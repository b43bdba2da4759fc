"""Reminders before a forecast call as a rep gets them: who, when, how often, put off, and kept up to date."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_bolt import BoltRequest

from bot.app import create_app
from bot.engine import Lane
from flows.calls import Call
from flows.hours import Habits
from flows.reminding import Reminder
from flows.rules import Rules
from storage.calls import to_call
from storage.deals import Deals, Person, keep_person
from storage.habits import keep_habits
from storage.models import CallRow
from storage.reminders import Reminders
from storage.rules import keep_rules
from tests.conftest import DEALS, TEAM, Room, Thread, open_room
from tests.reading import Message, buttons, words
from tests.sayings import ANSWERS

MAYA, LENA, OMAR = "U0MAYA", "U0LENA", "U0OMAR"
BERLIN = ZoneInfo("Europe/Berlin")


def knows(room: Room, *deals: tuple[str, str]) -> None:
    """Deals that are under way, each with its owner."""
    with room.bot.database.transaction() as session:
        for person, name, zone in ((LENA, "Lena Brandt", "Europe/Berlin"), (OMAR, "Omar Haddad", "America/New_York")):
            keep_person(session, Person(TEAM, person, name, zone))
        for name, owner in deals:
            Deals(session, TEAM, [""]).add(name, owner, "", room.clock.utc())


def works(room: Room, who: str = LENA, **habits: Any) -> None:
    with room.bot.database.transaction() as session:
        keep_habits(session, TEAM, who, Habits("Europe/Berlin", **habits))


def prepares(room: Room, text: str = "@lena by Thu 12:00") -> None:
    """Maya has the reviews opened on Tuesday at ten in Berlin; her call is on Thursday at one there, and her digest
    comes at twelve."""
    assert "I'm opening the reviews" in room.command("maya", f"batch {text}")


def comes(room: Room, day: int, wall: str, zone: ZoneInfo = BERLIN, month: int = 11) -> None:
    """The clock moves on to a time on a day of 2026, and the bot does what has become due."""
    hour, minute = map(int, wall.split(":"))
    room.clock.seconds = datetime(2026, month, day, hour, minute, tzinfo=zone).astimezone(UTC).timestamp()
    room.tick()


def reminded(room: Room, who: str = "lena") -> list[Message]:
    """The reminders in a person's direct messages, as they are now."""
    said = room.workspace.messages(room.workspace.dm(who))
    return [m for m in said if (m.get("bot_id") and "for the call with" in words(m)) or "The call with" in words(m)]


def nudged(room: Room) -> list[Message]:
    said = room.workspace.messages(room.workspace.dm("lena"))
    return [m for m in said if m.get("bot_id") and "may have moved" in words(m)]


def presses(room: Room, label: str, who: str = "lena") -> None:
    message = reminded(room, who)[-1]
    room.workspace.action(who, message, buttons(message)[label])
    room.settle()


def thread(room: Room, deal: str) -> Thread:
    review = next(review for review in room.reviews() if review.deal.name == deal)
    assert review.thread_ts
    return Thread(room, review.channel, review.thread_ts)


def answers(room: Room, deal: str, who: str = "lena") -> None:
    thread(room, deal).answers(who, *ANSWERS)


def call(room: Room) -> Call:
    with room.bot.database.transaction() as session:
        return to_call(session.query(CallRow).one())


def kept(room: Room, who: str = LENA) -> list[Reminder]:
    with room.bot.database.transaction() as session:
        return Reminders(session, TEAM).of(call(room), who)


# It comes


def test_whoever_has_reviews_open_gets_one_message_about_all_of_them(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", LENA))
    prepares(room)
    comes(room, 25, "12:59")
    assert reminded(room) == []
    comes(room, 25, "13:04")
    (message,) = reminded(room)
    links = [thread(room, deal).ts.replace(".", "") for deal in ("Harlow", "Northwind")]
    said = words(message).splitlines()
    assert said[0] == "Two reviews are still open for the call with Maya on *Thu 26 Nov, 13:00*:"
    for line, deal, ts in zip(said[1:3], ("Harlow", "Northwind"), links, strict=True):
        assert line.startswith("•  <") and line.endswith(f"/archives/C0DEALS/p{ts}|{deal}>")
    assert (
        said[3] == "`not known` is a good answer, too. I write once more at most, and only if something is still open."
    )
    assert list(buttons(message)) == ["Answer now", "In an hour", "Tomorrow"]


def test_there_are_two_at_most(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    for day, wall in ((25, "13:00"), (25, "15:00"), (25, "16:55"), (26, "09:05")):
        comes(room, day, wall)
        assert len(reminded(room)) == 1
    for wall in ("09:30", "10:30", "11:30", "12:30", "14:00"):
        comes(room, 26, wall)
        assert len(reminded(room)) == 2
    first, second = reminded(room)
    assert buttons(first) == {}
    assert list(buttons(second)) == ["Answer now"]
    assert "That's the last from me about this call." in words(second)


def test_nobody_else_is_told(room: Room) -> None:
    """Neither the channel nor the manager: what is open they see in their own message."""
    knows(room, ("Northwind", LENA))
    prepares(room)
    public = len(room.workspace.messages(DEALS))
    mayas = len(room.workspace.messages(room.workspace.dm("maya")))
    comes(room, 25, "13:00")
    assert len(reminded(room)) == 1
    assert len(room.workspace.messages(DEALS)) == public
    assert len(room.workspace.messages(room.workspace.dm("maya"))) == mayas


def test_each_by_their_own_clock(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", OMAR))
    prepares(room, "@lena @omar by Thu 16:00")
    new_york = ZoneInfo("America/New_York")
    comes(room, 25, "13:00")
    assert [len(reminded(room, who)) for who in ("lena", "omar")] == [1, 0]
    comes(room, 25, "13:00", new_york)
    assert [len(reminded(room, who)) for who in ("lena", "omar")] == [1, 1]
    assert "on *Thu 26 Nov, 11:00*" in words(reminded(room, "omar")[0])
    comes(room, 26, "09:30")
    assert [len(reminded(room, who)) for who in ("lena", "omar")] == [2, 1]


def test_a_review_that_was_under_way_before_counts(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.start("Northwind @lena", by="omar")
    prepares(room)
    comes(room, 25, "13:00")
    assert "One review is still open for the call with Maya" in words(reminded(room)[0])


def test_whoever_is_done_is_left_alone(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    answers(room, "Northwind")
    comes(room, 25, "13:00")
    comes(room, 26, "09:30")
    assert reminded(room) == []


def test_nobody_is_reminded_on_a_day_away_or_outside_their_hours(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    works(room, away_from=date(2026, 11, 24), away_until=date(2026, 11, 25), begins=time(10), ends=time(14))
    prepares(room)
    for day, wall in ((25, "12:00"), (25, "13:00"), (26, "09:45"), (26, "10:15")):
        comes(room, day, wall)
    assert reminded(room) == []
    comes(room, 26, "10:30")
    assert len(reminded(room)) == 1


def test_a_reminder_comes_also_to_whoever_turned_nudges_off(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    works(room, nudges=False)
    prepares(room)
    comes(room, 25, "13:00")
    assert len(reminded(room)) == 1


def test_the_settings_say_so(room: Room) -> None:
    room.workspace.home("lena")
    room.settle()
    home = room.workspace.home_tab("lena")
    assert home
    room.workspace.action("lena", home, "home:settings")
    room.settle()
    assert "A reminder before a forecast call comes all the same" in str(room.form("lena"))


def is_old_and_prepared(room: Room) -> None:
    """Lena has an old deal, and the review of another is opened for a call on Thursday 10 December when she is home."""
    room.start("Pell @lena", by="omar").answers("lena", *ANSWERS)
    knows(room, ("Northwind", LENA))
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [""])
        northwind = deals.find("Northwind")
        assert northwind
        deals.save(replace(northwind, period="Q4"))
    room.clock.seconds = datetime(2026, 12, 9, 16, 30, tzinfo=UTC).timestamp()
    prepares(room, "@lena in Q4 by Thu 12:00")


def test_a_nudge_comes_as_the_day_begins_and_a_reminder_half_an_hour_later(room: Room) -> None:
    is_old_and_prepared(room)
    for wall, many in (("09:00", (1, 0)), ("09:25", (1, 0)), ("09:35", (1, 1))):
        comes(room, 10, wall, month=12)
        assert (len(nudged(room)), len(reminded(room))) == many


def test_where_both_are_due_the_nudge_goes_first(room: Room) -> None:
    """As after a morning without the bot, whichever work the engine begins with."""
    is_old_and_prepared(room)
    room.bot_leaves()
    room.clock.seconds = datetime(2026, 12, 10, 8, 40, tzinfo=UTC).timestamp()
    waking = create_app(room.settings, clock=room.clock.utc)
    works = {work.name: work for work, _ in waking.engine._works}

    def does(name: str) -> bool:
        return works[name].do_next(Lane(TEAM, LENA), threading.Event())

    assert not does("remind")
    assert does("nudge")
    assert not does("remind")
    room.clock.passes(minutes=30)
    assert does("remind")
    waking.database.close()
    room.bot_arrives()


def test_where_the_workspace_turned_nudges_off_nothing_goes_before_a_reminder(room: Room) -> None:
    is_old_and_prepared(room)
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, Rules(nudges=False))
    comes(room, 10, "09:35", month=12)
    assert (len(nudged(room)), len(reminded(room))) == (0, 1)


def test_calls_of_two_managers_do_not_come_in_the_same_minute(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", LENA))
    prepares(room)
    room.command("omar", "batch @lena by Thu 13:00 Europe/London")
    comes(room, 25, "13:00")
    comes(room, 25, "13:05")
    assert len(reminded(room)) == 1
    comes(room, 25, "13:30")
    assert ["Maya" in words(each) for each in reminded(room)] == [True, False]


# Once


def test_a_reminder_comes_once_also_after_restarts(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    for wall in ("13:00", "13:10", "14:00"):
        room.bot_leaves()
        room.bot_arrives()
        comes(room, 25, wall)
    assert len(reminded(room)) == 1


def test_two_replicas_send_one(postgres_url: str) -> None:
    with open_room(postgres_url) as room:
        knows(room, ("Northwind", LENA))
        prepares(room)
        first = room.bot
        room.clock.seconds = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
        room.bot_arrives()  # beside the first, which looks at the same moment
        first.engine.wake()
        room.tick()
        assert len(reminded(room)) == 1
        assert len(kept(room)) == 1


def test_a_bot_that_was_away_reminds_when_it_is_back_if_there_is_room(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    room.bot_leaves()
    room.clock.seconds = datetime(2026, 11, 26, 10, 15, tzinfo=UTC).timestamp()  # a quarter past eleven in Berlin
    room.bot_arrives()
    room.tick()
    assert len(reminded(room)) == 1
    comes(room, 26, "11:45")
    assert len(reminded(room)) == 1


def test_while_slack_is_not_well_nothing_is_lost(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    room.workspace.fault("conversations.open", "server_error", times=2)
    room.workspace.fault("chat.postMessage", "drop_after", times=1)
    comes(room, 25, "13:00")
    assert len(reminded(room)) == 1


def test_whoever_left_slack_is_tried_once(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    room.workspace._look(lambda: room.workspace._workspace.users.pop(LENA))
    comes(room, 25, "13:00")
    asked = len(room.workspace.calls("users.info"))
    comes(room, 25, "13:10")
    assert len(room.workspace.calls("users.info")) == asked
    assert [each.channel for each in kept(room)] == [""]


# Kept up to date


def test_what_is_done_is_said_to_be_done(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    answers(room, "Harlow")
    (message,) = reminded(room)
    assert words(message).startswith("One review is still open")
    assert "✅  <" in words(message)
    assert "|Harlow>  –  reviewed" in words(message)
    answers(room, "Northwind")
    (message,) = reminded(room)
    assert words(message).startswith("That was all for the call with Maya on Thu 26 Nov, 13:00. Thank you.")
    assert buttons(message) == {}
    comes(room, 26, "09:30")
    assert len(reminded(room)) == 1


def test_a_review_that_ended_early_or_was_handed_over_is_not_asked_for(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    thread(room, "Harlow").says("lena", "stop")
    assert "|Harlow>  –  ended early" in words(reminded(room)[0])
    room.command("lena", "handover @lena @omar")
    assert words(reminded(room)[0]).startswith("That was all for the call")
    comes(room, 25, "18:00")  # an hour before noon in New York, an hour is over
    comes(room, 25, "19:00")
    assert words(reminded(room, "omar")[0]).startswith("One review is still open")


def test_a_cancelled_call_reminds_nobody_and_what_was_sent_says_so(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    about = next(m for m in room.workspace.messages(room.workspace.dm("maya")) if "Cancel the call" in buttons(m))
    room.workspace.action("maya", about, buttons(about)["Cancel the call"])
    room.settle()
    (message,) = reminded(room)
    assert words(message).startswith("The call with Maya on Thu 26 Nov, 13:00 is off")
    assert buttons(message) == {}
    comes(room, 26, "09:30")
    assert len(reminded(room)) == 1


# Put off


def test_in_an_hour(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    presses(room, "In an hour")
    (message,) = reminded(room)
    assert "I'll come back to it on Wed 25 Nov, 14:00." in words(message)
    assert list(buttons(message)) == ["Answer now"]
    comes(room, 25, "13:55")
    assert len(reminded(room)) == 1
    comes(room, 25, "14:01")
    assert len(reminded(room)) == 2
    comes(room, 26, "09:30")
    assert len(reminded(room)) == 2


def test_tomorrow(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    presses(room, "Tomorrow")
    assert "I'll come back to it on Thu 26 Nov, 09:00." in words(reminded(room)[0])
    comes(room, 25, "16:00")
    assert len(reminded(room)) == 1
    comes(room, 26, "09:01")
    assert len(reminded(room)) == 2


def test_what_was_put_off_and_is_done_by_then_does_not_come(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    presses(room, "Tomorrow")
    answers(room, "Northwind")
    comes(room, 26, "09:01")
    assert len(reminded(room)) == 1


def test_only_what_is_before_the_call_is_offered(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    prepares(room, "@lena by Thu 9:00")  # ten in Berlin, with the digest at nine
    comes(room, 25, "13:00")
    assert list(buttons(reminded(room)[0])) == ["Answer now", "In an hour"]
    room.clock.passes(hours=3.5)
    presses(room, "In an hour")
    assert room.whispers("lena")[-1].startswith("There is too little working time left before the call")


def test_somebody_elses_reminder_and_one_that_was_never_sent(room: Room) -> None:
    """Ids in buttons can be made up."""
    knows(room, ("Northwind", LENA))
    prepares(room)
    comes(room, 25, "13:00")
    (sent,) = kept(room)
    for number, said in ((sent.id, "That message was for somebody else."), (999, "I can't find that review here.")):
        press = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": OMAR},
            "channel": {"id": "C0DEALS"},
            "trigger_id": "1.1.a",
            "actions": [
                {
                    "action_id": "reminder:hour",
                    "value": str(number),
                    "action_ts": "1.1",
                    "block_id": "b",
                    "type": "button",
                }
            ],
        }
        assert room.bot.bolt.dispatch(BoltRequest(body=press, mode="socket_mode")).status == 200
        assert room.whispers("omar")[-1] == said
    assert kept(room) == [sent]


@pytest.mark.parametrize("late", [True, False])
def test_reviews_opened_by_the_calendar_are_reminded_of_too(room: Room, late: bool) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", "schedule @lena every Thu 12:00")
    comes(room, 25, "13:30" if late else "10:00")
    comes(room, 25, "13:35")
    assert len(reminded(room)) == (0 if late else 1)
    comes(room, 25, "16:30")
    assert len(reminded(room)) == 1
