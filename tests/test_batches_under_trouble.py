"""Batches where things go another way: two at once, a call that is over, names with signs, a slow Slack, a crash."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from bot.outbox import Outbox
from bot.speaker import Speaker
from flows import utterances as say
from flows.batch import Line
from flows.calls import Call, Result
from flows.freshness import Freshness, State
from flows.nudging import Matter, Plan
from flows.outlook import Item
from flows.review import Status
from sandbox.delivery import ACK_SECONDS
from sandbox.people import BOT_USER
from storage.deals import Deals, Person
from storage.messages import Message
from storage.nudges import Nudges
from tests.conftest import DEALS, TEAM, Room, open_room
from tests.reading import element, words
from tests.sayings import THEIRS
from tests.test_batch_forms import fills, initial, many_deals, opens
from tests.test_batches import (
    FORECAST,
    LENA,
    MAYA,
    OMAR,
    THURSDAY,
    calls,
    edits,
    entries,
    make_deals,
    overview,
    presses,
    results,
    threads,
)  # fmt: skip

ODD = "R&D *Q4* <all>"


def periods(room: Room) -> dict[str, str]:
    """What the open form offers as forecast periods: values by words."""
    options = element(room.form("maya"), "period")["options"]
    return {option["text"]["text"]: option["value"] for option in options}


# Asked for


def test_a_period_with_signs_in_its_name_can_be_chosen(room: Room) -> None:
    make_deals(room, ["Northwind"], period=ODD)
    opens(room, f"@lena in {ODD}")
    assert initial(room, "period") == ODD
    assert fills(room, owners=[], period=periods(room)[ODD]) == {}
    assert [entry.result for entry in entries(room)] == [Result.OPENED]


def test_a_period_that_ends_like_the_word_by_is_a_period(room: Room) -> None:
    make_deals(room, ["Northwind"], period="Derby")
    opens(room, "@lena in Derby")
    assert initial(room, "period") == "Derby"


@pytest.mark.parametrize(
    "when", ["9999-12-31 23:30 America/New_York", "0001-01-01 00:10 Asia/Tokyo", "2028-01-10 10:00"]
)
def test_a_call_that_is_more_than_a_year_away_was_mistyped(room: Room, when: str) -> None:
    make_deals(room, ["Northwind"])
    assert "is more than a year away. Choose a day within the year." in room.command("maya", f"batch @lena by {when}")
    opens(room)
    assert list(fills(room, day=when[:10], owners=[LENA])) == ["day"]
    assert calls(room) == []


def test_whoever_is_named_is_not_looked_up_while_slack_waits(room: Room) -> None:
    make_deals(room, ["Northwind"])
    many = " ".join(f"<@U0NEW{number:02}|new{number}>" for number in range(30))
    assert "1 deal " in typed(room, f"batch <@{LENA}|lena> {many} {THURSDAY}")
    asked = {call["user"] for call in room.workspace.calls("users.info")}
    assert not any(user.startswith("U0NEW") for user in asked)


# Told


def test_the_overview_waits_its_time_also_when_there_was_no_news_for_a_moment(room: Room) -> None:
    """Slack takes fifty edits a minute from a bot, and forty people may answer at once."""
    room.settings = replace(room.settings, pace=timedelta(seconds=0.4))
    room.bot_leaves()
    room.bot_arrives()
    make_deals(room, ["Northwind"])
    room.command("maya", f"batch @lena {THURSDAY}")
    thread = threads(room)["Northwind"]
    before, began = edits(room), time.monotonic()
    for asked in (2, 3, 4):
        room.workspace.message("lena", DEALS, THEIRS, thread.ts)
        room.workspace.wait_until(lambda asked=asked: len(thread.from_bot) == asked)
        time.sleep(1.1)  # an engine that is called by nobody looks once a second
    assert edits(room) - before <= 1 + (time.monotonic() - began) // 4
    room.settle()
    assert "question 4 of 9" in overview(room)


def test_while_reviews_open_only_what_is_fresh_needs_none(room: Room) -> None:
    call = Call(1, TEAM, MAYA, "C0DEALS", datetime(2026, 11, 26, 10, tzinfo=UTC), "Europe/London", False, 60, START)
    results = (Result.WAITING, Result.FRESH, Result.NOT_REACHED, Result.NOT_REACHED)
    lines = [Line(str(result), LENA, None, result) for result in results]
    said = words({"blocks": voice(room).render(TEAM, say.batch(call, lines, lambda channel, ts: "")).blocks})
    assert "0 of 4 opened" in said
    assert "1 needs none now  ·  2 not opened" in said


START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Nobody:
    """Knows no names."""

    def known(self, team: str, person_id: str) -> Person:
        return Person(team, person_id, "a colleague", "UTC")


def voice(room: Room) -> Speaker:
    return Speaker(WebClient(room.settings.bot_token, base_url=room.settings.slack_api_url), Nobody())


# Over, and private


def test_a_call_that_has_begun_is_not_cancelled_any_more(room: Room) -> None:
    make_deals(room, ["Northwind"])
    room.command("maya", f"batch @lena {THURSDAY}")
    room.clock.passes(days=2, hours=1)
    presses(room, "Cancel the call")
    assert room.whispers("maya")[-1].startswith("That call has begun, so there is nothing left to cancel.")
    assert calls(room)[0].cancelled_at is None
    assert "cancelled" not in overview(room)


def test_what_is_private_to_a_channel_is_not_asked_in_direct_messages_of_whoever_is_not_in_it(room: Room) -> None:
    room.workspace.invite("maya", FORECAST, "dealreview")
    make_deals(room, ["Cobalt"], OMAR, FORECAST)
    make_deals(room, ["Northwind"], LENA, FORECAST)
    opens(room, "", "maya", FORECAST)
    assert fills(room, owners=[LENA, OMAR], where="direct", channel=FORECAST) == {}
    assert results(room) == {Result.OPENED: 1, Result.NOT_REACHED: 1}
    assert not room.workspace.messages(room.workspace.dm("omar"))
    assert "is not in <#G0FORECAST>: Cobalt" in overview(room)


# At once, and across a crash


def test_a_batch_opens_while_people_answer_and_nobody_waits_in_a_circle(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Who opens reviews holds the call's deals, who answers holds the nudge: each takes them in the same order."""
    with open_room(postgres_url) as room:
        numbers = make_deals(room, [f"Deal {number}" for number in range(30)])
        with room.bot.database.transaction() as session:
            deals = Deals(session, TEAM, [""])
            matters = (
                Matter(deal, (Item("struggle", None, Freshness(State.STALE)),))
                for deal in map(deals.get, numbers)
                if deal
            )
            plan = Plan(room.clock.utc().date(), tuple(matters))
            Nudges(session, TEAM).add(LENA, plan, room.workspace.dm("lena"), room.clock.utc())
        with caplog.at_level(logging.WARNING):
            room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
            answered: set[str] = set()
            while results(room)[Result.OPENED] < 30:
                for name, thread in threads(room).items():
                    if name not in answered and len(thread.from_bot) == 1:
                        answered.add(name)
                        room.workspace.message("lena", DEALS, THEIRS, thread.ts)
            room.settle()
        assert "deadlock" not in caplog.text
        assert results(room) == {Result.OPENED: 30}
        assert len(answered) > 10


