"""What a digest is made of, found in a few queries however many deals there are: no review is loaded whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from flows.answer import Standing
from flows.deal import Deal
from flows.dossiers import Dossier, Past, Told
from flows.freshness import is_waiting
from flows.ledger import Known, Wait
from flows.lens import Label
from flows.moments import slack_time
from flows.outlook import outlook
from flows.playbook import NEXT_STEP
from flows.review import DIRECT, OPEN, Status
from flows.utterances import PARENT
from flows.watch import Step
from storage.home import zones_of
from storage.ledger import Ledger, scale
from storage.models import AnswerRow, CallRow, EntryRow, MessageRow, ReplyRow, ReviewRow, TurnRow
from storage.playbooks import Playbooks

LATEST = 4
"""So many reviews of each deal are looked at: those since the call before, and how long only we had a step."""
COMPARED = 2
"""What is said in the latest of them is held against what was said in the one before."""
TAKEN_ON = "taken_on"
DATED = ("due", "heard_on")


class Dossiers:
    """The dossiers of one workspace's deals."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def of(self, deals: Sequence[Deal], manager: str, now: datetime, asked: Collection[int] = ()) -> list[Dossier]:
        """All that is known about deals at a moment (UTC), the words included, in the same order.

        What is new came since the `manager`'s last call about a deal, else since its review before. `asked` are the
        reviews that were opened for the call.
        """
        ids = [deal.id for deal in deals]
        ledgers = Ledger(self._session).of_all(ids)
        slowness, shelf = scale(self._session, self._team), Playbooks(self._session, self._team).shelf()
        zones = zones_of(self._session, self._team, {deal.owner for deal in deals})
        rows = self._reviews(ids, ledgers.values())
        latest = {row.id for newest in rows.values() for row in newest[:LATEST]}
        standings, dues = self._answers(latest)
        since = self._since(ids, manager, now)
        recent = min([*since.values(), now - timedelta(days=90)])
        lines = self._lines(latest, {row.id for newest in rows.values() for row in newest[:COMPARED]}, recent)
        authors, threads = self._authors(rows), self._threads(rows)
        taken = self._taken(latest)

        def dossier(deal: Deal) -> Dossier:
            every = rows.get(deal.id, [])
            past = [
                _past(row, older, standings, lines, authors, threads)
                for row, older in ((row, every[number + 1 :]) for number, row in enumerate(every))
            ]
            zone = zones.get(deal.owner, "UTC")
            wait = Wait(deal.waits_until, deal.waits_for) if deal.waits_until else None
            ledger = ledgers.get(deal.id, {})
            return Dossier(
                deal,
                outlook(deal, ledger, now, scale=slowness, zone=zone, playbook=shelf.of(deal.playbook, deal.owner)),
                tuple(past),
                _steps(past, dues),
                since.get(deal.id) or _ended_before(past),
                wait if wait and is_waiting(wait, now, zone) else None,
                tuple(each for review in past for each in taken.get(review.id, ())),
                any(review.id in asked and review.is_open for review in past),
                slowness,
            )

        return [dossier(deal) for deal in deals]

    def steps(self, deal_ids: Collection[int]) -> dict[int, tuple[Step, ...]]:
        """What the latest reviews of deals said about the next step, by the deals' ids, the newest first."""
        rows = self._reviews(list(deal_ids), ())
        latest = {row.id for newest in rows.values() for row in newest}
        standings, dues = self._answers(latest, NEXT_STEP)
        lines = self._lines(latest, set(), None)
        return {
            deal: _steps([_past(row, (), standings, lines, {}, {}) for row in newest], dues)
            for deal, newest in rows.items()
        }

    def _reviews(self, deals: Collection[int], ledgers: Iterable[Mapping[str, Known]]) -> dict[int, list[Any]]:
        """The latest reviews of each deal, and those in which what is known was said, the newest first."""
        number = func.row_number().over(partition_by=ReviewRow.deal_id, order_by=ReviewRow.id.desc())
        ranked = select(ReviewRow.id.label("id"), number.label("number")).where(ReviewRow.deal_id.in_(deals)).subquery()
        latest = self._session.scalars(select(ranked.c.id).where(ranked.c.number <= LATEST)).all()
        told = {known.review for ledger in ledgers for known in ledger.values()}
        columns = select(
            ReviewRow.id, ReviewRow.deal_id, ReviewRow.channel, ReviewRow.scope, ReviewRow.owner, ReviewRow.opened_by,
            ReviewRow.opened_at, ReviewRow.ended_at, ReviewRow.status,
        )  # fmt: skip
        found: dict[int, list[Any]] = defaultdict(list)
        for row in self._session.execute(
            columns.where(ReviewRow.id.in_({*latest, *told})).order_by(ReviewRow.id.desc())
        ):
            found[row.deal_id].append(row)
        return found

    def _answers(
        self, reviews: Collection[int], question: str | None = None
    ) -> tuple[dict[int, list[tuple[str, Standing]]], dict[int, list[date]]]:
        """How each question was dealt with, and the days by which a next step was to be done, by reviews."""
        columns = select(AnswerRow.review_id, AnswerRow.question, AnswerRow.standing, AnswerRow.due)
        asked = columns.where(AnswerRow.review_id.in_(reviews), AnswerRow.standing.is_not(None))
        standings: dict[int, list[tuple[str, Standing]]] = defaultdict(list)
        dues: dict[int, list[date]] = defaultdict(list)
        last = {}
        for review, key, standing, day in self._session.execute(
            asked.where(AnswerRow.question == question) if question else asked
        ):
            standings[review].append((key, Standing(standing or "")))
            if key == NEXT_STEP and day:
                last[review] = day
        told = (TurnRow.review_id.in_(last), TurnRow.kind.in_(DATED), TurnRow.question == NEXT_STEP)
        turns = select(TurnRow.review_id, TurnRow.kind, TurnRow.text).where(*told).order_by(TurnRow.id)
        for review, kind, text in self._session.execute(turns):
            days = text.split()[1:] if kind == "heard_on" else text.split()
            dues[review] += map(date.fromisoformat, days)
        for review, day in last.items():
            if dues[review][-1:] != [day]:
                dues[review].append(day)
        return standings, dues

    def _lines(self, reviews: Collection[int], whole: Collection[int], since: datetime | None) -> dict[int, list[Told]]:
        """The lines of reviews, in order: all of those that are `whole`, else what came since, and the next steps.

        They are those of `Reply.lines`, made without what only a reply needs: they are many.
        """
        wanted = [ReplyRow.question == NEXT_STEP]
        if since:
            wanted += [ReplyRow.review_id.in_(whole), ReplyRow.message_ts >= slack_time(since)]
        columns = select(
            ReplyRow.review_id, ReplyRow.message_ts, ReplyRow.question, ReplyRow.author, ReplyRow.text, ReplyRow.spans,
            ReplyRow.moved,
        )  # fmt: skip
        live = (ReplyRow.review_id.in_(reviews), ReplyRow.withdrawn.is_(False), or_(*wanted))
        found: dict[int, list[Told]] = defaultdict(list)
        for review, ts, question, author, text, spans, moved in self._session.execute(
            columns.where(*live).order_by(ReplyRow.message_ts)
        ):
            at = datetime.fromtimestamp(float(ts), UTC)
            for position, (start, end, label, _) in enumerate(spans):
                words = text[start:end]
                side = Label(moved.get(words, label))
                found[review].append(Told(review, f"{ts}:{position}", question, author, at, words, side))
        return found

    def _since(self, deals: Collection[int], manager: str, now: datetime) -> dict[int, datetime]:
        """When a manager's last call was, for the deals that it was about."""
        theirs = (CallRow.team == self._team, CallRow.manager == manager, CallRow.cancelled_at.is_(None))
        earlier = (*theirs, CallRow.at <= now, EntryRow.deal_id.in_(deals))
        columns = select(EntryRow.deal_id, func.max(CallRow.at)).join(CallRow, CallRow.id == EntryRow.call_id)
        rows = self._session.execute(columns.where(*earlier).group_by(EntryRow.deal_id))
        return {deal: at for deal, at in rows if at}

    def _authors(self, rows: Mapping[int, Sequence[Any]]) -> dict[int, frozenset[str]]:
        """Whose words are in each review."""
        ids = [row.id for newest in rows.values() for row in newest]
        wrote = (ReplyRow.review_id.in_(ids), ReplyRow.withdrawn.is_(False))
        found: dict[int, set[str]] = defaultdict(set)
        for review, author in self._session.execute(
            select(ReplyRow.review_id, ReplyRow.author).where(*wrote).distinct()
        ):
            found[review].add(author)
        return {review: frozenset(authors) for review, authors in found.items()}

    def _threads(self, rows: Mapping[int, Sequence[Any]]) -> dict[int, str | None]:
        ids = [row.id for newest in rows.values() for row in newest]
        parents = (MessageRow.review_id.in_(ids), MessageRow.slot == PARENT)
        said = self._session.execute(select(MessageRow.review_id, MessageRow.ts).where(*parents))
        return {review: ts for review, ts in said if review is not None}

    def _taken(self, reviews: Collection[int]) -> dict[int, list[tuple[int, str, str]]]:
        """Who took on what somebody asked for in reviews, as `Dossier.taken` has it."""
        taken = (TurnRow.review_id.in_(reviews), TurnRow.kind == TAKEN_ON)
        found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for review, occasion, person in self._session.execute(
            select(TurnRow.review_id, TurnRow.occasion, TurnRow.person).where(*taken)
        ):
            found[review].append((review, occasion.removeprefix(f"{TAKEN_ON}:"), person))
        return found


