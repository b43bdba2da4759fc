"""What the documents let people type is typed to the real bot, and what they quote of it is what it says."""

from __future__ import annotations

from bot.demo import Players
from tests.conftest import START, Room
from tests.pages import page
from tests.sayings import ANSWERS
from tests.scenes import Scene


class Demo:
    """The stage of `make demo` in a room, for its players: their past is played by the room's clock."""

    is_new = True

    def __init__(self, room: Room) -> None:
        self.workspace = room.workspace
        self.is_silent = room.bot.engine.is_idle
        self._clock = room.clock

    @property
    def offset(self) -> float:
        return self._clock.seconds - START

    @offset.setter
    def offset(self, seconds: float) -> None:
        self._clock.seconds = START + seconds


def test_the_tutorial_comes_true_line_by_line_in_the_demo(room: Room) -> None:
    Players(Demo(room)).play_all()  # type: ignore[arg-type]  # all that they ask of a stage
    scene = Scene(room)
    told = page("docs/tutorial.md").fenced("conversation")
    assert len(told) > 10
    for conversation in told:
        scene.plays(conversation)


def test_the_conversation_in_the_readme_is_one_that_can_be_had(room: Room) -> None:
    (told,) = page("README.md").fenced("conversation")
    Scene(room, unshown=ANSWERS[3:]).plays(told)
