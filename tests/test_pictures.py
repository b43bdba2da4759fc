"""That the pictures in the documents are today's: the same story without a browser says the same words."""

from __future__ import annotations

from tests.conftest import Room
from tests.pictures import DOCS, kept
from tests.pictures.story import play

LARGEST = 150_000
"""In bytes: a page with all of them still loads at once."""


def test_what_the_pictures_show_is_what_the_bot_says_today(room: Room) -> None:
    told = {scene.name: scene.words for scene in play(room)}
    assert told == kept(), "The bot says something else than in the pictures: make pictures"


def test_every_picture_is_made_by_the_script_and_small() -> None:
    pictures = list(DOCS.glob("*.png"))
    assert {picture.stem.removesuffix("-dark") for picture in pictures} == set(kept())
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST] == []
