"""Digests as people live with them: before the call, in their messages; their buttons, and who may read what."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from slack_bolt import BoltRequest
from sqlalchemy import event

from bot.cli import main
from bot.engine import Lane
from flows.answer import Source
from flows.calls import Call
from flows.deal import Ending
from sandbox.people import PEOPLE
from storage.calls import Calls
from storage.deals import Deals
from storage.reviews import Reviews
from tests.conftest import TEAM, Room, Thread, open_room
from tests.holding import ALL_THEIRS, MAYA, OMAR, PRIVATE, call_in, held, in_days, made
from tests.reading import Message, buttons, words
from tests.sayings import ANSWERS

HELP = "Could you find someone who ran both systems for a year?"
HARD = "Nobody there wants their name on the next one."


def introduced(room: Room) -> None:
    """Everybody has met the bot, so their names and zones are known."""
    for who in ("maya", "lena", "omar"):
        room.command(who, "help")


def digests(room: Room, who: str = "maya") -> list[Message]:
    """The digests a person got, oldest first."""
    said = room.workspace.messages(room.workspace.dm(who))
    return [m for m in said if m.get("bot_id") and not m.get("thread_ts") and "Nothing here is a score" in words(m)]


def digest(room: Room, who: str = "maya") -> str:
    """A person's latest digest, with the deals' names and without their addresses."""
    return re.sub(r"<[^|>]+\|([^>]+)>", r"\1", words(digests(room, who)[-1]))


def comes(room: Room, minutes: float = 31) -> None:
    room.clock.passes(minutes=minutes)
    room.tick()


def presses(room: Room, label: str, who: str = "maya", on: Message | None = None) -> None:
    """Press a button of a person's latest digest. Several may have the same action, so its value tells them apart."""
    message = on or digests(room, who)[-1]
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    button = next({**each} for row in rows for each in row if each["text"]["text"] == label)
    press(room, f"U0{who.upper()}", room.workspace.dm(who), message, button)


def press(room: Room, who: str, channel: str, message: Message, button: Message) -> None:
    body = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": who},
        "channel": {"id": channel},
        "message": message,
        "trigger_id": room_trigger(room, who),
        "actions": [{**button, "action_ts": f"{room.clock():.6f}", "block_id": "b", "type": "button"}],
    }
    answer = room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert answer.status == 200
    room.settle()


def room_trigger(room: Room, who: str) -> str:
    return "1.1.a"


def thread_of(room: Room, name: str) -> list[str]:
    """What the bot said in the thread of a deal's latest review."""
    with room.bot.database.transaction() as session:
        deal = Deals(session, TEAM, ["", PRIVATE]).find(name)
        review = Reviews(session, TEAM).latest_for(deal) if deal else None
    assert review and review.thread_ts
    return [words(m) for m in room.workspace.messages(review.channel, review.thread_ts)[1:] if m.get("bot_id")]


def direct(room: Room, who: str, part: str) -> list[str]:
    """What the bot wrote to a person that has some words in it."""
    said = [words(m) for m in room.workspace.messages(room.workspace.dm(who)) if m.get("bot_id")]
    return [text for text in said if part in text]


def kept(room: Room, call: Call) -> Call:
    with room.bot.database.transaction() as session:
        found = Calls(session, TEAM).get(call.id)
    assert found
    return found


def change(room: Room, name: str, **changes: Any) -> None:
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, ["", PRIVATE])
        found = deals.find(name)
        assert found
        deals.save(replace(found, **changes))


def four_deals(room: Room, minutes: float = 90, **how: Any) -> Call:
    """A call about a deal that moved, one that is old, one that is clear, and one nobody reviewed."""
    introduced(room)
    held(room, "Northwind", days_ago=25)
    held(
        room, "Northwind", says={"people": "IT joined and is worried.", "struggle": HARD, "our_help": HELP},
        of_us=["our_help"],
    )  # fmt: skip
    held(room, "Brightline", OMAR, days_ago=34)
    held(room, "Alder", due=in_days(room, 5))
    made(room, "Quill", OMAR)
    for name, days in (("Northwind", 17), ("Brightline", 6), ("Alder", 30), ("Quill", 9)):
        change(room, name, close_date=in_days(room, days))
    return call_in(room, minutes, "Northwind", "Brightline", "Alder", "Quill", **how)


