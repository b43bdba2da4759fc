"""The mirror at the end: the two tellings and the two sides, and what people can still do with it."""

from __future__ import annotations

from flows.lens import Label, Reading, Span
from tests.conftest import DEALS, Room, Thread
from tests.reading import Message, buttons, element, words
from tests.sayings import ALSO_OURS, ALSO_THEIRS, ANSWERS, EMPTY, OPEN, OURS, THEIRS, UNCLEAR

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
A_GOOD_START = "The questions below are a good start for the next call."
KIND = f"Most of what we have so far is our side of the story. {A_GOOD_START}"


def test_the_two_tellings_stand_one_under_the_other(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", f"{OURS}\n{ALSO_OURS}\n{THEIRS}", THEIRS, f"{ALSO_THEIRS}\n{OURS}", "stop")
    assert "*Your first telling*  ·  2 of 3 lines about us, 1 about them\n🟧🟧🟦" in thread.summary
    assert "*After the questions*  ·  1 of 3 lines about us, 2 about them\n🟧🟦🟦" in thread.summary


def test_what_was_heard_is_quoted_by_question_with_its_source_and_date(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", ANSWERS[0], ANSWERS[1])
    thread.presses("lena", "They told us")
    room.clock.passes(days=2)
    thread.says("lena", ANSWERS[2])
    thread.says("lena", "stop")
    about_them = thread.summary.partition("ABOUT THE CUSTOMER*\n")[2].partition("\n🟧")[0]
    assert about_them == (
        f"*Why change*  ·  they told us  ·  Tue 24 Nov\n> “{ANSWERS[1]}”\n"
        f"*If they don't*  ·  Thu 26 Nov\n> “{ANSWERS[2]}”"
    )


def test_what_was_about_us_is_quoted_too_and_what_could_be_either_is_kept_apart(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, f"{THEIRS}\n{ALSO_OURS}", UNCLEAR, "stop")
    assert f"🟧  *ABOUT US*\n• *What we sell*  “{OURS}”\n• *When it closes*  “{ALSO_OURS}”\n" in thread.summary
    assert f"⬜  *COULD BE EITHER*\n> “{UNCLEAR}”" in thread.summary
    assert "2 of 8 heard. 1 line unclear." in thread.summary


def test_what_was_about_us_stands_under_what_reviews_always_ask(room: Room) -> None:
    thread = room.start()
    champion = "Ruth is our champion and she loves us."
    rival = "We are ahead of the competition on price."
    discount = "I can give another 10% discount to get it in before quarter end."
    thread.answers("lena", f"{champion}\n{discount}\n{ALSO_OURS}\n{OURS}", f"{THEIRS}\n{rival}", "stop")
    about_us = thread.summary.partition("ABOUT US*\n")[2].partition("\n*NOT KNOWN")[0]
    assert about_us.split("\n")[:5] == [
        f"• *What we sell*  “{OURS}”",
        f"• *When it closes*  “{ALSO_OURS}”",
        f"• *Competition*  “{rival}”",
        f"• *Discount*  “{discount}”",
        f"• “{champion}”",
    ]
    thread.presses("lena", "Share")
    assert f"• *Discount*  “{discount}”\n• “{champion}”" in words(_in_channel(room)[1])


def test_there_is_room_for_eight_lines_about_us_and_every_heading_shows_one(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", "\n".join([OURS] * 9), f"{THEIRS}\n{ALSO_OURS}", "stop")
    quoted = "  ".join([f"“{OURS}”"] * 7)
    assert f"• *What we sell*  {quoted}  and 2 more in the thread\n• *When it closes*  “{ALSO_OURS}”" in thread.summary


def test_what_is_not_known_comes_with_a_question_for_the_customer(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, OPEN, "not known", OURS, ALSO_OURS, f"{THEIRS}\n{OPEN}", "stop")
    not_known = thread.summary.partition("*NOT KNOWN YET*\n")[2].partition("\n*NEXT*")[0]
    assert not_known.split("\n") == [
        f"• *Why change*  “{OPEN}”",
        "    → could ask: _What happened that put this on this year's list?_",
        "• *If they don't*",
        "    → could ask: _What happens if this waits until next year?_",
        "• *Where to*",
        "    → could ask: _A year from now, what would make you glad you did this?_",
        f"• “{OPEN}”",
    ]
    assert "1 of 8 heard, 3 open." in thread.summary


def test_the_next_step_is_told_by_whose_it_is(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, *["skip"] * 7, f"{ANSWERS[8]}\n{ALSO_OURS}")
    assert f"*NEXT*\nTheirs:  “{ANSWERS[8]}”\nOurs:  “{ALSO_OURS}”" in thread.summary
    assert f"their next step: “{ANSWERS[8]}”" in thread.parent["text"]


def test_when_nothing_is_about_the_customer_it_says_so_kindly(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, OURS, ALSO_OURS, "not known", "stop")
    assert f"🟦  *ABOUT THE CUSTOMER*\n{KIND}\n🟧  *ABOUT US*\n• *What we sell*  “{OURS}”" in thread.summary
    assert "*After the questions*  ·  2 of 2 lines about us\n🟧🟧\n" in thread.summary
    assert "Theirs:  nothing agreed yet\nOurs:  nothing said" in thread.summary


def test_a_review_of_nothing_but_skips_has_a_summary_too(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", *["skip"] * 9)
    assert "*Your first telling*  ·  nothing on either side" in thread.summary
    assert "*ABOUT THE CUSTOMER*\nNothing yet.\n🟧  *ABOUT US*\nNothing yet.\n" in thread.summary
    assert thread.parent["text"] == "*Northwind*  ·  reviewed Tue 24 Nov  ·  0 of 8 heard"
    thread.presses("lena", "Fix a line")
    assert room.whispers("lena") == ["There is no line of yours to move. Lena can move any line."]


def test_where_nothing_was_told_neither_side_is_said_to_have_anything(room: Room) -> None:
    unknown, stopped = room.start(), room.start("Harlow @lena")
    unknown.answers("lena", *["not known"] * 9)
    stopped.says("lena", "stop")
    assert f"*ABOUT THE CUSTOMER*\nNothing yet. {A_GOOD_START}\n🟧  *ABOUT US*\nNothing yet.\n" in unknown.summary
    assert "*ABOUT THE CUSTOMER*\nNothing yet.\n🟧  *ABOUT US*\nNothing yet.\n" in stopped.summary
    for thread, counted in ((unknown, "0 of 8 heard, 8 open."), (stopped, "0 of 8 heard.")):
        assert f"{counted} Anything you add in this thread joins the summary." in thread.summary
        thread.says("lena", THEIRS)
        assert "Nothing. It's all about them." in thread.summary
        assert "Should a line be on the other side? Move it. Anything you add" in thread.summary


def test_only_questions_that_stand_below_are_said_to_be_a_good_start(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, "stop")
    assert "Most of what we have so far is our side of the story.\n" in thread.summary
    assert A_GOOD_START not in thread.summary
    thread.presses("lena", "Share")
    assert "*ABOUT THE CUSTOMER*\nNothing yet.\n" in words(_in_channel(room)[1])


def test_no_word_of_it_judges(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, OURS, EMPTY, OPEN, EMPTY, EMPTY, "stop")
    shown = f"{thread.parent['text']} {thread.summary}".casefold()
    assert not [word for word in ("wrong", "bad", "incomplete", "score") if word in shown]


# Fixing a line


def test_a_moved_line_changes_the_counts_at_once_and_outlives_an_edit_elsewhere(room: Room) -> None:
    thread = room.start()
    thread.says("lena", OURS)
    ts = thread.says("lena", f"{THEIRS}\n{ALSO_OURS}")
    thread.says("lena", "stop")
    assert "*After the questions*  ·  1 of 2 lines about us, 1 about them" in thread.summary
    summary = thread.latest
    assert not thread.fixes("lena", ALSO_OURS[:30], "customer")
    assert thread.latest["ts"] == summary["ts"]
    assert "*After the questions*  ·  0 of 2 lines about us, 2 about them\n🟦🟦" in thread.summary
    assert f"*Why change*  ·  Tue 24 Nov\n> “{THEIRS}”\n> “{ALSO_OURS}”" in thread.summary

    thread.edits("lena", ts, f"{ALSO_THEIRS}\n{ALSO_OURS}")
    assert f"*Why change*  ·  Tue 24 Nov\n> “{ALSO_THEIRS}”\n> “{ALSO_OURS}”" in thread.summary
    thread.edits("lena", ts, f"{ALSO_THEIRS}\n{OURS}")
    assert "*After the questions*  ·  1 of 2 lines about us, 1 about them" in thread.summary


def test_moving_the_last_line_about_them_makes_the_question_open(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, THEIRS, "stop")
    thread.fixes("lena", THEIRS[:30], "us")
    assert "0 of 8 heard" in thread.parent["text"] and "*NOT KNOWN YET*\n• *Why change*\n" in thread.summary
    thread.fixes("lena", THEIRS[:30], "gap")
    assert f"*NOT KNOWN YET*\n• *Why change*  “{THEIRS}”" in thread.summary
    thread.fixes("lena", THEIRS[:30], "customer")
    assert "1 of 8 heard" in thread.parent["text"] and "NOT KNOWN YET" not in thread.summary


def test_a_line_moved_out_of_an_admission_makes_the_question_heard(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, OPEN, "stop")
    thread.fixes("lena", OPEN[:30], "customer")
    assert "1 of 8 heard" in thread.parent["text"] and "NOT KNOWN YET" not in thread.summary


def test_a_line_of_the_first_telling_can_be_moved(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, "stop")
    thread.fixes("lena", OURS[:30], "other")
    assert "*Your first telling*  ·  nothing on either side" in thread.summary
    assert thread.review.answer("opening").lines()[0].label is Label.OTHER


def test_others_can_move_their_own_lines_and_no_one_elses(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("lena", OURS)
    thread.says("omar", ALSO_OURS)
    thread.answers("lena", THEIRS, "stop")
    thread.presses("maya", "Fix a line")
    assert room.workspace.modal("maya") is None
    assert room.whispers("maya") == ["There is no line of yours to move. Lena can move any line."]

    thread.presses("omar", "Fix a line")
    form = room.workspace.modal("omar")
    assert form and _lines_in(form) == ["🟧 " + ALSO_OURS]
    thread.fixes("omar", ALSO_OURS[:30], "customer")
    assert f"> “{ALSO_OURS}”  – Omar" in thread.summary.partition("ABOUT US")[0]
    thread.fixes("lena", ALSO_OURS[:30], "us")
    assert f"“{ALSO_OURS}”  – Omar" in thread.summary.partition("ABOUT US")[2]


def test_a_line_that_was_edited_away_meanwhile_cannot_be_moved(room: Room) -> None:
    thread = room.start()
    ts = thread.says("lena", f"{OURS}\n{THEIRS}")
    thread.says("lena", "stop")
    thread.presses("lena", "Fix a line")
    form = room.workspace.modal("lena")
    assert form
    last = element(form, "line")["options"][-1]["value"]
    thread.edits("lena", ts, OURS)
    wrong = room.workspace.submit("lena", form["id"], {"line": {"value": last}, "label": {"value": "us"}})
    assert wrong == {"line": "That line is not there any more; the message it was in has been edited or deleted."}


# Sharing


def test_only_the_owner_shares_and_the_channel_sees_it_once(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.answers("lena", *ANSWERS)
    for who in ("maya", "omar"):
        thread.presses(who, "Share")
        assert room.whispers(who) == ["Only Lena can share this one in the channel."]
    assert len(_in_channel(room)) == 1

    thread.presses("lena", "Share")
    thread.presses("lena", "Share")
    _, shared = _in_channel(room)
    assert words(shared).startswith("*Northwind*  ·  deal review  ·  shared by Lena  ·  Tue 24 Nov")
    assert f"• *Why change*  “{ANSWERS[1]}”" in words(shared) and f"• *What we sell*  “{ANSWERS[0]}”" in words(shared)
    assert not buttons(shared) and "<@" not in words(shared)


def test_a_reply_under_what_was_shared_is_just_a_chat(room: Room) -> None:
    thread = room.start()
    thread.answers("lena", OURS, "stop")
    thread.presses("lena", "Share")
    shared = Thread(room, DEALS, _in_channel(room)[1]["ts"])
    ts = shared.says("omar", THEIRS)
    assert not shared.reactions(ts) and not shared.from_bot and THEIRS not in thread.summary


# The next review


def test_a_second_review_shows_what_was_last_heard_and_tells_what_is_new(room: Room) -> None:
    first = room.start("Northwind @lena")
    first.answers("lena", *ANSWERS[:3], "stop")
    room.clock.passes(days=10)
    second = room.start("full Northwind")
    assert f"Last heard Tue 24 Nov:\n> {ANSWERS[0]}" in second.asked
    second.says("lena", OURS)
    assert f"Last heard Tue 24 Nov:\n> {ANSWERS[1]}" in second.asked
    second.answers("lena", "still true", ALSO_THEIRS)
    assert "Last heard" not in second.asked
    second.answers("lena", THEIRS, "stop")
    assert "last review Tue 24 Nov" in second.summary
    assert "*NEW SINCE TUE 24 NOV*\nIf they don't, Where to\n" in second.summary
    assert f"*Why change*  ·  Tue 24 Nov  ·  still true\n> “{ANSWERS[1]}”" in second.summary
    assert f"*If they don't*  ·  Fri 4 Dec\n> “{ALSO_THEIRS}”" in second.summary


def test_still_true_is_carried_through_any_number_of_reviews(room: Room) -> None:
    first = room.start("Northwind @lena")
    first.answers("lena", OURS, f"{ANSWERS[1]}\n{ALSO_OURS}")
    first.presses("lena", "They told us")
    first.says("lena", "stop")
    for _ in range(2):
        room.clock.passes(days=7)
        later = room.start("full Northwind")
        later.answers("lena", OURS, "still true", "stop")
    assert f"*Why change*  ·  they told us  ·  Tue 24 Nov  ·  still true\n> “{ANSWERS[1]}”\n" in later.summary
    assert ALSO_OURS not in later.summary and "NEW SINCE" not in later.summary


# Typed signs


def test_nothing_typed_pings_links_or_formats(room: Room) -> None:
    typed = [
        "Their CFO told <!channel> and <@U0LENA> about the fine of 90k",
        "Their CFO *really* _fears_ ~the~ `audit` & a fine > 90k",
        "Their CFO asked @channel, @here and @Lena about the fine of 90k",
        "Their CFO reads <#C0DEALS> and #deals about the fine of 90k",
        ":tada: Their CFO ```fears``` &lt;!here&gt; {{ deal }} {% raw %} and a fine of 90k",
    ]
    room.reads = lambda _, text, *__: Reading((Span(0, len(text), Label.CUSTOMER, 1.0),), text)
    thread = room.start()
    thread.says("lena", OURS)
    for text in typed:
        thread.answers("lena", text, "back")
        assert _as_read(thread.asked).endswith(
            f"So far:\n> {text}\nA reply adds to it. To change your words, edit your message."
        )
        assert not _means_something(thread.asked)
        thread.says("lena", "skip")
    thread.says("omar", typed[0])
    thread.says("lena", "stop")
    thread.presses("lena", "Share")
    for shown in (thread.summary, words(_in_channel(room)[1])):
        assert all(text in _as_read(shown) for text in typed[:3])
        assert not _means_something(shown)
    assert f"“{typed[0]}”  – Omar" in _as_read(thread.summary)


def _means_something(text: str) -> bool:
    """Whether Slack would make a mention or a link of any part of a message."""
    return any(mark in text for mark in ("<!", "<@", "<#", "<http", "<mailto"))


def _in_channel(room: Room) -> list[Message]:
    return [message for message in room.workspace.messages(DEALS) if not message.get("thread_ts")]


def _lines_in(form: Message) -> list[str]:
    return [option["text"]["text"] for option in element(form, "line")["options"]]


def _as_read(text: str) -> str:
    """A message's words as a person sees them."""
    return text.replace(ZERO_WIDTH, "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