def _past(
    row: Any,
    older: Sequence[Any],
    standings: Mapping[int, Sequence[tuple[str, Standing]]],
    lines: Mapping[int, Sequence[Told]],
    authors: Mapping[int, frozenset[str]],
    threads: Mapping[int, str | None],
) -> Past:
    return Past(
        row.id,
        row.channel,
        row.owner,
        row.opened_by,
        row.opened_at,
        row.ended_at,
        Status(row.status) in OPEN,
        row.channel.startswith(DIRECT),
        any(each.ended_at for each in older),
        threads.get(row.id),
        tuple(standings.get(row.id, ())),
        tuple(lines.get(row.id, ())),
        authors.get(row.id, frozenset()),
        row.scope,
    )


def _steps(past: Sequence[Past], dues: Mapping[int, Sequence[date]]) -> tuple[Step, ...]:
    """The next steps of the reviews that are over and told of one."""
    steps = []
    for review in past:
        said = [line for line in review.lines if line.question == NEXT_STEP]
        goes_on = dict(review.standings).get(NEXT_STEP) is Standing.STILL_TRUE
        theirs = goes_on or any(line.label is Label.CUSTOMER for line in said)
        ours = any(line.label is Label.US for line in said)
        if review.ended_at and (theirs or ours or said):
            words = " ".join(line.text for line in said if line.label is Label.CUSTOMER)
            steps.append(Step(review.id, theirs, ours, words, tuple(dues.get(review.id, ())), goes_on))
    return tuple(steps)


def _ended_before(past: Sequence[Past]) -> datetime | None:
    """The end of the review before the latest one."""
    return next((review.ended_at for review in past[1:] if review.ended_at), None)
