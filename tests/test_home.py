"""App Home: how one's deals stand, what is open, a manager's look at the team's; each page within Slack's limits."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient
from sqlalchemy import event

from bot.directory import Directory
from bot.service.home import HomeService
from flows.deal import Deal, Ending
from flows.home import DEALS_ON_A_PAGE, Shown
from flows.ledger import Known
from flows.playbook import PLAYBOOK, STEERED
from storage.deals import Deals
from storage.ledger import Ledger
from storage.reviews import Reviews
from storage.tenancy import at_work_for
from tests.conftest import TEAM, Room, open_room
from tests.reading import Message, buttons, words
from tests.sayings import THEIRS

LENA, MAYA, OMAR = "U0LENA", "U0MAYA", "U0OMAR"
DEALS, PRIVATE = "C0DEALS", "G0FORECAST"
KEYS = [question.key for question in PLAYBOOK]


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


def home(room: Room, who: str) -> Message:
    """Open App Home and see what is there."""
    room.workspace.home(who)
    return now_shown(room, who)


def now_shown(room: Room, who: str) -> Message:
    room.settle()
    shown = room.workspace.home_tab(who)
    assert shown is not None
    assert len(shown["blocks"]) <= 100
    return shown


def chooses(room: Room, who: str, only: str) -> Message:
    """Choose a filter in the Home that is open."""
    room.workspace.action(who, now_shown(room, who), "home:only", only)
    return now_shown(room, who)


def turns(room: Room, who: str, label: str, pages: str = "mine") -> Message:
    """Press *Next* or *Back* under the deals that are `mine` or the `team`'s."""
    room.workspace.action(who, room.workspace.home_tab(who), f"home:{pages}:{label.casefold()}")
    return now_shown(room, who)


def named(shown: Message) -> list[str]:
    """The deals of a Home that are called `Deal …`, in the order in which they stand there as deals."""
    sections = [block["text"]["text"] for block in shown["blocks"] if block["type"] == "section"]
    found = [re.match(r"\*(?:<[^|]+\|)?(Deal [\w-]+)", section) for section in sections if "→" not in section]
    return [match[1] for match in found if match]


def known(room: Room, question: str, **of: Any) -> Known:
    """What is known about a question: fresh, unless it is given otherwise."""
    return Known(question, 0, ("Their board meets.",), **{"given_at": room.clock.utc(), **of})


def seed(
    room: Room, name: str, ledger: tuple[Known, ...] = (), *, opened_by: str = "", scope: str = "", **is_: Any
) -> Deal:
    """A deal that was once reviewed, by its owner unless somebody else began it. It is Lena's, if nobody else's."""
    with room.bot.database.transaction() as session:
        deals, now = Deals(session, TEAM, [scope]), room.clock.utc()
        deal = replace(deals.add(name, is_.get("owner", LENA), scope, now), **is_)
        deals.save(deal)
        review = Reviews(session, TEAM).add(deal, scope or DEALS, deal.owner, opened_by or deal.owner, KEYS, now)
        over(session, review.id, now)
        for each in ledger:
            Ledger(session).keep(deal, replace(each, review=review.id))
    return deal


def seed_alike(room: Room, names: list[str], ledger: tuple[Known, ...] = (), **is_: Any) -> None:
    """Many deals of Lena's of which as much is known, and one finished review between them, for the sake of speed."""
    first = seed(room, names[0], ledger, **is_)
    with room.bot.database.transaction() as session:
        review = Reviews(session, TEAM).latest_for(first)
        assert review is not None
        for name in names[1:]:
            deal = replace(Deals(session, TEAM, [""]).add(name, LENA, "", room.clock.utc()), **is_)
            Deals(session, TEAM, [""]).save(deal)
            for each in ledger:
                Ledger(session).keep(deal, replace(each, review=review.id))


def over(session: Any, review_id: int, now: datetime) -> None:
    from storage.models import ReviewRow

    row = session.get_one(ReviewRow, review_id)
    row.status, row.ended_at = "finished", now


