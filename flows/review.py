"""A review of a deal, held in a thread. Immutable: a turn gives a new review and leaves the old one as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from flows.answer import Answer, Line, Reply
from flows.deal import Deal
from flows.playbook import AFTERWARDS, OPENING, STANDARD, Playbook

DIRECT = "D"
"""Begins the id of a conversation between one person and the bot: what was said there is not told elsewhere."""


class Status(StrEnum):
    """What a review awaits. The chart in the README is drawn from this enum."""

    AWAITING_ANSWER = "awaiting_answer"  # the owner's answer to the open question
    AWAITING_DETAIL = "awaiting_detail"  # the owner's answer to the probe that followed
    AWAITING_RETURN = "awaiting_return"  # the owner's return from a pause
    FINISHED = "finished"  # nothing: the summary is posted
    STOPPED = "stopped"  # nothing: ended early, may be carried on


OPEN = frozenset({Status.AWAITING_ANSWER, Status.AWAITING_DETAIL, Status.AWAITING_RETURN})


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
