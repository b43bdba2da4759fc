"""The words: every one in a template, every template said, everything rendered, nothing unkind."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from jinja2 import nodes
from slack_sdk import WebClient

from bot.speaker import TEMPLATES, Speaker
from flows import lens, steering
from flows import utterances as say
from flows.events import Suggestion
from flows.freshness import Cause, Freshness, State, freshness
from flows.home import Home, Only, Shown, UnderWay, glance, page
from flows.hours import Habits
from flows.ledger import Known, Wait
from flows.nudging import Came, Matter, Nudge
from flows.outlook import Item
from flows.playbook import AFTERWARDS, OPENING, PLAYBOOK
from flows.review import (
    Answer,
    Deal,
    Ending,
    Explained,
    Label,
    Lesson,
    Reply,
    Review,
    Source,
    Stage,
    Standing,
    Status,
)
from flows.steering import Act
from flows.summary import summarise
from flows.utterances import Utterance
from flows.words import Word
from sandbox.blocks import block_problems, view_problems
from storage.deals import Person
from tests.conftest import START
from tests.sayings import ANSWERS, OPEN, OURS, THEIRS, UNCLEAR

NOW = datetime.fromtimestamp(START, UTC)
WITH_THEM = re.compile(r"\b(?:was going wrong for them|could go wrong for the person)\b")
"""The question bank asks what is not well in the customer's world; that is no word about the rep."""
UNKIND = ("wrong", "bad", "incomplete", "score", "scores", "scored", "scoring", "fail", "failed", "poor", "mistake")
KEYS = [question.key for question in PLAYBOOK]


class Acquaintances:
    """Everybody is called Lena and lives in Berlin."""

    def known(self, team: str, person_id: str) -> Person:
        return Person(team, person_id, "Lena", "Europe/Berlin")


SPEAKER = Speaker(WebClient("xoxb-nobody"), Acquaintances())
JINJA = SPEAKER._words


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
REVIEWS = (REVIEW, EMPTY, OVER, ENDED, WAITING, SHORT)
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
    angles = [(question.key, f"about_us_{n}") for question in PLAYBOOK for n in range(1, question.angles + 1)]
    vague = [(question.key, steering.VAGUE) for question in PLAYBOOK if question.angles]
    return [say.probe(replace(REVIEW, asked=key), probe) for key, probe in (*angles, *vague)]


