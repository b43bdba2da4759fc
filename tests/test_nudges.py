"""Nudges as people live with them: a direct message in the morning, its buttons and forms, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from click.testing import CliRunner
from slack_bolt import BoltRequest

from bot.cli import main
from flows.answer import Standing
from flows.deal import Deal
from flows.hours import Habits
from flows.nudging import Nudge, Result
from flows.review import Status
from storage.deals import Deals
from storage.habits import keep_habits
from storage.nudges import Nudges
from tests.conftest import TEAM, Room, Thread
from tests.reading import Message, buttons, element, words
from tests.sayings import ALSO_THEIRS, ANSWERS, THEIRS

LENA = "U0LENA"
ALL_BUTTONS = [
    "Two minutes now", "Still true, heard on …", "They're waiting until …", "Tomorrow", "Stop for this deal",
]  # fmt: skip


def review(room: Room, deal: str = "Northwind", who: str = "lena") -> Thread:
    """A whole review of a deal, answered by its owner."""
    thread = room.start(f"{deal} @{who}", by="maya")
    thread.answers(who, *ANSWERS)
    assert thread.review.status is Status.FINISHED
    return thread


def days_later(room: Room, days: float) -> None:
    """Time passes, and the bot does what has become due. Tests begin on Tuesday 24 November, 10:00 in Berlin."""
    room.clock.passes(days=days)
    room.tick()


def from_bot(room: Room, who: str = "lena") -> list[Message]:
    """What the bot wrote to a person, at the top of their conversation, reviews left out."""
    said = room.workspace.messages(room.workspace.dm(who))
    return [m for m in said if m.get("bot_id") and not m.get("thread_ts") and "may have moved" in words(m)]


def presses(room: Room, label: str, who: str = "lena", on: Message | None = None) -> None:
    message = on or from_bot(room)[-1]
    room.workspace.action(who, message, buttons(message)[label])
    room.settle()


def presses_late(room: Room, label: str, on: Message, who: str = LENA) -> None:
    """Press a button on a message as it was once read: Slack edits it on every screen, but not at the same time."""
    press = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": who},
        "channel": {"id": room.workspace.dm("lena")},
        "message": on,
        "trigger_id": "1.1.a",
        "actions": [{**button_of(on, label), "action_ts": f"{room.clock():.6f}", "block_id": "b", "type": "button"}],
    }
    answer = room.bot.bolt.dispatch(BoltRequest(body=press, mode="socket_mode"))
    assert answer.status == 200
    room.settle()


def button_of(message: Message, label: str) -> Message:
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return next({**each} for row in rows for each in row if each["text"]["text"] == label)


def fills(room: Room, who: str = "lena", **values: str) -> dict[str, str]:
    """Submit the open form; returns what it objects to, by block."""
    form = room.form(who)
    wrong = room.workspace.submit(who, form["id"], {block: {"value": value} for block, value in values.items()})
    room.settle()
    return wrong


def options(form: Message, block: str) -> dict[str, str]:
    """The values of a select in a form, by their words."""
    return {option["text"]["text"]: option["value"] for option in element(form, block)["options"]}


def nudges(room: Room, who: str = LENA) -> list[Nudge]:
    """A person's latest nudges as they are kept, the newest first."""
    with room.bot.database.transaction() as session:
        return Nudges(session, TEAM).latest(who)


def outcome(room: Room) -> Result | None:
    return nudges(room)[0].outcome


def deal(room: Room, name: str = "Northwind") -> Deal:
    with room.bot.database.transaction() as session:
        found = Deals(session, TEAM, [""]).find(name)
    assert found
    return found


def change(room: Room, name: str = "Northwind", **changes: Any) -> None:
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [""])
        found = deals.find(name)
        assert found
        deals.save(replace(found, **changes))


def works(room: Room, **habits: Any) -> None:
    with room.bot.database.transaction() as session:
        keep_habits(session, TEAM, LENA, Habits("Europe/Berlin", **habits))


# It comes


