"""Digests: sent before a forecast call to its manager and to whoever owns its deals, or given to whoever asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.lookout import DueWork
from bot.outbox import Outbox
from bot.service.desk import Typed
from flows import shares
from flows import utterances as say
from flows.calls import Call
from flows.deal import Deal
from flows.digest import digest
from flows.dossiers import Dossier, Members, may_know, may_read, seen_by
from flows.hours import local_day
from flows.moments import slack_time
from flows.nudging import Standing, is_in_period
from flows.periods import Periods
from flows.shares import Movement
from flows.utterances import Reader, Utterance, asked_digest_slot, digest_slot
from storage.calls import Calls
from storage.database import Database
from storage.deals import Deals
from storage.digests import Digests, due
from storage.dossiers import Dossiers
from storage.home import begins_reviews_of_others, followed_deals
from storage.rules import find_rules
from storage.shares import Shares

LOOK_EVERY = timedelta(minutes=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """A digest for one person, and the channel of their conversation with the bot."""

    channel: str
    utterance: Utterance


class DigestService(DueWork):
    """Sends digests, for the engine: a lane is a call whose digest is due by `clock` (UTC).

    It is marked as sent in the transaction in which all its messages are decided, so nobody gets it twice.
    """

    name = "digest"

    def __init__(self, database: Database, outbox: Outbox, directory: Directory, clock: Callable[[], datetime]) -> None:
        super().__init__(due, LOOK_EVERY, clock)
        self._database = database
        self._outbox = outbox
        self._directory = directory

    def see_to(self, team: str, number: str, /) -> bool:
        """Send the digest of a call to its manager, and their lines to its reps; returns whether it was due."""
        with self._database.transaction() as session:
            call = Calls(session, team).get(int(number))
            if call is None or not self._is_due(call):
                return False
            dossiers = self._of_call(session, call)
        people = list(dict.fromkeys((call.manager, *(each.deal.owner for each in dossiers if not each.deal.ending))))
        reached = {person: channel for person in people if (channel := self._reached(team, person))}
        members = self._members(dossiers)
        made = [
            self._make(
                team, person, channel, _deals_for(person, call, dossiers), members, digest_slot(call.id, person), call
            )
            for person, channel in reached.items()
        ]
        with self._database.transaction() as session:
            calls, now = Calls(session, team), self._clock()
            call = calls.lock(call.id)
            if call is None or not self._is_due(call):
                return False
            for each in made:
                self._outbox.decide_for(session, team, each.channel, [each.utterance], now)
            calls.digested(call, now)
        return True

    def give(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance | None:
        """The digest of a person's next call, else of their deals and the team's in this period, as a message."""
        team, person, now = typed.team, typed.person, self._clock()
        known = self._directory.meet(team, person)
        channel = self._directory.conversation(person)
        if not channel:
            return say.no_direct_messages()
        with self._database.transaction() as session:
            call = Calls(session, team).next_of(person, now)
            dossiers = self._of_call(session, call) if call else self._of_person(session, team, person)
            periods = find_rules(session, team).periods
        if not call:
            zone = known.tz if known else "UTC"
            dossiers = [each for each in dossiers if _is_in_period(each, now, zone, periods)]
        if not dossiers:
            return say.nothing_to_digest()
        slot = asked_digest_slot(person, typed.act.occasion)
        made = self._make(team, person, channel, dossiers, self._members(dossiers), slot, call)
        with self._database.transaction() as session:
            if Digests(session, team).said(slot) is None:
                self._outbox.decide_for(session, team, channel, [made.utterance], now)
        return say.in_our_messages(self._directory.link(channel, slack_time(now)))

    def _is_due(self, call: Call) -> bool:
        return not call.digested_at and not call.cancelled_at and call.digest_at <= self._clock() < call.at

    def _of_call(self, session: Session, call: Call) -> list[Dossier]:
        entries = Calls(session, call.team).entries(call)
        asked = {entry.review for entry in entries if entry.review}
        deals = Digests(session, call.team).deals([entry.deal for entry in entries])
        return Dossiers(session, call.team).of(deals, call.manager, self._clock(), asked)

    def _of_person(self, session: Session, team: str, person: str) -> list[Dossier]:
        """A person's deals and, if they begin reviews of others' deals, those they follow."""
        deals: Sequence[Deal] = Deals(session, team, ()).under_way_of(person)
        if begins_reviews_of_others(session, team, person):
            deals = [*deals, *followed_deals(session, team, person)]
        return Dossiers(session, team).of(deals, person, self._clock())

    def _reached(self, team: str, person: str) -> str:
        """The channel to write to a person in, or empty if they left or take no messages. Raises `NotNow`."""
        if self._directory.renew(team, person) is None:
            log.info("%s is not in %s any more, and gets no digest", person, team)
            return ""
        return self._directory.conversation(person)

    def _members(self, dossiers: Sequence[Dossier]) -> Members:
        """Who is in each of the private channels that deals live or were reviewed in, asked of Slack now.

        Where Slack does not tell, nobody is: who was in a review may have left. Raises `NotNow`.
        """
        held = {review.scope for each in dossiers for review in each.reviews if not review.is_direct}
        places = held | {each.deal.scope for each in dossiers}
        return {place: self._directory.members(place) or frozenset() for place in sorted(places) if place}

    def _make(
        self,
        team: str,
        person: str,
        channel: str,
        dossiers: Sequence[Dossier],
        members: Members,
        slot: str,
        call: Call | None,
    ) -> Made:
        """A digest as one person may read it."""
        now, zone = self._clock(), self._directory.known(team, person).tz
        known = [each for each in dossiers if may_know(each, person, members)]
        seen, links = [], {}
        for each in known:
            may = [one for one in each.reviews if may_read(one, person, members)]
            seen.append(seen_by(each, (one.id for one in may)))
            linked = next((one for one in may if one.thread_ts), None)
            links[each.deal.id] = self._directory.link(linked.channel, linked.thread_ts) if linked else ""
        moved = self._moved(team, person, known) if call is None or call.manager == person else None
        reader = Reader(
            person,
            slot,
            call,
            is_today=call is not None and local_day(call.at, zone) == local_day(now, zone),
            links=links,
            hidden=len(dossiers) - len(known),
            moved=moved,
        )
        return Made(channel, say.digest(digest(seen), reader))

    def _moved(self, team: str, person: str, dossiers: Sequence[Dossier]) -> Movement:
        """How the share of the two sides moved in deals, as far as a person may read."""
        now, zone = self._clock(), self._directory.known(team, person).tz
        with self._database.transaction() as session:
            told = Shares(session, team).of_team(person, shares.since(now), [each.deal.id for each in dossiers])
        return shares.of_team(told, now, zone)


def _deals_for(person: str, call: Call, dossiers: Sequence[Dossier]) -> Sequence[Dossier]:
    """The manager's are all; a rep's are their own."""
    return dossiers if person == call.manager else [each for each in dossiers if each.deal.owner == person]


def _is_in_period(dossier: Dossier, now: datetime, zone: str, periods: Periods) -> bool:
    reviewed = dossier.reviews[0].opened_at if dossier.reviews else None
    return is_in_period(Standing(dossier.deal, dossier.items, reviewed), local_day(now, zone), zone, periods)
