"""A person's own mirror: what they asked in a week, on Monday morning, and for nobody else's eyes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import BoltRequest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.outbox import Outbox
from bot.service.mirrors import MirrorService
from flows import mirror
from flows.hours import Habits
from flows.mirror import Week
from flows.playbook import OUR_HELP
from storage.database import Database
from storage.deals import Person
from storage.habits import find_habits, keep_habits
from storage.mirrors import Mirrors
from storage.models import MirrorRow
from storage.tenancy import at_work_for
from tests.conftest import TEAM, Room, Thread, open_room
from tests.reading import Message, buttons, words

LENA, MAYA, OMAR = "U0LENA", "U0MAYA", "U0OMAR"
MONDAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
ABOUT_US = "When do we close? What discount do they need? Is it in commit?"
ABOUT_THEM = "Who there worries about it?"
TITLE = "What you asked in others' reviews"


# The rules


def test_a_week_is_counted_quoted_and_set_beside_the_weeks_before() -> None:
    wrote = [(NOON - timedelta(days=14), f"{ABOUT_US} {ABOUT_THEM}"), (NOON, f"{ABOUT_US} {ABOUT_THEM} Any news?")]
    seen = mirror.mirror(wrote, MONDAY, "UTC")
    assert seen.week == Week(MONDAY, 3, 1, 1) and seen.before == (Week(date(2026, 11, 2), 3, 1, 0),)
    assert seen.about_us == ("When do we close?", "What discount do they need?", "Is it in commit?")
    assert seen.about_customer == (ABOUT_THEM,)


def test_a_question_to_try_is_given_only_if_most_were_about_us() -> None:
    mostly_us = mirror.mirror([(NOON, ABOUT_US)], MONDAY, "UTC")
    assert mostly_us.to_try and mostly_us.to_try != OUR_HELP
    half = mirror.mirror([(NOON, f"When do we close? {ABOUT_THEM}")], MONDAY, "UTC")
    assert half.to_try is None
    weeks = [MONDAY + timedelta(days=7 * n) for n in range(8)]
    tried = {mirror.mirror([(datetime.combine(w, time(12), UTC), ABOUT_US)], w, "UTC").to_try for w in weeks}
    assert len(tried) == 7


def test_weeks_are_those_of_the_persons_own_clock() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # Monday already in Berlin
    assert mirror.mirror([(late, ABOUT_THEM)], MONDAY, "UTC").week.customer == 1
    assert mirror.mirror([(late, ABOUT_THEM)], MONDAY, "Europe/Berlin").week.asked == 0


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(["UTC", "Asia/Tokyo", "Europe/Berlin"])
)
def test_a_week_and_the_four_before_it_are_looked_through_whole(wall: datetime, zone: str) -> None:
    now = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    week = mirror.this_week(now, zone)
    begins, ends = mirror.span(week, zone)
    assert begins <= now < ends
    assert mirror.this_week(begins, zone) == week - timedelta(days=28)
    assert mirror.this_week(ends, zone) == week + timedelta(days=7)


def test_it_is_due_on_the_first_morning_they_work_and_not_again_that_week() -> None:
    habits = Habits("Europe/Berlin", mirror=True, country="DE")
    monday = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert mirror.is_due(habits, None, monday) and mirror.is_due(habits, date(2026, 11, 9), monday)
    assert not mirror.is_due(habits, MONDAY, monday)
    assert not mirror.is_due(habits, None, monday - timedelta(hours=1))
    assert not mirror.is_due(Habits("Europe/Berlin"), None, monday)
    easter = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
    assert not mirror.is_due(habits, None, easter) and mirror.is_due(habits, None, easter + timedelta(days=1))


# In Slack


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url) as opened:
        yield opened


def turns(room: Room, on: bool, who: str = "maya") -> None:
    """Turn one's mirror on or off in the settings, in App Home."""
    room.workspace.home(who)
    room.settle()
    home = room.workspace.home_tab(who)
    assert home
    room.workspace.action(who, home, buttons(home)["My settings"])
    room.settle()
    wrong = room.workspace.submit(who, room.form(who)["id"], {"mirror": {"value": "on" if on else "off"}})
    assert wrong == {}
    room.settle()


def asked(room: Room, *texts: str, who: str = "maya", deal: str = "Northwind @lena", by: str = "maya") -> Thread:
    """Write into the thread of a new review."""
    thread = room.start(deal, by=by)
    thread.answers(who, *texts)
    return thread


def goes_to(room: Room, moment: datetime) -> None:
    room.clock.passes(seconds=(moment - room.clock.utc()).total_seconds())
    room.tick()


def next_monday(room: Room) -> None:
    """Monday 30 November, 9:30 in London, where Maya is. Tests begin on Tuesday 24."""
    goes_to(room, datetime(2026, 11, 30, 9, 30, tzinfo=UTC))


