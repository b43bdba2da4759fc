"""What an admin settles for the workspace, in Slack: who may see and change it, and what comes of it for the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from slack_bolt import BoltRequest

from flows.hours import Habits
from flows.rules import Crew, Rules
from storage import audit
from storage.erasing import settle
from storage.habits import find_habits, keep_habits
from storage.models import CallRow, EntryRow, WorkspaceRow
from storage.rules import find_rules, keep_rules
from storage.schedules import Schedules
from storage.tenancy import at_work_for
from tests.conftest import DEALS, TEAM, Room, open_room
from tests.holding import CHANNEL, LENA, MAYA, OMAR, PRIVATE, held, made
from tests.reading import Message, buttons, element, words
from tests.test_deletion import forget

ROSA = "U0ROSA"
SETTLED = {"begins": "08:00", "ends": "16:30", "workdays": ["0", "1", "2", "3"], "country": "DE", "part": "by"}
ADMINS_ONLY = "Only an admin of this Slack workspace can change its settings."


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    """Maya is the workspace's admin."""
    with open_room(database_url, "http") as opened:
        yield opened


def rules(room: Room, team: str = TEAM) -> Rules:
    with at_work_for(team), room.bot.database.transaction() as session:
        return find_rules(session, team)


def given(room: Room, **settled: Any) -> None:
    """An admin has settled that."""
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, Rules(**settled))


def north(*members: str, managers: tuple[str, ...] = (OMAR,)) -> tuple[Crew, ...]:
    return (Crew(1, "North", managers, members),)


def home(room: Room, who: str) -> Message:
    room.workspace.home(who)
    room.settle()
    shown = room.workspace.home_tab(who)
    assert shown is not None
    return shown


def opens(room: Room, who: str = "maya") -> Message:
    """Open the settings from App Home."""
    room.workspace.action(who, home(room, who), "rules:all")
    room.settle()
    return room.form(who)


def presses(room: Room, label: str, who: str = "maya") -> Message:
    """Press a button in the open form; gives the form that is open then."""
    form = room.form(who)
    room.workspace.action(who, form, buttons(form)[label])
    room.settle()
    return room.form(who)


def saves(room: Room, who: str = "maya", **values: Any) -> dict[str, str]:
    wrong = room.workspace.submit(
        who, room.form(who)["id"], {block: {"value": value} for block, value in values.items()}
    )
    room.settle()
    return wrong


def told(room: Room, who: str) -> list[str]:
    return [words(each) for each in room.workspace.messages(room.workspace.dm(who)) if each.get("bot_id")]


def log(room: Room) -> list[tuple[str, str, str]]:
    with room.bot.database.transaction() as session:
        return [(each.person, str(each.act), each.subject) for each in audit.entries(session)]


def called(room: Room) -> set[int]:
    """The deals of all calls, by ids."""
    with room.bot.database.transaction() as session:
        return {row.deal_id for row in session.query(EntryRow)}


def calls(room: Room) -> int:
    with room.bot.database.transaction() as session:
        return session.query(CallRow).count()


def habits(room: Room, person: str) -> Habits:
    with room.bot.database.transaction() as session:
        return find_habits(session, TEAM, person)


# Who may


def test_only_an_admin_finds_the_settings_in_app_home(room: Room) -> None:
    assert "Settings" in buttons(home(room, "maya"))
    assert "This workspace" in words(home(room, "maya"))
    for who in ("lena", "omar"):
        assert "Settings" not in buttons(home(room, who))
        assert "This workspace" not in words(home(room, who))


def test_the_command_opens_them_for_an_admin_and_tells_others_whose_they_are(room: Room) -> None:
    assert room.command("maya", "settings") == ""
    assert room.form("maya")["callback_id"] == "rules"
    assert room.command("lena", "settings").startswith(ADMINS_ONLY)
    assert room.workspace.modal("lena") is None


