"""A pipeline file dropped in a direct message: read, offered with what it would change, imported when wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from slack_bolt import BoltRequest
from sqlalchemy import func, select

from bot.pipeline import importing
from bot.service import pipeline as service
from flows.deal import Deal, Ending, Stage
from storage.deals import Deals
from storage.models import DealRow
from storage.tenancy import at_work_for
from tests.conftest import TEAM, Room, served
from tests.reading import Message, buttons, words

SALESFORCE = """\
Opportunity Name,Opportunity Owner Email,Stage,Close Date,Amount,Amount Currency,Fiscal Period
Northwind,lena@example.com,Proposal/Price Quote,12/18/2026,"120,000.00",EUR,Q4-2026
Harlow Clinics,omar@example.com,Negotiation/Review,12/04/2026,"45,500.50",EUR,Q4-2026
"""


def dropped(room: Room, who: str, content: str | bytes, name: str = "pipeline.csv") -> str:
    """Drop a file in a person's conversation with the bot, and wait until it is read; returns its message's `ts`."""
    data = content if isinstance(content, bytes) else content.encode()
    ts = room.workspace.send_file(who, room.workspace.dm(who), name, data)
    room.settle()
    return ts


def told(room: Room, who: str) -> list[Message]:
    """What the bot said in a person's direct messages, files left out."""
    said = room.workspace.messages(room.workspace.dm(who))
    return [each for each in said if each.get("bot_id") and not each.get("files")]


def lists(room: Room, who: str) -> list[str]:
    """The lists of rejected rows that a person was given."""
    said = room.workspace.messages(room.workspace.dm(who))
    files = [file for each in said if each.get("bot_id") for file in each.get("files", ())]
    return [room.workspace.file(each["id"]).decode("utf-8-sig") for each in files]


def press(room: Room, who: str, label: str, on: Message | None = None) -> None:
    message = on or next(each for each in reversed(told(room, who)) if label in buttons(each))
    row = next(each for block in message["blocks"] if block["type"] == "actions" for each in block["elements"]
               if each["text"]["text"] == label)  # fmt: skip
    room.workspace.action(who, message, row["action_id"])
    room.settle()


def deal(room: Room, name: str) -> Deal:
    with room.bot.database.transaction() as session:
        found = Deals(session, TEAM, [""]).find(name)
    assert found, f"there is no deal {name}"
    return found


def count(room: Room) -> int:
    with room.bot.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(DealRow)) or 0


