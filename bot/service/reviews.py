"""Reviews: started, put right, ended and brought back; what is said in their threads is taken in `turns`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.outbox import Outbox
from bot.places import Place, Standing
from bot.service.arrivals import Pressed
from bot.service.decisions import Decisions
from bot.service.rulings import Rulings
from flows import steering, turns
from flows import utterances as say
from flows.agenda import agenda
from flows.deal import Deal
from flows.forgetting import FORGOTTEN
from flows.lens import Label
from flows.review import DIRECT, Review, Status, Turn
from flows.steering import Act, Outcome
from flows.utterances import Utterance
from storage.database import Database
from storage.deals import Deals, find_person
from storage.ledger import Ledger, scale
from storage.messages import Message
from storage.playbooks import Playbooks
from storage.reviews import Reviews, due_back
from storage.tenancy import EVERYWHERE, at_work_for


class ReviewService:
    """What people do with reviews by commands and forms. Methods return a hint for the acting person, or None."""

    def __init__(
        self, database: Database, decisions: Decisions, outbox: Outbox, directory: Directory, rulings: Rulings
    ) -> None:
        self._rulings = rulings
        self._database = database
        self._decisions = decisions
        self._outbox = outbox
        self._directory = directory

    def start(
        self, team: str, caller: str, channel: str, asked: Deal, whole: bool = False, is_chosen: bool = False
    ) -> Utterance | None:
        """Start a review of a deal by its name; a deal nobody heard of is made, with its details if it has any.

        `asked.owner` may be empty: then a known deal keeps its owner, and a new one belongs to the caller. A deal has
        one open review, so a second start says where the first is. Unless it is to be a `whole` one, a review asks only
        what is not fresh. Whoever did not type in the channel, but has `is_chosen` it, must be in it if it is
        private.
        """
        place = self._directory.place(channel)
        standing = self._directory.standing_for(place, caller) if is_chosen else place.standing
        if standing is not Standing.WELCOME:
            return say.cannot_hold(standing, channel)
        if problem := self._rulings.elsewhere(team, channel):
            return problem
        if asked.owner and not self._directory.meet(team, asked.owner):
            return say.unknown_person()
        self._directory.welcome(team, caller)
        try:
            hint = self._open(team, caller, place, asked, whole)
        except IntegrityError:  # somebody else made the deal or started its review in the same moment
            hint = self._open(team, caller, place, asked, whole)
        self._decisions.wake()
        return hint

    def form(self, team: str, channel: str, person: str) -> Utterance:
        """The form to start a review with."""
        with self._database.transaction() as session:
            return say.start_form(channel, person, Playbooks(session, team).shelf())

    def lines_to_move(self, pressed: Pressed) -> Utterance:
        """The form to move a line to the other side, or a hint why there is none."""
        with self._database.transaction() as session:
            review = self._of_channel(Reviews(session, pressed.team), pressed)
        return turns.fix_a_line(review, pressed.by.person) if review else say.not_here()

    def move_line(
        self, team: str, review_id: int, message_ts: str, position: int, label: Label, by: Act
    ) -> Utterance | None:
        """A person says whose story a line tells: the line at a position of one of the review's replies.

        Later readings in this workspace take it into account; those that were made stay as they are.
        """
        return self._decisions.make(
            team,
            review_id,
            by.occasion,
            lambda review, now: turns.move_line(review, message_ts, position, label, by, now),
        )

    def details(self, pressed: Pressed) -> Utterance:
        """The form for a deal's details, or a hint why there is none."""
        with self._database.transaction() as session:
            review = self._of_channel(Reviews(session, pressed.team), pressed)
        if review is None:
            return say.not_here()
        return say.details_form(review) if review.may_steer(pressed.by.person) else say.only_theirs(review)

    def change_details(self, team: str, review_id: int, changed: Deal, by: Act) -> Utterance | None:
        """Keep a deal's details; its name and owner stay as they are."""
        with self._database.transaction() as session:
            reviews = Reviews(session, team)
            review = reviews.lock(review_id)
            if review is None or reviews.knows(review, by.occasion):
                return None if review else say.not_here()
            if not review.may_steer(by.person):
                return say.only_theirs(review)
            now = self._decisions.clock()
            kept = _with_new_details(review.deal, changed)
            Deals(session, team, [kept.scope]).save(kept)
            after = replace(review, deal=kept)
            turn = Turn("detailed", by.person, by.occasion, now)
            self._decisions.keep(session, Outcome(after, turn, steering.reflect(after)), now, review)
        self._decisions.wake()
        return None

    def tick(self) -> None:
        """Do what has become due. Any number of processes may, at any time: each due thing is done once."""
        now = self._decisions.clock()
        with at_work_for(EVERYWHERE), self._database.transaction() as session:
            due = due_back(session, now)
        for team, review_id in due:
            with at_work_for(team):
                self._decisions.make(team, review_id, "", steering.come_back)

    def could_not_open(self, message: Message, reason: str) -> Callable[[Session], None]:
        """Slack would not take a review's first message: nobody can answer it, so it ends, and its opener is told.

        Returns what does so in a transaction. Raises `NotNow` and the network's errors.
        """
        with self._database.transaction() as session:
            review = Reviews(session, message.team).find(message.review_id or 0)
        return partial(self._end, message, reason, self._directory.conversation(review.opened_by) if review else "")

    def _end(self, message: Message, reason: str, opener: str, session: Session) -> None:
        reviews, now = Reviews(session, message.team), self._decisions.clock()
        review = reviews.lock(message.review_id or 0)
        if review is None or not review.is_open:
            return
        ended = replace(review, status=Status.STOPPED, ended_at=now)
        reviews.save(ended, Turn("refused", "", "refused", now, text=reason))
        if opener:
            self._outbox.decide_for(session, message.team, opener, [say.could_not_open(review, reason)], now)

    def _open(self, team: str, caller: str, place: Place, asked: Deal, whole: bool) -> Utterance | None:
        with self._database.transaction() as session:
            now = self._decisions.clock()
            deals, reviews = Deals(session, team, [place.scope]), Reviews(session, team)
            deal = deals.find(asked.name)
            if deal is None:
                deal = deals.add(asked.name, asked.owner or caller, place.scope, now)
            elif deal.ending:
                return say.deal_closed(deal)
            elif review := reviews.open_for(deal):
                is_theirs = review.owner == caller or not review.channel.startswith(DIRECT)
                return say.already_open(
                    review, self._directory.link(review.channel, review.thread_ts) if is_theirs else ""
                )
            elif deal.owner == FORGOTTEN:
                deal = replace(deal, owner=caller)
            shelf = Playbooks(session, team).shelf()
            deal = _with_details(deal, asked if asked.playbook in shelf.playbooks else replace(asked, playbook=""))
            deals.save(deal)
            owner = find_person(session, team, deal.owner)
            known = {} if whole else Ledger(session).of(deal)
            zone = owner.tz if owner else "UTC"
            playbook = shelf.of(deal.playbook, deal.owner)
            questions = agenda(deal, known, now, scale=scale(session, team), zone=zone, playbook=playbook)
            if not questions:
                return say.all_fresh(deal)
            review = reviews.add(
                deal,
                place.channel,
                deal.owner,
                caller,
                questions,
                now,
                is_private=bool(place.scope),
                playbook=playbook,
            )
            self._decisions.keep(session, turns.open_review(review, now), now)
        return None

    def _of_channel(self, reviews: Reviews, pressed: Pressed) -> Review | None:
        """The review a button belongs to, if it is pressed where that review is held: ids can be made up."""
        review = reviews.lock(pressed.review)
        return review if review and review.channel == pressed.channel else None


def _with_details(deal: Deal, asked: Deal) -> Deal:
    """A deal with what was said of it when its review was asked for; what was left open stays."""
    return replace(
        deal,
        owner=asked.owner or deal.owner,
        stage=asked.stage or deal.stage,
        their_date=asked.their_date or deal.their_date,
        their_date_source=asked.their_date_source or deal.their_date_source,
        close_date=asked.close_date or deal.close_date,
        period=asked.period or deal.period,
        playbook=asked.playbook or deal.playbook,
    )


def _with_new_details(deal: Deal, changed: Deal) -> Deal:
    """A deal with the details of another: what was emptied is empty."""
    return replace(
        deal,
        stage=changed.stage,
        their_date=changed.their_date,
        their_date_source=changed.their_date_source,
        close_date=changed.close_date,
        period=changed.period,
        amount=changed.amount,
        currency=changed.currency,
    )
