"""Which questions a team's reviews ask: an admin gives it a playbook, and its members' deals go by that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.playbook import SHIPPED, STANDARD
from flows.rules import Crew, Rules
from storage.models import WorkspaceRow
from storage.playbooks import Playbooks
from storage.rules import keep_rules
from tests.conftest import TEAM, Room, open_room
from tests.holding import LENA, OMAR, held
from tests.reading import buttons, element, words
from tests.test_imports_in_slack import dropped
from tests.test_new_playbooks import as_file
from tests.test_playbooks import Desk
from tests.test_settings_in_slack import ROSA, given, home, opens, presses, rules, saves, stale, told

RENEWAL = SHIPPED.playbooks["renewal"]
WORTH = "Worth so far"
"""What only *Renewal* asks."""


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    """Maya is the workspace's admin."""
    with open_room(database_url, "http") as opened:
        yield opened


def team(playbook: str = "renewal", name: str = "North", number: int = 1, members: tuple[str, ...] = (LENA,)) -> Crew:
    return Crew(number, name, (), members, playbook)


def asked_by(room: Room, text: str) -> str:
    """The playbook that a review of a deal begins with, which is ended at once."""
    thread = room.start(text)
    thread.says("maya", "stop")
    return thread.review.playbook.key


def test_an_admin_gives_a_team_its_questions_and_its_members_are_asked_them(room: Room) -> None:
    opens(room)
    field = element(presses(room, "Add a team"), "playbook")
    assert [each["text"]["text"] for each in field["options"]] == [
        "As usual here", "Deal review", "Renewal", "First meeting",
    ]  # fmt: skip
    assert field["initial_option"]["text"]["text"] == "As usual here"
    assert saves(room, name="North", members=[LENA], playbook="renewal") == {}
    assert rules(room).crews == (team(),)
    assert element(presses(room, "North"), "playbook")["initial_option"]["text"]["text"] == "Renewal"

    lenas, omars = room.start("Northwind @lena"), room.start("Harlow @omar")
    assert (lenas.review.playbook, omars.review.playbook) == (RENEWAL, STANDARD)
    lenas.says("lena", "They asked for a quote for next year.")
    omars.says("omar", "They asked for a quote for next year.")
    assert "2 of 10" in lenas.asked and RENEWAL.questions[1].ask.replace("{customer}", "Northwind") in lenas.asked
    assert "2 of 9" in omars.asked

    opens(room)
    presses(room, "North")
    assert saves(room, playbook="-") == {}
    assert rules(room).crews == (team(""),)
    assert asked_by(room, "Umbrella @lena") == "standard"


def test_everything_that_asks_goes_by_the_teams_questions(room: Room) -> None:
    held(room, "Northwind", LENA)
    held(room, "Harlow", OMAR)
    for who in ("lena", "omar"):
        assert WORTH not in words(home(room, who))
    given(room, crews=(team(),))
    assert WORTH in words(home(room, "lena"))
    assert WORTH not in words(home(room, "omar"))
    assert WORTH in room.command("maya", "show Northwind")
    assert WORTH not in room.command("maya", "show Harlow")
    room.command("maya", "digest @lena @omar")
    digest = told(room, "maya")[-1]
    assert WORTH in digest and "Northwind" in digest and "Harlow" not in digest
    room.command("maya", "batch @lena @omar by Thu 10:00")
    (opened,) = [review for review in room.reviews() if review.is_open]
    assert (opened.deal.name, opened.questions) == ("Northwind", ("worth_so_far",)), "all else is fresh"


def test_each_deal_of_a_list_is_spoken_of_in_the_words_of_its_own_questions(room: Room) -> None:
    for command in ("Northwind with renewal @lena", "Harlow @lena"):
        thread = room.start(command)
        for word in ("They are on the old contract.", *["not known"] * 9):
            thread.says("lena", word)
    asked = words(home(room, "lena")).partition("Questions to take to customers")[2]
    renewal, standard = (each.find("no_action").could_ask for each in (RENEWAL, STANDARD))
    told = sorted(("Northwind", renewal, "Harlow", standard), key=asked.index)
    assert told in (["Northwind", renewal, "Harlow", standard], ["Harlow", standard, "Northwind", renewal])


