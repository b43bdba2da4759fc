"""A short run of the fuzz of the HTTP door; `make fuzz` is the long one. And that it would notice what it looks for."""

from __future__ import annotations

import logging

from sqlalchemy import text

from storage.tenancy import EVERYWHERE, at_work_for
from tests.conftest import Room
from tests.fuzz.recording import MARK
from tests.fuzz.requests import Sent
from tests.fuzz.running import Findings, Fuzz, fuzz, rows, watching


def test_nothing_that_is_not_slacks_gets_in_and_nothing_brings_the_bot_down(database_url: str) -> None:
    findings = fuzz(database_url, 500, chance=7, weeks=False)
    assert findings.passed, "\n".join(findings.lines())
    assert findings.count >= 400
    refused = {status for group, status in findings.answers if group in ("unsigned", "stale")}
    assert refused == {401}


def test_a_row_too_many_a_word_in_the_log_and_a_500_are_noticed(room: Room) -> None:
    findings = Findings()
    run = Fuzz(room, room.workspace.url, findings)
    with run.nothing_stored("refused"):
        room.start("Northwind @lena")
    assert any("review" in each for each in findings.stored)
    with watching(findings):
        logging.getLogger("bot.anything").debug("they said %s", MARK)
    assert len(findings.leaked) == 1
    run.send_all([Sent("nowhere", b"{}", path="/control/nothing")])
    with at_work_for(EVERYWHERE), room.bot.database.transaction() as session:
        session.execute(text("UPDATE deal SET team = 'T0OTHER'"))
    run.look_for_strangers()
    assert any("T0OTHER" in each for each in findings.stored)
    assert not findings.passed
    assert rows(room.bot.database)["deal"][0] == 1
