"""A person's own settings: a form in App Home, kept as it was filled in, or explained where it will not do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, time

import pytest
from slack_bolt import BoltRequest

from flows.hours import Habits, countries, is_country
from storage.habits import find_habits
from storage.tenancy import at_work_for
from tests.conftest import TEAM, Room, open_room
from tests.reading import Message, buttons, element, words

GIVEN: dict[str, str | list[str] | None] = {
    "begins": "07:30",
    "ends": "15:00",
    "workdays": ["0", "1", "2", "6"],
    "country": "DE",
    "part": "by",
    "away_from": "2026-12-01",
    "away_until": "2026-12-04",
    "nudges": "off",
}


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


def opened(room: Room, who: str = "lena") -> Message:
    """Open App Home and, from there, the form."""
    room.workspace.home(who)
    room.settle()
    home = room.workspace.home_tab(who)
    assert home is not None
    room.workspace.action(who, home, buttons(home)["My settings"])
    room.settle()
    return room.form(who)


def saves(room: Room, who: str = "lena", **values: str | list[str] | None) -> dict[str, str]:
    """Fill in the open form and save it; returns what it objects to, by block."""
    given = {block: {"value": value} for block, value in values.items()}
    wrong = room.workspace.submit(who, room.form(who)["id"], given)
    room.settle()
    return wrong


def kept(room: Room, team: str = TEAM, person: str = "U0LENA") -> Habits:
    with at_work_for(team), room.bot.database.transaction() as session:
        return find_habits(session, team, person)


def shown(room: Room, who: str = "lena") -> str:
    """What Home says of the person's settings, as it was last published."""
    home = room.workspace.home_tab(who)
    assert home is not None
    return words(home).split("\n")[0]


def initial(form: Message, block: str) -> str | list[str] | None:
    filled = element(form, block)
    for key in ("initial_value", "initial_date", "initial_time"):
        if key in filled:
            return str(filled[key])
    if "initial_options" in filled:
        return [each["value"] for each in filled["initial_options"]]
    return str(filled["initial_option"]["value"]) if "initial_option" in filled else None


def test_without_settings_the_form_shows_what_is_usual(room: Room) -> None:
    form = opened(room)
    assert "the clock Slack has for you: Europe/Berlin" in words(form)
    usual = {
        "begins": "09:00",
        "ends": "17:00",
        "workdays": ["0", "1", "2", "3", "4"],
        "country": "none",
        "part": None,
        "away_from": None,
        "away_until": None,
        "nudges": "on",
    }
    assert {block: initial(form, block) for block in usual} == usual
    assert saves(room) == {}
    assert kept(room) == Habits("Europe/Berlin")


def test_what_was_filled_in_is_kept_and_told_in_home_at_once(room: Room) -> None:
    opened(room)
    assert saves(room, **GIVEN) == {}
    days = frozenset({0, 1, 2, 6})
    away = (date(2026, 12, 1), date(2026, 12, 4))
    assert kept(room) == Habits("Europe/Berlin", time(7, 30), time(15), days, "DE-BY", *away, nudges=False)
    told = "07:30–15:00, Mon, Tue, Wed, Sun  ·  holidays of Germany (BY)  ·  away Tue 1 Dec to Fri 4 Dec  ·  nudges off"
    assert shown(room) == told
    form = opened(room)
    assert {block: initial(form, block) for block in GIVEN} == {**GIVEN, "part": "BY"}


def test_settings_are_each_persons_own(room: Room) -> None:
    opened(room, "lena")
    opened(room, "maya")
    saves(room, "lena", **GIVEN)
    assert kept(room, person="U0MAYA") == Habits("Europe/London")
    assert saves(room, "maya", begins="08:00") == {}
    assert kept(room).begins == time(7, 30)


def test_settings_can_be_taken_back(room: Room) -> None:
    opened(room)
    saves(room, **GIVEN)
    opened(room)
    assert saves(room, country="none", part=None, away_from=None, away_until=None, nudges="on") == {}
    assert shown(room) == "07:30–15:00, Mon, Tue, Wed, Sun  ·  no holidays set  ·  nudges on"


def test_every_country_is_offered_and_known(room: Room) -> None:
    form = opened(room)
    groups = element(form, "country")["option_groups"]
    offered = {option["value"]: option["text"]["text"] for group in groups for option in group["options"]}
    assert offered.pop("none") == "No public holidays"
    assert list(offered.items()) == list(countries())
    assert all(is_country(code) for code in offered)


