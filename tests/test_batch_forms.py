"""The form that starts a batch: what it offers, what it objects to, and what comes of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from flows.calls import Result
from sandbox.delivery import ACK_SECONDS
from storage.models import DealRow
from tests.conftest import DEALS, TEAM, Room, Thread, quickest
from tests.reading import buttons, element, words
from tests.sayings import ANSWERS
from tests.test_batches import (
    FORECAST,
    LENA,
    MAYA,
    OMAR,
    calls,
    make_deals,
    overview,
    results,
    threads,
)


def opens(room: Room, text: str = "", who: str = "maya", channel: str = DEALS) -> None:
    assert room.command(who, f"batch {text}".strip(), channel) == ""


def fills(room: Room, who: str = "maya", **values: Any) -> dict[str, str]:
    """Submit the open form; returns what it objects to, by block."""
    form = room.form(who)
    wrong = room.workspace.submit(who, form["id"], {block: {"value": value} for block, value in values.items()})
    room.settle()
    return wrong


def initial(room: Room, block: str) -> Any:
    filled = element(room.form("maya"), block)
    found = next((value for key, value in filled.items() if key.startswith("initial_")), None)
    return found["value"] if isinstance(found, dict) else found


def offered(room: Room, block: str, typed: str, who: str = "maya") -> list[str]:
    """What the form offers for what is typed into a line of it."""
    found = room.workspace.options(who, room.form(who), "value", typed, block_id=block)
    return [option["text"]["text"] for option in found["options"]]


def chooses(room: Room, block: str, *typed: str) -> list[str]:
    """The values of the first that is offered for each of these."""
    found = [room.workspace.options("maya", room.form("maya"), "value", each, block_id=block) for each in typed]
    return [each["options"][0]["value"] for each in found]


def many_deals(room: Room, count: int, owner: str = LENA) -> None:
    with room.bot.database.transaction() as session:
        session.add_all(
            DealRow(
                team=TEAM, scope="", name=f"Account {number:05}", name_key=f"account {number:05}", owner=owner,
                their_date_source="", period="", created_at=room.clock.utc(),
            )
            for number in range(count)
        )  # fmt: skip


def test_the_form_proposes_ten_oclock_on_the_next_day_that_the_manager_works(room: Room) -> None:
    make_deals(room, ["Northwind"], period="Q4")
    room.clock.passes(days=3)  # it is Friday
    opens(room)
    assert initial(room, "day") == "2026-11-30"
    assert initial(room, "time") == "10:00"
    assert initial(room, "zone") == "Europe/London"
    assert initial(room, "channel") == "C0DEALS"
    assert initial(room, "period") == "any"
    assert initial(room, "where") == "threads"
    assert initial(room, "digest") == "60"


@pytest.mark.parametrize(("typed", "period"), [("in q4", "Q4"), ("this quarter", "@quarter"), ("in Q9", "any")])
def test_what_was_typed_without_a_time_is_filled_in(room: Room, typed: str, period: str) -> None:
    make_deals(room, ["Northwind"], period="Q4")
    opens(room, f"@lena @omar {typed}")
    assert initial(room, "owners") == [LENA, OMAR]
    assert initial(room, "period") == period


def test_a_batch_is_started_with_the_form(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow"], LENA, period="Q4")
    make_deals(room, ["Cobalt"], OMAR, period="Q4")
    make_deals(room, ["Quill"], OMAR, period="Q1")
    opens(room)
    assert fills(room, owners=[LENA, OMAR], period="Q4", day="2026-11-27", time="15:30", digest="evening") == {}
    (call,) = calls(room)
    assert call.at.isoformat() == "2026-11-27T15:30:00+00:00"
    assert call.digest_at.isoformat() == "2026-11-26T18:00:00+00:00"
    assert set(threads(room)) == {"Northwind", "Harlow", "Cobalt"}
    assert "*Your call on Fri 27 Nov, 15:30*" in overview(room)


def test_deals_are_chosen_by_hand_among_thousands_in_no_time(room: Room) -> None:
    many_deals(room, 5000)
    make_deals(room, ["Zürcher Käse", "100% Wool_Co", "My account"], OMAR)
    room.command("omar", "list")
    room.start("Northwind @omar")  # so that Omar's name is known
    opens(room)
    assert offered(room, "deals", "zÜRcher k") == ["Zürcher Käse · Omar"]
    assert offered(room, "deals", "0%") == ["100% Wool_Co · Omar"]
    assert offered(room, "deals", "l_c") == ["100% Wool_Co · Omar"]
    assert len(offered(room, "deals", "account")) == 100
    assert offered(room, "deals", "account 04999") == ["Account 04999"]
    assert offered(room, "deals", "nobody has this") == []
    assert len(offered(room, "deals", "")) == 100
    assert quickest(lambda: offered(room, "deals", "account")) < ACK_SECONDS

    assert fills(room, deals=chooses(room, "deals", "account 04999", "zürcher")) == {}
    assert {"Account 04999", "Zürcher Käse"} < set(threads(room))
    assert results(room) == {Result.OPENED: 2}


def test_hand_picked_deals_are_added_to_those_of_people(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow"], LENA)
    make_deals(room, ["Cobalt", "Quill"], OMAR)
    opens(room)
    assert fills(room, owners=[LENA], deals=chooses(room, "deals", "cobalt")) == {}
    assert set(threads(room)) == {"Northwind", "Harlow", "Cobalt"}


def test_a_private_channels_deals_are_offered_only_to_those_in_it(room: Room) -> None:
    room.workspace.invite("maya", FORECAST, "dealreview")
    make_deals(room, ["Secret plan"], LENA, scope=FORECAST)
    make_deals(room, ["Open plan"], LENA)
    opens(room, channel=FORECAST)
    assert offered(room, "deals", "plan") == ["Open plan", "Secret plan"]
    opens(room, who="omar")
    assert offered(room, "deals", "plan", who="omar") == ["Open plan"]
    wrong = fills(room, "omar", owners=[LENA], channel=FORECAST)
    assert wrong["channel"].startswith("You and I are not both in that channel.")
    assert wrong == fills(room, "omar", owners=[LENA], channel="G0NOWHERE")
    assert calls(room) == []


def test_the_other_channels_deals_cannot_be_chosen_by_their_ids(room: Room) -> None:
    room.workspace.invite("maya", FORECAST, "dealreview")
    make_deals(room, ["Secret plan"], LENA, scope=FORECAST)
    opens(room, channel=FORECAST)
    secret = chooses(room, "deals", "secret")
    assert fills(room, deals=secret, channel="C0DEALS")["owners"].startswith("I know no open deal like that here.")
    assert fills(room, deals=secret, channel=FORECAST) == {}


def test_time_zones_are_offered_by_their_cities(room: Room) -> None:
    make_deals(room, ["Northwind"])
    opens(room)
    assert offered(room, "zone", "kol")[0] == "Asia/Kolkata"
    (zone,) = chooses(room, "zone", "kolkata")
    assert fills(room, owners=[LENA], day="2026-11-27", time="10:00", zone=zone) == {}
    assert calls(room)[0].at.isoformat() == "2026-11-27T04:30:00+00:00"
    assert "By the clock in Asia/Kolkata." in overview(room)


def test_people_answer_in_direct_messages_and_that_stays_there(room: Room) -> None:
    make_deals(room, ["Northwind"], LENA)
    make_deals(room, ["Cobalt"], OMAR)
    make_deals(room, ["Gone"], "U0NOBODY")
    opens(room)
    assert fills(room, owners=[LENA, OMAR, "U0NOBODY"], where="direct") == {}
    assert threads(room) == {}
    assert "their owner takes no direct messages from me, has left, or is not in <#C0DEALS>: Gone" in overview(room)
    assert "•  Northwind  –  question 1 of 9\n" in overview(room)  # without a link: nobody else can open that
    lenas = room.workspace.dm("lena")
    thread = threads(room, lenas)["Northwind"]
    thread.answers("lena", *ANSWERS)
    assert "*Reviewed*\nNorthwind" in overview(room)
    assert room.workspace.messages(DEALS) == []
    assert not any("audit" in words(each) for each in room.workspace.messages(room.workspace.dm("maya")))
    thread.presses("lena", "Share")
    assert Thread(room, lenas, thread.ts).review.owner == LENA


@pytest.mark.parametrize(
    ("filled", "block", "sentence"),
    [
        ({}, "owners", "Say whose deals the call is about, in which forecast period they are, or choose some by hand."),
        ({"owners": ["U0ROSA"]}, "owners", "I know no open deal like that here."),
        ({"owners": [LENA], "day": "2026-11-23"}, "time", "Mon 23 Nov, 10:00 in Europe/London is over."),
        ({"owners": [LENA], "day": "2026-11-24", "time": "09:10"}, "time", "Tue 24 Nov, 09:10 in Europe/London is le"),
        ({"owners": [LENA], "day": "2027-03-28", "time": "01:30"}, "time", "On Sun 28 Mar the clocks in Europe/Lon"),
        ({"owners": [LENA], "day": "2026-11-24", "digest": "evening"}, "digest", "The evening before that call is ov"),
        ({"owners": [LENA], "channel": "C0GENERAL"}, "channel", "I am not in that channel yet."),
        ({"owners": [LENA], "channel": "D0MAYA"}, "channel", "The reviews of a team are for its channel"),
    ],
)
def test_what_cannot_be_is_said_at_its_line_and_nothing_is_lost(
    room: Room, filled: dict[str, Any], block: str, sentence: str
) -> None:
    make_deals(room, ["Northwind"])
    room.workspace.dm("maya")
    opens(room)
    wrong = fills(room, **filled)
    assert list(wrong) == [block] and wrong[block].startswith(sentence)
    assert room.form("maya")
    assert calls(room) == []
    right = {"owners": [LENA], "day": "2026-11-27", "time": "10:00", "digest": "60", "channel": "C0DEALS"}
    assert fills(room, **right) == {}
    assert set(threads(room)) == {"Northwind"}


def test_a_batch_of_two_thousand_is_to_be_narrowed_down(room: Room) -> None:
    many_deals(room, 2000)
    opens(room)
    wrong = fills(room, owners=[LENA])
    assert wrong["owners"].startswith("Those are 2000 deals. I open 500 for one call at most")
    assert calls(room) == [] and room.reviews() == []


def test_an_hour_that_comes_twice_is_taken_as_the_first(room: Room) -> None:
    make_deals(room, ["Northwind"])
    opens(room)
    assert fills(room, owners=[LENA], day="2027-10-31", time="01:30") == {}
    assert calls(room)[0].at.isoformat() == "2027-10-31T00:30:00+00:00"
    assert "the first 01:30 of two that night" in overview(room)


def test_a_second_batch_for_the_same_call_adds_to_it(room: Room) -> None:
    make_deals(room, ["Northwind"], LENA)
    make_deals(room, ["Cobalt"], OMAR)
    for owner in (LENA, OMAR, LENA):
        opens(room)
        assert fills(room, owners=[owner], day="2026-11-27", time="10:00") == {}
    assert len(calls(room)) == 1
    assert "0 of 2 reviewed" in overview(room)
    assert set(threads(room)) == {"Northwind", "Cobalt"}
    assert "Cancel the call" in buttons(room.workspace.messages(room.workspace.dm("maya"))[-1])
    assert calls(room)[0].manager == MAYA
    assert calls(room)[0].at - datetime.fromisoformat("2026-11-27T10:00+00:00") == timedelta()
    assert date(2026, 11, 27) == calls(room)[0].at.date()
