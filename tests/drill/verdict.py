"""The verdict: what Slack shows against what the database holds, and every difference that must not be."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from slack_sdk import WebClient
from sqlalchemy import select

from bot.directory import Directory
from bot.speaker import LONGEST_EDIT, Speaker
from flows.playbook import AFTERWARDS, PLAYBOOK
from flows.utterances import ON, PARENT, Utterance
from flows.words import spoken
from sandbox.people import TEAM_ID
from storage.database import Database
from storage.messages import Messages
from storage.models import DealRow, MessageRow, ReplyRow, ReviewRow, TurnRow
from tests.drill.batches import Prepared
from tests.drill.people import Memory
from tests.drill.town import Town, key_of
from tests.drill.verdict_on_batches import digests_of, of_batch

T = TypeVar("T")

KEPT_TURNS = ("answered", "continued", "added")
ASKED_AGAIN = ("resumed", "went_back")
NUMBER = re.compile(r"^\s*(?:<@\w+>\s+)?\*?(\d+) of \d+\*?  ·", re.MULTILINE)
ORDER = {question.key: place for place, question in enumerate(PLAYBOOK)}


@dataclass(frozen=True)
class Posted:
    """A message of the bot as Slack shows it."""

    ts: str
    thread_ts: str | None
    key: str
    text: str


@dataclass(frozen=True)
class Typed:
    """A person's message in a thread as Slack shows it. `answers` is the question it was typed under, if known."""

    ts: str
    thread_ts: str
    author: str
    text: str
    answers: str | None = None
    must_act: bool = False
    reacted: bool = True


@dataclass(frozen=True)
class Stored:
    """A reply as the database holds it."""

    review: int
    ts: str
    question: str
    text: str
    withdrawn: bool = False


@dataclass(frozen=True)
class Decided:
    """A message as the database holds it: the words it should show, and Slack's id if it is posted.

    `before` are the words of the version before, which may have said it in an upgrade.
    """

    key: str
    ts: str | None
    text: str
    unsaid: bool = False
    before: str | None = None


@dataclass(frozen=True)
class Held:
    """A review as the database holds it, with its turns as `(kind, occasion)`."""

    id: int
    deal: str
    owner: str
    status: str
    asks: int
    turns: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Scene:
    """Everything there is to judge."""

    posted: Sequence[Posted]
    typed: Sequence[Typed]
    deleted: frozenset[str]
    stored: Sequence[Stored]
    decided: Sequence[Decided]
    held: Sequence[Held]
    prepared: Sequence[Prepared] = ()


@dataclass
class Verdict:
    """What must not be, one sentence of evidence for each case."""

    lost_answers: list[str] = field(default_factory=list)
    duplicated_answers: list[str] = field(default_factory=list)
    answers_out_of_order: list[str] = field(default_factory=list)
    lost_messages: list[str] = field(default_factory=list)
    duplicated_messages: list[str] = field(default_factory=list)
    messages_out_of_order: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    lost_of_batches: list[str] = field(default_factory=list)
    repeated_of_batches: list[str] = field(default_factory=list)
    lost_digests: list[str] = field(default_factory=list)
    repeated_digests: list[str] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, int]:
        return {name.replace("_", " "): len(found) for name, found in vars(self).items()}

    @property
    def evidence(self) -> list[str]:
        return [f"{name.replace('_', ' ')}: {each}" for name, found in vars(self).items() for each in found]


def judge(scene: Scene) -> Verdict:
    """Compare what people typed and see with what is kept."""
    threads = {each.key.partition(":")[0]: each.ts for each in scene.posted if each.key.endswith(f":{PARENT}")}
    deals = {deal for call in scene.prepared for deal in call.deals}
    opened = [each for each in scene.held if each.deal in deals]  # nobody answers these
    return Verdict(
        list(_lost_answers(scene)),
        list(_duplicated_answers(scene)),
        list(_answers_out_of_order(scene)),
        list(_lost_messages(scene)),
        list(_duplicated_messages(scene)),
        list(_messages_out_of_order(scene, threads)),
        [f"{each.deal} is {each.status}" for each in scene.held if each.status != "finished" and each not in opened],
        [found for call in scene.prepared for found in of_batch(scene, call, lost=True)],
        [found for call in scene.prepared for found in of_batch(scene, call, lost=False)],
        [found for call in scene.prepared for found in digests_of(scene, call, lost=True)],
        [found for call in scene.prepared for found in digests_of(scene, call, lost=False)],
    )


