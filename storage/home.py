"""What App Home shows, found in a few queries: no review is loaded whole, however many there are.

Each begins with what the person is in. A join would let a database begin with all the deals of their workspace.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from flows.deal import Deal
from flows.home import UnderWay
from flows.review import DIRECT, OPEN, Status
from flows.utterances import PARENT
from storage.deals import to_deal
from storage.models import DealRow, MessageRow, PersonRow, ReplyRow, ReviewRow

_PARENT = and_(MessageRow.review_id == ReviewRow.id, MessageRow.slot == PARENT)


def open_reviews(session: Session, team: str, person: str, most: int, closed: Collection[str] = ()) -> list[UnderWay]:
    """The open reviews that a person is in, at most so many, the newest first; none in channels `closed` to them."""
    columns = (
        DealRow.name, ReviewRow.owner, ReviewRow.status, ReviewRow.asked, ReviewRow.questions, ReviewRow.channel,
        MessageRow.ts,
    )  # fmt: skip
    ours = (ReviewRow.status.in_(OPEN), ReviewRow.team == team)
    mine = (*ours, is_in(person), ReviewRow.scope.not_in(closed))
    ids = session.scalars(select(ReviewRow.id).where(*mine).order_by(ReviewRow.id.desc()).limit(most)).all()
    rows = session.execute(
        select(*columns)
        .select_from(ReviewRow)
        .join(DealRow)
        .outerjoin(MessageRow, _PARENT)
        .where(ReviewRow.id.in_(ids))
        .order_by(ReviewRow.id.desc())
    )
    return [
        UnderWay(name, owner, Status(status), questions.index(asked) + 1, len(questions), channel, ts)
        for name, owner, status, asked, questions, channel, ts in rows
    ]


def begins_reviews_of_others(session: Session, team: str, person: str) -> bool:
    """Whether a person ever began a review of a deal that was somebody else's."""
    began = (ReviewRow.opened_by == person, ReviewRow.owner != person, ReviewRow.team == team)
    return session.scalar(select(ReviewRow.id).where(*began).limit(1)) is not None


def followed_deals(session: Session, team: str, person: str, closed: Collection[str] = ()) -> list[Deal]:
    """The deals of others that are under way and have a review with this person in it.

    What is said in a public channel, anyone in the workspace may read. A deal of a private channel is there as long as
    they are in the latest review that was held in it, and the channel is none of those `closed` to them.
    """
    each = aliased(ReviewRow)
    there = (each.deal_id == ReviewRow.deal_id, each.channel == ReviewRow.channel)
    latest = select(func.max(each.id)).where(*there).correlate(ReviewRow).scalar_subquery()
    columns = (ReviewRow.deal_id, ReviewRow.channel, ReviewRow.id == latest)
    followed = session.execute(select(*columns).where(is_in(person))).all()
    in_any = {deal_id for deal_id, _, _ in followed}
    in_latest = {(deal_id, channel) for deal_id, channel, is_latest in followed if is_latest}
    rows = session.scalars(select(DealRow).where(DealRow.id.in_(in_any), DealRow.ending.is_(None)))
    theirs = (to_deal(row) for row in rows if row.team == team and row.owner != person)
    return [
        deal for deal in theirs if not deal.scope or ((deal.id, deal.scope) in in_latest and deal.scope not in closed)
    ]


def latest_threads(
    session: Session, deal_ids: Collection[int], closed: Collection[str] = ()
) -> dict[int, tuple[str, str | None]]:
    """Where the latest review of each deal is held, by the deal's id: its channel, and Slack's id of its parent.

    What somebody answered in their direct messages counts as none, and so does what was held in a `closed` channel:
    whoever asks cannot open it.
    """
    in_channels = (
        ReviewRow.deal_id.in_(deal_ids),
        ReviewRow.channel.not_like(f"{DIRECT}%"),
        ReviewRow.scope.not_in(closed),
    )
    newest = select(func.max(ReviewRow.id)).where(*in_channels).group_by(ReviewRow.deal_id)
    rows = session.execute(
        select(ReviewRow.deal_id, ReviewRow.channel, MessageRow.ts)
        .outerjoin(MessageRow, _PARENT)
        .where(ReviewRow.id.in_(newest))
    )
    return {deal_id: (channel, ts) for deal_id, channel, ts in rows}


def zones_of(session: Session, team: str, people: Collection[str]) -> dict[str, str]:
    """The IANA time zones of the people we know."""
    rows = session.execute(select(PersonRow.id, PersonRow.tz).where(PersonRow.team == team, PersonRow.id.in_(people)))
    return dict(iter(rows))


def is_public() -> ColumnElement[bool]:
    """Whether anybody in the workspace may read a review."""
    return ReviewRow.scope == ""


def is_readable(person: str, closed: Collection[str] = ()) -> ColumnElement[bool]:
    """Whether a person may read a review anywhere: a public channel's anybody may, any other who is in it.

    Of channels that are `closed` to them they may read none, whoever they were there.

    As in `Review.may_be_read`, that is not who asked for what somebody told the bot in direct messages.
    """
    is_told_to_them = or_(ReviewRow.owner == person, ReviewRow.channel.not_like(f"{DIRECT}%"))
    return or_(is_public(), and_(is_in(person), is_told_to_them, ReviewRow.scope.not_in(closed)))


def is_in(person: str) -> ColumnElement[bool]:
    """Whether a person owns a review, opened it, or has words in it: as in `Review.may_steer` and `Review.people`.

    A union, because for an "or" of these Postgres reads every review there is.
    """
    owns = select(ReviewRow.id).where(ReviewRow.owner == person)
    opened = select(ReviewRow.id).where(ReviewRow.opened_by == person)
    wrote = select(ReplyRow.review_id).where(ReplyRow.author == person, ReplyRow.withdrawn.is_(False))
    return ReviewRow.id.in_(union(owns, opened, wrote))
