"""Reviews as they were held some days ago, and calls to come: kept at once, where the way there is another test's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from flows import utterances as say
from flows.answer import Answer, Reply, Source, Standing
from flows.calls import Call, Entry, Result
from flows.deal import Deal, Stage
from flows.lens import Label, Reading, Span
from flows.playbook import NEXT_STEP, STEERED
from flows.review import Review, Status, Turn
from storage.calls import Calls
from storage.deals import Deals
from storage.ledger import Ledger
from storage.messages import Messages
from storage.reviews import Reviews
from tests.conftest import TEAM, Room

LENA, MAYA, OMAR = "U0LENA", "U0MAYA", "U0OMAR"
CHANNEL, PRIVATE = "C0DEALS", "G0FORECAST"

ALL_THEIRS = {
    "why_change": "Their auditor stopped them twice.",
    "no_action": "Ruth says they pay 90k again next spring.",
    "destination": "Their books close in four days.",
    "people": "Ruth and her team want it, and IT was asked.",
    "decision_path": "Their board approves it on 11 December.",
    "struggle": "Their year-end close comes first.",
    "our_help": "A plan their IT can use.",
    NEXT_STEP: "Ruth takes the costs to their board.",
}


def deal_of(room: Room, name: str, scope: str = "") -> Deal | None:
    with room.bot.database.transaction() as session:
        return Deals(session, TEAM, [scope]).find(name)


def made(room: Room, name: str, owner: str = LENA, *, scope: str = "", **details: object) -> Deal:
    """A deal, with what is known of it as a deal."""
    with room.bot.database.transaction() as session:
        deals = Deals(session, TEAM, [scope])
        deal = deals.find(name) or deals.add(name, owner, scope, room.clock.utc())
        deal = replace(deal, **{"owner": owner, **details})  # type: ignore[arg-type]
        deals.save(deal)
    return deal


def held(
    room: Room,
    name: str,
    owner: str = LENA,
    *,
    days_ago: float = 1,
    says: Mapping[str, str] = ALL_THEIRS,
    of_us: Sequence[str] = (),
    open_: Sequence[str] = (),
    sources: Mapping[str, Source] | None = None,
    due: date | None = None,
    channel: str = CHANNEL,
    opened_by: str = MAYA,
    is_open: bool = False,
    scope: str = "",
) -> Review:
    """A review that was held so many days ago, with what its owner said under each question, all about the customer.

    Under those `of_us` it was about us, and under those `open_` it was said not to be known.
    """
    at = room.clock.utc() - timedelta(days=days_ago)
    deal = made(room, name, owner, scope=scope)
    with room.bot.database.transaction() as session:
        reviews = Reviews(session, TEAM)
        review = before = reviews.add(deal, channel, owner, opened_by, STEERED, at, is_private=channel == PRIVATE)
        for number, (key, text) in enumerate(says.items()):
            ts = f"{at.timestamp() + number + before.id / 1000:.6f}"
            label = Label.US if key in of_us else Label.GAP if key in open_ else Label.CUSTOMER
            reply = Reply(ts, owner, text, Reading((Span(0, len(text), label, 1.0),), text))
            standing = Standing.NOT_KNOWN if key in open_ else Standing.ANSWERED
            source = (sources or {}).get(key)
            told = Answer(key, standing, (reply,), source=source, said_at=at, due=due if key == NEXT_STEP else None)
            review = review.with_answer(told)
        if not is_open:
            review = replace(review, status=Status.FINISHED, ended_at=at + timedelta(minutes=9))
        turn = Turn("answered", owner, f"held:{review.id}", at, text="held")
        reviews.save(review, turn, before)
        Ledger(session).follow(before, review, turn)
        Messages(session).decide(review, [say.parent(review)], at)
    room.bot.engine.wake()
    return review


def call_in(room: Room, minutes: float, *deals: str, manager: str = MAYA, digest: int = 60, scope: str = "") -> Call:
    """A call about deals, in so many minutes, with their latest reviews as those that were opened for it."""
    now = room.clock.utc()
    with room.bot.database.transaction() as session:
        calls, reviews = Calls(session, TEAM), Reviews(session, TEAM)
        found = [deal for name in deals if (deal := Deals(session, TEAM, [scope, ""]).find(name))]
        call = Call(
            0, TEAM, manager, scope or CHANNEL, now + timedelta(minutes=minutes), "Europe/Berlin", False, digest, now
        )
        call = calls.add(call, [deal.id for deal in found])
        for deal in found:
            latest = reviews.latest_for(deal)
            result = Result.OPENED if latest else Result.NOT_REACHED
            calls.record(call, Entry(deal.id, result, latest.id if latest else None))
    return call


def in_days(room: Room, days: int) -> date:
    return (room.clock.utc() + timedelta(days=days)).date()


__all__ = [
    "ALL_THEIRS", "CHANNEL", "LENA", "MAYA", "OMAR", "PRIVATE", "Source", "Stage", "call_in", "datetime", "deal_of",
    "held", "in_days", "made",
]  # fmt: skip
