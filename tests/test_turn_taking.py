"""Whatever people do, in whatever order: the rules of turn-taking hold. Pure functions, no Slack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flows import steering, turns
from flows.answer import Answer, Reply, Source, Standing
from flows.deal import Deal
from flows.lens import Label, Leaning, Reading, Span
from flows.playbook import AFTERWARDS, NINE, PLAYBOOK, STANDARD
from flows.review import Review, Status
from flows.steering import MOST_PROBES, Act, Outcome
from flows.utterances import Retouch, ask_slot
from flows.words import SPOKEN, Word, spoken

OWNER, OPENER, *_ = PEOPLE = ("U0LENA", "U0MAYA", "U0OMAR", "U0ROSA")
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

people = st.sampled_from((OWNER, *PEOPLE))
labels = st.sampled_from(Label)
sentences = st.sampled_from(
    [
        "ok.",
        "We sent the quote.",
        "Ruth told her board that 90k is at stake.",
        "Nobody knows who signs.",
        "Plok zonk bip.",
    ]
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """One to three lines, each with any label: what the lens may make of them is not our business here."""
    lines = draw(st.lists(sentences, min_size=1, max_size=3))
    text, mainly = "\n".join(lines), draw(labels)
    spans: list[Span] = []
    for line in lines:
        start = spans[-1].end + 1 if spans else 0
        spans.append(Span(start, start + len(line), draw(st.sampled_from((mainly, mainly, *Label))), 0.9))
    return Reading(tuple(spans), text)


class AnyReview(RuleBasedStateMachine):
    """A review among four people. `texts` is what the thread in Slack says, `said` what stands in each slot."""

    @initialize(again=st.booleans(), own=st.booleans(), burst=st.sampled_from([0, 5]))
    def open(self, again: bool, own: bool, burst: int) -> None:
        deal = Deal(1, "T0LOCAL", "", "Northwind", OWNER)
        keys = tuple(question.key for question in PLAYBOOK)
        self.now, self.occasions, self.stamps = START, 0, 0
        self.burst = timedelta(seconds=burst)
        self.texts: dict[str, str] = {}
        self.said: dict[str, dict[str, Any]] = {}
        self.review = Review(
            id=2,
            deal=deal,
            channel="C0DEALS",
            owner=OWNER,
            opened_by=OWNER if own else OPENER,
            opened_at=START,
            questions=keys,
            asked=keys[0],
            earlier={key: _heard_before(key) for key in keys[:5]} if again else {},
            probed=dict.fromkeys(keys[1:4], ("vague", "about_us_3")) if again else {},
            last_reviewed=START - timedelta(days=7) if again else None,
        )
        self._take(turns.open_review(self.review, self.now))

    @rule(who=people, reading=readings(), seconds=st.sampled_from([-20, 0, 1, 8]))
    def reply(self, who: str, reading: Reading, seconds: int) -> None:
        """Some seconds after what happened last, or before it: then it was overtaken on its way."""
        self._reply(who, reading, seconds)

    @rule(reading=readings())
    def answer(self, reading: Reading) -> None:
        """More likely than all the rest, or few reviews would get anywhere."""
        self._reply(OWNER, reading, 8)

    @rule(who=people, word=st.sampled_from(Word), times=st.sampled_from([1, 1, 1, 4]))
    def say_a_word(self, who: str, word: Word, times: int) -> None:
        text = next(text.upper() for text, meant in SPOKEN.items() if meant is word)
        for _ in range(times):
            reply = Reply(self._stamp(1), who, text, Reading((), text))
            self._take(turns.take_turn(self.review, reply, self.now, self.burst))

    @rule(who=people, word=st.sampled_from(Word), age=st.integers(0, 2))
    def press_a_button(self, who: str, word: Word, age: int) -> None:
        before = self.review
        outcome = steering.act(before, word, self._act(who), self.now, ask=max(1, before.ask - age))
        assert outcome.turn is None or (age == 0 or before.ask == 1)
        self._take(outcome)

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), reading=readings())
    def edit(self, data: st.DataObject, reading: Reading) -> None:
        ts = data.draw(st.sampled_from(sorted(self.texts)))
        self.texts[ts] = reading.text
        self._take(turns.amend(self.review, Reply(ts, "", reading.text, reading), self.now, self._occasion()))

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        ts = data.draw(st.sampled_from(sorted(self.texts)))
        del self.texts[ts]
        self._take(turns.withdraw(self.review, ts, self.now, self._occasion()))

    @rule(
        who=people,
        question=st.sampled_from([*NINE, AFTERWARDS]),
        source=st.sampled_from(Source),
        age=st.integers(0, 9),
    )
    def tell_source(self, who: str, question: str, source: Source, age: int) -> None:
        ask = max(1, self.review.ask - age)
        self._take(turns.tell_source(self.review, question, ask, source, self._act(who), self.now))

    @rule(data=st.data(), who=people, label=labels)
    def move_a_line(self, data: st.DataObject, who: str, label: Label) -> None:
        if lines := self.review.lines:
            line = data.draw(st.sampled_from(lines))
            before = self.review
            by = self._act(who)
            self._take(turns.move_line(before, line.message_ts, line.position, label, by, self.now))
            assert (self.review is before) == (who not in (OWNER, line.author))
        assert turns.fix_a_line(self.review, who).name in ("fix_form", "nothing_to_move")

    @precondition(lambda self: not self.review.is_open)
    @rule(who=people)
    def share(self, who: str) -> None:
        outcome = turns.share(self.review, self._act(who), self.now)
        assert (outcome.turn is not None) == (who == OWNER)
        self._take(outcome)

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def the_clock_ticks(self) -> None:
        before = self.review
        due = before.status is Status.AWAITING_RETURN and before.returns_at and before.returns_at <= self.now
        self._take(steering.come_back(before, self.now))
        assert (self.review.status is not before.status) == bool(due)

    @invariant()
    def what_stands_in_slack_is_kept_once(self) -> None:
        kept = [reply for answer in self.review.answers.values() for reply in answer.live]
        assert {reply.message_ts: reply.text for reply in kept} == self.texts
        assert len(kept) == len(self.texts)
        for answer in self.review.answers.values():
            stamps = [reply.message_ts for reply in answer.replies]
            assert stamps == sorted(stamps)

    @invariant()
    def one_question_is_open_at_most(self) -> None:
        waiting = [slot for slot, context in self.said.items() if context.get("open")]
        assert waiting == ([] if self.review.status is Status.FINISHED else [ask_slot(self.review.ask)])

    @invariant()
    def no_question_is_probed_too_often(self) -> None:
        for answer in self.review.answers.values():
            assert len(answer.probes) <= (MOST_PROBES if answer.question in NINE else 0)
            assert not answer.probes or STANDARD.find(answer.question).probes
            probes = (*self.review.probed.get(answer.question, ())[-1:], *answer.probes)
            assert all(probe != following for probe, following in pairwise(probes))

    @invariant()
    def an_end_has_a_time_and_all_questions_were_dealt_with(self) -> None:
        assert self.review.is_open == (self.review.ended_at is None)
        if self.review.status is Status.FINISHED:
            assert all(self.review.answer(key).standing for key in self.review.questions)

    @invariant()
    def the_parent_counts_no_more_than_there_is(self) -> None:
        parent = self.said["parent"]
        assert 0 <= parent["guesses"] <= parent["heard"] <= parent["asked"] == len(PLAYBOOK) - 1
        assert parent["heard"] + parent["unknown"] <= parent["asked"]

    def teardown(self) -> None:
        """Whatever happened, the owner can end it: at most an answer and a probe's answer a question."""
        if not hasattr(self, "review"):
            return
        if self.review.status in (Status.STOPPED, Status.AWAITING_RETURN):
            self._take(steering.act(self.review, Word.RESUME, self._act(OWNER), self.now))
        ours = Reading((Span(0, 18, Label.US, 1.0),), "We sent the quote.")
        assert ours.leaning in (Leaning.ABOUT_US, Leaning.EMPTY)
        for turn in range(2 * len(PLAYBOOK)):
            if not self.review.is_open:
                break
            if turn % 3:
                self._reply(OWNER, ours, 8)
            else:
                self._take(steering.act(self.review, Word.SKIP, self._act(OWNER), self.now))
        assert self.review.status is Status.FINISHED
        assert all(self.review.answer(key).standing for key in self.review.questions)

    def _reply(self, who: str, reading: Reading, seconds: int) -> None:
        ts = self._stamp(seconds)
        before = self.review
        outcome = turns.take_turn(before, Reply(ts, who, reading.text, reading), self.now, self.burst)
        assert spoken(reading.text) is None and outcome.turn and outcome.turn.text == reading.text
        self.texts[ts] = reading.text
        self._take(outcome)
        asked = self.review.answer(before.asked)
        assert asked.probes == before.answer(before.asked).probes or len(asked.probes) == 1
        if who != OWNER:
            assert (self.review.ask, self.review.asked, self.review.status) == (before.ask, before.asked, before.status)

    def _take(self, outcome: Outcome) -> None:
        """Say what was decided, at once, as Slack would."""
        before = self.review
        assert outcome.turn or (outcome.review == before and not outcome.says)
        assert outcome.review.ask >= before.ask
        self.review = outcome.review
        asks = 0
        for each in outcome.says:
            if isinstance(each, Retouch):
                if each.slot in self.said:
                    self.said[each.slot] |= each.changes
            else:
                if each.slot.startswith("ask:"):
                    asks += 1
                    assert each.slot not in self.said or self.said[each.slot]["name"] == each.name == "paused"
                self.said[each.slot] = {**each.context, "name": each.name}
        assert asks <= 1
        if outcome.review.ask > before.ask:
            self.review = replace(self.review, asked_ts=self._stamp(1))

    def _stamp(self, seconds: int) -> str:
        at = self.now + timedelta(seconds=seconds)
        self.now = max(self.now, at)
        self.stamps += 1
        return f"{at.timestamp():.0f}.{self.stamps:06d}"

    def _occasion(self) -> str:
        self.occasions += 1
        return f"Ev{self.occasions}"

    def _act(self, who: str) -> Act:
        return Act(who, self._occasion())


def _heard_before(key: str) -> Answer:
    text = "Ruth told her board that 90k is at stake."
    reply = Reply("1790000000.000001", OWNER, text, Reading((Span(0, len(text), Label.CUSTOMER, 1.0),), text))
    answer = Answer(key, Standing.ANSWERED, (reply,), source=Source.THEY_TOLD_US, said_at=START - timedelta(days=7))
    return answer.carried_from(1)


TestAnyReview = AnyReview.TestCase
TestAnyReview.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
