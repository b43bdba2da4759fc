"""What is deleted is gone: from every table, and from what the bot said in Slack."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from bot.cli import main
from flows.review import Review
from storage import erasing_people
from storage.models import Base, DealRow, MessageRow, ReviewRow
from storage.reviews import Reviews
from tests.conftest import DEALS, TEAM, Room
from tests.holding import LENA, held, made
from tests.keeping import LATER, NAMES, OMARS_EDIT, kept, lived, seen_in_slack, where
from tests.reading import buttons, words
from tests.test_imports_in_slack import told

EMPTY_ANYWAY = {
    "admission", "errand", "forgotten", "workspace", "rest", "slack_bots", "slack_installations", "slack_oauth_states",
}  # fmt: skip
"""Tables in which there is something for a moment only, over HTTP, in many workspaces, or if an operator settled it."""


def fragments(*texts: str) -> list[str]:
    """What would be recognised of texts: some words in a row out of each of their halves."""
    found = []
    for text in texts:
        told = text.split()
        found += [" ".join(told[:4]), " ".join(told[-4:])]
    return [each for each in found if len(each) > 12]


def forget(room: Room, who: str) -> None:
    room.command(who, "forget me")
    room.workspace.submit(who, room.form(who)["id"])
    room.settle()


def delete(room: Room, who: str, deal: str) -> None:
    room.command(who, f"delete {deal}")
    room.workspace.submit(who, room.form(who)["id"])
    room.settle()


# A person


def test_of_somebody_who_is_forgotten_there_is_no_word_and_no_name_in_any_table_nor_in_what_the_bot_said(
    room: Room,
) -> None:
    life = lived(room)
    before = kept(room.bot.database)
    assert {table for table, rows in before.items() if not rows} <= EMPTY_ANYWAY
    assert where(room.bot.database, *fragments(*life.texts))
    assert seen_in_slack(room, *fragments(*life.texts))

    room.command("lena", "my data")
    forget(room, "lena")
    assert where(room.bot.database, *fragments(*life.texts), "Eudora", "lenas.csv", *NAMES) == []
    assert seen_in_slack(room, *fragments(*life.texts), "Lena") == []
    assert where(room.bot.database, OMARS_EDIT)  # what others said is there
    assert told(room, "lena")[-1]["text"].startswith("You are forgotten here")
    assert [words(each)[:17] for each in told(room, "lena")] == ["Here is everythin", "You are forgotten"]
    assert room.bot.engine.is_idle()


def test_the_review_they_were_in_stays_readable(room: Room) -> None:
    life = lived(room)
    forget(room, "lena")
    review = life.thread.review
    assert not review.is_open
    assert [line.text for line in review.lines if line.author != "GONE"]
    summary = life.thread.summary
    assert OMARS_EDIT in summary
    assert words(life.thread.parent).startswith("*Northwind*") and "Lena" not in words(life.thread.parent)
    assert OMARS_EDIT in room.command("maya", "show Northwind")


def test_what_slack_tells_of_their_messages_afterwards_brings_no_word_back(room: Room) -> None:
    thread = room.start("Northwind @lena")
    ts = thread.says("lena", LATER)
    forget(room, "lena")
    thread.edits("lena", ts, f"{LATER} And again.")
    assert where(room.bot.database, *fragments(LATER)) == []
    thread.deletes("lena", ts)
    assert where(room.bot.database, *NAMES) == []


def test_whoever_owns_deals_under_way_is_told_to_hand_them_over_first_and_their_open_review_ends(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    room.command("lena", "forget me")
    form = words(room.form("lena"))
    assert "A deal of yours is under way" in form
    assert "Your open review ends" in form
    room.workspace.submit("lena", room.form("lena")["id"])
    room.settle()
    assert "review ended early" in words(thread.parent)
    assert buttons(thread.from_bot[0]) == {}
    assert room.start("Northwind", by="omar").review.owner == "U0OMAR"  # nobody's deal is whose review begins


def test_nobody_meets_them_again_until_they_come_back_themselves(room: Room) -> None:
    room.start("Northwind @lena")
    forget(room, "lena")
    assert "Northwind" not in room.command("maya", "Harlow @lena")
    assert where(room.bot.database, *NAMES) == []
    room.start("Cobalt", by="lena")
    assert where(room.bot.database, "Lena")


def test_to_be_forgotten_twice_is_no_more_than_once(room: Room) -> None:
    room.start("Northwind @lena").says("lena", LATER)
    for _ in range(2):
        forget(room, "lena")
    assert where(room.bot.database, *fragments(LATER), *NAMES) == []
    assert len(kept(room.bot.database)["errand"]) == 0


def test_what_somebody_else_wrote_in_direct_messages_stays_theirs(room: Room) -> None:
    held(room, "Northwind", "U0OMAR", channel=room.workspace.dm("omar"))
    held(room, "Northwind", LENA, channel=room.workspace.dm("lena"), says={"people": LATER})
    room.settle()
    forget(room, "lena")
    assert where(room.bot.database, *fragments(LATER), room.workspace.dm("lena")) == []
    assert seen_in_slack(room, "Northwind")
    assert [each for each in told(room, "omar") if "Northwind" in words(each)]


@pytest.mark.parametrize("after", range(4))
def test_a_process_that_dies_in_the_middle_goes_on_after_a_restart_and_tells_once(
    room: Room, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    for number in range(3):
        held(room, f"Northwind {number}", LENA, says={"people": f"{LATER} In their {number}th year."})
    room.settle()
    left, leave = [after], erasing_people.Forgetting.leave_deal

    def die(self: erasing_people.Forgetting, *what: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise ConnectionError("the process dies here")
        leave(self, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(erasing_people.Forgetting, "leave_deal", die)
    room.command("lena", "forget me")
    room.workspace.submit("lena", room.form("lena")["id"])
    room.workspace.quiet()
    room.bot_leaves()
    monkeypatch.setattr(erasing_people.Forgetting, "leave_deal", leave)
    room.bot_arrives()
    room.settle()
    assert where(room.bot.database, *fragments(LATER), *NAMES) == []
    assert [each["text"][:24] for each in told(room, "lena")] == ["You are forgotten here: "]


# A deal


def test_of_a_deal_that_is_deleted_nothing_is_left(room: Room) -> None:
    life = lived(room)
    room.start("Harlow @omar").says("omar", "Their head of claims wants it.")
    review = life.thread.review
    with room.bot.database.transaction() as session:  # whose deal it was is everywhere else, too
        session.execute(update(DealRow).where(DealRow.name == "Northwind").values(waits_for="Their reorganisation."))
    delete(room, "lena", "Northwind")
    said = fragments(*life.texts, *life.by_omar)
    assert where(room.bot.database, *said, "Eudora", "Northwind", "northwind", "reorganisation") == []
    assert seen_in_slack(room, *said, "Northwind") == []
    with room.bot.database.transaction() as session:
        assert session.scalars(select(ReviewRow.id).where(ReviewRow.id == review.id)).all() == []
        for table in Base.metadata.sorted_tables:
            if "review_id" in table.columns:
                assert session.execute(select(table).where(table.c.review_id == review.id)).all() == [], table.name
            if "deal_id" in table.columns:
                assert session.execute(select(table).where(table.c.deal_id == review.deal.id)).all() == [], table.name
        assert session.scalars(select(MessageRow.id).where(MessageRow.name == "gone")).all() == []
        digest = select(MessageRow.context).where(MessageRow.name == "digest")
        assert session.scalars(digest).one()["talks"] == []
    assert "Harlow" in room.command("omar", "list")
    assert words(told(room, "lena")[-1]).startswith("The deal that you wanted deleted is gone")
    assert room.bot.engine.is_idle()


def test_only_its_owner_deletes_a_deal(room: Room) -> None:
    room.start("Northwind @lena", by="maya")
    assert room.command("maya", "delete Northwind") == "Only Lena may delete *Northwind*: it is their deal."
    assert room.workspace.modal("maya") is None
    room.command("lena", "delete Northwind")
    form = room.form("lena")
    room.command("lena", "handover @lena @omar")
    room.workspace.submit("lena", form["id"])
    room.settle()
    assert len(room.reviews()) == 1  # meanwhile it is Omar's


def test_a_deal_that_was_never_reviewed_and_one_that_is_unknown(room: Room) -> None:
    made(room, "Cobalt")
    assert "I know no deal called “Nonsense” here." in room.command("lena", "delete Nonsense")
    assert "`/dealreview list`" in room.command("lena", "delete")
    delete(room, "lena", "Cobalt")
    assert where(room.bot.database, "Cobalt") == []


def test_a_review_that_is_open_and_deleted_takes_no_more_answers(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.says("lena", LATER)
    delete(room, "lena", "Northwind")
    assert room.reviews() == []
    assert [each for each in room.workspace.messages(DEALS) if each.get("bot_id")] == []
    thread.says("lena", LATER)
    assert where(room.bot.database, *fragments(LATER)) == []
    assert "question 1 of 9" in words(room.start("Northwind @lena").parent)  # it begins anew


def test_where_slack_does_not_delete_a_message_one_line_stands_in_its_place(room: Room) -> None:
    thread = room.start("Northwind @lena")
    room.workspace.fault("chat.delete", "compliance", times=99)
    delete(room, "lena", "Northwind")
    assert words(thread.parent) == "This review was deleted."
    assert {words(each) for each in thread.from_bot} == {"This was deleted."}
    assert where(room.bot.database, "Northwind") == []


def test_slack_is_away_while_a_deal_is_deleted(room: Room) -> None:
    thread = room.start("Northwind @lena")
    room.workspace.fault("chat.delete", "server_error", times=2)
    delete(room, "lena", "Northwind")
    assert [each for each in thread.messages if each.get("bot_id")] == []


# A workspace, and time


def test_a_workspace_is_deleted_with_everything_but_the_log(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(room)
    room.bot_leaves()
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    run = CliRunner().invoke
    assert run(main, ["workspace", "delete", "T0OTHER", "--yes"]).exit_code == 2
    refused = run(main, ["workspace", "delete", TEAM], input="T0LOCAX\n")
    assert refused.exit_code == 1
    assert "Nothing was deleted." in refused.output
    done = run(main, ["workspace", "delete", TEAM, "--yes"])
    assert done.output == f"Everything that was kept of {TEAM} is deleted, and with it 1 deal.\n"
    room.bot_arrives()
    left = {table: rows for table, rows in kept(room.bot.database).items() if rows}
    assert set(left) == {"audit"}
    assert where(room.bot.database, "U0", "Northwind") == []
    assert "operator" in left["audit"][-1]


def test_closed_deals_go_when_their_time_is_over_and_no_others(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    held(room, "Northwind", days_ago=40)
    held(room, "Cobalt", days_ago=40)
    held(room, "Harlow", days_ago=40)
    room.settle()
    for name in ("Northwind", "Harlow"):
        room.command("lena", f"close {name}")
        room.workspace.submit("lena", room.form("lena")["id"], {"ending": {"value": "lost"}})
        room.settle()
    run = CliRunner().invoke
    assert "are kept for ever" in run(main, ["workspace", "retention", TEAM]).output
    assert "are deleted 30 days after" in run(main, ["workspace", "retention", TEAM, "--days", "30"]).output
    room.clock.passes(days=20)
    harlow = next(each for each in room.reviews() if each.deal.name == "Harlow")
    room.workspace.message("omar", DEALS, "They came back to us.", harlow.thread_ts)
    room.settle()
    room.clock.passes(days=11)
    room.tick()
    assert {each.deal.name for each in _reviews(room)} == {"Cobalt", "Harlow"}
    assert where(room.bot.database, "Northwind") == []
    room.clock.passes(days=40)
    room.tick()
    assert {each.deal.name for each in _reviews(room)} == {"Cobalt"}


def test_what_the_engine_has_no_use_for_goes_after_thirty_days(room: Room) -> None:
    lived(room)
    room.clock.passes(days=29)
    room.tick()
    assert where(room.bot.database, "Eudora")
    assert where(room.bot.database, "digest:1:")
    room.clock.passes(days=2)
    room.tick()
    assert where(room.bot.database, "Eudora") == []
    assert where(room.bot.database, "digest:1:", "mirror:U") == []


def _reviews(room: Room) -> list[Review]:
    with room.bot.database.transaction() as session:
        ids = session.scalars(select(ReviewRow.id)).all()
        return [Reviews(session, TEAM).get(each) for each in ids]
