"""The bot is removed from a workspace: it is silent there, what is kept goes in time, and until then it may return."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from slack_bolt import BoltRequest
from sqlalchemy import select, update

from bot.cli import main
from bot.engine import LANES_AT_ONCE
from bot.engine import LOOK_EVERY as LOOK
from flows import utterances as say
from storage.messages import Messages
from storage.models import AuditRow, BotRow, DealRow, InstallationRow, MessageRow, WorkspaceRow
from storage.tenancy import EVERYWHERE, at_work_for
from tests.conftest import TEAM, Room
from tests.town import BLUE, MAYA, ONE, ORGANISATION, RED, TWO, Town, open_town

REPLY = "Their regulator fined them 90k last spring and their CFO carries it."


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """A town with a review in each of two workspaces."""
    with open_town(database_url) as opened:
        for team, deal in ((ONE, "Northwind"), (TWO, "Harlow")):
            opened.installs(team)
            opened.command(team, deal)
        opened.settles()
        yield opened


def rows(town: Town | Room, table: Any) -> list[Any]:
    with at_work_for(EVERYWHERE), town.bot.database.transaction() as session:
        return list(session.scalars(select(table)))


def thread(town: Town, team: str) -> str:
    (found,) = [row.ts for row in rows(town, MessageRow) if row.slot == "parent" and row.team == team]
    return str(found)


def answer(town: Town, team: str, ts: str = "1764000000.000001") -> None:
    """Maya replies in the thread of the workspace's review."""
    said = {
        "type": "message", "channel": "C0DEALS", "channel_type": "channel", "user": MAYA, "text": REPLY, "ts": ts,
        "thread_ts": thread(town, team), "event_ts": ts,
    }  # fmt: skip
    assert town.event(team, said).status == 200


def decided(town: Town, team: str) -> int:
    """Decides something to be said there, as a nudge or a call would, and says how much is unsaid."""
    return sum(1 for row in rows(town, MessageRow) if row.team == team and row.said < row.version and not row.refused)


def removed_at(town: Town | Room, team: str) -> Any:
    return next((row.uninstalled_at for row in rows(town, WorkspaceRow) if row.team == team), None)


def test_after_it_was_removed_nothing_is_said_there_and_everything_is_kept(town: Town) -> None:
    town.slack.revokes(ONE)
    answer(town, ONE)  # it is taken, but the next question cannot be said any more
    town.waits_until(lambda: decided(town, ONE))
    town.removes(ONE)
    assert removed_at(town, ONE) == town.clock.utc()
    assert {row.team_id for row in (*rows(town, BotRow), *rows(town, InstallationRow))} == {TWO}
    assert {row.team for row in rows(town, DealRow)} == {ONE, TWO}
    calls = len(town.slack.calls)
    answer(town, TWO)
    town.waits_until(lambda: len(town.posts(TWO)) == 3)
    time.sleep(2 * LOOK)
    assert not [each for each in town.slack.calls[calls:] if "-T0ONE-" in each.token]
    assert decided(town, ONE)
    assert town.command(ONE, "help") == ""


def test_installed_again_it_goes_on_where_it_was(town: Town) -> None:
    before = len(town.posts(ONE))
    town.slack.revokes(ONE)
    answer(town, ONE)
    town.removes(ONE)
    town.clock.passes(days=29)
    town.installs(ONE)
    town.settles()
    assert removed_at(town, ONE) is None
    assert len(town.posts(ONE)) == before + 1
    assert "2 of 9" in town.posts(ONE)[-1]
    assert "Northwind" in town.command(ONE, "list")


def test_a_process_that_died_as_the_bot_was_installed_again_is_made_up_for(town: Town) -> None:
    town.removes(ONE)
    town.installs(ONE)
    with at_work_for(ONE), town.bot.database.transaction() as session:  # the token is kept, and nothing noted yet
        session.execute(update(WorkspaceRow).values(uninstalled_at=town.clock.utc()))
    town.bot_leaves()
    town.bot_arrives()
    assert "Northwind" in town.command(ONE, "list")
    assert removed_at(town, ONE) is None


def test_what_is_kept_of_a_workspace_goes_thirty_days_after_it_was_removed_and_of_no_other(town: Town) -> None:
    town.removes(ONE)
    town.clock.passes(days=30, hours=-1)
    time.sleep(2 * LOOK)
    assert {row.team for row in rows(town, DealRow)} == {ONE, TWO}
    town.clock.passes(hours=1)
    town.waits_until(lambda: {row.team for row in rows(town, DealRow)} == {TWO})
    assert {row.team for row in rows(town, WorkspaceRow)} == {TWO}
    (noted,) = [row for row in rows(town, AuditRow) if row.kind == "workspace"]
    assert (noted.team, noted.act) == (ONE, "deleted after its time")
    town.installs(ONE)
    assert "There is no review you can read here." in town.command(ONE, "list")


def test_an_operator_settles_how_long_it_is_kept(town: Town) -> None:
    town.removes(ONE)
    settled = CliRunner().invoke(main, ["workspace", "retention", ONE, "--days", "90"], env=town.env)
    end = (town.clock.utc() + timedelta(days=90)).date()
    assert f"all that is kept of it is deleted on {end}, in UTC." in settled.output
    here = CliRunner().invoke(main, ["workspace", "retention", TWO], env=town.env)
    assert "removed" not in here.output


