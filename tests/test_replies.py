"""What becomes of a reply: an answer, a reason for one probe, an open question, an addition, or nothing at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_sdk import WebClient

from flows import lens
from flows.answer import Standing
from flows.lens import Leaning
from flows.playbook import AFTERWARDS, NINE, PLAYBOOK
from flows.review import Status
from sandbox.faults import FaultKind
from sandbox.people import BOT_USER
from tests.conftest import DEALS, Room, Thread, open_room
from tests.reading import words
from tests.sayings import ALSO_OURS, ALSO_THEIRS, ANSWERS, EMPTY, OPEN, OURS, THEIRS, UNCLEAR

SAID = ["white_check_mark"]
ADDED = ["heavy_plus_sign"]


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        (THEIRS, Leaning.ABOUT_CUSTOMER),
        (ALSO_THEIRS, Leaning.ABOUT_CUSTOMER),
        (OURS, Leaning.ABOUT_US),
        (ALSO_OURS, Leaning.ABOUT_US),
        (EMPTY, Leaning.EMPTY),
        (OPEN, Leaning.NOT_KNOWN),
        (UNCLEAR, Leaning.UNCLEAR),
    ],
)
def test_the_lens_reads_the_sayings_as_the_tests_take_them(text: str, leaning: Leaning) -> None:
    assert {lens.read(question, text).leaning for question in (*NINE, AFTERWARDS)} == {leaning}


def test_the_lens_reads_the_answers_as_the_tests_take_them() -> None:
    leanings = [lens.read(question.key, said).leaning for question, said in zip(PLAYBOOK, ANSWERS, strict=True)]
    assert leanings == [Leaning.ABOUT_US, *[Leaning.ABOUT_CUSTOMER] * 8]


# Probes


def test_an_answer_about_us_gets_one_probe_and_only_one(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], OURS)
    assert thread.asked == "Put what we sell to one side. What was going wrong for them before you met?"
    assert thread.parent["text"].endswith("question 2 of 9")
    second = thread.says("lena", ALSO_OURS)
    assert "*3 of 9*" in thread.asked and thread.reactions(second) == SAID
    answer = thread.review.answer("why_change")
    assert [reply.text for reply in answer.live] == [OURS, ALSO_OURS]
    assert answer.probes == ("about_us_1",)


def test_an_empty_answer_gets_one_call_for_an_example_and_only_one(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], EMPTY)
    assert thread.asked == "Can you give me one time it really hurt: a day, a number, a missed promise?"
    thread.says("lena", EMPTY)
    assert "*3 of 9*" in thread.asked


def test_a_probe_names_the_customer(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], *["skip"] * 4, EMPTY)
    assert thread.asked == "What's the very next thing that has to happen inside Northwind, and whose desk is it on?"


def test_an_admission_of_not_knowing_becomes_an_open_question(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], OPEN)
    assert thread.asked.startswith("_Good to know it's open. You could ask them: “What happened that put this")
    assert "*3 of 9*" in thread.asked
    assert thread.review.answer("why_change").standing is Standing.NOT_KNOWN
    assert words(thread.from_bot[1]).endswith("Not known yet. Kept as an open question.")


def test_not_knowing_how_to_help_is_answered_with_the_hard_part_in_the_reps_own_words(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS[:7], OPEN)
    assert thread.asked.startswith(
        f"_You said the hard part is: “{ANSWERS[6]}” In their chair, what would you want from us?_"
    )


def test_not_knowing_after_a_probe_is_an_open_question_too(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], OURS, OPEN)
    assert "*3 of 9*" in thread.asked and thread.asked.startswith("_Good to know it's open.")
    assert thread.review.answer("why_change").standing is Standing.NOT_KNOWN


def test_an_unclear_answer_moves_on_without_a_probe(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], UNCLEAR)
    assert "*3 of 9*" in thread.asked
    assert not thread.review.answer("why_change").probes


@pytest.mark.parametrize("opening", [OURS, EMPTY, OPEN])
def test_the_opening_is_never_commented_on(room: Room, opening: str) -> None:
    thread = room.start()
    thread.says("lena", opening)
    assert thread.asked.startswith("*2 of 9*")
    assert thread.review.answer("opening").standing is Standing.ANSWERED


def test_a_probe_can_be_passed_by(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], OURS)
    thread.presses("lena", "Skip")
    assert "*3 of 9*" in thread.asked
    assert thread.review.answer("why_change").standing is Standing.ANSWERED
    thread.says("lena", OURS)
    thread.presses("lena", "Not known yet")
    assert thread.review.answer("no_action").standing is Standing.NOT_KNOWN


def test_a_deal_never_hears_the_same_probe_twice_in_a_row(room: Room) -> None:
    probes = []
    for _ in range(4):
        thread = room.start("full Northwind @lena")
        thread.answers("lena", ANSWERS[0], OURS)
        probes.append(thread.review.answer("why_change").probes[-1])
        thread.answers("lena", THEIRS, "stop")
        room.clock.passes(days=7)
    assert probes == ["about_us_1", "about_us_2", "about_us_3", "about_us_1"]


@pytest.mark.parametrize("then", [[ALSO_OURS], [OPEN], ["not known"]])
def test_probes_rotate_also_when_nothing_was_heard(room: Room, then: list[str]) -> None:
    probes = []
    for _ in range(2):
        thread = room.start("full Northwind @lena")
        thread.answers("lena", ANSWERS[0], OURS)
        probes.append(thread.review.answer("why_change").probes[-1])
        thread.answers("lena", *then, "stop")
    assert probes == ["about_us_1", "about_us_2"]


# Other people


def test_what_others_reply_is_added_and_does_not_move_on(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("lena", ANSWERS[0])
    added = [thread.says("omar", THEIRS), thread.says("maya", OURS)]
    assert [thread.reactions(ts) for ts in added] == [ADDED, ADDED]
    assert len(thread.from_bot) == 2 and "*2 of 9*" in thread.asked
    assert thread.review.answer("why_change").standing is None
    thread.answers("lena", *ANSWERS[1:])
    assert f"> “{THEIRS}”  – Omar\n" in thread.summary
    assert f"• *What we sell*  “{OURS}”  “{OURS}”  – Maya\n" in thread.summary
    assert f"> “{ANSWERS[1]}”\n" in thread.summary
    assert thread.summary.startswith("*Northwind*  ·  deal review  ·  Lena with Omar, Maya")


def test_others_may_add_during_a_pause(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], "pause")
    assert thread.reactions(thread.says("omar", THEIRS)) == ADDED
    assert thread.review.status is Status.AWAITING_RETURN
    thread.says("lena", "resume")
    assert f"So far:\n> {THEIRS}" in thread.asked


@pytest.mark.parametrize("who", ["lena", "omar"])
def test_what_is_said_after_the_end_joins_the_summary(room: Room, who: str) -> None:
    thread = room.start()
    thread.answers("lena", *ANSWERS)
    said = len(thread.from_bot)
    assert thread.reactions(thread.says(who, ALSO_THEIRS)) == ADDED
    assert len(thread.from_bot) == said
    name = "  – Omar" if who == "omar" else ""
    assert f"*Added later*  ·  Tue 24 Nov\n> “{ALSO_THEIRS}”{name}" in thread.summary
    assert "0 of 9 lines about us, 9 about them" in thread.summary


def test_an_addition_to_a_skipped_question_is_heard(room: Room) -> None:
    thread = room.start()
    thread.says("lena", ANSWERS[0])
    thread.says("omar", THEIRS)
    thread.answers("lena", "skip", "stop")
    assert f"*Why change*\n> “{THEIRS}”  – Omar" in thread.summary
    assert "Why change" not in thread.summary.partition("Not covered this time:")[2]


# Order, bursts, repetitions


def test_replies_sent_at_the_same_time_are_all_kept(room: Room) -> None:
    thread = room.start()
    texts = [f"{THEIRS} ({number})" for number in range(6)]
    with ThreadPoolExecutor(len(texts)) as people:
        sent = [people.submit(room.workspace.message, "lena", thread.channel, text, thread.ts) for text in texts]
        stamps = [each.result() for each in sent]
    room.settle()
    answers = thread.review.answers.values()
    assert sorted(reply.text for answer in answers for reply in answer.replies) == texts
    for answer in answers:
        assert [reply.message_ts for reply in answer.replies] == sorted(reply.message_ts for reply in answer.replies)
    assert all(len(thread.reactions(ts)) == 1 for ts in stamps)


def test_the_owner_and_a_colleague_replying_in_one_moment_are_both_heard(room: Room) -> None:
    thread = room.start()
    with ThreadPoolExecutor(2) as people:
        for who, text in (("lena", ANSWERS[0]), ("omar", THEIRS)):
            people.submit(room.workspace.message, who, thread.channel, text, thread.ts)
    room.settle()
    kept = {reply.text for answer in thread.review.answers.values() for reply in answer.replies}
    assert kept == {ANSWERS[0], THEIRS}
    assert "*2 of 9*" in thread.asked


def test_a_reply_that_was_overtaken_on_its_way_belongs_to_the_answer_it_was_sent_for(room: Room) -> None:
    thread = room.start()
    room.bot_leaves()
    earlier, later = (room.workspace.message("lena", thread.channel, text, thread.ts) for text in (OURS, ALSO_OURS))
    room.workspace.quiet()
    room.bot_arrives()
    for ts in (later, earlier):
        room.workspace.redeliver(thread.channel, ts)
        room.settle()
    assert [reply.message_ts for reply in thread.review.answer("opening").replies] == [earlier, later]
    assert "*2 of 9*" in thread.asked
    assert [thread.reactions(ts) for ts in (earlier, later)] == [ADDED, SAID]


def test_a_burst_is_one_answer(database_url: str) -> None:
    with open_room(database_url, burst=5) as room:
        thread = room.start()
        room.clock.passes(seconds=30)
        first = thread.says("lena", ANSWERS[0])
        room.clock.passes(seconds=4)
        second = thread.says("lena", ALSO_OURS)
        assert "*2 of 9*" in thread.asked and thread.reactions(second) == ADDED
        opening = thread.review.answer("opening")
        assert [reply.message_ts for reply in opening.replies] == [first, second]

        room.clock.passes(seconds=2)
        third = thread.says("lena", ANSWERS[1])
        assert "*3 of 9*" in thread.asked and thread.reactions(third) == SAID


def test_a_question_that_could_be_read_is_the_one_that_was_answered_though_slack_was_not_heard_to_have_it(
    database_url: str,
) -> None:
    with open_room(database_url, burst=5) as room:
        thread = room.start()
        room.clock.passes(seconds=30)
        room.workspace.fault("chat.postMessage", "drop_after")
        room.workspace.message("lena", DEALS, ANSWERS[0], thread.ts)
        room.workspace.wait_until(lambda: "*2 of 9*" in thread.asked)
        room.clock.passes(minutes=1)
        ts = thread.says("lena", ANSWERS[1])
        assert "*3 of 9*" in thread.asked and thread.reactions(ts) == SAID


def test_a_burst_after_a_probe_and_after_the_last_question_still_continues(database_url: str) -> None:
    with open_room(database_url, burst=5) as room:
        thread = room.start()
        for answer in (ANSWERS[0], OURS):
            room.clock.passes(seconds=30)
            thread.says("lena", answer)
        thread.says("lena", THEIRS)
        assert thread.asked.startswith("Put what we sell to one side.")
        for answer in ANSWERS[1:]:
            room.clock.passes(seconds=30)
            thread.says("lena", answer)
        assert "ABOUT THE CUSTOMER" in thread.asked
        thread.says("lena", ALSO_THEIRS)
        assert [reply.text for reply in thread.review.answer("next_step").live] == [ANSWERS[8], ALSO_THEIRS]
        assert f"> “{ALSO_THEIRS}”" in thread.summary and "Added later" not in thread.summary
        room.clock.passes(seconds=30)
        thread.says("lena", THEIRS)
        assert "Added later" in thread.summary


def test_a_second_thought_in_a_burst_turns_an_admission_into_an_answer(database_url: str) -> None:
    with open_room(database_url, burst=5) as room:
        thread = room.start()
        room.clock.passes(seconds=30)
        thread.says("lena", ANSWERS[0])
        room.clock.passes(seconds=30)
        thread.answers("lena", OPEN, THEIRS)
        answer = thread.review.answer("why_change")
        assert [reply.text for reply in answer.live] == [OPEN, THEIRS]
        assert answer.standing is Standing.ANSWERED


def test_after_a_button_there_is_nothing_to_continue(database_url: str) -> None:
    with open_room(database_url, burst=5) as room:
        thread = room.start()
        thread.presses("lena", "Skip")
        thread.says("lena", ANSWERS[1])
        assert "*3 of 9*" in thread.asked
        assert thread.review.answer("why_change").standing is Standing.ANSWERED


@pytest.mark.parametrize("over", ["socket", "http"])
def test_a_reply_delivered_twice_counts_once(database_url: str, over: str) -> None:
    with open_room(database_url, over) as room:
        thread = room.start()
        said = thread.says("lena", ANSWERS[0], deliver=2)
        room.workspace.redeliver(thread.channel, said)
        room.settle()
        assert "*2 of 9*" in thread.asked and len(thread.from_bot) == 2
        thread.says("lena", "skip", deliver=3)
        assert "*3 of 9*" in thread.asked and len(thread.from_bot) == 3
        addition = thread.says("omar", THEIRS, deliver=2)
        assert [reply.message_ts for reply in thread.review.answer("no_action").replies] == [addition]
        assert [turn.kind for turn in thread.turns] == ["opened", "answered", "skipped", "added"]


# Not for us


def test_in_any_other_thread_the_bot_is_silent(room: Room) -> None:
    room.start()
    post = room.workspace.message("omar", DEALS, "Who has the Harlow deck?")
    other = Thread(room, DEALS, post)
    replies = [other.says(who, text) for who, text in (("lena", THEIRS), ("maya", "skip"), ("omar", "stop"))]
    other.edits("lena", replies[0], OURS)
    other.deletes("lena", replies[0])
    assert not other.from_bot and not any(other.reactions(ts) for ts in replies[1:])
    assert not any(room.whispers(who) for who in ("maya", "lena", "omar"))
    assert len(room.reviews()) == 1 and not room.reviews()[0].answers


def test_a_message_beside_the_thread_is_no_reply(room: Room) -> None:
    thread = room.start()
    ts = room.workspace.message("lena", DEALS, THEIRS)
    room.settle()
    assert not thread.review.answers
    assert not next(m for m in room.workspace.messages(DEALS) if m["ts"] == ts)["reactions"]


def test_what_a_bot_replies_is_ignored(room: Room) -> None:
    thread = room.start()
    bot = WebClient(room.workspace.bot_token, base_url=room.workspace.api_url)
    bot.chat_postMessage(channel=thread.parent["channel"], thread_ts=thread.ts, text=THEIRS)
    room.settle()
    assert not thread.review.answers and len(thread.turns) == 1


def test_a_reply_that_is_also_sent_to_the_channel_counts(room: Room) -> None:
    thread = room.start()
    ts = thread.says("lena", ANSWERS[0], broadcast=True)
    assert "*2 of 9*" in thread.asked and thread.reactions(ts) == SAID
    thread.edits("lena", ts, ALSO_OURS)
    assert [reply.text for reply in thread.review.answer("opening").live] == [ALSO_OURS]


def test_a_file_with_words_counts_and_a_file_alone_is_asked_for_words(room: Room) -> None:
    thread = room.start()
    chart = [{"name": "chart.png", "mimetype": "image/png", "size": 1200}]
    thread.says("lena", "", files=chart)
    assert room.whispers("lena") == [
        "I keep words, not files or empty messages. Add a line that says what matters, and I keep that."
    ]
    assert "*1 of 9*" in thread.asked and not thread.review.answers
    thread.says("lena", ANSWERS[0], files=chart)
    assert "*2 of 9*" in thread.asked


# Trouble


@pytest.mark.parametrize("over", ["socket", "http"])
def test_a_restart_in_the_middle_loses_nothing_and_says_nothing_twice(database_url: str, over: str) -> None:
    with open_room(database_url, over) as room:
        thread = room.start()
        thread.answers("lena", *ANSWERS[:2])
        room.bot_leaves()
        room.bot_arrives()
        room.settle()
        assert len(thread.from_bot) == 3
        thread.presses("lena", "Skip")
        thread.answers("lena", *ANSWERS[3:])
        assert len(thread.from_bot) == 10
        assert ANSWERS[1] in thread.summary and "7 of 8 heard" in thread.parent["text"]


def test_what_is_said_while_the_bot_is_away_is_taken_when_slack_tries_again(room: Room) -> None:
    thread = room.start()
    room.bot_leaves()
    ts = room.workspace.message("lena", thread.channel, ANSWERS[0], thread.ts)
    room.workspace.quiet()
    room.bot_arrives()
    room.workspace.redeliver(thread.channel, ts)
    room.settle()
    assert "*2 of 9*" in thread.asked and thread.reactions(ts) == SAID


@pytest.mark.parametrize("kind", ["server_error", "drop_before", "drop_after"])
def test_what_was_decided_before_a_restart_is_said_after_it_and_once(room: Room, kind: FaultKind) -> None:
    thread = room.start()
    room.workspace.fault("chat.postMessage", kind, times=2)
    ts = room.workspace.message("lena", thread.channel, ANSWERS[0], thread.ts)
    room.workspace.wait_until(lambda: len(room.workspace.calls("chat.postMessage")) > 2)
    room.bot_leaves()
    room.bot_arrives()
    room.settle()
    assert len(thread.from_bot) == 2 and "*2 of 9*" in thread.asked and thread.reactions(ts) == SAID


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "reactions.add"])
def test_a_failure_of_slack_loses_nothing_and_says_nothing_twice(room: Room, method: str) -> None:
    thread = room.start()
    kinds: list[FaultKind] = ["server_error", "drop_before", "drop_after", "slow"]
    for number, kind in enumerate(kinds, start=1):
        room.workspace.fault(method, kind, seconds=0.1)
        ts = thread.says("lena", ANSWERS[number])
        assert len(thread.from_bot) == number + 1
        assert f"*{number + 1} of 9*" in thread.asked
        assert thread.parent["text"].endswith(f"question {number + 1} of 9")
        assert thread.reactions(ts) == SAID
    assert len({words(message) for message in thread.from_bot}) == len(kinds) + 1


def test_a_limit_of_slack_is_waited_for(room: Room) -> None:
    thread = room.start()
    room.workspace.fault("chat.postMessage", "rate_limited", seconds=1)
    thread.says("lena", ANSWERS[0])
    assert "*2 of 9*" in thread.asked and len(thread.from_bot) == 2


def test_a_bot_that_is_asked_back_into_the_channel_says_what_it_could_not(room: Room) -> None:
    thread = room.start("Northwind @lena")
    with room.workspace.holding("chat.postMessage"):
        room.workspace.message("lena", DEALS, ANSWERS[0], thread.ts)
        inside = room.workspace._workspace
        room.workspace._look(lambda: inside.channel(DEALS).members.remove(BOT_USER))
    room.settle()
    assert "1 of 9" in thread.asked
    room.workspace.fault("users.info", "server_error", times=20)  # who it is that came in need not be looked up
    room.workspace.invite("maya", DEALS, "dealreview")
    room.settle()
    assert "2 of 9" in thread.asked
