"""What a manager does with the calendar of their calls: puts them there, looks, changes, pauses and removes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.facing import faced, facing
from bot.outbox import Outbox
from bot.service.calendar import IN_DIRECT, CalendarService, outlook
from bot.service.decisions import Decisions
from bot.service.desk import Typed
from bot.service.rulings import Rulings
from flows import utterances as say
from flows.calendar import MOST_DAYS_AHEAD, MOST_SCHEDULES, ROOM
from flows.calls import PROPOSED, Choice, Schedule
from flows.hours import Habits, is_country, local_day, next_working_moment
from flows.moments import is_far
from flows.recurring import EVERY, read_recurring
from flows.review import DIRECT
from flows.times import NotUnderstood, UnknownZone
from flows.utterances import Outlook, Utterance
from storage.choices import Choices
from storage.database import Database
from storage.habits import find_habits
from storage.messages import Messages
from storage.rules import find_rules
from storage.schedules import Schedules
from storage.tenancy import at_work_for

LIST = "list"
ASKED_AT_ONCE = 8
DAYS_AHEAD = range(1, MOST_DAYS_AHEAD + 1)

Wrong = dict[str, Utterance]
Change = Callable[[Schedule, datetime], Schedule]


@dataclass(frozen=True)
class Press:
    """What a person does about a schedule, by its id."""

    team: str
    schedule: int
    person: str


class ScheduleService:
    """Methods return a hint for the acting person, a form, or None."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        decisions: Decisions,
        directory: Directory,
        calls: CalendarService,
        rulings: Rulings,
    ) -> None:
        self._rulings = rulings
        self._database = database
        self._outbox = outbox
        self._decisions = decisions
        self._directory = directory
        self._calls = calls

    def take(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance | None:
        """Put calls on the calendar as they were typed, list them, or give the form to say it in."""
        if words.casefold() == LIST and not people:
            return self.list(typed.team, typed.person)
        if hint := self._rulings.not_a_manager(typed.team, typed.person):
            return hint
        people = people or self._rulings.proposed(typed.team, typed.person)
        self._directory.welcome(typed.team, typed.person)
        draft = self._draft(typed, people)
        if not words:
            return self._form(draft, draft.begins, typed.channel)
        try:
            said = read_recurring(words, self._decisions.clock(), draft.zone)
        except UnknownZone as unknown:
            return say.unknown_zone(unknown.typed, unknown.meant)
        except NotUnderstood:
            return say.schedule_not_understood(words)
        first = said.first
        asked = replace(draft, begins=first.day, every_weeks=said.every_weeks, time=first.wall, zone=first.zone)
        asked = replace(asked, choice=Choice(people, said.period))
        if not asked.channel:  # a direct message: which channel's deals they are is still to be said
            return self._form(asked, asked.begins, typed.channel)
        kept = self.keep(asked, typed.person)
        if isinstance(kept, Outlook):
            return say.schedule_kept(kept)
        return next(iter(kept.values()))

    def list(self, team: str, person: str) -> Utterance:
        """A manager's schedules with the next calls of each."""
        with self._database.transaction() as session:
            schedules = Schedules(session, team).of(person)
            return say.list_of_schedules([self._outlook(session, each) for each in schedules])

    def form(self, press: Press, channel: str) -> Utterance:
        """The form to change a schedule."""
        with self._database.transaction() as session:
            schedule = self._mine(session, press)
            if isinstance(schedule, Utterance):
                return schedule
            following = self._outlook(session, schedule).next
        return self._form(schedule, following[0].planned if following else schedule.begins, channel)

    def keep(self, asked: Schedule, person: str) -> Outlook | Wrong:
        """Put calls on the calendar, or change them if `asked` has an id; or why that will not do, by the form's lines.

        What was asked for twice is there once. Calls that are prepared already stay as they are.
        """
        asked = self._with_part(asked)
        if wrong := self._check(asked) or self._ruled_out(asked):
            return wrong
        if isinstance(choice := self._narrowed(asked), Choice):
            asked = replace(asked, choice=choice)
        self._directory.meet(asked.team, person)
        channel = self._directory.conversation(person)
        with self._database.transaction() as session:
            schedules, now = Schedules(session, asked.team), self._decisions.clock()
            schedules.one_at_a_time(person)
            asked = replace(asked, since=now + ROOM)
            if asked.id:
                known = self._mine(session, Press(asked.team, asked.id, person))
                if isinstance(known, Utterance):
                    return {"day": known}
                asked = replace(asked, paused=known.paused)
                schedules.save(asked)
            elif twin := _twin(asked, schedules.of(person)):
                asked = twin
            elif schedules.count(person) >= MOST_SCHEDULES:
                return {"day": say.too_many_schedules()}
            else:
                asked = schedules.add(asked)
            outlook = self._show(session, asked, now, channel)
        self._changed()
        return outlook

    def pause(self, press: Press) -> Utterance | None:
        """Prepare no more calls until further notice."""
        return self._change(press, lambda schedule, now: replace(schedule, paused=True))

    def resume(self, press: Press) -> Utterance | None:
        """Prepare the calls again, but for what is too soon by now."""
        with self._database.transaction() as session:
            schedule = self._mine(session, press)
        if isinstance(schedule, Utterance):
            return schedule
        if problem := self._cannot_be_held(schedule) or next(iter(self._ruled_out(schedule).values()), None):
            return problem
        return self._change(press, lambda each, now: replace(each, paused=False, since=max(each.since, now + ROOM)))

    def remove(self, press: Press) -> Utterance:
        """Take calls off the calendar; what was reviewed for them stays."""
        with self._database.transaction() as session:
            schedule = self._mine(session, press)
            if isinstance(schedule, Utterance):
                return schedule
            schedules = Schedules(session, press.team)
            schedules.remove(schedule)
            if channel := Messages(session).channel_of(say.schedule_slot(schedule.id)):
                said = [say.schedule_removed(schedule)]
                self._outbox.decide_for(session, press.team, channel, said, self._decisions.clock())
        self._changed()
        return say.schedule_gone(schedule)

    def card(self, press: Press) -> Utterance:
        """A schedule as it is now."""
        with self._database.transaction() as session:
            schedule = self._mine(session, press)
            return schedule if isinstance(schedule, Utterance) else say.schedule_card(self._outlook(session, schedule))

    def habits(self, team: str, person: str) -> Habits:
        with self._database.transaction() as session:
            return find_habits(session, team, person)

    def _change(self, press: Press, change: Change) -> Utterance | None:
        with self._database.transaction() as session:
            schedule, now = self._mine(session, press), self._decisions.clock()
            if isinstance(schedule, Utterance):
                return schedule
            changed = change(schedule, now)
            Schedules(session, press.team).save(changed)
            self._show(session, changed, now)
        self._changed()
        return None

    def _changed(self) -> None:
        self._calls.look_again()
        self._decisions.wake()

    def _mine(self, session: Session, press: Press) -> Schedule | Utterance:
        """A schedule, locked; or a hint, if it is not theirs or not there any more."""
        schedule = Schedules(session, press.team).lock(press.schedule)
        if schedule is None:
            return say.unknown_schedule()
        return schedule if schedule.manager == press.person else say.not_your_schedule()

    def _draft(self, typed: Typed, people: tuple[str, ...]) -> Schedule:
        """What a form proposes: ten o'clock, every week, from the person's next working day on."""
        habits, now = self.habits(typed.team, typed.person), self._decisions.clock()
        return Schedule(
            id=0,
            team=typed.team,
            manager=typed.person,
            channel="" if typed.channel.startswith(DIRECT) else typed.channel,
            begins=local_day(next_working_moment(now + timedelta(days=1), habits), habits.zone),
            every_weeks=1,
            time=PROPOSED,
            zone=habits.zone,
            country=habits.country,
            choice=Choice(people),
            in_direct=False,
            since=now,
        )

    def _form(self, asked: Schedule, shown: date, channel: str) -> Utterance:
        with self._database.transaction() as session:
            scopes = [each for each in ("", asked.channel) if not each or each == channel]
            periods = Choices(session, asked.team, scopes).periods()
            span = find_rules(session, asked.team).periods.span
        return say.schedule_form(asked, shown, periods, channel, span)

    def _check(self, asked: Schedule) -> Wrong:
        """Why calls cannot be put on the calendar, by the lines of the form.

        Raises `ValueError` for what no form offers.
        """
        if asked.every_weeks not in EVERY or asked.days_ahead not in DAYS_AHEAD or asked.digest_minutes < 0:
            numbers = (asked.every_weeks, asked.days_ahead, asked.digest_minutes)  # an error goes to the log: no words
            raise ValueError(f"no form offers these weeks, days ahead and minutes: {numbers}")
        wrong = Wrong()
        today = local_day(self._decisions.clock(), asked.zone)
        if asked.begins < today:
            wrong["day"] = say.day_is_over(asked.begins)
        elif is_far(asked.begins, today):
            wrong["day"] = say.too_far(asked.begins)
        if asked.choice.is_empty:
            wrong["owners"] = say.schedule_needs_deals()
        elif not self._are_there(asked.team, asked.choice.owners):
            wrong["owners"] = say.unknown_person()
        if problem := self._cannot_be_held(asked):
            wrong["channel"] = problem
        if asked.country and not is_country(asked.country):
            wrong["country"] = say.unknown_holidays("", ())
        return wrong

    def _ruled_out(self, asked: Schedule) -> Wrong:
        """Why the rules of the workspace are against it, by the lines of the form."""
        choice = self._narrowed(asked)
        found = {
            "day": self._rulings.not_a_manager(asked.team, asked.manager),
            "owners": choice if isinstance(choice, Utterance) else None,
            "channel": self._rulings.elsewhere(asked.team, asked.channel),
        }
        return {line: hint for line, hint in found.items() if hint}

    def _narrowed(self, asked: Schedule) -> Choice | Utterance:
        return self._rulings.narrowed(asked.team, asked.manager, asked.choice, asked.channel)

    def _are_there(self, team: str, people: Sequence[str]) -> bool:
        """Whether all of them are in the workspace; asked of Slack side by side, for it waits three seconds for us."""
        waits = faced()

        def is_there(person: str) -> bool:
            with at_work_for(team), facing(waits):
                return self._directory.meet(team, person) is not None

        with ThreadPoolExecutor(ASKED_AT_ONCE, "meet") as threads:
            return all(threads.map(is_there, people))

    def _with_part(self, asked: Schedule) -> Schedule:
        """With the part of the country that the manager lives in: the form asks for the country only."""
        own = self.habits(asked.team, asked.manager).country
        return replace(asked, country=own) if asked.country == own.partition("-")[0] else asked

    def _cannot_be_held(self, asked: Schedule) -> Utterance | None:
        why = self._calls.why_not(asked)
        if not why:
            return None
        return say.needs_a_channel() if why == IN_DIRECT else say.cannot_hold(why, asked.channel)

    def _show(self, session: Session, schedule: Schedule, now: datetime, channel: str = "") -> Outlook:
        """Bring the card of a schedule up to date, in the caller's transaction; `channel` is where, the first time."""
        outlook = self._outlook(session, schedule)
        if channel := Messages(session).channel_of(say.schedule_slot(schedule.id)) or channel:
            self._outbox.decide_for(session, schedule.team, channel, [say.schedule_card(outlook)], now)
        return outlook

    def _outlook(self, session: Session, schedule: Schedule) -> Outlook:
        return outlook(session, schedule, self._decisions.clock())


def _twin(asked: Schedule, schedules: list[Schedule]) -> Schedule | None:
    """The schedule that is already as it is asked for: somebody asked twice."""
    return next((each for each in schedules if replace(asked, id=each.id, since=each.since) == each), None)
