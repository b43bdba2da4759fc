"""Looking after a running bot: whether all is as it needs it, what waits, what is stuck, and what Slack refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from bot import manifest
from bot.checkup import checkup
from bot.cli import main
from flows.utterances import ON
from storage.models import MessageRow
from tests.conftest import DEALS, Room, open_room
from tests.test_starting import bot_is_removed, invite_bot


def doctor(room: Room, *options: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *options], env={"DATABASE_URL": room.settings.database_url})


def test_all_is_well_when_everything_is_said(room: Room) -> None:
    room.start()
    examined = doctor(room)
    assert examined.exit_code == 0, examined.output
    assert examined.output.splitlines() == [
        "Database: it answers, and its tables are those of this version.",
        "Lens: its model reads.",
        "Slack: it was not asked, for SLACK_BOT_TOKEN is not set here.",
        "Waiting to be taken: 0",
        "Waiting to be said: 0",
        "Stuck for more than 10 minutes: 0",
        "Could not be taken: 0",
        "Refused by Slack: 0",
    ]


def test_what_slack_refused_is_named_and_said_after_all_when_it_may_be(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    with room.workspace.holding("chat.postMessage"):
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


# Whether all is as the bot needs it


def asked(room: Room, **changed: str) -> Result:
    """The doctor, with all that the bot itself was told."""
    env = {
        "DATABASE_URL": room.settings.database_url,
        "SLACK_BOT_TOKEN": room.settings.bot_token,
        "SLACK_APP_TOKEN": room.settings.app_token,
        "SLACK_API_URL": room.settings.slack_api_url,
    }
    return CliRunner().invoke(main, ["doctor"], env={**env, **changed})


def amiss(examined: Result) -> list[str]:
    """What is marked as not well; the exit status has to agree."""
    marked = [line for line in examined.output.splitlines() if line.startswith("! ")]
    assert examined.exit_code == (1 if marked else 0), examined.output
    return marked


def test_a_bot_that_has_all_it_needs_is_well(room: Room) -> None:
    room.start()
    examined = asked(room)
    assert amiss(examined) == []
    assert examined.output.splitlines()[2:7] == [
        "Token: Slack knows it as dealreview in Local workspace (T0LOCAL).",
        "Scopes: all 15 are granted.",
        "Clock: it agrees with Slack's.",
        "Channels: the bot can speak wherever a review is open.",
        "App-level token: Slack accepts it.",
    ]


def test_tokens_that_slack_does_not_accept_are_named(room: Room) -> None:
    (line,) = amiss(asked(room, SLACK_BOT_TOKEN="xoxb-of-another-app"))
    assert "Slack does not accept SLACK_BOT_TOKEN (invalid_auth); copy it again" in line
    (line,) = amiss(asked(room, SLACK_APP_TOKEN="xapp-of-another-app"))
    assert "Slack does not accept SLACK_APP_TOKEN (invalid_auth); copy it again" in line
    (line,) = amiss(asked(room, SLACK_SIGNING_SECRET="s3cret"))
    assert "are both set" in line


def test_slack_out_of_reach_is_said_in_a_sentence(room: Room) -> None:
    (line,) = amiss(asked(room, SLACK_API_URL="http://127.0.0.1:1/api/"))
    assert "Slack cannot be reached at SLACK_API_URL" in line


def test_a_scope_that_the_manifest_has_and_the_app_has_not_is_named(database_url: str) -> None:
    with open_room(database_url, app=without("files:write")) as room:
        (line,) = amiss(asked(room))
    assert line.startswith("! Scopes: files:write is not granted; bring the app's manifest up to date")


def without(scope: str) -> dict[str, Any]:
    """The manifest of an app that was installed before it asked for a scope."""
    made = manifest.socket_mode()
    made["oauth_config"]["scopes"]["bot"].remove(scope)
    return made


def test_a_channel_that_the_bot_was_removed_from_is_named(room: Room) -> None:
    room.start()
    bot_is_removed(room, DEALS)
    (line,) = amiss(asked(room))
    assert line == "! Channels: a review is open in C0DEALS: the bot is not in it; invite it there."
    invite_bot(room, DEALS)
    room.workspace.share(DEALS)
    (line,) = amiss(asked(room))
    assert "another company reads along" in line


@pytest.mark.parametrize(("minutes", "said"), [(3, "ahead of"), (-3, "behind")])
def test_a_clock_that_is_wrong_is_named(room: Room, minutes: int, said: str) -> None:
    env = {
        "SLACK_BOT_TOKEN": room.settings.bot_token,
        "SLACK_APP_TOKEN": room.settings.app_token,
        "SLACK_API_URL": room.settings.slack_api_url,
    }
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)
    (found,) = [check for check in checkup(env, room.bot.database, now) if check.about == "Clock"]
    assert not found.is_well
    assert re.fullmatch(rf"it is 1[78]\d seconds {said} Slack's; let this machine set it by NTP\.", found.found)


@pytest.mark.parametrize(("revision", "what_to_do"), [("0001", "run dealreview db upgrade"), ("9999", "newer version")])
def test_a_database_of_another_version_is_named_and_left_alone(room: Room, revision: str, what_to_do: str) -> None:
    with room.bot.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    examined = doctor(room)
    (line,) = amiss(examined)
    assert what_to_do in line
    assert "Waiting" not in examined.output
    with room.bot.database.engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revision


def test_a_database_that_does_not_answer_is_named() -> None:
    env = {"DATABASE_URL": "postgresql://somebody@127.0.0.1:1/nowhere"}
    examined = CliRunner().invoke(main, ["doctor"], env=env)
    (line,) = amiss(examined)
    assert line.startswith("! Database: it does not answer")
    assert examined.output.count("\n") == 3
