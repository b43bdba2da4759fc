"""Files dropped in direct messages: read, offered with what they would change, and deals imported when asked to."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.engine import Lane, Waiting
from bot.outbox import Outbox
from bot.pipeline.files import LARGEST, Files, NoFile
from bot.pipeline.importing import Importer, People, Request
from bot.pipeline.owners import MissingScope
from bot.pipeline.rejects import Rejects
from bot.pipeline.sheet import Sheet, Unreadable, survey
from bot.service.decisions import Decisions
from bot.speaker import Speaker
from flows import utterances as say
from flows.pipeline import Rejection, Report
from flows.pipeline_values import Order, read_day
from flows.playbook import Playbook
from flows.playbook_files import BadPlaybook, read_bytes
from flows.utterances import Retouch, Utterance
from storage.audit import FILE, Audit, Did
from storage.database import Database
from storage.imports import Dropped, Imports, State

PLAYBOOKS = (".yml", ".yaml")
"""How the names of files end that hold a playbook, and no deals."""
Offer = Callable[[Session], Sequence[Utterance]]
"""Keeps something that was brought, in the caller's transaction, and says so."""
Bring = Callable[[Dropped, Playbook], Offer]

SHOW_EVERY = 2000
"""Rows: so often a long import says how far it is."""


@dataclass(frozen=True)
class Given:
    """A file as Slack tells of it: where it is, what it is called, and its size in bytes."""

    id: str
    name: str
    address: str
    size: int