def test_a_manager_brings_the_teams_pipeline_and_nothing_happens_before_she_says_so(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    [offer] = told(room, "maya")
    assert "pipeline.csv" in words(offer)
    assert "an export of Salesforce" in words(offer)
    assert "*2 deals* are new" in words(offer)
    assert count(room) == 0

    press(room, "maya", "Import")
    offer, done = told(room, "maya")
    assert "Imported." in words(offer)
    assert buttons(offer) == {}
    assert words(done) == "*pipeline.csv* is imported: 2 deals new, 0 changed, 0 the same."
    northwind = deal(room, "northwind")
    assert (northwind.owner, northwind.stage, northwind.period) == ("U0LENA", Stage.DECIDING, "Q4-2026")
    assert (northwind.amount, northwind.currency) == (Decimal("120000"), "EUR")
    assert northwind.close_date == date(2026, 12, 18)
    assert deal(room, "Harlow Clinics").close_date == date(2026, 12, 4)
    assert deal(room, "Harlow Clinics").amount == Decimal("45500.50")


def test_a_file_is_read_though_slack_does_not_say_of_which_type_the_channel_is(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    [told_of] = [each["body"] for each in room.workspace.traffic("to_bot") if "files" in each["body"].get("event", {})]
    event = {**told_of["event"], "ts": "1795510900.000001", "event_ts": "1795510900.000001"}
    del event["channel_type"]
    again = BoltRequest(mode="socket_mode", body={**told_of, "event_id": "Ev1", "event": event})
    assert room.bot.bolt.dispatch(again).status == 200
    room.settle()
    assert ["an export of Salesforce" in words(offer) for offer in told(room, "maya")] == [True, True]


def test_the_same_file_again_is_no_news(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    press(room, "maya", "Import")
    dropped(room, "maya", SALESFORCE)
    again = told(room, "maya")[-1]
    assert "Nothing here is news to me" in words(again)
    assert "2 deals stay as they are" in words(again)
    assert buttons(again) == {}


def test_what_changes_is_shown_field_by_field(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    press(room, "maya", "Import")
    dropped(room, "maya", SALESFORCE.replace("Northwind,", "NorthWind,").replace("Proposal/Price Quote", "Closed Won"))
    offer = words(told(room, "maya")[-1])
    assert "*Northwind*: name Northwind → NorthWind, ending – → won" in offer
    press(room, "maya", "Import")
    won = deal(room, "northwind")
    assert (won.name, won.ending, won.stage) == ("NorthWind", Ending.WON, Stage.DECIDING)
    assert won.closed_at == room.clock.utc()  # its close date is still to come


def test_never_mind_and_nothing_was_changed(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    press(room, "maya", "Never mind")
    assert "Never mind, then. Nothing was changed." in words(told(room, "maya")[-1])
    assert buttons(told(room, "maya")[-1]) == {}
    late = _service(room).take(TEAM, "U0MAYA", 1)
    assert late is not None
    assert late.name == "import_over"
    room.settle()
    assert count(room) == 0


def test_pressing_twice_imports_once(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    taken = [_service(room).take(TEAM, "U0MAYA", 1) for _ in range(2)]
    assert [hint.name if hint else "" for hint in taken] == ["", "import_over"]
    room.settle()
    assert len([each for each in told(room, "maya") if "is imported" in words(each)]) == 1


def test_nobody_imports_what_another_dropped(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    taken = _service(room).take(TEAM, "U0LENA", 1)
    assert taken is not None
    assert taken.name == "import_over"
    with at_work_for("T0OTHER"):
        assert _service(room).take("T0OTHER", "U0MAYA", 1) is not None
    assert count(room) == 0


def test_dates_that_could_be_either_are_asked_about(room: Room) -> None:
    dropped(room, "lena", "name,close date\nNorthwind,04/12/2026\nHarlow,05/11/2026\n")
    [asked] = told(room, "lena")
    assert "Which day is “04/12/2026”?" in words(asked)
    assert list(buttons(asked)) == ["Fri 4 Dec", "Sun 12 Apr", "Never mind"]
    press(room, "lena", "Fri 4 Dec")
    press(room, "lena", "Import")
    assert deal(room, "Northwind").close_date == date(2026, 12, 4)
    assert deal(room, "Harlow").owner == "U0LENA"


def test_rows_that_cannot_be_taken_come_back_with_their_reasons(room: Room) -> None:
    content = (
        "Deal Name,Deal owner,Amount,Close Date\n"
        "Northwind,Lena Brandt (lena@example.com),$12k,2026-12-01\n"
        "  NORTHWIND ,lena@example.com,1,2026-12-01\n"
        'Harlow,ghost@example.com,"=1+1",2026-12-01\n'
        "Pell,Ghost,1,2026-12-01\n"
        "Quill,Omar Haddad,1,2026-02-31\n"
        ",Omar Haddad,1,2026-02-01\n"
    )
    dropped(room, "maya", content)
    offer = told(room, "maya")[-1]
    assert "5 rows can't be taken; the list says why" in words(offer)
    [rejected] = lists(room, "maya")
    assert rejected.splitlines() == [
        "line,why,Deal Name,Deal owner,Amount,Close Date",
        '3,"The same deal as in line 2, which counts.",  NORTHWIND ,lena@example.com,1,2026-12-01',
        "4,“=1+1” is no amount I can read; write it like 12500.00.,Harlow,ghost@example.com,'=1+1,2026-12-01",
        "5,Nobody in this workspace is called “Ghost”; an e-mail address would tell.,Pell,Ghost,1,2026-12-01",
        "6,“2026-02-31” is no day I can read; write it like 2026-12-11.,Quill,Omar Haddad,1,2026-02-31",
        "7,It names no deal.,,Omar Haddad,1,2026-02-01",
    ]
    press(room, "maya", "Import")
    assert deal(room, "Northwind").amount == Decimal("12000")
    assert len(lists(room, "maya")) == 1, "the list is given once"


def test_a_bot_that_dies_after_giving_the_list_does_not_give_it_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, died = service.PipelineService._finish, []

    def die(self: service.PipelineService, *what: Any) -> None:
        if not died:
            died.append(True)
            raise ConnectionError("the process dies here")
        finish(self, *what)

    monkeypatch.setattr(service.PipelineService, "_finish", die)
    dropped(room, "maya", "name,owner email\nNorthwind,lena@example.com\nHarlow,ghost@example.com\n")
    assert "1 row can't be taken" in words(told(room, "maya")[-1])
    assert len(lists(room, "maya")) == 1
    dropped(room, "maya", "name,owner email\nNorthwind,lena@example.com\nHarlow,ghost@example.com\n")
    assert len(lists(room, "maya")) == 2  # another file has its own


def test_everybody_is_asked_of_slack_once(room: Room) -> None:
    rows = "".join(f"Deal {n},omar@example.com\nOther {n},nobody@example.com\n" for n in range(20))
    dropped(room, "maya", "name,owner email\n" + rows)
    assert [each["email"] for each in room.workspace.calls("users.lookupByEmail")] == [
        "omar@example.com",
        "nobody@example.com",
    ]


def test_a_deal_of_somebody_elses_is_not_changed_in_passing(room: Room) -> None:
    dropped(room, "lena", "name,stage\nNorthwind,Proposal\n")
    press(room, "lena", "Import")
    dropped(room, "omar", "name,stage,owner email\nNorthwind,Negotiation,omar@example.com\n")
    assert "This deal is Lena's" in lists(room, "omar")[0]
    assert deal(room, "Northwind").owner == "U0LENA"

    dropped(room, "lena", "name,stage,owner email\nNorthwind,Negotiation,omar@example.com\n")
    press(room, "lena", "Import")
    assert deal(room, "Northwind").owner == "U0OMAR"


def test_who_brought_the_deals_keeps_them_up_to_date(room: Room) -> None:
    dropped(room, "maya", SALESFORCE)
    press(room, "maya", "Import")
    dropped(room, "maya", SALESFORCE.replace("omar@", "lena@"))
    press(room, "maya", "Import")
    assert deal(room, "Harlow Clinics").owner == "U0LENA"


def test_a_deal_under_review_changes_with_a_trace(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    dropped(room, "lena", "name,stage,owner email\nNORTHWIND,Negotiation,omar@example.com\n")
    press(room, "lena", "Import")
    review = thread.review
    assert (review.owner, review.deal.owner, review.deal.stage) == ("U0OMAR", "U0OMAR", Stage.SIGNING)
    assert review.deal.name == "NORTHWIND"
    kinds = {turn.kind: (turn.person, turn.text) for turn in thread.turns}
    assert kinds["handed_over"] == ("U0LENA", "U0LENA → U0OMAR")
    assert "stage:  → signing" in kinds["detailed"][1]
    assert "Omar" in words(thread.parent)


def test_a_deal_does_not_end_in_the_middle_of_its_review(room: Room) -> None:
    thread = room.start("Northwind @lena", by="lena")
    dropped(room, "lena", "name,stage,loss reason\nNorthwind,Closed Lost,No decision made\n")
    assert "its review here is open" in lists(room, "lena")[0]
    thread.says("lena", "stop")
    dropped(room, "lena", "name,stage,loss reason\nNorthwind,Closed Lost,No decision made\n")
    press(room, "lena", "Import")
    assert deal(room, "Northwind").ending is Ending.NO_DECISION
    assert [turn.kind for turn in thread.turns][-1] == "closed"


def test_what_somebody_does_while_a_file_is_taken_is_not_undone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped(room, "maya", SALESFORCE)
    press(room, "maya", "Import")
    dropped(room, "maya", SALESFORCE.replace("Q4-2026", "Q1-2027"))
    take, done = importing.Importer._take, []

    def meanwhile(self: importing.Importer, *what: Any) -> None:
        if not done and done.append(True) is None:
            with room.bot.database.transaction() as session:
                deals = Deals(session, TEAM, [""])
                northwind = deals.find("Northwind")
                assert northwind
                deals.save(replace(northwind, owner="U0OMAR", ending=Ending.NO_DECISION, closed_at=room.clock.utc()))
        take(self, *what)

    monkeypatch.setattr(importing.Importer, "_take", meanwhile)
    press(room, "maya", "Import")
    northwind = deal(room, "Northwind")
    assert (northwind.owner, northwind.ending) == ("U0OMAR", Ending.NO_DECISION)
    assert deal(room, "Harlow Clinics").period == "Q1-2027"


def test_what_people_told_is_never_touched(room: Room) -> None:
    room.start("Northwind @lena", by="lena").says("lena", "stop")
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [""])
        found = deals.find("Northwind")
        assert found
        kept = {"their_date": date(2027, 1, 1), "waits_until": date(2027, 2, 1), "waits_for": "budget", "nudges": False}
        deals.save(Deal(**{**vars(found), **kept}))
    dropped(room, "lena", "name,stage,close date\nNorthwind,Proposal,2026-12-12\n")
    press(room, "lena", "Import")
    after = vars(deal(room, "Northwind"))
    assert {key: after[key] for key in kept} == kept
    assert after["close_date"] == date(2026, 12, 12)


def test_a_private_channels_deal_is_neither_touched_nor_given_away(room: Room) -> None:
    room.workspace.invite("maya", "forecast", "U0BOT")
    room.start("Secret @lena", by="maya", channel="forecast")
    dropped(room, "omar", "name,stage\nSecret,Proposal\n")
    assert "*1 deal* is new" in words(told(room, "omar")[-1])
    press(room, "omar", "Import")
    private, public = (_of(room, scope) for scope in ("G0FORECAST", ""))
    assert (private.owner, private.stage) == ("U0LENA", None)
    assert (public.owner, public.stage) == ("U0OMAR", Stage.DECIDING)


def test_a_stage_we_do_not_know_stays_and_is_told_once(room: Room) -> None:
    dropped(room, "lena", "name,stage\nNorthwind,Waiting for Godot\nHarlow,Waiting for Godot\n")
    assert words(told(room, "lena")[-1]).count("“Waiting for Godot” (2 rows)") == 1
    press(room, "lena", "Import")
    assert deal(room, "Northwind").stage is None


def test_a_deal_that_ended_here_stays_ended(room: Room) -> None:
    dropped(room, "lena", "name,stage\nNorthwind,Closed Won\n")
    press(room, "lena", "Import")
    dropped(room, "lena", "name,stage\nNorthwind,Proposal\n")
    assert "1 deal is open in the file and ended here, and stays so" in words(told(room, "lena")[-1])
    press(room, "lena", "Import")
    assert deal(room, "Northwind").ending is Ending.WON


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "nothing.csv", "is empty"),
        (b"\xef\xbb\xbfname,stage\r\n", "header.csv", "a header and no deals"),
        (b"%PDF-1.7\n%\xe2\xe3", "deck.pdf", "no table I can read"),
        (b"PK\x03\x04rest", "book.xlsx", "an Excel workbook"),
        (b"a,b\x00\x01\n1,2\n", "binary.csv", "no table I can read"),
        (b"stage,amount\nProposal,1\n", "nameless.csv", "I see “stage”, “amount”"),
        (b'name\n"Northwind\n' + b"x" * 4_200_000, "quote.csv", "a row without an end"),
    ],
)
def test_a_file_that_is_no_pipeline_is_told_so(room: Room, content: bytes, name: str, said: str) -> None:
    if content:
        dropped(room, "lena", content, name)
    else:
        room.workspace.send_file("lena", room.workspace.dm("lena"), name, content)
        room.settle()
    assert said in words(told(room, "lena")[-1])
    assert buttons(told(room, "lena")[-1]) == {}
    assert count(room) == 0


def test_a_file_that_is_too_large_is_not_fetched(room: Room) -> None:
    dropped(room, "lena", b"name\n" + b"Northwind\n" * 2_200_000, "large.csv")
    assert "larger than 20 MB" in words(told(room, "lena")[-1])


def test_a_file_that_is_gone_from_slack_is_told_so(room: Room) -> None:
    ts = dropped(room, "lena", SALESFORCE)
    [message] = [each for each in room.workspace.messages(room.workspace.dm("lena")) if each["ts"] == ts]
    room.workspace.lose_file(message["files"][0]["id"])
    press(room, "lena", "Import")
    assert "Slack has no *pipeline.csv* for me any more" in words(told(room, "lena")[-1])
    assert count(room) == 0


def test_a_file_told_of_twice_is_read_once(room: Room) -> None:
    ts = dropped(room, "lena", SALESFORCE)
    room.workspace.redeliver(room.workspace.dm("lena"), ts)
    room.settle()
    assert len(told(room, "lena")) == 1


def test_the_token_is_shown_to_nobody_but_slack(room: Room) -> None:
    asked: list[str] = []

    async def listen(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="name\nNorthwind\n")

    stranger = web.Application()
    stranger.add_routes([web.get("/{path}", listen)])
    with served(stranger) as elsewhere:
        for name, address in (("a.csv", f"{elsewhere}/a.csv"), ("b.csv", ""), ("c.csv", "file:///etc/hostname")):
            given = service.Given(name, name, address, 3)
            _service(room).drop(TEAM, "U0LENA", room.workspace.dm("lena"), "1.1", [given])
            room.settle()
            assert f"Slack has no *{name}* for me any more" in words(told(room, "lena")[-1])
    assert asked == []


@pytest.mark.parametrize("scope", ["files:read", "users:read.email", "files:write"])
def test_an_app_without_the_scope_says_what_it_needs(room: Room, scope: str) -> None:
    app = room.workspace._workspace.app
    room.workspace._workspace.app = replace(app, scopes=tuple(each for each in app.scopes if each != scope))
    dropped(room, "lena", "name,owner email\nNorthwind,lena@example.com\nHarlow,ghost@example.com\n")
    assert f"my app needs `{scope}`" in words(told(room, "lena")[-1])


def test_slack_that_is_not_well_delays_an_import_and_loses_nothing(room: Room) -> None:
    room.workspace.fault("users.lookupByEmail", "server_error")
    room.workspace.fault("users.lookupByEmail", "rate_limited", seconds=0.1)
    dropped(room, "maya", SALESFORCE)
    press(room, "maya", "Import")
    assert count(room) == 2


def test_a_file_in_a_thread_or_a_channel_is_no_pipeline(room: Room) -> None:
    thread = room.start("Northwind @lena", by="lena")
    room.workspace.send_file("lena", "#deals", "pipeline.csv", SALESFORCE.encode(), "what they sent", thread.ts)
    room.workspace.send_file("lena", "#deals", "pipeline.csv", SALESFORCE.encode())
    room.settle()
    assert thread.review.answer("opening").replies[0].text == "what they sent"
    assert not told(room, "lena")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    monkeypatch.setattr(service, "SHOW_EVERY", 10)


def test_a_long_import_says_how_far_it_is(room: Room, small_batches: None) -> None:
    rows = "".join(f"Deal {n:03}\n" for n in range(45))
    dropped(room, "lena", "name\n" + rows)
    press(room, "lena", "Import")
    edits = [words(each) for each in room.workspace.calls("chat.update")]
    assert any("of 45 rows done" in each for each in edits)
    assert words(told(room, "lena")[-1]) == "*pipeline.csv* is imported: 45 deals new, 0 changed, 0 the same."


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_import_that_is_broken_off_goes_on_and_counts_right(
    room: Room, small_batches: None, after: int, broken: Callable[[int], None]
) -> None:
    thread = room.start("Deal 001 @lena", by="lena")
    thread.says("lena", "stop")
    rows = "".join(f"Deal {n:03},Proposal\n" for n in range(45))
    dropped(room, "lena", "name,stage\n" + rows + "Deal 001,Proposal\n")
    broken(after)
    press(room, "lena", "Import")
    done = [words(each) for each in told(room, "lena") if "is imported" in words(each)]
    assert done == ["*pipeline.csv* is imported: 44 deals new, 1 changed, 0 the same, 1 row not taken."]
    assert count(room) == 45
    assert [turn.kind for turn in thread.turns].count("detailed") == 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets the database go away once, in the middle of a batch, after so many batches."""

    def plan(after: int) -> None:
        add, left = importing.Pipeline.add, [after]

        def fail(self: importing.Pipeline, *what: Any) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise ConnectionError("the process dies here")
            add(self, *what)

        monkeypatch.setattr(importing.Pipeline, "add", fail)

    return plan


def _service(room: Room) -> service.PipelineService:
    return next(work for work, _ in room.bot.engine._works if isinstance(work, service.PipelineService))


def _of(room: Room, scope: str) -> Deal:
    with room.bot.database.transaction() as session:
        return Deals(session, TEAM, [scope]).all()[0]
