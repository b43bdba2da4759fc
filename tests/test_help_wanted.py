"""Help wanted: what a rep asks colleagues for, and what only sounds like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.event_words import event_in, may_tell
from flows.events import suggested
from flows.help_wanted import asked_for
from tests.test_events import test_words_that_tell_of_an_event_suggest_what_it_may_change as events

WANTED = [
    "Could you find someone who ran both systems for a year?",
    "Sam: could you find someone who ran both systems for a year?",
    "I need someone who has done a rollback with two systems.",
    "Can we get legal to look at their data clause?",
    "@Maya could you introduce me to their CFO's old boss?",
    "@maya.k please join the call on Thursday.",
    "Help wanted: a reference in food with two plants.",
    "Does anyone know somebody at their insurer?",
    "Is there anyone here who has run two systems side by side?",
    "Who here knows the plant in Leeds?",
    "We could use a hand with the rollback plan.",
    "I'd love an intro to an auditor.",
    "Maya, could you ask the product team about exports?",
    "Any help with their security questionnaire is welcome.",
    "It would be great if someone from engineering could talk to their IT lead.",
    "Would somebody be able to sit in on their partners' meeting?",
    "Can I borrow an engineer for half a day?",
    "I'm looking for someone who went through a merger like this.",
    "Please send me the rollback plan from Cobalt.",
    "Could someone from security join?",
    "We'd need a reference customer in dairy.",
    "We will send the plan; could Omar check it before Friday?",
    "Do we have a customer who moved off the same tool?",
    "I could use your advice on the union.",
    "would anyone mind reading their tender with me",
    "Can somebody explain their ledger to me?",
    "I’d need a second pair of eyes on the plan.",
]

NOT_WANTED = [
    "Ruth asked whether you could send a plan.",
    "They need someone who runs both systems.",
    'Ruth said "could you find someone who ran both systems?"',
    "Ruth said: “I need someone who ran both. Could you find one?”",
    "They asked us for a one-page rollback plan.",
    "Ruth and her auditors want a one-page rollback plan for their IT team by Friday.",
    "We could draft the project plan with her, so that she doesn't have to.",
    "We need to get it signed before quarter end.",
    "Can we get it signed before December?",
    "Can we get the discount approved?",
    "We're writing a one-page plan for running both systems side by side, which the clinic managers asked for.",
    "She needs help with the audit.",
    "Their IT lead would like an introduction to our engineers.",
    "I don't need help here, thanks.",
    "We can help them with the data.",
    "You could ask them what makes it hard.",
    "Their CFO wondered if we could help.",
    "Dr. Amari would love an intro to another clinic.",
    "They could use a hand with the migration.",
    "Nobody there has time to help.",
    "What could help them is a quiet week.",
    "The plant manager asks if someone could come on site.",
    "Who can sign there is not clear.",
    "We need a commit this month.",
    "He wants us to find someone who ran both.",
    "They have someone who ran both systems.",
    "Ruth is looking for someone who can run the project.",
    "The board would need someone who explains it to them.",
    "Please find the quotation attached.",
    "not known",
    "",
]


@pytest.mark.parametrize("text", WANTED)
def test_what_asks_a_colleague(text: str) -> None:
    assert asked_for(text)


@pytest.mark.parametrize("text", NOT_WANTED)
def test_what_asks_no_colleague(text: str) -> None:
    assert asked_for(text) == ()


def test_only_the_sentence_that_asks_is_quoted_as_it_was_written() -> None:
    text = "Ruth wants a plan by Friday. Could you find someone who ran both?  We send it on Thursday."
    assert asked_for(text) == ("Could you find someone who ran both?",)


def test_a_list_may_ask_for_several_things() -> None:
    text = "- could you find a reference in food?\n- can we get legal to look at it?\n- we send the plan"
    assert asked_for(text) == ("could you find a reference in food?", "can we get legal to look at it?")


@given(st.text(max_size=400))
def test_whatever_is_written_what_is_asked_for_is_in_it(text: str) -> None:
    plain = " ".join(text.split())
    assert all(" ".join(wish.split()) in plain for wish in asked_for(text))


@pytest.mark.parametrize("part", ["could you ", "I need ", "they ", "a and ", '"', "Ruth ", "help with ", "would be "])
def test_a_text_as_long_as_a_message_may_be_takes_no_time(part: str) -> None:
    begun = datetime.now(UTC)
    asked_for(part * (4000 // len(part)))
    assert datetime.now(UTC) - begun < timedelta(seconds=2)


# Events at a glance: only what may tell of one is read closely


def told_in_tests() -> list[str]:
    """The lines of the tests of events, each of which tells of one."""
    (mark,) = (mark for mark in events.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    return [line for line, *_ in mark.args[1]]


@pytest.mark.parametrize("line", told_in_tests())
def test_no_event_is_overlooked_at_a_glance(line: str) -> None:
    assert may_tell(line)
    assert event_in("opening", line) == next(iter(suggested("opening", [line])), None)


def test_a_line_without_such_words_is_not_read_closely() -> None:
    assert not may_tell("Ruth sees it in the overtime of her own people.")
