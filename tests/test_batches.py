"""A batch as a manager lives with it: the reviews of many deals before a call, and one message that tells of them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.calls import Call, Entry, Result
from flows.deal import Ending
from flows.review import Status
from sandbox.people import BOT_USER
from storage.calls import Calls
from storage.deals import Deals
from storage.models import MessageRow, ReviewRow
from tests.conftest import DEALS, TEAM, Room, Thread
from tests.reading import Message, buttons, words
from tests.sayings import ANSWERS, THEIRS
from tests.test_starting import invite_bot

MAYA, LENA, OMAR, ROSA = "U0MAYA", "U0LENA", "U0OMAR", "U0ROSA"
FORECAST = "G0FORECAST"
PATIENCE = 60.0
THURSDAY = "by Thu 10:00"
"""A test begins on Tuesday 24 November, at nine where Maya lives."""


def make_deals(room: Room, names: Sequence[str], owner: str = LENA, scope: str = "", period: str = "") -> list[int]:
    """Deals, one day after the other to be closed, from the first of December on."""
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [scope])
        made = [deals.add(name, owner, scope, room.clock.utc()) for name in names]
        for days, deal in enumerate(made):
            deals.save(replace(deal, close_date=date(2026, 12, 1) + timedelta(days), period=period))
    return [deal.id for deal in made]


def told(room: Room, who: str = "maya") -> list[Message]:
    """What the bot wrote to a person at the top of their conversation, that tells of a call."""
    said = room.workspace.messages(room.workspace.dm(who))
    return [each for each in said if each.get("bot_id") and not each.get("thread_ts") and "call on" in words(each)]


def overview(room: Room, who: str = "maya") -> str:
    """The only message about a call that a person has."""
    (message,) = told(room, who)
    return words(message)


def presses(room: Room, label: str, who: str = "maya") -> None:
    message = told(room)[-1]
    room.workspace.action(who, message, buttons(message)[label])
    room.settle()


def threads(room: Room, channel: str = DEALS) -> dict[str, Thread]:
    """The reviews' threads in a channel by the first words of their parent message: the deals' names."""
    parents = [each for each in room.workspace.messages(channel) if each.get("bot_id") and not each.get("thread_ts")]
    names = [(re.match(r"\*(.+?)\*", words(each)), each["ts"]) for each in parents]
    return {name[1]: Thread(room, channel, ts) for name, ts in names if name and "call on" not in name[1]}


def edits(room: Room) -> int:
    """How often what Maya is told was edited."""
    return sum(call["channel"] == room.workspace.dm("maya") for call in room.workspace.calls("chat.update"))


def calls(room: Room) -> list[Call]:
    with room.bot.database.transaction() as session:
        kept = Calls(session, TEAM)
        found: list[Call] = []
        while call := kept.get(len(found) + 1):
            found.append(call)
        return found


def entries(room: Room, call: int = 1) -> list[Entry]:
    with room.bot.database.transaction() as session:
        kept = Calls(session, TEAM)
        found = kept.get(call)
        assert found
        return kept.entries(found)


def results(room: Room, call: int = 1) -> Counter[Result]:
    return Counter(entry.result for entry in entries(room, call))


def all_are_dealt_with(room: Room) -> None:
    """Wait until no review is to be opened any more, which of many takes its time on a busy machine."""
    room.workspace.wait_until(
        lambda: calls(room) and not any(results(room, c.id)[Result.WAITING] for c in calls(room)), PATIENCE
    )
    room.settle()


# Started


def test_a_manager_starts_the_reviews_of_two_people_with_one_line(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow"], LENA)
    make_deals(room, ["Cobalt"], OMAR)
    make_deals(room, ["Quill"], ROSA)

    answer = room.command("maya", f"batch @lena @omar {THURSDAY}")

    assert "3 deals for your call on Thu 26 Nov, 10:00 (Europe/London)" in answer
    assert "your digest comes there on Thu 26 Nov, 09:00" in answer
    assert set(threads(room)) == {"Northwind", "Harlow", "Cobalt"}
    assert f"<@{OMAR}>" in words(threads(room)["Cobalt"].from_bot[0])
    assert all(review.opened_by == MAYA for review in room.reviews())
    (call,) = calls(room)
    assert (call.at.isoformat(), call.zone, call.digest_minutes) == ("2026-11-26T10:00:00+00:00", "Europe/London", 60)


def test_the_first_question_says_before_which_call_on_the_clock_of_whoever_is_asked(room: Room) -> None:
    make_deals(room, ["Northwind"], OMAR)
    room.command("maya", f"batch @omar {THURSDAY}")
    thread = threads(room)["Northwind"]
    assert "Before the call on Thu 26 Nov, 05:00, please." in thread.asked
    thread.answers("omar", THEIRS)
    assert "Before the call" not in thread.asked


def test_the_channel_hears_nothing_but_the_reviews(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow"])
    room.command("maya", f"batch @lena {THURSDAY}")
    assert len(room.workspace.messages(DEALS)) == 4  # two parents, two questions


def test_what_a_batch_opens_in_a_private_channel_is_for_its_members_also_of_deals_that_all_may_know(room: Room) -> None:
    make_deals(room, ["Northwind"])
    invite_bot(room, "#forecast")
    room.command("maya", f"batch @lena {THURSDAY}", "#forecast")
    assert set(threads(room, "#forecast")) == {"Northwind"}
    with room.bot.database.transaction() as session:
        assert session.get_one(ReviewRow, 1).scope == FORECAST


def test_a_period_is_taken_as_the_team_spells_it_and_this_quarter_by_the_close_dates(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow"], period="Q4 EMEA")
    make_deals(room, ["Late one"], OMAR, period="q4 emea")
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [""])
        cobalt = deals.add("Cobalt", LENA, "", room.clock.utc())
        deals.save(replace(cobalt, close_date=date(2027, 1, 4), period="Q1"))
    assert "3 deals" in room.command("maya", f"batch in Q4 emea {THURSDAY}")
    assert "2 deals" in room.command("maya", f"batch @lena this quarter {THURSDAY[:-5]}11:00")
    assert "1 deal " in room.command("maya", "batch @lena in Q1 by Thu 12:00")
    assert room.command("maya", "batch @rosa in Q1 by Thu 12:00").startswith("I know no open deal like that here.")


def test_a_mention_of_the_bot_starts_a_batch_too_and_only_once(room: Room) -> None:
    make_deals(room, ["Northwind"])
    room.workspace.trouble("twice")
    room.workspace.message("maya", DEALS, f"@dealreview batch @lena {THURSDAY}")
    room.settle()
    assert len(calls(room)) == 1
    assert "1 deal for your call" in room.whispers("maya")[-1]


# Told


def test_how_far_it_is_stands_in_one_message_that_is_edited_and_is_true(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(40)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    all_are_dealt_with(room)

    dm, shown, said = room.workspace.dm("maya"), 0, []
    for entry in room.workspace.traffic("from_bot"):
        body = entry["body"]
        if entry["kind"] == "chat.postMessage" and body.get("channel") == "C0DEALS" and not body.get("thread_ts"):
            shown += 1
        if body.get("channel") == dm and (found := re.search(r"(\d+) of 40 opened", str(body.get("text")))):
            said.append(int(found[1]))
            assert int(found[1]) <= shown
    assert said == sorted(said)
    assert 10 <= len(said) <= 21
    assert "0 of 40 reviewed" in overview(room)
    assert "and 25 more" in overview(room)


def test_it_tells_what_is_reviewed_what_is_open_and_what_was_not_opened_and_why(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow", "Cobalt", "Tern & Co"])
    make_deals(room, ["Gone"], "U0NOBODY")
    room.start("Harlow @lena").answers("lena", *ANSWERS)
    room.start("Cobalt @lena").answers("lena", *ANSWERS[:3])

    room.command("maya", f"batch @lena {THURSDAY}")
    room.command("maya", "batch this quarter by Thu 10:00")

    assert results(room) == {Result.OPENED: 2, Result.FRESH: 1, Result.UNDER_WAY: 1, Result.NOT_REACHED: 1}
    told_now = overview(room)
    assert "0 of 3 reviewed" in told_now
    assert re.search(r"<http\S+\|Cobalt>  –  question 4 of 9, was open before", told_now)
    assert "*Fresh enough, so not asked*\nHarlow" in told_now
    assert "their owner is not in <#C0DEALS>, or has left: Gone (a colleague)" in told_now
    assert told_now.index("Northwind") < told_now.index("Cobalt") < told_now.index("Tern")

    threads(room)["Northwind"].answers("lena", *ANSWERS)
    threads(room)["Tern &amp; Co"].answers("lena", THEIRS)
    threads(room)["Cobalt"].says("lena", "stop")
    told_now = overview(room)
    assert "1 of 3 reviewed" in told_now
    assert re.search(r"\*Still open\*\n•  <\S+\|Tern &amp; Co>  –  question 2 of 9$", told_now, re.MULTILINE)
    assert re.search(r"\*Reviewed\*\n<\S+\|Northwind>\n", told_now)
    assert re.search(r"\*Ended early\*\n<\S+\|Cobalt>\n", told_now)
    assert "Lena" not in told_now


def test_what_is_no_news_does_not_edit_the_message(room: Room) -> None:
    make_deals(room, ["Northwind"])
    room.command("maya", f"batch @lena {THURSDAY}")
    before = edits(room)
    threads(room)["Northwind"].says("omar", "I met them, too.")
    assert edits(room) == before
    threads(room)["Northwind"].says("lena", THEIRS)
    assert edits(room) == before + 1


def test_an_owner_who_cannot_read_a_private_channel_is_not_asked_there(room: Room) -> None:
    room.workspace.invite("maya", FORECAST, "dealreview")
    make_deals(room, ["Northwind"], LENA)
    make_deals(room, ["Cobalt"], OMAR)
    room.command("maya", f"batch @lena @omar {THURSDAY}", FORECAST)
    assert set(threads(room, FORECAST)) == {"Northwind"}
    assert "their owner is not in <#G0FORECAST>, or has left: Cobalt (Omar)" in overview(room)

    room.workspace.invite("maya", FORECAST, "omar")
    room.bot_leaves()  # it remembers for a minute who is in a channel
    room.bot_arrives()
    room.command("maya", f"batch @lena @omar {THURSDAY}", FORECAST)
    assert set(threads(room, FORECAST)) == {"Northwind", "Cobalt"}
    assert "Not opened" not in overview(room)


# Stopped


def test_the_rest_is_cancelled_and_can_be_started_again(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(30)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.wait_until(
        lambda: told(room) and "Cancel the rest" in buttons(told(room)[-1]) and opened(room) > 3, PATIENCE
    )
    message = told(room)[-1]
    room.workspace.action("maya", message, buttons(message)["Cancel the rest"])
    all_are_dealt_with(room)

    found = results(room)
    assert found[Result.OPENED] + found[Result.CANCELLED] == 30
    assert 3 < found[Result.OPENED] == len(threads(room)) < 30
    assert f"you stopped there: {found[Result.CANCELLED]} deals" in overview(room)
    assert "Cancel the call" in buttons(told(room)[-1])

    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    all_are_dealt_with(room)
    assert results(room) == {Result.OPENED: 30}
    assert len(threads(room)) == 30
    assert len(calls(room)) == 1


def opened(room: Room) -> int:
    return results(room)[Result.OPENED]


def test_a_call_is_cancelled_and_its_reviews_stay(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow"])
    room.command("maya", f"batch @lena {THURSDAY}")
    presses(room, "Cancel the call")
    assert calls(room)[0].cancelled_at == room.clock.utc()
    assert "cancelled" in overview(room)
    assert buttons(told(room)[-1]) == {}
    assert all(review.is_open for review in room.reviews())
    room.command("maya", f"batch @lena {THURSDAY}")
    assert results(room, 2) == {Result.UNDER_WAY: 2}


@pytest.mark.parametrize("action", ["batch:rest", "batch:call"])
def test_a_call_is_for_nobody_else_to_cancel(room: Room, action: str) -> None:
    make_deals(room, ["Northwind"])
    room.command("maya", f"batch @lena {THURSDAY}")
    press(room, LENA, action, 1)
    assert room.whispers("lena")[-1] == "It is Maya's call, so that is for them to decide."
    press(room, LENA, action, 99)
    assert calls(room)[0].cancelled_at is None
    assert results(room) == {Result.OPENED: 1}


def press(room: Room, who: str, action: str, number: int) -> None:
    """Press a button that this person was never shown: ids can be made up."""
    body = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": who},
        "channel": {"id": "C0DEALS"},
        "message": {"ts": "1.1"},
        "trigger_id": "1.1.a",
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": str(number), "action_ts": "1.1"}],
    }
    assert room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 200
    room.settle()


# Across trouble


def test_a_bot_that_dies_in_the_middle_goes_on_where_it_was(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(20)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.wait_until(lambda: opened(room) > 5, PATIENCE)
    room.bot_leaves()
    room.bot_arrives()
    assert 5 < opened(room) < 20
    all_are_dealt_with(room)
    assert results(room) == {Result.OPENED: 20}
    parents = [each for each in room.workspace.messages(DEALS) if not each.get("thread_ts")]
    assert len(parents) == len(threads(room)) == 20
    assert len(told(room)) == 1


def test_slack_asks_for_rest_in_the_middle(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(5)])
    room.workspace.fault("chat.postMessage", "rate_limited", times=2, seconds=1)
    room.command("maya", f"batch @lena {THURSDAY}")
    assert len(threads(room)) == 5


def test_a_call_that_begins_before_all_is_opened_opens_no_more(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(20)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.wait_until(lambda: opened(room) > 2, PATIENCE)
    room.bot_leaves()
    room.clock.passes(days=2, hours=2)
    room.bot_arrives()
    room.settle()
    found = results(room)
    assert found[Result.LATE] and found[Result.OPENED] + found[Result.LATE] == 20
    assert f"the call began first: {found[Result.LATE]} deals" in overview(room)


def test_a_bot_that_is_sent_away_stops_and_says_so_and_goes_on_when_it_is_back(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(20)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.wait_until(lambda: opened(room) > 2, PATIENCE)
    members = room.workspace._workspace.channel(DEALS).members
    members.remove(BOT_USER)
    room.settle()
    found = results(room)
    assert found[Result.SHUT_OUT] and found[Result.OPENED] + found[Result.SHUT_OUT] == 20
    assert f"I may not post in <#C0DEALS> any more: {found[Result.SHUT_OUT]} deals." in overview(room)

    room.workspace.invite("maya", DEALS, "dealreview")
    room.command("maya", f"batch @lena {THURSDAY}")
    assert results(room) == {Result.OPENED: 20}
    assert len(threads(room)) == 20
    assert len(calls(room)) == 1


def test_two_managers_open_the_same_deals_at_once_and_each_is_opened_once(room: Room) -> None:
    make_deals(room, [f"Deal {number}" for number in range(12)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.command("omar", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.settle()
    first, second = results(room, 1), results(room, 2)
    assert first[Result.OPENED] + second[Result.OPENED] == 12
    assert first[Result.UNDER_WAY] + second[Result.UNDER_WAY] == 12
    assert len(threads(room)) == 12


def test_a_deal_that_is_closed_before_its_turn_is_not_opened(room: Room) -> None:
    numbers = make_deals(room, [f"Deal {number}" for number in range(20)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.wait_until(lambda: opened(room) > 2, PATIENCE)
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [""])
        deal = deals.get(numbers[-1])
        assert deal
        deals.save(replace(deal, ending=Ending.LOST, closed_at=room.clock.utc()))
    room.settle()
    assert results(room) == {Result.OPENED: 19, Result.CLOSED: 1}
    assert "closed meanwhile: Deal 19" in overview(room)


def test_a_large_batch_leaves_room_for_other_words_in_the_channel(room: Room) -> None:
    """No more than one review waits to be said, so an answer is never behind a hundred of them."""
    make_deals(room, [f"Deal {number}" for number in range(40)])
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    most = 0
    while opened(room) < 40:
        with room.bot.database.transaction() as session:
            most = max(most, unsaid_in_channel(session))
        time.sleep(0.02)
    assert 0 < most <= 3
    room.settle()


def unsaid_in_channel(session: Session) -> int:
    unsaid = (MessageRow.said < MessageRow.version, MessageRow.channel == "C0DEALS")
    return session.scalar(select(func.count()).where(*unsaid)) or 0


# Turned away


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("batch @lena by today 08:00", "Tue 24 Nov, 08:00 in Europe/London is over."),
        ("batch @lena by today 9:10", "Tue 24 Nov, 09:10 in Europe/London is less than a quarter of an hour away"),
        ("batch @lena by Thu", "I can't tell when “Thu” is. Say a day and a time: `Thu 10:00`"),
        ("batch @lena by", "I can't tell when “” is."),
        ("batch @lena by Thu 10:00 Europe/Lundon", "I know no time zone called “Europe/Lundon”. Did you mean"),
        ("batch @lena by 2027-03-28 02:30 Europe/Berlin", "On Sun 28 Mar the clocks in Europe/Berlin go forward"),
        ("batch Lena by Thu 10:00", "I don't know what to make of “Lena by Thu 10:00”."),
        ("batch @rosa by Thu 10:00", "I know no open deal like that here."),
        ("batch by Thu 10:00", "Say whose deals the call is about"),
    ],
)
def test_what_cannot_be_is_answered_with_what_can(room: Room, typed: str, answer: str) -> None:
    make_deals(room, ["Northwind"])
    assert room.command("maya", typed).startswith(answer)
    assert calls(room) == [] and room.reviews() == []


def test_an_hour_that_comes_twice_is_the_first_and_that_is_said(room: Room) -> None:
    make_deals(room, ["Northwind"])
    answer = room.command("maya", "batch @lena by 2027-10-31 02:30 Europe/Berlin")
    assert "the first 02:30 of two that night" in answer
    assert calls(room)[0].at.isoformat() == "2027-10-31T00:30:00+00:00"
    assert "the first 02:30 of two that night" in overview(room)


def test_a_skipped_hour_is_answered_with_the_next(room: Room) -> None:
    make_deals(room, ["Northwind"])
    answer = room.command("maya", "batch @lena by 2027-03-28 02:30 Europe/Berlin")
    assert answer.endswith("go forward and skip 02:30. Choose 03:30 or later.")


def test_a_batch_is_not_held_where_the_bot_is_not_nor_in_a_direct_message(room: Room) -> None:
    make_deals(room, ["Northwind"])
    assert "not in that channel yet" in room.command("maya", f"batch @lena {THURSDAY}", "#general")
    answer = room.command("maya", f"batch @lena {THURSDAY}", room.workspace.dm("maya"))
    assert answer.startswith("The reviews of a team are for its channel, and this is a direct message.")
    assert calls(room) == []


def test_a_digest_comes_half_way_when_the_call_is_near(room: Room) -> None:
    make_deals(room, ["Northwind"])
    answer = room.command("maya", "batch @lena by today 9:40")
    assert "your digest comes there on Tue 24 Nov, 09:20" in answer
    assert calls(room)[0].digest_at - room.clock.utc() == timedelta(minutes=20)


def test_everything_that_was_opened_is_a_review_like_any_other(room: Room) -> None:
    make_deals(room, ["Northwind"])
    room.command("maya", f"batch @lena {THURSDAY}")
    thread = threads(room)["Northwind"]
    thread.answers("lena", *ANSWERS)
    assert thread.review.status is Status.FINISHED
    assert "1 of 1 reviewed" in overview(room)
    assert datetime.fromisoformat("2026-11-26T10:00+00:00") == calls(room)[0].at