def test_whoever_is_an_admin_no_more_cannot_save_what_they_opened(room: Room) -> None:
    opens(room)
    room.workspace.become("maya", "member")
    room.clock.passes(minutes=11)
    assert saves(room, managers=[MAYA]) == {"managers": f"{ADMINS_ONLY} Your own are under My settings in my Home tab."}
    assert rules(room) == Rules()
    room.workspace.become("omar", "admin")
    opens(room, "omar")
    assert saves(room, "omar", managers=[OMAR]) == {}
    assert rules(room).managers == (OMAR,)


FORGED = {
    "rules:all": {"action_id": "rules:all", "value": LENA},
    "a team": {"action_id": "rules:crew:1", "value": "1"},
    "a new team": {"action_id": "rules:crew:0", "value": "0"},
}


@pytest.mark.parametrize("press", FORGED.values(), ids=FORGED.keys())
def test_a_press_that_somebody_else_made_up_opens_nothing(room: Room, press: dict[str, str]) -> None:
    given(room, crews=north(LENA))
    shown = home(room, "lena")
    body = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": LENA},
        "trigger_id": "1.1.a",
        "view": shown,
        "container": {"type": "view", "view_id": shown["id"]},
        "actions": [{**press, "type": "button", "block_id": "b", "action_ts": "1.1"}],
    }
    assert room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 200
    room.settle()
    assert room.workspace.calls("views.open") == []
    assert told(room, "lena")[-1].startswith(ADMINS_ONLY)


@pytest.mark.parametrize(("form", "about"), [("rules", ""), ("crew", "0:"), ("crew", "1:"), ("gone", "1:")])
def test_a_form_that_somebody_else_made_up_changes_nothing(room: Room, form: str, about: str) -> None:
    given(room, crews=north(LENA))
    filled: dict[str, dict[str, Any]] = {
        "managers": {"selected_users": [LENA]},
        "name": {"value": "Ours"},
        "begins": {"selected_time": "10:00"},
        "ends": {"selected_time": "12:00"},
        "workdays": {"selected_options": [{"value": "0"}]},
        "kept": {"selected_option": {"value": "90"}},
        "remove": {"selected_options": [{"value": "yes"}] if form == "gone" else []},
    }
    body = {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": LENA},
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": "rules" if form == "rules" else "crew",
            "private_metadata": about,
            "state": {"values": {block: {"value": value} for block, value in filled.items()}},
        },
    }
    answer = json.loads(room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).body)
    assert [each.startswith(ADMINS_ONLY) for each in answer["errors"].values()] == [True]
    assert rules(room) == Rules(crews=north(LENA))
    assert log(room) == []


def test_where_slack_does_not_tell_nobody_is_an_admin(room: Room) -> None:
    home(room, "maya")
    room.clock.passes(minutes=11)
    room.workspace.fault("users.info", "server_error", times=9)
    assert "Settings" not in buttons(home(room, "maya"))


# What is settled


def test_a_new_workspace_needs_no_settings_and_the_form_shows_what_is_usual(room: Room) -> None:
    form = opens(room)
    assert rules(room) == Rules()
    assert "initial_users" not in element(form, "managers")
    assert "initial_conversations" not in element(form, "channels")
    assert (element(form, "begins")["initial_time"], element(form, "ends")["initial_time"]) == ("09:00", "17:00")
    assert element(form, "nudges")["initial_option"]["value"] == "on"
    assert element(form, "kept")["initial_option"]["text"]["text"] == "For ever"
    assert saves(room) == {}
    assert rules(room) == Rules()
    with room.bot.database.transaction() as session:
        assert session.query(WorkspaceRow).count() == 0
    assert log(room) == []