def test_when_something_is_stale_its_owner_gets_one_message_about_all_deals(room: Room) -> None:
    review(room, "Northwind")
    review(room, "Harlow Clinics")
    days_later(room, 9)  # Thursday 3 December: the day of their step was Thursday 26 November, unknown to us
    assert from_bot(room) == []
    days_later(room, 1)
    (message,) = from_bot(room)
    assert words(message).splitlines() == [
        "Morning, Lena. Two things may have moved since you last heard:",
        "•  *Northwind*  –  their next step (heard 10 days ago)",
        "•  *Harlow Clinics*  –  their next step (heard 10 days ago)",
    ]
    assert list(buttons(message)) == ALL_BUTTONS
    assert from_bot(room, "maya") == []


def test_a_day_has_one_nudge_also_after_a_restart(room: Room) -> None:
    review(room)
    days_later(room, 10)
    for hours in (0, 1, 4):
        room.bot_leaves()
        room.bot_arrives()
        days_later(room, hours / 24)
    assert len(from_bot(room)) == 1
    days_later(room, 2.8)  # Monday
    assert len(from_bot(room)) == 2


def test_a_nudge_that_became_due_while_the_bot_was_away_comes_when_it_is_back(room: Room) -> None:
    review(room)
    room.bot_leaves()
    room.clock.passes(days=10)
    room.bot_arrives()
    room.tick()
    assert len(from_bot(room)) == 1


def test_nobody_is_nudged_at_night_on_a_weekend_or_on_a_day_off(room: Room) -> None:
    review(room)
    works(room, begins=time(9), ends=time(17), away_from=date(2026, 12, 7), away_until=date(2026, 12, 8), country="DE")
    days_later(room, 9.8)  # Friday, 04:12
    days_later(room, 0.6)  # Friday, 18:36
    days_later(room, 0.6)  # Saturday
    days_later(room, 2)  # Monday, away
    assert from_bot(room) == []
    days_later(room, 2)  # Wednesday
    assert len(from_bot(room)) == 1


def test_whoever_turned_nudges_off_gets_none(room: Room) -> None:
    review(room)
    works(room, nudges=False)
    days_later(room, 10)
    assert from_bot(room) == []


@pytest.mark.parametrize(
    "changes",
    [{"nudges": False}, {"waits_until": date(2026, 12, 24)}, {"ending": "won"}, {"owner": "U0OMAR"}],
    ids=["stopped", "waiting", "closed", "handed over"],
)
def test_a_deal_that_they_are_not_to_be_asked_about(room: Room, changes: dict[str, Any]) -> None:
    review(room)
    change(room, **changes)
    days_later(room, 10)
    assert from_bot(room) == []


def test_a_deal_in_review_is_not_nudged_about(room: Room) -> None:
    review(room)
    days_later(room, 9)
    room.start("full Northwind", by="maya")
    days_later(room, 1)
    assert from_bot(room) == []


def test_many_deals_are_counted_and_not_all_named(room: Room) -> None:
    for number in range(7):
        review(room, f"Deal {number}")
    days_later(room, 24)
    text = words(from_bot(room)[0])
    assert text.startswith("Morning, Lena. 7 things may have moved")
    assert len(re.findall(r"\*Deal \d\*", text)) == 5
    assert "and 2 more deals" in text and ", and 2 more (heard 24 days ago)" in text


def test_who_is_gone_is_not_written_to_and_not_tried_all_day(room: Room) -> None:
    review(room)
    change(room, owner="U0NOBODY")
    days_later(room, 10)
    (kept,) = nudges(room, "U0NOBODY")
    assert (kept.outcome, kept.channel) == (Result.UNDELIVERED, "")
    asked = len(room.workspace.calls("users.info"))
    days_later(room, 0.1)
    assert len(room.workspace.calls("users.info")) == asked


def test_slack_that_cannot_be_reached_is_asked_again(room: Room) -> None:
    review(room)
    room.workspace.fault("conversations.open", "server_error", times=4)
    days_later(room, 10)
    assert len(from_bot(room)) == 1


