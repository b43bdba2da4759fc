"""The words: every one in a template, every template said, everything rendered, nothing unkind."""

from __future__ import annotations

import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import nodes
from slack_sdk import WebClient

from bot import blocks
from bot.languages import ENGLISH
from bot.pipeline.sheet import Trouble
from bot.speaker import Speaker
from bot.voice import TEMPLATES, Voice
from flows import lens, mirror, shares, steering
from flows import utterances as say
from flows.answer import Answer, Explained, Lesson, Reply, Source, Standing
from flows.batch import Line as BatchLine
from flows.calendar import Planned
from flows.calls import THIS_QUARTER, Call, Choice, Schedule
from flows.calls import Result as CallResult
from flows.deal import Deal, Ending, Stage
from flows.digest import digest
from flows.dossiers import Dossier, Past, seen_by
from flows.dossiers import Told as ToldLine
from flows.drafting import Why as WhyNot
from flows.drafting import Wrong, changes
from flows.events import Suggestion
from flows.freshness import Cause, Freshness, State, freshness
from flows.home import Home, Only, Page, Shown, UnderWay, glance, page
from flows.hours import Habits
from flows.ledger import Known, Wait
from flows.lens import Label
from flows.mirror import Mirror
from flows.nudging import Came, Matter, Nudge
from flows.outlook import Item
from flows.pipeline import Ground, Rejection, Report, Sample, differences
from flows.playbook import AFTERWARDS, NINE, OPENING, PLAYBOOK, SHIPPED, STANDARD, Playbook, Question
from flows.reminding import Reminder, Snooze
from flows.review import Review, Status
from flows.rules import Crew, Rules
from flows.shares import Movement, Told
from flows.steering import Act
from flows.summary import Tally, summarise
from flows.utterances import Reader, Utterance
from flows.watch import Flag, Kind, Reason, Step, Why
from flows.words import Word
from sandbox.blocks import block_problems, view_problems
from storage.deals import Person
from tests.conftest import START
from tests.sayings import ANSWERS, OPEN, OURS, THEIRS, UNCLEAR

NOW = datetime.fromtimestamp(START, UTC)
WITH_THEM = re.compile(r"\b(?:was going wrong for them|could go wrong for the person|Nothing here is a score)\b")
"""The question bank asks what is not well in the customer's world; that is no word about the rep."""
UNKIND = ("wrong", "bad", "incomplete", "score", "scores", "scored", "scoring", "fail", "failed", "poor", "mistake")
KEYS = [question.key for question in PLAYBOOK]
ONE_OFF = replace(STANDARD, questions=(*STANDARD.questions[:-1], replace(STANDARD.questions[-1], is_on=False)))
TURNED = replace(STANDARD, questions=(STANDARD.questions[0], *reversed(STANDARD.questions[1:])))
OWN_QUESTION = Question("own", "<!channel> *own*", "Who at {customer} <@U1>?", angles=("_a_",), ages=(9, 9, 9, 9))


def playbooks() -> list[Playbook]:
    """Those that ship, one with as much as a playbook can hold, and one that hardly asks anything."""
    text = "W" * 300
    most = [
        Question(f"own_{number}", "L" * 40, text, "", (text,) * 5, text, text, text, (1, 1, 1, 1), number % 2 == 0)
        for number in range(20)
    ]
    few = replace(STANDARD, questions=(*STANDARD.questions[:2], OWN_QUESTION))
    return [*SHIPPED.playbooks.values(), Playbook("full", "N" * 40, (*STANDARD.questions[:1], *most[1:])), few]


def cards() -> list[Utterance]:
    """Drafts of every kind of playbook, changed or not, and closed."""
    found = [
        say.playbook_card(each, 3, "s", is_changed=changed, is_usual=usual, saved_by=by)
        for each in (*playbooks(), replace(STANDARD, version=4))
        for changed, usual, by in ((True, True, "U1"), (False, False, "U1"), (False, True, ""))
    ]
    found.append(say.playbook_card(STANDARD, 1, "s", is_changed=True, is_usual=False, saved_by="", is_new=True))
    return [*found, *(replace(found[0], context={**found[0].context, "state": each, "is_usual": usual})
                      for each in ("saved", "left", "nothing", "moved") for usual in (True, False))]  # fmt: skip


class Acquaintances:
    """Everybody is called Lena and lives in Berlin."""

    def known(self, team: str, person_id: str) -> Person:
        return Person(team, person_id, "Lena", "Europe/Berlin")


SPEAKER = Speaker(WebClient("xoxb-nobody"), Acquaintances())
JINJA = Voice(ENGLISH, Acquaintances()).words


def sample() -> Review:
    """A review with something of everything: answered, guessed, not known, skipped, added to, heard before."""
    deal = Deal(
        1, "T1", "", "Northwind & <Sons>", "U1", Stage.DECIDING, date(2026, 12, 11), "*their* board", None, "Q4"
    )
    review = Review(1, deal, "C1", "U1", "U2", NOW, tuple(KEYS), KEYS[0], thread_ts="1.1", last_reviewed=NOW)
    said = [*ANSWERS[:4], f"{THEIRS} {OURS}", OPEN, UNCLEAR, ANSWERS[7], "\n".join(ANSWERS)]
    for number, (key, text) in enumerate(zip(KEYS, said, strict=True)):
        replies = tuple(Reply(f"{number}.{who}", who, text, lens.read(key, text)) for who in ("U1", "U3"))
        source = list(Source)[number % 3]
        review = review.with_answer(Answer(key, Standing.ANSWERED, replies, source=source, said_at=NOW))
    later = Reply("99.1", "U3", THEIRS, lens.read(AFTERWARDS, THEIRS))
    review = review.with_answer(Answer(AFTERWARDS, Standing.ANSWERED, (later,), said_at=NOW))
    review = review.with_answer(replace(review.answer("people"), standing=Standing.NOT_KNOWN))
    review = review.with_answer(Answer("destination", Standing.SKIPPED))
    answered = {key: answer for key, answer in review.answers.items() if answer.standing is Standing.ANSWERED}
    earlier = {key: replace(answer, said_in=7) for key, answer in answered.items() if key != OPENING}
    return replace(review, earlier=earlier)


REVIEW = sample()
EMPTY = replace(REVIEW, answers={}, earlier={}, last_reviewed=None, deal=Deal(1, "T1", "", "Northwind", "U1"))
OVER = replace(REVIEW, status=Status.FINISHED, ended_at=NOW + timedelta(minutes=9))
ENDED = replace(EMPTY, status=Status.STOPPED, ended_at=NOW)
WAITING = replace(REVIEW, status=Status.AWAITING_RETURN, asked="people", ask=5)
SHORT = replace(OVER, questions=("people", "next_step"), asked="people")
FOREIGN, ONLY_US, ONLY_THEM = (
    replace(
        OVER,
        answers={
            "why_change": Answer(
                "why_change", Standing.ANSWERED, (Reply("1.1", "U1", text, lens.read("why_change", text)),)
            )
        },
    )
    for text in (UNCLEAR, OURS, THEIRS)
)
REVIEWS = (REVIEW, EMPTY, OVER, ENDED, WAITING, SHORT, FOREIGN, ONLY_US, ONLY_THEM)
SAID = REVIEW.answer("why_change").replies[0]
LESSON = Lesson(1, "We *close* <!channel> & go", Label.CUSTOMER, Label.US, "U1", NOW)