# It comes


def test_an_hour_before_the_call_the_manager_reads_what_is_worth_asking_about(room: Room) -> None:
    call = four_deals(room)
    comes(room, minutes=29)
    assert digests(room) == []
    comes(room, minutes=2)
    assert digest(room).splitlines() == [
        "*Before your 10:30 call*  ·  4 deals  ·  2 worth talking about",
        "Nothing here is a score. Everything is from what reps wrote.",
        "*THEIR WORLD MOVED*",
        "1. *Northwind* (Lena, closes Fri 11 Dec)",
        "New: People  “IT joined and is worried.” – Lena, Mon 23 Nov",
        "New: Hard for them  “Nobody there wants their name on the next one.” – Lena, Mon 23 Nov",
        "Old: Next step: heard 25 days ago  ·  How they decide: heard 25 days ago",
        "👀 _May not dare:_ somebody there fears it (“Nobody there wants their name on the next one.”)",
        "Ask: _“What still has to happen inside Northwind, and whose desk is it on?”_",
        "*WE'RE RUNNING ON OLD NEWS*",
        "2. *Brightline* (Omar, closes Mon 30 Nov)",
        "Next step: heard 34 days ago  ·  People: heard 34 days ago",
        "Ask: _“What's happening inside Brightline this week?”_",
        "*YOU CAN HELP*",
        "• *Northwind*: Lena asks “Could you find someone who ran both systems for a year?”",
        "*CLEAR AND FRESH*  ·  1 deal, with a dated step of theirs",
        "*NOT REVIEWED YET*  ·  1 deal: *Quill*",
    ]
    assert list(buttons(digests(room)[0])) == [
        "I'll take it", "Show", "Ask Omar", "Send my questions ahead", "Change when it comes",
    ]  # fmt: skip
    assert kept(room, call).digested_at == room.clock.utc()


def test_it_comes_also_when_somebody_in_it_has_a_name_as_long_as_slack_allows(database_url: str) -> None:
    long = "Omar" + "\N{NO-BREAK SPACE}Ali" * 19
    people = [replace(each, real_name=long) if each.id == OMAR else each for each in PEOPLE]
    with open_room(database_url, people=people) as room:
        four_deals(room)
        comes(room)
        (asks,) = [label for label in buttons(digests(room)[-1]) if label.startswith("Ask ")]
    assert asks.startswith("Ask Omar\N{NO-BREAK SPACE}Ali") and asks.endswith("…")


def test_it_comes_once_also_after_a_restart(room: Room) -> None:
    four_deals(room)
    for minutes in (31, 5, 5):
        room.clock.passes(minutes=minutes)
        room.bot_leaves()
        room.bot_arrives()
        room.tick()
    assert [len(digests(room, who)) for who in ("maya", "lena", "omar")] == [1, 1, 1]


def test_what_is_due_while_the_bot_is_away_comes_late_but_never_after_the_call(room: Room) -> None:
    four_deals(room)
    room.bot_leaves()
    room.clock.passes(minutes=80)
    room.bot_arrives()
    room.tick()
    assert len(digests(room)) == 1
    late = call_in(room, 90, "Northwind")
    room.bot_leaves()
    room.clock.passes(minutes=90)
    room.bot_arrives()
    room.tick()
    assert len(digests(room)) == 1
    assert kept(room, late).digested_at is None


def test_when_slack_cannot_be_reached_it_comes_as_soon_as_it_can(room: Room) -> None:
    four_deals(room)
    room.workspace.fault("conversations.open", "server_error", times=2)
    comes(room)
    room.workspace.wait_until(lambda: len(digests(room)) == 1)


def test_a_call_that_was_cancelled_has_none(room: Room) -> None:
    call = four_deals(room)
    with room.bot.database.transaction() as session:
        calls = Calls(session, TEAM)
        calls.cancel(call, room.clock.utc())
    comes(room)
    assert digests(room) == digests(room, "lena") == []


