"""People, forgotten: their words wherever they stand, their names, and that it was they."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from flows.forgetting import FORGOTTEN, NOWHERE, Traces
from flows.review import DIRECT
from storage.audit import PERSON, Audit, Did
from storage.deals import Person, keep_person
from storage.erasing import clean_messages, lines
from storage.messages import Messages
from storage.models import (
    ArrivalRow,
    CallRow,
    CorrectionRow,
    DealRow,
    DraftRow,
    EntryRow,
    ErrandRow,
    ForgottenRow,
    HabitsRow,
    ImportRow,
    KnowledgeRow,
    MessageRow,
    MirrorRow,
    NudgeRow,
    PersonRow,
    PlaybookRow,
    ReminderRow,
    ReplyRow,
    RestRow,
    ReviewRow,
    ScheduleRow,
    TurnRow,
)
from storage.rules import keep_rules, lock_rules

OfReview = ReplyRow | TurnRow | ArrivalRow | CorrectionRow | MessageRow
A_COLLEAGUE = "a colleague who has left"
DATA = ("due", "heard_on", "sourced", "closed", "reopened")
"""The kinds of turns whose text is no words of anybody."""
OTHERS = ("moved", "answered_later", "handed_over")
"""The kinds of turns in whose text one person may have somebody else's words."""


def mark(team: str, person: str) -> str:
    """What tells that somebody was forgotten, and not who it is to whoever does not ask for them."""
    return hashlib.sha256(f"{team}:{person}".encode()).hexdigest()


def is_forgotten(session: Session, team: str, person: str) -> bool:
    """Whether a person is not to be met, for they had themselves forgotten and have not come back."""
    return session.get(ForgottenRow, (team, mark(team, person))) is not None


def come_back(session: Session, team: str, person: str) -> None:
    """A person does something here themselves, so they may be met again."""
    session.execute(delete(ForgottenRow).where(ForgottenRow.team == team, ForgottenRow.mark == mark(team, person)))


