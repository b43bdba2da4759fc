"""What a person does with their digest: look further, take something on, ask for reviews, send questions ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.outbox import Outbox
from bot.service.decisions import Decisions
from bot.service.digests import DigestService
from flows import utterances as say
from flows.batch import evening_before
from flows.calendar import EVENING_BEFORE
from flows.calls import Call
from flows.deal import Deal
from flows.hours import local_day
from flows.review import Review, Turn
from flows.steering import Act, Outcome
from flows.utterances import EVENING, Utterance, ahead_slot, asked_review_slot, digest_slot
from storage.calls import Calls
from storage.database import Database
from storage.digests import Digests, Said
from storage.dossiers import TAKEN_ON
from storage.habits import find_habits
from storage.reviews import Reviews


@dataclass(frozen=True)
class Press:
    """What somebody does about a digest, known by its slot."""

    team: str
    slot: str
    by: Act


class DigestedService:
    """Takes what people do about their digests. Methods return a hint for the acting person, a form, or None.

    What a digest shows is its own list of what may be done from it, so a made-up id does nothing.
    """

    def __init__(
        self, database: Database, decisions: Decisions, outbox: Outbox, digests: DigestService, directory: Directory
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._outbox = outbox
        self._digests = digests
        self._directory = directory

    def turn(self, press: Press, page: int | None) -> Utterance | None:
        """Show a page (from 0) of what is worth talking about, or the first few."""
        return self._show(press, say.digest_page(press.slot, page))

    def show_clear(self, press: Press, shown: bool) -> Utterance | None:
        """Show what is clear and fresh by name, or only how many."""
        return self._show(press, say.digest_clear(press.slot, shown))

    def take(self, press: Press, review_id: int, key: str) -> Utterance | None:
        """Take on what a deal's owner asked for: said in the deal's thread, once, by whoever is first."""
        person, now = press.by.person, self._decisions.clock()
        with self._database.transaction() as session:
            said = self._theirs(session, press)
            if isinstance(said, Utterance):
                return said
            wish = next(
                (each for each in said.context["wanted"] if (each["review"], each["key"]) == (review_id, key)), None
            )
            reviews = Reviews(session, press.team)
            review = reviews.lock(review_id) if wish else None
            if wish is None or review is None or wish["person"] == person:
                return say.not_here()
            occasion, taker = f"{TAKEN_ON}:{key}", person
            if reviews.knows(review, occasion):
                taker = next(turn.person for turn in reviews.turns(review_id) if turn.occasion == occasion)
            else:
                turn = Turn(TAKEN_ON, person, occasion, now, text=wish["words"])
                taken = say.help_taken(person, wish["person"], wish["words"], key)
                self._decisions.keep(session, Outcome(review, turn, (taken,)), now, review)
            self._show_taken(session, press, said, wish, taker, now)
        self._decisions.wake()
        return None if taker == person else say.already_taken(taker)

    def ask(self, press: Press, person: str) -> Utterance | None:
        """Ask somebody, privately, for the reviews that are still to be held: once for a call, else once a day."""
        with self._database.transaction() as session:
            said = self._theirs(session, press)
        if isinstance(said, Utterance):
            return said
        asked = next((each for each in said.context["asking"] if each["person"] == person), None)
        if asked is None:
            return say.not_here()
        channel = self._directory.conversation(person)
        if not channel:
            return say.unknown_person()
        now = self._decisions.clock()
        with self._database.transaction() as session:
            digests, call = Digests(session, press.team), self._call(session, press, said)
            digests.hold(press.slot)
            zone = find_habits(session, press.team, press.by.person).zone
            about = str(call.id) if call else f"{press.by.person}:{local_day(now, zone)}"
            slot = asked_review_slot(about, person)
            is_new = digests.said(slot) is None
            if is_new:
                since = call.digested_at if call and call.digested_at else said.at
                deals = self._to_review(digests, person, [each["id"] for each in asked["deals"]], since)
                if not deals:
                    return say.nothing_to_ask_for(person)
                words = say.asked_for_review(press.by.person, person, deals, call, slot)
                self._outbox.decide_for(session, press.team, channel, [words], now)
            shown = say.digest_asked(press.slot, dict.fromkeys((*said.context["asked"], person)))
            self._outbox.decide_for(session, press.team, said.channel, [shown], now)
        self._decisions.wake()
        return None if is_new else say.asked_already(person)

    def send_ahead(self, press: Press) -> Utterance | None:
        """Post the question of each deal in its thread, else in its owner's messages, once for a call and deal."""
        now = self._decisions.clock()
        with self._database.transaction() as session:
            said = self._theirs(session, press)
            if isinstance(said, Utterance):
                return said
            call = self._call(session, press, said)
            if call is None or call.manager != press.by.person or call.cancelled_at:
                return say.not_here()
            if call.at <= now:
                return say.call_has_begun()
            asks = _as_they_are(Digests(session, press.team), said.context["talks"], press.by.person)
            threads = Digests(session, press.team).in_channels([each["id"] for each in asks])
        alone = [each for each in asks if each["id"] not in threads]
        channels = self._conversations(press, call, alone)
        with self._database.transaction() as session:
            Digests(session, press.team).hold(press.slot)
            in_threads = self._ask_in_threads(session, call, asks, threads, now)
            direct = self._ask_directly(session, call, alone, channels, now)
            shown = say.digest_sent(press.slot, in_threads + direct)
            self._outbox.decide_for(session, press.team, said.channel, [shown], now)
        self._decisions.wake()
        return say.sent_ahead(in_threads, direct)

    def time_form(self, press: Press) -> Utterance:
        """The form to choose how long before a call its digest comes."""
        with self._database.transaction() as session:
            said = self._theirs(session, press)
            if isinstance(said, Utterance):
                return said
            call = self._call(session, press, said)
        return say.digest_time_form(call) if call and call.manager == press.by.person else say.not_here()

    def set_time(self, team: str, call_id: int, person: str, chosen: str) -> Utterance | None:
        """Let the digests of a manager's calls to come, and of the call's schedule, come so long before.

        `chosen` is a number of minutes, or `EVENING` for the evening before.
        """
        now = self._decisions.clock()
        with self._database.transaction() as session:
            digests, call = Digests(session, team), Calls(session, team).lock(call_id)
            if call is None or call.manager != person:
                return say.not_here()
            for each in {one.id: one for one in (call, *digests.to_come(person, now))}.values():
                minutes = evening_before(each.at, each.zone) if chosen == EVENING else int(chosen)
                digests.set_minutes(each, minutes)
            if call.schedule is not None:
                digests.set_usual_minutes(call.schedule, EVENING_BEFORE if chosen == EVENING else int(chosen))
        self._digests.look_again()
        self._decisions.wake()
        return None

    def _theirs(self, session: Session, press: Press) -> Said | Utterance:
        """The digest, if it is the acting person's; else a hint."""
        said = Digests(session, press.team).said(press.slot)
        if said is None or said.context.get("person") != press.by.person:
            return say.not_your_digest()
        return said

    def _call(self, session: Session, press: Press, said: Said) -> Call | None:
        call = said.context["call"]
        return Calls(session, press.team).get(call["id"]) if call else None

    def _show(self, press: Press, shown: say.Retouch) -> Utterance | None:
        with self._database.transaction() as session:
            said = self._theirs(session, press)
            if isinstance(said, Utterance):
                return said
            self._outbox.decide_for(session, press.team, said.channel, [shown], self._decisions.clock())
        self._decisions.wake()
        return None

    def _show_taken(
        self, session: Session, press: Press, said: Said, wish: Mapping[str, Any], taker: str, now: datetime
    ) -> None:
        """Let the digest show it, and those of the call that went to its manager and to the owner."""
        call = said.context["call"]
        others = [digest_slot(call["id"], each) for each in (call["manager"], wish["person"])] if call else []
        digests = Digests(session, press.team)
        for slot in dict.fromkeys((press.slot, *others)):
            if found := digests.said(slot):
                wanted = [
                    {**each, "taken_by": taker}
                    if (each["review"], each["key"]) == (wish["review"], wish["key"])
                    else each
                    for each in found.context["wanted"]
                ]
                self._outbox.decide_for(session, press.team, found.channel, [say.digest_taken(slot, wanted)], now)

    def _to_review(self, digests: Digests, person: str, deals: Sequence[int], since: datetime) -> list[dict[str, Any]]:
        """Those of somebody's deals that are still to be reviewed, with the addresses of reviews that are open.

        Since the digest was made (UTC) they may have ended, gone to somebody else, or been reviewed.
        """
        reviewed, threads, found = digests.reviewed_since(deals, since), digests.open_threads(deals), []
        for deal in digests.deals(deals):
            if deal.ending or deal.owner != person or deal.id in reviewed:
                continue
            owner, channel, ts = threads.get(deal.id, ("", "", None))
            link = self._directory.link(channel, ts) if owner == person else ""
            found.append({"id": deal.id, "deal": deal.name, "link": link})
        return found

    def _conversations(self, press: Press, call: Call, asks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Where to write to the owners of deals: where their own digest is, else Slack is asked."""
        owners = {each["owner"] for each in asks}
        with self._database.transaction() as session:
            digests = Digests(session, press.team)
            known = {owner: digests.said(digest_slot(call.id, owner)) for owner in owners}
        return {owner: said.channel if said else self._directory.conversation(owner) for owner, said in known.items()}

    def _ask_in_threads(
        self,
        session: Session,
        call: Call,
        asks: Sequence[Mapping[str, Any]],
        threads: Mapping[int, tuple[int, str]],
        now: datetime,
    ) -> int:
        slot = ahead_slot(call.id)
        asked = Digests(session, call.team).have_slot([review for review, _ in threads.values()], slot)
        count = 0
        for each in asks:
            review, channel = threads.get(each["id"], (0, ""))
            if channel and review not in asked:
                words = say.question_ahead(call, each, names_deal=False)
                self._outbox.decide(session, _thread(review, channel, call, each), [words], now)
                count += 1
        return count

    def _ask_directly(
        self,
        session: Session,
        call: Call,
        asks: Sequence[Mapping[str, Any]],
        channels: Mapping[str, str],
        now: datetime,
    ) -> int:
        digests, count = Digests(session, call.team), 0
        for each in asks:
            words, channel = say.question_ahead(call, each, names_deal=True), channels.get(each["owner"], "")
            if channel and digests.said(words.slot) is None:
                self._outbox.decide_for(session, call.team, channel, [words], now)
                count += 1
        return count


def _as_they_are(digests: Digests, talks: Sequence[Mapping[str, Any]], asker: str) -> list[dict[str, Any]]:
    """The deals of a digest that there is a question about, with whose they are now; none that has ended since."""
    now = {deal.id: deal for deal in digests.deals([each["id"] for each in talks if each["ask"]])}
    asks = [{**each, "owner": now[each["id"]].owner} for each in talks if each["id"] in now]
    return [each for each in asks if not now[each["id"]].ending and each["owner"] != asker]


def _thread(review: int, channel: str, call: Call, ask: Mapping[str, Any]) -> Review:
    """As much of a review as it takes to say something in its thread: many are not loaded for a question each."""
    deal = Deal(ask["id"], call.team, "", ask["deal"], ask["owner"])
    return Review(review, deal, channel, ask["owner"], call.manager, call.created_at, (), "")
