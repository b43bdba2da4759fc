"""A team's playbooks, as they are now and as they were, and what people are making of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from flows.playbook import SHIPPED, Playbook, Shelf, from_plain, plain
from storage.later import NotKnownHere
from storage.models import DraftRow, PlaybookRow, WorkspaceRow
from storage.rules import find_rules


@dataclass(frozen=True)
class Draft:
    """What a person makes of a playbook: `playbook` as it would be saved, from the version it carries.

    `edit` counts the changes, so that a button on what was shown earlier can be told from one on the latest, and `card`
    is where it is shown.
    """

    person: str
    playbook: Playbook
    edit: int = 0
    card: str = ""


def is_unsaved(playbook: Playbook) -> bool:
    """Whether a playbook is a new one, of which no version was there when it was begun."""
    return playbook.version == 0 and playbook.key not in SHIPPED.playbooks


class Playbooks:
    """The playbooks of one workspace: the product's own, and whatever the team made of them or beside them."""

    def __init__(self, session: Session, team: str) -> None:
        self._session = session
        self._team = team

    def shelf(self) -> Shelf:
        """All of them, as they are now, and which is usual for whom."""
        latest = select(PlaybookRow.key, func.max(PlaybookRow.version)).where(PlaybookRow.team == self._team)
        rows = self._session.execute(latest.group_by(PlaybookRow.key))
        own = {key: self.get(key, version) for key, version in rows}
        settled = self._session.get(WorkspaceRow, self._team)
        usual = settled.playbook if settled else ""
        playbooks = {**SHIPPED.playbooks, **own}
        usual_of = find_rules(self._session, self._team).playbooks_of_members(playbooks)
        return Shelf(playbooks, usual if usual in playbooks else SHIPPED.usual, usual_of)

    def get(self, key: str, version: int) -> Playbook:
        """A version of a playbook.

        Raises `LookupError` if there is none: `storage.later.NotKnownHere` if it can only ship with a later version.
        """
        if version == 0 and key not in SHIPPED.playbooks:
            raise NotKnownHere(f"no playbook {key!r} ships with this version")
        if version == 0:
            return SHIPPED.playbooks[key]
        row = self._session.get(PlaybookRow, (self._team, key, version))
        if row is None:
            raise LookupError(f"there is no version {version} of a playbook {key!r} in {self._team}")
        return from_plain(row.content, version)

    def saved_by(self, playbook: Playbook) -> str:
        """Who saved a version; empty of one that ships with the product."""
        row = self._session.get(PlaybookRow, (self._team, playbook.key, playbook.version))
        return row.saved_by if row else ""

    def save(self, playbook: Playbook, person: str, now: datetime) -> Playbook:
        """Keep a playbook as the version after the one it carries; `now` is in UTC.

        Raises `sqlalchemy.exc.IntegrityError` if that version is there already.
        """
        after = from_plain(plain(playbook), playbook.version + 1)
        row = PlaybookRow(
            key=playbook.key, version=after.version, content=plain(after), saved_by=person, saved_at=now
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return after

    def make_usual(self, key: str) -> None:
        """From now on this one is taken where none is chosen."""
        self._session.merge(WorkspaceRow(team=self._team, playbook=key))
        self._session.flush()

    def keys(self) -> frozenset[str]:
        """The key of every question that any version of any playbook has or had, or any draft has: those are taken."""
        saved = self._session.scalars(select(PlaybookRow.content).where(PlaybookRow.team == self._team))
        drawn = self._session.scalars(select(DraftRow.content).where(DraftRow.team == self._team))
        every = (*SHIPPED.playbooks.values(), *(from_plain(content) for content in (*saved, *drawn)))
        return frozenset(question.key for playbook in every for question in playbook.questions)

    def draft(self, key: str, person: str) -> Draft | None:
        """What a person makes of a playbook, locked; as it is now if they changed nothing; None if they never began."""
        mine = (DraftRow.team == self._team, DraftRow.key == key, DraftRow.person == person)
        row = self._session.scalar(select(DraftRow).where(*mine).with_for_update())
        if row is None:
            return None
        playbook = from_plain(row.content, row.version)
        if not is_unsaved(playbook) and playbook == self.get(key, row.version):
            playbook = self.shelf().playbooks[key]
        return Draft(person, playbook, row.edit, row.card)

    def keep(self, draft: Draft) -> None:
        """Keep what a person makes of a playbook."""
        playbook = draft.playbook
        row = DraftRow(team=self._team, key=playbook.key, person=draft.person, version=playbook.version)
        row.content, row.edit, row.card = plain(playbook), draft.edit, draft.card
        self._session.merge(row)
        self._session.flush()

    def begun_by(self, person: str) -> frozenset[str]:
        """The keys of the playbooks of which a person has a draft."""
        mine = (DraftRow.team == self._team, DraftRow.person == person)
        return frozenset(self._session.scalars(select(DraftRow.key).where(*mine)))

    def drop(self, draft: Draft) -> None:
        """Keep nothing of what a person makes of a playbook."""
        mine = (DraftRow.team == self._team, DraftRow.key == draft.playbook.key, DraftRow.person == draft.person)
        self._session.execute(delete(DraftRow).where(*mine))