def shown(room: Room, who: str = "maya") -> list[str]:
    """The mirrors that were written to a person."""
    said = map(words, room.workspace.messages(room.workspace.dm(who)))
    return [each for each in said if TITLE in each]


def test_on_monday_morning_who_asked_for_it_sees_what_they_asked(room: Room) -> None:
    turns(room, True)
    asked(room, ABOUT_US, f"Thanks, Lena. {ABOUT_THEM}")
    goes_to(room, datetime(2026, 11, 30, 8, 30, tzinfo=UTC))
    assert shown(room) == []
    next_monday(room)
    [said] = shown(room)
    assert "24" not in said.split("\n")[0] and "23 to 29 Nov" in said
    assert "You asked 4 questions: 3 about us, 1 about the customer.\n🟧🟧🟧🟦" in said
    assert "> “When do we close?”" in said and f"> “{ABOUT_THEM}”" in said and "Thanks" not in said
    assert "One you might try this week" in said and "Only you see this" in said
    goes_to(room, datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    assert len(shown(room)) == 1


def test_the_weeks_before_are_set_beside_it(room: Room) -> None:
    turns(room, True)
    thread = asked(room, ABOUT_US)
    next_monday(room)
    thread.says("maya", ABOUT_THEM)
    goes_to(room, datetime(2026, 12, 7, 9, 30, tzinfo=UTC))
    said = shown(room)[1]
    assert "You asked 1 question, about the customer." in said and "One you might try" not in said
    assert "from 23 Nov  ·  🟧🟧🟧  ·  3 about us" in said


def test_nothing_is_said_of_a_week_without_a_question_and_it_is_not_looked_at_again(room: Room) -> None:
    turns(room, True)
    asked(room, "Good, thank you.")
    next_monday(room)
    assert shown(room) == [] and seen(room) == [(date(2026, 11, 23), "")]
    asked(room, ABOUT_US, deal="Harlow @lena")
    room.clock.passes(minutes=10)
    room.tick()
    assert shown(room) == []


def seen(room: Room) -> list[tuple[date, str]]:
    with room.bot.database.transaction() as session:
        return [(week, channel) for week, channel in session.execute(select(MirrorRow.week, MirrorRow.channel))]


def test_what_one_writes_in_ones_own_review_takes_back_or_edits_is_no_question_any_more(room: Room) -> None:
    turns(room, True)
    own = room.start("Tern", by="maya")
    own.says("maya", "When do we close?")
    thread = room.start("Northwind @lena", by="maya")
    gone, changed = thread.answers("maya", "What discount do they need?", "Is it in commit?")
    thread.deletes("maya", gone)
    thread.edits("maya", changed, ABOUT_THEM)
    next_monday(room)
    [said] = shown(room)
    assert "You asked 1 question, about the customer." in said
    assert "close" not in said and "discount" not in said and "commit" not in said


def test_turned_off_it_stops_at_once_and_on_again_it_goes_on(room: Room) -> None:
    turns(room, True)
    asked(room, ABOUT_US)
    turns(room, False)
    next_monday(room)
    assert shown(room) == [] and seen(room) == []
    turns(room, True)
    room.clock.passes(minutes=6)
    room.tick()
    assert len(shown(room)) == 1


def test_a_colleagues_name_does_not_make_it_about_the_customer(room: Room) -> None:
    turns(room, True)
    asked(room, "What does Lena say?", "What does Ruth say?")
    next_monday(room)
    assert "1 about the customer, 1 that could be either" in shown(room)[0]


# Now


def looks(room: Room, who: str = "maya") -> Message:
    """Open App Home and press *What I asked*."""
    room.workspace.home(who)
    room.settle()
    home = room.workspace.home_tab(who)
    assert home
    room.workspace.action(who, home, buttons(home)["What I asked"])
    room.settle()
    return room.form(who)


def test_who_has_it_on_can_look_at_any_time(room: Room) -> None:
    turns(room, True)
    assert "You have not asked anything yet." in words(looks(room))
    asked(room, ABOUT_US)
    form = looks(room)
    assert "You asked 3 questions, all about us." in words(form) and not form.get("submit")
    assert shown(room) == [] and seen(room) == []


def test_who_has_it_off_has_no_button_and_a_made_up_press_shows_nothing(room: Room) -> None:
    asked(room, ABOUT_US)
    room.workspace.home("maya")
    room.settle()
    home = room.workspace.home_tab("maya")
    assert home and "What I asked" not in buttons(home)
    presses(room, MAYA)
    assert room.workspace.modal("maya") is None
    assert "That is off" in words(room.workspace.messages(room.workspace.dm("maya"))[-1])


def presses(room: Room, person: str, value: str = MAYA) -> None:
    """A press as anybody can make one up, with somebody's id in the button."""
    press = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": person},
        "view": {"id": "V1", "private_metadata": value},
        "trigger_id": "1.1.a",
        "actions": [{"action_id": "mirror:now", "value": value, "action_ts": "1.1", "block_id": "b", "type": "button"}],
    }
    room.bot.bolt.dispatch(BoltRequest(body=press, mode="socket_mode"))
    room.settle()