def explained() -> list[Explained]:
    """Lines of each label, for each kind of reason, moved by somebody or by nobody any more."""
    reasons = [
        lens.Reason(("close", "this", "quarter"), None, 3, False),
        lens.Reason(("close",), (Label.CUSTOMER, Label.US), 1, False),
        lens.Reason((), (Label.GAP, Label.OTHER), 0, True),
    ]
    lines = [replace(REVIEW.lines[0], label=label) for label in Label]
    return [
        Explained(line, read_as, reason, LESSON if moved else None)
        for line in lines
        for read_as in Label
        for reason in reasons
        for moved in (True, False)
        if reason.torn or read_as is not Label.UNCLEAR
    ]


def in_turn(say_it: Callable[[Review], Utterance]) -> list[Utterance]:
    """What is said of each kind of review, at each of its questions."""
    return [say_it(replace(review, asked=key)) for review in REVIEWS for key in KEYS if key in review.questions]


def probes() -> list[Utterance]:
    angles = [(question.key, f"about_us_{n}") for question in PLAYBOOK for n in range(1, len(question.angles) + 1)]
    vague = [(question.key, steering.VAGUE) for question in PLAYBOOK if question.angles]
    return [say.probe(replace(REVIEW, asked=key), probe) for key, probe in (*angles, *vague)]


def questions() -> list[Utterance]:
    led = [say.question(replace(REVIEW, asked=KEYS[-1]), lead=key) for key in KEYS]
    led.append(replace(led[0], context={**say.question(EMPTY).context, "for_call": NOW}))
    asked = [*in_turn(say.question), *led]
    outcomes = [(standing, source) for standing in (*Standing, None) for source in (*Source, None)]
    return [
        *asked,
        *(
            Utterance(each.name, {**each.context, "open": False, "standing": standing, "source": source})
            for each in asked[:9]
            for standing, source in outcomes
        ),
    ]


HABITS = [
    Habits("Europe/Berlin"),
    Habits("Europe/Berlin", time(7), time(15, 30), frozenset(range(7)), "DE-BY", NOW.date(), NOW.date(), nudges=False),
    Habits(
        "Asia/Tokyo", country="JP", workdays=frozenset({0, 2}), away_from=date(2026, 1, 1), away_until=date(2026, 1, 2)
    ),
]

RULES = [
    Rules(),
    Rules(
        managers=("U1", "GONE", "U2"),
        crews=tuple(Crew(n, "N & <Sons> *all*", ("U1",), ("U1", "U2")) for n in range(1, 21)),
        channels=("C1", "C2"),
        usual=Habits(workdays=frozenset({6, 0, 1}), country="DE-BY"),
        nudges=False,
        retention_days=400,
    ),
]
NAMED = ((["U1"], 0), (["U1", "U2"], 0), (["U1"], 1), (["U1", "U2", "U3", "U4", "U5"], 7))


def homes() -> list[Utterance]:
    """App Homes of people with no deals, with some in every state, and with more than a page holds."""
    known = {
        "why_change": Known("why_change", 1, given_at=NOW),
        "no_action": Known("no_action", 1, given_at=NOW - timedelta(days=16)),
        "people": Known("people", 1, given_at=NOW - timedelta(days=30)),
        "struggle": Known("struggle", 1, open_since=NOW - timedelta(days=1)),
        "next_step": Known("next_step", 1, given_at=NOW, due=date(2026, 11, 26)),
    }
    passed = {**known, "next_step": replace(known["next_step"], due=date(2026, 11, 20))}
    waits = replace(REVIEW.deal, waits_until=date(2027, 1, 12), waits_for="<!channel> *budget* meets")
    deals = [(REVIEW.deal, known), (waits, passed), (replace(REVIEW.deal, close_date=NOW.date()), {})]
    glances = [glance(deal, ledger, NOW, scale=1.0, zone="UTC") for deal, ledger in deals]
    few, many, none = [
        [page(those, only, number, NOW.date()) for only in Only]
        for those, number in ((glances, 0), (glances * 20, 1), ([], 0))
    ]
    reviews = [
        (UnderWay("North & <Sons>", "U1", status, 3, 9, "C1", None), link)
        for status in (Status.AWAITING_ANSWER, Status.AWAITING_RETURN)
        for link in ("", "https://a.b/c")
    ]
    return [
        say.home(
            Home(
                "U1", Shown(only), reviews * times, mine[n], team[n], {1: link}, habits, NOW.date(), moved, bool(n % 2)
            )
        )
        for n, only in enumerate(Only)
        for mine, team, times, link, habits, moved in (
            (few, none, 0, "", HABITS[0], movements()[6]),
            (none, [None] * 4, 0, "", HABITS[1], None),
            (none, many, 1, "https://a.b/c", HABITS[2], movements()[8]),
            (many, many, 3, "https://a.b/c", replace(HABITS[0], mirror=True), movements()[-1]),
        )
    ]


def summaries(say_it: Callable[[Review], Utterance]) -> list[Utterance]:
    found = [say_it(review) for review in REVIEWS]
    return [*found, *(Utterance(each.name, {**each.context, "carried_on": True}) for each in found)]


def outlooks() -> list[tuple[Item, ...]]:
    """A deal's questions in every state there is, with and without words."""
    given = [NOW - timedelta(days=days) for days in (0, 1, 25, 90)]
    told = [Known("people", 1, (THEIRS,), ("U1",), source, at) for at in given for source in (None, *Source)]
    dated = Known("next_step", 1, (THEIRS,), ("U1",), given_at=given[1], due=date(2026, 11, 20))
    known = [
        *told, dated, replace(dated, due=date(2026, 12, 24)), replace(told[0], doubted_at=NOW),
        Known("people", 1, open_since=given[0]), Known("people", 1, (OPEN,), ("U1",), open_since=given[3]), None,
    ]  # fmt: skip
    waits = (None, Wait(date(2026, 12, 24), "their budget meets"))
    return [
        tuple(Item(key, each, freshness(key, each, Stage.DECIDING, NOW, wait=wait)) for key in KEYS if key != OPENING)
        for each in known
        for wait in waits
    ]


ITEMS = outlooks()


def ended(ending: Ending | None) -> Deal:
    return replace(REVIEWS[0].deal, ending=ending, closed_at=NOW if ending else None)


NUDGE = Nudge(7, "T1", "U1", date(2026, 11, 24), NOW, "D1", ())


def matters() -> list[Matter]:
    """More deals than are named in a nudge, with more and less that is stale, for every cause."""
    since = NOW - timedelta(days=34)
    known = Known("next_step", 1, ("Ruth *calls* <!channel>",), ("U1",), given_at=since, due=date(2026, 11, 20))
    items = [
        Item(key, replace(known, question=key), Freshness(State.STALE, since, NOW, 34, cause))
        for key, cause in zip(KEYS[:0:-1], [*Cause, *Cause, *Cause], strict=False)
    ]
    return [Matter(replace(REVIEW.deal, id=n), tuple(items[:n])) for n in range(1, 9)]


