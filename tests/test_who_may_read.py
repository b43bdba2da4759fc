"""Who may read and take part: members of the workspace, where they still are, and where nobody else reads along."""

from __future__ import annotations

import pytest

from bot.lately import Lately
from storage.models import ArrivalRow, ReplyRow
from tests.conftest import DEALS, Room, Thread
from tests.holding import LENA, PRIVATE, held, made
from tests.reading import words
from tests.sayings import ANSWERS
from tests.test_home import home

ONLY_COLLEAGUES = "Deal reviews are for the members of this workspace"
WORDS = "Their auditor stopped them twice."


def kept(room: Room) -> list[str]:
    """Every word of a reply that the database holds, taken into account or not."""
    with room.bot.database.transaction() as session:
        taken = [row.text for row in session.query(ReplyRow)]
        return taken + [str(row.details.get("text")) for row in session.query(ArrivalRow)]


def direct(room: Room, who: str) -> list[str]:
    """What the bot wrote to somebody in their direct messages."""
    return [words(each) for each in room.workspace.messages(room.workspace.dm(who)) if each.get("bot_id")]


@pytest.fixture
def private(room: Room) -> Thread:
    """A finished review in a private channel, with Lena and Maya."""
    room.workspace.invite("maya", "#forecast", "dealreview")
    room.settle()
    thread = room.start("Quiet @lena", channel="#forecast")
    thread.says("lena", "Their board said they will not wait for us.")
    thread.says("lena", "stop")
    return thread


# -- guests, and people of other companies


@pytest.mark.parametrize("standing", ["guest", "stranger"])
def test_whoever_is_no_colleague_is_turned_away_with_one_sentence(room: Room, standing: str) -> None:
    thread = room.start()
    room.workspace.become("omar", standing)
    for text in ("", "Globex", "list", "show Northwind", "digest", "batch @lena by Fri 10:00", "help"):
        assert room.command("omar", text).startswith(ONLY_COLLEAGUES), text
    before = len(thread.messages)
    thread.presses("omar", "Skip")
    assert len(thread.messages) == before
    assert room.whispers("omar")[-1].startswith(ONLY_COLLEAGUES)
    room.workspace.home("omar")
    room.settle()
    assert ONLY_COLLEAGUES in words(room.workspace.home_tab("omar") or {})
    room.workspace.shortcut("omar", "start_review")
    room.settle()
    assert room.workspace.modal("omar") is None
    room.workspace.send_file("omar", room.workspace.dm("omar"), "pipeline.csv", b"Deal name\nGlobex\n")
    room.settle()
    assert direct(room, "omar")[-1].startswith(ONLY_COLLEAGUES)
    assert [review.deal.name for review in room.reviews()] == ["Northwind"]


def test_a_form_that_was_open_is_not_taken_from_somebody_who_became_a_guest(room: Room) -> None:
    room.command("omar")
    room.workspace.become("omar", "guest")
    room.clock.passes(minutes=11)
    wrong = room.workspace.submit("omar", room.form("omar")["id"], {"name": {"value": "Globex"}})
    assert [sentence.startswith(ONLY_COLLEAGUES) for sentence in wrong.values()] == [True]
    assert room.reviews() == []


@pytest.mark.parametrize("standing", ["guest", "stranger"])
def test_what_they_say_in_a_thread_is_passed_over_and_never_kept(room: Room, standing: str) -> None:
    room.workspace.become("omar", standing)
    thread = room.start()
    asked = thread.asked
    ts = thread.says("omar", "I heard they pay 90k a year.")
    thread.edits("omar", ts, "I heard they pay 95k a year.")
    assert kept(room) == []
    assert thread.asked == asked
    assert thread.reactions(ts) == []
    thread.says("lena", WORDS)
    assert kept(room) == [WORDS]


def test_they_are_turned_away_where_the_bot_is_not_too(room: Room) -> None:
    room.start("Northwind @omar")
    room.command("omar", "show Northwind", "#general")
    room.workspace.become("omar", "guest")
    room.clock.passes(minutes=11)
    room.workspace.action("omar", room.workspace.ephemerals("omar")[-1], "history")
    assert direct(room, "omar")[-1].startswith(ONLY_COLLEAGUES)


@pytest.mark.parametrize("standing", ["guest", "stranger"])
def test_whoever_only_comes_into_a_channel_is_told_nothing(room: Room, standing: str) -> None:
    room.workspace.become("rosa", standing)
    room.workspace.invite("maya", DEALS, "rosa")
    room.settle()
    assert direct(room, "rosa") == room.whispers("rosa") == []


def test_no_review_begins_with_a_guest_and_no_deal_goes_to_one(room: Room) -> None:
    room.workspace.become("omar", "guest")
    assert "can't find that person" in room.command("maya", "Globex @omar")
    room.start("Northwind @lena")
    assert "can't find that person" in room.command("lena", "handover @lena @omar")
    assert {review.owner for review in room.reviews()} == {LENA}


# -- a channel that another company joins


