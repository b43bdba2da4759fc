"""Reviews: loaded whole, under a lock if they are to be changed, and saved whole with the turn that changed them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from flows.answer import Answer, Reply, Source, Standing
from flows.deal import Deal
from flows.lens import Label, Reading, Span
from flows.playbook import OPENING, STANDARD, Playbook
from flows.review import DIRECT, OPEN, Review, Status, Turn
from flows.utterances import PARENT, ask_slot, summary_slot
from storage.deals import find_person, to_deal
from storage.models import AnswerRow, MessageRow, ReplyRow, ReviewRow, TurnRow
from storage.playbooks import Playbooks

LONGEST_LIST = 20
LONGEST_HISTORY = 10

NEVER = "0"
"""Stands for the time of a message that Slack refused: everything came after it."""


def due_back(session: Session, now: datetime) -> list[tuple[str, int]]:
    """The paused reviews whose morning has come, in any workspace: each with its team, the longest due first."""
    due = (ReviewRow.status == Status.AWAITING_RETURN, ReviewRow.returns_at <= now)
    rows = session.execute(select(ReviewRow.team, ReviewRow.id).where(*due).order_by(ReviewRow.returns_at))
    return [(team, review_id) for team, review_id in rows]


class Reviews:
    """The reviews of one workspace. What is loaded with `lock` stays as it is until the transaction ends."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def lock(self, review_id: int) -> Review | None:
        """Load a review that no other transaction can change meanwhile; None if this workspace has none by that id."""
        found = self._session.scalar(self._ids(ReviewRow.id == review_id).with_for_update(of=ReviewRow))
        if not found:
            return None
        row = self._row(found)
        self._session.info[ReviewRow, found] = row  # a session forgets what nobody holds, and `save` needs it again
        return self._to_review(row)

    def find(self, review_id: int) -> Review | None:
        """A review as it is; None if this workspace has none by that id."""
        found = self._session.scalar(self._ids(ReviewRow.id == review_id))
        return self._load(found) if found else None

    def get(self, review_id: int) -> Review:
        """A review that there is. Raises `LookupError` if this workspace has none by that id."""
        if found := self.find(review_id):
            return found
        raise LookupError(f"there is no review {review_id} in {self._team}")

    def held_in(self, channel: str, thread_ts: str) -> int | None:
        """The id of the review that is held in a thread; None when the thread is no review's."""
        parent = select(MessageRow.review_id).where(
            MessageRow.channel == channel, MessageRow.ts == thread_ts, MessageRow.slot == PARENT
        )
        return self._session.scalar(self._ids(ReviewRow.id.in_(parent)))

    def open_for(self, deal: Deal) -> Review | None:
        """The deal's open review, if there is one."""
        found = self._session.scalar(self._ids(ReviewRow.deal_id == deal.id, ReviewRow.status.in_(OPEN)))
        return self._load(found) if found else None

    def latest_for(self, deal: Deal, unless: Review | None = None) -> Review | None:
        """The deal's latest review, open or over; None if that is the one that is at hand."""
        newest = self._ids(ReviewRow.deal_id == deal.id).order_by(ReviewRow.id.desc()).limit(1)
        found = self._session.scalar(newest)
        return self._load(found) if found and not (unless and unless.id == found) else None

    def lock_current(self, deal_id: int) -> Review | None:
        """The open review of a deal of this workspace, else its latest, locked; None if there is none."""
        order = (ReviewRow.status.in_(OPEN).desc(), ReviewRow.id.desc())
        found = self._session.scalar(self._ids(ReviewRow.deal_id == deal_id).order_by(*order).limit(1))
        return self.lock(found) if found else None

    def history(self, deal_id: int) -> list[Review]:
        """The latest reviews of a deal of this workspace, the newest first."""
        newest = self._ids(ReviewRow.deal_id == deal_id).order_by(ReviewRow.id.desc()).limit(LONGEST_HISTORY)
        return [self._load(found) for found in self._session.scalars(newest).all()]

    def latest_readable(self, person: str, channel: str = "", closed: Collection[str] = ()) -> list[Review]:
        """Each deal's latest review with a person in it or held in a channel: open ones first, then the newest.

        Who may read which is as in `Review.may_be_read`; none is of a channel `closed` to them.
        """
        wrote = select(ReplyRow.review_id).where(ReplyRow.author == person)
        opened = (ReviewRow.opened_by == person) & ReviewRow.channel.not_like(f"{DIRECT}%")
        mine = (ReviewRow.owner == person) | opened | ReviewRow.id.in_(wrote)
        held = (mine & ReviewRow.scope.not_in(closed)) | (ReviewRow.channel == channel)
        newest = select(func.max(ReviewRow.id)).where(held).group_by(ReviewRow.deal_id)
        is_open = ReviewRow.status.in_(OPEN)
        ids = self._session.scalars(
            self._ids(ReviewRow.id.in_(newest)).order_by(is_open.desc(), ReviewRow.id.desc()).limit(LONGEST_LIST)
        )
        return [self._load(found) for found in ids]

    def add(
        self,
        deal: Deal,
        channel: str,
        owner: str,
        opened_by: str,
        questions: Sequence[str],
        now: datetime,
        *,
        is_private: bool = False,
        playbook: Playbook = STANDARD,
    ) -> Review:
        """Open a review with a version of a playbook.

        `is_private` says that not everybody may read the channel, though they may know the deal.

        Raises `sqlalchemy.exc.IntegrityError` if the deal has an open one.
        """
        row = ReviewRow(
            deal_id=deal.id,
            channel=channel,
            scope=channel if is_private or deal.scope or channel.startswith(DIRECT) else "",
            owner=owner,
            opened_by=opened_by,
            opened_at=now,
            questions=list(questions),
            asked=questions[0],
            ask=1,
            status=Status.AWAITING_ANSWER,
            playbook=playbook.key,
            playbook_version=playbook.version,
        )
        self._session.add(row)
        self._session.flush()
        return self._load(row.id)

    def save(self, review: Review, turn: Turn, before: Review | None = None) -> None:
        """Keep a review as it is after a turn, and the turn itself; only what is not as it was `before` is written."""
        known = before.answers if before else {}
        row = self._session.get_one(ReviewRow, review.id)
        row.asked, row.ask, row.status, row.owner = review.asked, review.ask, review.status, review.owner
        row.questions = list(review.questions)
        row.led_by, row.ended_at, row.returns_at = review.led_by, review.ended_at, review.returns_at
        for key, answer in review.answers.items():
            if answer == known.get(key):
                continue
            self._session.merge(_answer_row(review.id, answer))
            for reply in answer.replies:
                if key not in known or reply not in known[key].replies:
                    self._session.merge(_reply_row(review.id, answer.question, reply))
        self._session.add(
            TurnRow(
                review_id=review.id,
                kind=turn.kind,
                person=turn.person,
                occasion=turn.occasion,
                question=turn.question,
                text=turn.text,
                at=turn.at,
            )
        )
        self._session.flush()

    def knows(self, review: Review, occasion: str) -> bool:
        """Whether a happening was already taken into account: Slack delivers some things twice."""
        seen = select(TurnRow.id).where(TurnRow.review_id == review.id, TurnRow.occasion == occasion)
        return self._session.scalar(seen) is not None

    def turns(self, review_id: int) -> list[Turn]:
        """Everything that happened in a review, in order."""
        rows = self._session.scalars(select(TurnRow).where(TurnRow.review_id == review_id).order_by(TurnRow.id))
        return [Turn(row.kind, row.person, row.occasion, row.at, row.question, row.text) for row in rows]

    def _ids(self, *where: ColumnElement[bool]) -> Select[int]:
        """Ids of this workspace's reviews."""
        return select(ReviewRow.id).where(*where, ReviewRow.team == self._team)

    def _load(self, review_id: int) -> Review:
        return self._to_review(self._row(review_id))

    def _row(self, review_id: int) -> ReviewRow:
        return self._session.get_one(ReviewRow, review_id, populate_existing=True)

    def _to_review(self, row: ReviewRow) -> Review:
        status = Status(row.status)
        latest = ask_slot(row.ask) if status in OPEN else summary_slot(row.ask)
        said_at = self._said_at(row.id, PARENT, latest)
        before = self._before(row)
        open_here = [each for each in before if _may_be_told(each, row)]
        owner = find_person(self._session, row.deal.team, row.owner)
        return Review(
            id=row.id,
            deal=to_deal(row.deal),
            channel=row.channel,
            owner=row.owner,
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            questions=tuple(row.questions),
            asked=row.asked,
            ask=row.ask,
            status=status,
            answers={answer.question: self._answer(row, answer) for answer in row.answers},
            earlier=self._earlier(open_here),
            probed=_probed(before),
            last_reviewed=before[0].ended_at if before else None,
            thread_ts=said_at.get(PARENT),
            led_by=row.led_by,
            asked_ts=said_at.get(latest),
            ended_at=row.ended_at,
            zone=owner.tz if owner else "UTC",
            returns_at=row.returns_at,
            playbook=Playbooks(self._session, row.team).get(row.playbook, row.playbook_version),
        )

    def _answer(self, row: ReviewRow, answer: AnswerRow) -> Answer:
        return Answer(
            question=answer.question,
            standing=Standing(answer.standing) if answer.standing else None,
            replies=replies_to(answer.question, row.replies),
            carried=self._said_in(answer.said_in, answer.question) if answer.said_in else (),
            source=Source(answer.source) if answer.source else None,
            said_at=answer.said_at,
            said_in=answer.said_in,
            probes=tuple(answer.probes),
            heard_on=answer.heard_on,
            due=answer.due,
            repeats=answer.repeats,
        )

    def _said_in(self, review_id: int, question: str) -> tuple[Reply, ...]:
        """The words of an earlier review's answer, which may itself have carried some over."""
        row = self._session.get_one(ReviewRow, review_id)
        said = next(answer for answer in row.answers if answer.question == question)
        return self._answer(row, said).carried_from(review_id).carried

    def _before(self, row: ReviewRow) -> Sequence[ReviewRow]:
        """The deal's reviews that ended before this one, the newest first."""
        ended = (ReviewRow.deal_id == row.deal_id, ReviewRow.id < row.id, ReviewRow.ended_at.is_not(None))
        return self._session.scalars(select(ReviewRow).where(*ended).order_by(ReviewRow.id.desc())).all()

    def _earlier(self, before: Sequence[ReviewRow]) -> dict[str, Answer]:
        """What was last heard under each question."""
        earlier: dict[str, Answer] = {}
        for review in before:
            for row in review.answers:
                answer = self._answer(review, row)
                counts = answer.lines() if row.question == OPENING else answer.heard
                if counts and row.question not in earlier:
                    earlier[row.question] = answer.carried_from(review.id)
        return earlier

    def _said_at(self, review_id: int, *slots: str) -> dict[str, str | None]:
        """When, by Slack's time, a review's messages were said, by slot; None of what is still to be said."""
        said = select(MessageRow.slot, MessageRow.refused, MessageRow.ts).where(
            MessageRow.review_id == review_id, MessageRow.slot.in_(slots)
        )
        return {slot: NEVER if refused else ts for slot, refused, ts in self._session.execute(said)}