def test_reps_get_the_same_lines_about_their_own_deals_and_no_others(room: Room) -> None:
    four_deals(room)
    comes(room)
    managers, lenas, omars = digest(room), digest(room, "lena"), digest(room, "omar")
    assert lenas.splitlines()[0] == "*Before Maya's 11:30 call*  ·  2 deals of yours  ·  1 worth talking about"
    assert "Maya gets these lines about your deals, too" in lenas
    for rep, mine, other in ((lenas, "Northwind", "Brightline"), (omars, "Brightline", "Northwind")):
        assert mine in rep and other not in rep
        about = [line for line in rep.splitlines() if line.startswith(("New", "Old", "Next step", "Ask", "👀"))]
        assert about and all(line in managers for line in about)
    assert "*YOU ASKED FOR*" in lenas and "YOU CAN HELP" not in lenas
    assert "*NOT REVIEWED YET*  ·  1 deal: *Quill*" in omars
    assert list(buttons(digests(room, "lena")[0])) == ["Show"]


def test_a_rep_without_deals_gets_none_and_the_managers_own_are_in_theirs(room: Room) -> None:
    introduced(room)
    held(room, "Alder", MAYA, opened_by=MAYA)
    held(room, "Birch", OMAR)
    call_in(room, 90, "Alder", "Birch")
    comes(room)
    assert "2 deals" in digest(room) and len(digests(room, "omar")) == 1
    assert digests(room, "lena") == []
    assert len(digests(room)) == 1


def test_when_all_is_clear_it_says_so_and_nothing_else(room: Room) -> None:
    introduced(room)
    for name in ("Alder", "Birch", "Cedar"):
        held(room, name, due=in_days(room, 3))
    call_in(room, 90, "Alder", "Birch", "Cedar")
    comes(room)
    assert digest(room).splitlines() == [
        "*Before your 10:30 call*  ·  3 deals  ·  none that needs talking about",
        "Nothing here is a score. Everything is from what reps wrote.",
        "All 3 deals have fresh news from the customer and a step of theirs. Enjoy the short call.",
    ]


def test_what_was_news_in_one_call_is_none_in_the_next(room: Room) -> None:
    four_deals(room)
    comes(room)
    room.clock.passes(days=2)
    call_in(room, 90, "Northwind", "Alder")
    comes(room)
    assert len(digests(room)) == 2
    assert "THEIR WORLD MOVED" not in digest(room)


# Who may read what


def test_of_what_was_told_in_direct_messages_the_manager_reads_how_old_it_is_and_no_words(room: Room) -> None:
    introduced(room)
    lenas = room.workspace.dm("lena")
    held(room, "Northwind", days_ago=30, channel=lenas)
    held(room, "Northwind", says={"people": "Their sponsor left.", "struggle": HARD}, channel=lenas)
    call_in(room, 90, "Northwind")
    comes(room)
    seen, own = digest(room), digest(room, "lena")
    assert "Their sponsor left" not in seen and "their name" not in seen and "May not dare" not in seen
    assert "New: People (the words stay where they were told), Mon 23 Nov" in seen
    assert "heard 30 days ago" in seen
    assert "New: People  “Their sponsor left.” – Lena" in own and "May not dare" in own
    assert all("D0" not in line for line in words(digests(room)[0]).splitlines() if "Northwind" in line)


def test_a_deal_of_a_private_channel_is_for_those_who_are_in_it_when_the_digest_is_made(room: Room) -> None:
    introduced(room)
    room.workspace.invite("maya", "forecast", "U0BOT")
    held(room, "Secret", OMAR, days_ago=40, channel=PRIVATE, scope=PRIVATE)
    held(room, "Alder", OMAR)
    members = room.workspace.calls("conversations.members")
    call_in(room, 90, "Secret", "Alder", scope=PRIVATE)
    comes(room)
    assert len(room.workspace.calls("conversations.members")) > len(members)
    is_in = "maya" in str(members_of(room))
    assert ("Secret" in digest(room)) is is_in
    room.workspace.leave("lena", "forecast")
    with_lena = call_in(room, 90, "Secret", "Alder", scope=PRIVATE, manager="U0LENA")
    comes(room)
    assert kept(room, with_lena).digested_at
    assert "Secret" not in digest(room, "lena")
    assert "1 deal is in a channel you are not in" in digest(room, "lena")