MATTERS = matters()


def nudges() -> list[Utterance]:
    """Nudges about few deals and many, at each time of the day, and with everything that can come of them."""
    waiting = replace(REVIEW.deal, waits_until=date(2027, 1, 12), waits_for="*budget* <meets>")
    done = [Matter(waiting, (), came) for came in Came]
    hours = [replace(NUDGE, at=NOW + timedelta(hours=hours)) for hours in (0, 4, 11)]
    return [
        *(say.nudge(each, MATTERS[:n], "Europe/Berlin", eases_off=n > 1) for each in hours for n in (1, 2, 5, 6, 8)),
        *(say.nudge(NUDGE, [*ended, *MATTERS[:n]], "Asia/Tokyo") for ended in (done, done * 2) for n in (0, 1, 8)),
        say.nudge(NUDGE, MATTERS, "UTC", snoozed=True),
    ]


CALL = Call(1, "T1", "U2", "C1", NOW + timedelta(days=2), "Europe/London", False, 60, NOW)


def calls_of() -> list[Call]:
    """A call in threads and in direct messages, at an hour that comes twice, and cancelled."""
    doubled = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    return [CALL, replace(CALL, in_direct=True, at=doubled), replace(CALL, cancelled_at=NOW)]


def batches() -> list[Utterance]:
    """Calls with deals of each kind, few and many, with long names and with links."""
    name = "Northwind & <Sons> " * 6
    line = BatchLine(name, "U1", date(2026, 12, 11), CallResult.OPENED, Status.AWAITING_ANSWER, 2, 9, "C1", "1.2")
    skipped = [replace(line, result=result, status=None) for result in CallResult if result is not CallResult.OPENED]
    kinds = [
        *(replace(line, status=status) for status in Status),
        replace(line, result=CallResult.UNDER_WAY),
        replace(line, status=Status.STOPPED, is_refused=True),
        *skipped,
    ]
    link = "https://a-workspace.of.ours/archives/C0123456789/p1795510800000005"
    done = [each for each in kinds if not each.is_waiting]
    return [
        say.batch(call, lines, lambda channel, ts: link)
        for call in calls_of()
        for lines in (
            [],
            [line],
            kinds,
            done,
            kinds * 50,
            done * 50,
            [replace(line, result=CallResult.FRESH, status=None)],
        )
    ]


def batch_forms() -> list[Utterance]:
    local = NOW.astimezone(ZoneInfo("Asia/Kolkata"))
    chosen = Choice(("U1", "U2"), "Q4")
    return [
        say.batch_form(say.Draft("", Choice(), local, "Asia/Kolkata", "D1"), []),
        say.batch_form(say.Draft("C1", chosen, local, "Asia/Kolkata", "C1"), [f"Q{n} <&>" for n in range(90)]),
    ]


def schedules() -> list[Schedule]:
    """Calls on a calendar: of everybody, of one, of many; in any period, this quarter and one with a name; paused."""
    day, of_one = date(2026, 11, 26), Choice(("U1",))
    usual = Schedule(1, "T1", "U2", "C1", day, 1, time(10), "Europe/Berlin", "", of_one, False, NOW)
    return [
        usual,
        replace(usual, every_weeks=2, zone="America/New_York", country="DE-BY", in_direct=True, days_ahead=5),
        replace(usual, every_weeks=4, choice=Choice(("U1", "U2", "U3"), THIS_QUARTER), digest_minutes=30),
        replace(usual, choice=Choice(tuple(f"U{n}" for n in range(9)), "Q4 <&> *F*"), digest_minutes=0),
        replace(usual, choice=Choice((), "<!channel>"), digest_minutes=120, paused=True),
    ]


def planned() -> list[Planned]:
    """A call on its day, one that a holiday moved, one whose hour is skipped, and one with both."""
    at = datetime(2026, 12, 24, 10, tzinfo=UTC)
    usual = Planned(at.date(), at.date(), at, at - timedelta(days=1))
    moved = replace(usual, planned=date(2026, 12, 25))
    return [usual, moved, replace(usual, is_skipped=True), replace(moved, is_skipped=True)]


def outlooks() -> list[say.Outlook]:
    calls = [(), tuple(planned()[:1]), tuple(planned()[1:3]), tuple(planned()[2:])]
    habits = Habits("Europe/Berlin")
    return [
        say.Outlook(schedule, habits, following, (CALL,) * many, planned()[0] if many else None)
        for schedule in schedules()
        for following in calls
        for many in (0, 1)
    ]


def schedule_forms() -> list[Utterance]:
    new = [replace(each, id=0, channel="") for each in schedules()]
    return [
        say.schedule_form(each, date(2026, 11, 26), periods, "C1")
        for each in (*schedules(), *new)
        for periods in ([], [f"Q{n} <&>" for n in range(90)])
    ]


def reminders() -> list[Utterance]:
    """One review open, several, none, many; the first, the last, put off; and of a call that was cancelled."""
    one = UnderWay("Northwind & <Sons> " * 6, "U1", Status.AWAITING_ANSWER, 2, 9, "C1", "1.2")
    over = [replace(one, status=status) for status in (Status.FINISHED, Status.STOPPED)]
    first = Reminder(1, 1, "U1", 1, NOW, "D1")
    offered = dict.fromkeys(Snooze, NOW + timedelta(hours=1))
    return [
        say.reminder(sent, call, found, link, ways)
        for sent in (first, replace(first, number=2), replace(first, snoozed_until=NOW + timedelta(hours=1)))
        for call in calls_of()
        for found in ([one], [one] * 3, [*over], [one, *over], [*[one] * 30, *over * 30])
        for link in (lambda channel, ts: "", lambda channel, ts: "https://a.b/c")
        for ways in ({}, offered)
    ]


MONDAY = date(2026, 11, 16)


def movements() -> list[Movement]:
    """How a deal's telling moved, and a team's: without a review, with one, with as many as are shown, on one day."""
    told = [Told(NOW - timedelta(days=4 * n), Tally(30 - 6 * n, 7 * n, n)) for n in range(6)]
    silent = Told(NOW - timedelta(days=9), Tally(0, 0, 2))
    same_day = [replace(each, at=NOW) for each in told]
    tellings = ([], told[:1], told[:3], told, [*told, silent], same_day)
    return [
        *(shares.of_deal(each, "Asia/Tokyo") for each in tellings),
        *(shares.of_team(each, NOW, "UTC") for each in tellings),
    ]


def mirrors() -> list[Mirror]:
    """What somebody asked: about us, about the customer, about both, in weeks before, and more than is quoted."""
    ours, theirs, either = "When do we *close* <!channel>?", "Who there worries & why?", "Any news?"
    weeks = [datetime.combine(MONDAY - timedelta(days=7 * ago), time(12), UTC) for ago in range(5)]
    asked = (ours, theirs, either, f"{ours} {theirs}", f"{ours} What discount? What is our risk? {ours} Why so?" * 9)
    few = [[(weeks[0], text)] for text in asked]
    many = [(at, text) for at in weeks for text in asked]
    return [mirror.mirror(wrote, week, "UTC") for wrote in (*few, many) for week in (MONDAY,)] + [
        mirror.mirror(
            [(at + timedelta(days=7 * n), text) for at, text in few[0]], MONDAY + timedelta(days=7 * n), "UTC"
        )
        for n in range(9)
    ]


