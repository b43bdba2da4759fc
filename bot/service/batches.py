"""What a manager does before a forecast call: has the reviews of its deals opened, stops that, or cancels the call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.lately import Lately
from bot.places import Standing
from bot.service.decisions import Decisions
from bot.service.desk import Typed
from bot.service.opening import Opening
from bot.service.rulings import Rulings
from flows import batch
from flows import utterances as say
from flows.calls import DIGEST_MINUTES, PROPOSED, THIS_QUARTER, Call, Choice, Result
from flows.hours import local_day, next_morning
from flows.moments import is_far, moment
from flows.review import DIRECT
from flows.times import NotUnderstood, UnknownZone, find_zone, read_when
from flows.utterances import EVENING, Draft, Utterance
from storage.calls import Calls
from storage.choices import Choices, Offer
from storage.database import Database
from storage.habits import find_habits
from storage.rules import find_rules

_WORDS = re.compile(
    r"(?:(?P<quarter>(?:in )?this (?:quarter|period))|in (?P<period>.+?))?(?:(?:^|\s)by(?P<when>\s.*)?)?$", re.I
)
"""What may stand beside the people: the forecast period, and by when."""


@dataclass(frozen=True)
class Asked:
    """A batch as somebody asks for it. `digest` is in minutes before the call, or the evening before."""

    team: str
    manager: str
    choice: Choice
    channel: str
    day: date
    wall: time
    zone: str
    in_direct: bool = False
    digest: str = str(DIGEST_MINUTES)


class BatchService:
    """Methods return a hint for the acting person, a form, or None."""

    def __init__(
        self, database: Database, decisions: Decisions, directory: Directory, opening: Opening, rulings: Rulings
    ) -> None:
        self._rulings = rulings
        self._database = database
        self._decisions = decisions
        self._directory = directory
        self._opening = opening
        self._scopes = Lately(self._readable)
        self.on_cancelled: Callable[[Session, Call, datetime], None] = lambda session, call, now: None

    def create(
        self, session: Session, call: Call, choice: Choice, now: datetime, day: date | None = None
    ) -> Call | Utterance:
        """Keep a call with the deals it is about, in the caller's transaction; their reviews are opened from then on.

        `call` has no id yet; `day` is the day of its schedule that it is for. If the manager has a call at that moment
        and place already, and it is no other schedule's, the deals are added to it. Returns a hint instead if there are
        no deals, or too many. Raises `sqlalchemy.exc.IntegrityError` if there is a call for that day. Call
        `decisions.wake` after the commit.
        """
        choices = Choices(session, call.team, ("", call.channel))
        today = local_day(now, call.zone)
        count = choices.count(choice, today)
        if not 0 < count <= batch.MOST_DEALS:
            return say.too_many_deals(count, batch.MOST_DEALS) if count else say.no_deals()
        calls, deals = Calls(session, call.team), choices.deals(choice, today)
        known = calls.same_as(call)
        if known is None or (day and not calls.adopt(known, call.schedule, day)):
            return calls.add(call, deals, day)
        calls.extend(known, deals)
        return known

    def take(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance | None:
        """Start a batch as it was typed: people, perhaps a period, and by when. Without that, the form to say it in."""
        read = _WORDS.match(words)
        if read is None:
            return say.batch_unclear(words)
        if hint := self._rulings.not_a_manager(typed.team, typed.person):
            return hint
        people = people or self._rulings.proposed(typed.team, typed.person)
        period = THIS_QUARTER if read["quarter"] else read["period"] or ""
        choice = Choice(people, period)
        if read["when"] is None and words.split()[-1:] != ["by"]:
            return self.form(typed.team, typed.person, typed.channel, choice)
        now = self._decisions.clock()
        try:
            when = read_when((read["when"] or "").strip(), now, self._zone(typed.team, typed.person))
        except NotUnderstood:
            return say.bad_when((read["when"] or "").strip())
        except UnknownZone as unknown:
            return say.unknown_zone(unknown.typed, unknown.meant)
        begun = self.start(Asked(typed.team, typed.person, choice, typed.channel, when.day, when.wall, when.zone))
        return begun if isinstance(begun, Utterance) else say.batch_begun(*begun)

    def form(self, team: str, person: str, channel: str, choice: Choice) -> Utterance:
        """The form to start a batch, for ten o'clock on the next day on which the person works."""
        scopes = self._scopes(team, channel, person)
        zone = self._zone(team, person)
        with self._database.transaction() as session:
            habits, choices = find_habits(session, team, person), Choices(session, team, scopes)
            periods, span = choices.periods(), find_rules(session, team).periods.span
        day = local_day(next_morning(self._decisions.clock(), habits), zone)
        known = [THIS_QUARTER, *periods]
        like = next((each for each in known if each.casefold() == choice.period.casefold()), "")
        draft = Draft(
            channel="" if channel.startswith(DIRECT) else channel,
            choice=Choice(choice.owners, like),
            at=datetime.combine(day, PROPOSED, ZoneInfo(zone)),
            zone=zone,
            came_from=channel,
        )
        return say.batch_form(draft, periods, span)

    def start(self, asked: Asked) -> tuple[Call, int] | Utterance:
        """Keep the call that was asked for and begin to open its reviews; gives it with how many deals it is about."""
        now = self._decisions.clock()
        call = self._call(asked, now)
        if isinstance(call, Utterance):
            return call
        if problem := self._rulings.not_a_manager(asked.team, asked.manager) or self._cannot_be_held(asked):
            return problem
        choice = self._rulings.narrowed(asked.team, asked.manager, asked.choice, asked.channel)
        if isinstance(choice, Utterance):
            return choice
        self._directory.welcome(asked.team, asked.manager)  # owners are met as their reviews open: Slack waits for us
        try:
            begun = self._keep(call, choice, now)
        except IntegrityError:  # the same call was asked for in the same moment: Slack may tell of it twice
            begun = self._keep(call, choice, now)
        self._decisions.wake()
        return begun

    def open_no_more(self, team: str, number: int, person: str) -> Utterance | None:
        """Leave unopened what is not opened yet."""
        return self._change(team, number, person, lambda calls, call, now: calls.open_no_more(call, Result.CANCELLED))

    def cancel(self, team: str, number: int, person: str) -> Utterance | None:
        """The call does not take place."""
        return self._change(team, number, person, lambda calls, call, now: calls.cancel(call, now))

    def deals_like(self, team: str, person: str, channels: Iterable[str], typed: str) -> list[Offer]:
        """The deals that a person may choose by hand whose name holds what they typed."""
        scopes = {scope for channel in channels for scope in self._scopes(team, channel, person)}
        with self._database.transaction() as session:
            return Choices(session, team, scopes).search(typed)

    def _keep(self, call: Call, choice: Choice, now: datetime) -> tuple[Call, int] | Utterance:
        with self._database.transaction() as session:
            kept = self.create(session, call, choice, now)
            if isinstance(kept, Utterance):
                return kept
            return kept, len(Calls(session, call.team).entries(kept))

    def _change(
        self, team: str, number: int, person: str, change: Callable[[Calls, Call, datetime], None]
    ) -> Utterance | None:
        """Change a call of a person's own, and tell them in its message."""
        now = self._decisions.clock()
        with self._database.transaction() as session:
            calls = Calls(session, team)
            call = calls.lock(number)
            if call is None:
                return say.not_here()
            if call.manager != person:
                return say.not_your_call(call.manager)
            if not call.cancelled_at:
                if now >= call.at:
                    return say.call_is_over()
                change(calls, call, now)
                changed = calls.get(number) or call
                self._opening.show(session, changed, now)
                if changed.cancelled_at:
                    self.on_cancelled(session, changed, now)
        self._decisions.wake()
        return None

    def _call(self, asked: Asked, now: datetime) -> Call | Utterance:
        """The call that was asked for, if it can be at that time."""
        try:
            zone = find_zone(asked.zone)
        except UnknownZone as unknown:
            return say.unknown_zone(unknown.typed, unknown.meant)
        if is_far(asked.day, local_day(now, zone)):
            return say.too_far(asked.day)
        at = moment(asked.day, asked.wall, zone)
        if at.is_skipped:
            return say.skipped_hour(asked.day, asked.wall, zone)
        if batch.is_soon(at.at, now):
            return say.too_soon(at.at, zone, now)
        minutes = batch.evening_before(at.at, zone) if asked.digest == EVENING else int(asked.digest)
        if asked.digest == EVENING and at.at - timedelta(minutes=minutes) <= now:
            return say.evening_is_over()
        return Call(
            id=0,
            team=asked.team,
            manager=asked.manager,
            channel=asked.channel,
            at=at.at,
            zone=zone,
            in_direct=asked.in_direct,
            digest_minutes=minutes if asked.digest == EVENING else batch.digest_minutes(minutes, at.at, now),
            created_at=now,
        )

    def _cannot_be_held(self, asked: Asked) -> Utterance | None:
        """Why reviews cannot be opened where they are asked for, if they cannot."""
        if asked.choice.is_empty:
            return say.no_choice()
        place = self._directory.place(asked.channel)
        if place.is_direct:
            return say.needs_a_channel()
        standing = self._directory.standing_for(place, asked.manager)
        if standing is not Standing.WELCOME:
            return say.cannot_hold(standing, asked.channel)
        return self._rulings.elsewhere(asked.team, asked.channel)

    def _readable(self, team: str, channel: str, person: str) -> frozenset[str]:
        """In which scopes a person may know deals who asks in a channel: in all of the workspace, and in a private
        channel that they are in."""
        if not channel or channel.startswith(DIRECT):
            return frozenset({""})
        place = self._directory.place(channel)
        is_outside = self._directory.standing_for(place, person) is Standing.OUTSIDE
        return frozenset({""} if is_outside else {"", place.scope})

    def _zone(self, team: str, person: str) -> str:
        found = self._directory.meet(team, person)
        return found.tz if found else "UTC"
