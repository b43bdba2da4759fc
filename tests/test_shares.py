"""How the telling moved: of a deal and of the team's deals, counted from what was written, read by who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk import WebClient
from sqlalchemy import event, insert, select

from bot.directory import Directory
from bot.service.shares import ShareService
from flows import shares
from flows.answer import Answer, Reply, Standing
from flows.lens import Label, Reading, Span
from flows.playbook import PLAYBOOK
from flows.review import Status, Turn
from flows.shares import Told
from flows.summary import Tally
from storage.database import Database
from storage.deals import Deals
from storage.models import ReplyRow, ReviewRow
from storage.reviews import Reviews
from storage.shares import Shares
from storage.tenancy import at_work_for
from tests.conftest import TEAM, Room, Thread, open_room
from tests.reading import Message, words
from tests.sayings import ALSO_OURS, ALSO_THEIRS, ANSWERS, OURS, THEIRS

LENA, MAYA, OMAR, ROSA = "U0LENA", "U0MAYA", "U0OMAR", "U0ROSA"
KEYS = [question.key for question in PLAYBOOK]
THURSDAY = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

TALLIES = st.builds(Tally, st.integers(0, 40), st.integers(0, 40), st.integers(0, 9))
MOMENTS = st.integers(-100, 0).map(lambda days: THURSDAY + days * DAY)
TOLD = st.lists(st.builds(Told, MOMENTS, TALLIES))


# The rules


@given(TOLD)
def test_of_a_deal_the_last_six_reviews_are_points_in_the_order_of_time(told: list[Told]) -> None:
    points = shares.of_deal(told, "Europe/Berlin").points
    assert len(points) == min(6, len(told))
    assert [point.day for point in points] == sorted(each.at.date() for each in told)[-6:]


@given(TOLD)
def test_of_a_team_every_line_of_the_last_eight_weeks_is_in_one_point(told: list[Told]) -> None:
    points = shares.of_team(told, THURSDAY, "UTC").points
    assert all(point.day.weekday() == 0 for point in points) and len(points) <= 8
    assert not points or (points[0].reviews and points[-1].day == date(2026, 11, 23))
    lately = [each for each in told if each.at.date() >= date(2026, 10, 5)]
    assert shares.together(point.tally for point in points) == shares.together(each.tally for each in lately)
    assert all(each.at >= shares.since(THURSDAY) for each in lately)


def test_a_week_without_a_review_stays_empty_between_two_others() -> None:
    told = [Told(THURSDAY - days * DAY, Tally(1, 2, 0)) for days in (0, 16)]
    weeks = [(point.day, point.reviews) for point in shares.of_team(told, THURSDAY, "UTC").points]
    assert weeks == [(date(2026, 11, 9), 1), (date(2026, 11, 16), 0), (date(2026, 11, 23), 1)]


def test_a_review_on_a_sunday_night_is_in_the_week_of_whoever_looks() -> None:
    told = [Told(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), Tally(1, 0, 0))]
    assert shares.of_team(told, THURSDAY, "UTC").points[0].day == date(2026, 11, 16)
    assert shares.of_team(told, THURSDAY, "Europe/Berlin").points[0].day == date(2026, 11, 23)


def test_two_reviews_and_three_of_which_one_has_no_side_are_no_movement() -> None:
    told = [Told(THURSDAY - days * DAY, Tally(1, 1, 0)) for days in (1, 2, 3)]
    assert shares.of_deal(told, "UTC").is_enough
    assert not shares.of_deal(told[:2], "UTC").is_enough
    assert not shares.of_deal([*told[:2], replace(told[2], tally=Tally(0, 0, 5))], "UTC").is_enough


def test_reviews_on_one_day_are_told_apart() -> None:
    told = [Told(THURSDAY + timedelta(hours=hours), Tally(1, 1, 0)) for hours in (0, 1, 2)]
    assert [point["again"] for point in shares.plain(shares.of_deal(told, "UTC"))["points"]] == [0, 1, 2]


# In Slack


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url) as opened:
        yield opened


def reviewed(room: Room, *answers: str, deal: str = "Northwind") -> Thread:
    """A whole review, a day after what was before; the last answer is given until no question is left."""
    room.clock.passes(days=1)
    thread = room.start(f"full {deal} @lena")
    thread.answers("lena", *answers)
    while thread.review.is_open:
        thread.says("lena", answers[-1])
    return thread


def asks_how_it_moved(room: Room, who: str, deal: str = "Northwind", channel: str = "#deals") -> Message:
    """Press the button under what is known; returns what only this person sees then."""
    room.command(who, f"show {deal}", channel)
    note = room.workspace.ephemerals(who)[-1]
    room.workspace.action(who, note, "moved")
    room.settle()
    return room.workspace.ephemerals(who)[-1]


def drawn(message: Message) -> dict[str, list[int]]:
    """The values of the picture in a message, by the names of its series."""
    [picture] = [block for block in message["blocks"] if block["type"] == "data_visualization"]
    return {series["name"]: [point["value"] for point in series["data"]] for series in picture["chart"]["series"]}


def tellings(*threads: Thread) -> list[Tally]:
    return [Tally.of(thread.review.lines) for thread in threads]


def test_under_what_is_known_a_button_shows_how_the_telling_moved(room: Room) -> None:
    threads = [reviewed(room, OURS), reviewed(room, OURS, OURS, THEIRS), reviewed(room, *ANSWERS)]
    note = asks_how_it_moved(room, "maya")
    assert words(note).startswith("*Northwind*  ·  how the telling moved")
    lines = tellings(*threads)
    assert drawn(note) == {
        "About the customer": [tally.customer for tally in lines],
        "About us": [tally.us for tally in lines],
    }
    assert lines[0].us > lines[2].us and lines[0].customer < lines[2].customer
    chart = note["blocks"][1]["chart"]
    assert chart["axis_config"]["categories"] == ["25 Nov", "26 Nov", "27 Nov"]
    # For a notification, and for who does not see pictures, the same in words.
    assert f"*25 Nov*  ·  {lines[0].us} about us, {lines[0].customer} about them" in note["text"]


def test_before_the_third_review_a_sentence_says_how_many_there_are(room: Room) -> None:
    reviewed(room, THEIRS)
    assert "One finished review you can read here so far. From the third" in words(asks_how_it_moved(room, "maya"))
    reviewed(room, THEIRS)
    note = asks_how_it_moved(room, "maya")
    assert "2 finished reviews" in words(note) and all(block["type"] == "section" for block in note["blocks"])


def test_a_line_counts_where_it_was_moved_to_and_a_message_taken_back_does_not(room: Room) -> None:
    for _ in range(2):
        reviewed(room, THEIRS)
    thread = reviewed(room, OURS, THEIRS, ALSO_THEIRS)
    before = drawn(asks_how_it_moved(room, "maya"))
    thread.fixes("lena", OURS[:20], "customer")
    moved = drawn(asks_how_it_moved(room, "maya"))
    assert moved["About us"][-1] == before["About us"][-1] - 1
    assert moved["About the customer"][-1] == before["About the customer"][-1] + 1
    thread.deletes("lena", thread.review.answer("no_action").live[0].message_ts)
    fewer = drawn(asks_how_it_moved(room, "maya"))
    assert fewer["About the customer"][-1] == moved["About the customer"][-1] - 1
    [tally] = tellings(thread)
    assert (fewer["About the customer"][-1], fewer["About us"][-1]) == (tally.customer, tally.us)


def test_what_is_still_true_was_written_before_and_a_review_that_goes_on_is_not_counted(room: Room) -> None:
    for _ in range(3):
        reviewed(room, THEIRS)
    room.clock.passes(days=1)
    thread = room.start("full Northwind @lena")
    thread.answers("lena", OURS, "still true")
    assert len(drawn(asks_how_it_moved(room, "maya"))["About us"]) == 3
    thread.answers("lena", *["skip"] * 7)
    note = drawn(asks_how_it_moved(room, "maya"))
    assert (note["About us"][-1], note["About the customer"][-1]) == (1, 0)


def test_a_review_in_a_private_channel_is_counted_there_and_nowhere_else(room: Room) -> None:
    room.workspace.invite("maya", "#forecast", "dealreview")
    room.settle()
    for _ in range(3):
        room.clock.passes(days=1)
        thread = room.start("full Secret @lena", channel="#forecast")
        thread.answers("lena", *[THEIRS] * len(KEYS))
    note = asks_how_it_moved(room, "maya", "Secret", "#forecast")
    assert len(drawn(note)["About us"]) == 3
    for review in (thread.review.id, 4711):
        assert told_to(room, OMAR, "C0DEALS", review) == told_to(room, ROSA, "C0GENERAL", review) == "not_here"


def told_to(room: Room, person: str, channel: str, review: int) -> str:
    """What is said to somebody who presses a button with an id of their own making."""
    directory = Directory(WebClient(room.settings.bot_token, room.settings.slack_api_url), room.bot.database, home=str)
    return ShareService(room.bot.database, directory, room.clock.utc).of_deal(TEAM, person, channel, review).name


def test_where_the_bot_is_not_it_comes_as_a_direct_message(room: Room) -> None:
    for _ in range(3):
        reviewed(room, THEIRS)
    room.command("lena", "show Northwind", "#general")
    room.workspace.action("lena", room.workspace.ephemerals("lena")[-1], "moved")
    room.settle()
    message = room.workspace.messages(room.workspace.dm("lena"))[-1]
    assert len(drawn(message)["About us"]) == 3


def test_home_tells_it_week_by_week_in_words_and_the_rep_no_less_than_the_manager(room: Room) -> None:
    reviewed(room, OURS)
    assert "How the telling moved" not in home(room, "maya")
    room.clock.passes(days=7)
    reviewed(room, *ANSWERS)
    shown = home(room, "maya")
    assert "How the telling moved" in shown and "*from 23 Nov*" in shown and "*from 30 Nov*" in shown
    assert "·  1 review" in shown
    told = shown.split("How the telling moved")[1].partition("This workspace")[0]  # where an admin's settings begin
    assert home(room, "lena").split("How the telling moved")[1].startswith(told.rstrip())
    assert "How the telling moved" not in home(room, "omar")


def home(room: Room, who: str) -> str:
    room.workspace.home(who)
    room.settle()
    shown = room.workspace.home_tab(who)
    assert shown is not None
    return words(shown)


# Kept


def keep(
    database: Database,
    deal: str,
    *,
    at: datetime,
    channel: str = "C1",
    scope: str = "",
    owner: str = LENA,
    opened_by: str = MAYA,
    status: Status = Status.FINISHED,
    team: str = TEAM,
    texts: tuple[str, ...] = (ALSO_OURS, ALSO_THEIRS),
) -> int:
    """A review with some lines, the first about us and the others about the customer."""
    with at_work_for(team), database.transaction() as session:
        deals, reviews = Deals(session, team, [scope]), Reviews(session, team)
        kept = deals.find(deal) or deals.add(deal, owner, scope, at)
        review = reviews.add(kept, channel, owner, opened_by, KEYS, at, is_private=channel.startswith("G"))
        labels = [Label.US, *[Label.CUSTOMER] * (len(texts) - 1)]
        replies = tuple(
            Reply(f"{at.timestamp() + n:.6f}", owner, text, Reading((Span(0, len(text), label, 0.9),), text))
            for n, (text, label) in enumerate(zip(texts, labels, strict=True))
        )
        told = review.with_answer(Answer("why_change", Standing.ANSWERED, replies, said_at=at))
        told = replace(told, status=status, ended_at=at)
        reviews.save(told, Turn("answered", owner, f"{review.id}", at), review)
        return review.id


def of_team(database: Database, person: str, **asked: Any) -> list[Tally]:
    with database.transaction() as session:
        return [each.tally for each in Shares(session, TEAM).of_team(person, shares.since(THURSDAY), **asked)]


@pytest.fixture
def kept(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.upgrade()
    yield database
    database.close()


def test_of_the_team_a_person_counts_what_they_may_read(kept: Database) -> None:
    one = Tally(1, 1, 0)
    keep(kept, "Northwind", at=THURSDAY - 3 * DAY)
    assert of_team(kept, LENA) == of_team(kept, MAYA) == [one]
    assert of_team(kept, OMAR) == []
    keep(kept, "Northwind", at=THURSDAY - 2 * DAY, channel="D7", opened_by=LENA, texts=(OURS,))
    assert of_team(kept, LENA) == [Tally(1, 0, 0), one]
    assert of_team(kept, MAYA) == [one]
    keep(kept, "Secret", at=THURSDAY - 2 * DAY, channel="G1", scope="G1", opened_by=LENA)
    keep(kept, "Secret", at=THURSDAY - DAY, channel="G1", scope="G1", opened_by=MAYA)
    assert of_team(kept, MAYA) == [one, one]
    keep(kept, "Northwind", at=THURSDAY - DAY, channel="G1", opened_by=LENA)
    assert of_team(kept, LENA)[0] == one
    keep(kept, "Northwind", at=THURSDAY - DAY, status=Status.STOPPED)
    keep(kept, "Northwind", at=THURSDAY - 90 * DAY)
    keep(kept, "Elsewhere", at=THURSDAY - DAY, team="T2")
    assert of_team(kept, MAYA) == [one, one]


def test_a_deal_that_has_ended_still_counts_and_others_can_be_left_out(kept: Database) -> None:
    keep(kept, "Northwind", at=THURSDAY - 3 * DAY)
    keep(kept, "Harlow", at=THURSDAY - 2 * DAY, texts=(OURS,))
    with kept.transaction() as session:
        deals = Deals(session, TEAM, [""])
        northwind = deals.find("Northwind")
        assert northwind
        deals.save(replace(northwind, closed_at=THURSDAY))
    assert of_team(kept, MAYA) == [Tally(1, 0, 0), Tally(1, 1, 0)]
    assert of_team(kept, MAYA, deals=[northwind.id]) == [Tally(1, 1, 0)]
    assert of_team(kept, MAYA, deals=[]) == []


def test_a_thousand_reviews_are_counted_with_one_query(kept: Database) -> None:
    texts = (ALSO_OURS, *[ALSO_THEIRS] * 9)
    for number in range(100):
        keep(kept, f"Deal {number % 20}", at=THURSDAY - DAY * (number % 50), texts=texts)
    multiply(kept, 10)
    asked: list[str] = []
    event.listen(kept.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    told = of_team(kept, MAYA)
    assert (len(told), shares.together(told)) == (1000, Tally(1000, 9000, 0))
    assert len([each for each in asked if each.startswith("SELECT")]) == 1


def multiply(database: Database, times: int) -> None:
    """As many copies of every review and its replies, in a few statements."""
    shift = 1000
    with database.engine.begin() as connection:
        for row in (ReviewRow, ReplyRow):
            table = row.__table__
            rows = [dict(each._mapping) for each in connection.execute(select(table))]
            key = "id" if row is ReviewRow else "review_id"
            for copy in range(1, times):
                connection.execute(insert(table), [{**each, key: each[key] + shift * copy} for each in rows])