FLAGS = [Flag(kind, tuple(Reason(why, words, 2) for why in Why for words in ("", "They *fear* <it>"))) for kind in Kind]
BEFORE = Call(3, "T1", "U2", "C1", NOW + timedelta(hours=1), "Europe/Berlin", False, 60, NOW)


def digested_deals() -> list[Dossier]:
    """Deals for every heading of a digest, some with more to say than is shown, and with help wanted and taken."""
    told = [
        ToldLine(1, f"1.{n}:0", key, "U1", NOW, f"{THEIRS} *{n}* <!channel>", Label.CUSTOMER)
        for n, key in enumerate(("people", "why_change", "afterwards"))
    ]
    told.append(
        ToldLine(
            1, "1.9:0", "struggle", "U1", NOW, "Their CFO left the company & nobody *dares* <more>.", Label.CUSTOMER
        )
    )
    wish = ToldLine(1, "1.8:0", "our_help", "U1", NOW, "Could you find someone who *ran* both <systems>?", Label.US)
    standings = tuple((line.question, Standing.ANSWERED) for line in told)
    review = Past(1, "C1", "U1", "U2", NOW, NOW, False, False, True, "1.1", standings, (*told, wish), frozenset({"U1"}))
    ours = tuple(Step(n, False, True) for n in range(1, 7))
    found = [Dossier(replace(REVIEW.deal, id=n), items, (), ours[: n % 7]) for n, items in enumerate(ITEMS, start=1)]
    waits = replace(REVIEW.deal, id=70, waits_until=date(2027, 1, 12), waits_for="*budget* <meets>")
    moved = [Dossier(replace(REVIEW.deal, id=80 + n, close_date=NOW.date()), ITEMS[0], (review,)) for n in range(2)]
    return [
        *found,
        moved[0],
        seen_by(replace(moved[1], taken=((1, "1.8:0", "U2"),)), ()),
        replace(moved[1], deal=replace(REVIEW.deal, id=90), taken=((1, "1.8:0", "U2"),)),
        Dossier(waits, ITEMS[1], wait=Wait(date(2027, 1, 12), waits.waits_for)),
        Dossier(replace(waits, id=71, waits_for=""), ITEMS[1], wait=Wait(date(2027, 1, 12), "")),
        *(Dossier(replace(ended(ending), id=100 + n), ITEMS[0]) for n, ending in enumerate(Ending)),
        Dossier(replace(REVIEW.deal, id=110), ITEMS[-1], is_asked=True),
        Dossier(replace(REVIEW.deal, id=111, owner="U9"), ITEMS[-1]),
        *(Dossier(replace(REVIEW.deal, id=120 + n), CLEAR, is_asked=n == 1) for n in range(3)),
    ]


CLEAR = tuple(
    Item(key, each, freshness(key, each, Stage.DECIDING, NOW))
    for key in KEYS[1:]
    for each in [Known(key, 1, (THEIRS,), ("U1",), given_at=NOW, due=date(2026, 12, 1) if key == "next_step" else None)]
)


def digests() -> list[Utterance]:
    """Digests for everyone who gets one, of few deals and of far too many, and with everything that is done there."""
    some = digested_deals()
    many = [replace(each, deal=replace(each.deal, id=each.deal.id + 1000 * n)) for n in range(20) for each in some]
    clear = [each for each in some if each.items is CLEAR]
    sets = [[], clear[:1], clear, some, some[:1], some[-5:], [Dossier(REVIEW.deal, ITEMS[-1])], many]
    told = [shares.Told(NOW - timedelta(days=days), Tally(3, 5, 1)) for days in (1, 9, 20)]
    readers = [
        Reader(
            "U2",
            "digest:3:U2",
            BEFORE,
            True,
            {1: "https://a.b/c", 80: "https://a.b/c"},
            1,
            shares.of_team(told, NOW, "UTC"),
        ),
        Reader(
            "U2",
            "digest:3:U2",
            replace(BEFORE, at=NOW + timedelta(days=3)),
            hidden=2,
            moved=shares.of_team([], NOW, "UTC"),
        ),
        Reader("U1", "digest:3:U1", BEFORE, True),
        Reader("U1", "digest:asked:U1:1.1"),
    ]
    made = [say.digest(digest(each), reader) for each in sets for reader in readers]
    done = {"clear_shown": True, "asked": ["U1", "U9"], "sent": 3}
    return [
        *made,
        *(Utterance(each.name, {**each.context, **done, "page": page}) for each in made for page in (None, 0, 1)),
        *(Utterance(each.name, {**each.context, "sent": 0}) for each in made[:4]),
    ]


CHANGE = (
    Deal(1, "T1", "", "*North* <Sons>", "U1", Stage.EXPLORING),
    Deal(
        1, "T1", "", "*NORTH* <Sons>", "U2", Stage.SIGNING, None, "", date(2026, 12, 11), "Q4", Ending.NO_DECISION,
        amount=Decimal("1234567.50"), currency="EUR",
    ),
)  # fmt: skip
REPORTS = [
    Report(),
    Report(same=1, rejected=1),
    Report(1, 1, 0, 1, 1, Counter({"*Godot* <!channel>": 1}), [Sample("*North* <Sons>", differences(*CHANGE))]),
    Report(
        1200, 340, 98_000, 12, 3, Counter(f"stage {n}" for n in range(5)), [Sample("x" * 120, differences(*CHANGE))] * 5
    ),
]


def imports() -> list[Utterance]:
    """What a file would change, before, while and after that is done."""
    offers = [
        say.import_offer(1, "my *pipeline*.csv", system, report) for report in REPORTS for system in ("", "HubSpot")
    ]
    moved = [say.import_moved(1, state, 2000) for state in ("importing", "dropped", "done")]
    return [*offers, *(Utterance(each.name, {**each.context, **move.changes}) for each in offers for move in moved)]