def _lost_answers(scene: Scene) -> Iterator[str]:
    stored = {each.ts: each for each in scene.stored}
    acted = {occasion for review in scene.held for _, occasion in review.turns}
    for typed in scene.typed:
        kept = stored.get(typed.ts)
        if spoken(typed.text):
            if typed.must_act and typed.ts not in acted:
                yield f"the word {typed.text!r} at {typed.ts} did nothing"
        elif kept is None:
            yield f"{typed.text!r} at {typed.ts} in thread {typed.thread_ts} is not stored"
        elif kept.withdrawn:
            yield f"{typed.text!r} at {typed.ts} is withdrawn, though nobody deleted it"
        elif kept.text != typed.text:
            yield f"{typed.text!r} at {typed.ts} is stored in other words: {kept.text!r}"
        elif not typed.reacted:
            yield f"{typed.text!r} at {typed.ts} is stored, but nobody was told (no ✅)"
    for each in scene.stored:
        if each.ts in scene.deleted and not each.withdrawn:
            yield f"{each.text!r} at {each.ts} was deleted and is still told"


def _duplicated_answers(scene: Scene) -> Iterator[str]:
    for text, times in _repeated(each.text for each in scene.stored):
        yield f"{text!r} is stored {times} times"
    for ts, times in _repeated(each.ts for each in scene.stored):
        yield f"the message {ts} is stored {times} times"
    turns = [occasion for review in scene.held for kind, occasion in review.turns if kind in KEPT_TURNS]
    for occasion, times in _repeated(turns):
        yield f"the message {occasion} was taken {times} times"


def _answers_out_of_order(scene: Scene) -> Iterator[str]:
    """Each answer is under the question it was typed under, and an owner's answers go forward."""
    stored = {each.ts: each for each in scene.stored}
    latest: dict[int, int] = {}
    owners = {review.id: review.owner for review in scene.held}
    for typed in sorted(scene.typed, key=lambda each: each.ts):
        kept = stored.get(typed.ts)
        if kept is None:
            continue
        if typed.answers and typed.answers != kept.question:
            yield f"{typed.text!r} at {typed.ts} answers {typed.answers} and is stored under {kept.question}"
        if typed.author == owners.get(kept.review) and kept.question != AFTERWARDS:
            place = ORDER[kept.question]
            if place < latest.get(kept.review, 0):
                yield f"{typed.text!r} at {typed.ts} is stored under {kept.question}, behind what was said before"
            latest[kept.review] = max(place, latest.get(kept.review, 0))


def _lost_messages(scene: Scene) -> Iterator[str]:
    shown = {each.ts: each for each in scene.posted}
    decided = {each.key for each in scene.decided}
    for each in scene.decided:
        posted = shown.get(each.ts or "")
        if each.unsaid:
            yield f"{each.key} is not said to the end"
        elif ON in each.key:
            continue
        elif posted is None or posted.key != each.key:
            yield f"{each.key} is not in Slack at {each.ts}"
        elif posted.text not in (each.text, each.before):
            yield f"{each.key} shows old words: {_difference(posted.text, each.text)}"
    for review in scene.held:
        asks = {f"{review.id}:ask:{ask}" for ask in range(1, review.asks + 1)}
        summary = {f"{review.id}:summary:{review.asks}"} if review.status == "finished" else set()
        for key in sorted(({f"{review.id}:{PARENT}"} | asks | summary) - decided):
            yield f"{key} was never decided"


