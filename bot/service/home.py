"""App Home: a person's deals and, for whoever reviews with others, the team's; and each person's own settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.directory import Directory
from flows import utterances as say
from flows.home import MOST_REVIEWS, Glance, Home, Shown, glance, page
from flows.hours import Habits, local_day
from flows.review import Deal
from flows.utterances import Utterance
from storage.database import Database
from storage.deals import Deals
from storage.habits import find_habits, keep_habits
from storage.home import begins_reviews_of_others, followed_deals, latest_threads, open_reviews, zones_of
from storage.ledger import Ledger, scale


class HomeService:
    """What one person sees of their own, and keeps about themselves."""

    def __init__(self, database: Database, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock

    def home(self, team: str, person: str, shown: Shown) -> Utterance:
        """A person's App Home; the cost grows with the deals they see, not with anybody else's."""
        self._directory.meet(team, person)
        now = self._clock()
        with self._database.transaction() as session:
            habits = find_habits(session, team, person)
            own = Deals(session, team, ()).under_way_of(person)
            is_manager = begins_reviews_of_others(session, team, person)
            followed = followed_deals(session, team, person) if is_manager else []
            glances_at = _glances_at(session, team, [*own, *followed])
            reviews = open_reviews(session, team, person, MOST_REVIEWS + 1)
        # SQLite lets nobody write meanwhile, so what takes time with many deals is done outside.
        today, glances = local_day(now, habits.zone), glances_at(now)
        mine = page(glances[: len(own)], shown.only, shown.mine, today)
        others = page(glances[len(own) :], shown.only, shown.team, today) if is_manager else None
        on_page = [each.deal.id for side in (mine, others) if side for each in side.glances]
        with self._database.transaction() as session:
            threads = latest_threads(session, on_page)
        link = self._directory.link
        links = {deal_id: link(*thread) for deal_id, thread in threads.items()}
        reviews_and_links = [(review, link(review.channel, review.thread_ts)) for review in reviews]
        return say.home(Home(person, shown, reviews_and_links, mine, others, links, habits, today))

    def settings(self, team: str, person: str, shown: Shown) -> Utterance:
        """The form in which a person tells when they work; Home is shown as it was when they are done."""
        habits = self.habits(team, person)
        return say.settings_form(habits, self.today(habits), shown)

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
    slowness = scale(session, team)

    def glances(now: datetime) -> list[Glance]:
        return [
            glance(deal, ledger.get(deal.id, {}), now, scale=slowness, zone=zones.get(deal.owner, "UTC"))
            for deal in deals
        ]

    return glances
