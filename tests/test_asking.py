"""What counts as a question, and whose story it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.asking import Side, questions, side_of
from tests.manager_questions import LEFT_OUT, SEEN

ASKED = [
    ("When do we close?", ["When do we close?"]),
    ("Nice one. Who signs there? And why now?", ["Who signs there?", "And why now?"]),
    ("who else has to sign there", ["who else has to sign there"]),
    ("so what's hard for them", ["so what's hard for them"]),
    ("@Lena did you send the quote", ["@Lena did you send the quote"]),
    ("Hm, is it 1.5m or 2.5m?", ["Hm, is it 1.5m or 2.5m?"]),
    ("They went where?! Really??", ["They went where?!", "Really??"]),
    ("Two things:\n- who decides?\n- by when?", ["- who decides?", "- by when?"]),
    ("How much\nWhat's next?", ["What's next?"]),
]

NOT_ASKED = [
    "Thanks, that helps.",
    "What they need is a plan.",
    "When the board meets they decide.",
    "Do the demo on Tuesday",
    "Have the quote ready by noon",
    "Ruth asked “who pays for this?” and then left.",
    'She said "when do we close?"',
    "> who else has to sign there?\nGood point.",
    "See https://example.com/search?q=who and `SELECT ?`",
    "I know who decides.",
    "???",
    "",
]


@pytest.mark.parametrize(("text", "found"), ASKED)
def test_a_question_ends_like_one_or_begins_like_one(text: str, found: list[str]) -> None:
    assert list(questions(text)) == found


@pytest.mark.parametrize("text", NOT_ASKED)
def test_what_is_told_or_quoted_is_no_question(text: str) -> None:
    assert questions(text) == ()


@given(st.text())
def test_any_text_is_read_and_nothing_is_made_up(text: str) -> None:
    bare = "".join(text.split())
    for question in questions(text):
        assert "".join(question.split()) in bare or any(sign in text for sign in '">`“') or "http" in text
        side_of(question)


def right_and_wrong(examples: Mapping[Side, Sequence[str]]) -> tuple[int, int, int]:
    """How many questions there are, how many are read as meant, and how many are put on the other side."""
    read = [(side, side_of(question)) for side, every in examples.items() for question in every]
    other = {(Side.US, Side.CUSTOMER), (Side.CUSTOMER, Side.US)}
    return len(read), sum(meant is found for meant, found in read), sum(each in other for each in read)


def test_every_question_of_both_halves_is_known_for_one() -> None:
    for examples in (SEEN, LEFT_OUT):
        every = [question for side in examples.values() for question in side]
        assert len(every) >= 60 and len(set(every)) == len(every)
        assert [question for question in every if questions(question) != (question,)] == []


def test_the_rule_reads_what_it_was_made_with() -> None:
    many, right, wrong = right_and_wrong(SEEN)
    assert (right, wrong) == (many - 1, 0)


def test_of_questions_it_was_not_made_with_it_reads_three_in_four_and_rarely_takes_the_other_side() -> None:
    many, right, wrong = right_and_wrong(LEFT_OUT)
    assert (many, right, wrong) == (60, 46, 4)


def test_a_name_is_the_customers_unless_it_is_a_colleagues() -> None:
    assert side_of("What does Ruth say?") is Side.CUSTOMER
    assert side_of("What does Omar say?", colleagues={"Omar"}) is Side.EITHER
    assert side_of("What happens on Friday?") is Side.EITHER
