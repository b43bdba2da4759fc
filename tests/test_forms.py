"""The forms: what they ask, what they take, and what they say at a line that will not do. Nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from slack_bolt import BoltRequest

from storage.deals import Deals
from tests.conftest import TEAM, Room, Thread, open_room
from tests.reading import Message, words

DETAILS = {
    "stage": "deciding",
    "their_date": "2026-12-11",
    "their_date_source": "their board calendar",
    "close_date": "2026-12-18",
    "period": "Q4",
}
IN_ONE_LINE = (
    "Stage: deciding  ·  their date Fri 11 Dec (from: their board calendar)  ·  our close date Fri 18 Dec  ·  Q4"
)


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


def form(room: Room, who: str) -> Message:
    found = room.workspace.modal(who)
    assert found is not None
    return found


def inputs(view: Message) -> dict[str, Message]:
    """A form's inputs by block id."""
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def submit(room: Room, who: str, **values: str | None) -> dict[str, str]:
    """Fill in the open form and submit it; returns what it objects to, by block."""
    given = {block: {"value": value} for block, value in values.items()}
    errors = room.workspace.submit(who, form(room, who)["id"], given)
    room.settle()
    return errors


def dispatch(room: Room, view: Message, who: str, values: dict[str, Message]) -> Message:
    """Submit a form as a client of one's own could: with any values at all. Returns what Slack would be told."""
    state = {**view["state"]["values"], **{block: {"value": value} for block, value in values.items()}}
    body = {
        "type": "view_submission",
        "team": {"id": "T0LOCAL"},
        "user": {"id": who},
        "view": {**view, "state": {"values": state}},
    }
    answer = room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body))
    assert answer.status == 200
    room.settle()
    told: Message = json.loads(answer.body) if answer.body else {}
    return told


# Starting


def test_the_form_asks_only_for_a_name_and_a_place(room: Room) -> None:
    room.command("maya")
    asked = inputs(form(room, "maya"))
    assert list(asked) == [
        "name",
        "channel",
        "owner",
        "stage",
        "their_date",
        "their_date_source",
        "close_date",
        "period",
        "playbook",
    ]
    assert [block for block, each in asked.items() if not each.get("optional")] == ["name", "channel"]


def test_the_form_opens_with_the_channel_it_was_opened_from(room: Room) -> None:
    room.command("maya")
    assert inputs(form(room, "maya"))["channel"]["element"]["initial_conversation"] == "C0DEALS"
    room.workspace.shortcut("lena", "start_review")
    assert inputs(form(room, "lena"))["channel"]["element"]["default_to_current_conversation"] is True


def test_without_an_owner_the_deal_belongs_to_whoever_filled_in_the_form(room: Room) -> None:
    room.command("omar")
    assert submit(room, "omar", name="  Northwind   Foods ") == {}
    (review,) = room.reviews()
    assert (review.deal.name, review.owner, review.opened_by) == ("Northwind Foods", "U0OMAR", "U0OMAR")


def test_a_known_deal_keeps_what_the_form_leaves_open(room: Room) -> None:
    room.command("maya")
    submit(room, "maya", name="Northwind", owner="U0LENA", **DETAILS)
    Thread(room, "#deals", room.reviews()[0].thread_ts or "").says("lena", "stop")
    room.command("omar")
    submit(room, "omar", name="northwind", period="Q1")
    again = room.reviews()[1]
    assert (again.owner, again.deal.stage, again.deal.their_date) == ("U0LENA", "deciding", date(2026, 12, 11))
    assert again.deal.period == "Q1"


def test_a_form_without_a_name_stays_open(room: Room) -> None:
    room.command("maya")
    for name in ("", "   "):
        assert list(submit(room, "maya", name=name)) == ["name"]
        assert room.workspace.modal("maya") is not None
    assert room.reviews() == []