EXAMPLES: dict[Callable[..., Utterance], Callable[[], list[Utterance]]] = {
    say.parent: lambda: [say.parent(review) for review in REVIEWS],
    say.question: questions,
    say.probe: probes,
    say.paused: lambda: in_turn(lambda review: say.paused(review, NOW)),
    say.stopped: lambda: in_turn(say.stopped),
    say.summary: lambda: summaries(say.summary),
    say.shared: lambda: summaries(say.shared),
    say.saved: lambda: [say.saved(SAID)],
    say.added: lambda: [say.added(SAID)],
    say.batch: batches,
    say.batch_form: batch_forms,
    say.batch_begun: lambda: [say.batch_begun(call, count) for call in calls_of() for count in (1, 40)],
    say.batch_unclear: lambda: [say.batch_unclear("<!channel> " * 400)],
    say.bad_when: lambda: [say.bad_when("<!channel> " * 400)],
    say.unknown_zone: lambda: [say.unknown_zone("<!here>", meant) for meant in ("", "Europe/London")],
    say.skipped_hour: lambda: [say.skipped_hour(date(2027, 3, 28), time(2, 30), "Europe/Berlin")],
    say.too_soon: lambda: [say.too_soon(NOW, "Europe/London", NOW - timedelta(minutes=m)) for m in (-9, 9)],
    say.evening_is_over: lambda: [say.evening_is_over()],
    say.no_choice: lambda: [say.no_choice()],
    say.no_deals: lambda: [say.no_deals()],
    say.too_many_deals: lambda: [say.too_many_deals(2000, 500)],
    say.needs_a_channel: lambda: [say.needs_a_channel()],
    say.not_your_call: lambda: [say.not_your_call("U2")],
    say.schedule_form: schedule_forms,
    say.schedule_card: lambda: [
        Utterance(said.name, {**said.context, "removed": removed}, said.slot)
        for said in map(say.schedule_card, outlooks())
        for removed in (False, True)
    ],
    say.list_of_schedules: lambda: [say.list_of_schedules(outlooks()[:many]) for many in (0, 1, 10)],
    say.schedule_kept: lambda: [say.schedule_kept(each) for each in outlooks()],
    say.schedule_gone: lambda: [say.schedule_gone(each) for each in schedules()],
    say.schedule_paused_itself: lambda: [
        say.schedule_paused_itself(schedules()[0], why, planned()[0])
        for why in ("not_a_member", "shared", "archived", "outside")
    ],
    say.call_moved: lambda: [say.call_moved(schedules()[0], each) for each in planned()[1:]],
    say.call_left_out: lambda: [say.call_left_out(schedules()[0], planned()[:many]) for many in (1, 2, 3)],
    say.nothing_to_prepare: lambda: [
        say.nothing_to_prepare(schedules()[0], planned()[0], deals, most) for deals, most in ((0, 0), (2000, 500))
    ],
    say.schedule_not_understood: lambda: [say.schedule_not_understood("<!channel> " * 400)],
    say.too_many_schedules: lambda: [say.too_many_schedules()],
    say.schedule_needs_deals: lambda: [say.schedule_needs_deals()],
    say.too_far: lambda: [say.too_far(date(2226, 11, 26))],
    say.call_is_over: lambda: [say.call_is_over()],
    say.not_your_schedule: lambda: [say.not_your_schedule()],
    say.unknown_schedule: lambda: [say.unknown_schedule()],
    say.reminder: reminders,
    say.no_time_to_snooze: lambda: [say.no_time_to_snooze()],
    say.call_is_off: lambda: [say.call_is_off()],
    say.not_your_reminder: lambda: [say.not_your_reminder()],
    say.only_theirs: lambda: [say.only_theirs(REVIEW), say.only_theirs(replace(REVIEW, opened_by="U1"))],
    say.only_for: lambda: [say.only_for("U0LENA")],
    say.only_owners: lambda: [say.only_owners(REVIEW)],
    say.already_over: lambda: [say.already_over(review) for review in REVIEWS],
    say.moved_on: lambda: [say.moved_on(review) for review in REVIEWS],
    say.first_question: lambda: [say.first_question()],
    say.nothing_earlier: lambda: [say.nothing_earlier()],
    say.no_more_angles: lambda: [say.no_more_angles()],
    say.already_paused: lambda: [say.already_paused()],
    say.under_way: lambda: [say.under_way()],
    say.line_gone: lambda: [say.line_gone()],
    say.line_moved: lambda: [
        say.line_moved(REVIEW.lines[0], label, learned) for label in Label for learned in (True, False)
    ],
    say.no_words: lambda: [say.no_words()],
    say.not_here: lambda: [say.not_here()],
    say.another_is_open: lambda: [say.another_is_open()],
    say.cannot_hold: lambda: [say.cannot_hold(why, "C1") for why in ("not_a_member", "shared", "archived", "outside")],
    say.could_not_open: lambda: [say.could_not_open(REVIEW, "channel_not_found")],
    say.unknown_person: lambda: [say.unknown_person()],
    say.one_owner: lambda: [say.one_owner()],
    say.bad_name: lambda: [say.bad_name(name, 120) for name in ("", "x" * 121, "<!channel> " * 400)],
    say.already_open: lambda: [
        say.already_open(review, link)
        for review in (*REVIEWS, replace(REVIEWS[0], channel="D0LENA"))
        for link in ("", "https://a.b/c")
    ],
    say.help_for_commands: lambda: [say.help_for_commands()],
    say.unknown_command: lambda: [say.unknown_command("hlep *me*", meant) for meant in ("", "help")],
    say.unknown_deal: lambda: [say.unknown_deal("North\nwind")],
    say.unreviewed_deal: lambda: [say.unreviewed_deal("North\nwind")],
    say.list_of_reviews: lambda: [
        say.list_of_reviews([(review, "https://a.b/c") for review in REVIEWS[:n]]) for n in (0, 5)
    ],
    say.list_of_lessons: lambda: [
        say.list_of_lessons(lessons, "U2")
        for lessons in ([], [LESSON, replace(LESSON, read_as=Label.UNCLEAR, label=Label.GAP)] * 5)
    ],
    say.lesson_forgotten: lambda: [say.lesson_forgotten(forgotten) for forgotten in (True, False)],
    say.show_deal: lambda: [
        *(say.show_deal(review, items, "") for review in REVIEWS for items in ITEMS),
        say.show_deal(REVIEW, ITEMS[0], "", FLAGS),
    ],
    say.questions_to_take: lambda: [say.questions_to_take(review, items) for review in REVIEWS for items in ITEMS],
    say.history: lambda: [say.history(REVIEWS[: n + 1]) for n in range(len(REVIEWS))],
    say.all_fresh: lambda: [say.all_fresh(REVIEWS[0].deal)],
    say.often_repeated: lambda: [say.often_repeated()],
    say.not_yet: lambda: [say.not_yet(date(2026, 12, 24))],
    say.deal_closed: lambda: [say.deal_closed(ended(ending)) for ending in Ending],
    say.deal_ended: lambda: [say.deal_ended(ended(ending)) for ending in (None, *Ending)],
    say.review_is_open: lambda: [say.review_is_open(REVIEWS[0], link) for link in ("", "https://a.slack.com/x")],
    say.handed_over: lambda: [say.handed_over(count, "U1", "U2") for count in (0, 1, 2)],
    say.not_theirs_to_give: lambda: [say.not_theirs_to_give("U1")],
    say.two_people: lambda: [say.two_people()],
    say.may_have_changed: lambda: in_turn(lambda review: say.may_have_changed(review, Suggestion("people", "left"))),
    say.may_answer: lambda: [say.may_answer(REVIEWS[0], SAID, KEYS[1:n]) for n in (2, 9)],
    say.answered_later: lambda: [say.answered_later("people", REVIEWS[0])],
    say.will_ask: lambda: [say.will_ask("people", now, REVIEWS[0]) for now in (True, False)],
    say.close_form: lambda: [say.close_form(REVIEWS[0].deal)],
    say.home: homes,
    say.nudge: nudges,
    say.nudge_heard_form: lambda: [say.nudge_heard_form(NUDGE, m, date(2026, 11, 24)) for m in (MATTERS[:1], MATTERS)],
    say.nudge_waits_form: lambda: [say.nudge_waits_form(NUDGE, m) for m in (MATTERS[:1], MATTERS)],
    say.nudge_stop_form: lambda: [say.nudge_stop_form(NUDGE, MATTERS)],
    say.nothing_stale: lambda: [say.nothing_stale()],
    say.not_your_nudge: lambda: [say.not_your_nudge()],
    say.newer_nudge: lambda: [say.newer_nudge()],
    say.day_is_over: lambda: [say.day_is_over(date(2026, 11, 20))],
    say.needs_a_day: lambda: [say.needs_a_day()],
    say.needs_a_reason: lambda: [say.needs_a_reason()],
    say.digest: digests,
    say.in_our_messages: lambda: [say.in_our_messages(link) for link in ("", "https://a.b/c")],
    say.nothing_to_digest: lambda: [say.nothing_to_digest()],
    say.no_direct_messages: lambda: [say.no_direct_messages()],
    say.not_your_digest: lambda: [say.not_your_digest()],
    say.call_has_begun: lambda: [say.call_has_begun()],
    say.question_ahead: lambda: [
        say.question_ahead(BEFORE, talk, names_deal=names)
        for key in KEYS[1:]
        for heading in ("moved", "old")
        for talk in [{"id": 1, "deal": "North & <Sons>", "owner": "U1", "ask": key, "heading": heading}]
        for names in (False, True)
    ],
    say.sent_ahead: lambda: [
        say.sent_ahead(*sent) for sent in ((0, 0), (1, 0), (0, 1), (5, 0), (0, 5), (1, 1), (5, 2))
    ],
    say.help_taken: lambda: [say.help_taken("U2", "U1", "Could *you* find <!channel> someone?", "1.1:0")],
    say.already_taken: lambda: [say.already_taken("U2")],
    say.asked_for_review: lambda: [
        say.asked_for_review("U2", "U1", [{"id": 1, "deal": "North & <Sons>", "link": link}] * n, call, "asked:1:U1")
        for link, n, call in (("", 1, None), ("https://a.b/c", 2, BEFORE), ("https://a.b/c", 12, BEFORE))
    ],
    say.nothing_to_ask_for: lambda: [say.nothing_to_ask_for("U1")],
    say.asked_already: lambda: [say.asked_already("U1")],
    say.digest_time_form: lambda: [say.digest_time_form(replace(BEFORE, digest_minutes=n)) for n in (15, 60, 999)],
    say.import_reading: lambda: [say.import_reading(1, "my *pipeline*.csv")],
    say.import_unreadable: lambda: [
        say.import_unreadable(1, "<a>.csv", trouble, found)
        for trouble in (*Trouble, "too_big", "gone", "no_scope")
        for found in (["20"], ["name"] * 12)
    ],
    say.import_dates: lambda: [
        say.import_dates(1, "a.csv", "04/12/2026", *days)
        for days in ((None, None), (date(2026, 12, 4), date(2026, 4, 12)))
    ],
    say.import_offer: imports,
    say.import_done: lambda: [say.import_done(1, "a.csv", report) for report in REPORTS],
    say.import_over: lambda: [say.import_over()],
    say.my_data_coming: lambda: [say.my_data_coming()],
    say.my_data_given: lambda: [say.my_data_given("1")],
    say.no_file_taken: lambda: [say.no_file_taken("1", "files:write")],
    say.forget_me_form: lambda: [
        say.forget_me_form("U1", *counts) for counts in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (3, 2))
    ],
    say.forgotten: lambda: [say.forgotten("1")],
    say.delete_deal_form: lambda: [say.delete_deal_form(REVIEW.deal, count) for count in (0, 1, 2)],
    say.deal_deleted: lambda: [say.deal_deleted("1")],
    say.not_your_deal: lambda: [say.not_your_deal(REVIEW.deal)],
    say.taken_back: lambda: [say.taken_back(is_review) for is_review in (True, False)],
    say.rejection: lambda: [say.rejection(Rejection(ground, "12")) for ground in Ground],
    say.went_wrong: lambda: [say.went_wrong("0a1b2c3d")],
    say.slack_is_busy: lambda: [say.slack_is_busy()],
    say.not_taken: lambda: [say.not_taken("0a1b2c3d")],
    say.playbook_card: lambda: cards(),
    say.playbook_preview: lambda: [say.playbook_preview(each, "U1", "1") for each in playbooks()],
    say.question_form: lambda: [
        say.question_form("standard", 1, each) for each in (None, *STANDARD.questions, OWN_QUESTION)
    ],
    say.words_will_not_do: lambda: [
        say.words_will_not_do(Wrong(field, why, 5)) for why in WhyNot for field in ("ask", "angles")
    ],
    say.playbook_below: lambda: [say.playbook_below(STANDARD)],
    say.unknown_playbook: lambda: [say.unknown_playbook("<!channel>", names) for names in (["A"], ["A", "*B*"])],
    say.playbook_form: lambda: [say.playbook_form(STANDARD, 1)],
    say.playbook_file: lambda: [
        *(say.playbook_file(1, "<!channel>.yml", STANDARD, state) for state in ("same", "in_the_way", "managers")),
        *(say.playbook_file(1, "a.yml", each, "offered", changes(STANDARD, each)) for each in playbooks()),
        say.playbook_file(1, "a.yml", STANDARD, "offered", changes(None, STANDARD)),
        say.playbook_file(1, "a.yml", STANDARD, "offered", changes(ONE_OFF, STANDARD)),
        say.playbook_file(1, "a.yml", STANDARD, "offered", changes(STANDARD, STANDARD)),
        say.playbook_file(1, "a.yml", TURNED, "offered", changes(STANDARD, TURNED)),
    ],
    say.playbook_unreadable: lambda: [
        say.playbook_unreadable(1, "<!channel>.yml", [f"question {n}: `ask` is empty" for n in range(many)])
        for many in (1, 40)
    ],
    say.playbook_mistyped: lambda: [say.playbook_mistyped("<!channel> with renewl", "<!channel>", "Renewal")],
    say.playbook_gone: lambda: [say.playbook_gone()],
    say.playbook_moved_on: lambda: [say.playbook_moved_on()],
    say.playbook_full: lambda: [say.playbook_full()],
    say.playbook_as_it_was: lambda: [say.playbook_as_it_was()],
    say.playbook_thin: lambda: [say.playbook_thin(STANDARD, 1, left) for left in ((), STANDARD.questions[1:3])],
    say.playbook_overtaken: lambda: [say.playbook_overtaken(STANDARD, 1, 2, "U1")],
    say.playbook_usual: lambda: [say.playbook_usual(STANDARD)],
    say.playbook_given: lambda: [say.playbook_given("1", "standard")],
    say.only_managers: lambda: [say.only_managers()],
    say.start_form: lambda: [say.start_form(channel, "U1") for channel in ("", "C1")],
    say.details_form: lambda: [say.details_form(review) for review in REVIEWS],
    say.settings_form: lambda: [
        say.settings_form(habits, NOW.date(), Shown(), nudges) for habits in HABITS for nudges in (True, False)
    ],
    say.rules_form: lambda: [say.rules_form(rules) for rules in RULES],
    say.crew_form: lambda: [
        say.crew_form(crew, "V1", SHIPPED)
        for crew in (Crew(0, ""), Crew(21, "South", playbook="renewal"), *RULES[1].crews)
    ],
    say.bad_team: lambda: [say.bad_team(why) for why in ("no_name", "taken", "too_many")],
    say.only_admins: lambda: [say.only_admins()],
    say.held_elsewhere: lambda: [say.held_elsewhere([f"C{n}" for n in range(many)]) for many in (1, 2, 3, 5, 9)],
    say.not_a_manager: lambda: [say.not_a_manager(named) for named in NAMED],
    say.outside_your_team: lambda: [say.outside_your_team(named) for named in NAMED],
    say.bad_hours: lambda: [say.bad_hours()],
    say.no_workdays: lambda: [say.no_workdays()],
    say.bad_absence: lambda: [say.bad_absence(why) for why in ("no_first_day", "no_last_day", "in_reverse", "over")],
    say.unknown_holidays: lambda: [
        say.unknown_holidays(*asked) for asked in (("", ()), ("XX", ()), ("DE", ("BW", "BY")))
    ],
    say.impossible_date: lambda: [say.impossible_date()],
    say.impossible_amount: lambda: [say.impossible_amount()],
    say.fix_form: lambda: [
        say.fix_form(REVIEW, REVIEW.lines),
        say.fix_form(REVIEW, REVIEW.lines * 9),
        *(say.fix_form(REVIEW, REVIEW.lines, why) for why in explained()),
    ],
    say.how_it_moved: lambda: [say.how_it_moved(REVIEW.deal, moved) for moved in movements()],
    say.mirror: lambda: [say.mirror("U1", seen) for seen in mirrors()],
    say.mirror_now: lambda: [say.mirror_now(seen) for seen in (*mirrors(), mirror.mirror([], MONDAY, "UTC"))],
    say.mirror_is_off: lambda: [say.mirror_is_off()],
    say.colleagues_only: lambda: [say.colleagues_only()],
    say.colleagues_only_home: lambda: [say.colleagues_only_home()],
    say.not_while_shared: lambda: [say.not_while_shared()],
    say.held_back: lambda: [
        replace(told, context={**told.context, "over": over})
        for told in (say.held_back("C1", "U1", [REVIEW] * many, "outsiders:C1:U1:1") for many in (1, 9))
        for over in (False, True)
    ],
    say.nothing_to_move: lambda: [say.nothing_to_move(REVIEW)],
}
"""Something said with every function, in every state that its template tells apart."""