# Nobody else


def test_nobody_else_ever_sees_it(room: Room) -> None:
    for who in ("maya", "omar"):
        turns(room, True, who)
    thread = asked(room, ABOUT_US, ABOUT_THEM)
    next_monday(room)
    assert len(shown(room)) == 1 and shown(room, "omar") == []
    assert "not asked anything" in words(looks(room, "omar"))
    for who in ("lena", "omar"):
        room.workspace.home(who)
        room.settle()
        told = [words(each) for each in room.workspace.ephemerals(who)]
        told += [words(each) for each in room.workspace.messages(room.workspace.dm(who))]
        told += [words(room.workspace.home_tab(who) or {}), room.command(who, "show Northwind")]
        assert not any(TITLE in each or "3 about us" in each for each in told)
    assert not any(TITLE in words(message) for message in thread.messages)
    presses(room, OMAR)
    assert "When do we close" not in str(room.workspace.calls("views.open")[-1])


def test_other_workspaces_and_other_people_are_not_counted(room: Room) -> None:
    asked(room, ABOUT_US)
    with room.bot.database.transaction() as session:
        since, until = NOON - timedelta(days=60), NOON + timedelta(days=60)
        assert len(Mirrors(session, TEAM).wrote(MAYA, since, until)) == 1
        assert Mirrors(session, TEAM).wrote(OMAR, since, until) == []
    with at_work_for("T2"), room.bot.database.transaction() as session:
        assert Mirrors(session, "T2").wrote(MAYA, since, until) == []


# Once


def test_two_processes_and_a_restart_show_a_week_once(room: Room) -> None:
    turns(room, True)
    asked(room, ABOUT_US)
    next_monday(room)
    room.bot_leaves()
    room.bot_arrives()
    room.clock.passes(minutes=6)
    room.tick()
    assert len(shown(room)) == 1
    with pytest.raises(IntegrityError), room.bot.database.transaction() as session:
        Mirrors(session, TEAM).add(MAYA, date(2026, 11, 23), "D1", room.clock.utc())


def test_of_several_processes_at_once_one_shows_it(room: Room) -> None:
    turns(room, True)
    asked(room, ABOUT_US)
    room.bot_leaves()
    room.clock.passes(days=6, hours=1)
    database = Database(room.settings.database_url)
    directory, outbox = Found(room.workspace.dm("maya")), Outbox(database, None, timedelta())  # type: ignore[arg-type]
    services = [MirrorService(database, outbox, directory, room.clock.utc) for _ in range(6)]

    def sees_to(service: MirrorService) -> bool:
        with at_work_for(TEAM):
            return service.see_to(TEAM, MAYA)

    with ThreadPoolExecutor(6) as threads:
        did = list(threads.map(sees_to, services))
    database.close()
    assert did.count(True) == 1
    room.bot_arrives()
    room.settle()
    assert len(shown(room)) == 1


class Found:
    """Finds Maya in her direct messages."""

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def renew(self, team: str, person: str) -> Person:
        return Person(team, person, "Maya Okafor", "Europe/London")

    def conversation(self, person: str) -> str:
        return self.channel


def test_the_bot_dies_before_it_has_decided_and_the_week_is_shown_when_it_is_back(room: Room) -> None:
    turns(room, True)
    asked(room, ABOUT_US)
    room.bot_leaves()
    room.clock.passes(days=6, hours=1)
    room.bot_arrives()
    room.tick()
    assert len(shown(room)) == 1


def test_who_left_the_workspace_is_not_written_to_and_slack_is_asked_once(room: Room) -> None:
    turns(room, True)
    asked(room, ABOUT_US)

    class Gone:
        asked = 0

        def renew(self, team: str, person: str) -> None:
            self.asked += 1

        def conversation(self, person: str) -> str:
            raise AssertionError("nobody is there to write to")

    gone = Gone()
    outbox = Unsaid()
    service = MirrorService(room.bot.database, outbox, gone, lambda: datetime(2026, 11, 30, 9, 30, tzinfo=UTC))  # type: ignore[arg-type]
    assert [service.see_to(TEAM, MAYA) for _ in range(3)] == [False] * 3
    assert gone.asked == 1


class Unsaid:
    """An outbox to which nothing may come."""

    def decide_for(self, *args: object) -> None:
        raise AssertionError("nothing is to be said")


def test_habits_keep_it_and_are_off_at_first(room: Room) -> None:
    with room.bot.database.transaction() as session:
        assert not find_habits(session, TEAM, LENA).mirror
        keep_habits(session, TEAM, LENA, Habits("Europe/Berlin", mirror=True))
    with room.bot.database.transaction() as session:
        assert find_habits(session, TEAM, LENA).mirror