def questions() -> list[Utterance]:
    led = [say.question(replace(REVIEW, asked=KEYS[-1]), lead=key) for key in KEYS]
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
        say.home(Home("U1", Shown(only), reviews * times, mine[n], team[n], {1: link}, habits, NOW.date()))
        for n, only in enumerate(Only)
        for mine, team, times, link, habits in (
            (few, none, 0, "", HABITS[0]),
            (none, [None] * 4, 0, "", HABITS[1]),
            (none, many, 1, "https://a.b/c", HABITS[2]),
            (many, many, 3, "https://a.b/c", HABITS[0]),
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
    say.only_theirs: lambda: [say.only_theirs(REVIEW), say.only_theirs(replace(REVIEW, opened_by="U1"))],
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
    say.cannot_hold: lambda: [say.cannot_hold(why, "C1") for why in ("not_a_member", "shared")],
    say.could_not_open: lambda: [say.could_not_open(REVIEW, "channel_not_found")],
    say.unknown_person: lambda: [say.unknown_person()],
    say.one_owner: lambda: [say.one_owner()],
    say.bad_name: lambda: [say.bad_name(name, 120) for name in ("", "x" * 121, "<!channel> " * 400)],
    say.already_open: lambda: [say.already_open(review, link) for review in REVIEWS for link in ("", "https://a.b/c")],
    say.help_for_commands: lambda: [say.help_for_commands()],
    say.unknown_command: lambda: [say.unknown_command("hlep *me*", meant) for meant in ("", "help")],
    say.unknown_deal: lambda: [say.unknown_deal("North\nwind")],
    say.list_of_reviews: lambda: [
        say.list_of_reviews([(review, "https://a.b/c") for review in REVIEWS[:n]]) for n in (0, 5)
    ],
    say.list_of_lessons: lambda: [
        say.list_of_lessons(lessons, "U2")
        for lessons in ([], [LESSON, replace(LESSON, read_as=Label.UNCLEAR, label=Label.GAP)] * 5)
    ],
    say.lesson_forgotten: lambda: [say.lesson_forgotten(forgotten) for forgotten in (True, False)],
    say.show_deal: lambda: [say.show_deal(review, items, "") for review in REVIEWS for items in ITEMS],
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
    say.answered_later: lambda: [say.answered_later("people", REVIEWS[0].deal)],
    say.will_ask: lambda: [say.will_ask("people", now, REVIEWS[0].deal) for now in (True, False)],
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
    say.went_wrong: lambda: [say.went_wrong("0a1b2c3d")],
    say.not_taken: lambda: [say.not_taken("0a1b2c3d")],
    say.start_form: lambda: [say.start_form(channel, "U1") for channel in ("", "C1")],
    say.details_form: lambda: [say.details_form(review) for review in REVIEWS],
    say.settings_form: lambda: [say.settings_form(habits, NOW.date(), Shown()) for habits in HABITS],
    say.bad_hours: lambda: [say.bad_hours()],
    say.no_workdays: lambda: [say.no_workdays()],
    say.bad_absence: lambda: [say.bad_absence(why) for why in ("no_first_day", "no_last_day", "in_reverse", "over")],
    say.unknown_holidays: lambda: [
        say.unknown_holidays(*asked) for asked in (("", ()), ("XX", ()), ("DE", ("BW", "BY")))
    ],
    say.impossible_date: lambda: [say.impossible_date()],
    say.fix_form: lambda: [
        say.fix_form(REVIEW, REVIEW.lines),
        say.fix_form(REVIEW, REVIEW.lines * 9),
        *(say.fix_form(REVIEW, REVIEW.lines, why) for why in explained()),
    ],
    say.nothing_to_move: lambda: [say.nothing_to_move(REVIEW)],
}
"""Something said with every function, in every state that its template tells apart."""

EVERYTHING = [utterance for examples in EXAMPLES.values() for utterance in examples()]


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


def test_every_question_has_its_words_and_all_words_belong_to_one() -> None:
    assert {name.removeprefix("questions/") for name, _ in templates() if "/" in name} == {*KEYS, AFTERWARDS}


def test_every_question_has_as_many_angles_as_the_playbook_says_and_all_differ() -> None:
    for question in PLAYBOOK:
        words = JINJA.get_template(f"questions/{question.key}.j2").make_module(
            {"customer": "Them", "deal": "D", "struggle": ""}
        )
        assert str(words.label()).strip()  # type: ignore[attr-defined]
        assert str(words.ask()).strip().endswith(("?", "."))  # type: ignore[attr-defined]
        assert str(words.not_known()).strip()  # type: ignore[attr-defined]
        angles = [str(words.angle(f"about_us_{n}")).strip() for n in range(1, question.angles + 1)]  # type: ignore[attr-defined]
        assert all(angles)
        assert len(set(angles)) == question.angles
        if question.angles:
            assert str(words.angle(f"about_us_{question.angles + 1}")).strip() == ""  # type: ignore[attr-defined]
            assert str(words.vague()).strip()  # type: ignore[attr-defined]
            assert str(words.could_ask()).strip().endswith("?")  # type: ignore[attr-defined]


# Rendered


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.__name__)
def test_everything_renders_and_slack_would_take_it(function: Callable[..., Utterance]) -> None:
    for utterance in EXAMPLES[function]():
        said = SPEAKER.render("T1", utterance)
        if utterance.slot.startswith(say.ON):
            continue
        kind = said.frame.get("type")
        problems = view_problems(said.view, kind) if kind else block_problems(said.blocks, "message")
        assert problems == [], json.dumps(said.blocks, indent=1)
        if not kind:
            assert said.text.strip()
            assert len(said.text) <= 4000
        assert not any(re.search(r"\{\{|\bNone\b(?! yet)|Undefined", text) for text in texts(said.blocks)), said.blocks


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
        read = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
        read = WITH_THEM.sub("", read)
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
        for paragraph in re.sub(r"\{[{%#].*?[}%#]\}", "", source).split("\n"):
            assert len(paragraph) <= 320, (name, paragraph)


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
