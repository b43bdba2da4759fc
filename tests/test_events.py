"""Events in a reply: which words suggest that what we know may have changed, and which everyday words do not."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.events import AT_MOST, EVENTS, EVERYDAY, KINDS, PATTERNS, Suggestion, suggested
from flows.playbook import NEXT_STEP, OUR_HELP, PLAYBOOK, STEERED, STRUGGLE


@pytest.mark.parametrize(
    ("line", "question", "words"),
    [
        ("Our sponsor left on 18 Nov, nobody is named yet.", "people", "sponsor left on 18 Nov"),
        ("Ruth left.", "people", "Ruth left"),
        ("Ruth's left the company.", "people", "Ruth's left the company"),
        ("CIO left in April, interim until autumn.", "people", "CIO left in April"),
        ("Head of Payments has left, two leads share her work.", "people", "Head of Payments has left"),
        ("Their CFO is leaving the company.", "people", "CFO is leaving"),
        ("The treasurer resigned over it.", "people", "treasurer resigned"),
        ("Mr Obuya retires in December.", "people", "Obuya retires"),
        ("They have a new CFO since Monday.", "people", "new CFO"),
        ("Tom took over from her in May.", "people", "Tom took over from"),
        ("IT is in and worried about running two systems.", "people", "IT is in"),
        ("Procurement is now involved.", "people", "Procurement is now involved"),
        ("Big reorg coming in January.", "people", "reorg"),
        ("They were bought by a fund in Lyon.", "people", "bought by"),
        ("It's all on hold.", "decision_path", "all on hold"),
        ("Group froze all spend until the valuation.", "decision_path", "froze all"),
        ("Hiring freeze until July.", "no_action", "Hiring freeze"),
        ("The temps are a stopgap, she said.", "no_action", "stopgap"),
        ("They renewed the contract with the old supplier.", "no_action", "renewed the contract with"),
        ("The regulator's deadline got extended.", "no_action", "deadline got extended"),
        ("Her budget was cut by a third.", "why_change", "budget was cut"),
        ("It's no longer a priority for the board.", "why_change", "no longer a priority"),
        ("They pushed the board meeting to January.", "decision_path", "pushed the board meeting to January"),
        ("Go-live pushed to next quarter.", "decision_path", "Go-live pushed"),
        ("It slipped by two weeks.", "decision_path", "slipped by two weeks"),
        ("The vote got pushed.", "decision_path", "vote got pushed"),
        ("It goes out to tender in March.", "decision_path", "out to tender"),
        ("The meeting was cancelled on Tuesday.", STRUGGLE, "meeting was cancelled"),
        ("The workshop was moved again.", STRUGGLE, "workshop was moved"),
        ("They've gone quiet since the summer.", STRUGGLE, "They've gone quiet"),
        ("The scope was cut to two sites.", "destination", "scope was cut"),
        ("She declined our workshop.", OUR_HELP, "declined our"),
    ],
)
def test_words_that_tell_of_an_event_suggest_what_it_may_change(line: str, question: str, words: str) -> None:
    assert suggested(NEXT_STEP, [line]) == (Suggestion(question, words),)


@pytest.mark.parametrize(
    "line",
    [
        "We have 3 weeks left.",
        "Weeks left: three.",
        "Nothing left in the parks account.",
        "What's left over goes to flood repairs.",
        "It's the button on the left.",
        "The manager is left-handed.",
        "The CFO left a note about the figures.",
        "The CFO left it to the team.",
        "The CFO is leaving it to the team.",
        "Her director left the decision to the works council.",
        "Ruth left us a voicemail.",
        "He wants to quit finding out on Friday.",
        "She pushed back the button.",
        "Finance pushed back on the price.",
        "She pushed for a decision.",
        "They moved to Teams in 2021.",
        "The IT manager worries about a hosted system they moved to a year ago.",
        "In the emergency room people are on hold for an hour.",
        "Families lose a morning on hold.",
        "They hold the board meeting in January.",
        "Their tender office answers every tender late.",
        "Third reorganisation in two years, people just nod.",
        "Since the reorg every order above 2k goes to Singapore.",
        "They want a new warehouse and a new supplier portal.",
        "They are looking for a new CFO.",
        "It joined the two halves of the plant.",
        "Their legal limit is 40 mg.",
        "Security is a concern.",
        "The theatre goes dark in August.",
        "Everyone went quiet when she drew it on the wall.",
        "The renewal of their licence is due in June.",
        "He took over the bill on the leftmost table.",
        "",
        "…",
    ],
)
def test_the_same_words_in_everyday_use_suggest_nothing(line: str) -> None:
    assert suggested(NEXT_STEP, [line]) == ()


def test_the_question_that_was_just_answered_is_not_suggested_but_the_next_one_the_event_may_change() -> None:
    told = "New CFO since Monday, and she reads every contract."
    assert suggested("why_change", [told]) == (Suggestion("people", "New CFO"),)
    assert suggested("people", [told]) == (Suggestion("why_change", "New CFO"),)


def test_an_event_that_may_change_only_what_was_just_answered_suggests_nothing() -> None:
    assert suggested("people", ["Head of fundraising left; the bishop's office answers the donors."]) == ()


def test_of_many_events_two_are_suggested_and_those_that_weigh_most_whatever_was_written_first() -> None:
    told = ["The scope was cut, the vote was postponed.", "Hiring freeze.", "The CTO left last month."]
    assert suggested(STRUGGLE, told) == (
        Suggestion("people", "CTO left last month"),
        Suggestion("no_action", "Hiring freeze"),
    )


def test_two_events_that_may_change_the_same_suggest_it_once() -> None:
    assert suggested(NEXT_STEP, ["New CFO.", "The CTO left."]) == (Suggestion("people", "CTO left"),)


def test_the_same_words_suggest_one_thing_though_two_events_are_told_in_them() -> None:
    assert suggested("people", ["The sponsor left."]) == (Suggestion("why_change", "sponsor left"),)


def test_words_of_two_lines_are_not_read_as_one() -> None:
    assert suggested(NEXT_STEP, ["It is all", "on hold music that they complain about"]) == ()


def test_neither_case_nor_a_line_break_nor_the_kind_of_apostrophe_matters_and_the_words_stay_as_written() -> None:
    assert suggested(NEXT_STEP, ["OUT\nTO TENDER"]) == (Suggestion("decision_path", "OUT\nTO TENDER"),)
    typed = "they\N{RIGHT SINGLE QUOTATION MARK}ve gone quiet"
    assert suggested(NEXT_STEP, [typed]) == (Suggestion(STRUGGLE, typed),)


def test_a_name_is_known_by_its_capital() -> None:
    assert suggested(NEXT_STEP, ["Anne-Marie resigned."]) == (Suggestion("people", "Anne-Marie resigned"),)
    assert suggested(NEXT_STEP, ["half the night crew resigned."]) == ()


def test_every_question_that_ages_may_be_suggested_and_no_other() -> None:
    assert {question for questions, _ in EVENTS for question in questions} == set(STEERED)


def test_every_kind_of_words_is_known() -> None:
    used = re.findall(r"<\w+>", " ".join([EVERYDAY, *(words for _, words in EVENTS), *KINDS.values()]))
    assert set(used) == {each for each in (*KINDS, *PATTERNS) if each != "..."}


SCRAPS = """
Ruth, the sponsor, left, she, went quiet, is, new CFO, on hold, pushed, twice, to Q2, ., since the, reorg, to tender
"""


@settings(deadline=None)
@given(
    st.sampled_from([question.key for question in PLAYBOOK]),
    st.lists(
        st.lists(st.sampled_from(SCRAPS.strip().split(", ")), max_size=12).map(" ".join) | st.text(max_size=40),
        max_size=4,
    ),
)
def test_whatever_is_written_few_things_are_suggested_in_its_own_words(answered: str, lines: list[str]) -> None:
    suggestions = suggested(answered, lines)
    assert len({each.question for each in suggestions}) == len(suggestions) <= AT_MOST
    for each in suggestions:
        assert each.question in set(STEERED) - {answered}
        assert any(each.words in line for line in lines)


@pytest.mark.parametrize("part", ["pushed ", "Ruth-", "Ruth left ", "new ", "a'", "1,", "  ", "call\n", "on hold "])
def test_a_line_as_long_as_a_message_may_be_takes_no_time(part: str) -> None:
    began = time.process_time()
    suggested("people", [part * (40_000 // len(part))])
    assert time.process_time() - began < 3
