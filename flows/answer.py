"""What was said to a question of a review: replies, their lines, what is still true of earlier ones. Immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum

from flows.lens import Label, Reading, Reason

HEARD = (Label.CUSTOMER, Label.UNCLEAR)
"""The labels of what we heard about the customer, or may have: where the lens is unsure, the words still count."""
MOST_REPEATS = 2
NOON = time(12)
"""In UTC it is on the same day nearly everywhere."""


class Source(StrEnum):
    """How we know what an answer says."""

    THEY_TOLD_US = "they_told_us"
    WE_SAW_IT = "we_saw_it"
    OUR_GUESS = "our_guess"


class Standing(StrEnum):
    """How a question was dealt with."""

    ANSWERED = "answered"
    STILL_TRUE = "still_true"
    NOT_KNOWN = "not_known"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"  # its only words were deleted in Slack


@dataclass(frozen=True)
class Line:
    """One quotable line of a reply, and whose story it tells. `position` counts the reply's lines from 0."""

    message_ts: str
    position: int
    author: str
    text: str
    label: Label


@dataclass(frozen=True)
class Reply:
    """What a person wrote in the thread, and how the lens read it.

    `message_ts` is Slack's id of the message and its time, `edited_ts` the time of its latest edit. `moved` holds the
    labels people gave to lines by hand, by the line's text, so that they outlive an edit elsewhere in the message.
    """

    message_ts: str
    author: str
    text: str
    reading: Reading
    edited_ts: str = ""
    withdrawn: bool = False
    moved: Mapping[str, Label] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When it was written, by Slack's clock, in UTC."""
        return datetime.fromtimestamp(float(self.message_ts), UTC)

    def lines(self) -> Iterator[Line]:
        """Its lines in order, each on the side where a person put it, else where the lens did."""
        for position, span in enumerate(self.reading.spans):
            text = self.text[span.start : span.end]
            yield Line(self.message_ts, position, self.author, text, self.moved.get(text, span.label))


@dataclass(frozen=True)
class Answer:
    """Everything said to one question in one review.

    `said_at` is when the owner last answered, in UTC. After *still true* it is when the words were said, `said_in` is
    the id of the review they come from and `carried` are those words; otherwise `said_in` is None.
    `probes` names the follow-ups asked, oldest first: "vague", or an angle such as "about_us_2". `heard_on` is the day
    on which the customer was heard to say that it is still true, `repeats` how often in a row it was called so without
    such a day, and `due` the day by which a step of theirs is to be done.
    """

    question: str
    standing: Standing | None = None
    replies: tuple[Reply, ...] = ()
    carried: tuple[Reply, ...] = ()
    source: Source | None = None
    said_at: datetime | None = None
    said_in: int | None = None
    probes: tuple[str, ...] = ()
    heard_on: date | None = None
    due: date | None = None
    repeats: int = 0

    @property
    def live(self) -> tuple[Reply, ...]:
        """The replies given in this review that were not deleted, oldest first."""
        return tuple(reply for reply in self.replies if not reply.withdrawn)

    @property
    def before(self) -> tuple[Reply, ...]:
        """The earlier words that are still true."""
        return self.carried if self.standing is Standing.STILL_TRUE else ()

    def lines(self, *labels: Label) -> tuple[Line, ...]:
        """The lines of all its words, in order; only those with one of `labels` if any is given.

        Of what is still true, only what we heard about the customer: what we said of ourselves is not carried on.
        """
        before = (line for reply in self.before for line in reply.lines() if line.label in HEARD)
        now = (line for reply in self.live for line in reply.lines())
        return tuple(line for line in (*before, *now) if not labels or line.label in labels)

    def carried_from(self, review_id: int) -> Answer:
        """This answer of a review as a later review sees it."""
        return replace(
            self,
            standing=Standing.STILL_TRUE,
            replies=(),
            carried=(*self.before, *self.live),
            said_in=review_id,
        )

    @property
    def heard(self) -> bool:
        """Whether anything was said about the customer, or might have been: the lens may be unsure."""
        return bool(self.lines(*HEARD))

    @property
    def afresh(self) -> Answer:
        """This answer as one that is given anew: what came with *still true* goes."""
        if self.standing is not Standing.STILL_TRUE:
            return self
        return Answer(self.question, replies=self.replies, probes=self.probes)

    @property
    def may_be_repeated(self) -> bool:
        """Whether it may be called still true once more. Twice in a row without news, and it is asked anew."""
        return self.repeats < MOST_REPEATS

    @property
    def given_at(self) -> datetime | None:
        """When the customer's side last gave this, in UTC, or None if it never did.

        That is when their news was written to us, or the day on which they were heard to say that it is still so. What
        we did, what we said of ourselves and what we edited since makes nothing newer.
        """
        told = [reply.at for reply in (*self.before, *self.live) if any(line.label in HEARD for line in reply.lines())]
        if told and self.heard_on:
            told.append(datetime.combine(self.heard_on, NOON, UTC))
        return max(told, default=None)

    def with_reply(self, reply: Reply) -> Answer:
        kept = sorted((*self.replies, reply), key=lambda each: each.message_ts)
        return replace(self, replies=tuple(kept))


@dataclass(frozen=True)
class Lesson:
    """What the lens learned from a line that a person moved: from where (`read_as`) to where, by whom, when, in UTC."""

    id: int
    line: str
    label: Label
    read_as: Label
    person: str
    at: datetime


@dataclass(frozen=True)
class Explained:
    """A line with why it stands where it does: what the lens made of it and why, and what was learned from its move."""

    line: Line
    read_as: Label
    reason: Reason
    lesson: Lesson | None