def test_what_was_told_of_a_public_deal_in_a_private_channel_stays_there(room: Room) -> None:
    introduced(room)
    room.workspace.invite("maya", "forecast", "U0BOT")
    held(room, "Northwind", days_ago=30, channel=PRIVATE)
    held(room, "Northwind", says={"people": "Their sponsor left.", "struggle": HARD}, channel=PRIVATE)
    call_in(room, 90, "Northwind", manager=OMAR)
    comes(room)
    seen, own = digest(room, "omar"), digest(room, "lena")
    assert "Their sponsor left" not in seen and "their name" not in seen
    assert PRIVATE not in words(digests(room, "omar")[0])
    assert "New: People (the words stay where they were told), Mon 23 Nov" in seen
    assert "New: People  “Their sponsor left.” – Lena" in own
    for who, is_told in (("omar", False), ("lena", True)):
        room.workspace.home(who)
        room.settle()
        assert ("may not dare" in words(room.workspace.home_tab(who) or {})) is is_told


def test_a_batch_in_a_private_channel_keeps_what_is_told_there(room: Room) -> None:
    made(room, "Northwind")
    room.workspace.invite("maya", "forecast", "U0BOT")
    room.command("maya", "batch @lena by Thu 10:00", channel="forecast")
    [review] = room.reviews()
    thread = Thread(room, "forecast", str(review.thread_ts))
    thread.answers("lena", "Fine.", "Their hush-hush merger is on.", "stop")
    again = room.start("full Northwind @lena")
    again.answers("lena", "Fine.", "not known")
    assert "hush" not in str(again.messages)


def members_of(room: Room) -> list[str]:
    channels = room.workspace.state("maya")["channels"]
    return [name.lower() for each in channels if each["id"] == PRIVATE for name in each["members"]]


# What is done with it


def test_more_is_shown_on_asking_and_folded_again(room: Room) -> None:
    introduced(room)
    names = [f"Deal {number:02}" for number in range(40)]
    for name in names:
        made(room, name, OMAR)
    for name in names[:22]:
        held(room, name, OMAR, days_ago=40)
    for name in names[22:25]:
        held(room, name, OMAR)
    call_in(room, 90, *names)
    comes(room)
    shown = [len(re.findall(r"^\d+\. ", digest(room), re.MULTILINE))]
    for label in ("Show all 22", "Next", "Back", "Only the first 6"):
        presses(room, label)
        shown.append(len(re.findall(r"^\d+\. ", digest(room), re.MULTILINE)))
    assert shown == [6, 18, 4, 18, 6]
    assert "Deal 23" not in digest(room)
    presses(room, "Show")
    assert "Deal 23" in digest(room)
    presses(room, "Hide")
    assert "Deal 23" not in digest(room)
    assert len(digests(room)) == 1


def test_however_long_their_names_all_that_is_clear_is_shown(room: Room) -> None:
    introduced(room)
    names = [
        f"{number:02} of the branches of the Northern and Western Railways, Ports & Ferries" for number in range(36)
    ]
    for name in names:
        held(room, name, OMAR)
    made(room, "Quill", OMAR)
    call_in(room, 90, *names, "Quill")
    comes(room)
    presses(room, "Show")
    assert all(name.replace("&", "&amp;") in digest(room) for name in names)
    assert "…" not in digest(room)


def test_whoever_takes_on_what_was_asked_for_is_named_in_the_thread_and_in_both_digests(room: Room) -> None:
    four_deals(room)
    comes(room)
    presses(room, "I'll take it")
    assert thread_of(room, "Northwind") == [f"Lena, Maya takes this on:\n> “{HELP}”"]
    for who in ("maya", "lena"):
        assert f"“{HELP}”  ✓ Maya takes this on" in digest(room, who)
    assert "I'll take it" not in buttons(digests(room)[0])
    with room.bot.database.transaction() as session:
        (turn,) = [turn for turn in Reviews(session, TEAM).turns(2) if turn.kind == "taken_on"]
    assert (turn.person, turn.text) == (MAYA, HELP)


def test_of_two_who_take_it_the_first_does(room: Room) -> None:
    four_deals(room)
    call_in(room, 90, "Northwind", manager=OMAR)
    comes(room)
    theirs = digests(room, "omar")
    (managers,) = [message for message in theirs if "I'll take it" in buttons(message)]
    presses(room, "I'll take it")
    presses(room, "I'll take it", "omar", managers)
    assert len(thread_of(room, "Northwind")) == 1
    assert room.whispers("omar")[-1] == "Maya takes this on already."
    assert any("✓ Maya takes this on" in words(message) for message in digests(room, "omar"))
    room.clock.passes(minutes=1)
    presses(room, "I'll take it", "omar", managers)
    assert len(thread_of(room, "Northwind")) == 1


