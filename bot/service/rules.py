"""The settings of a workspace: shown to its admins and changed by them, nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.service.desk import Typed
from flows import utterances as say
from flows.rules import LONGEST_CREW_NAME, MOST_CREWS, Crew, Rules
from flows.utterances import Utterance
from storage.audit import WORKSPACE, Audit, Did
from storage.database import Database
from storage.playbooks import Playbooks
from storage.rules import find_rules, keep_rules, lock_rules

LONGEST_KEPT = 36_500
"""In days."""

Change = Callable[[Rules], Rules | Utterance]


class RulesService:
    """Whether somebody is an admin is asked at each step. Methods return a hint for the acting person, or a form.

    `clock` gives the time in UTC.
    """

    def __init__(self, database: Database, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock

    def take(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance:
        """The form of all settings, asked for by a command."""
        return self.form(typed.team, typed.person)

    def form(self, team: str, person: str) -> Utterance:
        """The form of all settings."""
        if not self._directory.is_admin(team, person):
            return say.only_admins()
        return say.rules_form(self._rules(team))

    def crew_form(self, team: str, person: str, number: int, under: str) -> Utterance:
        """The form of a team by its id, 0 for a new one; `under` is the view that it is shown over."""
        if not self._directory.is_admin(team, person):
            return say.only_admins()
        with self._database.transaction() as session:
            crew = find_rules(session, team).crew(number) if number else Crew(0, "")
            return say.crew_form(crew, under, Playbooks(session, team).shelf()) if crew else say.not_here()

    def settle(self, team: str, person: str, asked: Rules) -> Utterance | None:
        """Keep all settings as they are asked for, but for the teams."""
        if not 0 <= asked.retention_days <= LONGEST_KEPT:
            raise ValueError(f"no form offers {asked.retention_days} days")
        return self._change(team, person, lambda rules: replace(asked, crews=rules.crews))

    def settle_crew(self, team: str, person: str, crew: Crew) -> Utterance | None:
        """Keep a team as it is asked for, or a new one. A playbook that is not there is none."""
        with self._database.transaction() as session:
            if crew.playbook not in Playbooks(session, team).shelf().playbooks:
                crew = replace(crew, playbook="")

        def change(rules: Rules) -> Rules | Utterance:
            others = [each for each in rules.crews if each.id != crew.id]
            if not 0 < len(crew.name) <= LONGEST_CREW_NAME:
                return say.bad_team("no_name")
            if any(each.name.casefold() == crew.name.casefold() for each in others):
                return say.bad_team("taken")
            if crew.id and not rules.crew(crew.id):
                return say.not_here()
            return say.bad_team("too_many") if len(others) >= MOST_CREWS else rules.with_crew(crew)

        return self._change(team, person, change)

    def remove_crew(self, team: str, person: str, number: int) -> Utterance | None:
        return self._change(team, person, lambda rules: rules.without_crew(number))

    def _change(self, team: str, person: str, change: Change) -> Utterance | None:
        if not self._directory.is_admin(team, person):
            return say.only_admins()
        try:
            return self._keep(team, person, change)
        except IntegrityError:  # another admin settled the very first things in the same moment
            return self._keep(team, person, change)

    def _keep(self, team: str, person: str, change: Change) -> Utterance | None:
        with self._database.transaction() as session:
            before = lock_rules(session, team)
            after = change(before)
            if isinstance(after, Utterance):
                return after
            if after != before:
                keep_rules(session, team, after)
                _note(session, team, person, before, after, self._clock())
        return None

    def _rules(self, team: str) -> Rules:
        with self._database.transaction() as session:
            return find_rules(session, team)


def _note(session: Session, team: str, person: str, before: Rules, after: Rules, now: datetime) -> None:
    """Keep in the log which settings were changed, and to how many days if it is that."""
    audit = Audit(session, team)
    for name in (each.name for each in fields(Rules)):
        if getattr(before, name) == getattr(after, name):
            continue
        if name == "retention_days":
            audit.note(person, Did.SETTLED, WORKSPACE, after.retention_days, now)
        else:
            audit.note(person, Did.RULED, WORKSPACE, IN_THE_LOG.get(name, name), now)


IN_THE_LOG = {"crews": "teams", "usual": "hours"}
"""What settings are called in the log, if not as here."""
