"""Deals and whole workspaces, deleted: every row of theirs, and what was said of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import Session

from flows.forgetting import Traces
from flows.review import OPEN
from storage.audit import OPERATOR, WORKSPACE, Audit, Did
from storage.installations import forget_installation
from storage.messages import Messages
from storage.models import (
    AnswerRow,
    ArrivalRow,
    AuditRow,
    Base,
    CorrectionRow,
    DealRow,
    EntryRow,
    ErrandRow,
    KnowledgeRow,
    MessageRow,
    NudgeRow,
    ReplyRow,
    ReviewRow,
    TurnRow,
    WorkspaceRow,
)

OF_A_REVIEW = (AnswerRow, ReplyRow, TurnRow, ArrivalRow, CorrectionRow)
LEFT_BEHIND = timedelta(days=30)
"""After so long nobody takes what could not be taken, nor reads a digest that is in Slack anyway."""
QUOTING = ("digest:%", "mirror:%", "asked:%", "import:%", "imported:%")
"""The slots of messages that belong to no review and hold words or deals, and are not needed when they are old."""


def erase_deal(session: Session, team: str, deal_id: int, now: datetime) -> bool:
    """Delete a deal with all that is known of it; False if this workspace has none by that id.

    What the bot said of it is taken back in Slack, and where it was said among other things, its name and words go.
    """
    deal = session.scalar(select(DealRow).where(DealRow.id == deal_id, DealRow.team == team).with_for_update())
    if deal is None:
        return False
    reviews = select(ReviewRow.id).where(ReviewRow.deal_id == deal_id)
    ids = list(session.scalars(reviews.order_by(ReviewRow.id).with_for_update(of=ReviewRow)))
    told = list(session.scalars(select(ReplyRow).where(ReplyRow.review_id.in_(ids))))
    said = list(session.scalars(select(MessageRow).where(MessageRow.review_id.in_(ids)).order_by(MessageRow.id)))
    traces = Traces(
        texts=(*(row.text for row in told), *_known(session, deal_id), *filter(None, [deal.waits_for])),
        lines=tuple(lines(told)),
        deals=frozenset({deal.name.casefold(), deal.name_key}),
        threads=frozenset(row.ts.replace(".", "") for row in said if row.ts),
    )
    Messages(session).take_back(said, now)
    clean_messages(session, team, traces, now)
    _leave_nudges(session, team, deal_id)
    session.execute(delete(EntryRow).where(EntryRow.deal_id == deal_id))
    session.execute(delete(KnowledgeRow).where(KnowledgeRow.deal_id == deal_id))
    for table in OF_A_REVIEW:
        session.execute(delete(table).where(table.review_id.in_(ids)))
    session.execute(delete(ReviewRow).where(ReviewRow.deal_id == deal_id))
    session.execute(delete(DealRow).where(DealRow.id == deal_id))
    session.expire_all()
    return True


def erase_workspace(session: Session, team: str, now: datetime, by: str = OPERATOR) -> int:
    """Delete everything that is kept of a workspace; returns how many deals that were.

    What is in Slack stays there. That it was done stays in the audit log, with who had it done, and so does what was
    done before, by nobody.
    """
    count = session.scalar(select(func.count()).select_from(DealRow).where(DealRow.team == team)) or 0
    for each in reversed(Base.metadata.sorted_tables):  # whoever refers to another goes first
        if "team" in each.columns and each.name != AuditRow.__tablename__:
            session.execute(delete(each).where(each.c.team == team))
    forget_installation(session, team)
    Audit(session, team).forget_everybody()
    Audit(session, team).note(by, Did.DELETED if by == OPERATOR else Did.EXPIRED, WORKSPACE, team, now)
    session.expire_all()
    return count


def reviews_of(session: Session, team: str, deal_id: int) -> list[int]:
    """The reviews of a deal of a workspace, by ids, the oldest first."""
    mine = select(ReviewRow.id).where(ReviewRow.team == team, ReviewRow.deal_id == deal_id)
    return list(session.scalars(mine.order_by(ReviewRow.id)))


def open_of(session: Session, team: str, owner: str) -> int:
    """How many reviews of an owner are open."""
    theirs = (ReviewRow.team == team, ReviewRow.owner == owner, ReviewRow.status.in_(OPEN))
    return session.scalar(select(func.count()).select_from(ReviewRow).where(*theirs)) or 0


def clean_messages(
    session: Session, team: str, traces: Traces, now: datetime, *where: ColumnElement[bool], reviews: bool = False
) -> None:
    """Take traces out of what the bot said, and have what stands in Slack brought up to date.

    That is what belongs to no review; and what does, too, with `reviews`.
    """
    mine = [MessageRow.team == team, *([] if reviews else [MessageRow.review_id.is_(None)])]
    for row in session.scalars(select(MessageRow).where(*mine, *where)):
        cleaned = traces.cleaned(row.context)
        row.slot = str(traces.cleaned(row.slot))
        if cleaned == row.context:
            continue
        row.context = cleaned
        if row.said == row.version:
            row.decided_at = now
        row.version += 1
    session.flush()


def lines(rows: Iterable[ReplyRow]) -> list[str]:
    """The lines of replies, as they may be quoted."""
    return [row.text[start:end] for row in rows for start, end, *_ in row.spans]


# What is kept no longer than it should be


def settle(session: Session, team: str, days: int) -> None:
    """Keep after how many days closed deals of a workspace are deleted; 0 for never."""
    session.merge(WorkspaceRow(team=team, retention_days=days))
    session.flush()


def kept_for(session: Session, team: str) -> int:
    """After how many days closed deals of a workspace are deleted; 0 for never."""
    row = session.get(WorkspaceRow, team)
    return row.retention_days if row else 0


def expired(session: Session, now: datetime, limit: int = 100) -> list[tuple[str, int]]:
    """Closed deals of which nobody has said anything for longer than their workspace keeps them, with its id.

    That is since they were closed, or since the last thing that happened in a review of theirs.
    """
    found: list[tuple[str, int]] = []
    for row in session.scalars(select(WorkspaceRow).where(WorkspaceRow.retention_days > 0)):
        before = now - timedelta(days=row.retention_days)
        last = select(func.max(TurnRow.at)).join(ReviewRow, ReviewRow.id == TurnRow.review_id)
        last_word = last.where(ReviewRow.deal_id == DealRow.id).scalar_subquery()
        closed = select(DealRow.id).where(DealRow.team == row.team, DealRow.ending.is_not(None))
        quiet = closed.where(DealRow.closed_at < before, or_(last_word.is_(None), last_word < before))
        found += [(row.team, deal) for deal in session.scalars(quiet.order_by(DealRow.id).limit(limit))]
    return found


def _left_behind(now: datetime) -> tuple[Select[int], Select[int]]:
    """What the engine has no use for any more: arrivals that could not be taken, and said messages with words."""
    before = now - LEFT_BEHIND
    arrivals = select(ArrivalRow.id).where(ArrivalRow.failed.is_not(None), ArrivalRow.received_at < before)
    is_said = or_(MessageRow.said >= MessageRow.version, MessageRow.refused.is_not(None))
    quoting = or_(*(MessageRow.slot.like(each) for each in QUOTING))
    messages = select(MessageRow.id).where(
        MessageRow.review_id.is_(None), is_said, quoting, MessageRow.decided_at < before
    )
    return arrivals, messages


def left_behind(session: Session, now: datetime) -> list[str]:
    """The workspaces with something that the engine has no use for any more."""
    arrivals, messages = _left_behind(now)
    of_arrivals = select(ArrivalRow.team).where(ArrivalRow.id.in_(arrivals)).distinct()
    of_messages = select(MessageRow.team).where(MessageRow.id.in_(messages)).distinct()
    return sorted({*session.scalars(of_arrivals), *session.scalars(of_messages)})


def tidy(session: Session, now: datetime) -> None:
    """Let go what the engine has no use for any more."""
    arrivals, messages = _left_behind(now)
    session.execute(delete(ArrivalRow).where(ArrivalRow.id.in_(arrivals)))
    session.execute(delete(MessageRow).where(MessageRow.id.in_(messages)))


def _known(session: Session, deal_id: int) -> Sequence[str]:
    """Words that are known of a deal, if the reply they come from is not there any more."""
    found: list[list[Any]] = list(session.scalars(select(KnowledgeRow.lines).where(KnowledgeRow.deal_id == deal_id)))
    return [str(line) for told in found for line in told]


def _leave_nudges(session: Session, team: str, deal_id: int) -> None:
    """Nudges are about a deal no more, nor is anybody's errand."""
    for row in session.scalars(select(NudgeRow).where(NudgeRow.team == team)):
        if any(deal == deal_id for deal, _ in row.items):
            row.items = [[deal, question] for deal, question in row.items if deal != deal_id]
    session.execute(delete(ErrandRow).where(ErrandRow.team == team, ErrandRow.subject == str(deal_id)))
    session.flush()
