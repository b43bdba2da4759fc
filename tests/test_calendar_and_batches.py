"""The calendar's messages as time goes by, calls made twice over, and what two processes do in the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta

from flows import utterances as say
from flows.calendar import MOST_SCHEDULES, Planned
from flows.hours import Habits
from flows.utterances import Outlook
from storage.tenancy import at_work_for
from tests.conftest import DEALS, TEAM, Room, Thread, open_room
from tests.reading import buttons, words
from tests.test_batches_under_trouble import typed, voice
from tests.test_reminders import comes as comes_in_berlin
from tests.test_reminders import prepares, reminded
from tests.test_schedules import (
    LENA,
    OMAR,
    THURSDAYS,
    calls,
    card,
    comes,
    fills,
    knows,
    leaves,
    presses,
    results,
    schedules,
    told,
)

# The card


def test_the_card_goes_along_with_the_calls(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    said = words(card(room))
    assert "Next: Thu 3 Dec, 10:00, then Thu 10 Dec, 10:00" in said
    assert "The call on Thu 26 Nov, 10:00 is being prepared already" in said
    comes(room, 2, "09:00", month=12)
    said = words(card(room))
    assert "Next: Thu 10 Dec, 10:00, then Thu 17 Dec, 10:00" in said
    assert "The call on Thu 3 Dec, 10:00 is being prepared already" in said
    assert "26 Nov" not in said


def test_the_card_of_calls_that_paused_themselves_says_so(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    leaves(room, "U0BOT")
    comes(room, 25, "09:00")
    assert "paused" in words(card(room))
    assert "Go on" in buttons(card(room))


def test_a_call_that_is_prepared_or_was_cancelled_is_not_said_to_come_next(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    presses(room, "Change", card(room))
    assert fills(room, day="2026-11-26", time="16:00") == {}
    assert "Next: Thu 3 Dec, 16:00, then Thu 10 Dec, 16:00" in words(card(room))
    presses(room, "Cancel the call", next(m for m in told(room) if "Cancel the call" in buttons(m)))
    listed = room.command("maya", "schedule list")
    assert "Next: Thu 3 Dec, 16:00" in listed and "26 Nov" not in listed


def test_the_list_of_ten_fits_into_one_message(room: Room) -> None:
    """Slack takes fifty blocks."""
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    schedule, (call,) = schedules(room)[0], calls(room)
    planned = Planned(date(2026, 11, 27), date(2026, 11, 27), call.at + timedelta(days=1), call.at)
    full = Outlook(schedule, Habits("Europe/London"), (planned, planned), (call, call), planned)
    assert len(voice(room).render(TEAM, say.list_of_schedules([full] * MOST_SCHEDULES)).blocks) <= 50


# The same call twice over


def test_a_batch_by_hand_and_the_calendar_prepare_one_call(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", OMAR))
    room.command("maya", THURSDAYS)
    assert "1 deal " in room.command("maya", "batch @lena by Thu 10:00")
    comes(room, 25, "09:00")
    (call,) = calls(room)
    assert call.schedule == schedules(room)[0].id
    assert results(room, call) == ["opened", "opened"]
    assert sum("Your call on Thu 26 Nov" in words(message) for message in told(room)) == 1
    comes(room, 25, "14:00")
    assert len(calls(room)) == 1


def test_calls_of_two_schedules_in_one_moment_stay_two(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", OMAR))
    room.command("maya", "schedule @lena every Thu 10:00")
    room.command("maya", "schedule @omar every Thu 10:00")
    comes(room, 25, "09:00")
    assert sorted(results(room, call) for call in calls(room)) == [["opened"], ["opened"]]


# In the same moment


def test_calls_that_are_put_there_in_the_same_moment_are_there_once(postgres_url: str) -> None:
    with open_room(postgres_url) as room:
        knows(room, ("Northwind", LENA))
        room.command("maya", "schedule list")
        at_once(lambda: typed(room, "schedule <@U0LENA|lena> every Thu 10:00"), 6)
        room.settle()
        assert len(schedules(room)) == 1


def test_two_reviews_that_end_in_the_same_moment_are_both_done_in_the_reminder(postgres_url: str) -> None:
    with open_room(postgres_url) as room:
        knows(room, *((f"Deal {number}", LENA) for number in range(8)))
        prepares(room)
        comes_in_berlin(room, 25, "13:04")
        assert "8 reviews are still open" in words(reminded(room)[-1])
        threads = [Thread(room, review.channel, review.thread_ts or "") for review in room.reviews()]
        for thread in threads:
            room.workspace.message("lena", DEALS, "stop", thread.ts)
        room.settle()
        assert words(reminded(room)[-1]).startswith("That was all for the call with Maya")


def at_once(do: Callable[[], object], times: int) -> None:
    """Let threads do something, all of them at the same time."""
    gate = threading.Barrier(times)

    def does() -> None:
        gate.wait()
        with at_work_for(TEAM):
            do()

    threads = [threading.Thread(target=does) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# While Slack waits


def test_thirty_people_are_looked_up_side_by_side(room: Room) -> None:
    many = [f"U0NEW{number:02}" for number in range(24)]
    for person in many:
        room.workspace._workspace.users[person] = room.workspace._workspace.users[LENA]
    room.workspace.fault("users.info", "slow", times=24, seconds=0.5)
    began = time.monotonic()
    answer = typed(room, f"schedule {' '.join(f'<@{each}|x>' for each in many)} every Thu 10:00")
    assert "It's on the calendar" in (answer or room.whispers("maya")[-1])
    assert time.monotonic() - began < 9  # one after the other, it would be twelve
