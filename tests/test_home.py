"""App Home: one's own reviews, one press away, and a button to start another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows.playbook import PLAYBOOK
from storage.deals import Deals
from storage.reviews import Reviews
from tests.conftest import TEAM, Message, Room, buttons, open_room, words


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


def home(room: Room, who: str) -> Message:
    """Open App Home and see what is there."""
    room.workspace.home(who)
    room.settle()
    shown = room.workspace.home_tab(who)
    assert shown is not None
    return shown


def test_a_home_without_reviews_says_what_one_takes_and_offers_to_start_one(room: Room) -> None:
    shown = home(room, "rosa")
    assert words(shown).startswith("Your reviews\nNone yet.")
    assert list(buttons(shown)) == ["Start a review"]


def test_home_shows_the_reviews_one_is_in_with_links_and_nobody_elses(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("omar", "Their CFO told me that their team quit over it.")
    room.start("Harlow", by="omar")
    link = f"<{room.workspace.url}/archives/C0DEALS/p{thread.ts.replace('.', '')}|Northwind>"
    for person in ("lena", "maya", "omar"):
        assert f"{link}  ·  with Lena  ·  question 1 of 9" in words(home(room, person))
    for person in ("lena", "maya"):
        assert "Harlow" not in words(home(room, person))
    assert "None yet" in words(home(room, "rosa"))


def test_home_is_up_to_date_whenever_it_is_opened_and_shows_open_reviews_first(room: Room) -> None:
    thread = room.start("Northwind", by="lena")
    thread.answers("lena", "skip", "pause")
    room.start("Harlow", by="lena").says("lena", "stop")
    shown = words(home(room, "lena"))
    assert "Northwind>  ·  with Lena  ·  question 2 of 9, paused" in shown
    assert "Harlow>  ·  with Lena  ·  ended early Tue 24 Nov" in shown
    assert shown.index("Northwind") < shown.index("Harlow")


def test_the_messages_tab_publishes_nothing(room: Room) -> None:
    room.workspace.home("lena", "messages")
    room.settle()
    assert room.workspace.home_tab("lena") is None


def test_the_button_opens_the_form_and_the_form_starts_a_review(room: Room) -> None:
    shown = home(room, "maya")
    room.workspace.action("maya", shown, buttons(shown)["Start a review"])
    form = room.workspace.modal("maya")
    assert form is not None
    values = {"name": {"value": "Northwind"}, "channel": {"value": "C0DEALS"}}
    assert room.workspace.submit("maya", form["id"], values) == {}
    room.settle()
    assert "Northwind" in words(home(room, "maya"))


def test_a_button_that_slack_does_not_open_a_form_for_is_answered_in_a_message(room: Room) -> None:
    shown = home(room, "maya")
    room.workspace.fault("views.open", "server_error")
    room.workspace.action("maya", shown, buttons(shown)["Start a review"])
    room.settle()
    (told,) = room.workspace.messages(room.workspace.dm("maya"))
    assert words(told).startswith("That did not work, and it is my fault.")


def test_a_home_with_more_reviews_than_slack_has_room_for_is_shown_all_the_same(room: Room) -> None:
    with room.bot.database.transaction() as session:
        deals, reviews = Deals(session, TEAM, [""]), Reviews(session, TEAM)
        for number in range(150):
            deal = deals.add(f"Deal {number:03} " + "with a long name " * 6, "U0LENA", "", room.clock.utc())
            keys = [question.key for question in PLAYBOOK]
            reviews.add(deal, "C0DEALS", "U0LENA", "U0LENA", keys, room.clock.utc())
    shown = words(home(room, "lena"))
    assert "Deal 149" in shown
    assert shown.count("<") == shown.count(">")
