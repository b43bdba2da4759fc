"""What the admins of a workspace settled for it: who begins reviews of whose deals, where, and what is usual there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from flows.calls import Choice
from flows.forgetting import FORGOTTEN
from flows.hours import Habits
from flows.periods import CALENDAR, Periods
from flows.review import DIRECT

MOST_CREWS = 20
LONGEST_CREW_NAME = 40
USUAL = Habits()


@dataclass(frozen=True)
class Crew:
    """What people call a team: some members of a workspace and who manages them, by their ids. A new one has id 0.

    `playbook` is the key of the one that its members' deals are reviewed by where none is chosen, empty for the usual.
    """

    id: int
    name: str
    managers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    playbook: str = ""


@dataclass(frozen=True)
class Rules:
    """The rules of a workspace. As they are at first, everybody may do everything everywhere.

    Who is one of the `managers`, or manages a crew, begins the reviews of forecast calls; if nobody does, all may.
    Reviews are held in the `channels`; if there are none, in all. `usual` is when people work who did not say so
    themselves, in whatever zone; `nudges` is whether anybody is nudged at all. Closed deals are deleted
    `retention_days` after their last word, 0 for never. `periods` are those of the forecast.
    """

    managers: tuple[str, ...] = ()
    crews: tuple[Crew, ...] = ()
    channels: tuple[str, ...] = ()
    usual: Habits = USUAL
    nudges: bool = True
    retention_days: int = 0
    periods: Periods = CALENDAR

    @property
    def all_managers(self) -> tuple[str, ...]:
        """Everybody who is named as a manager, once each."""
        of_crews = (manager for crew in self.crews for manager in crew.managers)
        return tuple(dict.fromkeys((*self.managers, *of_crews)))

    def may_begin(self, person: str) -> bool:
        """Whether somebody who is no admin may begin the reviews of a call."""
        return not self.all_managers or person in self.all_managers

    def may_hold(self, channel: str) -> bool:
        """Whether reviews are held in a channel. In the bot's direct messages with a person they always are."""
        return not self.channels or channel.startswith(DIRECT) or channel in self.channels

    def crew(self, number: int) -> Crew | None:
        """A crew by its id."""
        return next((crew for crew in self.crews if crew.id == number), None)

    def members_of(self, manager: str) -> tuple[str, ...]:
        """The members of the crews that somebody manages, once each."""
        theirs = (crew.members for crew in self.crews if manager in crew.managers)
        return tuple(dict.fromkeys(member for members in theirs for member in members))

    def playbooks_of_members(self, there: Collection[str]) -> dict[str, str]:
        """The keys of the usual playbooks of people whose crew has one that is still `there`, by their ids.

        Whoever is in several such crews has that of the first by name.
        """
        crews = sorted((crew for crew in self.crews if crew.playbook in there), key=lambda crew: crew.name.casefold())
        return {member: crew.playbook for crew in reversed(crews) for member in crew.members}

    def outside(self, manager: str, owners: Iterable[str]) -> tuple[str, ...]:
        """Those owners of deals who are in no crew of a manager's. Who manages no crew begins reviews of everybody's.

        One's own deals are never outside, nor are those of people who were forgotten.
        """
        if not any(manager in crew.managers for crew in self.crews):
            return ()
        inside = {manager, FORGOTTEN, *self.members_of(manager)}
        return tuple(dict.fromkeys(owner for owner in owners if owner not in inside))

    def narrowed(self, manager: str, choice: Choice) -> Choice:
        """A choice of deals that names nobody, as a manager of a crew means it: of its members."""
        is_open = choice.period and not choice.owners
        return replace(choice, owners=self.members_of(manager) or choice.owners) if is_open else choice

    def with_crew(self, crew: Crew) -> Rules:
        """With a crew as it is now; a new one gets an id."""
        if not crew.id:
            return replace(
                self, crews=(*self.crews, replace(crew, id=1 + max((each.id for each in self.crews), default=0)))
            )
        return replace(self, crews=tuple(crew if each.id == crew.id else each for each in self.crews))

    def without_crew(self, number: int) -> Rules:
        return replace(self, crews=tuple(crew for crew in self.crews if crew.id != number))

    def without(self, person: str) -> Rules:
        """Without a person who is to be forgotten.

        That there was a manager stays: else, without the only one, everybody might begin reviews from then on.
        """
        crews = tuple(
            replace(crew, managers=_forgotten(crew.managers, person), members=_left(crew.members, person))
            for crew in self.crews
        )
        return replace(self, managers=_forgotten(self.managers, person), crews=crews)


def _forgotten(people: tuple[str, ...], person: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(FORGOTTEN if each == person else each for each in people))


def _left(people: tuple[str, ...], person: str) -> tuple[str, ...]:
    return tuple(each for each in people if each != person)
