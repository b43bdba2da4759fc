"""A quarter in seconds: 200 deals, 12 people in 6 time zones, clocks changed both ways, holidays, and restarts.

The bot is driven at its services, with a real database and a clock the test holds, at every hour of the day. Two
processes of it look after the same database, and each of them is now and then replaced by a new one. What it does is
checked against the calendar and the database, not against what it believes.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from slack_sdk import WebClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.outbox import Outbox
from bot.service.decisions import Decisions
from bot.service.nudged import NudgedService, Press
from bot.service.nudges import NudgeService
from bot.speaker import Speaker
from flows import steering
from flows.deal import Ending, Stage
from flows.freshness import State
from flows.hours import Habits
from flows.ledger import Known
from flows.lens import Label
from flows.nudging import Nudge, Result, Standing
from flows.periods import CALENDAR
from flows.playbook import NEXT_STEP, STEERED
from flows.review import Status
from flows.steering import Act
from flows.words import Word
from storage.database import Database
from storage.deals import Deals, Person, find_person, keep_person
from storage.habits import keep_habits
from storage.ledger import Ledger
from storage.models import AnswerRow, DealRow, KnowledgeRow, MessageRow, NudgeRow, ReplyRow, ReviewRow
from storage.nudges import Nudges
from storage.reviews import Reviews
from tests.conftest import TEAM
from tests.sayings import THEIRS

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
"""Sydney's clocks go forwards on 4 October, Berlin's back on 25 October, and America's on 1 November."""
STEP = timedelta(minutes=125)
"""No part of a day, so that in a fortnight every five minutes of it have their turn."""
DAY = timedelta(days=1)

PLACES = (
    ("Europe/Berlin", "DE"), ("America/New_York", "US"), ("Asia/Kolkata", "IN"),
    ("Australia/Sydney", "AU-NSW"), ("America/Los_Angeles", "US"), ("Asia/Tokyo", "JP"),
)  # fmt: skip
PEOPLE = 12
DEALS = 200
IGNORING = ("U0", "U7")


def habits_of(number: int) -> Habits:
    """Two people in each place: one with the usual hours, and one with hours, days off and a week of their own."""
    zone, country = PLACES[number % len(PLACES)]
    usual = Habits(zone, country=country)
    if number < len(PLACES):
        return replace(usual, away_from=FIRST + (20 + number) * DAY, away_until=FIRST + (26 + number) * DAY)
    days = frozenset({6, 0, 1, 2, 3}) if number == 8 else frozenset({0, 1, 3, 4})
    return replace(usual, begins=time(7, 30 * (number % 2)), ends=time(13, 45), workdays=days)


HABITS = {f"U{number}": habits_of(number) for number in range(PEOPLE)}


@dataclass
class Clock:
    now: datetime = datetime.combine(FIRST, time(), UTC) - timedelta(hours=15)

    def __call__(self) -> datetime:
        return self.now


class Town(Directory):
    """Everybody is there and can be written to, without Slack."""

    def renew(self, team: str, person_id: str) -> Person | None:
        with self._database.transaction() as session:
            return find_person(session, team, person_id)

    def conversation(self, person_id: str) -> str:
        return f"D{person_id}"


