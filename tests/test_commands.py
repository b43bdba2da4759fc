"""What `/dealreview` answers: help, list, show, and words that are no command. Only whoever typed it reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.commands import COMMONLY_TRIED
from storage.deals import Deals
from tests.conftest import TEAM, Room, open_room
from tests.sayings import THEIRS

GENERAL = "#general"
FORECAST = "#forecast"


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


# Help


def test_help_is_a_word_in_any_case_and_the_answer_to_a_command_cut_short(room: Room) -> None:
    for text in ("help", "HELP", " Help ", "show", "SHOW"):
        told = room.command("maya", text)
        for command in ("/dealreview Northwind", "/dealreview list", "/dealreview show Northwind"):
            assert f"`{command}`" in told
    assert room.reviews() == []


def test_help_is_given_where_the_bot_is_not_a_member(room: Room) -> None:
    assert "`/dealreview list`" in room.command("rosa", "help", GENERAL)


def test_an_answer_is_for_the_eyes_of_whoever_typed_the_command(room: Room) -> None:
    room.start("Northwind @lena", by="maya")
    said = room.workspace.messages("#deals")
    for text in ("help", "list", "show Northwind", "remove Northwind", "Northwind", "Northwind @lena @omar"):
        told = room.command("omar", text)
        assert room.whispers("omar")[-1] == told
    assert room.whispers("maya") == room.whispers("lena") == []
    assert room.workspace.messages("#deals") == said


# List


def test_a_list_without_reviews_says_how_to_start_one(room: Room) -> None:
    assert room.command("maya", "list") == (
        "There is no review you can read here. `/dealreview` and a deal's name starts one."
    )


def test_a_list_shows_each_deals_latest_review_with_a_link_open_ones_first(room: Room) -> None:
    paused = room.start("Northwind @lena")
    paused.says("lena", "pause")
    room.start("Harlow").says("maya", "stop")
    running = room.start("Cobalt @omar")
    running.says("omar", "skip")
    room.start("Harlow").says("maya", "stop")
    head, *lines = room.command("lena", "LIST").splitlines()
    assert head == "*Reviews you can read here*"
    assert [line.partition("|")[2] for line in lines] == [
        "Cobalt>  ·  with Omar  ·  question 2 of 9",
        "Northwind>  ·  with Lena  ·  question 1 of 9, paused",
        "Harlow>  ·  with Maya  ·  ended early Tue 24 Nov",
    ]
    assert f"p{running.ts.replace('.', '')}|Cobalt>" in lines[0]


def test_a_list_in_another_channel_holds_only_the_reviews_one_is_in(room: Room) -> None:
    room.workspace.invite("maya", GENERAL, "dealreview")
    room.start("Northwind @lena", by="maya").says("omar", THEIRS)
    room.start("Harlow @lena", by="lena")
    assert "Northwind" in room.command("omar", "list", GENERAL)
    assert "Harlow" not in room.command("omar", "list", GENERAL)
    assert room.command("rosa", "list", GENERAL).startswith("There is no review you can read here.")


def test_a_list_of_many_deals_with_long_names_is_whole_and_every_link_in_it_is_closed(room: Room) -> None:
    names = [f"Deal {number:02} " + "with a rather long name " * 4 for number in range(20)]
    for name in names:
        room.workspace.command("maya", "#deals", "/dealreview", name)
    room.settle()
    told = room.command("maya", "list")
    assert told.count("<") == told.count(">") == 20
    assert all(f"Deal {number:02}" in told for number in range(20))


# Show


def test_show_tells_what_was_heard_question_by_question(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.answers("lena", "skip", THEIRS, "not known")
    told = room.command("omar", "show northwind")
    assert f"p{thread.ts.replace('.', '')}|Northwind>  ·  with Lena  ·  question 4 of 9" in told
    assert f"🟢  *Why change*  ·  heard today\n> {THEIRS}" in told
    assert "*If they don't*  ·  not known yet, open since today\n→ could ask: _What happens if this waits" in told
    assert "*Where to*  ·  not talked about yet" in told


def test_a_name_may_be_quoted_and_spelled_in_any_case(room: Room) -> None:
    room.start('"Northwind Foods" @lena')
    for text in ('show "Northwind Foods"', "show “northwind foods”", "Show  northwind   FOODS"):
        assert "Northwind Foods>  ·  with Lena" in room.command("omar", text)


def test_a_deal_is_shown_where_it_was_reviewed_and_anywhere_to_its_people(room: Room) -> None:
    room.workspace.invite("maya", GENERAL, "dealreview")
    room.start("Northwind @lena", by="maya").says("omar", THEIRS)
    for person in ("maya", "lena", "omar"):
        assert "with Lena" in room.command(person, "show Northwind", GENERAL)
    assert room.command("rosa", "show Northwind", GENERAL) == (
        "I know no deal called “Northwind” here. `/dealreview list` shows those I do."
    )


def test_a_deal_one_may_not_read_of_and_one_that_does_not_exist_are_told_apart_by_nothing(room: Room) -> None:
    room.workspace.invite("maya", GENERAL, "dealreview")
    room.workspace.invite("maya", FORECAST, "dealreview")
    room.start("Northwind @lena", by="maya")
    room.start("Harlow @lena", by="maya", channel=FORECAST)
    unknown = room.command("rosa", "show Nonsense", GENERAL)
    for name in ("Northwind", "Harlow"):
        assert room.command("rosa", f"show {name}", GENERAL).replace(name, "Nonsense") == unknown


# Words that are no command


SLIPS = {"hlep": "help", "lst": "list", "shwo Northwind": "show", "lists": "list", "helpp": "help"}


def test_a_slip_of_the_fingers_is_asked_about(room: Room) -> None:
    for text, meant in SLIPS.items():
        told = room.command("maya", text)
        assert told.startswith(f"I don't know “{text}” as a command. Did you mean `/dealreview {meant}`?")
        assert f'`/dealreview "{text}"`' in told
    assert room.reviews() == []


def test_a_word_that_people_expect_to_be_a_command_starts_nothing(room: Room) -> None:
    for text in ("remove Northwind", "--force", "stop", "Archive Northwind", "new", "--help", "status"):
        told = room.command("maya", text)
        assert told.startswith(f"I don't know “{text}” as a command.")
        assert f'`/dealreview "{text}"`' in told
    assert room.reviews() == []


def test_none_of_the_words_people_commonly_try_starts_a_review(room: Room) -> None:
    for word in sorted(COMMONLY_TRIED):
        assert f'`/dealreview "{word} Northwind"`' in room.command("maya", f"{word} Northwind")
    assert room.reviews() == []


def test_a_deal_may_be_called_by_any_word_in_quotes_and_is_found_without_them_afterwards(room: Room) -> None:
    assert room.start('"remove Northwind"').review.deal.name == "remove Northwind"
    assert "is open already" in room.command("lena", "remove Northwind")
    assert room.start("“help”").review.deal.name == "help"


def test_a_name_that_only_begins_like_a_command_is_a_name(room: Room) -> None:
    for text in ("Lisbon Foods", "Shower & Co", "Help the Aged", "Listers", "newco"):
        assert room.start(text).review.deal.name == text


def test_a_command_with_words_too_many_starts_no_review(room: Room) -> None:
    for text in ("help me", "list all", "list my deals"):
        room.command("maya", text)
        assert room.reviews() == [], text


def test_a_command_sent_without_any_words_at_all_opens_the_form(room: Room) -> None:
    assert room.command("maya", "   ") == ""
    assert room.workspace.modal("maya") is not None


def brought_in(room: Room, name: str, owner: str = "U0LENA") -> None:
    with room.bot.database.transaction() as session:
        Deals(session, TEAM, [""]).add(name, owner, "", room.clock.utc())


def test_a_deal_that_was_only_brought_in_is_not_denied(room: Room) -> None:
    brought_in(room, "Northwind")
    for asked in ("show", "ask"):
        told = room.command("lena", f"{asked} northwind")
        assert told.startswith("*Northwind* was not reviewed yet. `/dealreview Northwind` in a public channel begins")
    assert "I know no deal called “Harlow”" in room.command("lena", "show Harlow")


def test_a_deal_that_was_only_brought_in_ends_and_goes_on_by_its_owners_word(room: Room) -> None:
    brought_in(room, "Northwind")
    assert room.command("omar", "close Northwind").startswith("That one is for")
    room.command("lena", "close Northwind")
    assert room.workspace.submit("lena", room.form("lena")["id"], {"ending": {"value": "lost"}}) == {}
    room.settle()
    assert "`/dealreview reopen Northwind` takes it up again" in room.command("lena", "show Northwind")
    assert room.command("omar", "reopen Northwind").startswith("That one is for")
    assert "*Northwind* goes on." in room.command("lena", "reopen Northwind")
    assert "was not reviewed yet" in room.command("lena", "show Northwind")