def test_what_is_filled_in_is_kept_shown_again_and_noted_without_words(room: Room) -> None:
    opens(room)
    assert saves(room, managers=[MAYA, OMAR], channels=[CHANNEL, PRIVATE], nudges="off", kept="365", **SETTLED) == {}
    usual = Habits(begins=time(8), ends=time(16, 30), workdays=frozenset({0, 1, 2, 3}), country="DE-BY")
    assert rules(room) == Rules((MAYA, OMAR), (), (CHANNEL, PRIVATE), usual, False, 365)
    form = opens(room)
    assert element(form, "managers")["initial_users"] == [MAYA, OMAR]
    assert element(form, "channels")["initial_conversations"] == [CHANNEL, PRIVATE]
    assert element(form, "part")["initial_value"] == "BY"
    assert element(form, "kept")["initial_option"]["text"]["text"] == "A year"
    settings = ("managers", "channels", "hours", "nudges")
    assert log(room) == [
        *((MAYA, "changed the settings", each) for each in settings),
        (MAYA, "settled how long to keep", "365"),
    ]
    assert saves(room, managers=[], channels=[], nudges="on", kept="0") == {}
    assert rules(room) == Rules(usual=usual)


def test_what_will_not_do_is_explained_where_it_stands(room: Room) -> None:
    opens(room)
    wrong = saves(room, begins="18:00", country="DE", part="Bavaria")
    assert set(wrong) == {"ends", "part"}
    assert rules(room) == Rules()


def test_days_that_were_settled_at_the_command_line_stay_when_the_form_is_saved(room: Room) -> None:
    given(room, retention_days=400)
    form = opens(room)
    assert element(form, "kept")["initial_option"]["text"]["text"] == "400 days"
    assert saves(room, nudges="off") == {}
    assert rules(room) == Rules(nudges=False, retention_days=400)
    with room.bot.database.transaction() as session:
        settle(session, TEAM, 30)
    assert rules(room) == Rules(nudges=False, retention_days=30)


def test_another_workspaces_settings_are_not_ours(room: Room) -> None:
    with at_work_for("T0OTHER"), room.bot.database.transaction() as session:
        keep_rules(session, "T0OTHER", Rules((ROSA,), (), ("C0ELSEWHERE",), nudges=False))
    opens(room)
    assert saves(room, kept="90") == {}
    assert rules(room) == Rules(retention_days=90)
    assert rules(room, "T0OTHER").managers == (ROSA,)
    room.start("Northwind @lena", by="omar")


# Teams


def test_teams_are_added_changed_and_removed_over_the_settings(room: Room) -> None:
    opens(room)
    assert room.form("maya")["callback_id"] == "rules"
    presses(room, "Add a team")
    assert saves(room, name="  North ", managers=[OMAR], members=[LENA]) == {}
    form = room.form("maya")
    assert form["callback_id"] == "rules"
    assert list(buttons(form)) == ["North", "Add a team"]
    assert rules(room).crews == north(LENA)

    form = presses(room, "North")
    assert element(form, "members")["initial_users"] == [LENA]
    assert saves(room, name="R&D <North>", members=[LENA, ROSA]) == {}
    assert rules(room).crews == (Crew(1, "R&D <North>", (OMAR,), (LENA, ROSA)),)

    presses(room, "Add a team")
    assert saves(room, name="r&d <north>") == {"name": "There is a team of this name already. Choose another one."}
    assert saves(room, name="   ") == {"name": "Give it a name of at most 40 characters."}
    assert saves(room, name="South") == {}
    presses(room, "R&D <North>")
    assert saves(room, remove=["yes"]) == {}
    assert list(buttons(room.form("maya"))) == ["South", "Add a team"]
    assert rules(room).crews == (Crew(2, "South"),)
    assert log(room) == [(MAYA, "changed the settings", "teams")] * 4


def test_what_else_was_filled_in_stays_when_a_team_is_added(room: Room) -> None:
    form = opens(room)
    room.workspace.action("maya", form, "rules:crew:0", values={"begins": {"value": "07:00"}})
    room.settle()
    saves(room, name="North")
    assert saves(room) == {}
    assert rules(room) == Rules(crews=(Crew(1, "North"),), usual=Habits(begins=time(7)))


def test_a_team_that_another_admin_removed_meanwhile_does_not_come_back(room: Room) -> None:
    given(room, crews=north(LENA))
    opens(room)
    presses(room, "North")
    given(room)
    assert list(saves(room, name="North")) == ["name"]
    assert rules(room) == Rules()


