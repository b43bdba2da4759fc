"""Tokens at rest: nobody reads them in the database without a key, keys are exchanged, and a lost one is told of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from bot.app import create_app
from bot.cli import main
from bot.settings import BadSetting, Settings, sealing_keys
from storage.database import Database
from storage.installations import SEALED
from storage.models import Base, BotRow, InstallationRow
from storage.sealing import Keys, is_key, new_key
from tests.conftest import Room
from tests.town import ONE, ORGANISATION, TWO, Town, open_town


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """A town with the bot in two workspaces and an organisation."""
    with open_town(database_url) as opened:
        for where in (ONE, TWO, ORGANISATION):
            opened.installs(where)
        yield opened


def run(town: Town, *words: str, **env: str) -> Result:
    return CliRunner().invoke(main, list(words), env={**town.env, **env})


def kept(town: Town) -> list[dict[str, Any]]:
    """What the database holds of the installations."""
    with town.bot.database.engine.begin() as connection:
        return [
            dict(row)
            for table in (BotRow, InstallationRow)
            for row in connection.execute(table.__table__.select()).mappings()
        ]


def sealed(town: Town) -> list[str]:
    return [row[name] for row in kept(town) for name in SEALED if row.get(name)]


def test_a_key_seals_and_only_a_key_opens() -> None:
    old, new = new_key(), new_key()
    token = Keys([old]).seal("xoxb-1")
    assert "xoxb" not in token
    assert Keys([new, old]).unseal(token) == "xoxb-1"
    assert Keys([new]).unseal(token) is None
    assert Keys([new]).renew(token) is None
    assert Keys([new]).unseal(Keys([new, old]).renew(token) or "") == "xoxb-1"
    assert is_key(old)
    assert not is_key("s3cret")


def test_what_a_command_prints_as_a_key_is_one_and_another_each_time() -> None:
    printed = {CliRunner().invoke(main, ["keys", "new"]).output.strip() for _ in range(2)}
    assert len(printed) == 2
    for key in printed:
        assert sealing_keys({"DEALREVIEW_KEYS": key}) == (key,)


def test_no_token_can_be_read_in_the_database(town: Town) -> None:
    assert len(sealed(town)) == 6
    assert "xoxb" not in str(kept(town))
    if file := make_url(town.database_url).database if town.database_url.startswith("sqlite") else None:
        town.bot_leaves()
        with open(file, "rb") as database:  # noqa: PTH123
            assert b"xoxb" not in database.read()
        town.bot_arrives()


def test_the_tables_of_slack_sdk_and_ours_have_the_same_columns(town: Town) -> None:
    assert town.bot.installing
    store, states = town.bot.installing.settings.installation_store, town.bot.installing.settings.state_store
    for table in (store.bots, store.installations, states.oauth_states):
        ours = Base.metadata.tables[table.name]
        assert {(each.name, each.nullable) for each in table.c} == {(each.name, each.nullable) for each in ours.c}


def test_keys_are_exchanged_while_the_bot_runs(town: Town) -> None:
    old, new = town.keys[0], new_key()
    town.bot_leaves()
    town.keys = (new, old)
    town.bot_arrives()
    before = sealed(town)
    rotated = run(town, "keys", "rotate")
    assert rotated.exit_code == 0, rotated.output
    assert rotated.output == "3 installations sealed with the newest key.\n"
    after = sealed(town)
    assert not set(before) & set(after)
    assert all(Keys([new]).unseal(each) for each in after)
    assert "starts a review" in town.command(ONE, "help")
    town.bot_leaves()
    town.keys = (new,)
    town.bot_arrives()
    assert "starts a review" in town.command(TWO, "help")


def test_the_bot_does_not_start_with_a_key_that_opens_nothing_nor_without_one(town: Town) -> None:
    town.bot_leaves()
    right, town.keys = town.keys, (new_key(),)
    with pytest.raises(BadSetting, match="DEALREVIEW_KEYS does not open 3 of 3 installations"):
        create_app(town.settings)
    alone = Settings(bot_token="xoxb-1", signing_secret="s", slack_api_url=town.api_url, database_url=town.database_url)
    with pytest.raises(BadSetting, match="DEALREVIEW_KEYS is not set, but the database holds 3 installations"):
        create_app(alone)
    town.keys = right
    town.bot_arrives()


def test_the_doctor_tells_where_the_bot_is_and_of_a_lost_key(town: Town) -> None:
    well = run(town, "doctor")
    assert well.exit_code == 0, well.output
    assert well.output.splitlines()[-3:] == [
        "Installed in workspaces: 2",
        "Installed in whole organisations: 1",
        "Keys to them: 1",
    ]
    ill = run(town, "doctor", DEALREVIEW_KEYS=new_key())
    assert ill.exit_code == 1
    assert "Opened by none of the keys: 3" in ill.output
    assert "Keys to them: 0" in run(town, "doctor", DEALREVIEW_KEYS="").output


def test_what_a_lost_key_has_sealed_can_be_let_go_and_installed_again(town: Town) -> None:
    town.bot_leaves()
    town.keys = (new_key(),)
    refused = run(town, "keys", "rotate")
    assert refused.exit_code == 1
    assert "3 installations opened by none of the keys" in refused.output
    assert run(town, "keys", "rotate", "--drop").output.splitlines() == [
        "0 installations sealed with the newest key.",
        "3 installations forgotten, for no key opens them.",
    ]
    town.bot_arrives()
    assert town.installs(ONE).status == 200
    assert "starts a review" in town.command(ONE, "help")


def test_without_keys_there_is_nothing_to_rotate_with(town: Town) -> None:
    refused = run(town, "keys", "rotate", DEALREVIEW_KEYS="")
    assert refused.exit_code == 1
    assert "DEALREVIEW_KEYS is not set" in refused.output


def test_a_bot_with_a_token_of_its_own_has_no_keys_and_no_page_to_install_it(room: Room) -> None:
    assert room.bot.installing is None
    database = Database(room.settings.database_url)
    with database.engine.begin() as connection:
        assert connection.execute(BotRow.__table__.select()).first() is None
    database.close()