def test_a_name_that_nobody_can_see_is_no_name(room: Room) -> None:
    room.command("maya")
    for nothing in ("\x07", "\u200b", "\u200b \u200b"):
        assert list(submit(room, "maya", name=nothing)) == ["name"]
    assert room.reviews() == []


def test_a_name_that_is_too_long_keeps_the_form_open_and_is_still_in_it(room: Room) -> None:
    room.command("maya")
    errors = submit(room, "maya", name="x" * 300)
    assert errors["name"].startswith("A deal's name can have 120 characters; this one has 300. Nothing was started.")
    assert form(room, "maya")["state"]["values"]["name"]["value"]["value"] == "x" * 300
    assert submit(room, "maya", name="x" * 120) == {}
    assert room.reviews()[0].deal.name == "x" * 120


def test_a_date_that_no_calendar_has_is_objected_to_where_it_stands(room: Room) -> None:
    room.command("maya")
    view, name = form(room, "maya"), {"type": "plain_text_input", "value": "Northwind"}
    for block in ("their_date", "close_date"):
        for day in ("2026-02-30", "2026-13-01", "tomorrow", "9" * 50):
            told = dispatch(room, view, "U0MAYA", {"name": name, block: {"type": "datepicker", "selected_date": day}})
            assert told == {
                "response_action": "errors",
                "errors": {block: "No calendar has that date. Pick one from the calendar."},
            }
    assert room.reviews() == []


MADE_UP: list[dict[str, Message]] = [
    {"stage": {"type": "static_select", "selected_option": {"value": "won"}}},
    {"channel": {"type": "conversations_select", "selected_conversation": None}},
    {"channel": {"type": "conversations_select", "selected_conversation": "C0NOWHERE"}},
    {"owner": {"type": "users_select", "selected_user": "U0NOBODY"}},
    {"owner": {"type": "users_select", "selected_user": "U0BOT"}},
]


def test_values_that_the_form_never_offered_start_nothing_and_break_nothing(room: Room) -> None:
    room.command("maya")
    view, name = form(room, "maya"), {"type": "plain_text_input", "value": "Northwind"}
    for values in MADE_UP:
        told = dispatch(room, view, "U0MAYA", {"name": name, **values})
        assert told["response_action"] == "errors", values
        assert "Traceback" not in str(told)
    assert room.reviews() == []


def test_a_stranger_as_owner_is_objected_to_at_the_owner(room: Room) -> None:
    room.command("maya")
    bot = {"type": "users_select", "selected_user": "U0BOT"}
    name = {"type": "plain_text_input", "value": "Northwind"}
    told = dispatch(room, form(room, "maya"), "U0MAYA", {"name": name, "owner": bot})
    assert list(told["errors"]) == ["owner"]


def test_a_submitted_form_that_arrives_twice_starts_one_review(room: Room) -> None:
    room.command("maya")
    view, name = form(room, "maya"), {"type": "plain_text_input", "value": "Northwind"}
    dispatch(room, view, "U0MAYA", {"name": name})
    dispatch(room, view, "U0MAYA", {"name": name})
    assert len(room.reviews()) == 1


# A deal's details


