"""The digest before a forecast call: which deals are worth talking about, why, and one question to ask about each.

Everything is from what reps wrote. Nothing is counted by person, and whose a deal is changes no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flows.answer import HEARD, Source, Standing
from flows.deal import Deal
from flows.dossiers import Dossier, Past, Told, is_told_again, is_told_alike
from flows.event_words import event_in
from flows.freshness import State
from flows.help_wanted import asked_for
from flows.home import MATTERS_FIRST
from flows.lens import Label
from flows.nudging import rank
from flows.outlook import Item, playbook_of
from flows.playbook import AFTERWARDS, NEXT_STEP, OPENING, OUR_HELP
from flows.watch import REVIEWS_RUNNING, Flag, flags, is_our_sum, only_ours

MOST_TALKS = 6
"""So many deals are shown before one asks for more: a call has time for no more, and a phone no room."""
MOST_REASONS = 2
"""Of each kind, for one deal."""
AGED = frozenset({State.STALE, State.AMBER})
UNKNOWN = frozenset({State.OPEN, State.NEVER})


class Heading(StrEnum):
    """Under what a deal stands: the first that fits, in this order."""

    MOVED = "moved"  # their world moved
    OLD = "old"  # we run on old news
    GUESSING = "guessing"
    ONLY_OURS = "only_ours"  # only our steps, in two reviews running or more
    WAITING = "waiting"  # with a reason: no need to ask
    CLEAR = "clear"  # clear and fresh
    UNREVIEWED = "unreviewed"
    CLOSED = "closed"  # it ended before the call


WORTH_TALKING = (Heading.MOVED, Heading.OLD, Heading.GUESSING, Heading.ONLY_OURS)


@dataclass(frozen=True)
class News:
    """What is new under a question, said by whom and when; if it tells of an event, what that `may_change`."""

    question: str
    text: str
    author: str
    at: datetime
    may_change: str = ""


@dataclass(frozen=True)
class Talk:
    """A deal worth talking about: under which heading, why, and the question to ask about the customer.

    That is told by its key; `playbook` is the reference of the one it is of.
    """

    deal: Deal
    heading: Heading
    news: tuple[News, ...]
    aged: tuple[Item, ...]
    guesses: tuple[Item, ...]
    running: int
    flags: tuple[Flag, ...]
    ask: str
    playbook: str

    @property
    def urgency(self) -> tuple[bool, bool, date, str, int]:
        """What changed, then what is old or a guess of what matters first, then our close date; never whose it is."""
        weak = any(item.question in MATTERS_FIRST for item in (*self.aged, *self.guesses))
        deal = self.deal
        return (not self.news, not weak, deal.close_date or date.max, deal.name.casefold(), deal.id)


@dataclass(frozen=True)
class Wanted:
    """What the owner of a deal asks a colleague for, in their own words, and who has taken it on."""

    deal: Deal
    review: int
    key: str
    person: str
    words: str
    taken_by: str = ""


@dataclass(frozen=True)
class Digest:
    """The deals of a call: `talks` the most urgent first, all others by our close date.

    `asking` are the people whose reviews are still to be held, each with those deals, and `still_open` counts such
    deals that stand elsewhere.
    """

    talks: tuple[Talk, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    waiting: tuple[Dossier, ...] = ()
    clear: tuple[Dossier, ...] = ()
    unreviewed: tuple[Dossier, ...] = ()
    closed: tuple[Dossier, ...] = ()
    asking: tuple[tuple[str, tuple[Deal, ...]], ...] = ()
    still_open: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, (self.talks, self.waiting, self.clear, self.unreviewed, self.closed)))

    @property
    def is_all_clear(self) -> bool:
        """Whether there is fresh news from every customer, and a step of theirs."""
        return bool(self.clear) and len(self.clear) == self.count


def digest(dossiers: Iterable[Dossier]) -> Digest:
    """What a call's deals amount to."""
    every = sorted(dossiers, key=_by_close_date)
    found: dict[Heading, list[Dossier]] = {heading: [] for heading in Heading}
    talks = []
    for each in every:
        seen = _look_at(each)
        found[seen.heading].append(each)
        if seen.heading in WORTH_TALKING:
            talks.append(seen)
    unreviewed = found[Heading.UNREVIEWED]
    elsewhere = [each for each in every if each.is_asked and not each.deal.ending and each not in unreviewed]
    return Digest(
        tuple(sorted(talks, key=lambda talk: talk.urgency)),
        tuple(wish for each in every if not each.deal.ending for wish in wanted(each)),
        tuple(found[Heading.WAITING]),
        tuple(found[Heading.CLEAR]),
        tuple(unreviewed),
        tuple(found[Heading.CLOSED]),
        _by_owner([each.deal for each in (*unreviewed, *elsewhere)]),
        len(elsewhere),
    )


def wanted(dossier: Dossier) -> tuple[Wanted, ...]:
    """What a deal's owner asks for from inside the company since the call before, or in its latest review in vain."""
    taken = {(review, key): person for review, key, person in dossier.taken}
    found: dict[str, Wanted] = {}
    for number, review in enumerate(dossier.reviews):
        for line in review.lines:
            is_late = dossier.since is not None and line.at <= dossier.since
            taker = taken.get((review.id, line.key), "")
            if line.author != dossier.deal.owner or (is_late and (number > 0 or taker)):
                continue
            for words in asked_for(line.text):
                found.setdefault(words, Wanted(dossier.deal, review.id, line.key, line.author, words, taker))
    return tuple(found.values())


