"""A playbook that was not there before: begun from another one in Slack, or dropped as a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.drafting import Why, changes, switch, wrong_name
from flows.playbook import STANDARD, Playbook, plain
from flows.playbook_files import write
from storage.playbooks import Playbooks
from storage.rules import find_rules, keep_rules
from tests.conftest import TEAM, Room
from tests.reading import words
from tests.test_imports_in_slack import dropped
from tests.test_playbooks import Desk
from tests.test_privacy import files


@pytest.fixture
def lena(room: Room) -> Desk:
    desk = Desk(room, "lena")
    desk.opens("Renewal")
    return desk


def names(room: Room) -> list[str]:
    """The playbooks there are, by their names."""
    with room.bot.database.transaction() as session:
        return [each.name for each in Playbooks(session, TEAM).shelf().playbooks.values()]


def as_file(name: str = "Large companies", key: str = "large_companies") -> str:
    """The nine questions as a file, in other words, without one, and with one more."""
    data = plain(STANDARD)
    asked = [{**each, "ask": "Who decides?"} if each["key"] == "people" else each for each in data["questions"]]
    asked[2]["is_on"] = False
    budget = {"key": "budget", "label": "Budget", "ask": "Whose money is it?"}
    whole = {"key": key, "name": name, "questions": [*asked, budget]}
    text = write(STANDARD).partition("key:")[0]
    return text + str(whole)  # a dictionary of Python's is YAML, too


def test_a_new_one_is_begun_from_another_and_is_a_choice_once_it_is_saved(lena: Desk, room: Room) -> None:
    lena.presses("copy")
    assert "begins with the questions of Renewal" in words(room.form("lena"))
    assert lena.fills_in(name="  Large   companies ") == {}
    assert lena.shown.startswith("*Large companies*  ·  your draft, which nobody sees until you save it")
    assert "playbook:usual" not in str(lena.card["blocks"])
    assert names(room) == ["Deal review", "Renewal", "First meeting"]
    lena.rewords("people", ask="Who signs at {customer}?")
    lena.presses("save")
    assert "saved as version 1" in lena.messages[-1]["text"]
    assert names(room)[-1] == "Large companies"
    thread = room.start("Northwind with large companies @lena")
    assert thread.review.playbook.ref == "large_companies:1"
    assert thread.review.playbook.find("people").ask == "Who signs at {customer}?"  # type: ignore[union-attr]


def test_what_is_let_go_before_it_was_saved_leaves_nothing(lena: Desk, room: Room) -> None:
    lena.presses("copy")
    lena.fills_in(name="Large companies")
    card = lena.card
    lena.presses("leave")
    closed = next(each for each in lena.messages if each["ts"] == card["ts"])
    assert words(closed) == "*Large companies*  ·  let go. Nothing of it is kept."
    lena.presses("copy")
    assert lena.fills_in(name="Large companies") == {}


def test_it_can_be_exported_before_it_is_saved(lena: Desk, room: Room) -> None:
    lena.presses("copy")
    lena.fills_in(name="Large companies")
    lena.presses("export")
    (given,) = files(room, "lena").values()
    assert "name: Large companies" in given


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("renewal", "There is a playbook called that already; give this one another name."),
        ("first  Meeting", "There is a playbook called that already; give this one another name."),
    ],
)
def test_a_name_that_will_not_do_is_told_at_its_line(lena: Desk, name: str, told: str) -> None:
    lena.presses("copy")
    assert lena.fills_in(name=name) == {"name": told}


@pytest.mark.parametrize(("name", "why"), [("", Why.EMPTY), ("x" * 41, Why.LONG), ("\u202ex", Why.SIGN)])
def test_a_name_is_short_and_can_be_read(name: str, why: Why) -> None:
    wrong = wrong_name(name, [STANDARD], is_begun=False)
    assert wrong and wrong.why is why


def test_one_name_begins_one_playbook(lena: Desk) -> None:
    lena.presses("copy")
    lena.fills_in(name="Large companies")
    lena.presses("copy")
    assert "called that already" in lena.fills_in(name="Large companies")["name"]


def test_two_who_begin_the_same_are_told_of_each_other_and_lose_nothing(lena: Desk, room: Room) -> None:
    omar = Desk(room, "omar")
    omar.opens()
    for desk, label in ((lena, "Lena's"), (omar, "Omar's")):
        desk.presses("copy")
        desk.fills_in(name="Large companies")
        desk.adds(label=label, ask="Whose money is it?", pace="usually")
    lena.presses("save")
    omar.presses("save")
    assert "lena" in omar.told.casefold() or "version 1" in omar.told
    room.workspace.action("omar", omar.note, "playbook:mine")
    room.settle()
    with room.bot.database.transaction() as session:
        labels = [each.label for each in Playbooks(session, TEAM).shelf().playbooks["large_companies"].questions]
    assert {"Lena's", "Omar's"} <= set(labels)


def test_a_file_shows_what_it_would_change_and_changes_nothing_before_it_is_saved(lena: Desk, room: Room) -> None:
    dropped(room, "lena", as_file("Deal review", "standard"), "standard.yml")
    told, card = lena.messages[-2:]
    assert words(told).split("\n") == [
        "*standard.yml*  ·  the playbook *Deal review*",
        "Nothing is changed yet. If you save the draft below:",
        "•  *added*: “Budget”",
        "•  *reworded*: “People”",
        "•  *switched off*: “If they don't”",
    ]
    assert card == lena.card and "Who decides?" in lena.shown
    with room.bot.database.transaction() as session:
        assert Playbooks(session, TEAM).shelf().playbooks["standard"] == STANDARD
    lena.presses("save")
    with room.bot.database.transaction() as session:
        saved = Playbooks(session, TEAM).shelf().playbooks["standard"]
    assert saved.version == 1 and saved.asked == (*(key for key in STANDARD.asked if key != "no_action"), "budget")


def test_a_file_with_a_key_of_its_own_is_a_new_playbook(lena: Desk, room: Room) -> None:
    dropped(room, "lena", as_file(), "large.YAML")
    assert "*added*: “First telling”" in words(lena.messages[-2])
    lena.presses("save")
    assert names(room)[-1] == "Large companies"


def test_what_was_exported_changes_nothing_when_it_comes_back(lena: Desk, room: Room) -> None:
    dropped(room, "lena", write(STANDARD), "standard.yml")
    assert words(lena.messages[-1]).endswith("It asks what *Deal review* asks here already, so nothing changes.")


def test_a_file_does_not_write_over_changes_that_are_not_saved(lena: Desk, room: Room) -> None:
    lena.rewords("people", label="Who")
    dropped(room, "lena", as_file("Renewal", "renewal"), "renewal.yml")
    assert "I'd rather not write over them" in words(lena.messages[-1])
    assert "·  Who*" in lena.shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", "The file is not text in UTF-8."),
        ("a: [", "The file is not YAML: line 1:"),
        ("key: x", "`questions` is empty; write a list of questions, the opening first."),
        (as_file().replace("Whose money is it?", ""), "question 10 (“budget”): `ask` is empty; write what to ask."),
    ],
)
def test_a_file_that_will_not_do_is_told_with_its_place(lena: Desk, room: Room, content: str | bytes, why: str) -> None:
    dropped(room, "lena", content, "mine.yml")
    assert "*mine.yml* cannot be taken as a playbook, and nothing of it was." in words(lena.messages[-1])
    assert why in words(lena.messages[-1]).replace("\u200b", "")  # nothing in it is shown as code
    assert names(room) == ["Deal review", "Renewal", "First meeting"]


def test_where_managers_change_playbooks_nobody_else_brings_one_in(lena: Desk, room: Room) -> None:
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, replace(find_rules(session, TEAM), managers=("U0MAYA",)))
    dropped(room, "lena", as_file(), "large.yml")
    assert "Here managers and admins change what reviews ask" in words(lena.messages[-1])
    lena.presses("copy")
    assert "manager" in lena.told


def test_what_is_another_in_a_playbook() -> None:
    first, second, *rest = STANDARD.questions
    moved = changes(STANDARD, Playbook("standard", "x", (first, rest[0], second, *rest[1:])))
    assert moved.is_moved and not (moved.added or moved.reworded or moved.switched_off or moved.switched_on)
    off = switch(STANDARD, "people", False)
    assert changes(STANDARD, off).switched_off == changes(off, STANDARD).switched_on == ("People",)
    assert not changes(STANDARD, off).is_moved
    assert len(changes(None, STANDARD).added) == 9


def test_a_mistyped_playbook_does_not_become_part_of_a_deals_name(room: Room) -> None:
    told = room.command("maya", "Northwind with renewl @lena")
    assert told.startswith("Did you mean `/dealreview Northwind with renewal`? Nothing is started yet.")
    assert room.reviews() == []
    assert room.start("Working with Rita @lena").review.deal.name == "Working with Rita"
    assert room.start('"Lunch with renewals"', by="lena").review.deal.name == "Lunch with renewals"
    assert room.command("lena", "show Lunch with renewals")
