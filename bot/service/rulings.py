"""What the rules of a workspace say to somebody who wants reviews held: where they are, who may, and of whose deals."""

from __future__ import annotations

from collections.abc import Sequence

from bot.directory import Directory
from flows import utterances as say
from flows.calls import Choice, Schedule
from flows.rules import Rules
from flows.utterances import Utterance
from storage.choices import Choices
from storage.database import Database
from storage.rules import find_rules

MOST_NAMED = 5


class Rulings:
    """Asked anew at each press and submission: people and rules change. An admin may do what a manager may."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory

    def elsewhere(self, team: str, channel: str) -> Utterance | None:
        """Where reviews are held, if not in a channel."""
        rules = self.rules(team)
        return None if rules.may_hold(channel) else say.held_elsewhere(rules.channels)

    def not_a_manager(self, team: str, person: str) -> Utterance | None:
        """Who begins the reviews of calls, if not this person."""
        rules = self.rules(team)
        if rules.may_begin(person) or self._directory.is_admin(team, person):
            return None
        return say.not_a_manager(self._met(team, rules.all_managers))

    def proposed(self, team: str, person: str) -> tuple[str, ...]:
        """Whose deals a call of somebody's is about if they name nobody: those of the teams they manage."""
        return self.rules(team).members_of(person)

    def narrowed(self, team: str, person: str, choice: Choice, channel: str) -> Choice | Utterance:
        """What somebody chose for a call, as far as it is for them to choose, or whose deals are not.

        They may know the deals of the channel.
        """
        with self._database.transaction() as session:
            rules = find_rules(session, team)
            choice = rules.narrowed(person, choice)
            owners = [*choice.owners, *Choices(session, team, ("", channel)).owners(choice.deals)]
        others = rules.outside(person, owners)
        if not others or self._directory.is_admin(team, person):
            return choice
        return say.outside_your_team(self._met(team, others))

    def are_against(self, schedule: Schedule) -> str:
        """Why no more calls of a schedule are prepared: the manager is none by now, or the place is none."""
        team, manager, channel = schedule.team, schedule.manager, schedule.channel
        if self.elsewhere(team, channel):
            return "elsewhere"
        narrowed = self.narrowed(team, manager, schedule.choice, channel)
        return "manager" if self.not_a_manager(team, manager) or isinstance(narrowed, Utterance) else ""

    def rules(self, team: str) -> Rules:
        with self._database.transaction() as session:
            return find_rules(session, team)

    def _met(self, team: str, people: Sequence[str]) -> tuple[list[str], int]:
        """The first of some people, so that they can be named, and how many more there are."""
        named = list(people[:MOST_NAMED])
        for person in named:
            self._directory.meet(team, person)
        return named, len(people) - len(named)
