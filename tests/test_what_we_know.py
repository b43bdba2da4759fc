"""What we know about a customer, how old it is, what is still to be asked, and what becomes of a deal."""

from __future__ import annotations

from datetime import date

from flows.answer import Source
from flows.deal import Ending
from flows.ledger import Known
from storage.deals import Deals
from storage.ledger import Ledger
from tests.conftest import TEAM, Room, Thread
from tests.holding import PRIVATE, held
from tests.reading import buttons, words
from tests.sayings import ALSO_THEIRS, ANSWERS, OPEN, OURS, THEIRS
from tests.test_starting import invite_bot

NINE = len(ANSWERS)


def reviewed(room: Room, *answers: str) -> Thread:
    """A whole review of Northwind, with Lena."""
    thread = room.start("Northwind @lena")
    thread.answers("lena", *(answers or ANSWERS))
    return thread


def known(room: Room, question: str, deal: str = "Northwind") -> Known | None:
    with room.bot.database.transaction() as session:
        found = Deals(session, TEAM, [""]).find(deal)
        return Ledger(session).of(found).get(question) if found else None


def shown(room: Room, question: str, who: str = "lena") -> str:
    """The paragraph of `/dealreview show Northwind` about a question, known by its label."""
    told = room.command(who, "show Northwind")
    return next(part for part in told.split("\n\n") if f"*{question}*" in part) if "\n\n" in told else told


def asked_in(thread: Thread) -> list[str]:
    return list(thread.review.questions)


# The ledger