class Forgetting:
    """Forgets one person of a workspace: deal by deal, and then the rest. Each step may be taken any number of times.

    A step that is cut short has changed nothing; the next process finds by `deals` what is still to be done.
    """

    def __init__(self, session: Session, team: str, person: str) -> None:
        self._session = session
        self._team = team
        self._person = person

    def deals(self) -> list[int]:
        """The deals in which there is a trace of them, by ids."""
        person = self._person
        in_review = or_(
            ReviewRow.owner == person,
            ReviewRow.opened_by == person,
            *(
                ReviewRow.id.in_(select(table.review_id).where(column == person))
                for table, column in (
                    (ReplyRow, ReplyRow.author),
                    (TurnRow, TurnRow.person),
                    (ArrivalRow, ArrivalRow.person),
                    (CorrectionRow, CorrectionRow.person),
                )
            ),
        )
        theirs = or_(
            DealRow.owner == person,
            DealRow.imported_by == person,
            DealRow.id.in_(select(ReviewRow.deal_id).where(in_review)),
        )
        mine = select(DealRow.id).where(DealRow.team == self._team, theirs)
        return list(self._session.scalars(mine.order_by(DealRow.id)))

    def traces(self, deal_id: int) -> Traces:
        """What they said of a deal, as it was written and as it may be quoted."""
        reviews = self._reviews(deal_id)
        told = list(self._session.scalars(select(ReplyRow).where(ReplyRow.author == self._person, reviews(ReplyRow))))
        turns = select(TurnRow.text).where(
            TurnRow.person == self._person, reviews(TurnRow), TurnRow.kind.not_in((*DATA, *OTHERS))
        )
        arrived = select(ArrivalRow.details).where(ArrivalRow.person == self._person, reviews(ArrivalRow))
        said = (str(each.get("text") or "") for each in self._session.scalars(arrived))
        texts = dict.fromkeys((*(row.text for row in told), *self._session.scalars(turns), *said))
        return Traces(frozenset({self._person}), tuple(filter(None, texts)), tuple(lines(told)))

    def leave_deal(self, deal_id: int, traces: Traces, now: datetime) -> None:
        """Take what is left of them out of a deal whose reviews have forgotten them, and out of what was said of it."""
        reviews = self._reviews(deal_id)
        self._session.execute(delete(ArrivalRow).where(ArrivalRow.person == self._person, reviews(ArrivalRow)))
        for turn in self._session.scalars(select(TurnRow).where(reviews(TurnRow))):
            self._leave_turn(turn, traces)
        theirs = (CorrectionRow.person == self._person, reviews(CorrectionRow))
        for lesson in self._session.scalars(select(CorrectionRow).where(reviews(CorrectionRow))):
            if traces.quoted(lesson.line) and lesson.line not in self._others(deal_id):
                self._session.delete(lesson)
        self._session.execute(update(CorrectionRow).where(*theirs).values(person=FORGOTTEN))
        for known in self._session.scalars(select(KnowledgeRow).where(KnowledgeRow.deal_id == deal_id)):
            if self._person in known.authors:
                known.lines = [line for line in known.lines if not traces.quoted(line)]
                known.authors = [author for author in known.authors if author != self._person]
        held = ReviewRow.deal_id == deal_id
        is_direct = (ReviewRow.owner == FORGOTTEN, ReviewRow.channel.like(f"{DIRECT}%"), ReviewRow.channel != NOWHERE)
        self._session.execute(
            update(ReviewRow).where(held, ReviewRow.opened_by == self._person).values(opened_by=FORGOTTEN)
        )
        self._session.execute(update(ReviewRow).where(held, ReviewRow.owner == self._person).values(owner=FORGOTTEN))
        self._take_back(MessageRow.review_id.in_(select(ReviewRow.id).where(held, *is_direct)), now)
        self._session.execute(update(ReviewRow).where(held, *is_direct).values(channel=NOWHERE, scope=NOWHERE))
        deal = self._session.get_one(DealRow, deal_id)
        if deal.owner == self._person:
            deal.owner, deal.waits_for, deal.their_date_source = FORGOTTEN, "", ""
        if deal.imported_by == self._person:
            deal.imported_by = FORGOTTEN
        self._session.flush()
        here = or_(MessageRow.review_id.is_(None), reviews(MessageRow))
        clean_messages(self._session, self._team, traces, now, here, reviews=True)
        self._session.expire_all()

    def leave(self, channels: Collection[str], now: datetime) -> None:
        """Forget the rest: who they are, what they settled, their calls, what they were told in these `channels`."""
        team, person = self._team, self._person
        self._leave_calls(now)
        if (rules := lock_rules(self._session, team)) != (left := rules.without(person)):
            keep_rules(self._session, team, left)
        self._take_back(self._said_to_them([*channels, *self._channels()]), now)
        for table, column in ((HabitsRow, HabitsRow.person), (NudgeRow, NudgeRow.person), (MirrorRow, MirrorRow.person),
                              (ImportRow, ImportRow.person), (DraftRow, DraftRow.person),
                              (PersonRow, PersonRow.id)):  # fmt: skip
            self._session.execute(delete(table).where(table.team == team, column == person))
        saved = (PlaybookRow.team == team, PlaybookRow.saved_by == person)
        self._session.execute(update(PlaybookRow).where(*saved).values(saved_by=FORGOTTEN))
        mine = select(CallRow.id).where(CallRow.team == team)
        self._session.execute(delete(ReminderRow).where(ReminderRow.person == person, ReminderRow.call_id.in_(mine)))
        self._session.execute(delete(RestRow).where(RestRow.channel.in_(list(channels))))
        self._session.execute(delete(ErrandRow).where(ErrandRow.team == team, ErrandRow.person == person))
        clean_messages(self._session, team, Traces(frozenset({person})), now, reviews=True)
        audit = Audit(self._session, team)
        audit.forget(person)
        audit.note(FORGOTTEN, Did.FORGOTTEN, PERSON, "", now)
        self._session.merge(ForgottenRow(team=team, mark=mark(team, person)))
        keep_person(self._session, Person(team, FORGOTTEN, A_COLLEAGUE, "UTC"))
        self._session.flush()

    def _leave_turn(self, turn: TurnRow, traces: Traces) -> None:
        is_theirs = turn.person == self._person
        if is_theirs:
            turn.person = FORGOTTEN
        if turn.kind not in (*DATA, "handed_over") and (is_theirs or turn.kind in OTHERS):
            words = turn.text.partition(": ")[2] if turn.kind == "moved" else turn.text
            turn.text = "" if is_theirs or traces.quoted(words) else turn.text
        turn.text = turn.text.replace(self._person, FORGOTTEN)
        if self._person in turn.occasion:
            turn.occasion = f"{turn.occasion.replace(self._person, FORGOTTEN)}:{turn.id}"

    def _others(self, deal_id: int) -> frozenset[str]:
        """The lines of everybody else in a deal: what they said in the same words is theirs."""
        said = select(ReplyRow).where(
            self._reviews(deal_id)(ReplyRow), ReplyRow.author.not_in((self._person, FORGOTTEN))
        )
        return frozenset(lines(self._session.scalars(said)))

    def _leave_calls(self, now: datetime) -> None:
        """Calls of theirs do not take place, and other people's schedules are about them no more."""
        theirs = list(self._session.scalars(select(CallRow.id).where(self._led(CallRow))))
        told = select(ReminderRow.id).where(ReminderRow.call_id.in_(theirs))
        slots = [f"batch:{call}" for call in theirs] + [f"reminder:{each}" for each in self._session.scalars(told)]
        digests = [MessageRow.slot.like(f"digest:{call}:%") for call in theirs]
        asked = [MessageRow.slot.like(f"asked:{call}:%") for call in theirs]
        ahead = [MessageRow.slot.like(f"ahead:{call}:%") for call in theirs]
        mine = (MessageRow.team == self._team, MessageRow.review_id.is_(None))
        self._take_back(or_(MessageRow.slot.in_(slots), *digests, *asked, *ahead) & mine[0] & mine[1], now)
        in_threads = MessageRow.slot.in_([f"ahead:{call}" for call in theirs])
        self._take_back(in_threads & (MessageRow.team == self._team), now)
        self._session.execute(delete(ReminderRow).where(ReminderRow.call_id.in_(theirs)))
        self._session.execute(delete(EntryRow).where(EntryRow.call_id.in_(theirs)))
        self._session.execute(delete(CallRow).where(CallRow.id.in_(theirs)))
        self._session.execute(delete(ScheduleRow).where(self._led(ScheduleRow)))
        for schedule in self._session.scalars(select(ScheduleRow).where(ScheduleRow.team == self._team)):
            if self._person in schedule.owners:
                schedule.owners = [owner for owner in schedule.owners if owner != self._person]
                schedule.removed = schedule.removed or not (schedule.owners or schedule.period)
        self._session.flush()

    def _led(self, table: type[CallRow] | type[ScheduleRow]) -> ColumnElement[bool]:
        return (table.team == self._team) & (table.manager == self._person)

    def _channels(self) -> list[str]:
        """Their conversation with the bot, as far as we know it from what they were told in it."""
        team, person = self._team, self._person
        found = [
            select(table.channel).where(table.team == team, table.person == person, table.channel != "")
            for table in (NudgeRow, MirrorRow, ImportRow)
        ]
        return [channel for each in found for channel in self._session.scalars(each) if channel.startswith(DIRECT)]

    def _said_to_them(self, channels: Iterable[str]) -> ColumnElement[bool]:
        slots = [MessageRow.slot.like(f"{kind}:%{self._person}%") for kind in ("digest", "mirror", "asked", "playbook")]
        mine = (MessageRow.team == self._team) & MessageRow.review_id.is_(None)
        return mine & or_(MessageRow.channel.in_(list(channels)), *slots)

    def _take_back(self, which: ColumnElement[bool], now: datetime) -> None:
        rows = self._session.scalars(select(MessageRow).where(which).order_by(MessageRow.id)).all()
        Messages(self._session).take_back(rows, now)

    def _reviews(self, deal_id: int) -> Callable[[type[OfReview]], ColumnElement[bool]]:
        held = select(ReviewRow.id).where(ReviewRow.deal_id == deal_id)
        return lambda table: table.review_id.in_(held)