def test_somebody_is_asked_for_a_review_once_and_privately(room: Room) -> None:
    four_deals(room)
    comes(room)
    presses(room, "Ask Omar")
    (asked,) = direct(room, "omar", "Maya asks about")
    assert asked.splitlines()[0] == (
        "Omar, Maya asks about your review of *Quill*, before the call on Tue 24 Nov, 05:30."
    )
    assert "Asked privately: Omar" in digest(room) and "Ask Omar" not in buttons(digests(room)[0])
    room.command("maya", "digest")
    presses(room, "Ask Omar")
    assert room.whispers("maya")[-1] == "Omar has been asked already."
    assert len(direct(room, "omar", "Maya asks about")) == 1
    assert not any("asks about" in words(message) for message in room.workspace.messages("#deals"))


def test_questions_are_sent_ahead_once_to_the_threads_or_to_direct_messages(room: Room) -> None:
    four_deals(room)
    held(room, "Tern", OMAR, days_ago=40, channel=room.workspace.dm("omar"))
    call_in(room, 95, "Northwind", "Brightline", "Tern", "Alder")
    comes(room, minutes=36)
    second, first = sorted(digests(room), key=lambda message: "10:30" in words(message))
    presses(room, "Send my questions ahead", on=second)
    assert thread_of(room, "Northwind") == [
        "Lena, on the call on Tue 24 Nov, 11:35 Maya would like to ask:\n"
        "> “What still has to happen inside Northwind, and whose desk is it on?”"
    ]
    assert len(thread_of(room, "Brightline")) == 1
    assert thread_of(room, "Alder") == []
    (told,) = direct(room, "omar", "would like to ask about *Tern*")
    assert "“What's happening inside Tern this week?”" in told
    assert room.whispers("maya")[-1] == "2 questions are in the deals' threads now, 1 in direct messages."
    assert sum("Your questions are with them." in words(message) for message in digests(room)) == 1
    presses(room, "Send my questions ahead", on=second)
    assert "were sent their questions before" in room.whispers("maya")[-1]
    assert len(thread_of(room, "Northwind")) == 1 and len(direct(room, "omar", "about *Tern*")) == 1
    room.clock.passes(hours=2)
    presses(room, "Send my questions ahead", on=first)
    assert "The call has begun" in room.whispers("maya")[-1]


def test_nobody_is_asked_for_what_was_dealt_with_since(room: Room) -> None:
    four_deals(room)
    made(room, "Tern", OMAR)
    made(room, "Pell", OMAR)
    call_in(room, 95, "Quill", "Tern", "Pell")
    comes(room, minutes=36)
    second = next(message for message in digests(room) if "10:30" not in words(message))
    room.clock.passes(minutes=1)
    held(room, "Quill", OMAR, days_ago=0)
    change(room, "Tern", owner="U0LENA")
    presses(room, "Ask Omar", on=second)
    (asked,) = direct(room, "omar", "Maya asks about")
    assert "Pell" in asked and "Quill" not in asked and "Tern" not in asked
    other = next(message for message in digests(room) if "10:30" in words(message))
    presses(room, "Ask Omar", on=other)  # Quill was all he had to review for it
    assert room.whispers("maya")[-1] == "Nothing is open with Omar any more."
    assert len(direct(room, "omar", "Maya asks about")) == 1


def test_a_question_is_sent_to_whose_the_deal_is_now_and_none_about_one_that_ended(room: Room) -> None:
    four_deals(room)
    comes(room)
    change(room, "Northwind", owner=OMAR)
    change(room, "Brightline", ending=Ending.LOST, closed_at=room.clock.utc())
    presses(room, "Send my questions ahead")
    (told,) = thread_of(room, "Northwind")
    assert told.startswith("Omar, on the call on")
    assert thread_of(room, "Brightline") == []


