"""Calls on a calendar as a manager lives with them: put there, prepared by themselves, changed, paused, removed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from slack_bolt import BoltRequest

from flows.calls import THIS_QUARTER, Call, Schedule
from flows.hours import Habits
from flows.rules import Rules
from sandbox.faults import FaultKind
from storage.calls import Calls, to_call
from storage.deals import Deals, Person, keep_person
from storage.habits import keep_habits
from storage.models import CallRow
from storage.rules import keep_rules
from storage.schedules import Schedules
from tests.conftest import DEALS, TEAM, Room, open_room
from tests.reading import Message, buttons, element, words

MAYA, LENA, OMAR = "U0MAYA", "U0LENA", "U0OMAR"
INVITE = "Type /invite @dealreview there, then try again."
THURSDAYS = "schedule @lena @omar every Thu 10:00"


def knows(room: Room, *deals: tuple[str, str], **details: Any) -> None:
    """Deals that are under way, each with its owner."""
    with room.bot.database.transaction() as session:
        for person, name, zone in ((LENA, "Lena Brandt", "Europe/Berlin"), (OMAR, "Omar Haddad", "America/New_York")):
            keep_person(session, Person(TEAM, person, name, zone))
        for name, owner in deals:
            Deals(session, TEAM, [""]).add(name, owner, "", room.clock.utc())


def comes(room: Room, day: int, wall: str, month: int = 11) -> None:
    """The clock moves on to a time in London in 2026, and the bot does what has become due."""
    hour, minute = map(int, wall.split(":"))
    room.clock.seconds = datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp()
    room.tick()


def schedules(room: Room, who: str = MAYA) -> list[Schedule]:
    with room.bot.database.transaction() as session:
        return Schedules(session, TEAM).of(who)


def calls(room: Room) -> list[Call]:
    with room.bot.database.transaction() as session:
        return [to_call(row) for row in session.query(CallRow).order_by(CallRow.at)]


def results(room: Room, call: Call) -> list[str]:
    with room.bot.database.transaction() as session:
        return [str(entry.result) for entry in Calls(session, TEAM).entries(call)]


def told(room: Room, who: str = "maya") -> list[Message]:
    """What the bot wrote into a person's direct messages."""
    return [m for m in room.workspace.messages(room.workspace.dm(who)) if m.get("bot_id")]


def card(room: Room, who: str = "maya") -> Message:
    """The latest message with the buttons of a schedule, or the struck-out one of a schedule that was removed."""
    return [m for m in told(room, who) if "Every " in words(m) and "could not" not in words(m)][-1]


def presses(room: Room, label: str, on: Message, who: str = "maya") -> None:
    room.workspace.action(who, on, buttons(on)[label])
    room.settle()


def fills(room: Room, who: str = "maya", **values: Any) -> dict[str, str]:
    form = room.form(who)
    wrong = room.workspace.submit(who, form["id"], {block: {"value": value} for block, value in values.items()})
    room.settle()
    return wrong


def leaves(room: Room, person: str, channel: str = "C0DEALS") -> None:
    """Somebody leaves a channel, or is taken out of it."""
    room.workspace._look(lambda: room.workspace._workspace.channels[channel].members.remove(person))


# Put there