def test_there_are_twenty_teams_at_most(room: Room) -> None:
    given(room, crews=tuple(Crew(n, f"Team {n}") for n in range(1, 20)))
    opens(room)
    presses(room, "Add a team")
    saves(room, name="The last")
    assert "Add a team" not in buttons(room.form("maya"))
    assert len(rules(room).crews) == 20


# Managers


def test_as_long_as_nobody_is_named_everybody_begins_batches_and_schedules(room: Room) -> None:
    made(room, "Northwind")
    assert room.command("omar", "batch @lena by Thu 10:00").startswith("I'm opening the reviews of 1 deal")
    assert "Every Thursday" in room.command("omar", "schedule @lena every Thu 10:00")


def test_once_managers_are_named_others_are_answered_who_they_are(room: Room) -> None:
    made(room, "Northwind")
    room.command("omar", "batch")
    form = room.form("omar")
    room.command("omar", "schedule")
    calendar = room.form("omar")
    given(room, managers=(LENA,), crews=north(managers=(ROSA,)))
    answer = "Reviews before a call are begun by Lena and Rosa in this workspace. An admin can change that"
    for text in ("batch @lena by Thu 10:00", "batch", "schedule", "schedule @lena every Thu 10:00"):
        assert room.command("omar", text).startswith(answer), text
    room.workspace.close("omar", calendar["id"])
    for view, block in ((form, "time"), (calendar, "day")):
        told_back = submitted(room, OMAR, view, owners={"selected_users": [LENA]})
        assert told_back[block].startswith(answer)
    assert "No call of yours" in room.command("omar", "schedule list")
    assert calls(room) == 0


def submitted(room: Room, person: str, view: Message, **filled: Any) -> dict[str, str]:
    """Submit a form that was open once; returns what it objects to."""
    values = {**view["state"]["values"], **{block: {"value": value} for block, value in filled.items()}}
    body = {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": person},
        "view": {**view, "state": {"values": values}},
    }
    answer = room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).body
    room.settle()
    errors: dict[str, str] = json.loads(answer)["errors"] if answer else {}
    return errors


def test_a_manager_and_an_admin_begin_them(room: Room) -> None:
    made(room, "Northwind")
    given(room, managers=(LENA,))
    for who in ("lena", "maya"):
        assert room.command(who, "batch @lena by Thu 10:00").startswith("I'm opening the reviews of 1 deal")


def test_the_digest_of_ones_own_deals_needs_no_manager(room: Room) -> None:
    held(room, "Northwind", OMAR, days_ago=90)
    given(room, managers=(LENA,))
    assert "Reviews before a call" not in room.command("omar", "digest")


def test_who_manages_a_team_begins_its_members_reviews_and_nobody_elses(room: Room) -> None:
    made(room, "Northwind", LENA)
    given(room, crews=north(LENA))
    assert room.command("omar", "batch @lena @omar by Thu 10:00").startswith("I'm opening the reviews of 1 deal")
    refused = room.command("omar", "batch @lena @rosa @maya by Thu 10:00")
    assert refused.startswith("Rosa and Maya are in none of your teams, so somebody else begins the reviews")
    assert room.command("omar", "schedule @rosa every Thu 10:00").startswith("Rosa is in none of your teams")
    assert calls(room) == 1


def test_a_call_for_which_nobody_is_named_is_about_the_managers_team(room: Room) -> None:
    northwind = made(room, "Northwind", LENA, period="Q4")
    made(room, "Harlow", ROSA, period="Q4")
    given(room, crews=north(LENA))
    room.command("omar", "batch")
    assert element(room.form("omar"), "owners")["initial_users"] == [LENA]
    assert room.command("omar", "batch by Thu 10:00").startswith("I'm opening the reviews of 1 deal")
    assert room.command("omar", "batch in Q4 by Fri 10:00").startswith("I'm opening the reviews of 1 deal")
    assert called(room) == {northwind.id}
    assert "The deals of Lena" in room.command("omar", "schedule every Thu 10:00")