def test_what_was_heard_is_known_with_its_words_its_source_and_its_day(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.answers("lena", *ANSWERS[:2])
    thread.presses("lena", "They told us")
    fact = known(room, "why_change")
    assert fact and fact.lines == (ANSWERS[1],) and fact.authors == ("U0LENA",)
    assert fact.source is Source.THEY_TOLD_US
    assert fact.given_at and fact.given_at.date() == date(2026, 11, 24)
    assert known(room, "opening") is None and known(room, "people") is None


def test_our_own_story_makes_nothing_newer(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=40)
    before = known(room, "why_change")
    thread = room.start("full Northwind")
    thread.answers("lena", ANSWERS[0], OURS, OURS)
    assert known(room, "why_change") == before


def test_news_from_their_side_does_also_when_a_colleague_brings_it(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=40)
    thread = room.start("full Northwind")
    thread.says("lena", ANSWERS[0])
    thread.says("omar", THEIRS)
    fact = known(room, "why_change")
    assert fact and fact.given_at and fact.given_at.date() == date(2027, 1, 3) and fact.authors == ("U0OMAR",)


def test_what_was_taken_back_leaves_what_was_heard_before(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=40)
    before = known(room, "why_change")
    thread = room.start("full Northwind")
    ts = thread.answers("lena", ANSWERS[0], ALSO_THEIRS)[1]
    assert known(room, "why_change") != before
    thread.deletes("lena", ts)
    fact = known(room, "why_change")
    assert fact and before and fact.lines == before.lines and fact.given_at == before.given_at


def test_not_known_stays_open_since_it_was_first_said_until_it_is_answered(room: Room) -> None:
    thread = reviewed(room, ANSWERS[0], OPEN, "stop")
    first = known(room, "why_change")
    assert first and first.is_open
    room.clock.passes(days=21)
    thread = room.start("Northwind")
    assert thread.review.asked == "why_change"
    thread.answers("lena", "not known", "stop")
    again = known(room, "why_change")
    assert again and again.open_since == first.open_since
    thread = room.start("Northwind")
    thread.says("lena", THEIRS)
    answered = known(room, "why_change")
    assert answered and not answered.is_open and answered.lines == (THEIRS,)


def test_an_older_review_that_changes_does_not_bring_old_words_back(room: Room) -> None:
    first = room.start("Northwind @lena")
    typo = first.answers("lena", *ANSWERS)[1]
    room.clock.passes(days=40)
    room.start("full Northwind").answers("lena", ANSWERS[0], ALSO_THEIRS, "stop")
    newer = known(room, "why_change")
    assert newer and newer.lines == (ALSO_THEIRS,)
    first.edits("lena", typo, f"{ANSWERS[1]} Twice.")
    first.presses("lena", "Deal details", on=first.parent)
    room.workspace.submit("lena", room.form("lena")["id"], {"stage": {"value": "deciding"}})
    room.settle()
    assert known(room, "why_change") == newer


def test_deleted_words_are_not_known_any_more_though_a_later_review_called_them_true(room: Room) -> None:
    first = room.start("Northwind @lena")
    ts = first.answers("lena", *ANSWERS)[1]
    room.start("full Northwind").answers("lena", ANSWERS[0], "still true", "stop")
    first.deletes("lena", ts)
    assert known(room, "why_change") is None
    assert ANSWERS[1] not in room.command("lena", "show Northwind")


def test_a_review_taken_up_again_tells_what_is_newer(room: Room) -> None:
    first = reviewed(room, *ANSWERS[:2], "stop")
    room.clock.passes(days=2)
    room.start("full Northwind").answers("lena", ANSWERS[0], THEIRS, "stop")
    room.clock.passes(days=2)
    first.answers("lena", "resume", ALSO_THEIRS)
    fact = known(room, "no_action")
    assert fact and fact.lines == (ALSO_THEIRS,)


# Still true, and days


def test_still_true_makes_nothing_newer_unless_it_was_heard_on_a_day(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=25)
    thread = room.start("full Northwind")
    thread.answers("lena", ANSWERS[0], "still true")
    fact = known(room, "why_change")
    assert fact and fact.given_at and fact.given_at.date() == date(2026, 11, 24) and fact.repeats == 1
    picks(thread, "lena", "day:heard_on:", "2026-12-17")
    fact = known(room, "why_change")
    assert fact and fact.given_at and fact.given_at.date() == date(2026, 12, 17) and fact.repeats == 0


def test_nobody_was_heard_on_a_day_to_come(room: Room) -> None:
    reviewed(room)
    thread = room.start("full Northwind")
    thread.answers("lena", ANSWERS[0], "still true")
    picks(thread, "lena", "day:heard_on:", "2026-11-25")
    assert "still to come" in room.whispers("lena")[-1]


def test_after_two_times_still_true_the_question_is_asked_anew(room: Room) -> None:
    reviewed(room)
    for _ in range(2):
        thread = room.start("full Northwind")
        thread.answers("lena", ANSWERS[0], "still true", "stop")
    thread = room.start("full Northwind")
    thread.says("lena", ANSWERS[0])
    assert "Still true" not in buttons(thread.latest)
    thread.says("lena", "still true")
    assert "let's ask anew" in room.whispers("lena")[-1]
    thread.says("lena", THEIRS)
    fact = known(room, "why_change")
    assert fact and fact.repeats == 0


def test_a_step_of_theirs_is_old_the_day_after_it_was_due(room: Room) -> None:
    thread = reviewed(room)
    picks(thread, "lena", "day:due:", "2026-11-26")
    assert "by Thu 26 Nov" in room.command("lena", "show Northwind")
    room.clock.passes(days=2)
    assert "was due" not in room.command("lena", "show Northwind")
    room.clock.passes(days=1)
    assert "🟠  *Next step*  ·  was due Thu 26 Nov" in room.command("lena", "show Northwind")


def test_words_told_after_going_back_from_still_true_are_new(room: Room) -> None:
    thread = reviewed(room)
    picks(thread, "lena", "day:due:", "2026-11-26")
    room.clock.passes(days=4)
    thread = room.start("full Northwind")
    thread.answers("lena", *["skip"] * 8, "still true")
    thread = room.start("full Northwind")
    thread.answers("lena", *["skip"] * 7, "still true", "back", "still true")
    fact = known(room, "next_step")
    assert fact and fact.due == date(2026, 11, 26)
    thread.says("lena", ANSWERS[8])
    fact = known(room, "next_step")
    assert fact and fact.due is None and fact.repeats == 0


# Short reviews


def test_a_second_review_asks_only_what_is_old(room: Room) -> None:
    thread = reviewed(room)
    details = room.workspace
    thread.presses("lena", "Deal details", on=thread.parent)
    details.submit("lena", room.form("lena")["id"], {"stage": {"value": "deciding"}})
    room.settle()
    room.clock.passes(days=11)
    thread = room.start("Northwind")
    assert asked_in(thread) == ["decision_path", "next_step"]
    assert "*1 of 2*  ·  How will they get from here to a decision" in thread.asked
    assert "Last heard Tue 24 Nov" in thread.asked and "Only what is old" in thread.asked
    thread.says("lena", "more")
    assert "Back" not in buttons(thread.latest)
    thread.answers("lena", ANSWERS[5], ANSWERS[8])
    assert "*This time*" in thread.summary and "first telling" not in thread.summary.lower()
    assert "Known from before: Why change (Tue 24 Nov), " in thread.summary


def test_what_was_never_talked_about_is_asked_the_next_time(room: Room) -> None:
    reviewed(room, ANSWERS[0], ANSWERS[1], "skip", ANSWERS[3], "stop")
    thread = room.start("Northwind")
    assert asked_in(thread) == ["no_action", "people", "decision_path", "struggle", "our_help", "next_step"]


def test_where_all_is_fresh_nothing_is_asked_unless_all_is_to_be(room: Room) -> None:
    reviewed(room)
    assert "is fresh, and nothing is open" in room.command("maya", "Northwind")
    assert len(asked_in(room.start("full Northwind"))) == NINE


# What happens there


def test_an_event_there_only_suggests_to_ask_about_what_it_may_change(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=22)
    thread = room.start("Northwind")
    assert asked_in(thread)[0] == "people"
    thread.says("lena", "Their sponsor left in October and nobody has taken over.")
    told = room.workspace.ephemerals("lena")[-1]
    assert "Does that change what we know about *why they must change* at Northwind?" in words(told)
    room.workspace.action("lena", told, "doubt")
    room.settle()
    assert asked_in(thread)[-1] == "why_change"
    assert "at the end of this review" in room.whispers("lena")[-1]
    fact = known(room, "why_change")
    assert fact and fact.doubted_at


def test_after_the_review_it_counts_as_old_until_it_is_asked(room: Room) -> None:
    thread = reviewed(room)
    room.clock.passes(hours=1)
    thread.says("lena", "Their CFO left last week.")
    told = room.workspace.ephemerals("lena")[-1]
    room.workspace.action("lena", told, "doubt")
    room.settle()
    assert "may have changed" in room.command("lena", "show Northwind")
    later = room.start("Northwind")
    assert asked_in(later) == ["people"]
    room.clock.passes(days=1)
    later.says("lena", THEIRS)
    assert "may have changed" not in room.command("lena", "show Northwind").rpartition("🟢 fresh")[0]


def test_what_is_told_after_the_end_closes_an_open_question_if_its_author_says_so(room: Room) -> None:
    thread = reviewed(room, *ANSWERS[:2], "not known", *ANSWERS[3:])
    room.clock.passes(days=3)
    ts = thread.says("lena", THEIRS)
    told = room.workspace.ephemerals("lena")[-1]
    assert list(buttons(told)) == ["If they don't", "No"]
    room.workspace.action("lena", told, buttons(told)["If they don't"])
    room.settle()
    fact = known(room, "no_action")
    assert fact and fact.lines == (THEIRS,) and not fact.is_open
    assert "*NOT KNOWN YET*" not in thread.summary and "Added later" not in thread.summary
    assert f"*If they don't*  ·  Fri 27 Nov\n> “{THEIRS}”" in thread.summary
    thread.deletes("lena", ts)
    assert THEIRS not in thread.summary


# Questions to take, history


def test_the_questions_to_take_to_a_customer_are_listed_before_a_meeting(room: Room) -> None:
    reviewed(room, *ANSWERS[:2], OPEN, ANSWERS[3], ANSWERS[4], "stop")
    room.clock.passes(days=22)
    told = room.command("lena", "ask Northwind")
    assert "*Questions to take to Northwind*" in told
    assert "• *If they don't*  ·  not known yet, open 22 days\n" in told
    assert "• *People*  ·  heard 22 days ago\n" in told
    assert "• *Hard for them*  ·  not talked about yet\n" in told
    assert f"Who could know:\n> {ANSWERS[4]}" in told
    assert room.command("omar", "ask Northwind", "#general") == room.command("omar", "show Northwind", "#general")


def test_the_history_of_each_question_is_a_button_away(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=40)
    thread = room.start("full Northwind")
    thread.answers("lena", ANSWERS[0], ALSO_THEIRS, "stop")
    room.command("lena", "show Northwind")
    note = room.workspace.ephemerals("lena")[-1]
    room.workspace.action("lena", note, "history")
    told = words(room.form("lena"))
    assert f"*Why change*\nSun 3 Jan\n> {ALSO_THEIRS}\nTue 24 Nov\n> {ANSWERS[1]}" in told


def test_what_was_said_elsewhere_tells_its_age_and_not_its_words(room: Room) -> None:
    reviewed(room)
    room.clock.passes(days=25)
    invite_bot(room, "#general")
    elsewhere = room.start("Northwind @lena", by="lena", channel="#general")
    elsewhere.answers("lena", ALSO_THEIRS, "stop")
    here = room.command("omar", "show Northwind")
    assert ANSWERS[1] in here and ALSO_THEIRS not in here and "heard today" in here
    assert ALSO_THEIRS in room.command("lena", "show Northwind")
    assert ALSO_THEIRS in room.command("omar", "show Northwind", "#general")


# Endings and hand-overs


def closes(room: Room, who: str, ending: str) -> dict[str, str]:
    room.command(who, "close Northwind")
    wrong = room.workspace.submit(who, room.form(who)["id"], {"ending": {"value": ending}})
    room.settle()
    return wrong


def test_a_deal_that_ended_keeps_its_record_and_is_not_reviewed(room: Room) -> None:
    reviewed(room)
    assert closes(room, "lena", "no_decision") == {}
    told = room.command("maya", "Northwind")
    assert "ended without a decision on Tue 24 Nov" in told
    assert ANSWERS[1] in room.command("lena", "show Northwind")
    assert "goes on" in room.command("lena", "reopen Northwind")
    room.clock.passes(days=50)
    assert room.start("Northwind").review.is_open


def test_only_who_steers_a_deal_says_how_it_ended_and_not_in_the_middle_of_a_review(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    assert "under way" in room.command("lena", "close Northwind")
    thread.says("lena", "stop")
    assert room.command("omar", "close Northwind") and room.workspace.modal("omar") is None
    with room.bot.database.transaction() as session:
        deal = Deals(session, TEAM, [""]).find("Northwind")
    assert deal and deal.ending is None
    closes(room, "maya", Ending.LOST)
    assert "was lost to somebody else" in room.command("maya", "Northwind")


def test_somebody_who_leaves_hands_all_their_deals_over_in_one_step(room: Room) -> None:
    reviewed(room)
    harlow = room.start("Harlow @lena")
    assert "Omar now has 2 of Lena's deals" in room.command("lena", "handover @lena @omar")
    harlow.says("omar", ANSWERS[0])
    assert "*2 of 9*" in harlow.asked
    room.clock.passes(days=60)
    thread = room.start("Northwind", by="maya")
    assert thread.review.owner == "U0OMAR"


def test_a_review_that_was_taken_up_again_goes_with_its_deal(room: Room) -> None:
    first = reviewed(room, ANSWERS[0], "stop")
    reviewed(room, "stop")
    first.says("lena", "resume")
    assert "under way" in room.command("lena", "close Northwind")
    room.command("lena", "handover @lena @omar")
    first.says("omar", ANSWERS[1])
    assert "*3 of 9*" in first.asked


def test_nobody_gives_away_the_deals_of_somebody_who_is_there(room: Room) -> None:
    reviewed(room)
    assert "so only they can hand their deals over" in room.command("maya", "handover @lena @omar")
    assert "who gives and who takes" in room.command("lena", "handover @omar")
    assert room.start("Harlow @lena").review.owner == "U0LENA"


def picks(thread: Thread, who: str, action: str, day: str) -> None:
    """Choose a day on the latest message that has a day to choose, known by how its action begins."""
    message, chosen = next(
        (message, element["action_id"])
        for message in reversed(thread.messages)
        for block in message.get("blocks") or ()
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"].startswith(action)
    )
    thread.room.workspace.action(who, message, chosen, day)
    thread.room.settle()


def test_what_was_said_among_a_few_is_not_repeated_where_all_can_read_it(room: Room) -> None:
    held(room, "Northwind", days_ago=3, says={"why_change": THEIRS})
    held(room, "Northwind", days_ago=2, channel=PRIVATE, says={"why_change": "Their hush-hush merger is on."})
    room.settle()
    thread = room.start("full Northwind", by="lena")
    thread.answers("lena", ANSWERS[0])
    assert THEIRS in thread.asked
    assert "hush" not in str(thread.messages)
