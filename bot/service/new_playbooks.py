"""Playbooks that were not there before, or come back as a file: begun from another one, and brought in as a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from bot.service.decisions import Decisions
from bot.service.drafts import Drafts, Press, Wrong, card
from bot.service.pipeline import Offer
from flows import drafting
from flows import utterances as say
from flows.drafting import Changes
from flows.playbook import Playbook
from flows.utterances import Utterance
from storage.imports import Dropped
from storage.messages import Messages
from storage.playbooks import Draft, Playbooks


class NewPlaybooks:
    """What is begun or brought in is its person's draft, and a choice for others once it is saved."""

    def __init__(self, drafts: Drafts, decisions: Decisions) -> None:
        self._drafts = drafts
        self._decisions = decisions

    def name_form(self, press: Press) -> Utterance:
        """The form in which a new playbook gets its name, begun from a draft; or a hint why there is none."""
        with self._drafts.opened(press) as (_, found):
            return found if isinstance(found, Utterance) else say.playbook_form(found.playbook, found.edit)

    def begin(self, press: Press, name: str) -> Wrong:
        """Begin a new playbook from a draft as it is now; or say why it cannot be called so, at the form's line."""
        name = " ".join(name.split())
        with self._drafts.opened(press, at_any_edit=True) as (session, found):
            if isinstance(found, Utterance):
                return {"name": found}
            playbooks = Playbooks(session, press.team)
            shelf = playbooks.shelf()
            key = drafting.new_key(name, shelf.playbooks)
            wrong = drafting.wrong_name(name, shelf.playbooks.values(), key in playbooks.begun_by(press.person))
            if wrong:
                return {"name": say.words_will_not_do(wrong)}
            begun = Playbook(key, name, found.playbook.questions)
            draft = Draft(press.person, begun, 1, say.card_slot(key, press.person, press.occasion))
            playbooks.keep(draft)
            channel = Messages(session).channel_of(found.card)
            self._drafts.tell(session, press.team, channel, card(playbooks, shelf, draft))
        self._decisions.wake()
        return {}

    def bring(self, file: Dropped, found: Playbook) -> Offer:
        """What offers a playbook from a file as its person's draft, and says what it changes."""
        return partial(self._offer, file, found, self._drafts.may_change(file.team, file.person))

    def _offer(self, file: Dropped, found: Playbook, may_change: bool, session: Session) -> Sequence[Utterance]:
        playbooks = Playbooks(session, file.team)
        shelf, draft = playbooks.shelf(), playbooks.draft(found.key, file.person)
        before = shelf.playbooks.get(found.key)
        whole = replace(drafting.with_all_of(found, before), version=before.version) if before else found

        def told(state: str, changed: Changes | None = None) -> Utterance:
            return say.playbook_file(file.id, file.name, whole, state, changed)

        if not may_change:
            return [told("managers")]
        if whole == before:
            return [told("same")]
        if draft and draft.playbook not in (before, whole):
            return [told("in_the_way")]
        slot = say.card_slot(found.key, file.person, f"file-{file.id}")
        after = Draft(file.person, whole, draft.edit + 1 if draft else 1, slot)
        playbooks.keep(after)
        if draft:
            self._drafts.show(session, file.team, say.card_closed(draft.card, "moved"))
        return [told("offered", drafting.changes(before, whole)), card(playbooks, shelf, after)]
