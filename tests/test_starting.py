"""How a review begins: by command, form, shortcut or mention; where it cannot; and one open review a deal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from flows.review import Status
from sandbox.people import BOT_USER
from storage.models import ReviewRow
from tests.conftest import Room, Thread, open_room
from tests.reading import buttons, words

FORECAST = "#forecast"
GENERAL = "#general"


@pytest.fixture(params=["socket", "http"])
def room_by_either_door(request: pytest.FixtureRequest, database_url: str) -> Iterator[Room]:
    with open_room(database_url, request.param) as opened:
        yield opened


def parents(room: Room, channel: str = "#deals") -> list[dict[str, Any]]:
    """What the bot said at the top of a channel."""
    return [m for m in room.workspace.messages(channel) if m.get("bot_id") and not m.get("thread_ts")]


def invite_bot(room: Room, channel: str, by: str = "maya") -> None:
    room.workspace.invite(by, channel, "dealreview")
    room.settle()


def fill(room: Room, who: str, **values: str) -> dict[str, str]:
    """Submit the open form; returns what it objects to, by block."""
    form = room.workspace.modal(who)
    assert form is not None
    errors = room.workspace.submit(who, form["id"], {block: {"value": value} for block, value in values.items()})
    room.settle()
    return errors


def thread_of(room: Room, channel: str = "#deals") -> Thread:
    """The thread of the only review in a channel."""
    (parent,) = parents(room, channel)
    return Thread(room, channel, parent["ts"])


# By every way in


def test_a_command_with_a_name_starts_a_review_with_whoever_typed_it(room_by_either_door: Room) -> None:
    room = room_by_either_door
    assert room.command("lena", "Northwind") == ""
    thread = thread_of(room)
    assert words(thread.parent) == "*Northwind*  ·  with Lena  ·  question 1 of 9"
    assert "*1 of 9*  ·  In your own words: where does Northwind stand today?" in thread.asked
    assert list(buttons(thread.latest)) == ["Not known yet", "Skip", "Pause"]
    assert list(buttons(thread.parent)) == ["Deal details"]
    assert len(thread.messages) == 2


def test_an_owner_is_mentioned_in_the_first_question_and_nowhere_else(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    assert thread.asked.startswith("<@U0LENA>")
    thread.says("lena", "skip")
    assert "2 of 9" in thread.asked
    assert "<@" not in thread.asked
    assert all("<@" not in words(message) for message in (thread.parent, *thread.from_bot[1:]))


def test_whoever_opens_a_review_of_their_own_deal_is_not_mentioned(room: Room) -> None:
    assert "<@" not in room.start("Northwind @lena", by="lena").asked


def test_a_form_starts_a_review_with_everything_that_was_filled_in(room: Room) -> None:
    assert room.command("maya") == ""
    channel = room.workspace.modal("maya")
    assert channel is not None
    assert fill(room, "maya", name="Northwind", owner="U0LENA", channel="C0DEALS", stage="deciding") == {}
    thread = thread_of(room)
    assert words(thread.parent).startswith("*Northwind*  ·  with Lena  ·  question 1 of 9\nStage: deciding")
    assert thread.asked.startswith("<@U0LENA>")
    assert room.workspace.modal("maya") is None


def test_a_global_shortcut_opens_the_form_and_the_review_starts_where_the_form_says(room: Room) -> None:
    room.workspace.shortcut("maya", "start_review")
    assert fill(room, "maya", name="Northwind", channel="C0DEALS") == {}
    assert "with Maya" in words(thread_of(room).parent)


def test_a_mention_of_the_bot_starts_a_review_in_the_channel(room_by_either_door: Room) -> None:
    room = room_by_either_door
    room.workspace.message("maya", "#deals", "@dealreview Northwind @lena")
    room.settle()
    thread = thread_of(room)
    assert thread.asked.startswith("<@U0LENA>")
    assert "where does Northwind stand" in thread.asked


def test_a_mention_in_a_thread_that_is_no_review_starts_one_at_the_top_of_the_channel(room: Room) -> None:
    chat = room.workspace.message("maya", "#deals", "Lunch?")
    room.workspace.message("maya", "#deals", "@dealreview Northwind", chat)
    room.settle()
    assert "with Maya" in words(thread_of(room).parent)
    assert [m["user"] for m in room.workspace.messages("#deals", chat)] == ["U0MAYA", "U0MAYA"]


def test_a_mention_without_a_name_gets_help_for_the_eyes_of_whoever_wrote_it(room: Room) -> None:
    room.workspace.message("maya", "#deals", "@dealreview")
    room.settle()
    (told,) = room.whispers("maya")
    assert "`/dealreview Northwind` starts a review" in told
    assert room.whispers("lena") == []


def test_a_review_can_be_held_in_a_direct_message_with_the_bot(room: Room) -> None:
    dm = room.workspace.dm("lena")
    thread = room.start("Northwind", by="lena", channel=dm)
    thread.says("lena", "Their regulator fined them 90k last spring and their CFO carries it.")
    assert "2 of 9" in thread.asked
    assert room.reviews()[0].deal.scope == dm


# One open review a deal


@pytest.mark.parametrize(
    "again", ["Northwind Foods", "northwind   FOODS", "@omar Northwind Foods", '"Northwind foods"']
)
def test_a_second_start_links_to_the_first_however_the_name_is_spelled(room: Room, again: str) -> None:
    first = room.start("Northwind Foods @lena", by="maya")
    told = room.command("omar", again)
    link = f"{room.workspace.url}/archives/C0DEALS/p{first.ts.replace('.', '')}"
    assert told == (
        f"<{link}|The review of Northwind Foods> is open already: with Lena in <#C0DEALS>, question 1 of 9."
    )
    assert [review.owner for review in room.reviews()] == ["U0LENA"]
    assert len(parents(room)) == 1


def test_a_second_start_from_another_public_channel_links_to_the_first(room: Room) -> None:
    invite_bot(room, GENERAL)
    room.start("Northwind")
    told = room.command("lena", "northwind", GENERAL)
    assert "is open already: with Maya in <#C0DEALS>" in told
    assert parents(room, GENERAL) == []
    assert len(room.reviews()) == 1


def test_a_second_start_does_not_give_the_address_of_somebody_elses_direct_messages(room: Room) -> None:
    room.start("Northwind @lena")
    with room.bot.database.transaction() as session:
        session.execute(update(ReviewRow).values(channel="D0LENA"))  # as of a review that a nudge began
    told = room.command("maya", "Northwind")
    assert told.startswith("The review of *Northwind* is open already: with Lena in direct messages with me")
    assert "/archives/" not in told
    assert "/archives/D0LENA/" in room.command("lena", "Northwind")


def test_a_second_start_by_form_keeps_the_form_open_and_says_why_in_plain_words(room: Room) -> None:
    room.start("Northwind @lena", by="maya")
    room.command("omar")
    errors = fill(room, "omar", name="Northwind", channel="C0DEALS")
    assert list(errors) == ["name"]
    assert "is open already" in errors["name"]
    assert room.workspace.modal("omar") is not None


def test_a_form_that_is_kept_open_speaks_no_markup(room: Room) -> None:
    room.start("Northwind @lena", by="maya")
    room.command("omar")
    errors = fill(room, "omar", name="Northwind", channel="C0DEALS")
    assert not re.search(r"[<>*]", errors["name"]), errors["name"]


def test_two_people_who_start_one_deal_in_the_same_moment_start_one_review(room: Room) -> None:
    together = Barrier(2)

    def start(who: str) -> str:
        together.wait(10)
        return room.command(who, "Northwind")

    with ThreadPoolExecutor(2) as pool:
        told = sorted(each.result(20) for each in [pool.submit(start, who) for who in ("maya", "lena")])
    room.settle()
    assert told[0] == ""
    assert "is open already" in told[1]
    assert len(room.reviews()) == len(parents(room)) == 1


def test_a_deal_can_be_reviewed_again_when_its_review_is_over(room: Room) -> None:
    room.start("Northwind").says("maya", "stop")
    room.start("northwind")
    assert [review.status for review in room.reviews()] == [Status.STOPPED, Status.AWAITING_ANSWER]
    assert len({review.deal.id for review in room.reviews()}) == 1


# Whose deal it is


def test_a_known_deal_keeps_its_owner_whoever_starts_the_next_review(room: Room) -> None:
    room.start("Northwind @lena", by="maya").says("lena", "stop")
    assert room.start("Northwind", by="omar").asked.startswith("<@U0LENA>")


def test_a_known_deal_goes_to_whoever_is_mentioned(room: Room) -> None:
    room.start("Northwind @lena", by="maya").says("lena", "stop")
    assert room.start("Northwind @omar", by="maya").asked.startswith("<@U0OMAR>")
    assert [review.owner for review in room.reviews()] == ["U0LENA", "U0OMAR"]


def test_two_mentions_are_one_too_many(room: Room) -> None:
    told = room.command("maya", "Northwind @lena @omar")
    assert told == "A review has one owner: mention one person. The others can reply in the thread."
    assert room.reviews() == []


@pytest.mark.parametrize("text", ["Northwind @dealreview", "Northwind <@U0NOBODY>"])
def test_a_bot_or_a_stranger_cannot_own_a_deal(room: Room, text: str) -> None:
    told = room.bot.bolt.dispatch(command_as_slack_sends_it(text.replace("@dealreview", f"<@{BOT_USER}|dealreview>")))
    room.settle()
    assert "I can't find that person in this workspace" in str(told.body)
    assert room.reviews() == []
    assert parents(room) == []


def test_a_mention_alone_asks_for_the_name(room: Room) -> None:
    assert room.command("maya", "@lena") == "Which deal? Add its name, like `/dealreview Northwind`."


# In private


def test_a_deal_of_a_private_channel_is_not_known_anywhere_else(room: Room) -> None:
    invite_bot(room, FORECAST)
    room.start("Secret Harbour @lena", by="maya", channel=FORECAST)
    assert room.command("omar", "list").startswith("There is no review you can read here.")
    assert room.command("omar", "show Secret Harbour") == room.command("omar", "show Nonsense").replace(
        "Nonsense", "Secret Harbour"
    )
    mine = room.start("Secret Harbour", by="omar")
    assert mine.review.owner == "U0OMAR"
    assert {review.deal.scope for review in room.reviews()} == {"", "G0FORECAST"}
    assert "Secret Harbour" in room.command("lena", "list", FORECAST)


def test_what_was_said_in_a_private_channel_is_not_shown_when_a_deal_of_that_name_is_reviewed_in_public(
    room: Room,
) -> None:
    invite_bot(room, FORECAST)
    room.start("Northwind", by="maya").says("maya", "stop")
    private = room.start("Northwind", by="maya", channel=FORECAST)
    private.says("maya", "skip")
    private.says("maya", "Their regulator fined them 90k last spring and their CFO carries it.")
    private.says("maya", "stop")
    public = room.start("Northwind", by="maya")
    public.says("maya", "skip")
    assert "2 of 9" in public.asked
    assert all("90k" not in words(message) for message in room.workspace.messages("#deals"))


def test_an_open_review_in_a_private_channel_is_not_given_away_by_a_start_in_public(room: Room) -> None:
    invite_bot(room, FORECAST)
    room.start("Northwind", by="maya").says("maya", "stop")
    room.start("Northwind", by="maya", channel=FORECAST)
    assert "G0FORECAST" not in room.command("omar", "Northwind")
    assert "G0FORECAST" not in room.command("omar", "show Northwind")


# Where it cannot be held


def test_in_a_channel_the_bot_is_not_in_one_is_told_to_invite_it(room: Room) -> None:
    told = room.command("maya", "Northwind", GENERAL)
    assert told == "I am not in that channel yet. Type `/invite @dealreview` there, then try again."
    assert room.command("maya", "Northwind", FORECAST) == told
    assert room.reviews() == []
    assert room.workspace.calls("chat.postMessage") == []
    invite_bot(room, GENERAL)
    room.start("Northwind", channel=GENERAL)


def test_a_form_for_a_channel_the_bot_is_not_in_stays_open_and_says_so_at_the_channel(room: Room) -> None:
    room.command("maya", "", GENERAL)
    errors = fill(room, "maya", name="Northwind", channel="C0GENERAL")
    assert list(errors) == ["channel"]
    assert "/invite @dealreview" in errors["channel"]
    assert fill(room, "maya", channel="C0DEALS") == {}
    assert len(room.reviews()) == 1


def test_a_form_for_a_private_channel_one_is_not_in_is_objected_to_like_one_for_a_channel_that_is_not_there(
    room: Room,
) -> None:
    invite_bot(room, FORECAST)
    room.start("Northwind", channel=FORECAST)
    room.command("omar", "", "#deals")
    errors = fill(room, "omar", name="Northwind", channel="G0FORECAST")
    assert errors == fill(room, "omar", name="Northwind", channel="G0NOWHERE")
    assert list(errors) == ["channel"]
    assert errors["channel"].startswith("You and I are not both in that channel.")
    assert len(room.reviews()) == 1


def test_while_slack_cannot_tell_of_a_channel_no_deal_of_a_known_name_is_made_there(room: Room) -> None:
    """A channel that nothing is known of could be a private one, with deals of its own."""
    room.start("Northwind @lena")
    room.workspace.fault("conversations.info", "server_error")
    assert "did not work" in room.command("maya", "Northwind")
    assert "is open already" in room.command("maya", "Northwind")
    assert len(room.reviews()) == 1


def test_a_channel_that_closes_between_the_command_and_the_post_ends_the_review_and_its_opener_hears_of_it(
    room: Room,
) -> None:
    with room.workspace.holding("chat.postMessage"):
        room.workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
        bot_is_removed(room, "#deals")
    room.settle()
    dm = room.workspace.dm("maya")
    room.workspace.wait_until(lambda: room.workspace.messages(dm))
    (told,) = room.workspace.messages(dm)
    assert words(told) == (
        "I could not post in <#C0DEALS>, so the review of *Northwind* did not start (Slack says: not_in_channel). "
        "Type `/invite @dealreview` there, then try again."
    )
    assert [review.status for review in room.reviews()] == [Status.STOPPED]
    assert room.workspace.messages(room.workspace.dm("lena")) == []
    invite_bot(room, "#deals")
    assert "1 of 9" in room.start("Northwind @lena").asked


def test_a_slow_or_broken_connection_posts_everything_once(room: Room) -> None:
    room.workspace.fault("chat.postMessage", "drop_after")
    room.workspace.fault("chat.postMessage", "server_error")
    thread = room.start("Northwind @lena")
    assert len(thread.messages) == 2


def test_a_redelivered_mention_starts_nothing_more(room: Room) -> None:
    room.workspace.message("maya", "#deals", "@dealreview Northwind", deliver=3)
    room.settle()
    assert len(parents(room)) == len(room.reviews()) == 1


def test_a_redelivered_mention_is_answered_once(room: Room) -> None:
    room.workspace.message("maya", "#deals", "@dealreview list", deliver=3)
    room.settle()
    assert len(room.whispers("maya")) == 1


def test_whoever_opened_a_review_that_could_not_be_posted_hears_of_it_also_when_slack_is_unwell(room: Room) -> None:
    with room.workspace.holding("chat.postMessage"):
        room.workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
        bot_is_removed(room, "#deals")
        room.workspace.fault("conversations.open", "server_error")
        room.workspace.fault("chat.postMessage", "server_error", times=2)
    room.settle()
    (told,) = room.workspace.messages(room.workspace.dm("maya"))
    assert "the review of *Northwind* did not start" in words(told)
    assert [review.status for review in room.reviews()] == [Status.STOPPED]


def test_a_mention_in_the_thread_of_a_review_whose_post_was_not_yet_acknowledged_starts_no_other(
    database_url: str,
) -> None:
    with open_room(database_url, "http") as room:
        room.workspace.fault("chat.postMessage", "drop_after")
        room.workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
        room.workspace.wait_until(lambda: parents(room))
        thread = thread_of(room)
        ts = room.workspace.message("lena", "#deals", "@dealreview they have no budget", thread.ts)
        room.settle()
        room.workspace.redeliver("#deals", ts)
        room.settle()
        assert [review.deal.name for review in room.reviews()] == ["Northwind"]
        assert "*2 of 9*" in thread.asked


def bot_is_removed(room: Room, channel: str) -> None:
    inside = room.workspace._workspace
    room.workspace._look(lambda: inside.channel(channel).members.remove(BOT_USER))


def command_as_slack_sends_it(text: str) -> Any:
    from slack_bolt import BoltRequest

    body = {
        "command": "/dealreview",
        "text": text,
        "team_id": "T0LOCAL",
        "channel_id": "C0DEALS",
        "user_id": "U0MAYA",
        "trigger_id": "1.2.3",
    }
    return BoltRequest(mode="socket_mode", body=body)