class Process:
    """The part of a running bot that has to do with nudges."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.database = Database(url)
        directory = Town(WebClient("xoxb-nobody"), self.database, home=str)
        speaker = Speaker(WebClient("xoxb-nobody"), directory)
        outbox = Outbox(self.database, speaker, timedelta())
        self.decisions = Decisions(self.database, outbox, speaker, clock, lambda: None)
        self.nudges = NudgeService(self.database, outbox, directory, clock)
        self.nudged = NudgedService(self.database, self.decisions, self.nudges, directory)
        self.decisions.followers.append(self.nudges.follow)

    def works(self) -> None:
        """Do what the engine has it do when it looks."""
        with self.database.transaction() as session:
            lanes = tuple(self.nudges.waiting(session, datetime.now(UTC)).lanes)
        for lane in lanes:
            while self.nudges.do_next(lane, threading.Event()):
                pass


@dataclass
class Quarter:
    """What happens, and what is seen of it.

    `touched` is when a deal was last changed by somebody, and `rescaled` when one ended: how fast everything ages
    follows from those that did.
    """

    url: str
    clock: Clock
    chance: random.Random
    processes: list[Process] = field(default_factory=list)
    sent: list[Nudge] = field(default_factory=list)
    touched: dict[int, datetime] = field(default_factory=dict)
    rescaled: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    restarts: int = 0
    occasions: int = 0

    @property
    def database(self) -> Database:
        return self.processes[0].database

    def begins(self) -> None:
        self.processes = [Process(self.url, self.clock) for _ in range(2)]
        self.database.upgrade()
        with self.database.transaction() as session:
            for person, habits in HABITS.items():
                keep_person(session, Person(TEAM, person, person, habits.zone))
                keep_habits(session, TEAM, person, habits)
            for number in range(DEALS):
                self._deal(session, number)

    def ends(self) -> None:
        for process in self.processes:
            process.database.close()

    def passes(self) -> None:
        """A while, in which the bot does what is due and people do what they do."""
        before = self.clock.now
        self.clock.now += STEP
        if self.chance.random() < 0.06:
            self._restart()
        for process in self.chance.choices([self.processes[:1], self.processes[1:], self.processes], (4, 4, 1))[0]:
            process.works()
        for nudge in self._new():
            self.check(nudge)
            if nudge.person not in IGNORING:
                self._reacts(nudge)
        if self.chance.random() < 0.1:
            self._something_happens()
        for person, habits in HABITS.items():
            self._check_whose_day_is_over(person, habits, before)

    # What is checked

    def check(self, nudge: Nudge) -> None:
        """A nudge comes in its person's hours, on a day of theirs, about all that is stale and nothing else."""
        habits = HABITS[nudge.person]
        wall = nudge.at.astimezone(ZoneInfo(habits.zone))
        assert nudge.at == self.clock.now and nudge.day == wall.date()
        assert works_on(nudge.day, habits) and habits.begins <= wall.time() < habits.ends, (nudge, wall)
        with self.database.transaction() as session:
            stale = stale_of(session, nudge.person, nudge.at)
        assert set(nudge.items) == set(stale), (nudge, stale)

    def _check_whose_day_is_over(self, person: str, habits: Habits, before: datetime) -> None:
        """When the working day of somebody who reacts ends without a nudge, nothing was stale when it began.

        What becomes stale after a nudge has to be in that of the next working day, as everything that is stale then.
        """
        zone = ZoneInfo(habits.zone)
        day = before.astimezone(zone).date()
        end = datetime.combine(day, habits.ends, zone).astimezone(UTC)
        if person in IGNORING or not before < end <= self.clock.now or not works_on(day, habits):
            return
        if any((nudge.person, nudge.day) == (person, day) for nudge in self.sent[-4 * PEOPLE :]):
            return
        with self.database.transaction() as session:
            stale = stale_of(session, person, end)
        for (deal, _), since in stale.items():
            assert max(since, self.touched.get(deal, since), self.rescaled) > before - STEP, (person, day, deal, since)

    def _new(self) -> list[Nudge]:
        """The nudges that were sent since the last look; a person has one for a day."""
        newest = self.sent[-1].id if self.sent else 0
        with self.database.transaction() as session:
            rows = session.execute(
                select(NudgeRow.id, NudgeRow.person).where(NudgeRow.id > newest).order_by(NudgeRow.id)
            ).all()
            found = [nudge for number, _ in rows if (nudge := Nudges(session, TEAM).get(number))]
        self.sent += found
        return found

    # What people do

    def _reacts(self, nudge: Nudge) -> None:
        process, press = self.chance.choice(self.processes), Press(TEAM, nudge.id, self._act(nudge.person))
        deal, question = self.chance.choice(nudge.items)
        today = nudge.day
        match self.chance.choices(("told", "heard", "waits", "tomorrow", "stop", "now"), (74, 6, 6, 6, 3, 5))[0]:
            case "told":
                with self.database.transaction() as session:
                    for deal, question in nudge.items[: self.chance.randint(4, 20)]:
                        self._tell(session, deal, question)
                    Nudges(session, TEAM).record(nudge, Result.NEW, self.clock.now)
            case "heard":
                due = today + 6 * DAY if question == NEXT_STEP else None
                assert process.nudged.heard(press, deal, question, today - self.chance.randint(0, 2) * DAY, due) is None
            case "waits":
                until = today + self.chance.randint(0, 20) * DAY
                assert process.nudged.waits(press, deal, until, "their budget meets") is None
            case "tomorrow":
                assert process.nudged.tomorrow(press) is None
            case "stop":
                assert process.nudged.stop(press, deal) is None
            case "now":
                assert process.nudged.two_minutes(press) is None
        self.touched.update(dict.fromkeys(nudge.deals, self.clock.now))

    def _something_happens(self) -> None:
        """A deal ends, comes closer to its decision, is handed over; or a review that was begun comes to its end."""
        number, process = self.chance.randint(1, DEALS), self.chance.choice(self.processes)
        with self.database.transaction() as session:
            deal = Deals(session, TEAM, [""]).get(number)
            assert deal
            review = Reviews(session, TEAM).lock_current(number)
            assert review
            if not review.is_open and not deal.ending:
                changed = self.chance.choice(
                    [
                        replace(deal, ending=self.chance.choice(list(Ending)), closed_at=self.clock.now),
                        replace(deal, stage=Stage.SIGNING),
                        replace(deal, owner=f"U{self.chance.randrange(PEOPLE)}"),
                    ]
                )
                Deals(session, TEAM, [""]).save(changed)
                self.rescaled = self.clock.now if changed.ending else self.rescaled
        if review.is_open:
            by = self._act(review.owner)
            stopped = process.decisions.make(
                TEAM, review.id, by.occasion, lambda review, now: steering.act(review, Word.STOP, by, now)
            )
            assert stopped is None
        self.touched[number] = self.clock.now

    def _tell(self, session: Session, deal: int, question: str) -> None:
        """The customer's side has told it anew."""
        due = self.clock.now.date() + 9 * DAY if question == NEXT_STEP else None
        told = update(KnowledgeRow).where(KnowledgeRow.deal_id == deal, KnowledgeRow.question == question)
        session.execute(told.values(given_at=self.clock.now, due=due))

    def _restart(self) -> None:
        number = self.chance.randrange(len(self.processes))
        self.processes[number].database.close()
        self.processes[number] = Process(self.url, self.clock)
        self.restarts += 1

    def _act(self, person: str) -> Act:
        self.occasions += 1
        return Act(person, f"occasion {self.occasions}")

    def _deal(self, session: Session, number: int) -> None:
        """A deal, reviewed in September, of which some things are known; most are to close in the quarter."""
        at = self.clock.now - timedelta(days=self.chance.uniform(1, 25))
        deals = Deals(session, TEAM, [""])
        deal = replace(
            deals.add(f"Deal {number}", f"U{number % PEOPLE}", "", at),
            stage=self.chance.choice([*Stage, None]),
            close_date=FIRST + self.chance.randint(-10, 110) * DAY if number % 10 else None,
        )
        deals.save(deal)
        questions = self.chance.sample(STEERED, 3)
        review = Reviews(session, TEAM).add(deal, "C1", deal.owner, deal.owner, questions, at)
        row, spans = session.get_one(ReviewRow, review.id), [[0, len(THEIRS), Label.CUSTOMER, 1.0]]
        row.status, row.ended_at = Status.FINISHED, at
        for place, question in enumerate(questions):
            ts, due = f"{at.timestamp() + place:.6f}", at.date() + 40 * DAY if question == NEXT_STEP else None
            said = {"question": question, "review_id": review.id}
            session.add_all(
                [
                    AnswerRow(**said, standing="answered", said_at=at, probes=[], due=due),
                    ReplyRow(
                        **said, message_ts=ts, author=deal.owner, text=THEIRS, spans=spans, edited_ts="",
                        withdrawn=False, moved={},
                    ),
                ]
            )  # fmt: skip
            Ledger(session).keep(deal, Known(question, review.id, (THEIRS,), (deal.owner,), given_at=at, due=due))


