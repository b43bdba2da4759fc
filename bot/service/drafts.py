"""People's drafts of playbooks: found as whoever pressed saw them, and shown in their direct messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.outbox import Outbox
from bot.service.decisions import Decisions
from flows import utterances as say
from flows.playbook import Shelf
from flows.utterances import Retouch, Utterance
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
    """What every use of a draft needs, in the caller's transaction."""

    def __init__(self, outbox: Outbox, decisions: Decisions, directory: Directory) -> None:
        self._outbox = outbox
        self._decisions = decisions
        self._directory = directory

    def may_change(self, session: Session, team: str, person: str) -> bool:
        """Managers, once an admin has named some, and admins; before, everybody.

        Who is an admin is known by now: whoever pressed was let in.
        """
        return find_rules(session, team).may_begin(person) or self._directory.is_admin(team, person)

    def find(self, session: Session, press: Press, at_any_edit: bool = False) -> Draft | Utterance:
        """A person's draft, locked; or a hint, if it is gone, or not as they saw it when they pressed."""
        if not self.may_change(session, press.team, press.person):
            return say.only_managers()
        draft = Playbooks(session, press.team).draft(press.key, press.person)
        if draft is None:
            return say.playbook_gone()
        return draft if at_any_edit or draft.edit == press.edit else say.playbook_moved_on()

    def tell(self, session: Session, team: str, told: str, *says: Utterance | Retouch) -> None:
        """Say something in the conversation `told`."""
        self._outbox.decide_for(session, team, told, says, self._decisions.clock())

    def show(self, session: Session, team: str, shown: Retouch) -> None:
        """Bring what stands in Slack up to date; if it is not there, nothing is said."""
        self.tell(session, team, "", shown)


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