def test_deals_chosen_by_hand_and_a_period_alone_keep_to_the_team_too(room: Room) -> None:
    northwind, harlow = made(room, "Northwind", LENA, period="Q4"), made(room, "Harlow", ROSA, period="Q4")
    given(room, crews=north(LENA))
    room.command("omar", "batch")
    form = room.form("omar")
    by_hand = {"owners": {"selected_users": []}, "deals": {"selected_options": [{"value": str(harlow.id)}]}}
    assert submitted(room, OMAR, form, **by_hand)["owners"].startswith("Rosa is in none of your teams")
    nobody = {"owners": {"selected_users": []}, "period": {"selected_option": {"value": "Q4"}}}
    assert submitted(room, OMAR, form, **nobody) == {}
    assert called(room) == {northwind.id}


def test_a_manager_of_no_team_and_an_admin_begin_everybodys(room: Room) -> None:
    made(room, "Harlow", ROSA)
    given(room, managers=(LENA,), crews=north(OMAR, managers=(MAYA,)))
    for who in ("lena", "maya"):
        assert room.command(who, "batch @rosa by Thu 10:00").startswith("I'm opening the reviews of 1 deal")


def test_the_calls_of_somebody_who_is_no_manager_any_more_pause_themselves(room: Room) -> None:
    made(room, "Northwind", LENA)
    assert "Every Thursday" in room.command("omar", "schedule @lena every Thu 10:00")
    given(room, managers=(LENA,))
    room.clock.passes(days=1, hours=6)
    room.tick()
    with room.bot.database.transaction() as session:
        (schedule,) = Schedules(session, TEAM).of(OMAR)
    assert schedule.paused
    assert calls(room) == 0
    (message,) = [each for each in room.workspace.messages(room.workspace.dm("omar")) if "could not" in words(each)]
    assert "By this workspace's settings you don't begin the reviews of these deals" in words(message)
    room.workspace.action("omar", message, buttons(message)["Go on"])
    room.settle()
    assert room.whispers("omar")[-1].startswith("Reviews before a call are begun by Lena in this workspace.")


def test_a_manager_who_is_forgotten_leaves_no_id_and_no_open_door(room: Room) -> None:
    given(room, managers=(LENA,), crews=north(LENA, managers=(LENA,)))
    forget(room, "lena")
    assert rules(room) == Rules(managers=("GONE",), crews=north(managers=("GONE",)))
    assert "begun by a colleague who has left in" in room.command("omar", "batch")
    form = opens(room)
    assert "initial_users" not in element(form, "managers")


# Where


def test_where_reviews_are_held_is_answered_everywhere_else(room: Room) -> None:
    given(room, channels=(PRIVATE,))
    answer = f"Reviews are held in <#{PRIVATE}> here. Start it there;"
    assert room.command("maya", "Northwind @lena").startswith(answer)
    assert room.command("maya", "full Northwind @lena").startswith(answer)
    made(room, "Northwind")
    assert room.command("maya", "batch @lena by Thu 10:00").startswith(answer)
    assert room.command("maya", "schedule @lena every Thu 10:00").startswith(answer)
    assert room.reviews() == []
    room.workspace.invite("maya", PRIVATE, "dealreview")
    room.start("Cobalt @lena", channel=PRIVATE)
    room.command("lena", "Harlow", room.workspace.dm("lena"))
    assert [each.channel for each in room.reviews()] == [PRIVATE, room.workspace.dm("lena")]


def test_the_form_says_it_at_the_channel(room: Room) -> None:
    room.command("maya")
    given(room, channels=(PRIVATE,))
    wrong = saves(room, name="Northwind")
    assert list(wrong) == ["channel"]
    assert wrong["channel"].startswith("Reviews are held in its channel here.")