def test_a_nudge_begins_a_review_with_the_teams_questions(room: Room) -> None:
    stale(room)
    given(room, crews=(team(),))
    room.clock.passes(hours=1)
    room.tick()
    dm = room.workspace.dm("lena")
    nudge = next(each for each in room.workspace.messages(dm) if "Two minutes now" in buttons(each))
    room.workspace.action("lena", nudge, "nudge:now")
    room.settle()
    assert room.reviews()[-1].playbook == RENEWAL


def test_what_was_chosen_for_a_deal_wins_and_stays(room: Room) -> None:
    given(room, crews=(team(),))
    assert asked_by(room, "Northwind with first meeting @lena") == "first_meeting"
    assert asked_by(room, "full Northwind") == "first_meeting"
    assert asked_by(room, "Harlow with deal review @lena") == "standard"
    assert asked_by(room, "full Harlow") == "standard"


def test_the_owners_team_decides_and_not_that_of_whoever_begins(room: Room) -> None:
    given(room, crews=(team(members=(ROSA, OMAR)),))
    assert asked_by(room, "Northwind @lena") == "standard"
    assert asked_by(room, "full Northwind @omar") == "renewal", "it was handed over"


def test_whoever_leaves_a_team_goes_on_with_what_is_open(room: Room) -> None:
    given(room, crews=(team(),))
    thread = room.start("Northwind @lena")
    given(room, crews=(team(members=()),))
    thread.says("lena", "They asked for a quote for next year.")
    assert "2 of 10" in thread.asked
    thread.says("lena", "stop")
    assert asked_by(room, "full Northwind") == "standard"


def test_of_two_teams_the_first_by_name_that_has_questions_of_its_own_decides(room: Room) -> None:
    crews = (team("renewal", "South"), team("first_meeting", "north", 2), team("", "East", 3))
    given(room, crews=crews)
    assert asked_by(room, "Northwind @lena") == "first_meeting"
    given(room, crews=(*crews[:1], replace(crews[1], playbook="gone"), crews[2]))
    assert asked_by(room, "full Northwind") == "renewal"


def test_a_playbook_that_is_gone_is_the_usual_one(room: Room) -> None:
    with room.bot.database.transaction() as session:
        Playbooks(session, TEAM).make_usual("first_meeting")
        keep_rules(session, TEAM, Rules(crews=(team("gone"),)))
    assert asked_by(room, "Northwind @lena") == "first_meeting"
    opens(room)
    assert element(presses(room, "North"), "playbook")["initial_option"]["text"]["text"] == "As usual here"


def test_the_usual_one_of_the_workspace_stays_that_of_everybody_else(room: Room) -> None:
    given(room, crews=(team(),))
    with room.bot.database.transaction() as session:
        Playbooks(session, TEAM).make_usual("first_meeting")
    assert asked_by(room, "Northwind @lena") == "renewal"
    assert asked_by(room, "Harlow @omar") == "first_meeting"


def test_a_playbook_of_ones_own_is_offered_once_it_is_saved(room: Room) -> None:
    lena = Desk(room, "lena")
    lena.opens()
    dropped(room, "lena", as_file(), "large.yml")
    opens(room)
    assert "Large companies" not in str(element(presses(room, "Add a team"), "playbook"))
    lena.presses("save")
    opens(room)
    presses(room, "Add a team")
    assert saves(room, name="North", members=[LENA], playbook="large_companies") == {}
    assert room.start("Northwind @lena").review.playbook.ref == "large_companies:1"


def test_one_is_given_the_questions_of_ones_own_reviews_to_change(room: Room) -> None:
    given(room, crews=(team(),))
    assert Desk(room, "lena").opens().startswith("*Renewal* is in our direct messages")
    assert Desk(room, "omar").opens().startswith("*Deal review* is in our direct messages")


def test_settings_that_were_kept_before_teams_had_questions_are_read(room: Room) -> None:
    given(room, crews=(team(),))
    with room.bot.database.transaction() as session:
        row = session.get_one(WorkspaceRow, TEAM)
        (kept,) = row.settings["crews"]
        row.settings = {**row.settings, "crews": [{key: kept[key] for key in kept if key != "playbook"}]}
    assert rules(room).crews == (team(""),)
    assert asked_by(room, "Northwind @lena") == "standard"
