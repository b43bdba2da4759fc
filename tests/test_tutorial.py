"""What the documents let people say is said to the real bot, and what they quote of it is what it says."""

from __future__ import annotations

from tests.conftest import Room
from tests.pages import page
from tests.sayings import ANSWERS
from tests.scenes import Scene


def test_the_tutorial_comes_true_line_by_line(room: Room) -> None:
    scene = Scene(room)
    told = page("docs/tutorial.md").fenced("conversation")
    assert len(told) > 10
    for conversation in told:
        scene.plays(conversation)


def test_the_conversation_in_the_readme_is_one_that_can_be_had(room: Room) -> None:
    (told,) = page("README.md").fenced("conversation")
    Scene(room, unshown=ANSWERS[3:]).plays(told)
