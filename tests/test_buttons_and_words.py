"""The ways around an answer: every button, and every word a person can reply with instead."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from flows.answer import Source, Standing
from flows.review import Status
from flows.words import Word, spoken
from tests.conftest import Room, Thread
from tests.reading import buttons, words
from tests.sayings import ANSWERS, OURS, THEIRS

ASIDE = {
    "skip": Word.SKIP,
    "skip it": Word.SKIP,
    "skip this": Word.SKIP,
    "back": Word.BACK,
    "go back": Word.BACK,
    "pause": Word.PAUSE,
    "stop": Word.STOP,
    "resume": Word.RESUME,
    "continue": Word.RESUME,
    "carry on": Word.RESUME,
    "not known": Word.NOT_KNOWN,
    "not known yet": Word.NOT_KNOWN,
    "don't know": Word.NOT_KNOWN,
    "i don't know": Word.NOT_KNOWN,
    "still true": Word.STILL_TRUE,
    "more": Word.MORE,
    "tomorrow": Word.TOMORROW,
}
MORNING = "Ask me Wed 25 Nov, 09:30"


@pytest.mark.parametrize("text", ASIDE)
def test_a_word_is_a_word_in_any_case_and_punctuation(text: str) -> None:
    ways = (text, text.upper(), f" {text.capitalize()}. ", f"*{text}*", f"_{text}_!", f"`{text}`", f"“{text}”"[1:-1])
    assert {spoken(way) for way in (*ways, text.replace("'", "’"), text.replace(" ", "  "))} == {ASIDE[text]}


@pytest.mark.parametrize("text", ["skip the pilot", "we can't go back", "more budget", "stop the line", "", "…"])
def test_a_word_in_a_sentence_is_an_answer(text: str) -> None:
    assert spoken(text) is None


def test_skip_moves_on_and_the_summary_says_what_was_not_covered(room: Room) -> None:
    thread = room.start()
    thread.presses("lena", "Skip")
    assert words(thread.from_bot[0]).endswith("Skipped.") and not buttons(thread.from_bot[0])
    thread.answers("lena", "skip", "Skip it!")
    assert "*4 of 9*" in thread.asked
    thread.answers("lena", *ANSWERS[3:])
    assert "Not covered this time: Why change, If they don't" in thread.summary
    assert "6 of 8 heard" in thread.parent["text"]


def test_skipping_an_answered_question_keeps_the_answer(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], ANSWERS[1], "back", "skip")
    assert "*3 of 9*" in thread.asked
    assert thread.review.answer("why_change").standing is Standing.ANSWERED


def test_not_known_is_kept_as_a_question_for_the_customer(room: Room) -> None:
    thread = room.start()
    thread.presses("lena", "Not known yet")
    assert thread.asked.startswith("_That's fine. Let's start with them._\n*2 of 9*")
    thread.presses("lena", "Not known yet")
    assert words(thread.from_bot[1]).endswith("Not known yet. Kept as an open question.")
    assert thread.asked.startswith("_Good to know it's open. You could ask them: “What happened that put this")
    thread.answers("lena", "Not known.", "I DON’T KNOW", *ANSWERS[4:])
    assert "5 of 8 heard, 3 open" in thread.parent["text"]
    assert "*NOT KNOWN YET*\n• *Why change*\n" in thread.summary
    assert "→ could ask: _What happens if this waits until next year?_" in thread.summary


def test_back_asks_the_question_before_again_and_shows_what_was_said(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:2])
    thread.presses("lena", "Back")
    assert "*2 of 9*" in thread.asked and f"So far:\n> {ANSWERS[1]}" in thread.asked
    assert thread.parent["text"].endswith("question 2 of 9")
    thread.says("lena", THEIRS)
    assert "*3 of 9*" in thread.asked
    assert [reply.text for reply in thread.review.answer("why_change").live] == [ANSWERS[1], THEIRS]
    thread.answers("lena", "back", "go back")
    assert "*1 of 9*" in thread.asked


def test_nothing_comes_before_the_first_question(room: Room) -> None:
    thread = room.start()
    thread.says("lena", "back")
    assert room.whispers("lena") == ["This is the first question, so there is nothing before it."]
    assert len(thread.from_bot) == 1 and set(buttons(thread.latest)) == {"Not known yet", "Skip", "Pause"}
    thread.answers("lena", ANSWERS[0], "back")
    assert "*1 of 9*" in thread.asked and set(buttons(thread.latest)) == {"Not known yet", "Skip", "Pause"}


def test_pause_and_carry_on(room: Room) -> None:
    thread = room.start()
    thread.says("lena", ANSWERS[0])
    thread.presses("lena", "Pause")
    assert thread.asked.startswith("Paused at question 2 of 9.")
    assert thread.parent["text"].endswith("question 2 of 9  ·  paused")
    assert [set(buttons(message)) for message in thread.from_bot] == [
        set(),
        set(),
        {"Carry on", MORNING},
    ]
    thread.says("lena", "pause")
    assert room.whispers("lena") == [
        "It is paused already. Reply with your answer whenever you are ready, or `resume` to see the question again."
    ]
    thread.presses("lena", "Carry on")
    assert "*2 of 9*" in thread.asked and thread.parent["text"].endswith("question 2 of 9")
    assert not buttons(thread.from_bot[2])


def test_words_end_a_pause_too(room: Room) -> None:
    thread = room.start()
    for word in ("resume", "Continue!", "carry on"):
        thread.says("lena", "Pause.")
        assert thread.asked.startswith("Paused at question 1 of 9.")
        thread.says("lena", word)
        assert "*1 of 9*" in thread.asked
    thread.says("lena", "resume")
    assert room.whispers("lena") == ["The review is under way: the open question is the last one in the thread."]


def test_a_reply_days_later_ends_a_pause_and_is_the_answer(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], "pause")
    room.clock.passes(days=4)
    thread.says("lena", ANSWERS[1])
    assert "*3 of 9*" in thread.asked and not buttons(thread.from_bot[1])
    assert thread.review.answer("why_change").standing is Standing.ANSWERED
    thread.answers("lena", *ANSWERS[2:])
    assert thread.summary.startswith("*Northwind*  ·  deal review  ·  Lena  ·  Sat 28 Nov")


@pytest.mark.parametrize("how", [MORNING, "tomorrow"])
def test_a_pause_can_be_put_off_to_the_owners_next_morning(room: Room, how: str) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("lena", ANSWERS[0])
    if how == MORNING:
        thread.says("lena", "pause")
        thread.presses("lena", how)
    else:
        thread.says("lena", how)
    assert thread.asked.startswith("Paused at question 2 of 9 until Wed 25 Nov, 09:30.")
    assert thread.parent["text"].endswith("question 2 of 9  ·  paused until Wed 25 Nov, 09:30")
    assert set(buttons(thread.latest)) == {"Carry on"}

    room.clock.passes(hours=23, minutes=30)
    room.workspace.wait_until(lambda: len(thread.from_bot) == 4)
    room.settle()
    assert thread.asked.startswith("<@U0LENA>  *2 of 9*") and not buttons(thread.from_bot[2])
    assert thread.parent["text"].endswith("question 2 of 9")


def test_a_pause_that_ended_early_does_not_end_again_in_the_morning(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], "tomorrow", ANSWERS[1])
    room.clock.passes(days=2)
    room.bot_leaves()
    room.bot_arrives()
    thread.says("lena", ANSWERS[2])
    assert len(thread.from_bot) == 5 and "*4 of 9*" in thread.asked


def test_stop_ends_early_and_carry_on_after_all_goes_on(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:2], "stop")
    stopped, summary = thread.from_bot[-2:]
    assert words(stopped) == "The review of *Northwind* ends here. Everything you said is kept."
    assert "Not covered this time: If they don't, Where to," in words(summary)
    assert thread.parent["text"] == "*Northwind*  ·  review ended early Tue 24 Nov  ·  1 of 8 heard"
    assert thread.review.status is Status.STOPPED

    thread.presses("lena", "Carry on after all")
    assert "*3 of 9*" in thread.asked and thread.parent["text"].endswith("question 3 of 9")
    assert not buttons(thread.from_bot[-3])
    thread.answers("lena", *ANSWERS[2:])
    assert "8 of 8 heard" in thread.parent["text"]


@pytest.mark.parametrize("how", ["Carry on after all", "resume"])
def test_a_stopped_review_waits_for_the_open_one_of_its_deal(room: Room, how: str) -> None:
    first = room.start("Northwind @lena")
    first.says("lena", "stop")
    second = room.start("Northwind")
    if how in buttons(first.from_bot[-2]):
        first.presses("lena", how)
    else:
        first.says("lena", how)
    hint = "A newer review of this deal is open. Finish that one first; what you said here is kept."
    assert room.whispers("lena") == [hint]
    assert [first.review.status, second.review.status] == [Status.STOPPED, Status.AWAITING_ANSWER]

    second.says("lena", "stop")
    first.presses("lena", "Carry on after all")
    assert "*1 of 9*" in first.asked and first.review.status is Status.AWAITING_ANSWER


def test_more_gives_another_angle_and_two_are_the_most(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], OURS)
    assert thread.asked == "Put what we sell to one side. What was going wrong for them before you met?"
    thread.says("lena", "More.")
    assert thread.asked == "If we didn't exist, what would they still have to fix, and who'd be asking?"
    thread.says("lena", "more")
    assert room.whispers("lena") == ["That's all I would ask about this one. Reply with what you have, or `skip`."]
    thread.says("lena", THEIRS)
    assert "*3 of 9*" in thread.asked


def test_more_before_any_answer_asks_for_an_example(room: Room) -> None:
    thread = room.start()
    thread.says("lena", "more")
    assert room.whispers("lena") == ["That's all I would ask about this one. Reply with what you have, or `skip`."]
    thread.answers("lena", ANSWERS[0], "more")
    assert thread.asked == "Can you give me one time it really hurt: a day, a number, a missed promise?"
    assert set(buttons(thread.latest)) == {"Not known yet", "Skip", "Back", "Pause"}


def test_a_word_to_the_bot_by_name_counts_once(room: Room) -> None:
    thread = room.start()
    thread.says("lena", "@dealreview skip")
    events = [entry["summary"] for entry in room.workspace.traffic("to_bot", "events_api")]
    assert any("app_mention" in summary for summary in events), events
    assert "*2 of 9*" in thread.asked and len(thread.from_bot) == 2
    thread.says("lena", f"@dealreview {THEIRS}")
    assert [reply.text for reply in thread.review.answer("why_change").live] == [THEIRS]
    assert "*3 of 9*" in thread.asked


def test_how_we_know_is_one_tap_and_the_latest_word_counts(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:2])
    thread.presses("lena", "Our guess")
    assert list(buttons(thread.from_bot[1])) == ["They told us", "We saw it", "✓ Our guess"]
    thread.presses("lena", "We saw it")
    assert list(buttons(thread.from_bot[1])) == ["They told us", "✓ We saw it", "Our guess"]
    thread.presses("lena", "✓ We saw it")
    assert [turn.text for turn in thread.turns if turn.kind == "sourced"] == ["our_guess", "we_saw_it"]
    thread.answers("lena", *ANSWERS[2:])
    thread.presses("lena", "They told us", on=thread.from_bot[1])
    assert "*Why change*  ·  they told us  ·  Tue 24 Nov" in thread.summary
    thread.presses("lena", "Our guess", on=thread.from_bot[2])
    assert "8 of 8 heard (1 a guess)" in thread.parent["text"]
    assert "*If they don't*  ·  our guess  ·  Tue 24 Nov" in thread.summary


def test_who_said_something_may_say_how_we_know_and_who_did_not_may_not(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:2])
    thread.presses("omar", "They told us")
    assert thread.review.answer("why_change").source is None
    assert room.whispers("omar") == [
        "That one is for Lena or Maya. What you know is welcome all the same: just reply in the thread."
    ]
    thread.says("omar", THEIRS)
    thread.presses("omar", "They told us")
    assert thread.review.answer("why_change").source is Source.THEY_TOLD_US


@pytest.mark.parametrize("before", ["pause", "more"])
def test_how_we_know_is_offered_after_any_answer(room: Room, before: str) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], before, ANSWERS[1])
    offered = [message for message in thread.from_bot if "They told us" in buttons(message)]
    assert len(offered) == 1


@pytest.mark.parametrize("label", ["Skip", "Not known yet", "Pause"])
def test_pressing_twice_is_the_same_as_pressing_once(room: Room, label: str) -> None:
    thread = room.start()
    with _slow_to_change(thread):
        question = thread.latest
        for _ in range(2):
            room.workspace.action("lena", question, buttons(question)[label])
    assert len(thread.from_bot) == 2
    assert len(thread.turns) == 2
    number = 1 if label == "Pause" else 2
    assert room.whispers("lena") == [
        f"That question has been dealt with; we are at question {number} now. `back` returns to the one before."
    ]


def test_two_people_pressing_at_once_is_one_press(room: Room) -> None:
    thread = room.start()
    with _slow_to_change(thread), ThreadPoolExecutor() as people:
        presses = [people.submit(room.workspace.action, who, thread.latest, "word:skip") for who in ("lena", "maya")]
        [press.result() for press in presses]
    assert "*2 of 9*" in thread.asked and len(thread.from_bot) == 2
    assert len(room.whispers("lena") + room.whispers("maya")) == 1


def test_a_button_left_over_from_a_finished_review_changes_nothing(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:8])
    before = thread.latest
    with _slow_to_change(thread):
        room.workspace.action("lena", before, "word:skip")
        room.workspace.action("lena", before, "word:back")
    assert thread.review.status is Status.FINISHED
    assert room.whispers("lena") == [
        "The review of *Northwind* is over. What you reply in its thread is added to the summary."
    ]


def test_words_for_a_finished_review_are_answered_for_ones_own_eyes(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    said, turns = len(thread.from_bot), thread.turns
    thread.answers("lena", "resume", "skip", "stop")
    assert (
        room.whispers("lena")
        == ["The review of *Northwind* is over. What you reply in its thread is added to the summary."] * 3
    )
    assert (len(thread.from_bot), thread.turns) == (said, turns)


def test_only_the_owner_and_the_opener_steer_and_the_hint_is_for_one_persons_eyes(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    for label in ("Skip", "Pause", "Not known yet"):
        thread.presses("omar", label)
    thread.answers("omar", "back", "skip", "stop")
    hint = "That one is for Lena or Maya. What you know is welcome all the same: just reply in the thread."
    assert room.whispers("omar") == [hint] * 6
    assert room.whispers("lena") == room.whispers("maya") == []
    assert len(thread.from_bot) == 1 and len(thread.turns) == 1 and not thread.review.answers

    thread.presses("maya", "Skip")
    assert "*2 of 9*" in thread.asked
    thread.says("maya", "pause")
    assert thread.asked.startswith("Paused at question 2 of 9.")


def test_still_true_needs_something_said_before(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], "still true")
    assert room.whispers("lena") == [
        "Nothing was said about this one before, so nothing can still be true. Reply in your own words, or `skip`."
    ]
    assert "*2 of 9*" in thread.asked


def test_still_true_keeps_the_words_their_date_and_their_source(room: Room) -> None:
    first = room.start()
    first.answers("lena", *ANSWERS[:2])
    first.presses("lena", "They told us")
    first.answers("lena", *ANSWERS[2:])
    room.clock.passes(days=14)

    second = room.start("full Northwind")
    assert "Still true" not in buttons(second.latest)
    second.says("lena", OURS)
    assert f"Last heard Tue 24 Nov, they told us:\n> {ANSWERS[1]}" in second.asked
    second.presses("lena", "Still true")
    assert words(second.from_bot[1]).endswith("Still true. How do we know?")
    assert list(buttons(second.from_bot[1])) == ["✓ They told us", "We saw it", "Our guess"]
    second.answers("lena", "Still true.", *["skip"] * 6)
    assert "*Why change*  ·  they told us  ·  Tue 24 Nov  ·  still true" in second.summary
    assert "*If they don't*  ·  Tue 24 Nov  ·  still true" in second.summary
    assert second.parent["text"].startswith("*Northwind*  ·  reviewed Tue 8 Dec  ·  2 of 8 heard")


def test_deal_details_are_a_button_away_for_those_who_steer(room: Room) -> None:
    thread = room.start()
    thread.presses("omar", "Deal details", on=thread.parent)
    assert room.workspace.modal("omar") is None
    assert room.whispers("omar")[0].startswith("That one is for Lena or Maya.")

    thread.presses("lena", "Deal details", on=thread.parent)
    form = room.workspace.modal("lena")
    assert form and form["title"]["text"] == "Deal details"
    filled = {"stage": "deciding", "their_date": "2026-12-11", "their_date_source": "their board calendar"}
    assert not room.workspace.submit("lena", form["id"], {block: {"value": value} for block, value in filled.items()})
    room.settle()
    assert words(thread.parent).endswith("Stage: deciding  ·  their date Fri 11 Dec (from: their board calendar)")
    thread.answers("lena", *ANSWERS)
    assert "Stage: deciding  ·  their date Fri 11 Dec (from: their board calendar)" in thread.summary


@contextmanager
def _slow_to_change(thread: Thread) -> Iterator[None]:
    """Slack shows a change only after a while: people still see, and press, the buttons as they were."""
    with thread.room.workspace.holding("chat.update", "chat.postMessage"):
        yield
    thread.room.settle()
