"""Which private channels are closed to a person: what was said there is not shown to them anywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from storage.database import Database
from storage.readers import private_places


class Doors(Protocol):
    """Whoever knows who is in which channel, as the directory does."""

    def shut_out(self, person_id: str, channels: Iterable[str]) -> frozenset[str]: ...


class Readers:
    """Looks up what a person has to do with, and asks Slack whether they are still there: a minute ago at most.

    To have been in a review is not enough. Whoever left its channel, or was removed from it, reads it no more, though
    they opened it or own its deal. Their own words are theirs to have, by `/dealreview my data`.
    """

    def __init__(self, database: Database, directory: Doors) -> None:
        self._database = database
        self._directory = directory

    def closed_to(self, team: str, person: str) -> frozenset[str]:
        """The private channels of a person's deals and reviews that they are not in. May ask Slack."""
        with self._database.transaction() as session:
            places = private_places(session, team, person)
        return self._directory.shut_out(person, places)