def but(said: Utterance, **changes: object) -> Utterance:
    return replace(said, context={**said.context, **changes})


def seldom() -> list[Utterance]:
    """What is said seldom, so that it is in none of the examples above."""
    passed = Known("next_step", 1, given_at=NOW, due=date(2026, 11, 20))
    ledgers = [{"next_step": passed, "no_action": Known("no_action", 1, open_since=NOW)}, {"next_step": passed}]
    flagged = [replace(glance(REVIEW.deal, each, NOW, scale=1.0, zone="UTC"), flags=tuple(FLAGS)) for each in ledgers]
    own = page(flagged, Only.ALL, 0, NOW.date())
    none = [Page((), 0, 1, 0, every) for every in (1, 3)]
    waits = replace(REVIEW.deal, waits_until=date(2027, 1, 12), waits_for="*budget* <meets>")
    home = Home("U1", Shown(), [], own, None, {}, HABITS[0], NOW.date())
    homes = [replace(home, shown=Shown(only), mine=mine, team=mine) for only in list(Only)[1:] for mine in none]
    sum_of_ours = Known("no_action", 1, ("We worked out that it costs them 40k.",), ("U1",), Source.OUR_GUESS, NOW)
    guess = [
        Item("no_action", sum_of_ours, freshness("no_action", sum_of_ours, Stage.DECIDING, NOW)),
        *(item for item in CLEAR if item.question != "no_action"),
    ]
    old = [replace(item, freshness=Freshness(State.STALE, NOW, NOW, 40)) for item in ITEMS[0][:2]]
    moved = replace(next(each for each in digested_deals() if each.deal.id == 80), items=(*old, *CLEAR[2:]))
    found = digest([Dossier(replace(REVIEW.deal, id=1), tuple(guess)), moved])
    ahead = Reader("U1", "digest:3:U1", replace(BEFORE, at=NOW + timedelta(days=3)))
    answers = {"people": replace(REVIEW.answer("people"), standing=Standing.ANSWERED, heard_on=NOW.date())}
    unreadable = [say.import_unreadable(1, "a.csv", trouble, []) for trouble in (Trouble.NO_NAMES, Trouble.LONG_LINE)]
    dated = replace(
        REVIEW.deal, their_date_source="", close_date=date(2026, 12, 24), amount=Decimal("12500"), currency="EUR"
    )
    put_off = replace(WAITING, returns_at=NOW + timedelta(days=1))
    again = replace(EMPTY, asked="people", earlier={"people": replace(REVIEW.answer("people"), source=None)})
    told = replace(again, earlier={"people": replace(again.earlier["people"], source=Source.WE_SAW_IT)})
    in_doubt = [replace(ITEMS[0][0], freshness=Freshness(State.STALE, NOW, NOW, n, Cause.DOUBT)) for n in (0, 1)]
    return [
        *map(say.home, (home, *homes)),
        say.parent(replace(REVIEW, deal=dated)),
        say.parent(put_off),
        say.paused(put_off, NOW),
        *map(say.question, (again, told)),
        say.questions_to_take(REVIEW, in_doubt),
        *(say.nudge(NUDGE, [Matter(waits, (), came)], "Asia/Tokyo") for came in Came),
        say.nudge(NUDGE, [Matter(replace(waits, waits_for=""), (), Came.WAITING)], "Asia/Tokyo"),
        say.digest(found, ahead),
        but(say.digest(found, ahead), still_open=2),
        *(
            say.show_deal(REVIEW, ITEMS[0], "", [Flag(kind, (reason,))])
            for kind in Kind
            for reason in (*FLAGS[0].reasons, Reason(Why.OLD, "", 1))
        ),
        say.history([replace(EMPTY, answers=answers)]),
        but(say.import_dates(1, "a.csv", "04/12/2026", None, None), open=False),
        *unreadable,
        *(say.schedule_paused_itself(schedules()[0], why, planned()[0]) for why in ("elsewhere", "manager")),
        *(say.unknown_command(typed, "") for typed in ("import", "export")),
    ]


