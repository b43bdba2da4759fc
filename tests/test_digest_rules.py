"""The rules of the digest: what each deal stands under, in which order, and what is asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import utterances as say
from flows.answer import Source, Standing
from flows.deal import Deal, Ending, Stage
from flows.digest import MOST_TALKS, WORTH_TALKING, Digest, Heading, Talk, arranged, digest
from flows.dossiers import Dossier, Past, Told, may_know, may_read, seen_by
from flows.ledger import Known, Wait
from flows.lens import Label
from flows.nudging import URGENCY
from flows.outlook import outlook
from flows.playbook import AFTERWARDS, NEXT_STEP, STEERED, STRUGGLE
from flows.utterances import Reader
from flows.watch import Step

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATELY = NOW - timedelta(days=1)
BEFORE = NOW - timedelta(days=20)
DEAL = Deal(1, "T1", "", "Northwind", "U1", Stage.DECIDING, close_date=date(2026, 12, 11))


def known(question: str, days: float = 1, **how: Any) -> Known:
    return Known(question, 1, ("Ruth says so.",), ("U1",), given_at=NOW - timedelta(days=days), **how)


def ledger(**changed: Known | None) -> dict[str, Known]:
    """Everything was heard yesterday, but for what is `changed`; None for what was never talked about."""
    every = {key: known(key) for key in STEERED} | changed
    return {key: each for key, each in every.items() if each}


def told(text: str, question: str = "people", at: datetime = LATELY, review: int = 2, **how: Any) -> Told:
    return Told(
        review, how.get("key", "1.1:0"), question, how.get("author", "U1"), at, text, how.get("label", Label.CUSTOMER)
    )


def past(number: int, *lines: Told, follows: bool = True, channel: str = "C1", **how: Any) -> Past:
    standings = tuple((line.question, Standing.ANSWERED) for line in lines)
    owner, opened_by, is_direct = how.get("owner", "U1"), how.get("opened_by", "U2"), channel.startswith("D")
    authors = frozenset(line.author for line in lines)
    return Past(
        number, channel, owner, opened_by, LATELY, LATELY, False, is_direct, follows, "1.1", standings, lines, authors,
        "" if channel.startswith("C") else channel,
    )  # fmt: skip


def dossier(deal: Deal = DEAL, kept: Mapping[str, Known] | None = None, **how: Any) -> Dossier:
    items = outlook(deal, ledger() if kept is None else kept, NOW, scale=1.0, zone="UTC")
    return Dossier(deal, items, **how)


def heading(each: Dossier) -> Heading:
    found = digest([each])
    if found.talks:
        return found.talks[0].heading
    sections = {
        Heading.WAITING: found.waiting, Heading.CLEAR: found.clear, Heading.UNREVIEWED: found.unreviewed,
        Heading.CLOSED: found.closed,
    }  # fmt: skip
    return next(name for name, deals in sections.items() if deals)


def talk(each: Dossier) -> Talk:
    (found,) = digest([each]).talks
    return found


# Under what a deal stands


def test_what_is_fresh_and_has_a_step_of_theirs_is_clear() -> None:
    assert heading(dossier()) is Heading.CLEAR


def test_what_was_never_talked_about_is_not_reviewed() -> None:
    assert heading(dossier(kept={})) is Heading.UNREVIEWED


def test_a_deal_that_ended_is_closed_whatever_else_is_true_of_it() -> None:
    ended = replace(DEAL, ending=Ending.WON)
    news = past(2, told("Their sponsor left last week."))
    assert heading(dossier(ended, reviews=(news,), since=BEFORE)) is Heading.CLOSED


def test_an_event_means_that_their_world_moved_also_in_a_first_review() -> None:
    first = past(2, told("Their sponsor left on 18 Nov.", "destination"), follows=False)
    found = talk(dossier(reviews=(first,)))
    assert (found.heading, found.ask) == (Heading.MOVED, "people")
    assert [news.may_change for news in found.news] == ["people"]


def test_news_under_a_question_that_was_answered_before_means_it_too() -> None:
    found = talk(dossier(reviews=(past(2, told("Their union wants to be heard.")),), since=BEFORE))
    assert (found.heading, found.ask, found.news[0].text) == (Heading.MOVED, "people", "Their union wants to be heard.")


@pytest.mark.parametrize(
    "review",
    [
        past(2, told("Their union wants to be heard."), follows=False),
        past(2, told("Their union wants to be heard.", at=BEFORE - timedelta(days=1))),
        past(2, told("We called them twice.", label=Label.US)),
        past(2, told("Ruth takes the costs to IT.", NEXT_STEP)),
        past(2, told("A plan their IT can use.", "our_help")),
        past(2, told("Nobody has asked the union.", label=Label.GAP)),
        past(2, told("Their union wants to be heard.", "opening")),
    ],
    ids=["a first review", "before the last call", "about us", "a next step", "our help", "a gap", "the opening"],
)
def test_what_is_no_news(review: Past) -> None:
    assert heading(dossier(reviews=(review,), since=BEFORE)) is Heading.CLEAR


def test_what_was_told_in_the_same_words_before_is_no_news() -> None:
    older = past(1, told("The union wants to be heard by their board.", review=1, at=BEFORE - timedelta(days=9)))
    newer = past(2, told("Their union still wants to be heard by the board"))
    assert heading(dossier(reviews=(newer, older), since=BEFORE)) is Heading.CLEAR


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("The CFO, IT.", "the CFO; IT"),  # words too short to be compared one by one
        ("Their sponsor left.", "Their sponsor left"),  # an event, told once more
    ],
)
def test_what_is_told_once_more_in_each_review_is_news_once(before: str, now: str) -> None:
    older = past(1, told(before, review=1, at=BEFORE - timedelta(days=9)))
    newer = past(2, told(now))
    assert heading(dossier(reviews=(newer, older), since=BEFORE)) is Heading.CLEAR


def test_another_event_of_the_kind_is_news_though_its_words_are_like_the_first() -> None:
    older = past(1, told("Their sponsor left.", review=1, at=BEFORE - timedelta(days=9)))
    newer = past(2, told("Their second sponsor left."))
    assert heading(dossier(reviews=(newer, older), since=BEFORE)) is Heading.MOVED


@pytest.mark.parametrize("readable", [(), (1,), (2,), (1, 2)])
def test_what_was_told_before_is_no_news_for_who_may_not_read_it(readable: tuple[int, ...]) -> None:
    older = past(1, told("The union wants to be heard by their board.", review=1, at=BEFORE - timedelta(days=9)))
    again, new = told("Their union still wants to be heard by the board"), told("Ruth is away.", key="2.1:0")
    found = dossier(reviews=(past(2, again), older), since=BEFORE)
    assert heading(seen_by(found, readable)) is Heading.CLEAR
    found = dossier(reviews=(past(2, again, new), older), since=BEFORE)
    assert len(talk(seen_by(found, readable)).news) == 1


def test_what_was_added_after_the_end_may_tell_of_an_event() -> None:
    added = past(2, told("Procurement is now involved.", AFTERWARDS))
    assert heading(dossier(reviews=(added,), since=BEFORE)) is Heading.MOVED


def test_old_news_is_what_is_stale() -> None:
    found = talk(dossier(kept=ledger(people=known("people", 34))))
    assert (found.heading, found.ask, found.aged[0].freshness.days) == (Heading.OLD, "people", 34)


def test_a_step_whose_day_is_over_comes_first() -> None:
    step = known(NEXT_STEP, due=date(2026, 11, 20))
    found = talk(dossier(kept=ledger(why_change=known("why_change", 90), next_step=step)))
    assert [item.question for item in found.aged] == [NEXT_STEP, "why_change"]
    assert found.ask == NEXT_STEP


@pytest.mark.parametrize(
    ("question", "days", "expected"), [("people", 11, Heading.OLD), ("why_change", 16, Heading.CLEAR)]
)
def test_what_only_ages_counts_where_it_matters_most(question: str, days: int, expected: Heading) -> None:
    assert heading(dossier(kept=ledger(**{question: known(question, days)}))) is expected


def test_a_guess_is_a_guess() -> None:
    found = talk(dossier(kept=ledger(no_action=known("no_action", source=Source.OUR_GUESS))))
    assert (found.heading, found.ask) == (Heading.GUESSING, "no_action")


def test_a_sum_of_ours_is_a_guess() -> None:
    ours = replace(known("no_action"), lines=("By our own sum it's 200k.",))
    assert heading(dossier(kept=ledger(no_action=ours))) is Heading.GUESSING


def test_what_is_not_known_is_asked_about() -> None:
    found = talk(dossier(kept=ledger(decision_path=Known("decision_path", 1, open_since=BEFORE))))
    assert (found.heading, found.ask) == (Heading.GUESSING, "decision_path")


@pytest.mark.parametrize(
    ("running", "expected"), [(1, Heading.GUESSING), (2, Heading.ONLY_OURS), (3, Heading.ONLY_OURS)]
)
def test_only_our_steps(running: int, expected: Heading) -> None:
    """An answer about us alone leaves the question open, which is no guess when that goes on."""
    open_ = Known(NEXT_STEP, 1, open_since=BEFORE)
    found = talk(dossier(kept=ledger(next_step=open_), steps=tuple(Step(n, False, True) for n in range(running))))
    assert (found.heading, found.ask) == (expected, NEXT_STEP)
    assert found.running == (running if running > 1 else 0)


def test_while_they_wait_nobody_needs_to_ask() -> None:
    waits = replace(DEAL, waits_until=date(2027, 1, 12), waits_for="budget")
    old = dossier(waits, ledger(people=known("people", 90), struggle=Known(STRUGGLE, 1, open_since=BEFORE)))
    assert heading(replace(old, wait=Wait(date(2027, 1, 12), "budget"))) is Heading.WAITING


def test_news_is_told_though_they_wait() -> None:
    moved = dossier(reviews=(past(2, told("Their sponsor left.")),), wait=Wait(date(2027, 1, 12), "budget"))
    assert heading(moved) is Heading.MOVED


def test_all_is_clear_only_if_every_deal_is() -> None:
    assert digest([dossier(), dossier(replace(DEAL, id=2))]).is_all_clear
    assert not digest([dossier(), dossier(replace(DEAL, id=2), {})]).is_all_clear
    assert not digest([]).is_all_clear


# What is asked


def test_every_deal_worth_talking_about_has_one_question_to_ask() -> None:
    for question in STEERED:
        for kept in (known(question, 90), known(question, source=Source.OUR_GUESS), Known(question, 1, open_since=NOW)):
            assert talk(dossier(kept=ledger(**{question: kept}))).ask == question


def test_of_what_is_missing_the_most_urgent_is_asked() -> None:
    old = {key: known(key, 90) for key in STEERED}
    assert talk(dossier(kept=old)).ask == URGENCY[0]


# Help wanted


def test_what_the_owner_asks_a_colleague_for_is_passed_on() -> None:
    asks = past(2, told("Could you find someone who ran both systems?", "our_help", label=Label.US, key="1.7:1"))
    (wish,) = digest([dossier(reviews=(asks,))]).wanted
    assert (wish.review, wish.key, wish.person, wish.taken_by) == (2, "1.7:1", "U1", "")
    taken = dossier(reviews=(asks,), taken=((2, "1.7:1", "U2"),))
    assert [wish.taken_by for wish in digest([taken]).wanted] == ["U2"]


def test_what_others_ask_the_owner_is_no_help_wanted() -> None:
    asks = past(2, told("Could you ask Ruth who signs?", author="U2"))
    assert digest([dossier(reviews=(asks,))]).wanted == ()


def test_what_was_asked_for_before_the_last_call_is_not_said_again() -> None:
    old = past(1, told("Could you find someone?", at=BEFORE - timedelta(days=9)))
    assert digest([dossier(reviews=(past(2), old), since=BEFORE)]).wanted == ()


def test_what_nobody_took_on_is_said_again_and_what_somebody_did_is_not() -> None:
    asks = past(2, told("Could you find someone?", at=BEFORE - timedelta(days=1), key="1.7:1"))
    assert len(digest([dossier(reviews=(asks,), since=BEFORE)]).wanted) == 1
    assert digest([dossier(reviews=(asks,), since=BEFORE, taken=((2, "1.7:1", "U2"),))]).wanted == ()


def test_nobody_is_asked_to_help_with_a_deal_that_ended() -> None:
    asks = past(2, told("Could you find someone?"))
    assert digest([dossier(replace(DEAL, ending=Ending.LOST), reviews=(asks,))]).wanted == ()


# Who may read what


def test_of_what_a_person_may_not_read_they_know_the_age_and_no_words() -> None:
    full = dossier(
        reviews=(past(1, told("Their sponsor left.", review=1)),), steps=(Step(1, True, False, "Ruth signs."),)
    )
    seen = seen_by(full, ())
    shown = str(say.digest(digest([seen]), Reader("U2", "digest:1:U2")).context)
    for words in ("Ruth says so", "Their sponsor left", "Ruth signs"):
        assert words not in str(seen)
        assert words not in shown
    assert [item.freshness for item in seen.items] == [item.freshness for item in full.items]
    assert seen_by(full, (1,)) == full


@pytest.mark.parametrize(
    ("channel", "scope", "members", "person", "expected"),
    [
        ("C1", "", None, "U9", True),  # public
        ("G1", "G1", frozenset({"U9"}), "U9", True),
        ("G1", "G1", frozenset({"U1"}), "U9", False),
        ("G1", "G1", frozenset({"U1"}), "U2", False),  # who opened it has left since
        ("G1", "G1", None, "U2", True),
        ("G1", "G1", None, "U9", False),
        ("G1", "", frozenset({"U1"}), "U9", False),  # a deal that everybody knows, reviewed among a few
        ("G1", "", frozenset({"U9"}), "U9", True),
        ("D1", "", None, "U1", True),  # whose conversation it is
        ("D1", "", None, "U2", False),  # who only asked for it
    ],
)
def test_who_may_read_a_review(
    channel: str, scope: str, members: frozenset[str] | None, person: str, expected: bool
) -> None:
    deal = replace(DEAL, scope=scope)
    review = past(1, told("Their sponsor left."), channel=channel)
    assert may_read(review, person, {channel: members}) is expected
    known = dossier(replace(deal, owner="U7"), reviews=(review,))
    assert may_know(known, person, {channel: members}) is (expected or not scope)


# Always

days = st.integers(0, 90)
knowledge = st.one_of(
    st.none(),
    st.builds(lambda age, source: known("?", age, source=source), days, st.sampled_from([None, *Source])),
    st.builds(lambda age: Known("?", 1, open_since=NOW - timedelta(days=age)), days),
)
SAID = ["Their sponsor left.", "Their union wants to be heard.", "Could you find someone?", "ok"]


@st.composite
def dossiers(draw: st.DrawFn) -> list[Dossier]:
    """Up to twelve deals of three people, in every state."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        kept = {key: replace(each, question=key) for key in STEERED if (each := draw(knowledge))}
        waits = draw(st.booleans())
        deal = Deal(
            number, "T1", "", draw(st.sampled_from("AB")), draw(st.sampled_from(["U1", "U2", "U3"])),
            close_date=draw(st.sampled_from([None, date(2026, 12, 1), date(2026, 12, 20)])),
            ending=draw(st.sampled_from([None, None, None, Ending.WON])),
            waits_until=date(2027, 1, 12) if waits else None,
        )  # fmt: skip
        lines = [told(draw(st.sampled_from(SAID)), author=deal.owner)] if draw(st.booleans()) else []
        steps = tuple(Step(n, False, True) for n in range(draw(st.integers(0, 3))))
        wait = Wait(date(2027, 1, 12), "budget") if waits else None
        found.append(dossier(deal, kept, reviews=(past(2, *lines),), steps=steps, since=BEFORE, wait=wait))
    return found