def test_a_channel_becomes_shared_while_a_review_is_open(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.says("lena", WORDS)
    said = len(thread.from_bot)
    room.workspace.share(DEALS)
    room.settle()
    for who in ("lena", "maya"):
        assert "another company can read" in direct(room, who)[-1]
        assert "Northwind" in direct(room, who)[-1]
    assert not [text for text in direct(room, "omar") if "another company" in text]

    thread.says("lena", ANSWERS[2])
    thread.says("lena", ANSWERS[3])
    assert len(thread.from_bot) == said
    assert "What you wrote is kept" in room.whispers("lena")[-1]
    assert "another company" in room.command("maya", "Globex @lena")

    room.workspace.share(DEALS, False)
    room.settle()
    assert "is said there now" in direct(room, "lena")[-1]
    assert len(thread.from_bot) > said
    number = thread.review.number
    assert f"{number} of 9" in thread.asked
    thread.says("lena", ANSWERS[number - 1])
    assert f"{number + 1} of 9" in thread.asked


def test_it_is_noticed_before_the_next_post_when_slack_does_not_tell(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    said = len(thread.from_bot)
    room.workspace.trouble("lost")
    room.workspace.share(DEALS)
    room.settle()
    room.clock.passes(minutes=1)
    room.workspace.trouble("lost")
    thread.says("lena", WORDS)
    assert len(thread.from_bot) == said
    thread.presses("maya", "Skip")
    assert len(thread.from_bot) == said
    assert "another company can read" in direct(room, "lena")[-1]


def test_who_was_told_is_told_once_and_again_the_next_time(room: Room) -> None:
    room.start("Northwind @lena", by="maya")
    room.start("Globex @lena", by="lena")
    for _ in range(2):
        room.workspace.share(DEALS)
        room.settle()
        room.bot_leaves()
        room.bot_arrives()
        room.settle()
        room.workspace.share(DEALS, False)
        room.settle()
    told = [text for text in direct(room, "lena") if "is said there now" in text]
    assert len(told) == 2
    assert all("Northwind, Globex" in text for text in told)
    assert not [text for text in direct(room, "lena") if "another company can read" in text]


def test_a_channel_is_closed_again_while_people_are_being_told_that_it_was_opened(room: Room) -> None:
    room.start("Northwind @lena", by="maya")
    asked = len(room.workspace.calls("conversations.info"))
    with room.workspace.holding("conversations.open"):
        room.workspace.share(DEALS)
        room.workspace.wait_until(lambda: len(room.workspace.calls("conversations.info")) > asked)
        room.workspace.share(DEALS, False)
    room.settle()
    assert "is said there now" in direct(room, "lena")[-1]


def test_what_is_heard_while_slack_is_being_asked_counts_for_more_than_its_answer() -> None:
    def ask(channel: str) -> str:
        if channel == "C1":
            shared.forget("C1")
        if channel == "C2":
            shared.learn("heard", "C2")
        return "asked"

    shared: Lately[str] = Lately(ask)
    assert [shared(channel) for channel in ("C1", "C2", "C3")] == ["asked"] * 3
    assert [shared.told(channel) for channel in ("C1", "C2", "C3")] == [None, "heard", "asked"]
    first, second = shared.asking("C4"), shared.asking("C4")
    first("first")
    second("second")
    assert shared.told("C4") == "second"


def test_a_reply_costs_no_other_call_to_slack(room: Room) -> None:
    """What each event tells of its channel in passing is enough."""
    thread = room.start()
    thread.says("lena", WORDS)
    asked = [len(room.workspace.calls(method)) for method in ("conversations.info", "users.info")]
    room.clock.passes(minutes=2)
    thread.says("lena", "They pay 90k again next spring.")
    room.clock.passes(minutes=2)
    thread.says("lena", "Books closed in four days.")
    assert [len(room.workspace.calls(method)) for method in ("conversations.info", "users.info")] == asked


# -- a private channel that somebody leaves


def test_whoever_leaves_a_private_channel_reads_its_reviews_no_more(room: Room, private: Thread) -> None:
    """Lena owns the deal and wrote the words; Maya began the review."""
    for who in ("lena", "maya"):
        assert "Quiet" in room.command(who, "list", DEALS)
        room.workspace.leave(who, "#forecast")
    room.clock.passes(minutes=1)
    for who in ("lena", "maya"):
        room.command(who, "digest", DEALS)
        shown = [room.command(who, "list", DEALS), str(home(room, who)), *direct(room, who)]
        assert not [text for text in shown if "Quiet" in text]


def test_whoever_stays_reads_on(room: Room, private: Thread) -> None:
    room.workspace.leave("lena", "#forecast")
    room.clock.passes(minutes=1)
    assert "Quiet" in room.command("maya", "list", DEALS)
    assert "Quiet" in str(home(room, "maya"))
    assert "Quiet" in room.command("maya", "show Quiet", "#forecast")


def test_nobody_is_nudged_about_a_deal_of_a_channel_they_left(room: Room) -> None:
    room.workspace.invite("maya", "#forecast", "dealreview")
    room.settle()
    held(room, "Quiet", LENA, days_ago=200, channel=PRIVATE, scope=PRIVATE)
    made(room, "Quiet", LENA, scope=PRIVATE, close_date=room.clock.utc().date())
    room.workspace.leave("lena", "#forecast")
    room.clock.passes(hours=1)
    room.tick()
    assert not [text for text in direct(room, "lena") if "Quiet" in text]


def test_where_slack_does_not_tell_who_is_there_nothing_is_shown(room: Room, private: Thread) -> None:
    room.clock.passes(minutes=1)
    room.workspace.fault("conversations.members", "server_error", times=9)
    assert "Quiet" not in room.command("maya", "list", DEALS)
