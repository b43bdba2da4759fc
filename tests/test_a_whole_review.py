"""The main job: nine questions, one at a time, and a summary that sets the two sides beside each other."""

from __future__ import annotations

import pytest

from flows.review import Status
from tests.conftest import DEALS, Room, open_room
from tests.reading import buttons, words
from tests.sayings import ALSO_THEIRS, ANSWERS, THEIRS


@pytest.mark.parametrize("over", ["socket", "http"])
def test_a_rep_answers_nine_questions_and_reads_the_mirror(database_url: str, over: str) -> None:
    with open_room(database_url, over) as room:
        thread = room.start("Northwind @lena", by="maya")
        assert thread.asked.startswith("<@U0LENA>  *1 of 9*  ·  In your own words: where does Northwind stand today?")

        for number, answer in enumerate(ANSWERS, start=1):
            assert thread.parent["text"] == f"*Northwind*  ·  with Lena  ·  question {number} of 9"
            assert f"*{number} of 9*" in thread.asked
            room.clock.passes(minutes=1)
            assert thread.reactions(thread.says("lena", answer)) == ["white_check_mark"]

        assert thread.parent["text"] == (
            f"*Northwind*  ·  reviewed Tue 24 Nov  ·  8 of 8 heard  ·  their next step: “{ANSWERS[-1]}”"
        )
        assert thread.summary.startswith("*Northwind*  ·  deal review  ·  Lena  ·  9 min  ·  Tue 24 Nov")
        assert "*Your first telling*  ·  1 of 1 line about us\n🟧" in thread.summary
        assert "*After the questions*  ·  0 of 8 lines about us, 8 about them\n🟦🟦🟦🟦🟦🟦🟦🟦" in thread.summary
        assert all(f"> “{answer}”" in thread.summary for answer in ANSWERS[1:])
        assert f"🟧  *ABOUT US*\n• *What we sell*  “{ANSWERS[0]}”\n" in thread.summary
        assert set(buttons(thread.latest)) == {"Fix a line", "Share"}


@pytest.mark.parametrize("over", ["socket", "http"])
def test_a_review_takes_every_turn_a_conversation_takes(database_url: str, over: str) -> None:
    with open_room(database_url, over) as room:
        thread = room.start("Northwind @lena", by="maya")
        thread.says("lena", ANSWERS[0])
        reason = thread.says("lena", ANSWERS[1])
        thread.presses("lena", "Our guess", on=thread.from_bot[1])
        assert thread.reactions(thread.says("omar", THEIRS)) == ["heavy_plus_sign"]
        thread.presses("lena", "Not known yet")
        thread.presses("maya", "Pause")
        assert thread.parent["text"].endswith("question 4 of 9  ·  paused")
        thread.presses("lena", "Carry on")
        thread.says("lena", "@dealreview skip")
        thread.presses("lena", "Back")
        thread.answers("lena", *ANSWERS[3:])

        assert "7 of 8 heard (1 a guess), 1 open" in thread.parent["text"]
        assert thread.summary.startswith("*Northwind*  ·  deal review  ·  Lena with Omar  ·  ")
        thread.edits("lena", reason, ALSO_THEIRS)
        assert ALSO_THEIRS in thread.summary and ANSWERS[1] not in thread.summary
        assert thread.review.status is Status.FINISHED


def test_it_says_nothing_but_one_message_a_question_and_the_summary(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.answers("lena", *ANSWERS)

    assert len(thread.from_bot) == len(ANSWERS) + 1
    assert [message["ts"] for message in room.workspace.messages(DEALS) if not message.get("thread_ts")] == [thread.ts]
    assert len(room.workspace.calls("chat.postMessage")) == 1 + len(ANSWERS) + 1
    assert not any(room.whispers(who) for who in ("maya", "lena", "omar"))


def test_only_the_rep_is_mentioned_and_only_when_the_review_begins(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.answers("lena", *ANSWERS)
    mentions = [message for message in [thread.parent, *thread.from_bot] if "<@" in words(message) + message["text"]]
    assert mentions == thread.from_bot[:1]


def test_whoever_reviews_a_deal_of_their_own_is_not_mentioned_at_all(room: Room) -> None:
    thread = room.start("Northwind", by="lena")
    assert thread.asked.startswith("*1 of 9*")
    assert thread.parent["text"].startswith("*Northwind*  ·  with Lena")


def test_an_answered_question_keeps_only_how_we_know(room: Room) -> None:
    thread = room.start()
    assert set(buttons(thread.latest)) == {"Not known yet", "Skip", "Pause"}
    thread.answers("lena", *ANSWERS[:2])
    opening, answered, open_one = thread.from_bot
    assert not buttons(opening)
    assert set(buttons(answered)) == {"They told us", "We saw it", "Our guess"}
    assert set(buttons(open_one)) == {"Not known yet", "Skip", "Back", "Pause"}


def test_two_reviews_in_one_channel_do_not_hear_each_other(room: Room) -> None:
    northwind, harlow = room.start("Northwind @lena", by="maya"), room.start("Harlow @omar", by="maya")
    northwind.says("lena", ANSWERS[0])
    harlow.says("omar", "skip")
    northwind.says("lena", ANSWERS[1])
    assert "*3 of 9*" in northwind.asked and "*2 of 9*" in harlow.asked
    assert [len(thread.review.answers) for thread in (northwind, harlow)] == [2, 1]
