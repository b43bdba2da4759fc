"""The nouns of a deal review. Immutable: a turn gives a new review and leaves the old one as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

from flows.lens import Label, Leaning, Reading, Reason
from flows.playbook import AFTERWARDS, OPENING, STANDARD, Playbook


class Stage(StrEnum):
    """How far the customer is with their decision; knowledge ages faster towards the end."""

    EXPLORING = "exploring"
    COMPARING = "comparing"
    DECIDING = "deciding"
    SIGNING = "signing"


class Ending(StrEnum):
    """How a deal ended. Most that are lost are lost to no decision."""

    WON = "won"
    LOST = "lost"  # to another supplier
    NO_DECISION = "no_decision"


@dataclass(frozen=True)
class Deal:
    """What a team sells to one customer, as far as a review needs to know it.

    `scope` is empty for a deal any member of the workspace may know of; otherwise the one private channel
    it lives in. `their_date` is the customer's own, `close_date` is ours. `ending` is how it ended, at `closed_at`
    in UTC. The customer cannot move before `waits_until`, for the reason `waits_for`; `nudges` says whether its owner
    is asked about it. `amount` is what it is worth to us in a `currency` (ISO 4217), which may not be known.
    `playbook` is the key of the one it is reviewed by, empty for its owner's usual one.
    """

    id: int
    team: str
    scope: str
    name: str
    owner: str
    stage: Stage | None = None
    their_date: date | None = None
    their_date_source: str = ""
    close_date: date | None = None
    period: str = ""
    ending: Ending | None = None
    closed_at: datetime | None = None
    waits_until: date | None = None
    waits_for: str = ""
    nudges: bool = True
    amount: Decimal | None = None
    currency: str = ""
    playbook: str = ""


class Status(StrEnum):
    """What a review awaits. The chart in the README is drawn from this enum."""

    AWAITING_ANSWER = "awaiting_answer"  # the owner's answer to the open question
    AWAITING_DETAIL = "awaiting_detail"  # the owner's answer to the probe that followed
    AWAITING_RETURN = "awaiting_return"  # the owner's return from a pause
    FINISHED = "finished"  # nothing: the summary is posted
    STOPPED = "stopped"  # nothing: ended early, may be carried on


DIRECT = "D"
"""Begins the id of a conversation between one person and the bot: what was said there is not told elsewhere."""

OPEN = frozenset({Status.AWAITING_ANSWER, Status.AWAITING_DETAIL, Status.AWAITING_RETURN})


class Source(StrEnum):
    """How we know what an answer says."""

    THEY_TOLD_US = "they_told_us"
    WE_SAW_IT = "we_saw_it"
    OUR_GUESS = "our_guess"


HEARD = (Label.CUSTOMER, Label.UNCLEAR)
"""The labels of what we heard about the customer, or may have: where the lens is unsure, the words still count."""


MOST_REPEATS = 2
NOON = time(12)
"""In UTC it is on the same day nearly everywhere."""


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
class Review:
    """One review of one deal, held in one thread.

    `asked` is the key of the open question and `ask` counts how often something was asked, so that a button on an
    earlier message can be told from one on the latest. `led_by` is the reply that led to the latest question, None
    when a button did; `asked_ts` is when that question (or the summary) appeared in Slack, by Slack's clock, or None
    while it is on its way. `earlier` holds what was last heard about the deal, `probed` how it was last probed, and
    `last_reviewed` when, in UTC. `zone` is the owner's IANA time zone; `returns_at` is when a paused review asks again
    by itself, in UTC, or None if it waits for its owner. `playbook` is the version it began with.
    """

    id: int
    deal: Deal
    channel: str
    owner: str
    opened_by: str
    opened_at: datetime
    questions: tuple[str, ...]
    asked: str
    ask: int = 1
    status: Status = Status.AWAITING_ANSWER
    answers: Mapping[str, Answer] = field(default_factory=dict)
    earlier: Mapping[str, Answer] = field(default_factory=dict)
    probed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_reviewed: datetime | None = None
    thread_ts: str | None = None
    led_by: str | None = None
    asked_ts: str | None = None
    ended_at: datetime | None = None
    zone: str = "UTC"
    returns_at: datetime | None = None
    playbook: Playbook = STANDARD

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def number(self) -> int:
        """The open question's place in the review, from 1."""
        return self.questions.index(self.asked) + 1

    def answer(self, question: str) -> Answer:
        return self.answers.get(question) or Answer(question)

    def with_answer(self, answer: Answer) -> Review:
        return replace(self, answers={**self.answers, answer.question: answer})

    def find(self, message_ts: str) -> tuple[Answer, Reply] | None:
        """The reply that was given in this review by a Slack message, with the answer it belongs to."""
        for answer in self.answers.values():
            for reply in answer.replies:
                if reply.message_ts == message_ts:
                    return answer, reply
        return None

    def find_line(self, message_ts: str, position: int) -> tuple[Answer, Reply, Line] | None:
        """A line at a position (from 0) of a reply that was not deleted, with the reply and its answer."""
        found = self.find(message_ts)
        lines = () if not found or found[1].withdrawn else tuple(found[1].lines())
        return (*found, lines[position]) if found and 0 <= position < len(lines) else None

    def with_replaced(self, answer: Answer, reply: Reply) -> Review:
        kept = tuple(reply if each.message_ts == reply.message_ts else each for each in answer.replies)
        return self.with_answer(replace(answer, replies=kept))

    @property
    def steered(self) -> tuple[Answer, ...]:
        """The answers the questions brought out, in order: all but the opening."""
        keys = (*self.questions, AFTERWARDS)
        return tuple(self.answers[key] for key in keys if key in self.answers and key != OPENING)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line said in this review, in the order of the questions."""
        answers = (self.answer(OPENING), *self.steered)
        return tuple(line for answer in answers for reply in answer.live for line in reply.lines())

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone whose words are in it, the owner first."""
        authors = (reply.author for answer in self.answers.values() for reply in answer.live)
        return tuple(dict.fromkeys((self.owner, *authors)))

    def may_be_read(self, person: str, channel: str) -> bool:
        """Whether a person may read it in a channel: where it was held everybody may, elsewhere those who are in it.

        That is also who opened it, unless it was held in direct messages: those are between their owner and the bot.
        """
        is_in = person in self.people or (person == self.opened_by and not self.channel.startswith(DIRECT))
        return channel == self.channel or is_in

    def may_move(self, person: str, line: Line) -> bool:
        """Whether a person may say whose story a line tells: the owner of any line, everyone else of their own."""
        return person in (self.owner, line.author)

    def may_steer(self, person: str) -> bool:
        """Whether a person may skip, go back, pause or stop: the owner, and who opened the review."""
        return person in (self.owner, self.opened_by)


@dataclass(frozen=True)
class Turn:
    """One thing that happened in a review, kept for ever: what, who, about which question, in which words.

    `occasion` names the happening in Slack, so that a second delivery of it changes nothing.
    """

    kind: str
    person: str
    occasion: str
    at: datetime
    question: str = ""
    text: str = ""


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


__all__ = [
    "HEARD", "OPEN", "Answer", "Deal", "Ending", "Explained", "Label", "Leaning", "Lesson", "Line", "Reading", "Reply",
    "Review", "Source", "Stage", "Standing", "Status", "Turn",
]  # fmt: skip
