"""Pictures in messages: drawn where Slack draws them, in words where it does not yet, and nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import blocks
from flows import shares
from flows import utterances as say
from flows.deal import Deal
from flows.shares import Told
from flows.summary import Tally
from flows.utterances import Utterance
from storage.messages import Messages
from tests.conftest import TEAM, Room, open_room
from tests.reading import Message, words

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
DEAL = Deal(1, TEAM, "", "Northwind", "U0LENA")
SLOT = "digest:1:U0LENA"


def picture(more: int = 0) -> Utterance:
    """Something to say with a picture in it."""
    told = [Told(NOW - timedelta(days=n), Tally(n, 3 + more, 0)) for n in range(3)]
    said = say.how_it_moved(DEAL, shares.of_deal(told, "UTC"))
    return Utterance(said.name, said.context, SLOT)


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url) as opened:
        yield opened


def says(room: Room, utterance: Utterance) -> Message:
    """Decide to say something to Lena, and have it said; returns the latest message there."""
    channel = room.workspace.dm("lena")
    with room.bot.database.transaction() as session:
        Messages(session).decide_for(TEAM, channel, [utterance], room.clock.utc())
    room.bot.engine.wake()
    room.settle()
    return room.workspace.messages(channel)[-1]


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def test_where_slack_draws_pictures_there_is_one(room: Room) -> None:
    message = says(room, picture())
    assert kinds(message) == ["section", "data_visualization", "context"]
    assert "*26 Nov*  ·  0 about us, 3 about them" in message["text"]


def test_where_it_does_not_the_same_is_said_in_words_and_once(room: Room) -> None:
    room.workspace.charts(False)
    message = says(room, picture())
    assert kinds(message) == ["section", "section", "context"]
    assert "*26 Nov*  ·  0 about us, 3 about them\n🟦🟦🟦" in words(message)
    assert len(room.workspace.messages(room.workspace.dm("lena"))) == 1


def test_a_workspace_that_refused_one_is_not_tried_again_until_the_bot_starts_anew(room: Room) -> None:
    room.workspace.charts(False)
    for number in range(3):
        says(room, picture(number))
    answers = [entry["status"] for entry in room.workspace.traffic("from_bot")]
    assert answers.count("invalid_blocks") == 1
    room.workspace.charts()
    assert "data_visualization" not in kinds(says(room, picture(7)))
    room.bot_leaves()
    room.bot_arrives()
    assert "data_visualization" in kinds(says(room, picture(8)))


def test_an_edit_falls_back_too(room: Room) -> None:
    before = says(room, picture())
    room.workspace.charts(False)
    after = says(room, picture(5))
    assert after["ts"] == before["ts"] and kinds(after) == ["section", "section", "context"]
    assert "8 about them" in words(after)


def test_what_slack_refuses_for_another_reason_is_no_sign_that_it_draws_no_pictures(room: Room) -> None:
    room.workspace.fault("chat.postMessage", "server_error")
    assert "data_visualization" in kinds(says(room, picture()))


# The blocks themselves


def call_chart(times: int, labels: tuple[str, ...] = ("a", "b")) -> str:
    return "\n".join(
        blocks.chart("T" * 60, labels, [("Us", (1, 2))], "x", "y", lambda: "in *words*") for _ in "x" * times
    )


def test_a_message_gets_two_pictures_and_the_third_in_words() -> None:
    made = blocks.assemble(call_chart(3), pictures=True)
    assert [block["type"] for block in made] == ["data_visualization", "data_visualization", "section"]
    assert [block["type"] for block in blocks.assemble(call_chart(3))] == ["section"] * 3


def test_a_picture_keeps_to_slacks_lengths_and_shows_signs_as_they_were_typed() -> None:
    [made] = blocks.assemble(call_chart(1, ("R&amp;D &lt;x&gt;", "l" * 30)), pictures=True)
    assert len(made["title"]) == 50
    assert made["chart"]["axis_config"]["categories"] == ["R&D <x>", "l" * 19 + "…"]
