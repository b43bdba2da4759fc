"""No-decision watch: what suggests that a customer may stay put or may not dare, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answer import Source
from flows.deal import Deal, Stage
from flows.ledger import Known
from flows.outlook import outlook
from flows.playbook import STRUGGLE
from flows.watch import Flag, Kind, Step, Why, flags, is_alike, moves, only_ours

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DEAL = Deal(1, "T1", "", "Northwind", "U1", Stage.DECIDING)
PEOPLE = Known("people", 1, ("Ruth wants it.",), given_at=NOW)


def known(question: str, line: str = "Ruth says they pay 90k.", days: int = 1, source: Source | None = None) -> Known:
    return Known(question, 1, (line,), ("U1",), source, NOW - timedelta(days=days))


def watched(*ledger: Known, steps: tuple[Step, ...] = (), deal: Deal = DEAL) -> tuple[Flag, ...]:
    kept = {each.question: each for each in (PEOPLE, *ledger)}
    return flags(deal, outlook(deal, kept, NOW, scale=1.0, zone="UTC"), steps, 1.0)


def reasons(kind: Kind, found: tuple[Flag, ...]) -> list[Why]:
    return [reason.why for flag in found if flag.kind is kind for reason in flag.reasons]


def stays(*ledger: Known) -> list[Why]:
    return reasons(Kind.STAY, watched(*ledger))


def dares_not(line: str) -> list[Why]:
    return reasons(Kind.DARE, watched(known("no_action"), known(STRUGGLE, line)))


# May stay put


def test_what_they_told_us_of_waiting_is_no_reason() -> None:
    assert stays(known("no_action", source=Source.THEY_TOLD_US)) == []
    assert stays(known("no_action")) == []


def test_nobody_knows_what_happens_if_they_wait() -> None:
    assert stays(Known("no_action", 1, open_since=NOW - timedelta(days=12))) == [Why.OPEN]
    assert stays() == [Why.NEVER]


def test_a_deal_that_was_never_reviewed_has_no_flags() -> None:
    assert flags(DEAL, outlook(DEAL, {}, NOW, scale=1.0, zone="UTC"), (), 1.0) == ()


def test_a_guess_of_ours_is_said_to_be_one() -> None:
    assert stays(known("no_action", source=Source.OUR_GUESS)) == [Why.GUESS]


@pytest.mark.parametrize(
    "line",
    [
        "By our sum a year's wait costs them 200k.",
        "We reckon they lose 90k.",
        "I'd guess they pay twice by spring.",
        "Our ROI model says 1.2 million a year.",
        "Back of the envelope: 40 hours a week.",
        "We worked out that it's 15k a month.",
        "My estimate is two people's time.",
    ],
)
def test_a_figure_of_ours_is_not_theirs(line: str) -> None:
    assert stays(known("no_action", line)) == [Why.OUR_SUM]
    assert stays(known("no_action", line, source=Source.THEY_TOLD_US)) == []


@pytest.mark.parametrize(
    "line",
    [
        "Our sum, which Ruth confirmed, is 90k.",
        "We put it at 90k and their CFO agreed.",
        "Their CFO's own figure is 90k.",
        "They reckon it costs them 90k.",
        "Ruth thinks they'd lose two more people.",
        "Their auditor fines them again.",
    ],
)
def test_a_figure_of_theirs_is_theirs(line: str) -> None:
    assert stays(known("no_action", line)) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("They could live with it for another year.", [Why.FINE]),
        ("Honestly, nothing happens.", [Why.FINE]),
        ("It can wait until after the audit.", [Why.FINE]),
        ("They can't live with it any longer.", []),
        ("It cannot wait: the licence ends in March.", []),
        ("They wouldn't be fine: the plant stops.", []),
    ],
)
def test_they_can_live_with_things_as_they_are(line: str, found: list[Why]) -> None:
    assert stays(known("no_action", line)) == found


@pytest.mark.parametrize(("days", "found"), [(21, []), (42, []), (43, [Why.OLD])])
def test_what_is_older_than_twice_its_days_says_nothing_any_more(days: int, found: list[Why]) -> None:
    assert stays(known("no_action", days=days)) == found


def test_while_they_wait_for_a_reason_they_gave_nothing_is_too_old() -> None:
    deal = replace(DEAL, waits_until=date(2027, 1, 12), waits_for="budget")
    assert reasons(Kind.STAY, watched(known("no_action", days=90), deal=deal)) == []


# May not dare


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("They are afraid the line stops in March.", Why.FEAR),
        ("Their IT had a project fail in 2023 and nobody there wants their name on the next one.", Why.FEAR),
        ("Nobody there wants to be the one who switches off the old system.", Why.FEAR),
        ("The clinic managers fear two weeks of double typing.", Why.FEAR),
        ("IT worries about running two systems.", Why.FEAR),
        ('Ruth said "we\'re scared of the migration".', Why.FEAR),
        ("Dr. Amari said: “I’m nervous about the cut-over”", Why.FEAR),
        ("Ruth would get the blame if it slips.", Why.FEAR),
        ("The CFO got cold feet after the last one.", Why.FEAR),
        ("It's not only fear of the board, it's the union.", Why.FEAR),
        ("IT and finance can't agree on who pays.", Why.DISAGREEMENT),
        ("The board is split over the timing.", Why.DISAGREEMENT),
        ("Operations and IT are at odds about it.", Why.DISAGREEMENT),
        ("Their plant manager is against it.", Why.DISAGREEMENT),
        ("There is no consensus among the partners.", Why.DISAGREEMENT),
        ("Too many vendors, too many demos.", Why.OVERLOAD),
        ("Ruth has no time to run a project before the year-end close.", Why.OVERLOAD),
        ("They are swamped with the merger.", Why.OVERLOAD),
        ("The team is overloaded.", Why.OVERLOAD),
        ("They can't tell us apart any more.", Why.OVERLOAD),
    ],
)
def test_what_makes_it_hard_to_dare(line: str, why: Why) -> None:
    assert dares_not(line) == [why]


@pytest.mark.parametrize(
    "line",
    [
        "They are not afraid of it.",
        "they aren’t worried about the migration",
        "There is no fear there at all.",
        "Nobody is afraid of the change.",
        "She is no longer nervous about IT.",
        "They used to be afraid of the auditors.",
        "The fear is gone since the pilot.",
        "Her worries are all settled.",
        "I'm afraid they only answer in January.",
        "We are worried about our quarter.",
        "We fear the competitor gets in.",
        "They all agree that it has to change.",
        "They don't disagree any more.",
        "They are not divided on this.",
        "There is no time pressure on their side.",
        "They are not swamped at all.",
        "They have enough people for it.",
        "Their procurement takes six weeks.",
        "The contract has to go to their lawyers.",
        "",
    ],
)
def test_what_only_looks_like_it(line: str) -> None:
    assert dares_not(line) == []


def test_the_reason_is_quoted_as_it_was_written() -> None:
    line = "Nobody there wants their NAME on the next one."
    (flag,) = watched(known("no_action"), known(STRUGGLE, line))
    assert [reason.words for reason in flag.reasons] == [line]


def test_what_is_not_known_of_their_struggle_says_nothing() -> None:
    open_ = Known(STRUGGLE, 1, ("We don't know whether they fear it.",), open_since=NOW)
    assert reasons(Kind.DARE, watched(known("no_action"), open_)) == []


# Steps


def steps(*whose: str) -> tuple[Step, ...]:
    """Steps of reviews, the newest first: `o` for ours only, `t` for theirs, `b` for both, `n` for nobody's."""
    return tuple(Step(number, each in "tb", each in "ob") for number, each in enumerate(whose))