def old(room: Room, *questions: str) -> tuple[Known, ...]:
    """Questions whose news is of last year; all the others are fresh."""
    then = room.clock.utc() - timedelta(days=400)
    return tuple(known(room, key, given_at=then) if key in questions else known(room, key) for key in STEERED)


# One's own deals


def test_a_home_without_deals_says_what_a_review_takes_and_offers_to_start_one(room: Room) -> None:
    shown = home(room, "rosa")
    assert "Your deals\nNone yet." in words(shown)
    assert list(buttons(shown)) == ["Start a review", "My settings"]
    assert "The team" not in words(shown)


def test_home_shows_open_reviews_with_links_to_whoever_is_in_them_and_to_nobody_else(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("omar", "Their CFO told me that their team quit over it.")
    room.start("Harlow", by="omar")
    link = f"*<{room.workspace.url}/archives/C0DEALS/p{thread.ts.replace('.', '')}|Northwind>*"
    for person in ("lena", "maya", "omar"):
        assert f"{link}  ·  with Lena  ·  question 1 of 9" in words(home(room, person))
    for person in ("lena", "maya"):
        assert "Harlow" not in words(home(room, person))
    assert "None yet" in words(home(room, "rosa"))


def test_a_deal_shows_how_each_question_stands_and_names_only_those_that_need_something(room: Room) -> None:
    thread = room.start("Northwind", by="lena")
    thread.answers("lena", "skip", THEIRS, THEIRS, THEIRS, "not known", THEIRS, "stop")
    unknown = "⚪ People, Hard for them, How we help, Next step"
    assert f"Northwind>*\n{unknown}\n🟢🟢🟢🟢" in words(home(room, "lena"))
    room.clock.passes(days=20)
    assert f"Northwind>*\n{unknown}\n🟢🟢🟢🟡" in words(home(room, "lena"))
    room.clock.passes(days=13)
    shown = words(home(room, "lena"))
    assert f"Northwind>*\n🟠 Why change, If they don't, How they decide\n{unknown}\n🟢" in shown
    assert "Open reviews" not in shown


def test_a_deal_that_nothing_is_known_of_is_told_in_a_word(room: Room) -> None:
    seed(room, "Deal 1", close_date=date(2026, 12, 11))
    assert "*Deal 1*  ·  closes Fri 11 Dec\n⚪ Nothing heard yet" in words(home(room, "lena"))


def test_what_is_open_is_a_question_to_take_to_the_customer_with_its_age(room: Room) -> None:
    room.start("Northwind", by="lena").answers("lena", "skip", "not known", "stop")
    asked = "→ _What happened that put this on this year's list?_  ·  open "
    assert f"{asked}since today" in words(home(room, "lena"))
    room.clock.passes(days=21)
    assert f"{asked}21 days" in words(home(room, "lena"))
    seed(room, "Deal 1", old(room, "people"))
    assert "Deal 1" not in words(home(room, "lena")).split("Questions to take to customers")[1]


def test_what_they_wait_for_and_their_next_step_are_told(room: Room) -> None:
    step = known(room, "next_step", due=date(2026, 11, 26))
    seed(room, "Deal 1", (*old(room, "people")[:-1], step), waits_until=date(2027, 1, 12), waits_for="budget meets")
    shown = words(home(room, "lena"))
    waiting = "⏳ They're waiting until Tue 12 Jan: budget meets\n"
    assert f"Deal 1*\n🟢🟢🟢🟢🟢🟢🟢⏳  Their next step is due Thu 26 Nov\n{waiting}" in shown
    room.clock.passes(days=3)
    shown = words(home(room, "lena"))
    assert f"Deal 1*\n🟢🟢🟢🟢🟢🟢⏳⏳  Their next step was due Thu 26 Nov\n{waiting}" in shown
    room.clock.passes(days=60)
    shown = words(home(room, "lena"))
    assert "They're waiting until" not in shown
    assert "How we help, Next step (was due Thu 26 Nov)\n" in shown


def test_a_deal_that_ended_or_was_handed_over_is_not_shown(room: Room) -> None:
    seed(room, "Deal won", ending=Ending.WON, closed_at=room.clock.utc())
    given = seed(room, "Deal given")
    seed(room, "Deal kept")
    with room.bot.database.transaction() as session:
        Deals(session, TEAM, [""]).save(replace(given, owner=OMAR))
    assert named(home(room, "lena")) == ["Deal kept"]
    assert named(home(room, "omar")) == ["Deal given"]


def test_what_people_typed_is_shown_as_they_typed_it_and_pings_nobody(room: Room) -> None:
    seed(room, "<!channel> *Deal* & <@U0MAYA>", waits_until=date(2027, 1, 12), waits_for="<!here> _now_\n# big")
    room.command("lena", "`Deal` <!everyone>")
    text = " ".join(words(home(room, "lena")).split())
    assert not re.search(r"<[!@#]", text)
    assert "&lt;!channel&gt;" in text
    assert "&lt;!here&gt;" in text


def test_the_messages_tab_publishes_nothing(room: Room) -> None:
    room.workspace.home("lena", "messages")
    room.settle()
    assert room.workspace.home_tab("lena") is None


def test_home_is_shown_though_slack_does_not_say_which_tab_was_opened(room: Room) -> None:
    opened = {"type": "app_home_opened", "user": LENA, "channel": "D0LENA", "event_ts": "1795510900.000001"}
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": opened}
    assert room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    assert "None yet" in words(now_shown(room, "lena"))


def test_the_button_opens_the_form_and_the_form_starts_a_review(room: Room) -> None:
    shown = home(room, "maya")
    room.workspace.action("maya", shown, buttons(shown)["Start a review"])
    form = room.form("maya")
    values = {"name": {"value": "Northwind"}, "channel": {"value": DEALS}}
    assert room.workspace.submit("maya", form["id"], values) == {}
    room.settle()
    assert "Northwind" in words(home(room, "maya"))


def test_a_button_that_slack_does_not_open_a_form_for_is_answered_in_a_message(room: Room) -> None:
    shown = home(room, "maya")
    for label in ("Start a review", "My settings"):
        room.workspace.fault("views.open", "server_error")
        room.workspace.action("maya", shown, buttons(shown)[label])
        room.settle()
    told = [words(message) for message in room.workspace.messages(room.workspace.dm("maya"))]
    assert len(told) == 2
    assert all(each.startswith("That did not work: Slack did not answer") for each in told)


# Pages and filters


def test_five_hundred_deals_are_all_reachable_and_every_page_is_within_slacks_limits(room: Room) -> None:
    unknown = tuple(known(room, key, given_at=None, open_since=room.clock.utc()) for key in STEERED)
    names = [f"Deal {number:03} " + "& long " * 15 for number in range(500)]
    waits = {"waits_for": "so " * 300, "waits_until": date(2027, 1, 12)}
    seed_alike(room, names[:DEALS_ON_A_PAGE], unknown, **waits)
    seed_alike(room, names[DEALS_ON_A_PAGE:], **waits)
    for number in range(15):
        with room.bot.database.transaction() as session:
            mine = Deals(session, TEAM, [""]).add(f"Northwind {number}", LENA, "", room.clock.utc())
            Reviews(session, TEAM).add(mine, DEALS, LENA, LENA, KEYS, room.clock.utc())
    seen = named(shown := home(room, "lena"))
    assert len(seen) == DEALS_ON_A_PAGE
    assert "`/dealreview list`" in words(shown)
    while "Next" in buttons(shown):
        seen += named(shown := turns(room, "lena", "Next"))
    assert sorted(seen) == [f"Deal {number:03}" for number in range(500)]
    assert list(buttons(shown)) == ["Start a review", "My settings", "Back"]
    assert "Page 26 of 26, 515 deals" in words(shown)


def test_a_person_turns_back_and_finds_the_page_before(room: Room) -> None:
    seed_alike(room, [f"Deal {number:02}" for number in range(45)])
    first = named(home(room, "lena"))
    second = named(turns(room, "lena", "Next"))
    assert (first[0], second[0]) == ("Deal 00", "Deal 20")
    assert named(turns(room, "lena", "Next")) == [f"Deal {number}" for number in range(40, 45)]
    assert named(turns(room, "lena", "Back")) == second
    assert named(turns(room, "lena", "Back")) == first == named(home(room, "lena"))


def test_a_filter_shows_what_it_says_and_begins_on_the_first_page(room: Room) -> None:
    seed_alike(room, [f"Deal {number:02}" for number in range(25)], old(room))
    seed(room, "Deal stale", old(room, "people"))
    seed(room, "Deal waiting", old(room, "people"), waits_until=date(2026, 12, 1))
    seed(room, "Deal closing", old(room), close_date=date(2026, 12, 31))
    seed(room, "Deal late", old(room), close_date=date(2026, 6, 30))
    seed(room, "Deal later", old(room), close_date=date(2027, 1, 1))
    home(room, "lena")
    turns(room, "lena", "Next")
    assert named(chooses(room, "lena", "attention")) == ["Deal stale"]
    assert named(chooses(room, "lena", "waiting")) == ["Deal waiting"]
    assert named(chooses(room, "lena", "quarter")) == ["Deal late", "Deal closing"]
    assert len(named(chooses(room, "lena", "all"))) == 20


def test_a_filter_that_lets_nothing_through_says_so(room: Room) -> None:
    for number in range(3):
        seed(room, f"Deal {number}", old(room))
    home(room, "lena")
    for only in ("attention", "waiting", "quarter"):
        assert "Not one of your 3 deals" in words(chooses(room, "lena", only))


def test_whoever_comes_back_finds_the_filter_they_left_on_its_first_page(room: Room) -> None:
    seed_alike(room, [f"Deal {number:02}" for number in range(25)], old(room, "people"))
    seed(room, "Deal fresh", old(room))
    home(room, "lena")
    first = named(chooses(room, "lena", "attention"))
    assert len(named(turns(room, "lena", "Next"))) == 5
    assert named(home(room, "lena")) == first
    room.bot_leaves()
    room.bot_arrives()
    assert len(named(turns(room, "lena", "Next"))) == 5


# The team's


def test_whoever_began_reviews_of_others_deals_sees_the_teams_by_what_needs_attention(room: Room) -> None:
    """Never by person: what matters first, then all else that is old or open, then our close date."""
    seed(room, "Deal quiet", old(room), opened_by=MAYA, close_date=date(2026, 12, 1))
    seed(room, "Deal two", old(room, "why_change", "no_action"), opened_by=MAYA, close_date=date(2026, 12, 1))
    seed(room, "Deal three", old(room, "why_change", "no_action", "struggle"), opened_by=MAYA, owner=OMAR)
    seed(room, "Deal step", old(room, "next_step"), opened_by=MAYA)
    seed(room, "Deal both", old(room, "people", "decision_path"), opened_by=MAYA, owner=OMAR)
    seed(room, "Deal soon", old(room, "next_step"), opened_by=MAYA, owner=OMAR, close_date=date(2026, 12, 1))
    seed(room, "Deal waiting", old(room, *STEERED), opened_by=MAYA, waits_until=date(2027, 1, 12))
    home(room, "omar")  # as everyone is known by name who was ever asked anything
    shown = home(room, "maya")
    assert named(shown) == [f"Deal {each}" for each in ("both", "soon", "step", "three", "two", "quiet", "waiting")]
    assert "The team's deals" in words(shown)
    assert "Your deals" not in words(shown)
    assert "*Deal both*  ·  with Omar" in words(shown)
    assert "The team's deals" not in words(home(room, "lena"))


def test_a_manager_sees_own_and_team_deals_each_with_pages_of_their_own(room: Room) -> None:
    for number in range(45):
        seed(room, f"Deal own-{number:02}", owner=MAYA, opened_by=MAYA)
        seed(room, f"Deal team-{number:02}", opened_by=MAYA)
    home(room, "maya")
    shown = named(turns(room, "maya", "Next", "team"))
    assert (shown[0], shown[20]) == ("Deal own-00", "Deal team-20")
    shown = named(turns(room, "maya", "Next", "mine"))
    assert (shown[0], shown[20]) == ("Deal own-20", "Deal team-20")
    shown = named(turns(room, "maya", "Next", "team"))
    assert (shown[0], shown[20:]) == ("Deal own-20", [f"Deal team-{number}" for number in range(40, 45)])


def test_a_private_channels_deal_never_shows_to_who_may_not_read_it(room: Room) -> None:
    for who in ("dealreview", "omar"):
        room.workspace.invite("maya", "#forecast", who)
    seed(room, "Deal public", opened_by=OMAR)
    deal = seed(room, "Deal private", opened_by=OMAR, scope=PRIVATE)
    assert named(home(room, "omar")) == ["Deal private", "Deal public"]
    with room.bot.database.transaction() as session:  # reviewed again, and Omar is not in it any more
        over(
            session, Reviews(session, TEAM).add(deal, PRIVATE, LENA, MAYA, KEYS, room.clock.utc()).id, room.clock.utc()
        )
    assert named(home(room, "omar")) == ["Deal public"]
    assert named(home(room, "maya")) == ["Deal private"]
    assert "private" not in str(home(room, "rosa")["blocks"])


def test_what_a_rep_answers_in_direct_messages_hides_no_deal_and_is_linked_for_nobody(room: Room) -> None:
    room.workspace.invite("maya", "#forecast", "dealreview")
    private = seed(room, "Deal private", old(room), opened_by=MAYA, scope=PRIVATE)
    public = seed(room, "Deal public", old(room), opened_by=MAYA)
    with room.bot.database.transaction() as session:
        reviews, now = Reviews(session, TEAM), room.clock.utc()
        for deal in (private, public):
            over(session, reviews.add(deal, "D0LENA", LENA, LENA, KEYS, now).id, now)
    assert named(home(room, "maya")) == ["Deal private", "Deal public"]
    assert "D0LENA" not in str(home(room, "maya")["blocks"])


def test_another_workspaces_name_in_an_action_changes_nothing(room: Room) -> None:
    seed(room, "Deal ours", old(room, "people"))
    seed(room, "Deal fresh", old(room))
    with at_work_for("T0OTHER"), room.bot.database.transaction() as session:
        Deals(session, "T0OTHER", [""]).add("Deal theirs", LENA, "", room.clock.utc())
    view = home(room, "lena")
    chosen = {"type": "static_select", "action_id": "home:only", "block_id": "b", "action_ts": "1.1",
              "selected_option": {"value": "attention"}}  # fmt: skip
    body = {"type": "block_actions", "user": {"id": LENA}, "team": {"id": "T0OTHER"}, "actions": [chosen]}
    theirs = {**view, "team_id": "T0OTHER", "app_installed_team_id": "T0OTHER"}
    room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body={**body, "view": theirs}))
    assert named(now_shown(room, "lena")) == ["Deal ours", "Deal fresh"]
    assert view["app_installed_team_id"] == TEAM
    assert room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body={**body, "view": view})).status == 200
    assert named(now_shown(room, "lena")) == ["Deal ours"]


def test_other_peoples_deals_cost_nothing_and_ones_own_no_further_queries(room: Room) -> None:
    def queries() -> int:
        asked: list[str] = []
        engine, here = room.bot.database.engine, threading.get_ident()

        def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if threading.get_ident() == here:
                asked.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        service.home(TEAM, LENA, Shown())
        event.remove(engine, "before_cursor_execute", count)
        return len(asked)

    home(room, "lena")
    slack = WebClient(room.settings.bot_token, base_url=room.settings.slack_api_url)
    directory = Directory(slack, room.bot.database, lambda: "https://x.slack.com/")
    service = HomeService(room.bot.database, directory, room.clock.utc)
    seed(room, "Deal 1", old(room, "people"), opened_by=MAYA)
    before = queries()
    for number in range(30):
        seed(room, f"Deal mine {number}", old(room))
        seed(room, f"Deal theirs {number}", old(room), owner=OMAR)
    assert queries() == before
