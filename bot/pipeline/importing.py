"""Takes a pipeline file: compares it with the deals we have, and keeps what it brings, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol

from sqlalchemy.orm import Session

from bot.pipeline.rejects import Rejects, Seen
from bot.pipeline.sheet import Line, Sheet
from bot.service.decisions import Decisions
from flows import pipeline, steering
from flows.deal import Deal
from flows.pipeline import FIELDS, Ground, Rejection, Report, Row, changed
from flows.pipeline_rows import read_row
from flows.pipeline_values import Order
from flows.review import Review, Turn
from flows.steering import Outcome
from storage.database import Database
from storage.deals import Deals, name_key
from storage.pipeline import PUBLIC, Pipeline, Standing
from storage.reviews import Reviews

BATCH = 500
"""Rows: so many are in memory at once, and are kept in one transaction."""

DETAILS = tuple(name for name in FIELDS if name not in ("owner", "ending"))


class People(Protocol):
    """Whoever can say whose a row is, and who is still there. May ask Slack."""

    def find(self, row: Row) -> str | Rejection: ...

    def is_there(self, user: str) -> bool: ...


@dataclass(frozen=True)
class Request:
    """Who wants a file imported into which workspace: a Slack id, empty for an operator, who may change every deal.

    A new deal whose row names nobody is `owner`'s; without one, the row is rejected. `occasion` is this import's own.
    """

    team: str
    by: str
    owner: str
    order: Order
    occasion: str


@dataclass(frozen=True)
class Told:
    """A row that could be read, as it stands in the file, and its owner's Slack id, empty if it names none."""

    line: Line
    row: Row
    owner: str


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row: the deal before, None if it is new, and after; or why nothing does."""

    told: Told
    standing: Standing | None = None
    after: Deal | None = None
    rejection: Rejection | None = None

    @property
    def is_change(self) -> bool:
        return bool(self.standing and self.after and pipeline.differences(self.standing.deal, self.after))

    @property
    def has_review(self) -> bool:
        return bool(self.standing and self.standing.is_reviewed)


class Keep(Protocol):
    """Is told in the transaction of each batch what came of the rows so far, and the last of their lines."""

    def __call__(self, session: Session, report: Report, line: int) -> None: ...


class Importer:
    """Compares and keeps. Without writing it does the same but for that, so what it foresees is what will come."""

    def __init__(self, database: Database, decisions: Decisions) -> None:
        self._database = database
        self._decisions = decisions

    def run(
        self,
        sheet: Sheet,
        asked: Request,
        people: People,
        rejects: Rejects,
        *,
        write: bool,
        report: Report | None = None,
        done: int = 0,
        keep: Keep = lambda session, report, line: None,
    ) -> Iterator[Report]:
        """Take a file; gives what came of its rows after each batch.

        An import that was broken off goes on after the line it had `done`, with its `report` so far; the rows before
        are only looked at again for those that were rejected. Raises what `people` and the sheet raise.
        """
        report = report or Report()
        with Seen() as seen:
            for batch in _batches(sheet.lines()):
                is_new = batch[-1].number > done
                told, rejected = self._read(batch, sheet, asked, people, seen)
                verdicts = self._judge(told, asked, people)
                rejected += [(each.told.line, each.rejection) for each in verdicts if each.rejection]
                for line, why in sorted(rejected, key=lambda each: each[0].number):
                    rejects.add(*line, why)
                if is_new:
                    report.rejected += len(rejected)
                    self._take(verdicts, asked, report, write, partial(keep, report=report, line=batch[-1].number))
                yield report
        self._decisions.wake()

    def _read(
        self, batch: list[Line], sheet: Sheet, asked: Request, people: People, seen: Seen
    ) -> tuple[list[Told], list[tuple[Line, Rejection]]]:
        told, rejected = [], []
        for line in batch:
            row = read_row(*line, sheet.columns, asked.order)
            if isinstance(row, Row) and (first := seen.first(name_key(row.name), row.line)) != row.line:
                row = Rejection(Ground.TWICE, str(first))
            owner = people.find(row) if isinstance(row, Row) else row
            if isinstance(owner, Rejection):
                rejected.append((line, owner))
            elif isinstance(row, Row):
                told.append(Told(line, row, owner))
        return told, rejected

    def _judge(self, told: list[Told], asked: Request, people: People) -> list[Verdict]:
        with self._database.transaction() as session:
            found = Pipeline(session, asked.team).find([name_key(each.row.name) for each in told])
        now = self._decisions.clock()
        return [_verdict(each, found.get(name_key(each.row.name)), asked, people, now) for each in told]

    def _take(
        self, verdicts: list[Verdict], asked: Request, report: Report, write: bool, keep: Callable[[Session], None]
    ) -> None:
        """Keep what a batch brings. A deal with a review goes first and by itself: its review is locked, and told."""
        good = [each for each in verdicts if not each.rejection]
        new = [each.after for each in good if each.after and not each.standing]
        changes = [each for each in good if each.is_change]
        reviewed = [each for each in changes if each.has_review]
        plain = [each for each in changes if not each.has_review]
        again = 0
        if write:
            for each in reviewed:
                self._steer(each, asked)
            again = self._taken_before(good, asked)
        for each in changes:
            if each.standing and each.after:
                report.show(each.standing.deal, each.after)
        report.new += len(new)
        report.changed += len(changes) + again
        report.same += len(good) - len(new) - len(changes) - again
        for each in good:
            report.still_ended += bool(each.standing and each.standing.deal.ending and each.told.row.is_open)
            if each.told.row.stage_told:
                report.notice(each.told.row.stage_told)
        if write:
            with self._database.transaction() as session:
                kept = Pipeline(session, asked.team)
                kept.add(new, asked.by, self._decisions.clock())
                kept.change(_as_judged(kept, plain))
                keep(session)

    def _taken_before(self, good: list[Verdict], asked: Request) -> int:
        """How many deals with a review this import has changed already, before it was broken off in this batch."""
        same = [each for each in good if each.has_review and not each.is_change]
        if not same:
            return 0
        with self._database.transaction() as session:
            ids = [each.standing.deal.id for each in same if each.standing]
            return Pipeline(session, asked.team).changed_by(asked.occasion, ids)

    def _steer(self, verdict: Verdict, asked: Request) -> None:
        """Change a deal that has reviews: nothing about it changes without a trace."""
        row, owner = verdict.told.row, verdict.told.owner
        with self._database.transaction() as session:
            review = Reviews(session, asked.team).lock_current(verdict.standing.deal.id if verdict.standing else 0)
            if review is None:
                return
            now = self._decisions.clock()
            after = changed(review.deal, row, owner, now)
            if review.is_open and after.ending is not review.deal.ending:
                return  # it was begun a moment ago; the next import says so
            is_renamed = after.name != review.deal.name
            for turn, step in _steps(review, after, asked, now):
                Deals(session, asked.team, ()).save(step.deal)
                self._decisions.keep(session, Outcome(step, turn, steering.reflect(step)), now, review)
                review = step
            if is_renamed:
                Pipeline(session, asked.team).rename(after)


def _as_judged(kept: Pipeline, verdicts: list[Verdict]) -> Iterator[Deal]:
    """The changed deals that are still as they were judged: what somebody did meanwhile stays as it is."""
    found = kept.find([name_key(each.told.row.name) for each in verdicts], lock=True) if verdicts else {}
    for each in verdicts:
        if each.after and found.get(name_key(each.told.row.name)) == each.standing:
            yield each.after


def _verdict(told: Told, standing: Standing | None, asked: Request, people: People, now: datetime) -> Verdict:
    if standing is None:
        owner = told.owner or asked.owner
        if not owner:
            return Verdict(told, rejection=Rejection(Ground.NO_OWNER))
        return Verdict(told, after=changed(Deal(0, asked.team, PUBLIC, told.row.name, owner), told.row, owner, now))
    deal = standing.deal
    after = changed(deal, told.row, told.owner, now)
    differing = {each.field for each in pipeline.differences(deal, after)}
    if "ending" in differing and standing.is_open:
        return Verdict(told, standing, rejection=Rejection(Ground.IN_REVIEW))
    if differing and not _may_change(standing, asked.by) and people.is_there(deal.owner):
        return Verdict(told, standing, rejection=Rejection(Ground.NOT_THEIRS, deal.owner))
    if "owner" in differing and not _may_give(standing, asked.by) and people.is_there(deal.owner):
        return Verdict(told, standing, rejection=Rejection(Ground.NOT_TO_GIVE, deal.owner))
    return Verdict(told, standing, after)


def _may_give(standing: Standing, person: str) -> bool:
    """Whether a person may say whose a deal is: an operator, its owner, and whoever brought it in a file."""
    return person in ("", standing.deal.owner, standing.imported_by)


def _may_change(standing: Standing, person: str) -> bool:
    """Whether a person may change a deal: whoever may give it away, and who began its latest review."""
    return _may_give(standing, person) or person == standing.opened_by


def _steps(review: Review, after: Deal, asked: Request, now: datetime) -> Iterator[tuple[Turn, Review]]:
    """The turns that lead a review's deal to what it is after, as they are when people do the same by hand."""
    before = review.deal

    def turn(kind: str, text: str) -> Turn:
        return Turn(kind, asked.by, f"{kind}:{asked.occasion}", now, text=text)

    told = [each for each in pipeline.differences(before, after) if each.field in DETAILS]
    if told:
        kept = {each.field: each.after for each in told}
        review = replace(review, deal=replace(before, **kept))
        yield turn("detailed", "; ".join(f"{each.field}: {each.before or ''} → {each.after}" for each in told)), review
    if after.owner != before.owner:
        given = replace(review.deal, owner=after.owner)
        review = replace(review, deal=given, owner=after.owner if review.is_open else review.owner)
        yield turn("handed_over", f"{before.owner} → {after.owner}"), review
    if after.ending is not before.ending:
        ended = replace(review.deal, ending=after.ending, closed_at=after.closed_at)
        yield turn("closed", after.ending or ""), replace(review, deal=ended)


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch
