"""Everything the bot can say: one function for each template in `templates/`, with the template's name.

A function gives the template's context as plain data; the words are in the template. Where it is said is a *slot*: the
place of one message in a review's thread. Saying something in a slot that was used before edits that message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from flows import contexts
from flows.events import Suggestion
from flows.home import MOST_REVIEWS, Home, Shown
from flows.hours import Habits, countries, next_morning
from flows.nudging import MOST_DEALS, Matter, Nudge
from flows.outlook import Item
from flows.playbook import PEOPLE, STEERED
from flows.review import Answer, Deal, Explained, Label, Lesson, Line, Reply, Review, Source, Standing
from flows.summary import summarise

PARENT = "parent"
SHARED = "shared"
ON = "on:"

MOST_CHOICES = 4
"""Buttons in a row, with one for none of them."""

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Utterance:
    """Something to say: a template's name, what it needs to know, and the slot to say it in.

    A slot `on:<ts>` is a reaction on that message. An empty slot is for the acting person's eyes only.
    """

    name: str
    context: Context
    slot: str = ""


@dataclass(frozen=True)
class Retouch:
    """Say again what stands in a slot, with part of its context changed."""

    slot: str
    changes: Context


def ask_slot(ask: int) -> str:
    return f"ask:{ask}"


def summary_slot(ask: int) -> str:
    return f"summary:{ask}"


def nudge_slot(nudge: Nudge) -> str:
    return f"nudge:{nudge.id}"


def on_slot(message_ts: str) -> str:
    return f"{ON}{message_ts}"


# In the channel and in the thread


def parent(review: Review) -> Utterance:
    """The message in the channel, edited in place: whose turn it is, how far the review is, what came of it."""
    summary = summarise(review)
    return Utterance(
        "parent",
        {
            "review": review.id,
            "deal": review.deal.name,
            "owner": review.owner,
            "opened_by": review.opened_by,
            "status": review.status,
            "number": review.number,
            "total": len(review.questions),
            "ended_at": review.ended_at,
            "returns_at": review.returns_at,
            "asked": summary.asked,
            "heard": summary.heard,
            "guesses": summary.guesses,
            "unknown": len(summary.unknown),
            "theirs": [line.text for line in summary.theirs[:1]],
            "details": contexts.details(review.deal),
        },
        PARENT,
    )


def question(review: Review, lead: str | None = None, calls: bool = False) -> Utterance:
    """The open question. `lead` is the question before, when it stays open and deserves a word.

    The owner is mentioned if it `calls` them back, or if somebody else began the review.
    """
    answer, earlier = review.answer(review.asked), review.earlier.get(review.asked)
    return Utterance(
        "question",
        {
            **contexts.asking(review),
            "lead": lead,
            "struggle": contexts.struggle(review),
            "mention": review.owner if calls or (review.ask == 1 and review.owner != review.opened_by) else None,
            "number": review.number,
            "total": len(review.questions),
            "said": [reply.text for reply in answer.live],
            "earlier": contexts.earlier(earlier) if earlier and not answer.live else None,
        },
        ask_slot(review.ask),
    )


def probe(review: Review, probe: str) -> Utterance:
    """One follow-up to the open question: an angle for an answer that was about us, or a call for an example."""
    return Utterance("probe", {**contexts.asking(review), "probe": probe}, ask_slot(review.ask))


def closed(review: Review, standing: Standing | None) -> Retouch:
    """Take the buttons off the latest question; after an answer, offer *How do we know?* instead."""
    answer = review.answer(review.asked)
    shown = {"source": answer.source, "heard_on": answer.heard_on, "due": answer.due}
    return Retouch(ask_slot(review.ask), {"open": False, "standing": standing, **shown})


def known_by(ask: int, source: Source) -> Retouch:
    return Retouch(ask_slot(ask), {"source": source})


def dated(ask: int, answer: Answer) -> Retouch:
    """The day on which an answer was heard, or by which a step is to be done, was told."""
    return Retouch(ask_slot(ask), {"heard_on": answer.heard_on, "due": answer.due})


def paused(review: Review, now: datetime) -> Utterance:
    """A pause, until its owner comes back or until a morning; `morning` is the next one that may be chosen."""
    return Utterance(
        "paused",
        {
            **contexts.asking(review),
            "number": review.number,
            "total": len(review.questions),
            "returns_at": review.returns_at,
            "morning": next_morning(now, review.zone),
        },
        ask_slot(review.ask),
    )


def stopped(review: Review) -> Utterance:
    return Utterance("stopped", contexts.asking(review), ask_slot(review.ask))


def summary(review: Review) -> Utterance:
    """The mirror: the two tellings and the two sides at one glance."""
    return Utterance("summary", contexts.summary(review), summary_slot(review.ask))


def shared(review: Review) -> Utterance:
    return Utterance("shared", contexts.summary(review), SHARED)


def shared_before(review: Review) -> Retouch:
    """What was shown in the channel says the same as the summary; if nothing was, nothing is said."""
    return Retouch(SHARED, contexts.summary(review))


def carried_on(review: Review) -> Retouch:
    """An early summary gives way when the review goes on: only the last one is kept up to date."""
    return Retouch(summary_slot(review.ask), {"carried_on": True})


def saved(reply: Reply) -> Utterance:
    return Utterance("saved", {}, on_slot(reply.message_ts))


def added(reply: Reply) -> Utterance:
    return Utterance("added", {}, on_slot(reply.message_ts))


# In a direct message, by itself


def nudge(
    nudge: Nudge, matters: Sequence[Matter], zone: str, *, eases_off: bool = False, snoozed: bool = False
) -> Utterance:
    """What may have moved since somebody last heard, and what came of it; edited in place.

    `zone` is their IANA time zone. One that `eases_off` says that the next ones come less often; one that is `snoozed`
    that the next comes on their next working day.
    """
    hour = nudge.at.astimezone(ZoneInfo(zone)).hour
    to_ask = [matter for matter in matters if not matter.came]
    done = [matter for matter in matters if matter.came]
    return Utterance(
        "nudge",
        {
            "nudge": nudge.id,
            "person": nudge.person,
            "part": "morning" if hour < 12 else "afternoon" if hour < 18 else "evening",
            "count": len(matters),
            "done": [contexts.matter(matter) for matter in done[:MOST_DEALS]],
            "more_done": max(0, len(done) - MOST_DEALS),
            "to_ask": [contexts.matter(matter) for matter in to_ask[:MOST_DEALS]],
            "more": max(0, len(to_ask) - MOST_DEALS),
            "eases_off": eases_off,
            "snoozed": snoozed,
            "open": bool(to_ask),
        },
        nudge_slot(nudge),
    )


def nudge_followed(nudge: Nudge) -> Retouch:
    """Take the buttons off a nudge: the next one has come."""
    return Retouch(nudge_slot(nudge), {"open": False})


# For one person's eyes


def only_theirs(review: Review) -> Utterance:
    people = list(dict.fromkeys((review.owner, review.opened_by)))
    return Utterance("only_theirs", {"people": people})


def only_owners(review: Review) -> Utterance:
    return Utterance("only_owners", {"owner": review.owner})


def already_over(review: Review) -> Utterance:
    return Utterance("already_over", {"deal": review.deal.name, "status": review.status})


def moved_on(review: Review) -> Utterance:
    return Utterance("moved_on", {"open": review.is_open, "number": review.number})


def first_question() -> Utterance:
    return Utterance("first_question", {})


def nothing_earlier() -> Utterance:
    return Utterance("nothing_earlier", {})


def often_repeated() -> Utterance:
    return Utterance("often_repeated", {})


def not_yet(day: date) -> Utterance:
    """Nobody can have been heard on a day to come."""
    return Utterance("not_yet", {"day": day})


def no_more_angles() -> Utterance:
    return Utterance("no_more_angles", {})


def already_paused() -> Utterance:
    return Utterance("already_paused", {})


def under_way() -> Utterance:
    return Utterance("under_way", {})


def may_have_changed(review: Review, suggestion: Suggestion) -> Utterance:
    """Something happened there that may change what we know: whoever wrote it is asked whether to ask about that."""
    return Utterance(
        "may_have_changed",
        {"review": review.id, "customer": review.deal.name, "question": suggestion.question, "words": suggestion.words},
    )


def may_answer(review: Review, reply: Reply, questions: Sequence[str]) -> Utterance:
    """What was told after the end may answer one of the questions that are open."""
    return Utterance(
        "may_answer",
        {
            "review": review.id,
            "customer": review.deal.name,
            "message_ts": reply.message_ts,
            "questions": list(questions[:MOST_CHOICES]),
        },
    )


def answered_later(question: str, deal: Deal) -> Utterance:
    """What was told after the end is the answer to a question that was open."""
    return Utterance("answered_later", {"question": question, "customer": deal.name})


def will_ask(question: str, now: bool, deal: Deal) -> Utterance:
    """What may have changed is asked about, in this review (`now`) or in the deal's next one."""
    return Utterance("will_ask", {"question": question, "now": now, "deal": deal.name, "customer": deal.name})


def line_moved(line: Line, label: Label, learned: bool) -> Utterance:
    """A line stands where a person put it; the lens learns from that, unless it had put the line there itself."""
    return Utterance("line_moved", {"line": line.text, "label": label, "learned": learned})


def line_gone() -> Utterance:
    return Utterance("line_gone", {})


def no_words() -> Utterance:
    return Utterance("no_words", {})


def not_here() -> Utterance:
    return Utterance("not_here", {})


def another_is_open() -> Utterance:
    return Utterance("another_is_open", {})


def cannot_hold(why: str, channel: str) -> Utterance:
    """A review cannot be held in a channel: `why` is `not_a_member` or `shared`."""
    return Utterance("cannot_hold", {"why": why, "channel": channel})


def could_not_open(review: Review, reason: str) -> Utterance:
    return Utterance("could_not_open", {"deal": review.deal.name, "channel": review.channel, "reason": reason})


def unknown_person() -> Utterance:
    return Utterance("unknown_person", {})


def one_owner() -> Utterance:
    return Utterance("one_owner", {})


def bad_name(name: str, most: int) -> Utterance:
    """A deal's name that is empty or too long; what was typed is given back."""
    return Utterance("bad_name", {"typed": name, "length": len(name), "most": most})


def already_open(review: Review, link: str) -> Utterance:
    return Utterance("already_open", {**contexts.standing(review), "link": link})


def all_fresh(deal: Deal) -> Utterance:
    """There is nothing that a short review would ask."""
    return Utterance("all_fresh", {"deal": deal.name})


def nothing_stale() -> Utterance:
    """Nothing that a nudge was about is old any more."""
    return Utterance("nothing_stale", {})


def not_your_nudge() -> Utterance:
    return Utterance("not_your_nudge", {})


def newer_nudge() -> Utterance:
    return Utterance("newer_nudge", {})


def day_is_over(day: date) -> Utterance:
    """Nobody can wait until a day that is over."""
    return Utterance("day_is_over", {"day": day})


def needs_a_day() -> Utterance:
    """A step whose day is over needs a new one to be still true."""
    return Utterance("needs_a_day", {})


def needs_a_reason() -> Utterance:
    return Utterance("needs_a_reason", {})


def help_for_commands() -> Utterance:
    return Utterance("help_for_commands", {})


def unknown_command(typed: str, meant: str) -> Utterance:
    return Utterance("unknown_command", {"typed": typed, "meant": meant})


def unknown_deal(name: str) -> Utterance:
    return Utterance("unknown_deal", {"deal": name})


def list_of_reviews(found: Sequence[tuple[Review, str]]) -> Utterance:
    """Reviews a person may read, each with the address of its thread."""
    return Utterance(
        "list_of_reviews", {"reviews": [{**contexts.standing(review), "link": link} for review, link in found]}
    )


def show_deal(review: Review, items: Sequence[Item], link: str) -> Utterance:
    """What is known about a deal, question by question, and how fresh it is; `review` is its latest."""
    return Utterance(
        "show_deal",
        {
            **contexts.standing(review),
            "review": review.id,
            "link": link,
            "details": contexts.details(review.deal),
            "customer": review.deal.name,
            "items": [contexts.item(each, review) for each in items],
            "last_reviewed": review.last_reviewed,
            "struggle": contexts.struggle(review),
        },
    )


def questions_to_take(review: Review, items: Sequence[Item]) -> Utterance:
    """What to ask a customer at the next meeting: what is open or was never talked about, then what is old."""
    return Utterance(
        "questions_to_take",
        {
            "deal": review.deal.name,
            "customer": review.deal.name,
            "owner": review.owner,
            "items": [contexts.item(each, review) for each in items if each.is_worth_asking],
            "people": next((list(each.known.lines) for each in items if each.question == PEOPLE and each.known), []),
            "struggle": contexts.struggle(review),
        },
    )


def history(reviews: Sequence[Review]) -> Utterance:
    """Everything that was told under each question, the newest review first."""
    newest = reviews[0]
    answered = ((key, [review.answer(key) for review in reviews]) for key in STEERED)
    return Utterance(
        "history",
        {
            "deal": newest.deal.name,
            "customer": newest.deal.name,
            "owner": newest.owner,
            "questions": [
                {"question": key, "told": [contexts.told(answer) for answer in answers if answer.standing]}
                for key, answers in answered
            ],
            "struggle": None,
        },
    )


def deal_closed(deal: Deal) -> Utterance:
    """A deal that has ended is not reviewed."""
    return Utterance("deal_closed", {"deal": deal.name, "owner": deal.owner, "details": contexts.details(deal)})


def deal_ended(deal: Deal) -> Utterance:
    """It was noted how a deal ended, or that it goes on after all."""
    return Utterance("deal_ended", {"deal": deal.name, "details": contexts.details(deal)})


def review_is_open(review: Review, link: str) -> Utterance:
    """A deal is not closed in the middle of its review."""
    return Utterance("review_is_open", {"deal": review.deal.name, "link": link})


def handed_over(count: int, giver: str, taker: str) -> Utterance:
    """How many deals went from one person to another."""
    return Utterance("handed_over", {"count": count, "from": giver, "to": taker})


