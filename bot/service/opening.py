"""Opens the reviews of forecast calls, one after the other, and shows their managers how far that is."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.clients import reaching_slack
from bot.directory import Directory
from bot.engine import Lane, NotNow, Waiting
from bot.lately import Lately
from bot.outbox import Outbox
from bot.places import Standing
from bot.service.decisions import Decisions
from flows import batch, turns
from flows import utterances as say
from flows.agenda import agenda
from flows.calls import Call, Entry, Result
from flows.deal import Deal
from flows.review import DIRECT, Review, Turn
from storage.calls import Calls, calls_to_tend, has_moved
from storage.database import Database
from storage.deals import Deals, find_person
from storage.ledger import Ledger, scale
from storage.messages import Messages
from storage.playbooks import Playbooks
from storage.reviews import Reviews

PACES_BETWEEN_SHOWS = 10
"""An overview is brought up to date no sooner after the last time: Slack takes fifty edits a minute from a bot."""
LIVES_ON = timedelta(days=1)
"""So long after its call an overview is kept up to date: who answers late does so within the day."""
STUCK = timedelta(minutes=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reached:
    """Where the owner of a deal is asked, by their ids: `channel` is empty if they are not reached.

    If the bot `is_shut_out` of the call's channel, nobody is. Not everybody may read a channel that `is_private`.
    """

    owner: str
    channel: str
    is_shut_out: bool = False
    is_private: bool = False


class Opening:
    """Opens reviews, for the engine: a lane is a call with reviews to be opened, or with news for its manager.

    One review is opened in a transaction, under the call's lock, and the next when Slack has the one before: so what
    the manager is told is true, and whatever else is said in the channel waits for two messages at most. `pace` is the
    time between posts to a channel.
    """

    name = "open"

    def __init__(
        self, database: Database, decisions: Decisions, outbox: Outbox, directory: Directory, pace: timedelta
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._outbox = outbox
        self._directory = directory
        self._pause = pace * PACES_BETWEEN_SHOWS
        self._door = threading.Lock()
        self._rests: dict[Lane, datetime] = {}
        self._place = Lately(directory.place)
        self._members = Lately(directory.members)
        self._person = Lately(directory.renew)
        self._conversation = Lately(directory.conversation)

    def waiting(self, session: Session, now: datetime) -> Waiting:
        lanes = self._lanes(session)
        with self._door:
            self._rests = {lane: until for lane, until in self._rests.items() if until > now}
            rests = [self._rests[lane] for lane in lanes if lane in self._rests]
            return Waiting([lane for lane in lanes if lane not in self._rests], min(rests, default=None))

    def is_anything_left(self, session: Session) -> bool:
        return bool(self._lanes(session))

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Open the next review of a call, or tell its manager what came of them."""
        try:
            with reaching_slack():
                did = self._tend(lane.team, int(lane.what))
        except (NotNow, OperationalError):
            raise
        except Exception:  # whatever it is, the other calls go on, and this one in a minute
            log.exception("the reviews of call %s could not be opened", lane)
            self._rest(lane, STUCK)
            return False
        self._decisions.wake()
        return did

    def follow(self, session: Session, before: Review | None, review: Review, turn: Turn, now: datetime) -> None:
        """A turn has changed a review, in the caller's transaction: note that its calls are to be shown anew.

        The call is not touched: who opens reviews holds it, and may wait for this very transaction.
        """
        if before and (before.number, before.status) != (review.number, review.status):
            has_moved(session, review.id)

    def show(self, session: Session, call: Call, now: datetime, channel: str = "") -> None:
        """Bring the manager's message up to date, in the caller's transaction.

        `channel` is their conversation, which is needed the first time.
        """
        calls = Calls(session, call.team)
        channel = Messages(session).channel_of(say.batch_slot(call)) or channel
        lines = calls.show(call)
        if channel:
            self._outbox.decide_for(session, call.team, channel, [say.batch(call, lines, self._link)], now)

    def _tend(self, team: str, number: int) -> bool:
        with self._database.transaction() as session:
            calls = Calls(session, team)
            call = calls.get(number)
            if call is None or call.cancelled_at or _is_to_wait(calls, call, self._decisions.clock()):
                return False
            entry = calls.next_waiting(call)
            deal = self._deal(session, call, entry) if entry else None
            channel = Messages(session).channel_of(say.batch_slot(call))
        channel = channel or self._conversation(call.manager)
        reached = self._reach(call, deal) if deal else None
        try:
            return self._step(call, reached, channel)
        except IntegrityError:  # somebody else started a review of the deal in the same moment
            return self._step(call, reached, channel)

    def _step(self, call: Call, reached: Reached | None, channel: str) -> bool:
        """Go one step on; returns whether a deal was dealt with. The manager's message is in `channel`."""
        now = self._decisions.clock()
        with self._database.transaction() as session:
            calls = Calls(session, call.team)
            locked = calls.lock(call.id)
            if locked is None or locked.cancelled_at or _is_to_wait(calls, call, now):
                return False
            lines = calls.lines(call)
            if why := _reason_to_stop(call, lines, reached, now):
                calls.open_no_more(call, why)
            entry = calls.next_waiting(call)
            if entry is None:
                if calls.has_news(call):  # another look may have come between
                    self.show(session, call, now, channel)
                self._rest(_lane(call), self._pause)
                return False
            if batch.is_worth_an_edit(lines):
                self.show(session, call, now, channel)
            deal = self._deal(session, call, entry)
            if reached is None or deal.owner != reached.owner:
                return True  # it was added or handed over meanwhile: look again
            calls.record(call, self._open(session, call, entry, deal, reached, now))
        return True

    def _open(self, session: Session, call: Call, entry: Entry, deal: Deal, reached: Reached, now: datetime) -> Entry:
        """Open the review of a deal unless there is a reason not to."""
        reviews = Reviews(session, call.team)
        if deal.ending:
            return replace(entry, result=Result.CLOSED)
        if under_way := reviews.open_for(deal):
            return replace(entry, result=Result.UNDER_WAY, review=under_way.id)
        owner = find_person(session, call.team, deal.owner)
        zone = owner.tz if owner else "UTC"
        ledger, slowness = Ledger(session).of(deal), scale(session, call.team)
        playbook = Playbooks(session, call.team).shelf().of(deal.playbook, deal.owner)
        questions = agenda(deal, ledger, now, scale=slowness, zone=zone, playbook=playbook)
        if not questions:
            return replace(entry, result=Result.FRESH)
        if not reached.channel:
            return replace(entry, result=Result.NOT_REACHED)
        review = reviews.add(
            deal,
            reached.channel,
            deal.owner,
            call.manager,
            questions,
            now,
            is_private=reached.is_private,
            playbook=playbook,
        )
        begun = turns.open_review(review, now)
        told = replace(begun, says=tuple(say.before(call, each) for each in begun.says))
        self._decisions.keep(session, told, now)
        return replace(entry, result=Result.OPENED, review=review.id)

    def _reach(self, call: Call, deal: Deal) -> Reached:
        """Where to ask the owner of a deal. Asks Slack; raises `NotNow` and the network's errors.

        What is private to a channel is asked of nobody who is not in it, in direct messages neither.
        """
        owner = deal.owner
        place = None if call.in_direct else self._place(call.channel)
        if place and place.standing is not Standing.WELCOME:
            self._place.forget(call.channel)  # what is in the way is mended, and the call begun again
            return Reached(owner, "", is_shut_out=True)
        if self._person(call.team, owner) is None:
            return Reached(owner, "")
        is_private = bool(place and place.scope)
        members = self._members(call.channel) if is_private or deal.scope else None
        if members is not None and owner not in members:
            self._members.forget(call.channel)
            return Reached(owner, "")
        return Reached(owner, self._conversation(owner) if call.in_direct else call.channel, is_private=is_private)

    def _deal(self, session: Session, call: Call, entry: Entry) -> Deal:
        deal = Deals(session, call.team, ("", call.channel)).get(entry.deal)
        if deal is None:
            raise LookupError(f"deal {entry.deal} of call {call.id} is not known in {call.channel}")
        return deal

    def _link(self, channel: str, ts: str | None) -> str:
        """The address of a review's thread; one in direct messages is nobody else's to open."""
        return "" if channel.startswith(DIRECT) else self._directory.link(channel, ts)

    def _rest(self, lane: Lane, how_long: timedelta) -> None:
        with self._door:
            self._rests[lane] = datetime.now(UTC) + how_long

    def _lanes(self, session: Session) -> list[Lane]:
        since = self._decisions.clock() - LIVES_ON
        return [Lane(team, str(call)) for team, call in calls_to_tend(session, since)]


def _is_to_wait(calls: Calls, call: Call, now: datetime) -> bool:
    """Whether the review opened last is to be said first, which may never be; for the call nothing waits after it."""
    return now < call.at and calls.is_opening(call)


def _reason_to_stop(call: Call, lines: list[batch.Line], reached: Reached | None, now: datetime) -> Result | None:
    """Why no more reviews of a call are opened, if there is a reason."""
    refused = any(line.is_refused and line.channel == call.channel for line in lines)
    if refused or (reached and reached.is_shut_out):
        return Result.SHUT_OUT
    return Result.LATE if now >= call.at else None


def _lane(call: Call) -> Lane:
    return Lane(call.team, str(call.id))