def test_a_bot_that_dies_as_slack_refuses_a_review_finds_it_open_to_be_ended(room: Room) -> None:
    """That Slack refused it and that it ends are kept together: else no review of the deal could ever begin again."""
    outbox = next(work for work, _ in room.bot.engine._works if isinstance(work, Outbox))
    done = outbox.on_refused

    def dies(message: Message, reason: str) -> Callable[[Session], None]:
        outbox.on_refused = done

        def die(session: Session) -> None:
            raise MemoryError("killed between two statements")

        return die

    outbox.on_refused = dies
    with room.workspace.holding("chat.postMessage"):
        room.workspace.command("maya", DEALS, "/dealreview", "Northwind @lena")
        room.workspace._workspace.channel(DEALS).members.remove(BOT_USER)
    room.settle()
    assert [review.status for review in room.reviews()] == [Status.STOPPED]

    room.workspace.invite("maya", DEALS, "dealreview")
    room.start("Northwind @lena")


def test_what_was_still_to_be_opened_when_the_bot_went_away_for_long_comes_to_an_end(room: Room) -> None:
    make_deals(room, ["Northwind", "Harlow", "Lumen"])
    room.workspace.fault("chat.postMessage", "server_error", times=1000)
    room.workspace.command("maya", DEALS, "/dealreview", f"batch @lena {THURSDAY}")
    room.workspace.wait_until(lambda: results(room) == {Result.OPENED: 1, Result.WAITING: 2})
    room.bot_leaves()
    room.workspace._look(room.workspace._server.faults.forget)
    room.clock.passes(days=10)
    room.bot_arrives()
    room.settle()
    assert results(room)[Result.LATE] == 2
    assert "still to be opened" not in overview(room)


@pytest.mark.parametrize("on", ["sqlite", "postgres"])
def test_a_batch_of_five_hundred_is_kept_while_slack_waits(on: str, request: pytest.FixtureRequest) -> None:
    with open_room(request.getfixturevalue(f"{on}_url")) as room:
        many_deals(room, 500)
        tries = [timed(room, f"batch @lena by {day} 10:00") for day in ("Thu", "Fri", "Mon")]
        assert sum("500 deals for your call" in told for told in room.whispers("maya")) == len(tries)
        assert min(tries) < ACK_SECONDS
        room.workspace.wait_until(lambda: len(threads(room)) > 2)


def typed(room: Room, text: str) -> str:
    """What Maya is answered to a command as Slack writes it, with people by their ids: also to people nobody knows."""
    body = {
        "command": "/dealreview", "text": text, "team_id": TEAM, "user_id": MAYA, "channel_id": "C0DEALS",
        "trigger_id": "1.2.a", "response_url": room.workspace._server.responses.url(MAYA, "C0DEALS"),
    }  # fmt: skip
    before = len(room.whispers("maya"))
    answer = json.loads(room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).body or "{}")
    late = room.whispers("maya")[before:]
    room.settle()
    return words(answer) if answer else "\n".join(late)


def timed(room: Room, text: str) -> float:
    """How long a command of Maya's takes to be answered, in seconds."""
    began = time.monotonic()
    room.workspace.command("maya", DEALS, "/dealreview", text)
    return time.monotonic() - began
