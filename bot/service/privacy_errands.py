"""Does what people asked for with what is kept: for the engine, each errand in its lane."""

from __future__ import annotations

import tempfile
import threading
import uuid
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from bot.clients import reaching_slack
from bot.engine import Lane, Waiting
from bot.outbox import Outbox
from bot.pipeline.files import NoFile
from bot.pipeline.own_copy import write_copy
from bot.service.decisions import Decisions
from flows import contexts
from flows import utterances as say
from flows.forgetting import FORGOTTEN, forget
from flows.moments import slack_time
from flows.playbook_files import write
from flows.review import Review, Turn
from flows.steering import Outcome
from flows.utterances import PARENT, Retouch, Utterance, summary_slot
from storage.audit import DEAL, PERSON, PLAYBOOK, Audit, Did
from storage.database import Database
from storage.erasing import erase_deal, reviews_of
from storage.erasing_people import Forgetting
from storage.errands import Errand, Errands, Kind
from storage.own_data import own_data
from storage.playbooks import Playbooks
from storage.reviews import Reviews


class Courier(Protocol):
    """Whoever uploads files into conversations. Raises `NotNow` and `bot.pipeline.files.NoFile`."""

    def give(self, channel: str, path: Path, name: str, since: str) -> None:
        """Upload a file, unless it was given `since` a moment, as Slack writes it."""
        ...


class Doorman(Protocol):
    """Whoever knows the bot's conversation with a person, empty if there is none. Raises `NotNow`."""

    def conversation(self, person_id: str) -> str: ...


class PrivacyErrands:
    """Gives people their data and their playbooks, forgets them, and deletes deals.

    What is deleted goes in one transaction, or deal by deal in several that can each be taken again; the errand is done
    with the last of them, which also decides to tell so.
    """

    name = "privacy"

    def __init__(
        self, database: Database, decisions: Decisions, outbox: Outbox, doorman: Doorman, courier: Courier
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._outbox = outbox
        self._doorman = doorman
        self._courier = courier

    def waiting(self, session: Session, now: datetime) -> Waiting:
        return Waiting([Lane(team, str(errand)) for team, errand in Errands(session).waiting()])

    def is_anything_left(self, session: Session) -> bool:
        return bool(Errands(session).waiting())

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Do an errand, or as much of it as there is time for."""
        with self._database.transaction() as session:
            errand = Errands(session).lock(int(lane.what))
        if errand is None or stopping.is_set():
            return False
        with reaching_slack():
            self._do(errand, self._doorman.conversation(errand.person), stopping)
        self._decisions.wake()
        return False

    def _do(self, errand: Errand, channel: str, stopping: threading.Event) -> None:
        match errand.kind:
            case Kind.COPY:
                self._copy(errand, channel)
            case Kind.FORGET:
                self._forget(errand, channel, stopping)
            case Kind.DELETE:
                self._delete(errand, channel)
            case Kind.PLAYBOOK:
                self._give_playbook(errand, channel)

    def _copy(self, errand: Errand, channel: str) -> None:
        now, told = self._decisions.clock(), say.my_data_given(_occasion())
        with self._database.transaction() as session:
            data = own_data(session, errand.team, errand.person, now)
        with tempfile.TemporaryDirectory(prefix="dealreview-my-data-") as folder:
            try:
                for path in write_copy(data, Path(folder)) if channel else ():
                    self._courier.give(channel, path, path.name, slack_time(errand.asked_at))
            except NoFile as error:
                told = say.no_file_taken(_occasion(), " ".join(error.found) or error.trouble)
        with self._database.transaction() as session:
            if Errands(session).lock(errand.id):
                Audit(session, errand.team).note(errand.person, Did.COPIED, PERSON, "", now)
                self._end(session, errand, channel, told, now)

    def _give_playbook(self, errand: Errand, channel: str) -> None:
        """As the person has it before them, or as it is saved."""
        now, told = self._decisions.clock(), say.playbook_given(_occasion(), errand.subject)
        with self._database.transaction() as session:
            playbooks = Playbooks(session, errand.team)
            draft = playbooks.draft(errand.subject, errand.person)
            playbook = draft.playbook if draft else playbooks.shelf().of(errand.subject, errand.person)
        with tempfile.TemporaryDirectory(prefix="dealreview-playbook-") as folder:
            path = Path(folder) / f"{playbook.key}.yml"
            path.write_text(write(playbook), encoding="utf-8")
            try:
                if channel:
                    self._courier.give(channel, path, path.name, slack_time(errand.asked_at))
            except NoFile as error:
                told = say.no_file_taken(_occasion(), " ".join(error.found) or error.trouble)
        with self._database.transaction() as session:
            if Errands(session).lock(errand.id):
                Audit(session, errand.team).note(errand.person, Did.EXPORTED, PLAYBOOK, playbook.key, now)
                self._end(session, errand, channel, told, now)

    def _delete(self, errand: Errand, channel: str) -> None:
        now = self._decisions.clock()
        with self._database.transaction() as session:
            if Errands(session).lock(errand.id) is None:
                return
            if erase_deal(session, errand.team, int(errand.subject), now):
                Audit(session, errand.team).note(errand.person, Did.DELETED, DEAL, errand.subject, now)
            self._end(session, errand, channel, say.deal_deleted(_occasion()), now)

    def _forget(self, errand: Errand, channel: str, stopping: threading.Event) -> None:
        """Deal by deal, so that nobody waits long; in the end nothing may have come in between."""
        while not stopping.is_set():
            with self._database.transaction() as session:
                deals = Forgetting(session, errand.team, errand.person).deals()
            for deal in deals:
                if stopping.is_set():
                    return
                self._leave_deal(errand, deal)
            now = self._decisions.clock()
            with self._database.transaction() as session:
                forgetting = Forgetting(session, errand.team, errand.person)
                if forgetting.deals():
                    continue
                if Errands(session).lock(errand.id):
                    forgetting.leave([channel] if channel else [], now)
                    self._end(session, errand, channel, say.forgotten(_occasion()), now)
                return

    def _leave_deal(self, errand: Errand, deal: int) -> None:
        now = self._decisions.clock()
        with self._database.transaction() as session:
            reviews = Reviews(session, errand.team)
            forgetting = Forgetting(session, errand.team, errand.person)
            held = [review for each in reviews_of(session, errand.team, deal) if (review := reviews.lock(each))]
            traces = forgetting.traces(deal)
            for review in held:  # the oldest first: what a later one carries on is loaded without their words
                before = reviews.get(review.id)
                after = forget(before, errand.person, now)
                if after != before:
                    turn = Turn("forgotten", FORGOTTEN, f"forgotten:{_occasion()}", now)
                    self._decisions.keep(session, Outcome(after, turn, _shown(before, after)), now, before)
            forgetting.leave_deal(deal, traces, now)
        self._decisions.wake()

    def _end(self, session: Session, errand: Errand, channel: str, told: Utterance, now: datetime) -> None:
        Errands(session).done(errand)
        if channel:
            self._outbox.decide_for(session, errand.team, channel, [told], now)


def _occasion() -> str:
    """Not the errand's id, which SQLite gives again when it is done: each time is one of its own."""
    return uuid.uuid4().hex


def _shown(before: Review, after: Review) -> tuple[Retouch, ...]:
    """What stands in Slack and shows a review, said again; what was not said is not said now."""
    parent = Retouch(PARENT, say.parent(after).context)
    if after.is_open:
        return (parent,)
    closed = (say.closed(after, None),) if before.is_open else ()
    return (parent, *closed, Retouch(summary_slot(after.ask), contexts.summary(after)), say.shared_before(after))