def test_details_are_a_button_away_and_show_on_the_parent(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.presses("lena", "Deal details")
    assert list(inputs(form(room, "lena"))) == [*DETAILS, "amount"]
    assert submit(room, "lena", **DETAILS) == {}
    assert words(thread.parent).splitlines()[1] == IN_ONE_LINE
    assert len(thread.messages) == 2


def test_the_form_shows_the_details_as_they_are_and_what_is_emptied_is_empty(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.presses("lena", "Deal details")
    submit(room, "lena", **DETAILS)
    thread.presses("maya", "Deal details")
    shown = {block: each["element"] for block, each in inputs(form(room, "maya")).items()}
    assert shown["stage"]["initial_option"]["value"] == "deciding"
    assert shown["their_date"]["initial_date"] == "2026-12-11"
    assert shown["their_date_source"]["initial_value"] == "their board calendar"
    assert submit(room, "maya", their_date=None, their_date_source="", close_date=None, period="") == {}
    assert words(thread.parent).splitlines()[1:] == ["Stage: deciding"]


def test_what_a_deal_is_worth_to_us_can_be_seen_changed_and_emptied(room: Room) -> None:
    thread, deal = room.start("Northwind @lena"), room.reviews()[0].deal
    with room.bot.database.transaction() as session:  # as an import brings it
        Deals(session, TEAM, [""]).save(replace(deal, amount=Decimal("45500.50"), currency="EUR"))
    thread.presses("lena", "Deal details")
    assert inputs(form(room, "lena"))["amount"]["element"]["initial_value"] == "45,500.50 EUR"
    assert list(submit(room, "lena", amount="a lot")) == ["amount"]
    assert submit(room, "lena", amount="£12k") == {}
    assert words(thread.parent).splitlines()[1:] == ["worth 12,000 GBP to us"]
    thread.presses("lena", "Deal details")
    submit(room, "lena", amount="")
    assert "worth" not in words(thread.parent)
    assert room.reviews()[0].deal.amount is None


def test_details_changed_after_the_review_show_on_the_parent_and_in_the_summary(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.says("lena", "stop")
    assert "Stage" not in thread.summary
    summaries = len(thread.from_bot)
    thread.presses("lena", "Deal details")
    submit(room, "lena", **DETAILS)
    assert IN_ONE_LINE in thread.summary
    assert IN_ONE_LINE in words(thread.parent)
    assert len(thread.from_bot) == summaries


def test_details_are_for_the_owner_and_whoever_opened_the_review(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.presses("omar", "Deal details")
    assert room.workspace.modal("omar") is None
    assert room.whispers("omar") == [
        "That one is for Lena or Maya. What you know is welcome all the same: just reply in the thread."
    ]


def test_a_form_that_somebody_else_submits_changes_nothing(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.presses("lena", "Deal details")
    told = dispatch(room, form(room, "lena"), "U0OMAR", {"period": {"type": "plain_text_input", "value": "Q1"}})
    assert "That one is for Lena or Maya." in told["errors"]["stage"]
    assert room.reviews()[0].deal.period == ""


def test_a_form_of_a_review_that_is_not_there_changes_nothing(room: Room) -> None:
    thread = room.start("Northwind @lena", by="maya")
    thread.presses("lena", "Deal details")
    for review in ("2", "99999", "", "x", "9" * 40):
        view = {**form(room, "lena"), "private_metadata": review}
        told = dispatch(room, view, "U0LENA", {"period": {"type": "plain_text_input", "value": "Q1"}})
        assert told["response_action"] == "errors", review
    assert room.reviews()[0].deal.period == ""


def test_details_that_were_typed_to_ping_or_format_are_shown_as_they_were_typed(room: Room) -> None:
    thread = room.start("Northwind @lena")
    thread.presses("lena", "Deal details")
    typed = "<!channel> *board* & <@U0MAYA>"
    submit(room, "lena", their_date="2026-12-11", their_date_source=typed, period="`Q4`")
    shown = words(thread.parent)
    assert "&lt;!channel&gt;" in shown
    assert "<" not in shown
    thread.presses("lena", "Deal details")
    assert inputs(form(room, "lena"))["their_date_source"]["element"]["initial_value"] == typed


def test_a_form_that_slack_does_not_open_is_told_to_whoever_asked_for_it(room: Room) -> None:
    thread = room.start("Northwind @lena")
    room.workspace.fault("views.open", "server_error", times=3)
    thread.presses("lena", "Deal details")
    room.workspace.shortcut("lena", "start_review")
    told = [words(message) for message in room.workspace.messages(room.workspace.dm("lena"))]
    told.append(room.command("lena"))
    assert len(told) == 3
    assert all(each.startswith("That did not work: Slack did not answer") for each in told)