SELDOM = seldom()
EVERYTHING = [*(utterance for examples in EXAMPLES.values() for utterance in examples()), *SELDOM]


def sayings() -> list[Callable[..., Utterance]]:
    """Every public function that says something."""
    functions = inspect.getmembers(say, inspect.isfunction)
    return [
        function
        for name, function in functions
        if function.__module__.startswith(say.__name__)
        and not name.startswith("_")
        and inspect.signature(function).return_annotation == "Utterance"
    ]


def templates() -> Iterator[tuple[str, str]]:
    """Every template's name without its ending, with its source."""
    for path in sorted(TEMPLATES.rglob("*.j2")):
        yield path.relative_to(TEMPLATES).as_posix().removesuffix(".j2"), path.read_text(encoding="utf-8")


def messages(source: str) -> Iterator[tuple[int, str]]:
    """Every message of a template, in the singular and in the plural, with the line in which it stands."""
    for line, function, said in JINJA.extract_translations(source):  # type: ignore[attr-defined]
        parts = (said,) if isinstance(said, str) else said
        yield from ((line, words) for words in parts["pgettext" in function :] if words)


def texts(value: Any) -> Iterator[str]:
    """Every text of some blocks that a person reads."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


# Templates and functions


def test_every_function_that_says_something_is_exemplified_here() -> None:
    assert set(sayings()) == set(EXAMPLES)


def test_every_function_has_a_template_of_its_name() -> None:
    for function, examples in EXAMPLES.items():
        assert {each.name for each in examples()} == {function.__name__}
        assert (TEMPLATES / f"{function.__name__}.j2").is_file()


def test_every_template_is_said_by_a_function() -> None:
    standing_alone = {name for name, _ in templates() if "/" not in name and not name.startswith("_")}
    assert standing_alone == {function.__name__ for function in sayings()}


def test_every_part_of_a_template_is_used_by_one() -> None:
    named = {found for _, source in templates() for found in re.findall(r'"(_\w+)\.j2"', source)}
    assert named == {name for name, _ in templates() if name.startswith("_")}


@pytest.mark.parametrize("playbook", SHIPPED.playbooks.values(), ids=lambda playbook: playbook.key)
def test_every_question_that_ships_has_all_its_words_and_follow_ups_that_differ(playbook: Playbook) -> None:
    assert set(NINE) <= {question.key for question in playbook.questions}
    assert playbook.asked[0] == OPENING
    for question in playbook.questions:
        assert question.label
        assert question.ask.endswith(("?", "."))
        assert question.not_known
        assert len(set(question.angles)) == len(question.angles)
        if question.key != OPENING:
            assert question.matter
            assert question.angles
            assert question.vague
            assert question.could_ask.endswith("?")
            assert question.ages


# Rendered


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.__name__)
def test_everything_renders_and_slack_would_take_it(function: Callable[..., Utterance]) -> None:
    for utterance in (each for each in EVERYTHING if each.name == function.__name__):
        said = SPEAKER.render("T1", utterance)
        if utterance.slot.startswith(say.ON):
            continue
        kind = said.frame.get("type")
        problems = view_problems(said.view, kind) if kind else block_problems(said.blocks, "message")
        assert problems == [], json.dumps(said.blocks, indent=1)
        if not kind:
            assert block_problems(said.drawn, "message") == [], json.dumps(said.drawn, indent=1)
            assert said.text.strip()
            assert len(said.text) <= 4000
        assert not any(re.search(r"\{\{|\bNone\b(?! yet)|Undefined", text) for text in texts(said.blocks)), said.blocks


def test_a_button_and_what_it_asks_first_are_cut_to_what_slack_takes() -> None:
    long = "as long as it may be " * 20
    made = [blocks.button(long, "one", 1, confirm=[long] * 4), blocks.link_button(long, "two", "https://a.example")]
    assert block_problems([{"type": "actions", "elements": made}], "message") == []


def test_what_a_person_typed_is_encoded_wherever_it_is_shown() -> None:
    for utterance in EVERYTHING:
        for block in SPEAKER.render("T1", utterance).blocks:
            for text in texts(block):
                assert "<Sons>" not in text or block["type"] == "input" or "plain_text" in json.dumps(block)
                assert "*their* board" not in text


def test_a_sentence_for_a_place_without_blocks_is_plain() -> None:
    for name in ("cannot_hold", "only_theirs", "bad_name", "line_gone", "impossible_date", "not_here", "already_open"):
        for utterance in (each for each in EVERYTHING if each.name == name and "typed" not in each.context):
            sentence = SPEAKER.sentence("T1", utterance)
            assert sentence.strip()
            assert not re.search(r"<(?:[@#!]|https?:)|&(?:amp|lt|gt);", sentence), sentence


def test_a_summary_counts_what_it_shows() -> None:
    summed = summarise(OVER)
    text = "\n".join(texts(SPEAKER.render("T1", say.summary(OVER)).blocks))
    assert f"{summed.first.us} of {summed.first.us + summed.first.customer} lines about us" in text
    assert f"{summed.whole.us} of {summed.whole.us + summed.whole.customer} lines about us" in text
    assert f"{summed.heard} of {summed.asked} heard" in text


@pytest.mark.parametrize("say_it", [say.summary, say.shared])
def test_a_summary_decided_before_there_were_headings_can_still_be_said(say_it: Callable[[Review], Utterance]) -> None:
    decided = say_it(OVER)
    bare = [line for said in decided.context["about_us"] for line in said["lines"]]
    said = SPEAKER.render("T1", Utterance(decided.name, {**decided.context, "about_us": bare}))
    assert f"🟧  *ABOUT US*\n• “{OURS}" in said.text


# Kind


def test_no_template_has_an_unkind_word() -> None:
    for name, source in templates():
        read = WITH_THEM.sub("", "\n".join(words for _, words in messages(source)))
        found = [word for word in UNKIND if re.search(rf"\b{word}\b", read, re.IGNORECASE)]
        assert not found, (name, found)


def test_nothing_that_is_said_has_an_unkind_word() -> None:
    """But for what people typed themselves, which is quoted as it is: here that is the sayings'."""
    typed = " ".join((*ANSWERS, OPEN, UNCLEAR, OURS, THEIRS)).casefold()
    for utterance in EVERYTHING:
        for text in texts(SPEAKER.render("T1", utterance).blocks):
            found = [
                word
                for word in UNKIND
                if re.search(rf"\b{word}\b", WITH_THEM.sub("", text), re.IGNORECASE) and word not in typed
            ]
            assert not found, (utterance.name, text)


