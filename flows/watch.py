"""No-decision watch: what suggests that a customer may stay put, or may not dare, each with its reasons. No odds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.answer import Source
from flows.deal import Deal, Stage
from flows.freshness import State, lasts_for
from flows.outlook import Item
from flows.playbook import NO_ACTION, STRUGGLE

LONG_AGO = 2
"""So many times its days have to be over before what happens if they wait says nothing any more."""
REVIEWS_RUNNING = 2
MOVES = 2
"""A step of theirs that is put off once is an everyday thing."""


class Kind(StrEnum):
    """The two ways to no decision: they see no need to move, or they do and dare not."""

    STAY = "may_stay_put"
    DARE = "may_not_dare"


class Why(StrEnum):
    """What a flag goes by."""

    OPEN = "open"  # nobody knows what happens if they do nothing
    NEVER = "never"  # nor was it ever talked about
    GUESS = "guess"
    OUR_SUM = "our_sum"  # the cost of waiting is our figure
    FINE = "fine"  # they can live with things as they are
    OLD = "old"
    FEAR = "fear"
    DISAGREEMENT = "disagreement"
    OVERLOAD = "overload"
    OUR_STEPS = "our_steps"  # in the last reviews, only we had something to do next
    MOVED = "moved"  # the day of their step was put off


@dataclass(frozen=True)
class Reason:
    """Why a flag is there: in the words that say so if there are any, with a `number` of days, reviews or moves."""

    why: Why
    words: str = ""
    number: int = 0


@dataclass(frozen=True)
class Flag:
    kind: Kind
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Step:
    """What one review said about the next step: whether there is one of theirs and one of ours, in which words.

    `dues` are the days by which theirs was to be done, as they were told one after another. One that `goes_on` was
    called still true from the review before.
    """

    review: int
    theirs: bool
    ours: bool
    words: str = ""
    dues: tuple[date, ...] = ()
    goes_on: bool = False


def flags(deal: Deal, items: Sequence[Item], steps: Sequence[Step], scale: float) -> tuple[Flag, ...]:
    """The flags of a deal, from how its questions stand and its finished reviews' steps, the newest first.

    A deal of which nothing is known has none: it was not reviewed yet. `scale` is as in `flows.outlook.outlook`.
    """
    if all(item.known is None for item in items):
        return ()
    by_key = {item.question: item for item in items}
    found = {
        Kind.STAY: tuple(_stays(by_key.get(NO_ACTION), deal.stage, scale)),
        Kind.DARE: (*_struggles(by_key.get(STRUGGLE)), *_steps(steps)),
    }
    return tuple(Flag(kind, reasons) for kind, reasons in found.items() if reasons)


def only_ours(steps: Iterable[Step]) -> int:
    """In how many reviews running, up to the newest, only we had something to do next."""
    count = 0
    for step in steps:
        if step.theirs or not step.ours:
            break
        count += 1
    return count


def moves(steps: Sequence[Step]) -> int:
    """How often the day of one and the same step of theirs was put off, over its reviews, the newest first.

    A later day for another step is none: who did what they said has the next thing to do.
    """
    count, before = 0, None
    for step in reversed(steps):
        latest = before.dues[-1] if before and before.dues and _is_same(before, step) else None
        for due in step.dues:
            count += latest is not None and due > latest
            latest = due
        before = step if step.dues else before
    return count


def is_alike(first: str, second: str) -> bool:
    """Whether two texts are mostly in the same words, short ones and numbers left out."""
    one, other = (set(re.findall(r"[^\W\d_]{4,}", each.casefold())) for each in (first, second))
    return bool(one and other) and 2 * len(one & other) > min(len(one), len(other))


def is_our_sum(item: Item) -> bool:
    """Whether what happens if they do nothing is a figure or thought of ours, which they never gave us."""
    known = item.known
    if item.question != NO_ACTION or known is None or known.is_open or known.source is Source.THEY_TOLD_US:
        return False
    return any(_OUR_SUM.search(_plain(line)) and not _THEIRS.search(_plain(line)) for line in known.lines)


def _stays(item: Item | None, stage: Stage | None, scale: float) -> Iterator[Reason]:
    if item is None:
        return
    known, fresh = item.known, item.freshness
    days = fresh.days or 0
    if known is None:
        yield Reason(Why.NEVER)
        return
    if known.is_open:
        yield Reason(Why.OPEN, number=days)
        return
    if is_our_sum(item):
        yield Reason(Why.OUR_SUM, _first(known.lines, _OUR_SUM))
    elif known.source is Source.OUR_GUESS:
        yield Reason(Why.GUESS)
    if fine := _said(known.lines, _FINE):
        yield Reason(Why.FINE, fine)
    if fresh.state is State.STALE and days > LONG_AGO * lasts_for(NO_ACTION, stage) * scale:
        yield Reason(Why.OLD, number=days)


def _struggles(item: Item | None) -> Iterator[Reason]:
    if item is None or item.known is None or item.known.is_open:
        return
    for why, words in _STRUGGLES:
        if said := _said(item.known.lines, words):
            yield Reason(why, said)


def _steps(steps: Sequence[Step]) -> Iterator[Reason]:
    if (running := only_ours(steps)) >= REVIEWS_RUNNING:
        yield Reason(Why.OUR_STEPS, number=running)
    if (count := moves(steps)) >= MOVES:
        yield Reason(Why.MOVED, number=count)


def _is_same(before: Step, step: Step) -> bool:
    """Whether two reviews told of the same step: carried on, said to be put off, or in mostly the same words."""
    return step.goes_on or bool(_PUT_OFF.search(_plain(step.words))) or is_alike(before.words, step.words)


def _said(lines: Iterable[str], words: re.Pattern[str]) -> str:
    """The first line that says so of them, as it was written; empty if none does."""
    return next(
        (line for line in lines if any(_holds(_plain(line), told) for told in words.finditer(_plain(line)))), ""
    )


def _first(lines: Iterable[str], words: re.Pattern[str]) -> str:
    return next((line for line in lines if words.search(_plain(line))), "")


def _holds(line: str, told: re.Match[str]) -> bool:
    """Whether words are meant as they stand: not denied, not over, and not said by one of us of ourselves."""
    before = re.split(_CLAUSE, line[: told.start()])[-1]
    after = re.split(r"[.;!?]", line[told.end() :])[0]
    is_quoted = line[: told.start()].count('"') % 2 == 1
    if not is_quoted and re.search(r"(?:^|\s)(?:i|we|i'm|we're|i am|we are|our)\s+(?:\w+\s+)?$", before):
        return False
    return not _DENIED.search(before) and not _OVER.match(after)


def _plain(line: str) -> str:
    for marks, plain in (("‘’", "'"), ("“”„«»", '"')):
        line = line.translate({ord(mark): plain for mark in marks})
    return line.casefold()


def _words(written: str) -> re.Pattern[str]:
    """One expression for phrases that are separated by commas; `a/b` is either word, `a*` any word that begins so."""
    phrases = (phrase.split() for phrase in written.replace("\n", " ").split(",") if phrase.strip())
    either = (r"\s+".join(f"(?:{'|'.join(map(_word, word.split('/')))})" for word in phrase) for phrase in phrases)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(either)})(?![\w'])")


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"[\w']*").replace(r"\.\.\.", r"(?:[\w']+\s+){0,3}[\w']+")


_CLAUSE = r"[.,;:!?]|\s(?:and|but|though|although|because|so|yet)\s"
_DENIED = re.compile(
    r"(?:\b(?:not(?! only\b| just\b)|no|never|nobody|none|nothing|neither|nor|without|hardly|barely|cannot|used to be|"
    r"stopped being|less)|n't)(?:\s+[\w'-]+){0,4}\s*$"
)
_OVER = re.compile(
    r"(?:\s+[\w']+){0,3}\s+(?:is|are|was|has|have|seems?)\s+(?:now |all |been |gone )?(?:gone|over|behind|settled|"
    r"resolved|solved|sorted|calmed|no (?:longer|more))"
)
_FEAR = _words(
    """
    afraid, fear, fears, fearful, feared, fearing, scared, scares them/her/him, terrified, nervous, anxious, uneasy,
    worried, worries, worry about, worrying about, blame, blamed, blames, cold feet, risk averse, risk-averse,
    don't/doesn't/won't dare, dares not, nobody dares, no one dares, nobody/none ... wants their/his/her name on,
    nobody ... wants to be the one, no one wants to be the one, nobody wants to be the one, stick/sticks/put their neck*
    out, stick his/her/their neck out, lose/loses/cost/costs his/her/their job*, job* on the line, career* on the line,
    neck on the line, burned/burnt by/before/last/once, got burned/burnt, been burned/burnt, once bitten,
    had a project/rollout/migration fail, what if it goes wrong, getting it wrong, get it wrong, could backfire,
    looking foolish, look foolish, be seen to fail, safe choice
    """
)
_DISAGREEMENT = _words(
    """
    disagree*, can't/cannot agree, don't/doesn't agree, do/does not agree, not agree*, no agreement, no consensus,
    not aligned, aren't/isn't aligned, split on/over/about/between/down, are/is split, divided, at odds, arguing,
    argue/argues about/over/whether, argument about/over/between,
    quarrel*, two camps, different camps, torn between, tug of war, tug-of-war,
    fighting over/about, different views/opinions/ideas, is/are against it/this/the/any, wants ... while ... wants,
    blocking each other, pull/pulling in different directions, each wants something else, can't settle on
    """
)
_OVERLOAD = _words(
    """
    too many options/choices/vendors/suppliers/projects/priorities/things/systems/tools/changes/proposals/offers/demos,
    so many options/choices/vendors/suppliers/projects/priorities, too much choice/information/going on/at once,
    too much on their/her/his plate*, too much on, overwhelm*, overload*, overstretched, snowed under, swamped,
    drowning, stretched thin, stretched too thin, already stretched, buried in, juggling,
    spinning plates, no time to/for,
    has/have/had no time, no/never has/have/had/got time, don't/doesn't/didn't have the/any time,
    don't/doesn't/didn't have time, hasn't/haven't time, no capacity, no bandwidth, no headspace, no spare hands,
    not enough time/people/hands/capacity, nobody ... has time/capacity, can't tell them/us apart, can't compare,
    lost in the/all options/details/the, don't/doesn't know where to start, competing priorities, everything at once
    """
)
_STRUGGLES = ((Why.FEAR, _FEAR), (Why.DISAGREEMENT, _DISAGREEMENT), (Why.OVERLOAD, _OVERLOAD))
_FINE = _words(
    """
    can/could live with it/that/this/things/how, would/will/they'd/she'd/he'd be fine, they'll be fine, would manage,
    they'd manage, nothing much/really/bad happens, nothing happens, nothing would/will happen/change, nothing changes,
    it/this/that can wait, could/can wait another/a/until/till, no rush, no hurry, no urgency, isn't/not urgent,
    wouldn't/won't notice, carry/carries on as they are/is, just carry on, muddle* through, same as now,
    happy as they are
    """
)
_OUR_SUM = _words(
    """
    our/my sum/sums/estimate/estimates/calculation/calculations/maths/math/figure/figures/guess/reckoning,
    our/my model/spreadsheet/calculator/assumption, our own sum/estimate/figure/calculation, our roi, the roi model,
    our/my number/numbers, we/i estimate/reckon/calculated/assume/guess/guessed/estimated/reckoned/figured,
    we/i worked out, we/i think, i'd/we'd guess/say/estimate, by our/my count/reckoning, back of the envelope,
    back-of-the-envelope, we put it at, we make it
    """
)
_THEIRS = _words(
    """
    confirmed, confirms, agreed, agrees, they said/told/gave, she/he said/told/gave, checked by, signed off,
    their own figure/figures/number/sum/estimate, they checked, told us
    """
)
_PUT_OFF = _words(
    "moved, pushed, postponed, delayed, slipped, rescheduled, put off, pushed back, again, now on/by, instead of"
)