def not_theirs_to_give(giver: str) -> Utterance:
    """Only they themselves hand their deals over, as long as they are there."""
    return Utterance("not_theirs_to_give", {"from": giver})


def two_people() -> Utterance:
    """A hand-over names who gives and who takes."""
    return Utterance("two_people", {})


def list_of_lessons(lessons: Sequence[Lesson], person: str) -> Utterance:
    """What the lens learned from lines that a person may read, and may have it forget."""
    return Utterance("list_of_lessons", {"lessons": [asdict(lesson) for lesson in lessons], "person": person})


def lesson_forgotten(forgotten: bool) -> Utterance:
    """A lesson counts no more, or there was none that this person may see."""
    return Utterance("lesson_forgotten", {"forgotten": forgotten})


def home(shown: Home) -> Utterance:
    """A person's App Home: a page of their deals and, for whoever reviews with others, a page of the team's."""
    reviews = [{**asdict(review), "ended_at": None, "link": link} for review, link in shown.reviews]
    return Utterance(
        "home",
        {
            "person": shown.person,
            "shown": str(shown.shown),
            "only": shown.shown.only,
            "reviews": reviews[:MOST_REVIEWS],
            "more_reviews": len(reviews) > MOST_REVIEWS,
            "mine": contexts.page(shown.mine, shown.links, shown.today),
            "theirs": contexts.page(shown.team, shown.links, shown.today) if shown.team else None,
            "habits": contexts.habits(shown.habits, shown.today),
        },
    )


def went_wrong(reference: str) -> Utterance:
    """Something nobody foresaw; the reference finds it in the log."""
    return Utterance("went_wrong", {"reference": reference})


def not_taken(reference: str) -> Utterance:
    """What a person did is kept and could not be taken into account; the reference finds out why in the log."""
    return Utterance("not_taken", {"reference": reference})


# Forms


def start_form(channel: str, person: str) -> Utterance:
    return Utterance("start_form", {"channel": channel, "person": person, "details": None})


def details_form(review: Review) -> Utterance:
    return Utterance(
        "details_form", {"review": review.id, "deal": review.deal.name, "details": contexts.details(review.deal)}
    )


def close_form(deal: Deal) -> Utterance:
    return Utterance("close_form", {"id": deal.id, "deal": deal.name})


def nudge_heard_form(nudge: Nudge, matters: Sequence[Matter], today: date) -> Utterance:
    """On which day what was last heard? `today` is the person's."""
    return Utterance("nudge_heard_form", {**contexts.to_choose(nudge.id, matters), "today": today})


def nudge_waits_form(nudge: Nudge, matters: Sequence[Matter]) -> Utterance:
    """Until when does a customer wait, and for what?"""
    return Utterance("nudge_waits_form", contexts.to_choose(nudge.id, matters))


def nudge_stop_form(nudge: Nudge, matters: Sequence[Matter]) -> Utterance:
    """About which deal are they not to be asked any more?"""
    return Utterance("nudge_stop_form", contexts.to_choose(nudge.id, matters))


def settings_form(habits: Habits, today: date, shown: Shown) -> Utterance:
    """When a person works, and whether they want to be nudged; `shown` is where to return to in App Home."""
    named = groupby(countries(), key=lambda each: normalize("NFKD", each[1])[0])
    return Utterance(
        "settings_form",
        {
            "shown": str(shown),
            "habits": contexts.habits(habits, today),
            "countries": [[letter, [list(each) for each in group]] for letter, group in named],
        },
    )


def bad_hours() -> Utterance:
    return Utterance("bad_hours", {})


def no_workdays() -> Utterance:
    return Utterance("no_workdays", {})


def bad_absence(why: str) -> Utterance:
    """Days away that nobody can have: `why` is `no_first_day`, `no_last_day`, `in_reverse` or `over`."""
    return Utterance("bad_absence", {"why": why})


def unknown_holidays(country: str, parts: Sequence[str]) -> Utterance:
    """The holidays of a part of a country are not known, or of no part of it; of these `parts` they are."""
    return Utterance("unknown_holidays", {"country": dict(countries()).get(country, country), "parts": list(parts)})


def impossible_date() -> Utterance:
    return Utterance("impossible_date", {})


def fix_form(review: Review, lines: Sequence[Line], why: Explained | None = None) -> Utterance:
    """The newest lines come first: a select holds only so many. `why` explains the one that was chosen."""
    return Utterance(
        "fix_form",
        {
            "review": review.id,
            "owner": review.owner,
            "lines": [
                {"id": f"{line.message_ts}:{line.position}", "text": line.text, "label": line.label} for line in lines
            ],
            "why": contexts.why(why) if why else None,
        },
    )


def nothing_to_move(review: Review) -> Utterance:
    return Utterance("nothing_to_move", {"owner": review.owner})