def test_no_paragraph_is_too_long_for_a_phone() -> None:
    for name, source in templates():
        for line, words in messages(source):
            assert len(words) <= 320, (name, line, words)


def test_code_holds_no_words_but_those_of_the_bank() -> None:
    """Contexts are plain data: a template decides what is said about them."""
    for utterance in EVERYTHING:
        assert isinstance(json.dumps(utterance.context, default=str), str)
        assert not any(isinstance(value, str) and value.endswith((".", "?")) for key, value in utterance.context.items()
                       if key not in ("typed", "deal", "customer", "struggle", "line"))  # fmt: skip


def test_every_word_one_can_reply_with_is_in_the_help() -> None:
    told = SPEAKER.render("T1", say.help_for_commands()).text
    for word in Word:
        assert f"`{word.replace('_', ' ')}`" in told


def test_a_template_never_reaches_for_the_loader_by_a_name_that_people_typed() -> None:
    for name, source in templates():
        for imported in JINJA.parse(source).find_all(nodes.Import):
            given = imported.template
            if isinstance(given, nodes.Const):
                continue
            used = {each.name for each in given.find_all(nodes.Name)} | {
                each.attr for each in given.find_all(nodes.Getattr)
            }
            assert used <= {"question", "lead", "heard", "open", "each"}, (name, used)


def test_a_press_by_somebody_else_is_answered_with_the_names_of_whose_turn_it_is() -> None:
    hint = steering.act(REVIEW, Word.SKIP, Act("U9", "1"), NOW).hint
    assert hint is not None
    assert SPEAKER.render("T1", hint).text.startswith("That one is for Lena or Lena.")
