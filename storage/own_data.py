"""Everything that is kept about one person, as plain data: what they wrote and did, and nothing of others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from storage.audit import Audit
from storage.erasing import lines
from storage.erasing_people import OTHERS
from storage.models import (
    AnswerRow,
    Base,
    CallRow,
    CorrectionRow,
    DealRow,
    DraftRow,
    HabitsRow,
    ImportRow,
    MirrorRow,
    NudgeRow,
    PersonRow,
    PlaybookRow,
    ReminderRow,
    ReplyRow,
    ReviewRow,
    ScheduleRow,
    TurnRow,
)
from storage.rules import find_rules

Data = dict[str, Any]


def own_data(session: Session, team: str, person: str, now: datetime) -> Data:
    """What is kept about a person at a moment (UTC). Other people stand in it by their ids where an act names them."""
    who = session.get(PersonRow, (team, person))
    habits = session.get(HabitsRow, (team, person))
    calls = select(CallRow.id).where(CallRow.team == team)
    return {
        "person": {
            "id": person,
            "workspace": team,
            "name": who.name if who else "",
            "zone": who.tz if who else "",
            "locale": who.locale if who else "",
        },
        "at": now,
        "settings": _plain(habits, "team", "person") if habits else {},
        "settings_of_workspace": _ruled(session, team, person),
        "written": _written(session, team, person),
        "acts": _acts(session, team, person),
        "lines_moved": _moved(session, team, person),
        "deals": [
            _plain(row, "name_key", "imported_by")
            for row in session.scalars(select(DealRow).where(DealRow.team == team, DealRow.owner == person))
        ],
        "reviews": _reviews(session, team, person),
        "nudges": _all(session, NudgeRow, team, person),
        "reminders": [
            _plain(row)
            for row in session.scalars(
                select(ReminderRow).where(ReminderRow.person == person, ReminderRow.call_id.in_(calls))
            )
        ],
        "mirrors": _all(session, MirrorRow, team, person),
        "files": [
            {"name": row.name, "state": row.state, "rows": row.counts, "at": row.created_at}
            for row in session.scalars(select(ImportRow).where(ImportRow.team == team, ImportRow.person == person))
        ],
        "calls": [
            _plain(row)
            for row in session.scalars(select(CallRow).where(CallRow.team == team, CallRow.manager == person))
        ],
        "schedules": [
            _plain(row)
            for row in session.scalars(
                select(ScheduleRow).where(ScheduleRow.team == team, ScheduleRow.manager == person)
            )
        ],
        "playbooks": [
            *_playbooks(session, PlaybookRow, (PlaybookRow.team == team) & (PlaybookRow.saved_by == person)),
            *_playbooks(session, DraftRow, (DraftRow.team == team) & (DraftRow.person == person)),
        ],
        "log": [
            {"at": each.at, "act": each.act, "kind": each.kind, "subject": each.subject}
            for each in Audit(session, team).of(person)
        ],
    }


def _ruled(session: Session, team: str, person: str) -> list[Data]:
    """Where the settings of the workspace name them."""
    rules = find_rules(session, team)
    roles = [("manager", "", rules.managers)]
    roles += [("manager of a team", crew.name, crew.managers) for crew in rules.crews]
    roles += [("member of a team", crew.name, crew.members) for crew in rules.crews]
    return [{"named_as": role, "team": name} for role, name, people in roles if person in people]


def _written(session: Session, team: str, person: str) -> list[Data]:
    """Their replies as they read now, each with where and when it was written and how it is said to be known."""
    answer = (AnswerRow.review_id == ReplyRow.review_id) & (AnswerRow.question == ReplyRow.question)
    rows = session.execute(
        select(ReplyRow, ReviewRow.channel, DealRow.name, AnswerRow.source)
        .join(ReviewRow, ReviewRow.id == ReplyRow.review_id)
        .join(DealRow, DealRow.id == ReviewRow.deal_id)
        .outerjoin(AnswerRow, answer)
        .where(ReplyRow.author == person, DealRow.team == team)
        .order_by(ReplyRow.message_ts)
    )
    return [
        {
            "deal": deal,
            "review": reply.review_id,
            "channel": channel,
            "at": datetime.fromtimestamp(float(reply.message_ts), UTC),
            "question": reply.question,
            "text": reply.text,
            "deleted_in_slack": reply.withdrawn,
            "known_because": source,
        }
        for reply, channel, deal, source in rows
    ]


def _acts(session: Session, team: str, person: str) -> list[Data]:
    """Everything they did in reviews, in order. Of words that may be somebody else's, only that they did it."""
    rows = session.execute(
        select(TurnRow, DealRow.name)
        .join(ReviewRow, ReviewRow.id == TurnRow.review_id)
        .join(DealRow, DealRow.id == ReviewRow.deal_id)
        .where(TurnRow.person == person, DealRow.team == team)
        .order_by(TurnRow.id)
    )
    return [
        {
            "deal": deal,
            "review": turn.review_id,
            "at": turn.at,
            "act": turn.kind,
            "question": turn.question,
            "text": "" if turn.kind in OTHERS else turn.text,
        }
        for turn, deal in rows
    ]


def _moved(session: Session, team: str, person: str) -> list[Data]:
    """The lines they moved by hand; the words of those that they wrote themselves."""
    theirs = set(lines(session.scalars(select(ReplyRow).where(ReplyRow.author == person))))
    rows = session.scalars(select(CorrectionRow).where(CorrectionRow.team == team, CorrectionRow.person == person))
    return [
        {
            "at": row.at,
            "review": row.review_id,
            "line": row.line if row.line in theirs else "",
            "read_as": row.read_as,
            "moved_to": row.label,
        }
        for row in rows
    ]


def _reviews(session: Session, team: str, person: str) -> list[Data]:
    """The reviews that are theirs, or that they asked for."""
    mine = (DealRow.team == team, (ReviewRow.owner == person) | (ReviewRow.opened_by == person))
    rows = session.execute(select(ReviewRow, DealRow.name).join(DealRow).where(*mine).order_by(ReviewRow.id))
    return [
        {
            "deal": deal,
            "review": row.id,
            "channel": row.channel,
            "is_owner": row.owner == person,
            "asked_for_it": row.opened_by == person,
            "opened_at": row.opened_at,
            "ended_at": row.ended_at,
            "status": row.status,
        }
        for row, deal in rows
    ]


def _playbooks(session: Session, table: type[PlaybookRow] | type[DraftRow], mine: ColumnElement[bool]) -> list[Data]:
    """What they saved of the team's questions, and what they are making of them."""
    rows = session.scalars(select(table).where(mine).order_by(table.key, table.version))
    return [_plain(row, "team", "person", "saved_by", "edit", "card") for row in rows]


def _all(session: Session, table: type[NudgeRow] | type[MirrorRow], team: str, person: str) -> list[Data]:
    mine = select(table).where(table.team == team, table.person == person).order_by(table.id)
    return [_plain(row, "team", "person") for row in session.scalars(mine)]


def _plain(row: Base, *apart_from: str) -> Data:
    names = [column.key for column in row.__table__.columns if column.key not in apart_from]
    return {name: getattr(row, name) for name in names}
