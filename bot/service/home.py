"""App Home: a person's deals and, for whoever reviews with others, the team's; and each person's own settings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.engine import NotNow
from bot.service.readers import Readers
from bot.service.shares import ShareService
from flows import utterances as say
from flows.deal import Deal
from flows.home import MOST_REVIEWS, Glance, Home, Page, Shown, glance, page
from flows.hours import Habits, local_day
from flows.outlook import Item
from flows.utterances import Utterance
from flows.watch import Flag, flags
from storage.database import Database
from storage.deals import Deals
from storage.digests import Digests
from storage.dossiers import Dossiers
from storage.habits import find_habits, keep_habits
from storage.home import begins_reviews_of_others, followed_deals, latest_threads, open_reviews, zones_of
from storage.ledger import Ledger, scale
from storage.playbooks import Playbooks
from storage.rules import find_rules

log = logging.getLogger(__name__)


class HomeService:
    """What one person sees of their own, and keeps about themselves."""

    def __init__(self, database: Database, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._readers = Readers(database, directory)
        self._shares = ShareService(database, directory, clock)

    def home(self, team: str, person: str, shown: Shown) -> Utterance:
        """A person's App Home; the cost grows with the deals they see, not with anybody else's."""
        with suppress(NotNow):
            self._directory.meet(team, person)
        closed = self._readers.closed_to(team, person)
        is_admin, now = self._is_admin(team, person), self._clock()
        with self._database.transaction() as session:
            habits = find_habits(session, team, person)
            rules = find_rules(session, team)
            habits = replace(habits, nudges=habits.nudges and rules.nudges)
            own = [deal for deal in Deals(session, team, ()).under_way_of(person) if deal.scope not in closed]
            is_manager = begins_reviews_of_others(session, team, person)
            followed = followed_deals(session, team, person, closed) if is_manager else []
            glances_at = _glances_at(session, team, [*own, *followed])
            reviews = open_reviews(session, team, person, MOST_REVIEWS + 1, closed)
        # SQLite lets nobody write meanwhile, so what takes time with many deals is done outside.
        today, glances = local_day(now, habits.zone), glances_at(now)
        mine = page(glances[: len(own)], shown.only, shown.mine, today, rules.periods)
        others = page(glances[len(own) :], shown.only, shown.team, today, rules.periods) if is_manager else None
        on_page = [each for side in (mine, others) if side for each in side.glances]
        with self._database.transaction() as session:
            threads = latest_threads(session, [each.deal.id for each in on_page], closed)
            watched = _watched(session, team, person, on_page, closed)
        mine, others = _with_flags(mine, watched), _with_flags(others, watched) if others else None
        link = self._directory.link
        links = {deal_id: link(*thread) for deal_id, thread in threads.items()}
        reviews_and_links = [(review, link(review.channel, review.thread_ts)) for review in reviews]
        moved = self._shares.of_team(team, person, habits.zone, closed)
        return say.home(
            Home(
                person,
                shown,
                reviews_and_links,
                mine,
                others,
                links,
                habits,
                today,
                moved,
                is_admin,
                rules.periods.span,
            )
        )

    def _is_admin(self, team: str, person: str) -> bool:
        """Where Slack does not tell at the moment, Home is drawn without what only admins have."""
        try:
            return self._directory.is_admin(team, person)
        except NotNow as error:
            log.info("whether %s is an admin of %s cannot be told now: %s", person, team, error)
            return False

    def settings(self, team: str, person: str, shown: Shown) -> Utterance:
        """The form in which a person tells when they work; Home is shown as it was when they are done."""
        habits = self.habits(team, person)
        with self._database.transaction() as session:
            nudges = find_rules(session, team).nudges
        return say.settings_form(habits, self.today(habits), shown, nudges)

    def habits(self, team: str, person: str) -> Habits:
        with self._database.transaction() as session:
            return find_habits(session, team, person)

    def today(self, habits: Habits) -> date:
        return local_day(self._clock(), habits.zone)

    def keep(self, team: str, person: str, habits: Habits) -> None:
        """Keep when a person works and whether they want to be nudged."""
        with self._database.transaction() as session:
            keep_habits(session, team, person, habits)


def _glances_at(session: Session, team: str, deals: Sequence[Deal]) -> Callable[[datetime], list[Glance]]:
    """What tells how deals stand at a moment (UTC), in the same order. Days are counted where a deal's owner lives."""
    ledger = Ledger(session).of_all(deal.id for deal in deals)
    zones = zones_of(session, team, {deal.owner for deal in deals})
    slowness, shelf = scale(session, team), Playbooks(session, team).shelf()

    def glances(now: datetime) -> list[Glance]:
        return [
            glance(
                deal,
                ledger.get(deal.id, {}),
                now,
                scale=slowness,
                zone=zones.get(deal.owner, "UTC"),
                playbook=shelf.of(deal.playbook, deal.owner),
            )
            for deal in deals
        ]

    return glances


def _watched(
    session: Session, team: str, person: str, glances: Sequence[Glance], closed: Collection[str]
) -> dict[int, tuple[Flag, ...]]:
    """The flags of deals by their ids. What was told where a person could not read it does not count here."""
    slowness = scale(session, team)
    steps = Dossiers(session, team).steps([each.deal.id for each in glances])
    told_in = {item.known.review for each in glances for item in each.items if item.known}
    unread = Digests(session, team).unread_by(person, told_in, closed)

    def known(item: Item) -> Item:
        is_hidden = item.known is not None and item.known.review in unread
        return replace(item, known=replace(item.known, lines=())) if is_hidden and item.known else item

    return {
        each.deal.id: flags(each.deal, [known(item) for item in each.items], steps.get(each.deal.id, ()), slowness)
        for each in glances
    }


def _with_flags(side: Page, watched: Mapping[int, tuple[Flag, ...]]) -> Page:
    return replace(side, glances=tuple(replace(each, flags=watched[each.deal.id]) for each in side.glances))