@pytest.mark.parametrize(
    ("values", "block", "explained"),
    [
        ({"begins": "17:00", "ends": "09:00"}, "ends", "Your day has to end later than it begins"),
        ({"begins": "09:00", "ends": "09:00"}, "ends", "Your day has to end later than it begins"),
        ({"country": "DE", "part": "Bavaria"}, "part", "I don't know that part of Germany. The ones I know: BB, BE"),
        ({"country": "CZ", "part": "BY"}, "part", "I know of no parts of"),
        ({"country": "none", "part": "BY"}, "country", "Choose a country from the list"),
        ({"away_from": "2026-12-01"}, "away_until", "Until when? Choose your last day away"),
        ({"away_until": "2026-12-01"}, "away_from", "From which day? Choose your first day away"),
        ({"away_from": "2026-12-05", "away_until": "2026-12-04"}, "away_until", "This day is before your first"),
        ({"away_from": "2025-12-01", "away_until": "2025-12-05"}, "away_until", "This day is over."),
    ],
)
def test_what_will_not_do_is_explained_where_it_stands_and_stays_in_the_form(
    room: Room, values: dict[str, str], block: str, explained: str
) -> None:
    opened(room)
    wrong = saves(room, **values)
    assert list(wrong) == [block]
    assert wrong[block].startswith(explained)
    state = room.form("lena")["state"]["values"]
    typed = {name: json.dumps(state[name]["value"]) for name in values}
    assert all(value in typed[name] for name, value in values.items())
    assert kept(room) == Habits("Europe/Berlin")


def test_everything_that_will_not_do_is_explained_at_once(room: Room) -> None:
    opened(room)
    wrong = saves(room, begins="18:00", country="DE", part="XX", away_from="2026-12-01")
    assert set(wrong) == {"ends", "part", "away_until"}


def test_an_absence_that_is_over_is_not_shown_any_more(room: Room) -> None:
    opened(room)
    saves(room, away_from="2026-11-24", away_until="2026-11-24")
    assert "away Tue 24 Nov to Tue 24 Nov" in shown(room)
    room.clock.passes(days=1)
    form = opened(room)
    assert initial(form, "away_from") is None
    assert "away" not in shown(room)
    assert saves(room) == {}
    assert kept(room).away_until is None


def dispatch(room: Room, team: str, installed: str, **state: Message) -> Message:
    """Save the open form as a client of one's own could: with any values, in any workspace's name."""
    view = room.form("lena")
    values = {**view["state"]["values"], **{block: {"value": value} for block, value in state.items()}}
    body = {
        "type": "view_submission",
        "team": {"id": team},
        "user": {"id": "U0LENA"},
        "view": {**view, "app_installed_team_id": installed, "team_id": installed, "state": {"values": values}},
    }
    told = room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body)).body
    room.settle()
    answer: Message = json.loads(told) if told.startswith("{") else {}
    return answer


def test_values_that_slack_would_not_let_through_are_explained_too(room: Room) -> None:
    opened(room)
    for state, block in (
        ({"begins": {"selected_time": "25:61"}}, "ends"),
        ({"workdays": {"selected_options": []}}, "workdays"),
        ({"workdays": {"selected_options": [{"value": "9"}, {"value": "x"}]}}, "workdays"),
        ({"country": {"selected_option": {"value": "XX"}}}, "country"),
        ({"away_from": {"selected_date": "2026-02-30"}, "away_until": {"selected_date": "2026-12-01"}}, "away_from"),
        ({"away_from": {"selected_date": "2026-12-01"}, "away_until": {"selected_date": "9999-12-31"}}, "away_until"),
    ):
        told = dispatch(room, TEAM, TEAM, **state)
        assert list(told["errors"]) == [block], told
    assert kept(room) == Habits("Europe/Berlin")


def test_another_workspaces_name_in_a_submission_changes_nothing_there(room: Room) -> None:
    opened(room)
    later = {"begins": {"selected_time": "10:00"}}
    dispatch(room, "T0OTHER", "T0OTHER", **later)
    assert kept(room).begins == time(9)
    dispatch(room, "T0OTHER", TEAM, **later)
    assert kept(room).begins == time(10)
    assert kept(room, "T0OTHER").begins == time(9)


def test_home_is_shown_where_it_was_when_the_form_is_saved(room: Room) -> None:
    opened(room)
    home = room.workspace.home_tab("lena")
    assert home is not None
    assert room.form("lena")["private_metadata"] == home["private_metadata"] == "all:0:0"
    saves(room, begins="08:00")
    assert shown(room).startswith("08:00–17:00")
