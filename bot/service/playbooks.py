"""A team's own playbooks: looked at, changed in a draft, tried, saved as a version, and given out as a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import Directory
from bot.service.decisions import Decisions
from bot.service.desk import Typed
from bot.service.drafts import Drafts, Press, Wrong, card
from flows import drafting
from flows import utterances as say
from flows.playbook import Playbook, Question
from flows.utterances import Retouch, Utterance
from storage.audit import PLAYBOOK, Audit, Did
from storage.database import Database
from storage.errands import Errands, Kind
from storage.messages import Messages
from storage.playbooks import Draft, Playbooks

Do = Callable[[Playbook], Playbook]


class PlaybookService:
    """Methods return a hint for the acting person, a form, or None."""

    def __init__(self, database: Database, drafts: Drafts, decisions: Decisions, directory: Directory) -> None:
        self._database = database
        self._drafts = drafts
        self._decisions = decisions
        self._directory = directory

    def take(self, typed: Typed, people: tuple[str, ...], words: str) -> Utterance:
        """Show a person their draft of a playbook, by its name, in their direct messages; without one, their usual."""
        team, person = typed.team, typed.person
        self._directory.welcome(team, person)
        channel = self._directory.conversation(person)
        if not channel:
            return say.no_direct_messages()
        may_change = self._drafts.may_change(team, person)
        with self._database.transaction() as session:
            playbooks = Playbooks(session, team)
            shelf = playbooks.shelf()
            playbook = shelf.named(words) if words else shelf.of("", person)
            if playbook is None:
                return say.unknown_playbook(words, [each.name for each in shelf.playbooks.values()])
            if not may_change:
                return say.only_managers()
            before = playbooks.draft(playbook.key, person)
            draft, slot = before or Draft(person, playbook), say.card_slot(playbook.key, person, typed.act.occasion)
            draft = replace(draft, edit=draft.edit + 1, card=slot)
            playbooks.keep(draft)
            moved = [say.card_closed(before.card, "moved")] if before else []
            self._drafts.tell(session, team, channel, *moved, card(playbooks, shelf, draft))
        self._decisions.wake()
        return say.playbook_below(playbook)

    def move(self, press: Press, question: str, by: int) -> Utterance | None:
        """Move a question by so many places."""
        return self._change(press, lambda playbook: drafting.move(playbook, question, by))

    def switch(self, press: Press, question: str, is_on: bool) -> Utterance | None:
        """Ask a question, or do not any more."""
        return self._change(press, lambda playbook: drafting.switch(playbook, question, is_on))

    def form(self, press: Press, question: str = "") -> Utterance:
        """The form in which a question gets its words; without one, a question that is added."""
        with self._drafts.opened(press) as (_, found):
            if isinstance(found, Utterance):
                return found
            if not question and drafting.is_full(found.playbook):
                return say.playbook_full()
            words = found.playbook.find(question)
        return say.question_form(press.key, found.edit, words) if words or not question else say.playbook_gone()

    def word(self, press: Press, question: str, words: Mapping[str, str]) -> Wrong:
        """Keep the words of a question, or of a new one; or say why they will not do, by the form's lines.

        Other changes that were made since the form was opened stay.
        """
        with self._drafts.opened(press, at_any_edit=True) as (session, found):
            if isinstance(found, Utterance):
                return {"ask": found}
            before = found.playbook.find(question)
            if question and before is None:
                return {"ask": say.playbook_gone()}
            asked = _worded(before or Question("", "", ""), words)
            if wrong := drafting.wrong_with(asked):
                return {each.field: say.words_will_not_do(each) for each in wrong}
            if before is None and drafting.is_full(found.playbook):
                return {"ask": say.playbook_full()}
            taken = Playbooks(session, press.team).keys()
            self._keep(session, press, found, _with(asked, taken)(found.playbook))
        self._decisions.wake()
        return {}

    def try_it(self, press: Press) -> Utterance | None:
        """Show the questions as they would be asked."""
        with self._drafts.opened(press) as (session, found):
            if isinstance(found, Utterance):
                return found
            channel = Messages(session).channel_of(found.card)
            preview = say.playbook_preview(found.playbook, press.person, press.occasion)
            self._drafts.tell(session, press.team, channel, preview)
        self._decisions.wake()
        return None

    def save(self, press: Press, *, anyway: bool = False, after_theirs: bool = False) -> Utterance | None:
        """Save a draft as the next version. `anyway` if it hardly asks about the customer; `after_theirs` if
        somebody saved another version meanwhile, whose questions it then has, too.
        """
        try:
            hint = self._save(press, anyway, after_theirs)
        except IntegrityError:  # somebody else saved a version in the same moment
            hint = self._save(press, anyway, after_theirs)
        self._decisions.wake()
        return hint

    def go_on_from_theirs(self, press: Press) -> Utterance | None:
        """Let one's own changes go for the version that somebody saved meanwhile."""
        with self._database.transaction() as session:
            now = Playbooks(session, press.team).shelf().playbooks.get(press.key)
        return self._change(press, lambda playbook: now or playbook)

    def leave(self, press: Press) -> Utterance | None:
        """Let one's changes go."""
        with self._drafts.opened(press) as (session, found):
            if isinstance(found, Utterance):
                return found
            playbooks = Playbooks(session, press.team)
            now = playbooks.shelf().playbooks.get(press.key)
            if now:
                playbooks.keep(replace(found, playbook=now, edit=found.edit + 1))
            else:
                playbooks.drop(found)
            self._drafts.show(session, press.team, say.card_closed(found.card, "left" if now else "nothing"))
        self._decisions.wake()
        return None

    def make_usual(self, press: Press) -> Utterance:
        """From now on this playbook is taken where none is chosen."""
        may_change = self._drafts.may_change(press.team, press.person)
        with self._database.transaction() as session:
            playbooks = Playbooks(session, press.team)
            playbook = playbooks.shelf().playbooks.get(press.key)
            if playbook is None:
                return say.playbook_gone()
            if not may_change:
                return say.only_managers()
            playbooks.make_usual(press.key)
            Audit(session, press.team).note(
                press.person, Did.MADE_USUAL, PLAYBOOK, press.key, self._decisions.clock()
            )  # fmt: skip
            if draft := playbooks.draft(press.key, press.person):
                self._drafts.show(session, press.team, Retouch(draft.card, {"is_usual": True}))
        self._decisions.wake()
        return say.playbook_usual(playbook)

    def export(self, press: Press) -> Utterance | None:
        """Have a playbook given to a person as a file: as they see it, so with what they changed."""
        with self._database.transaction() as session:
            playbooks = Playbooks(session, press.team)
            if press.key not in playbooks.shelf().playbooks and not playbooks.draft(press.key, press.person):
                return say.playbook_gone()
            now = self._decisions.clock()
            Errands(session).add(press.team, Kind.PLAYBOOK, press.person, now, press.key)
        self._decisions.wake()
        return None

    def _save(self, press: Press, anyway: bool, after_theirs: bool) -> Utterance | None:
        with self._drafts.opened(press) as (session, found):
            if isinstance(found, Utterance):
                return found
            playbooks = Playbooks(session, press.team)
            mine, theirs = found.playbook, playbooks.shelf().playbooks.get(press.key)
            if theirs and theirs.version != mine.version and not after_theirs:
                return say.playbook_overtaken(mine, found.edit, theirs.version, playbooks.saved_by(theirs))
            if theirs:
                mine = replace(drafting.with_all_of(mine, theirs), version=theirs.version)
            if mine == theirs:
                return say.playbook_as_it_was()
            left = drafting.left_of_the_customer(mine)
            if left is not None and not anyway:
                if after_theirs:  # said only once: what is saved anyway comes after theirs, too
                    self._keep(session, press, found, mine)
                    found = replace(found, edit=found.edit + 1)
                return say.playbook_thin(mine, found.edit, left)
            now = self._decisions.clock()
            saved = playbooks.save(mine, press.person, now)
            playbooks.keep(replace(found, playbook=saved, edit=found.edit + 1))
            Audit(session, press.team).note(press.person, Did.CHANGED, PLAYBOOK, saved.ref, now)
            self._drafts.show(session, press.team, say.card_closed(found.card, "saved", saved.version))
        return None

    def _change(self, press: Press, do: Do) -> Utterance | None:
        with self._drafts.opened(press) as (session, found):
            if isinstance(found, Utterance):
                return found
            changed = do(found.playbook)
            if changed != found.playbook:
                self._keep(session, press, found, changed)
        self._decisions.wake()
        return None

    def _keep(self, session: Session, press: Press, draft: Draft, changed: Playbook) -> None:
        """Keep a changed draft and show it, in the caller's transaction."""
        playbooks = Playbooks(session, press.team)
        after = replace(draft, playbook=changed, edit=draft.edit + 1)
        playbooks.keep(after)
        shown = card(playbooks, playbooks.shelf(), after)
        self._drafts.show(session, press.team, Retouch(after.card, shown.context))


def _with(question: Question, taken: Collection[str]) -> Do:
    """What puts the words of a question in their place, or adds it if it has no key yet."""
    if question.key:
        return lambda playbook: drafting.reword(playbook, question)
    return lambda playbook: drafting.add(playbook, question, taken)


def _worded(question: Question, words: Mapping[str, str]) -> Question:
    """A question with the words of a form; what the form does not ask for stays."""
    given: dict[str, Any] = {name: " ".join(words[name].split()) for name in words if name in _TEXTS}
    pace, ages = words.get("pace", ""), question.ages
    if pace in drafting.PACES:
        ages = drafting.PACES[pace]
    elif pace == say.NEVER:
        ages = None
    angles = question.angles
    if "angles" in words:
        lines = (" ".join(line.split()) for line in words["angles"].split("\n"))
        angles = tuple(line for line in lines if line)
    return replace(question, **given, angles=angles, ages=ages)


_TEXTS = ("label", "ask", "vague", "could_ask", "not_known")