# Two minutes now


def test_two_minutes_ask_what_is_stale_in_a_thread_of_the_conversation(room: Room) -> None:
    first = review(room)
    days_later(room, 22)  # Wednesday 16 December
    presses(room, "Two minutes now")
    assert "its review is under way" in words(from_bot(room)[0]) and outcome(room) is Result.TAKEN_UP
    thread = short_review(room)
    assert thread.review.questions == ("people", "decision_path", "next_step")
    assert thread.review.deal == first.review.deal
    assert "Last heard Tue 24 Nov" in thread.asked
    thread.says("lena", THEIRS)
    assert outcome(room) is Result.NEW
    thread.says("lena", ALSO_THEIRS)
    thread.says("lena", ANSWERS[8])
    assert thread.review.status is Status.FINISHED
    days_later(room, 1)
    assert "what's hardest for them" in words(from_bot(room)[-1])
    assert "their next step" not in words(from_bot(room)[-1])


def short_review(room: Room) -> Thread:
    """The latest review that is held in the conversation with Lena."""
    channel = room.workspace.dm("lena")
    found = [each for each in room.reviews() if each.channel == channel][-1]
    assert found.thread_ts
    return Thread(room, channel, found.thread_ts)


def test_pressing_twice_starts_one_review_and_links_to_it(room: Room) -> None:
    review(room)
    review(room, "Harlow Clinics")
    days_later(room, 10)
    message = from_bot(room)[0]
    for _ in range(2):
        presses(room, "Two minutes now", on=message)
    assert len(room.reviews()) == 3
    assert "The review of Northwind> is open already" in room.whispers("lena")[-1]


def test_when_one_deal_is_done_the_message_offers_the_next(room: Room) -> None:
    review(room)
    review(room, "Harlow Clinics")
    days_later(room, 10)
    presses(room, "Two minutes now")
    short_review(room).says("lena", ANSWERS[8])
    text = words(from_bot(room)[0])
    assert "✅  *Northwind*  –  up to date, thank you" in text and "•  *Harlow Clinics*  –  their next step" in text
    presses(room, "Two minutes now")
    assert short_review(room).review.deal.name == "Harlow Clinics"
    short_review(room).says("lena", ANSWERS[8])
    assert "•" not in words(from_bot(room)[0]) and not buttons(from_bot(room)[0])


def test_a_review_that_somebody_started_elsewhere_is_linked_to(room: Room) -> None:
    review(room)
    days_later(room, 10)
    message = from_bot(room)[0]
    elsewhere = room.start("Northwind", by="maya")
    assert "its review is under way" in words(from_bot(room)[0])
    presses_late(room, "Two minutes now", message)
    assert elsewhere.ts.replace(".", "") in room.whispers("lena")[-1]


def test_a_deal_of_a_private_channel_is_itself_and_not_its_namesake(room: Room) -> None:
    room.workspace.invite("maya", "#forecast", "dealreview")
    room.settle()
    secret = room.start("Northwind @lena", by="maya", channel="#forecast")
    secret.answers("lena", *ANSWERS)
    room.start("Northwind @omar", by="maya")
    days_later(room, 10)
    presses(room, "Two minutes now")
    assert short_review(room).review.deal == secret.review.deal


# Still true, heard on …


def test_still_true_makes_it_as_new_as_the_day_it_was_heard(room: Room) -> None:
    first = review(room)
    days_later(room, 10)
    presses(room, "Still true, heard on …")
    assert options(room.form("lena"), "item") == {"Northwind: their next step": f"{deal(room).id}:next_step"}
    assert fills(room, day="2026-12-03", item=f"{deal(room).id}:next_step") == {}
    answer = first.review.answer("next_step")
    assert answer.heard_on == date(2026, 12, 3) and answer.standing is Standing.ANSWERED
    assert (first.turns[-1].kind, first.turns[-1].text) == ("heard_on", "2026-12-03")
    assert "up to date" in words(from_bot(room)[0]) and outcome(room) is Result.STILL_TRUE
    days_later(room, 7)
    assert len(from_bot(room)) == 1
    days_later(room, 3)  # Monday 14 December, eleven days after they were heard
    assert "their next step (heard 11 days ago)" in words(from_bot(room)[-1])


