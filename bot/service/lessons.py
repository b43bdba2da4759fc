"""Why the lens read a line as it did, and what it learned from lines that people moved: shown, and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.directory import Directory
from bot.service.readers import Readers
from flows import turns
from flows import utterances as say
from flows.answer import Explained
from flows.lens import reason
from flows.utterances import Utterance
from storage.corrections import Corrections
from storage.database import Database
from storage.reviews import Reviews


class LessonService:
    """Answers for one person's eyes: a lesson shows a line, which not everybody may read."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._readers = Readers(database, directory)

    def explain_line(self, team: str, review_id: int, message_ts: str, position: int, person: str) -> Utterance | None:
        """The form to move a line, now with why that line stands where it does; None if it is not theirs, or gone."""
        with self._database.transaction() as session:
            review, corrections = Reviews(session, team).find(review_id), Corrections(session, team)
            found = review.find_line(message_ts, position) if review else None
            if not review or not found or not review.may_move(person, found[2]):
                return None
            _, reply, line = found
            read_at = datetime.fromtimestamp(float(reply.edited_ts or message_ts), UTC)
            taught, lesson = corrections.counting(message_ts, read_at), corrections.of(review, message_ts, line.text)
        span = reply.reading.spans[position]
        return turns.fix_a_line(review, person, Explained(line, span.label, reason(reply.text, span, taught), lesson))

    def list(self, team: str, person: str, channel: str) -> Utterance:
        """The latest lessons from lines of this channel, and from lines this person moved elsewhere."""
        closed = self._readers.closed_to(team, person)
        with self._database.transaction() as session:
            return say.list_of_lessons(Corrections(session, team).shown_to(person, channel, closed), person)

    def forget(self, team: str, person: str, channel: str, lesson_id: int) -> Utterance:
        """Forget a lesson that this person is shown in this channel. The line it came from stays where it is."""
        closed = self._readers.closed_to(team, person)
        with self._database.transaction() as session:
            forgotten = Corrections(session, team).forget(lesson_id, person, channel, closed)
        return say.lesson_forgotten(forgotten)