def works_on(day: date, habits: Habits) -> bool:
    """By the calendar alone."""
    away = habits.away_from and habits.away_until and habits.away_from <= day <= habits.away_until
    return day.weekday() in habits.workdays and not away and day not in holidays_of(habits.country)


@cache
def holidays_of(country: str) -> Container[date]:
    code, _, part = country.partition("-")
    return country_holidays(code, part or None, years=(FIRST.year, FIRST.year + 1))


def stale_of(session: Session, person: str, now: datetime) -> dict[tuple[int, str], datetime]:
    """What is stale of a person's deals that they may be asked about, and since when."""
    zone = HABITS[person].zone
    mine = tuple((deal.id, "") for deal in Deals(session, TEAM, ()).under_way_of(person))
    everything = Nudge(0, TEAM, person, now.astimezone(ZoneInfo(zone)).date(), now, "", mine)
    return {
        (number, item.question): item.freshness.stale_at or now
        for number, standing in Nudges(session, TEAM).deals_in(everything, HABITS[person], now).items()
        for item in standing.items
        if item.freshness.state is State.STALE and may_be_asked_about(standing, person, everything.day)
    }


def may_be_asked_about(standing: Standing, person: str, day: date) -> bool:
    deal, (first, last) = standing.deal, CALENDAR.of(day)
    reviewed = standing.reviewed_at and first <= standing.reviewed_at.date() <= last
    in_period = bool(deal.close_date and deal.close_date <= last) or bool(reviewed)
    waits = deal.waits_until is not None and day <= deal.waits_until
    free = deal.ending is None and deal.nudges and deal.owner == person and not standing.in_review
    return free and in_period and not waits