def arranged(talks: Sequence[Talk]) -> list[Talk]:
    """Deals under their headings, in the order of the headings; under each, the order they had."""
    return sorted(talks, key=lambda talk: WORTH_TALKING.index(talk.heading))


def _by_owner(deals: Sequence[Deal]) -> tuple[tuple[str, tuple[Deal, ...]], ...]:
    """Deals by whose they are, in the order of each owner's first deal."""
    owners = dict.fromkeys(deal.owner for deal in deals)
    return tuple((owner, tuple(deal for deal in deals if deal.owner == owner)) for owner in owners)


def _look_at(dossier: Dossier) -> Talk:
    """Where a deal stands and why."""
    deal, items = dossier.deal, dossier.items
    running = only_ours(dossier.steps)
    running = running if running >= REVIEWS_RUNNING else 0
    news = () if deal.ending else _news(dossier)
    is_known = any(item.known for item in items)
    aged = _urgent(item for item in items if item.freshness.state in AGED)
    guesses = _urgent(item for item in items if _is_guess(item))
    opens = _urgent(item for item in items if item.freshness.state in UNKNOWN and _is_asked_about(item, running))
    heading = _heading(dossier, is_known, news, aged, guesses, opens, running)
    if heading is Heading.WAITING:
        aged, guesses, opens = (), (), ()
    weak = _urgent((*guesses, *opens)) if is_known else ()
    ask = _ask(heading, news, aged, weak)
    watched = flags(deal, items, dossier.steps, dossier.scale)
    return Talk(deal, heading, news[:MOST_REASONS], aged, weak, running, watched, ask, playbook_of(items))


def _heading(
    dossier: Dossier,
    is_known: bool,
    news: Sequence[News],
    aged: Sequence[Item],
    guesses: Sequence[Item],
    opens: Sequence[Item],
    running: int,
) -> Heading:
    if dossier.deal.ending:
        return Heading.CLOSED
    if news:
        return Heading.MOVED
    if dossier.wait:
        return Heading.WAITING
    if not is_known:
        return Heading.UNREVIEWED
    if any(item.freshness.state is State.STALE or item.question in MATTERS_FIRST for item in aged):
        return Heading.OLD
    if guesses:
        return Heading.GUESSING
    if running:
        return Heading.ONLY_OURS
    return Heading.GUESSING if opens else Heading.CLEAR


def _news(dossier: Dossier) -> tuple[News, ...]:
    """What came from their side since the call or review before; events first, then what matters first.

    What a first review brings is no news, nor what was told before in mostly the same words, nor their next step, which
    follows the one before: those are news if they tell of an event. An event that was told before in the very same
    words is none: other words may tell of another one of its kind.
    """
    every = [line for review in dossier.reviews for line in review.lines]
    found: dict[str, News] = {}
    for review in dossier.reviews:
        answered = {question for question, standing in review.standings if standing is Standing.ANSWERED}
        for line in review.lines:
            if line.label not in HEARD or line.question == OPENING or not _is_new(line, review, dossier):
                continue
            event = event_in(line.question, line.text)
            if event and is_told_again(line, every):
                continue
            if event:
                news = News(line.question, line.text, line.author, line.at, event.question)
                found.setdefault(f"event {event.question}", news)
            elif review.follows and line.question in answered and _moves(line, every):
                found.setdefault(line.question, News(line.question, line.text, line.author, line.at))
    return tuple(sorted(found.values(), key=lambda each: (not each.may_change, rank(each.question))))


def _is_new(line: Told, review: Past, dossier: Dossier) -> bool:
    if dossier.since:
        return line.at > dossier.since
    return review.id == dossier.reviews[0].id


def _moves(line: Told, every: Iterable[Told]) -> bool:
    """Whether a line tells of the customer what no earlier review told."""
    return line.label is Label.CUSTOMER and _can_move(line.question) and not is_told_alike(line, every)


def _can_move(question: str) -> bool:
    return question not in (OPENING, AFTERWARDS, NEXT_STEP, OUR_HELP)


def _is_guess(item: Item) -> bool:
    known = item.known
    return known is not None and not known.is_open and (known.source is Source.OUR_GUESS or is_our_sum(item))


def _is_asked_about(item: Item, running: int) -> bool:
    """What is open is asked about; a next step that is only ours has a heading of its own."""
    return not (running and item.question == NEXT_STEP)


def _ask(heading: Heading, news: Sequence[News], aged: Sequence[Item], weak: Sequence[Item]) -> str:
    """What to ask: about an event, else what is missing, the most urgent first, else about what is new."""
    if heading is Heading.MOVED and news[0].may_change:
        return news[0].may_change
    if heading is Heading.ONLY_OURS:
        return NEXT_STEP
    missing = weak if heading is Heading.GUESSING else (*aged, *weak)
    if missing:
        return missing[0].question
    return news[0].question if news else ""


def _urgent(items: Iterable[Item]) -> tuple[Item, ...]:
    """The most urgent first; what is stale before what only ages."""
    return tuple(sorted(items, key=lambda item: (item.freshness.state is State.AMBER, rank(item.question))))


def _by_close_date(dossier: Dossier) -> tuple[date, str, int]:
    deal = dossier.deal
    return deal.close_date or date.max, deal.name.casefold(), deal.id
