"""What people taught the lens of their workspace by moving lines: learned, asked for, forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session

from flows.answer import Lesson
from flows.lens import Correction, Label
from flows.review import Review, Turn
from storage.models import CorrectionRow, ReviewRow

COUNTING = 200
"""How many count: the latest. Ways of speaking change, nobody's slip counts for ever, and the first reading after a
start looks at each of them, which takes some milliseconds."""

LONGEST_LIST = 10


class Corrections:
    """What the lens of one workspace learned.

    It learns in private channels, too: a reading elsewhere is told how like its lines are to those said there, and what
    people made of them. The lines themselves are shown to nobody but whoever moved them and those in their channel.
    """

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def counting(self, apart_from: str, until: datetime | None = None) -> list[Correction]:
        """What counts when a message is read, the latest first; or counted when it was, with a moment `until` which.

        What people said of the message itself is left out (`apart_from` is its `ts`): moving a line back to where the
        lens had it can only mean something if the lens does not go by where it was moved to.
        """
        where = [CorrectionRow.message_ts != apart_from]
        if until:
            where.append(CorrectionRow.at <= until)
        rows = self._session.scalars(self._latest(*where).limit(COUNTING))
        return [Correction(row.line, Label(row.label)) for row in rows]

    def of(self, review: Review, message_ts: str, line: str) -> Lesson | None:
        """What was learned from a line of one of a review's replies."""
        row = self._session.scalar(self._latest(*_is(review, message_ts, line)))
        return _lesson(row) if row else None

    def shown_to(self, person: str, channel: str, closed: Collection[str] = ()) -> list[Lesson]:
        """The latest that a person may see in a channel: those learned there, and from the person wherever it was.

        What was learned in a channel that is `closed` to them by now, they do not see.
        """
        rows = self._session.scalars(self._latest(_may_see(person, channel, closed)).limit(LONGEST_LIST))
        return [_lesson(row) for row in rows]

    def forget(self, lesson_id: int, person: str, channel: str, closed: Collection[str] = ()) -> bool:
        """Forget a lesson that a person may see in a channel; False if there is none such. Its line stays moved."""
        row = self._session.scalar(self._latest(CorrectionRow.id == lesson_id, _may_see(person, channel, closed)))
        if row:
            self._session.delete(row)
        return row is not None

    def follow(self, before: Review, after: Review, turn: Turn) -> None:
        """Learn what a turn moved; forget what it moved back, and lines that it edited away or deleted."""
        was, now = _moved(before), _moved(after)
        for place, (label, _) in was.items():
            if place not in now or now[place][0] is not label:
                self._session.execute(delete(CorrectionRow).where(*_is(after, *place)))
        for (message_ts, line), (label, read_as) in now.items():
            if (message_ts, line) not in was or was[message_ts, line][0] is not label:
                self._session.add(
                    CorrectionRow(
                        team=self._team,
                        review_id=after.id,
                        message_ts=message_ts,
                        line=line,
                        label=label,
                        read_as=read_as,
                        person=turn.person,
                        at=turn.at,
                    )
                )

    def _latest(self, *where: ColumnElement[bool]) -> Select[CorrectionRow]:
        newest = (CorrectionRow.at.desc(), CorrectionRow.id.desc())
        return select(CorrectionRow).where(CorrectionRow.team == self._team, *where).order_by(*newest)


def _moved(review: Review) -> dict[tuple[str, str], tuple[Label, Label]]:
    """The lines that people moved, by message and text: where they stand, and where the lens had put them."""
    return {
        (line.message_ts, line.text): (line.label, span.label)
        for answer in review.answers.values()
        for reply in answer.live
        if reply.moved
        for line, span in zip(reply.lines(), reply.reading.spans, strict=True)
        if line.text in reply.moved
    }


def _is(review: Review, message_ts: str, line: str) -> tuple[ColumnElement[bool], ...]:
    return CorrectionRow.review_id == review.id, CorrectionRow.message_ts == message_ts, CorrectionRow.line == line


def _may_see(person: str, channel: str, closed: Collection[str]) -> ColumnElement[bool]:
    here = select(ReviewRow.id).where(ReviewRow.channel == channel)
    elsewhere = select(ReviewRow.id).where(ReviewRow.scope.not_in(closed))
    theirs = (CorrectionRow.person == person) & CorrectionRow.review_id.in_(elsewhere)
    return theirs | CorrectionRow.review_id.in_(here)


def _lesson(row: CorrectionRow) -> Lesson:
    return Lesson(row.id, row.line, Label(row.label), Label(row.read_as), row.person, row.at)
