"""What is kept about a person, given to them: everything of theirs, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt import BoltRequest
from sqlalchemy import delete

from bot.commands import Command, parse
from storage.errands import Errands
from storage.models import AdmissionRow
from tests.conftest import DEALS, TEAM, Room
from tests.keeping import LATER, OMARS_EDIT, lived
from tests.reading import words
from tests.sayings import THEIRS
from tests.test_imports_in_slack import told


def files(room: Room, who: str) -> dict[str, str]:
    """The files that the bot gave a person, by their names."""
    said = room.workspace.messages(room.workspace.dm(who))
    given = [file for each in said if each.get("bot_id") for file in each.get("files", ())]
    return {each["name"]: room.workspace.file(each["id"]).decode() for each in given}


def my_data(room: Room, who: str) -> tuple[dict[str, Any], str]:
    """Ask for one's data; gives what came as JSON and as a page."""
    assert "It comes to our direct messages" in room.command(who, "my data")
    given = files(room, who)
    return json.loads(given["my-data.json"]), given["my-data.md"]


def test_a_person_gets_everything_that_is_kept_about_them_and_nothing_of_others(room: Room) -> None:
    life = lived(room)
    data, page = my_data(room, "lena")
    assert words(told(room, "lena")[-1]).startswith("Here is everything I keep about you")
    assert (data["person"]["id"], data["person"]["name"]) == ("U0LENA", "Lena")
    written = {each["text"]: each for each in data["written"]}
    for text in (life.texts[0], *life.texts[2:9], LATER):
        assert written[text]["deal"] == "Northwind"
        assert written[text]["channel"] == "C0DEALS"
        assert written[text]["at"].startswith("2026-11-24T")
        assert " ".join(text.split()[:3]).replace("'", "") in page.replace("'", "")
    assert data["settings"]["country"] == "DE"
    assert [each["name"] for each in data["deals"]] == ["Northwind"]
    assert data["nudges"][0]["items"] == [[1, "people"]]
    assert data["settings_of_workspace"] == [
        {"named_as": "manager", "team": ""},
        {"named_as": "manager of a team", "team": "North"},
        {"named_as": "member of a team", "team": "North"},
    ]
    for kind in ("acts", "lines_moved", "reviews", "reminders", "mirrors", "files", "calls", "schedules", "log"):
        assert data[kind], kind
    assert "closed" in {each["act"] for each in data["log"]}
    whole = json.dumps(data, ensure_ascii=False) + page
    assert OMARS_EDIT[:30] not in whole
    assert "Omar" not in whole


def test_whoever_only_read_along_gets_an_empty_page(room: Room) -> None:
    room.start("Northwind @lena", by="maya").says("lena", THEIRS)
    data, page = my_data(room, "omar")
    assert data["written"] == data["deals"] == data["acts"] == []
    assert "## What you wrote\n\nNothing." in page
    assert "Northwind" not in page


def test_what_somebody_typed_is_shown_literally_on_the_page(room: Room) -> None:
    room.start("Northwind @lena").says("lena", "# Their *board* wants <b>it</b> | `now`")
    _, page = my_data(room, "lena")
    assert r"> \# Their \*board\* wants \<b\>it\</b\> \| \`now\`" in page


def test_slack_is_away_for_a_moment_and_the_files_come_all_the_same(room: Room) -> None:
    room.start("Northwind @lena").says("lena", THEIRS)
    room.workspace.fault("files.getUploadURLExternal", "server_error", times=2)
    data, _ = my_data(room, "lena")
    assert data["written"]


def test_files_that_arrived_though_slack_was_not_heard_to_say_so_come_once(room: Room) -> None:
    room.start("Northwind @lena").says("lena", THEIRS)
    room.workspace.fault("files.completeUploadExternal", "drop_after")
    my_data(room, "lena")
    said = room.workspace.messages(room.workspace.dm("lena"))
    given = [file["name"] for each in said if each.get("bot_id") for file in each.get("files", ())]
    assert sorted(given) == ["my-data.json", "my-data.md"]


def test_an_error_in_a_form_that_asks_for_nothing_is_told_in_direct_messages(room: Room) -> None:
    view = {
        "id": "V1", "type": "modal", "callback_id": "delete_deal", "private_metadata": "none", "hash": "1.a",
        "state": {"values": {}},
    }  # fmt: skip
    body = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": "U0MAYA", "team_id": TEAM}, "view": view}
    answer = room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert (answer.status, answer.body) == (200, "")
    assert "tell whoever runs me the reference" in words(told(room, "maya")[-1])


def test_my_data_and_forget_me_are_two_words_and_a_deal_may_begin_like_them() -> None:
    for text in ("my data", "My Data", " my  data "):
        assert parse(text) == Command("my")
    assert parse("forget me") == Command("forget")
    assert parse('"my data"') == Command("start", "my data", is_quoted=True)
    assert parse("My Muesli") == Command("start", "My Muesli")
    assert parse("Forget-me-not Ltd") == Command("start", "Forget-me-not Ltd")
    for slip, meant in (("my dta", "my data"), ("forgetme", "forget me"), ("forget met", "forget me")):
        assert parse(slip) == Command("unknown", slip, meant=meant)


def test_two_people_who_are_told_late_are_each_told_what_is_theirs(room: Room) -> None:
    with room.workspace.holding("chat.postMessage"):
        for who in ("lena", "omar"):
            room.workspace.command(who, DEALS, "/dealreview", "my data")
            room.workspace.wait_until(lambda: not waits(room))
    room.settle()
    for who in ("lena", "omar"):
        assert "everything I keep about you" in words(room.workspace.messages(room.workspace.dm(who))[-1])


def test_a_mention_that_slack_sends_again_after_a_crash_brings_no_second_copy(room: Room) -> None:
    ts = room.workspace.message("lena", DEALS, "@dealreview my data")
    room.settle()
    with room.bot.database.transaction() as session:  # it died before it could write down that it has the mention
        session.execute(delete(AdmissionRow))
    room.workspace.redeliver(DEALS, ts)
    room.settle()
    said = room.workspace.messages(room.workspace.dm("lena"))
    assert len([file for each in said for file in each.get("files", ())]) == 2
    room.clock.passes(minutes=1)
    room.workspace.message("lena", DEALS, "@dealreview my data")
    room.settle()
    said = room.workspace.messages(room.workspace.dm("lena"))
    assert len([file for each in said for file in each.get("files", ())]) == 4


def waits(room: Room) -> list[tuple[str, int]]:
    """The errands that are still to be done."""
    with room.bot.database.transaction() as session:
        return Errands(session).waiting()