class PipelineService:
    """What people do with pipeline files; and, for the engine, the reading and importing of them, each in its lane.

    `people_of` gives whoever knows the people of a workspace, for one run; `bring` takes a playbook in, and says so.
    """

    name = "import"

    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        outbox: Outbox,
        speaker: Speaker,
        files: Files,
        people_of: Callable[[str], People],
        bring: Bring,
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._outbox = outbox
        self._speaker = speaker
        self._files = files
        self._people_of = people_of
        self._bring = bring
        self._importer = Importer(database, decisions)

    # -- what people do

    def drop(self, team: str, person: str, channel: str, message_ts: str, files: list[Given]) -> None:
        """Files were dropped in a person's conversation with the bot. Told of twice, they are read once."""
        now = self._decisions.clock()
        with self._database.transaction() as session:
            for given in files:
                asked = Dropped(0, team, person, channel, message_ts, given.id, given.name, given.address, now)
                dropped = Imports(session).add(asked)
                if dropped and given.size > LARGEST * 1024 * 1024:
                    self._refuse(session, dropped, "too_big", str(LARGEST))
                elif dropped:
                    self._say(session, dropped, say.import_reading(dropped.id, dropped.name))
        self._decisions.wake()

    def take(self, team: str, person: str, import_id: int) -> Utterance | None:
        """Import a file whose changes were shown; returns a hint if that is no longer possible."""
        return self._press(team, person, import_id, State.OFFERED, State.IMPORTING)

    def date(self, team: str, person: str, import_id: int, order: Order) -> Utterance | None:
        """Say in which order the dates of a file are, which is then read anew."""
        return self._press(team, person, import_id, State.DATES, State.READING, order)

    def leave(self, team: str, person: str, import_id: int) -> Utterance | None:
        """Import nothing of a file."""
        hint = self._press(team, person, import_id, State.OFFERED, State.DROPPED)
        return self._press(team, person, import_id, State.DATES, State.DROPPED) if hint else None

    def _press(
        self, team: str, person: str, import_id: int, awaited: State, then: State, order: Order | None = None
    ) -> Utterance | None:
        with self._database.transaction() as session:
            imports = Imports(session)
            dropped = imports.lock(import_id)
            if dropped is None or (dropped.team, dropped.person) != (team, person) or dropped.state is not awaited:
                return say.import_over()
            imports.save(replace(dropped, state=then, dates=order or dropped.dates))
            if then is State.READING:
                self._say(session, dropped, say.import_reading(dropped.id, dropped.name))
            elif awaited is State.DATES:
                self._say(session, dropped, Retouch(say.import_slot(dropped.id), {"open": False}))
            else:
                self._say(session, dropped, say.import_moved(dropped.id, then))
        self._decisions.wake()
        return None

    # -- what the engine does

    def waiting(self, session: Session, now: datetime) -> Waiting:
        return Waiting([Lane(team, str(file)) for team, file in Imports(session).to_do()])

    def is_anything_left(self, session: Session) -> bool:
        return bool(Imports(session).to_do())

    def do_next(self, lane: Lane, stopping: threading.Event) -> bool:
        """Read or import a file. The file stays in Slack until then; what was imported of it is kept batch by batch."""
        with self._database.transaction() as session:
            dropped = Imports(session).lock(int(lane.what))
        if dropped is None or dropped.state not in (State.READING, State.IMPORTING) or stopping.is_set():
            return False
        try:
            with tempfile.TemporaryDirectory(prefix="dealreview-import-") as folder:
                self._work(dropped, Path(folder), stopping)
        except (NoFile, Unreadable) as error:
            self._give_up(dropped, error.trouble, *error.found)
        except MissingScope as error:
            self._give_up(dropped, "no_scope", str(error))
        return True

    def _work(self, dropped: Dropped, folder: Path, stopping: threading.Event) -> None:
        if dropped.name.casefold().endswith(PLAYBOOKS):
            return self._offer_playbook(dropped, folder / "playbook.yml")
        path = folder / "pipeline.csv"
        self._files.fetch(dropped.address, path)
        sheet = survey(path)
        order = Order(dropped.dates) if dropped.dates else sheet.dates.order
        if order is None:
            return self._ask_for_dates(dropped, sheet)
        with Rejects(folder / "rejected.csv", sheet, lambda why: self._words(dropped.team, why)) as rejects:
            report = self._run(dropped, sheet, order, rejects, stopping)
        if report is None:
            return None
        if report.rejected and report.rejected != dropped.reported:
            name = f"{Path(dropped.name).stem}.rejected.csv"
            self._files.give(dropped.channel, rejects.path, name, since=dropped.message_ts)
        return self._finish(dropped, sheet, report)

    def _offer_playbook(self, dropped: Dropped, path: Path) -> None:
        """Read a playbook, and let its person see what it would change."""
        self._files.fetch(dropped.address, path)
        try:
            offer, state = self._bring(dropped, read_bytes(path.read_bytes())), State.DONE
        except BadPlaybook as bad:
            unreadable = say.playbook_unreadable(dropped.id, dropped.name, bad.problems)
            offer, state = lambda session: [unreadable], State.UNREADABLE
        with self._database.transaction() as session:
            imports = Imports(session)
            now = imports.lock(dropped.id)
            if now is None or now.state is not State.READING:
                return
            imports.save(replace(now, state=state))
            self._say(session, now, *offer(session))
        self._decisions.wake()

    def _run(
        self, dropped: Dropped, sheet: Sheet, order: Order, rejects: Rejects, stopping: threading.Event
    ) -> Report | None:
        """What came of a file's rows, or would; None if the process stops first."""
        write = dropped.state is State.IMPORTING
        asked = Request(dropped.team, dropped.person, dropped.person, order, f"import:{dropped.id}")
        people = self._people_of(dropped.team)
        report, shown = Report.read(dropped.counts) if write else Report(), 0

        def keep(session: Session, report: Report, line: int) -> None:
            nonlocal shown
            imports = Imports(session)
            if now := imports.lock(dropped.id):
                imports.save(replace(now, done=line, counts=report.counts()))
            if report.rows < sheet.rows and report.rows - shown >= SHOW_EVERY:
                shown = report.rows
                self._say(session, dropped, say.import_moved(dropped.id, State.IMPORTING, report.rows))
                self._decisions.wake()

        done = dropped.done if write else 0
        for each in self._importer.run(sheet, asked, people, rejects, write=write, report=report, done=done, keep=keep):
            report = each
            if stopping.is_set():
                return None
        return report

    def _finish(self, dropped: Dropped, sheet: Sheet, report: Report) -> None:
        is_made = dropped.state is State.IMPORTING
        with self._database.transaction() as session:
            imports = Imports(session)
            now = imports.lock(dropped.id)
            if now is None or now.state is not dropped.state:
                return
            if is_made:
                imports.save(replace(now, state=State.DONE, reported=report.rejected))
                Audit(session, now.team).note(now.person, Did.IMPORTED, FILE, now.id, self._decisions.clock())
                done = say.import_done(now.id, now.name, report)
                self._say(session, now, say.import_moved(now.id, State.DONE, report.rows), done)
            else:
                then = State.OFFERED if report.changes_something else State.DONE
                imports.save(replace(now, state=then, reported=report.rejected))
                self._say(session, now, say.import_offer(now.id, now.name, sheet.columns.system, report))
        self._decisions.wake()

    def _ask_for_dates(self, dropped: Dropped, sheet: Sheet) -> None:
        days = [read_day(sheet.dates.example, order) for order in (Order.EU, Order.US)]
        is_mixed = bool(sheet.dates.days_first)
        eu, us = [None, None] if is_mixed else days
        with self._database.transaction() as session:
            Imports(session).save(replace(dropped, state=State.DATES))
            self._say(session, dropped, say.import_dates(dropped.id, dropped.name, sheet.dates.example, eu, us))
        self._decisions.wake()

    def _give_up(self, dropped: Dropped, trouble: str, *found: str) -> None:
        with self._database.transaction() as session:
            self._refuse(session, dropped, trouble, *found)
        self._decisions.wake()

    def _refuse(self, session: Session, dropped: Dropped, trouble: str, *found: str) -> None:
        imports = Imports(session)
        now = imports.lock(dropped.id) or dropped
        imports.save(replace(now, state=State.UNREADABLE))
        self._say(session, now, say.import_unreadable(now.id, now.name, trouble, found))

    def _say(self, session: Session, dropped: Dropped, *says: Utterance | Retouch) -> None:
        self._outbox.decide_for(session, dropped.team, dropped.channel, says, self._decisions.clock())

    def _words(self, team: str, why: Rejection) -> str:
        return self._speaker.sentence(team, say.rejection(why))