@pytest.fixture
def autumn(database_url: str) -> Iterator[Quarter]:
    quarter = Quarter(database_url, Clock(), random.Random(20261001))  # noqa: S311
    with ExitStack() as stay:
        quarter.begins()
        stay.callback(quarter.ends)
        yield quarter


def test_a_quarter_of_nudges(autumn: Quarter) -> None:
    while autumn.clock.now.date() <= LAST:
        autumn.passes()
    sent = autumn.sent
    assert len(sent) > 400 and {nudge.person for nudge in sent} == set(HABITS)
    assert max(Counter((nudge.person, nudge.day) for nudge in sent).values()) == 1
    assert autumn.restarts > 30
    assert_each_was_said_once(autumn)
    assert_it_eased_off(autumn)


def assert_each_was_said_once(autumn: Quarter) -> None:
    with autumn.database.transaction() as session:
        said = session.scalars(select(MessageRow.slot).where(MessageRow.slot.startswith("nudge:"))).all()
        closed = session.scalars(select(DealRow.id).where(DealRow.ending.is_not(None))).all()
    assert sorted(said) == sorted(f"nudge:{nudge.id}" for nudge in autumn.sent)
    assert len(closed) > 10


def assert_it_eased_off(autumn: Quarter) -> None:
    """Whoever never reacts is nudged on two working days, then twice on every second one, then on every fifth."""
    for person in IGNORING:
        days = [nudge.day for nudge in autumn.sent if nudge.person == person]
        worked = [day for day in days_of(days[0], days[-1]) if works_on(day, HABITS[person])]
        gaps = [worked.index(after) - worked.index(day) for day, after in pairwise(days)]
        assert gaps[:4] == [1, 2, 2, 5] and set(gaps[4:]) == {5}, gaps


def days_of(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]
