"""Looking after a running bot: what it still has to say, what is stuck, and what Slack refused."""

from __future__ import annotations

from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.cli import main
from flows.utterances import ON
from storage.models import MessageRow
from tests.conftest import DEALS, Room
from tests.test_starting import bot_is_removed, invite_bot


def doctor(room: Room, *options: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *options], env={"DATABASE_URL": room.settings.database_url})


def test_all_is_well_when_everything_is_said(room: Room) -> None:
    room.start()
    examined = doctor(room)
    assert examined.exit_code == 0, examined.output
    assert examined.output.splitlines() == [
        "Waiting to be taken: 0",
        "Waiting to be said: 0",
        "Stuck for more than 10 minutes: 0",
        "Could not be taken: 0",
        "Refused by Slack: 0",
    ]


def test_what_slack_refused_is_named_and_said_after_all_when_it_may_be(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    room.workspace.fault("chat.postMessage", "slow", seconds=0.3)
    room.workspace.message("lena", DEALS, "Revised quote is out.", thread.ts)
    bot_is_removed(room, DEALS)
    room.settle()
    examined = doctor(room)
    assert examined.exit_code == 1
    assert "Northwind: ask:2 in C0DEALS: not_in_channel" in examined.output
    invite_bot(room, DEALS)
    assert doctor(room, "--resume").exit_code == 0
    room.settle()
    assert "2 of 9" in thread.asked
    assert "Refused by Slack: 0" in doctor(room).output


def test_what_waits_too_long_is_stuck(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    room.clock.passes(minutes=-30)
    room.workspace.fault("*", "server_error", times=1000)
    room.workspace.message("lena", DEALS, "Revised quote is out.", thread.ts)
    room.workspace.wait_until(lambda: not room.bot.engine.is_idle())
    examined = doctor(room)
    assert examined.exit_code == 1
    assert "Is the bot running?" in examined.output


def test_a_reaction_that_was_given_leaves_no_trace(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    ts = thread.says("lena", "Revised quote is out.")
    assert thread.reactions(ts) == ["white_check_mark"]
    assert reactions_kept(room) == 0


def reactions_kept(room: Room) -> int:
    with room.bot.database.transaction() as session:
        kept = session.scalars(select(MessageRow.slot).where(MessageRow.slot.startswith(ON)))
        return len(list(kept))