def _probed(before: Sequence[ReviewRow]) -> dict[str, tuple[str, ...]]:
    """The probes each question had when it was last probed."""
    probed: dict[str, tuple[str, ...]] = {}
    for review in before:
        for answer in review.answers:
            if answer.probes:
                probed.setdefault(answer.question, tuple(answer.probes))
    return probed


def _may_be_told(earlier: ReviewRow, row: ReviewRow) -> bool:
    """Whether whoever reads a review could read an earlier one of its deal.

    In direct messages that is its owner, who was in it if it was theirs.
    """
    if earlier.channel == row.channel or earlier.scope in ("", row.deal.scope):
        return True
    return row.channel.startswith(DIRECT) and row.owner == earlier.owner


def replies_to(question: str, rows: Iterable[Any]) -> tuple[Reply, ...]:
    """Those of a review's replies that were given to a question, from their rows or from rows of their columns."""
    return tuple(
        Reply(
            message_ts=row.message_ts,
            author=row.author,
            text=row.text,
            reading=Reading(
                tuple(Span(start, end, Label(label), sure) for start, end, label, sure in row.spans), row.text
            ),
            edited_ts=row.edited_ts,
            withdrawn=row.withdrawn,
            moved={line: Label(label) for line, label in row.moved.items()},
        )
        for row in rows
        if row.question == question
    )


def _answer_row(review_id: int, answer: Answer) -> AnswerRow:
    return AnswerRow(
        review_id=review_id,
        question=answer.question,
        standing=answer.standing,
        source=answer.source,
        said_at=answer.said_at,
        said_in=answer.said_in,
        probes=list(answer.probes),
        heard_on=answer.heard_on,
        due=answer.due,
        repeats=answer.repeats,
    )


def _reply_row(review_id: int, question: str, reply: Reply) -> ReplyRow:
    return ReplyRow(
        review_id=review_id,
        message_ts=reply.message_ts,
        question=question,
        author=reply.author,
        text=reply.text,
        spans=[[span.start, span.end, span.label, span.confidence] for span in reply.reading.spans],
        edited_ts=reply.edited_ts,
        withdrawn=reply.withdrawn,
        moved=dict(reply.moved),
    )