def test_the_time_before_a_call_can_be_changed_for_those_to_come(room: Room) -> None:
    four_deals(room)
    later = call_in(room, 60 * 24, "Alder")
    comes(room)
    message = digests(room)[-1]
    room.workspace.action("maya", message, buttons(message)["Change when it comes"])
    room.settle()
    assert room.workspace.submit("maya", room.form("maya")["id"], {"minutes": {"value": "120"}}) == {}
    room.settle()
    assert kept(room, later).digest_minutes == 120
    comes(room, minutes=60 * 21 + 20)
    assert len(digests(room)) == 1
    comes(room, minutes=20)
    assert len(digests(room)) == 2


@pytest.mark.parametrize(
    ("action", "rest"),
    [
        ("digest:page", "|0"), ("digest:fold", ""), ("digest:clear", "|1"), ("digest:take", "|2|1.1:0"),
        ("digest:ask:1", "|U0LENA"), ("digest:ahead", ""), ("digest:time", ""),
    ],
)  # fmt: skip
def test_a_made_up_button_does_nothing(room: Room, action: str, rest: str) -> None:
    """Whoever presses it, on whatever message: a digest is its reader's."""
    four_deals(room)
    comes(room)
    before, message, earlier = digest(room), digests(room, "omar")[-1], len(room.whispers("omar"))
    for slot in (f"digest:1:{MAYA}", "digest:9:U0MAYA", "parent"):
        press(room, OMAR, room.workspace.dm("omar"), message, {"action_id": action, "value": f"{slot}{rest}"})
    told = room.whispers("omar")[earlier:]
    assert len(told) == 3 and all("somebody else's" in each for each in told)
    assert thread_of(room, "Northwind") == [] and room.workspace.calls("views.open") == []
    assert digest(room) == before and direct(room, "lena", "Maya asks about") == []


def test_nobody_takes_on_what_their_digest_does_not_show(room: Room) -> None:
    four_deals(room)
    comes(room)
    slot = f"digest:1:{MAYA}"
    for value in (f"{slot}|1|1.1:0", f"{slot}|2|1.1:0", f"{slot}|99|1.1:0"):
        press(room, MAYA, room.workspace.dm("maya"), digests(room)[-1], {"action_id": "digest:take", "value": value})
    press(
        room,
        MAYA,
        room.workspace.dm("maya"),
        digests(room)[-1],
        {"action_id": "digest:ask:1", "value": f"{slot}|U0LENA"},
    )
    assert thread_of(room, "Northwind") == [] and direct(room, "lena", "Maya asks about") == []


# On being asked


def test_the_digest_of_the_next_call_can_be_had_at_any_time_and_comes_nevertheless(room: Room) -> None:
    call = four_deals(room, minutes=60 * 30)
    assert "our direct messages" in room.command("maya", "digest")
    assert digest(room).startswith("*Before your call on Wed 25 Nov, 15:00*  ·  4 deals")
    assert kept(room, call).digested_at is None
    room.command("maya", "digest")
    assert len(digests(room)) == 2
    comes(room, minutes=60 * 29 + 1)
    assert len(digests(room)) == 3
    assert "Nothing here is a score" in digest(room)
    assert not any("Nothing here is a score" in words(m) for m in room.workspace.messages("#deals"))


def test_without_a_call_it_is_about_ones_deals_of_this_quarter_and_those_one_follows(room: Room) -> None:
    introduced(room)
    assert "no call of yours" in room.command("maya", "digest")
    held(room, "Northwind", days_ago=40)
    held(room, "Birch", MAYA, days_ago=2, opened_by=MAYA)
    made(room, "Pell", OMAR, close_date=in_days(room, 5))
    room.command("maya", "digest")
    assert digest(room).startswith("*What is worth asking about your customers*  ·  2 deals  ·  1 worth")
    assert "Send my questions ahead" not in buttons(digests(room)[-1])
    room.command("lena", "digest")
    assert "1 deal  ·" in digest(room, "lena") and "Birch" not in digest(room, "lena")


# How much work it is