def test_calls_of_a_channel_that_is_the_place_no_more_pause_themselves(room: Room) -> None:
    made(room, "Northwind", LENA)
    room.command("maya", "schedule @lena every Thu 10:00")
    given(room, channels=(PRIVATE,))
    room.clock.passes(days=1, hours=6)
    room.tick()
    assert any(f"Reviews are not held in <#{CHANNEL}> any more." in each for each in told(room, "maya"))


def test_a_review_that_is_open_goes_on_where_it_was(room: Room) -> None:
    thread = room.start("Northwind @lena")
    given(room, channels=(PRIVATE,))
    thread.says("lena", "Their auditor stopped them twice.")
    assert "2 of 9" in thread.asked


# What is usual


def test_the_workspaces_hours_are_those_of_whoever_settled_none(room: Room) -> None:
    room.command("lena", "help")
    room.command("omar", "help")
    for who in ("lena", "omar"):
        home(room, who)
    own = Habits("America/New_York", begins=time(11))
    with room.bot.database.transaction() as session:
        keep_habits(session, TEAM, OMAR, own)
    opens(room)
    assert saves(room, **SETTLED) == {}
    usual = Habits("Europe/Berlin", time(8), time(16, 30), frozenset({0, 1, 2, 3}), "DE-BY")
    assert habits(room, LENA) == usual
    assert habits(room, OMAR) == own
    assert "08:00–16:30, Mon, Tue, Wed, Thu  ·  holidays of Germany (BY)" in words(home(room, "lena"))


def test_a_nudge_comes_in_the_workspaces_hours(room: Room) -> None:
    stale(room)
    given(room, usual=Habits(begins=time(18), ends=time(22)))
    room.clock.passes(minutes=5)  # past ten in the morning in Berlin
    room.tick()
    assert nudged(room) == 0
    room.clock.passes(hours=8)
    room.tick()
    assert nudged(room) == 1


@pytest.mark.parametrize("is_on", [True, False])
def test_nudges_are_on_or_off_for_the_workspace(room: Room, is_on: bool) -> None:
    stale(room)
    given(room, nudges=is_on)
    room.clock.passes(hours=1)
    room.tick()
    assert nudged(room) == (1 if is_on else 0)
    assert ("nudges on" if is_on else "nudges off") in words(home(room, "lena"))
    assert habits(room, LENA).nudges
    room.workspace.action("lena", home(room, "lena"), "home:settings")
    room.settle()
    assert ("turned them off for the whole workspace" in str(room.form("lena"))) is not is_on
    assert element(room.form("lena"), "nudges")["initial_option"]["value"] == "on"


def stale(room: Room) -> None:
    """A deal of Lena's of this quarter, of which everything is old; she lives in Berlin."""
    held(room, "Northwind", days_ago=200)
    made(room, "Northwind", close_date=room.clock.utc().date())
    home(room, "lena")


def nudged(room: Room) -> int:
    return sum("Northwind" in each for each in told(room, "lena"))


def test_closed_deals_go_after_the_days_that_an_admin_settled(room: Room) -> None:
    held(room, "Northwind", days_ago=100)
    room.settle()
    room.command("lena", "close Northwind")
    saves(room, "lena", ending="lost")
    opens(room)
    assert saves(room, kept="90") == {}
    room.clock.passes(days=89)
    room.tick()
    assert room.reviews()
    room.clock.passes(days=2)
    room.tick()
    assert room.reviews() == []
    assert ("", "deleted after its time", "1") in log(room)


def test_all_of_it_fits_into_slacks_form(room: Room) -> None:
    given(room, crews=tuple(Crew(n, f"{n} {'team ' * 7}") for n in range(1, 21)), channels=(CHANNEL,))
    form = opens(room)
    assert len(buttons(form)) == 20
    assert DEALS not in words(form)


def test_once_managers_are_named_they_and_admins_change_the_playbooks(room: Room) -> None:
    assert room.command("lena", "playbook") == room.command("omar", "playbook")
    given(room, managers=(OMAR,))
    assert "Only managers and admins" in room.command("lena", "playbook")
    for who in ("omar", "maya"):
        assert "Only managers and admins" not in room.command(who, "playbook")
