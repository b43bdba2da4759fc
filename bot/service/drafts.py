"""People's drafts of playbooks: found as whoever pressed saw them, and shown in their direct messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.outbox import Outbox
from bot.service.decisions import Decisions
from flows import utterances as say
from flows.playbook import Shelf
from flows.utterances import Retouch, Utterance
from storage.database import Database
from storage.playbooks import Draft, Playbooks, is_unsaved
from storage.rules import find_rules

Wrong = Mapping[str, Utterance]
"""What will not do about a form, by its lines."""


@dataclass(frozen=True)
class Press:
    """What a person does with their draft of a playbook, by its key; `edit` counts the changes they have seen."""

    team: str
    person: str
    key: str
    edit: int
    occasion: str = ""


class Drafts:
    """What every use of a draft needs."""

    def __init__(self, database: Database, outbox: Outbox, decisions: Decisions, directory: Directory) -> None:
        self._database = database
        self._outbox = outbox
        self._decisions = decisions
        self._directory = directory

    def may_change(self, team: str, person: str) -> bool:
        """Managers, once an admin has named some, and admins; before, everybody.

        Slack may be asked who is an admin, so this is not for a transaction. Raises `NotNow` if it cannot tell.
        """
        with self._database.transaction() as session:
            rules = find_rules(session, team)
        return rules.may_begin(person) or self._directory.is_admin(team, person)

    @contextmanager
    def opened(self, press: Press, *, at_any_edit: bool = False) -> Iterator[tuple[Session, Draft | Utterance]]:
        """A transaction with a person's draft, locked; or with a hint, if it is gone, or not as they saw it when they
        pressed, or not for them to change.
        """
        may_change = self.may_change(press.team, press.person)
        with self._database.transaction() as session:
            yield session, _found(session, press, at_any_edit) if may_change else say.only_managers()

    def tell(self, session: Session, team: str, channel: str, *says: Utterance | Retouch) -> None:
        """Say something in the conversation with a person, by its channel."""
        self._outbox.decide_for(session, team, channel, says, self._decisions.clock())

    def show(self, session: Session, team: str, shown: Retouch) -> None:
        """Bring what stands in Slack up to date; if it is not there, nothing is said."""
        self.tell(session, team, "", shown)


def _found(session: Session, press: Press, at_any_edit: bool) -> Draft | Utterance:
    draft = Playbooks(session, press.team).draft(press.key, press.person)
    if draft is None:
        return say.playbook_gone()
    return draft if at_any_edit or draft.edit == press.edit else say.playbook_moved_on()


def card(playbooks: Playbooks, shelf: Shelf, draft: Draft) -> Utterance:
    """A draft as its person sees it, with buttons to change it."""
    playbook, now = draft.playbook, shelf.playbooks.get(draft.playbook.key)
    is_new = is_unsaved(playbook)
    return say.playbook_card(
        playbook,
        draft.edit,
        draft.card,
        is_changed=is_new or playbook != playbooks.get(playbook.key, playbook.version),
        is_usual=shelf.usual == playbook.key,
        saved_by=playbooks.saved_by(now) if now and now.version == playbook.version else "",
        is_new=is_new,
    )