def test_what_the_latest_review_did_not_ask_is_carried_into_it(room: Room) -> None:
    review(room)
    days_later(room, 10)
    presses(room, "Two minutes now")
    short_review(room).says("lena", ANSWERS[8])
    days_later(room, 13)  # Thursday 17 December
    presses(room, "Still true, heard on …")
    assert fills(room, day="2026-12-16", item=f"{deal(room).id}:people") == {}
    answer = short_review(room).review.answer("people")
    assert answer.standing is Standing.STILL_TRUE and answer.heard_on == date(2026, 12, 16)
    assert answer.carried[0].text == ANSWERS[4]
    assert "who is involved" not in words(from_bot(room)[-1])


def test_nobody_was_heard_on_a_day_to_come(room: Room) -> None:
    review(room)
    days_later(room, 10)
    presses(room, "Still true, heard on …")
    item = f"{deal(room).id}:next_step"
    assert "still to come" in fills(room, day="2026-12-05", item=item)["day"]
    assert fills(room, day="2026-12-04", item=item) == {}


def test_a_step_whose_day_is_over_needs_a_new_day(room: Room) -> None:
    thread = review(room)
    question = next(m for m in reversed(thread.from_bot) if "9 of 9" in words(m))
    due = next(
        each["action_id"]
        for block in question["blocks"] if block["type"] == "actions"
        for each in block["elements"] if each["action_id"].startswith("day:due:")
    )  # fmt: skip
    room.workspace.action("lena", question, due, "2026-11-26")
    room.settle()
    days_later(room, 3)  # Friday
    assert "their next step (was due Thu 26 Nov)" in words(from_bot(room)[0])
    presses(room, "Still true, heard on …")
    item = f"{deal(room).id}:next_step"
    assert "say by when" in fills(room, day="2026-11-27", item=item)["due"]
    assert "Thu 26 Nov is over" in fills(room, day="2026-11-27", item=item, due="2026-11-26")["due"]
    assert fills(room, day="2026-11-27", item=item, due="2026-12-02") == {}
    assert thread.review.answer("next_step").due == date(2026, 12, 2)
    assert "up to date" in words(from_bot(room)[0])


# They're waiting until …


def test_while_they_wait_nobody_is_asked(room: Room) -> None:
    thread = review(room)
    days_later(room, 10)
    presses(room, "They're waiting until …")
    chosen = str(deal(room).id)
    assert "is over" in fills(room, deal=chosen, day="2026-12-03", reason="their budget meets")["day"]
    assert fills(room, deal=chosen, day="2026-12-11", reason="   ") == {
        "reason": "A few words will do: what are they waiting for?"
    }
    assert fills(room, deal=chosen, day="2026-12-11", reason="their *budget* meets") == {}
    assert (deal(room).waits_until, deal(room).waits_for) == (date(2026, 12, 11), "their *budget* meets")
    assert thread.turns[-1].kind == "waits" and outcome(room) is Result.WAITING
    assert "⏳  *Northwind*  –  they're waiting until Fri 11 Dec" in words(from_bot(room)[0])
    days_later(room, 7)  # Friday 11 December
    days_later(room, 2)
    assert len(from_bot(room)) == 1
    days_later(room, 1)
    assert len(from_bot(room)) == 2


# Tomorrow, and no more


def test_tomorrow_is_the_next_working_day(room: Room) -> None:
    review(room)
    days_later(room, 10)  # Friday
    message = from_bot(room)[0]
    for _ in range(2):
        presses_late(room, "Tomorrow", message)
    assert "Tomorrow, then" in words(from_bot(room)[0]) and not buttons(from_bot(room)[0])
    assert outcome(room) is Result.SNOOZED and room.whispers("lena") == []
    days_later(room, 1)
    assert len(from_bot(room)) == 1
    days_later(room, 2)
    assert len(from_bot(room)) == 2


