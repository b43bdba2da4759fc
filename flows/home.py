"""App Home: how a person's deals stand at a glance, which of them come first, and which are on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from flows.deal import Deal
from flows.freshness import State, is_waiting
from flows.hours import Habits
from flows.ledger import Known, Wait
from flows.outlook import Item, outlook
from flows.periods import CALENDAR, Periods, Span
from flows.playbook import DECISION_PATH, NEXT_STEP, PEOPLE, STANDARD, Playbook
from flows.review import Status
from flows.shares import Movement
from flows.watch import Flag

DEALS_ON_A_PAGE = 20
"""Each of one's own takes up to two of the 100 blocks of a view, each of the team's one, and all else less than 40."""

MOST_REVIEWS = 10

MATTERS_FIRST = frozenset({PEOPLE, DECISION_PATH, NEXT_STEP})
"""What the product's digest looks at first: who is in it, how they decide, and what they do next."""

UNANSWERED = frozenset({State.STALE, State.OPEN})


class Only(StrEnum):
    """Which deals are shown."""

    ALL = "all"
    ATTENTION = "attention"  # there is something to ask, and nobody waits
    WAITING = "waiting"  # they cannot move before a day
    QUARTER = "quarter"  # we mean to close it in this forecast period, or meant to before


@dataclass(frozen=True)
class Shown:
    """Which part of Home a person looks at: the filter, and the page (from 0) of their deals and of the team's.

    It is kept nowhere but in the view itself, as `str` writes it.
    """

    only: Only = Only.ALL
    mine: int = 0
    team: int = 0

    def __str__(self) -> str:
        return f"{self.only}:{self.mine}:{self.team}"

    @classmethod
    def read(cls, written: str) -> Shown:
        """What `str` wrote; the beginning, if that was not written by us."""
        try:
            only, mine, team = written.split(":")
            return cls(Only(only), int(mine), int(team))
        except ValueError:
            return cls()

    def turned(self, pages: str, number: int) -> Shown:
        """Another page of the deals that are `mine` or the `team`'s."""
        return replace(self, team=number) if pages == "team" else replace(self, mine=number)


@dataclass(frozen=True)
class Glance:
    """How a deal stands. `wait` is what the customer waits for, None once that is over; `flags` as in `flows.watch`."""

    deal: Deal
    items: tuple[Item, ...]
    wait: Wait | None
    flags: tuple[Flag, ...] = ()

    def those(self, *states: State) -> tuple[Item, ...]:
        """Its questions in one of these states, in the playbook's order."""
        return tuple(item for item in self.items if item.freshness.state in states)

    @property
    def next_step(self) -> Item | None:
        """The customer's next step, if its day is known."""
        return next((item for item in self.items if item.question == NEXT_STEP and item.known and item.known.due), None)

    @property
    def needs_attention(self) -> bool:
        return not self.wait and any(item.is_worth_asking for item in self.items)

    @property
    def urgency(self) -> tuple[int, int, date, str, int]:
        """What sorts deals: what is old or open of what matters first, then of all else, then our close date.

        As long as the customer waits nobody needs to ask, so nothing counts. Whose deal it is never does.
        """
        asked = [item for item in self.items if item.freshness.state in UNANSWERED and not self.wait]
        first = sum(item.question in MATTERS_FIRST for item in asked)
        deal = self.deal
        return (-first, first - len(asked), deal.close_date or date.max, deal.name.casefold(), deal.id)


@dataclass(frozen=True)
class Page:
    """Some of the deals there are: page `number` (from 0) of `pages`. The filter lets `found` of `all` through."""

    glances: tuple[Glance, ...]
    number: int
    pages: int
    found: int
    all: int


@dataclass(frozen=True)
class UnderWay:
    """An open review in a line: what is asked in it, the `number`th of `total` questions, and its thread in Slack."""

    deal: str
    owner: str
    status: Status
    number: int
    total: int
    channel: str
    thread_ts: str | None


@dataclass(frozen=True)
class Home:
    """All that a person's App Home shows. `links` are addresses of the deals' latest reviews by the deals' ids.

    `team` is None for whoever never began a review of somebody else's deal. `reviews` come with their addresses.
    `moved` tells how the telling of the deals they see moved. Who `is_admin` may settle things for the workspace.
    `span` is how long a forecast period is there.
    """

    person: str
    shown: Shown
    reviews: Sequence[tuple[UnderWay, str]]
    mine: Page
    team: Page | None
    links: Mapping[int, str]
    habits: Habits
    today: date
    moved: Movement | None = None
    is_admin: bool = False
    span: Span = Span.QUARTER


def glance(
    deal: Deal, ledger: Mapping[str, Known], now: datetime, *, scale: float, zone: str, playbook: Playbook = STANDARD
) -> Glance:
    """How a deal stands at a moment (UTC); `scale`, `zone` and `playbook` are as in `outlook`."""
    wait = Wait(deal.waits_until, deal.waits_for) if deal.waits_until else None
    still = wait if wait and is_waiting(wait, now, zone) else None
    return Glance(deal, outlook(deal, ledger, now, scale=scale, zone=zone, playbook=playbook), still)


def page(glances: Iterable[Glance], only: Only, number: int, today: date, periods: Periods = CALENDAR) -> Page:
    """A page of the deals that a filter lets through, the most urgent first; the last page if there are not so many."""
    every = list(glances)
    last_day = periods.of(today)[1]
    found = sorted((each for each in every if _passes(each, only, last_day)), key=lambda each: each.urgency)
    pages = max(1, -(-len(found) // DEALS_ON_A_PAGE))
    number = min(max(number, 0), pages - 1)
    begin = number * DEALS_ON_A_PAGE
    return Page(tuple(found[begin : begin + DEALS_ON_A_PAGE]), number, pages, len(found), len(every))


def _passes(glance: Glance, only: Only, last_day: date) -> bool:
    """Whether a filter lets a deal through; `last_day` is that of the forecast period."""
    match only:
        case Only.ATTENTION:
            return glance.needs_attention
        case Only.WAITING:
            return glance.wait is not None
        case Only.QUARTER:
            closes = glance.deal.close_date
            return closes is not None and closes <= last_day
        case _:
            return True