def places(found: Digest) -> list[int]:
    """Every deal's id, in the order in which it is shown."""
    others = (*found.waiting, *found.clear, *found.unreviewed, *found.closed)
    return [*(each.deal.id for each in arranged(found.talks)), *(each.deal.id for each in others)]


@given(dossiers())
def test_every_deal_stands_exactly_once(deals: list[Dossier]) -> None:
    assert sorted(places(digest(deals))) == sorted(each.deal.id for each in deals)
    assert digest(deals).count == len(deals)


@given(dossiers(), st.permutations(["U1", "U2", "U3"]))
def test_whose_a_deal_is_changes_no_order(deals: list[Dossier], people: list[str]) -> None:
    """Nor where it stands. Its owner's words are whoever owns it."""
    renamed = dict(zip(["U1", "U2", "U3"], people, strict=True))

    def given_to(each: Dossier) -> Dossier:
        return replace(each, deal=replace(each.deal, owner=renamed[each.deal.owner]))

    assert places(digest(map(given_to, deals))) == places(digest(deals))


@given(dossiers(), st.randoms())
def test_the_order_in_which_deals_come_does_not_matter(deals: list[Dossier], chance: Any) -> None:
    shuffled = list(deals)
    chance.shuffle(shuffled)
    assert places(digest(shuffled)) == places(digest(deals))


@given(dossiers())
def test_what_changed_comes_first_then_what_is_weak_where_it_matters_then_what_closes_first(
    deals: list[Dossier],
) -> None:
    keys = [talk.urgency for talk in digest(deals).talks]
    assert keys == sorted(keys)
    assert all(talk.heading in WORTH_TALKING and talk.ask for talk in digest(deals).talks)


@given(dossiers())
def test_six_at_most_are_shown_before_one_asks_for_more(deals: list[Dossier]) -> None:
    context = say.digest(digest(deals), Reader("U9", "digest:1:U9")).context
    shown = [each for each in context["talks"] if each["rank"] < context["most"]]
    assert len(shown) == min(MOST_TALKS, len(context["talks"]))
    assert context["page"] is None
    urgent = [talk.deal.id for talk in digest(deals).talks[:MOST_TALKS]]
    assert {each["id"] for each in shown} == set(urgent)


@given(dossiers())
def test_nothing_is_counted_by_person(deals: list[Dossier]) -> None:
    """The names that are there stand at a deal, or are to be asked for a review, in the order of the deals."""
    found = digest(deals)
    by_close_date = [each.deal.owner for each in found.unreviewed]
    assert [owner for owner, _ in found.asking] == list(dict.fromkeys(by_close_date))