def test_the_queries_do_not_grow_with_the_deals(room: Room) -> None:
    introduced(room)
    names = [f"Deal {number}" for number in range(16)]
    for name in names:
        held(room, name, OMAR, days_ago=30)
        held(room, name, OMAR, says={"people": "Their sponsor left."})
    asked: list[int] = []
    here = threading.get_ident()
    for few in (names[:3], names):
        call_in(room, 90, *few, manager=OMAR)
        room.settle()
        room.clock.passes(minutes=40)
        digester = next(work for work, _ in room.bot.engine._works if work.name == "digest")
        asked.append(0)

        def count(*_: Any) -> None:
            asked[-1] += threading.get_ident() == here

        with room.bot.database.transaction() as session:
            (lane, *_) = digester.waiting(session, room.clock.utc()).lanes or [Lane(TEAM, str(len(asked)))]
        event.listen(room.bot.database.engine, "before_cursor_execute", count)
        digester.see_to(*lane)  # type: ignore[attr-defined]
        event.remove(room.bot.database.engine, "before_cursor_execute", count)
        room.settle()
        room.clock.passes(hours=3)
    assert 10 < asked[1] <= asked[0]  # the first meets people whom nobody knew


# The no-decision watch


def test_flags_are_shown_with_their_reasons_where_a_deal_is(room: Room) -> None:
    introduced(room)
    says = {**ALL_THEIRS, "no_action": "By our own sum it's 200k.", "struggle": HARD}
    held(room, "Northwind", says=says)
    told = room.command("lena", "show Northwind")
    assert "👀 _May stay put:_ the cost of waiting is our sum, never theirs (“By our own sum it's 200k.”)" in told
    assert f"👀 _May not dare:_ somebody there fears it (“{HARD}”)" in told
    for who in ("lena", "maya"):
        room.workspace.home(who)
        room.settle()
        shown = words(room.workspace.home_tab(who) or {})
        assert "👀 may stay put  👀 may not dare" in shown
        assert HARD not in shown and "%" not in shown


def test_home_does_not_tell_others_what_was_told_in_direct_messages(room: Room) -> None:
    introduced(room)
    held(room, "Northwind", says={**ALL_THEIRS, "struggle": HARD}, channel=room.workspace.dm("lena"))
    shown = {}
    for who in ("lena", "maya"):
        room.workspace.home(who)
        room.settle()
        shown[who] = words(room.workspace.home_tab(who) or {})
    assert "may not dare" in shown["lena"]
    assert "Northwind" in shown["maya"] and "may not dare" not in shown["maya"]


def test_stats_count_how_flagged_deals_ended_beside_the_others(room: Room) -> None:
    introduced(room)
    guessed = {"no_action": Source.OUR_GUESS}
    for name, sources, ending in (
        ("A", guessed, Ending.NO_DECISION), ("B", guessed, Ending.WON), ("C", None, Ending.NO_DECISION),
        ("D", None, Ending.WON), ("E", None, Ending.LOST),
    ):  # fmt: skip
        held(room, name, sources=sources)
        change(room, name, ending=ending, closed_at=room.clock.utc())
    made(room, "F", ending=Ending.WON, closed_at=room.clock.utc())
    held(room, "G", days_ago=0)
    change(room, "G", ending=Ending.WON, closed_at=room.clock.utc() - timedelta(days=1))
    told = CliRunner(env={"DATABASE_URL": room.settings.database_url}).invoke(main, ["stats"]).output
    assert "    1  of 2 that it had flagged\n" in told
    assert "    1  of 3 that it had not\n" in told
    assert "    1  were told more of after they were closed" in told


# From the batch to the call


def test_a_manager_starts_the_reviews_reps_answer_and_the_digest_comes(room: Room) -> None:
    introduced(room)
    for number in range(6):
        made(room, f"Deal {number}", ("U0LENA", OMAR)[number % 2], close_date=in_days(room, 20 + number))
    room.command("maya", "batch @lena @omar by tomorrow 10:00")
    opened = {review.deal.name: review for review in room.reviews()}
    assert len(opened) == 6
    for number, (who, answers) in enumerate((("lena", ANSWERS), ("omar", ANSWERS))):
        review = opened[f"Deal {number}"]
        for text in answers:
            room.workspace.message(who, review.channel, text, review.thread_ts)
            room.settle()
    comes(room, minutes=60 * 24 + 5)
    assert digest(room).startswith("*Before your 10:00 call*  ·  6 deals")
    assert "*NOT REVIEWED YET*  ·  4 deals: *Deal 2*, *Deal 3*, *Deal 4*, *Deal 5*" in digest(room)
    assert len(digests(room, "lena")) == len(digests(room, "omar")) == 1
