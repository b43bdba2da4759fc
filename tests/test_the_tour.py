"""The tour of the local workspace: each step is done when it has happened, and by nothing less."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.demo import Stage
from bot.tour import tour
from flows.playbook import STANDARD
from tests.stages import scene, stage

__all__ = ["scene", "stage"]

DAY = 86_400


class Guest:
    """Somebody who takes the tour on the scene that is set."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.workspace = stage.workspace
        self.thread = self._tour()["thread"]

    def _tour(self) -> dict[str, Any]:
        told = self.workspace.tour()
        assert told, "there is no tour"
        return told

    @property
    def done(self) -> list[str]:
        return [step["key"] for step in self._tour()["steps"] if step["done"]]

    @property
    def left(self) -> int:
        return int(self.step("summary")["left"])

    def step(self, key: str) -> dict[str, Any]:
        return next(step for step in self._tour()["steps"] if step["key"] == key)

    @property
    def asked(self) -> str:
        said = self.workspace.messages("#deals", self.thread)
        return str([message["text"] for message in said if message.get("bot_id")][-1])

    def says(self, text: str) -> None:
        self._stage.offset += 50
        self.workspace.message("lena", "#deals", text, self.thread)
        self.settle()

    def settle(self) -> None:
        self.workspace.quiet()
        self.workspace.wait_until(self._stage.is_silent)
        self.workspace.quiet()

    def is_asked_today(self, who: str) -> str:
        """Wait until the bot has written to somebody today, and return what."""
        channel, since = self.workspace.dm(who), self.workspace.now - DAY
        return self.workspace.wait_until(lambda: self._said_since(since, channel))

    def _said_since(self, since: float, channel: str) -> str:
        return "".join(each["text"] for each in self.workspace.messages(channel) if float(each["ts"]) > since)

    def has_the_rest_answered(self) -> None:
        """As the page does it: what fits the question, or else what is said otherwise, until none is left."""
        offer = self.step("summary")
        while self.left:
            fitting = [each["says"] for each in offer["answers"] if re.search(each["to"], self.asked)]
            self.says(fitting[0] if fitting else offer["otherwise"])

    def lets_weeks_go_by(self) -> None:
        """Three weeks, and on to ten in the morning, UTC, of a working day."""
        now = self.workspace.now
        morning = (now + 21 * DAY) // DAY * DAY + 10 * 3600
        weekend = {5: 2, 6: 1}.get((int(morning) // DAY + 3) % 7, 0)
        self.workspace.advance(morning + weekend * DAY - now)


@pytest.fixture
def guest(stage: Stage) -> Guest:
    return Guest(stage)


def test_the_tour_can_be_taken_from_its_first_step_to_its_last(guest: Guest) -> None:
    assert (guest.done, guest.left) == ([], 8)
    assert "2 of 9" in guest.asked

    guest.says(guest.step("about_us")["put"])
    assert guest.done == ["about_us"]

    guest.says(guest.step("answer")["put"])
    assert (guest.done, guest.left) == (["about_us", "answer"], 7)

    guest.says(guest.step("not_known")["put"])
    assert guest.done == ["about_us", "answer", "not_known"]

    guest.has_the_rest_answered()
    assert guest.done == ["about_us", "answer", "not_known", "summary"]

    guest.lets_weeks_go_by()
    assert "Northwind Foods" in guest.is_asked_today("lena")
    assert "three_weeks" not in guest.done, "nobody has read it"
    guest.workspace.read("lena", guest.workspace.dm("lena"))
    assert guest.done[-1] == "three_weeks"

    guest.workspace.command("maya", "#deals", "/dealreview", "digest")
    guest.settle()
    assert "digest" not in guest.done, "nobody has read it"
    guest.workspace.read("maya", guest.workspace.dm("maya"))
    assert guest.done == [step["key"] for step in tour()["steps"]]


def test_steps_may_be_taken_in_any_order(guest: Guest) -> None:
    guest.workspace.command("maya", "#deals", "/dealreview", "digest")
    guest.settle()
    guest.workspace.read("maya", guest.workspace.dm("maya"))
    assert guest.done == ["digest"]

    guest.lets_weeks_go_by()
    assert "Kestrel Logistics" in guest.is_asked_today("lena")
    guest.workspace.read("lena", guest.workspace.dm("lena"))
    assert guest.done == ["three_weeks", "digest"]

    guest.says("not known")
    assert guest.done == ["not_known", "three_weeks", "digest"]


def test_what_only_looks_like_a_step_is_none(guest: Guest) -> None:
    guest.workspace.read("lena", guest.workspace.dm("lena"))  # there are nudges from before the tour
    guest.says("skip")
    guest.says("back")
    guest.workspace.message("omar", "#deals", "Ruth told me the auditor comes back in March.", guest.thread)
    guest.settle()
    assert guest.done == []


def test_every_way_to_ask_again_about_the_customer_is_known_and_no_question_is_taken_for_one() -> None:
    probes = next(step for step in tour()["steps"] if step["key"] == "about_us")["seen"]["says"]
    for question in STANDARD.questions:
        for angle in question.angles:
            assert re.search(probes, re.sub(r"\{\w+\}", "Northwind Foods", angle))
        assert not re.search(probes, question.ask)
        assert not question.vague or not re.search(probes, question.vague)


def test_the_rest_can_be_answered_whatever_is_asked() -> None:
    offer = next(step for step in tour()["steps"] if step["key"] == "summary")["offers"]
    for question in STANDARD.questions[1:]:
        assert [each for each in offer["answers"] if re.search(each["to"], question.ask)], question.key


def test_without_its_beginning_there_is_no_tour(guest: Guest) -> None:
    guest.workspace.reset()
    assert guest.workspace.tour() is None