@pytest.mark.parametrize("is_told", [True, False])
def test_what_waits_where_it_was_removed_holds_up_nobody_else(town: Town, is_told: bool) -> None:
    """Slack's word may get lost; then it says so itself when it is called."""
    town.slack.revokes(ONE)
    if is_told:
        town.removes(ONE)
    with at_work_for(ONE), town.bot.database.transaction() as session:
        for number in range(LANES_AT_ONCE + 2):
            says = [say.my_data_given(str(number))]
            Messages(session).decide_for(ONE, f"D0ELSEWHERE{number}", says, town.clock.utc())
    town.bot.engine.wake()
    time.sleep(2 * LOOK)
    answer(town, TWO)
    town.waits_until(lambda: len(town.posts(TWO)) == 3)
    town.installs(ONE)
    town.waits_until(lambda: len(town.posts(ONE)) == 2 + LANES_AT_ONCE + 2)


def test_the_doctor_says_from_where_it_was_removed(town: Town) -> None:
    told = "Removed from workspaces: 1."
    assert told not in CliRunner().invoke(main, ["doctor"], env=town.env).output
    town.removes(ONE)
    assert told in CliRunner().invoke(main, ["doctor"], env=town.env).output


def test_a_token_of_a_person_that_is_revoked_is_none_of_the_bots(town: Town) -> None:
    assert town.event(ONE, {"type": "tokens_revoked", "tokens": {"oauth": [MAYA], "bot": []}}).status == 200
    assert town.event(ONE, {"type": "tokens_revoked", "tokens": {"oauth": [MAYA]}}).status == 200
    assert removed_at(town, ONE) is None
    assert "Northwind" in town.command(ONE, "list")


def test_slack_tells_late_and_again_that_it_was_removed(town: Town) -> None:
    told = int(town.clock())
    town.removes(ONE)
    town.clock.passes(minutes=5)
    town.installs(ONE)
    for event in ({"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}):
        assert town.event(ONE, event, event_time=told).status == 200
    assert removed_at(town, ONE) is None
    assert "Northwind" in town.command(ONE, "list")


def test_a_bot_that_was_removed_stays_silent_after_a_restart(town: Town) -> None:
    town.slack.revokes(ONE)
    answer(town, ONE)
    town.waits_until(lambda: decided(town, ONE))
    town.removes(ONE)
    town.bot_leaves()
    before = len(town.slack.calls)
    town.bot_arrives()
    answer(town, TWO)
    town.waits_until(lambda: len(town.posts(TWO)) == 3)
    assert not [each for each in town.slack.calls[before:] if "-T0ONE-" in each.token]


def test_removed_from_an_organisation_it_is_silent_in_all_of_its_workspaces_but_where_it_has_a_token(
    town: Town,
) -> None:
    grid = {"enterprise_id": ORGANISATION, "is_enterprise_install": "true"}
    town.installs(ORGANISATION)
    town.installs(BLUE)
    for team in (RED, BLUE):
        assert "starts a review" in town.command(team, "help", **grid)
    town.slack.revokes(ORGANISATION)
    whose = {"enterprise_id": ORGANISATION, "team_id": None, "user_id": "U0BOT", "is_enterprise_install": True}
    told = town.event(RED, {"type": "app_uninstalled"}, enterprise_id=ORGANISATION, authorizations=[whose])
    assert told.status == 200
    assert removed_at(town, RED)
    assert removed_at(town, BLUE) is None
    assert town.command(RED, "help", **grid) == ""
    assert "starts a review" in town.command(BLUE, "help", enterprise_id=ORGANISATION)
    town.installs(ORGANISATION)
    assert removed_at(town, RED) is None
    assert "starts a review" in town.command(RED, "help", **grid)


def test_a_deleted_workspace_is_not_installed_any_more(town: Town) -> None:
    town.bot_leaves()
    deleted = CliRunner().invoke(main, ["workspace", "delete", ONE, "--yes"], env=town.env)
    assert deleted.exit_code == 0, deleted.output
    town.bot_arrives()
    assert {row.team_id for row in (*rows(town, BotRow), *rows(town, InstallationRow))} == {TWO}
    assert town.command(ONE, "help") == ""


# In one workspace, with a token of its own


def test_a_bot_with_one_token_falls_silent_when_that_is_revoked_and_returns_with_the_next_start(room: Room) -> None:
    thread = room.start("Northwind @lena")
    room.clock.passes(minutes=1)
    told = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev9", "event": {"type": "app_uninstalled"}}
    asked = BoltRequest(mode="socket_mode", body={**told, "event_time": int(room.clock())})
    assert room.bot.bolt.dispatch(asked).status == 200
    assert removed_at(room, TEAM) == room.clock.utc()
    said = len(thread.messages)
    room.workspace.message("lena", thread.channel, REPLY, thread.ts)
    time.sleep(2 * LOOK)
    assert len(thread.messages) == said + 1
    room.bot_leaves()
    room.bot_arrives()
    assert removed_at(room, TEAM) is None
    thread.says("lena", REPLY)
    assert "2 of 9" in thread.asked