def _duplicated_messages(scene: Scene) -> Iterator[str]:
    for key, times in _repeated(each.key for each in scene.posted):
        yield f"{key or 'a message without a key'} is in Slack {times} times"
    for deal, times in _repeated(review.deal for review in scene.held):
        yield f"{deal} was opened {times} times"
    reviews = {str(review.id): review for review in scene.held}
    for (review, number), times in _repeated(
        (each.key.partition(":")[0], found[1]) for each in scene.posted if (found := NUMBER.search(each.text))
    ):
        again = sum(kind in ASKED_AGAIN for kind, _ in reviews[review].turns) if review in reviews else 0
        if times > 1 + again:
            yield f"question {number} of review {review} was asked {times} times"


def _messages_out_of_order(scene: Scene, threads: dict[str, str]) -> Iterator[str]:
    """In each thread: the parent first, then as it was asked, and the numbers of the questions go forward."""
    by_review: defaultdict[str, list[Posted]] = defaultdict(list)
    for posted in scene.posted:
        review, _, slot = posted.key.partition(":")
        if slot.startswith(("ask:", "summary:")):
            by_review[review].append(posted)
    for review, said in by_review.items():
        said.sort(key=lambda each: each.ts)
        keys = [each.key for each in said]
        if keys != sorted(keys, key=_place):
            yield f"review {review} was said in this order: {', '.join(keys)}"
        numbers = [int(found[1]) for each in said if (found := NUMBER.search(each.text))]
        if numbers != sorted(numbers):
            yield f"the questions of review {review} came in this order: {numbers}"
        for each in said:
            if each.thread_ts != threads.get(review):
                yield f"{each.key} is in another thread than its review"


def _difference(shown: str, wanted: str) -> str:
    """Where two texts begin to differ."""
    same = next((place for place, (one, other) in enumerate(zip(shown, wanted, strict=False)) if one != other), 0)
    begin = max(0, same - 20)
    return f"…{shown[begin : same + 60]!r}…, not …{wanted[begin : same + 60]!r}…"


def _place(key: str) -> tuple[int, bool]:
    _, kind, number = key.split(":")
    return int(number), kind == "summary"


def _repeated(things: Iterable[T]) -> list[tuple[T, int]]:
    return [(thing, times) for thing, times in Counter(things).items() if times > 1]


def witnessed(
    town: Town,
    memory: Memory,
    database: Database,
    prepared: Sequence[Prepared] = (),
    before: Mapping[int, str] | None = None,
) -> Scene:
    """What the town shows and the database holds when all is quiet.

    `before` is how the version before says what is decided, by the ids of the rows, if it was there.
    """
    said = [*town.top, *(message for thread in town.threads.values() for message in thread)]
    posted = [Posted(each.ts, each.thread_ts, key_of(each), each.text) for each in said if each.bot_id]
    typed = [
        Typed(
            each.ts,
            each.thread_ts,
            each.user,
            html.unescape(each.text),
            memory.answered.get(each.ts),
            each.ts in memory.commanded,
            bool(each.reactions),
        )
        for each in said
        if not each.bot_id and each.thread_ts
    ]
    speaker = Speaker(WebClient(), Directory(WebClient(), database, home=str))
    with database.transaction() as session:
        turns: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for turn in session.scalars(select(TurnRow).order_by(TurnRow.id)):
            turns[turn.review_id].append((turn.kind, turn.occasion))
        held = [
            Held(row.id, row.deal.name, row.owner, row.status, row.ask, turns[row.id])
            for row in session.scalars(select(ReviewRow).join(DealRow).order_by(ReviewRow.id))
        ]
        stored = [
            Stored(row.review_id, row.message_ts, row.question, row.text, row.withdrawn)
            for row in session.scalars(select(ReplyRow))
        ]
        rows = list(session.scalars(select(MessageRow).order_by(MessageRow.id)))
        unsaid = Messages(session).is_anything_unsaid()
    decided = [
        Decided(
            f"{row.review_id or row.team}:{row.slot}",
            row.ts,
            ""
            if row.slot.startswith(ON)
            else speaker.render(TEAM_ID, Utterance(row.name, row.context)).text[:LONGEST_EDIT],
            row.said < row.version or row.refused is not None,
            (before or {}).get(row.id, "")[:LONGEST_EDIT] or None,
        )
        for row in rows
    ]
    assert unsaid <= any(each.unsaid for each in decided)
    return Scene(posted, typed, frozenset(town.deleted), stored, decided, held, prepared)