def test_stop_for_the_only_deal_needs_no_form(room: Room) -> None:
    thread = review(room)
    days_later(room, 10)
    message = from_bot(room)[0]
    presses(room, "Stop for this deal", on=message)
    assert not deal(room).nudges and thread.turns[-1].kind == "no_more_nudges"
    assert "I won't ask about this deal any more" in words(from_bot(room)[0]) and outcome(room) is Result.STOPPED
    presses_late(room, "Stop for this deal", message)
    assert [turn.kind for turn in thread.turns].count("no_more_nudges") == 1
    days_later(room, 3)
    assert len(from_bot(room)) == 1


def test_stop_for_one_deal_of_several_asks_which(room: Room) -> None:
    review(room)
    review(room, "Harlow Clinics")
    days_later(room, 10)
    presses(room, "Stop for this deal")
    assert fills(room, deal=options(room.form("lena"), "deal")["Harlow Clinics"]) == {}
    assert deal(room).nudges and not deal(room, "Harlow Clinics").nudges
    assert "•  *Northwind*" in words(from_bot(room)[0]) and list(buttons(from_bot(room)[0])) == ALL_BUTTONS
    days_later(room, 3)
    assert "Harlow" not in words(from_bot(room)[1])


# Whose it is


def test_only_the_nudged_person_may_press(room: Room) -> None:
    review(room)
    days_later(room, 10)
    message = from_bot(room)[0]
    for label in ALL_BUTTONS:
        presses_late(room, label, message, who="U0OMAR")
    assert outcome(room) is None and room.workspace.calls("views.open") == [] and len(room.reviews()) == 1
    assert deal(room).nudges


def test_the_next_nudge_takes_the_buttons_off_the_one_before(room: Room) -> None:
    review(room)
    days_later(room, 10)
    old = from_bot(room)[0]
    days_later(room, 3)
    assert not buttons(from_bot(room)[0]) and list(buttons(from_bot(room)[1])) == ALL_BUTTONS
    presses_late(room, "Tomorrow", old)
    assert "newer message" in room.whispers("lena")[-1]
    assert [each.outcome for each in nudges(room)] == [None, Result.IGNORED]


def test_what_is_dealt_with_elsewhere_is_not_asked_again(room: Room) -> None:
    review(room)
    days_later(room, 10)
    old = from_bot(room)[0]
    change(room, nudges=False)
    pressed = ("Two minutes now", "Still true, heard on …", "They're waiting until …", "Stop for this deal")
    for label in pressed:
        presses(room, label, on=old)
    told = room.whispers("lena")
    assert len(told) == len(pressed) and all("up to date by now" in each for each in told)


# How often


def test_ignored_it_comes_less_often_says_so_once_and_a_press_brings_it_back(room: Room) -> None:
    review(room)
    days_later(room, 13)  # Monday 7 December
    said = []
    for _ in range(8):
        said.append(len(from_bot(room)))
        days_later(room, 1)
    assert said == [1, 2, 2, 3, 3, 3, 3, 4]  # Monday, Tuesday, Thursday, Monday
    assert ["ask less often" in words(m) for m in from_bot(room)] == [False, False, True, False]
    presses(room, "Tomorrow")
    days_later(room, 1)
    assert len(from_bot(room)) == 5


# What it brings


def test_stats_tell_what_nudges_brought(room: Room) -> None:
    url = room.settings.database_url
    told = CliRunner(env={"DATABASE_URL": url}).invoke(main, ["stats"]).output
    assert "last 90 days: 0\n" in told and "still to be seen" not in told
    review(room)
    days_later(room, 10)
    presses(room, "Two minutes now")
    short_review(room).says("lena", ANSWERS[8])
    told = CliRunner(env={"DATABASE_URL": url}).invoke(main, ["stats"]).output
    assert "1  something new from the customer" in told
    assert "At least one in three brought something new: 1 of 1 (100%)." in told