@pytest.mark.parametrize(
    ("whose", "count"), [("", 0), ("o", 1), ("oo", 2), ("ooo", 3), ("too", 0), ("oto", 1), ("bo", 0), ("no", 0)]
)
def test_how_long_only_we_had_a_step(whose: str, count: int) -> None:
    assert only_ours(steps(*whose)) == count
    found = reasons(Kind.DARE, watched(known("no_action"), steps=steps(*whose)))
    assert found == ([Why.OUR_STEPS] if count >= 2 else [])


def due(day: int, words: str = "Ruth takes the costs to their board.", goes_on: bool = False, *more: int) -> Step:
    return Step(day, True, False, words, tuple(date(2026, 11, each) for each in (day, *more)), goes_on)


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ([due(10)], 0),
        ([due(10), due(17)], 1),
        ([due(10), due(17), due(24)], 2),
        ([due(10), due(17), due(17)], 1),
        ([due(17), due(10)], 0),
        ([due(10, "Ruth asks IT."), due(17, "Their board votes on the budget.")], 0),
        ([due(10, "Ruth asks IT."), due(17, "That meeting was pushed to the 17th.")], 1),
        ([due(10, "Ruth asks IT."), due(17, "", True)], 1),
        ([due(10, "Ruth asks IT.", False, 17, 24)], 2),
        ([due(10), Step(2, False, True), due(17)], 1),
    ],
)
def test_how_often_one_step_of_theirs_was_put_off(told: list[Step], count: int) -> None:
    newest_first = tuple(reversed(told))
    assert moves(newest_first) == count
    found = reasons(Kind.DARE, watched(known("no_action"), steps=newest_first))
    assert (Why.MOVED in found) is (count >= 2)


# Always


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_written_a_flag_has_reasons_and_each_kind_comes_once(no_action: str, struggle: str) -> None:
    found = watched(known("no_action", no_action), known(STRUGGLE, struggle))
    assert all(flag.reasons for flag in found)
    assert len({flag.kind for flag in found}) == len(found)
    assert all(reason.words in (no_action, struggle, "") for flag in found for reason in flag.reasons)


@given(st.text(max_size=100), st.text(max_size=100))
def test_likeness_has_no_direction(first: str, second: str) -> None:
    assert is_alike(first, second) == is_alike(second, first)


def test_the_same_words_are_alike_and_others_are_not() -> None:
    assert is_alike("Ruth takes the costs to their board.", "Ruth takes these costs to the board on Friday")
    assert not is_alike("Ruth asks IT.", "The union has to be heard.")


@pytest.mark.parametrize("part", ["not ", "afraid ", "nobody wants ", '"', "too many ", "and ", "fear is "])
def test_a_line_as_long_as_a_message_may_be_takes_no_time(part: str) -> None:
    begun = datetime.now(UTC)
    watched(known("no_action", part * (4000 // len(part))), known(STRUGGLE, part * (4000 // len(part))))
    assert datetime.now(UTC) - begun < timedelta(seconds=2)