def test_typed_words_put_calls_on_the_calendar_and_say_what_comes_of_it(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", OMAR))
    answer = room.command("maya", THURSDAYS)
    assert answer.splitlines() == [
        "It's on the calendar: *Every Thursday, 10:00*. The deals of Lena Brandt and Omar Haddad. "
        "Next: Thu 26 Nov, 10:00, then Thu 3 Dec, 10:00.",
        "I've written the details to you; `/dealreview schedule list` shows them, too.",
    ]
    assert words(card(room)).splitlines() == [
        "*Every Thursday, 10:00*",
        "The deals of Lena Brandt and Omar Haddad, in <#C0DEALS>",
        "Next: Thu 26 Nov, 10:00, then Thu 3 Dec, 10:00",
        "reviews open the working day before  ·  the digest comes 1 hour before  ·  not moved by holidays",
    ]
    assert list(buttons(card(room))) == ["Change", "Pause", "Remove"]
    assert calls(room) == []


def test_the_reviews_open_as_the_managers_day_begins_on_the_working_day_before(room: Room) -> None:
    knows(room, ("Northwind", LENA), ("Harlow", OMAR), ("Pell", MAYA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "08:59")
    assert calls(room) == []
    comes(room, 25, "09:04")
    (call,) = calls(room)
    assert (call.at, call.zone) == (datetime(2026, 11, 26, 10, tzinfo=UTC), "Europe/London")
    assert call.digest_at == datetime(2026, 11, 26, 9, tzinfo=UTC)
    assert results(room, call) == ["opened", "opened"]
    assert [review.deal.name for review in room.reviews()] == ["Harlow", "Northwind"]
    assert any("Your call on Thu 26 Nov, 10:00" in words(message) for message in told(room))


def test_each_week_has_its_call_once_also_after_restarts(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    for day, month in ((25, 11), (2, 12), (9, 12)):
        for wall in ("09:00", "09:10", "14:00"):
            room.bot_leaves()
            room.bot_arrives()
            comes(room, day, wall, month)
    assert [call.at.day for call in calls(room)] == [26, 3, 10]
    assert [results(room, call) for call in calls(room)] == [["opened"], ["under_way"], ["under_way"]]


def test_two_replicas_make_one_call(postgres_url: str) -> None:
    with open_room(postgres_url) as room:
        knows(room, ("Northwind", LENA))
        room.command("maya", THURSDAYS)
        first = room.bot
        room.clock.seconds = datetime(2026, 11, 25, 9, tzinfo=UTC).timestamp()
        room.bot_arrives()  # beside the first, which looks at the same moment
        first.engine.wake()
        room.tick()
        assert len(calls(room)) == 1


def test_a_call_put_there_when_its_reviews_should_be_open_already_is_prepared_at_once(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", "schedule @lena every Tue 16:00")
    assert [results(room, call) for call in calls(room)] == [["opened"]]


def test_a_call_that_is_too_close_is_left_to_a_batch(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    answer = room.command("maya", "schedule @lena every Tue 10:30")
    assert "Next: Tue 1 Dec, 10:30, then Tue 8 Dec, 10:30" in answer
    assert "The call on Tue 24 Nov, 10:30 is too close to be prepared from here" in words(card(room))
    room.tick()
    assert calls(room) == []
    assert len(told(room)) == 1


def test_what_was_typed_twice_is_there_once(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    room.command("maya", THURSDAYS)
    assert len(schedules(room)) == 1
    assert len(told(room)) == 1


def test_a_period_and_a_rhythm_and_a_zone(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    answer = room.command("maya", "schedule this quarter every two weeks on Thu 10:00 America/New_York")
    assert "*Every two weeks on Thursday, 10:00 (America/New_York)*. All deals, closing this period." in answer
    (found,) = schedules(room)
    assert (found.choice.period, found.every_weeks, found.zone) == (THIS_QUARTER, 2, "America/New_York")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schedule @lena sometimes", "I don't understand “sometimes”"),
        ("schedule @lena every month Thu 10:00", "I don't understand “every month Thu 10:00”"),
        ("schedule @lena every Thu 10:00 Europe/Londn", "Did you mean Europe/London?"),
        ("schedule every Thu 10:00", "Whose deals? Choose people, a period, or both."),
        ("schedule @dealreview every Thu 10:00", "I can't find that person"),
    ],
)
def test_what_does_not_work_is_said_and_nothing_is_kept(room: Room, text: str, said: str) -> None:
    assert said in room.command("maya", text)
    assert schedules(room) == []


def test_a_channel_that_the_bot_is_not_in(room: Room) -> None:
    assert "I am not in that channel yet" in room.command("maya", THURSDAYS, channel="#general")
    assert schedules(room) == []


def test_in_a_direct_message_the_form_asks_for_the_channel_and_keeps_what_was_typed(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", "schedule @lena every Thu 15:30 Europe/Berlin", channel=room.workspace.dm("maya"))
    form = room.form("maya")
    assert element(form, "day")["initial_date"] == "2026-11-26"
    assert element(form, "time")["initial_time"] == "15:30"
    assert element(form, "owners")["initial_users"] == [LENA]
    assert fills(room, channel="C0DEALS") == {}
    (found,) = schedules(room)
    assert (found.time, found.zone, found.choice.owners) == (time(15, 30), "Europe/Berlin", (LENA,))


def test_somebody_who_keeps_ten_is_told_so(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    for hour in range(8, 18):
        room.command("maya", f"schedule @lena every Fri {hour}:00")
    assert "You have 10 schedules" in room.command("maya", "schedule @lena every Fri 18:00")
    assert len(schedules(room)) == 10
    room.command("omar", "schedule @lena every Fri 18:00")
    assert len(schedules(room, OMAR)) == 1


# The form


def test_the_form_proposes_the_next_working_day_and_ones_own_clock_and_holidays(room: Room) -> None:
    with room.bot.database.transaction() as session:
        keep_habits(session, TEAM, MAYA, Habits("Europe/London", country="GB"))
    room.clock.passes(days=3)  # a Friday
    room.command("maya", "schedule")
    form = room.form("maya")
    assert element(form, "day")["initial_date"] == "2026-11-30"
    assert element(form, "zone")["initial_option"]["value"] == "Europe/London"
    assert element(form, "country")["initial_option"]["value"] == "GB"
    assert element(form, "channel")["initial_conversation"] == "C0DEALS"


def test_all_that_the_form_says_is_kept(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", "schedule")
    found = room.workspace.options("maya", room.form("maya"), "value", "new_yo", block_id="zone")
    assert "America/New_York" in str(found)
    told_of = {
        "day": "2026-12-01", "every": "4", "time": "08:15", "zone": "America/New_York", "owners": [LENA, OMAR],
        "period": "@quarter", "channel": "C0DEALS", "where": "direct", "ahead": "3", "digest": "evening",
        "country": "US",
    }  # fmt: skip
    assert fills(room, **told_of) == {}
    (kept,) = schedules(room)
    assert (kept.begins, kept.every_weeks, kept.time, kept.zone) == (
        date(2026, 12, 1),
        4,
        time(8, 15),
        "America/New_York",
    )
    assert (kept.choice.owners, kept.choice.period, kept.channel) == ((LENA, OMAR), THIS_QUARTER, "C0DEALS")
    assert (kept.in_direct, kept.days_ahead, kept.digest_minutes, kept.country) == (True, 3, 0, "US")
    assert "reviews open 3 working days before  ·  the digest comes the evening before" in words(card(room))


@pytest.mark.parametrize(
    ("filled", "wrong"),
    [
        ({"day": "2026-11-23"}, {"day": "Mon 23 Nov is over. Choose a day that is still to come."}),
        ({"day": "2036-11-23"}, {"day": "Sun 23 Nov 2036 is more than a year away. Choose a day within the year."}),
        ({"owners": []}, {"owners": "Whose deals? Choose people, a period, or both."}),
        ({"channel": "C0GENERAL"}, {"channel": f"I am not in that channel yet. {INVITE}"}),
    ],
)  # fmt: skip
def test_what_does_not_work_is_said_at_its_line_and_the_form_stays(
    room: Room, filled: dict[str, Any], wrong: dict[str, str]
) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", "schedule")
    assert fills(room, **{"owners": [LENA], "channel": "C0DEALS", **filled}) == wrong
    assert room.form("maya")
    assert schedules(room) == []


def test_a_private_channel_whose_manager_is_not_in_it_is_none_of_their_business(room: Room) -> None:
    room.command("omar", "schedule")
    wrong = fills(room, "omar", owners=[LENA], channel="G0NOWHERE")
    assert wrong["channel"].startswith("You and I are not both in that channel.")
    assert fills(room, "omar", owners=[LENA], channel="G0FORECAST") == wrong
    room.workspace.invite("maya", "G0FORECAST", "dealreview")
    room.settle()
    assert fills(room, "omar", owners=[LENA], channel="G0FORECAST") == wrong


# Holidays, clocks, and a bot that was away


def test_a_holiday_moves_the_call_and_the_manager_is_told(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    with room.bot.database.transaction() as session:
        keep_habits(session, TEAM, MAYA, Habits("Europe/London", country="GB"))
    room.command("maya", "schedule @lena every Fri 10:00")
    for week in (27, 4, 11, 18):
        comes(room, week - 1, "09:00", 11 if week == 27 else 12)
    assert "Fri 25 Dec is a holiday, so Thu 24 Dec." in room.command("maya", "schedule list")
    comes(room, 23, "09:00", 12)
    assert calls(room)[-1].at == datetime(2026, 12, 24, 10, tzinfo=UTC)
    said = "Fri 25 Dec is a holiday, so your call is on Thu 24 Dec, 10:00. Its reviews are opening now."
    assert said in [words(message) for message in told(room)]


def test_a_call_in_a_skipped_hour_is_as_long_after_the_change_and_the_manager_is_told(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", "schedule @lena every Sun 01:30")
    (kept,) = schedules(room)
    with room.bot.database.transaction() as session:
        Schedules(session, TEAM).save(Schedule(**{**kept.__dict__, "since": datetime(2027, 3, 22, tzinfo=UTC)}))
    room.clock.seconds = datetime(2027, 3, 26, 9, tzinfo=UTC).timestamp()  # the Friday before the clocks go forward
    room.tick()
    assert [call.at for call in calls(room)] == [datetime(2027, 3, 28, 1, 30, tzinfo=UTC)]
    assert any(
        words(m).startswith("The clocks skip 01:30 on Sun 28 Mar, so your call is on Sun 28 Mar, 02:30.")
        for m in told(room)
    )


def test_a_bot_that_was_away_opens_late_what_is_still_two_hours_ahead(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    room.bot_leaves()
    room.clock.seconds = datetime(2026, 11, 26, 7, 50, tzinfo=UTC).timestamp()
    room.bot_arrives()
    room.tick()
    assert [results(room, call) for call in calls(room)] == [["opened"]]


def test_a_bot_that_was_away_for_too_long_leaves_calls_out_and_says_so_once(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    room.bot_leaves()
    room.clock.seconds = datetime(2026, 12, 3, 8, 30, tzinfo=UTC).timestamp()  # a week later, ninety minutes before
    room.bot_arrives()
    room.tick()
    assert calls(room) == []
    for hours in (1, 2):
        room.clock.passes(hours=hours)
        room.tick()
    (said,) = [m for m in told(room) if "I was away" in words(m)]
    assert "your call on Thu 3 Dec, 10:00" in words(said)
    assert "as I did the one before it" in words(said)
    comes(room, 9, "09:00", 12)
    assert [call.at.day for call in calls(room)] == [10]


def test_a_call_about_no_deal_is_left_out_and_the_manager_is_told(room: Room) -> None:
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    assert calls(room) == []
    assert any("is about no deal that is under way" in words(m) for m in told(room))
    knows(room, ("Northwind", LENA))
    comes(room, 2, "09:00", 12)
    assert [call.at.day for call in calls(room)] == [3]


# When it cannot go on


@pytest.mark.parametrize("who", ["U0BOT", MAYA])
def test_calls_in_a_private_channel_pause_when_the_bot_or_the_manager_is_in_it_no_more(room: Room, who: str) -> None:
    room.workspace.invite("maya", "G0FORECAST", "dealreview")
    room.settle()
    room.command("maya", THURSDAYS, channel="#forecast")
    leaves(room, who, "G0FORECAST")
    comes(room, 25, "09:00")
    assert calls(room) == []
    (said,) = [m for m in told(room) if "could not prepare" in words(m)]
    assert "You and I are not both in <#G0FORECAST> any more." in words(said)


def test_a_bot_that_was_taken_out_of_the_channel_pauses_says_so_and_goes_on_when_it_is_back(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    leaves(room, "U0BOT")
    comes(room, 25, "09:00")
    for hours in (1, 1):
        room.clock.passes(hours=hours)
        room.tick()
    assert calls(room) == []
    (said,) = [m for m in told(room) if "could not prepare" in words(m)]
    assert "I am not in <#C0DEALS> any more" in words(said)
    presses(room, "Go on", said)
    assert "I am not in that channel yet" in room.whispers("maya")[-1]
    assert schedules(room)[0].paused
    room.workspace.invite("maya", DEALS, "dealreview")
    presses(room, "Go on", said)
    room.tick()
    assert [results(room, call) for call in calls(room)] == [["opened"]]


def test_a_manager_who_left_slack_prepares_no_more_calls(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    before = len(told(room))
    room.workspace._look(lambda: room.workspace._workspace.users.pop(MAYA))
    comes(room, 25, "09:00")
    assert calls(room) == []
    assert [each.paused for each in schedules(room)] == [True]
    assert before == 1


def test_while_slack_is_not_well_nothing_is_lost(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    room.workspace.fault("conversations.open", "server_error", times=3)
    comes(room, 25, "09:00")
    assert len(calls(room)) == 1


# Looked at, changed, paused, removed


def test_the_list_shows_ones_own_with_their_next_calls(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    assert "No call of yours is on the calendar yet" in room.command("maya", "schedule list")
    room.command("maya", THURSDAYS)
    room.command("maya", "schedule @lena every two weeks on Fri 9:00")
    listed = room.command("maya", "schedule list")
    assert "*Every Thursday, 10:00*" in listed
    assert "Next: Fri 27 Nov, 09:00, then Fri 11 Dec, 09:00" in listed
    assert "No call of yours" in room.command("omar", "schedule list")


def test_paused_calls_are_not_prepared_until_they_go_on(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    presses(room, "Pause", card(room))
    assert "·  paused" in words(card(room))
    comes(room, 25, "09:00")
    comes(room, 26, "11:00")
    assert calls(room) == []
    presses(room, "Go on", card(room))
    assert "Next: Thu 3 Dec, 10:00" in words(card(room))
    comes(room, 2, "09:00", 12)
    assert [call.at.day for call in calls(room)] == [3]
    assert not any("I was away" in words(m) for m in told(room))


def test_a_button_of_the_list_answers_where_it_was_pressed(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    room.command("maya", "schedule list")
    presses(room, "Pause", room.workspace.ephemerals("maya")[-1])
    assert "·  paused" in room.whispers("maya")[-1]
    assert "·  paused" in words(card(room))


def test_in_a_thread_a_button_of_the_list_answers_there(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    chat = room.workspace.message("omar", DEALS, "When is the call this week?")
    room.workspace.message("maya", DEALS, "@dealreview schedule list", chat)
    room.settle()
    presses(room, "Pause", room.workspace.ephemerals("maya")[-1])
    answer = room.workspace.ephemerals("maya")[-1]
    assert "·  paused" in words(answer)
    assert answer["thread_ts"] == chat


def test_where_the_bot_is_not_a_button_of_the_list_answers_in_a_direct_message(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    room.command("maya", "schedule list", "#general")
    presses(room, "Pause", room.workspace.ephemerals("maya")[-1])
    known, shown = told(room)
    assert "·  paused" in words(known) and "·  paused" in words(shown)


def test_removed_calls_are_not_prepared_and_what_was_prepared_stays(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    presses(room, "Remove", card(room))
    assert "Removed: I prepare no more of these calls." in words(card(room))
    assert buttons(card(room)) == {}
    comes(room, 2, "09:00", 12)
    assert [call.at.day for call in calls(room)] == [26]
    assert room.reviews()[0].is_open
    assert "No call of yours" in room.command("maya", "schedule list")


def test_a_change_shows_what_there_is_and_takes_effect_from_the_next_call_on(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    presses(room, "Change", card(room))
    form = room.form("maya")
    assert element(form, "day")["initial_date"] == "2026-12-03"
    assert element(form, "owners")["initial_users"] == [LENA, OMAR]
    assert fills(room, day="2026-12-04", time="14:00") == {}
    assert len(schedules(room)) == 1
    assert "*Every Friday, 14:00*" in words(card(room))
    assert "Next: Fri 4 Dec, 14:00, then Fri 11 Dec, 14:00" in words(card(room))
    assert "The call on Thu 26 Nov, 10:00 is being prepared already, and stays as it is" in words(card(room))
    comes(room, 3, "09:00", 12)
    assert [f"{call.at:%d %H}" for call in calls(room)] == ["26 10", "04 14"]


def test_a_new_time_on_the_day_of_a_call_that_is_prepared_makes_no_second_call(room: Room) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    comes(room, 25, "09:00")
    presses(room, "Change", card(room))
    assert fills(room, day="2026-11-26", time="15:00") == {}
    room.tick()
    assert schedules(room)[0].since == datetime(2026, 11, 26, 15, tzinfo=UTC)  # that day is dealt with
    comes(room, 26, "09:00")
    assert [f"{call.at:%d %H}" for call in calls(room)] == ["26 10"]


def test_what_is_somebody_elses_is_left_to_them(room: Room) -> None:
    """Ids in buttons can be made up."""
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    (kept,) = schedules(room)
    for action in ("change", "pause", "resume", "remove"):
        for number in (kept.id, 999):
            press = {
                "type": "block_actions",
                "team": {"id": TEAM},
                "user": {"id": OMAR},
                "channel": {"id": "C0DEALS"},
                "trigger_id": "1.1.a",
                "actions": [
                    {
                        "action_id": f"schedule:{action}",
                        "value": str(number),
                        "action_ts": "1.1",
                        "block_id": "b",
                        "type": "button",
                    }
                ],
            }
            assert room.bot.bolt.dispatch(BoltRequest(body=press, mode="socket_mode")).status == 200
            said = room.whispers("omar")[-1]
            assert re.match("Those calls are (somebody else|not on the calendar)", said)
    assert schedules(room) == [kept]


def test_the_help_tells_of_it(room: Room) -> None:
    assert "`/dealreview schedule @lena @omar every Thu 10:00`" in room.command("maya", "help")


@pytest.mark.parametrize("kind", ["server_error", "drop_before"])
def test_a_schedule_is_not_paused_because_slack_cannot_tell_who_is_an_admin(room: Room, kind: FaultKind) -> None:
    knows(room, ("Northwind", LENA))
    room.command("maya", THURSDAYS)
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, Rules(managers=(LENA,)))
    room.clock.passes(minutes=11)
    room.workspace.fault("users.info", kind, times=4)
    comes(room, 25, "09:00")
    room.workspace.wait_until(lambda: len(calls(room)) == 1)
    assert [each.paused for each in schedules(room)] == [False]
