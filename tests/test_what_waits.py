"""What people do is acknowledged when it is kept, and taken when its turn comes: once, in order, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import func, select

from flows import lens
from flows.answer import Standing
from flows.lens import Correction, Reading
from storage.models import ArrivalRow
from tests.conftest import DEALS, TEAM, Room, Thread
from tests.sayings import ALSO_THEIRS, ANSWERS, THEIRS
from tests.test_doctor import doctor


@dataclass
class Reader:
    """A lens that reads when it may, and not at all while it is in `trouble`."""

    may: threading.Event = field(default_factory=threading.Event)
    begun: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    def __call__(self, question: str, text: str, taught: Sequence[Correction] = ()) -> Reading:
        self.begun.append(text)
        if not self.may.wait(30):
            raise TimeoutError("nobody let it read")
        if self.trouble:
            raise self.trouble.pop()
        return lens.read(question, text, taught)


@pytest.fixture
def reader(room: Room) -> Iterator[Reader]:
    """The room's lens, which a test lets read."""
    room.reads = reader = Reader()
    yield reader
    reader.trouble.clear()
    reader.may.set()


def waiting(room: Room) -> int:
    with room.bot.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(ArrivalRow)) or 0


def writes(thread: Thread, text: str, who: str = "lena") -> str:
    """Reply and wait until that is acknowledged, whether or not it is taken."""
    ts = thread.room.workspace.message(who, thread.channel, text, thread.ts)
    thread.room.workspace.quiet()
    return ts


def test_a_reply_is_acknowledged_while_the_lens_still_reads(room: Room, reader: Reader) -> None:
    thread = room.start()
    ts = writes(thread, ANSWERS[0])
    room.workspace.wait_until(lambda: reader.begun)
    assert room.workspace.traffic("to_bot", "events_api")[-1]["status"] == "ok"
    assert "*1 of 9*" in thread.asked and thread.reactions(ts) == []
    reader.may.set()
    room.settle()
    assert "*2 of 9*" in thread.asked and thread.reactions(ts) == ["white_check_mark"]
    assert waiting(room) == 0


def test_what_is_written_meanwhile_is_taken_in_the_order_it_was_written(room: Room, reader: Reader) -> None:
    thread = room.start()
    for text in ANSWERS[:4]:
        writes(thread, text)
    reader.may.set()
    room.settle()
    assert reader.begun == list(ANSWERS[:4])
    answers = [thread.review.answer(question) for question in thread.review.questions[:4]]
    assert [answer.live[0].text for answer in answers] == list(ANSWERS[:4])


def test_a_message_that_still_waits_is_deleted_though_slack_tells_only_when_it_was_written(
    room: Room, reader: Reader
) -> None:
    thread = room.start()
    ts = writes(thread, ANSWERS[0])
    room.workspace.edit("lena", thread.channel, ts, ALSO_THEIRS)
    room.workspace.quiet()
    deleted = {
        "type": "message", "subtype": "message_deleted", "channel": "C0DEALS", "ts": "1795999999.000001",
        "deleted_ts": ts,
    }  # fmt: skip
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": deleted}
    assert room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    assert waiting(room) == 3
    reader.may.set()
    room.settle()
    assert thread.review.answer("opening").standing is Standing.WITHDRAWN
    assert thread.turns[-1].kind == "withdrawn"


def test_a_later_message_that_arrives_first_waits_its_turn(room: Room, reader: Reader) -> None:
    thread = room.start()
    writes(thread, ANSWERS[0])
    room.workspace.wait_until(lambda: reader.begun)
    overtaken = room.workspace.message("lena", thread.channel, ANSWERS[1], thread.ts, deliver=0)
    writes(thread, ANSWERS[2])
    room.workspace.redeliver(thread.channel, overtaken)
    room.workspace.quiet()
    reader.may.set()
    room.settle()
    assert reader.begun == list(ANSWERS[:3])


def test_a_button_pressed_after_a_reply_counts_after_it(room: Room, reader: Reader) -> None:
    thread = room.start()
    question = thread.latest
    writes(thread, ANSWERS[0])
    room.workspace.action("lena", question, "word:skip")
    reader.may.set()
    room.settle()
    assert thread.review.answer("opening").standing is Standing.ANSWERED
    assert thread.review.asked == "why_change"
    assert "has been dealt with" in room.whispers("lena")[-1]


def test_an_edit_and_a_deletion_find_the_reply_they_are_about(room: Room, reader: Reader) -> None:
    thread = room.start()
    edited, deleted = writes(thread, ANSWERS[0]), writes(thread, THEIRS)
    room.workspace.edit("lena", thread.channel, edited, ALSO_THEIRS)
    room.workspace.delete("lena", thread.channel, deleted)
    reader.may.set()
    room.settle()
    assert [reply.text for reply in thread.review.answer("opening").live] == [ALSO_THEIRS]
    assert not thread.review.answer("why_change").live


def test_what_is_delivered_again_while_it_waits_waits_once(room: Room, reader: Reader) -> None:
    thread = room.start()
    ts = writes(thread, ANSWERS[0])
    for _ in range(3):
        room.workspace.redeliver(thread.channel, ts)
    room.workspace.quiet()
    assert waiting(room) == 1
    reader.may.set()
    room.settle()
    assert reader.begun == [ANSWERS[0]] and "*2 of 9*" in thread.asked


def test_what_a_bot_that_stops_has_not_taken_is_taken_by_the_next(room: Room, reader: Reader) -> None:
    thread = room.start()
    reader.may.set()
    reader.trouble = [ConnectionError("the endpoint is away")] * 100
    ts = writes(thread, ANSWERS[0])
    room.workspace.wait_until(lambda: reader.begun)
    room.bot_leaves()
    assert "*1 of 9*" in thread.asked
    room.reads = lens.read
    room.bot_arrives()
    room.settle()
    assert "*2 of 9*" in thread.asked and thread.reactions(ts) == ["white_check_mark"]


def test_an_error_of_the_moment_is_got_over(room: Room, reader: Reader) -> None:
    reader.may.set()
    reader.trouble = [MemoryError("once"), MemoryError("twice")]
    thread = room.start()
    thread.says("lena", ANSWERS[0])
    assert "*2 of 9*" in thread.asked and room.whispers("lena") == []


def test_what_cannot_be_taken_holds_nothing_up_and_is_taken_when_it_can_be(room: Room, reader: Reader) -> None:
    reader.may.set()
    reader.trouble = [MemoryError("for good")] * 3
    thread = room.start("Northwind @lena", by="maya")
    thread.says("lena", ANSWERS[0])
    assert "It isn't lost" in room.whispers("lena")[-1]
    thread.says("omar", THEIRS)
    assert [reply.text for reply in thread.review.answer("opening").live] == [THEIRS]

    examined = doctor(room)
    assert examined.exit_code == 1
    assert "Northwind: said in C0DEALS: see error " in examined.output
    assert doctor(room, "--resume").exit_code == 0
    room.settle()
    assert [reply.text for reply in thread.review.answer("opening").live] == [ANSWERS[0], THEIRS]
    assert "*2 of 9*" in thread.asked
    assert "Could not be taken: 0" in doctor(room).output


def test_words_in_a_thread_that_is_no_reviews_are_not_kept(room: Room, reader: Reader) -> None:
    room.start()
    other = room.workspace.message("omar", DEALS, "Lunch?")
    room.workspace.message("lena", DEALS, "Yes, at one.", other)
    room.workspace.quiet()
    assert waiting(room) == 0
