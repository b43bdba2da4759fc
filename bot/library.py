"""Where the voice of the bot looks up a team's playbooks."""

from __future__ import annotations

from bot.lately import Lately
from flows.playbook import SHIPPED, Playbook, Shelf
from storage.database import Database
from storage.playbooks import Playbooks


class Library:
    """The playbooks of teams; without a database, those that ship with the product."""

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._version = Lately(self._look_up)

    def shelf(self, team: str) -> Shelf:
        """A team's playbooks as they are now."""
        if self._database is None:
            return SHIPPED
        with self._database.transaction() as session:
            return Playbooks(session, team).shelf()

    def playbook(self, team: str, ref: str) -> Playbook | None:
        """The version that a `ref` names; None if it names none."""
        key, _, version = ref.partition(":")
        if not version.isdecimal():
            return None
        if version == "0" or self._database is None:
            return SHIPPED.playbooks.get(key)
        return self._version(team, key, version)

    def _look_up(self, team: str, key: str, version: str) -> Playbook | None:
        if self._database is None:
            return None
        with self._database.transaction() as session:
            return Playbooks(session, team).get(key, int(version))
