"""What one person is shown who asked about deals, or for something to be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from flows import contexts, shares
from flows.answer import Lesson
from flows.deal import Deal
from flows.home import MOST_REVIEWS, Home
from flows.outlook import Item
from flows.playbook import AFTERWARDS, OPENING, PEOPLE
from flows.review import Review
from flows.utterances.saying import ONCE, Utterance
from flows.watch import Flag


def cannot_hold(why: str, channel: str) -> Utterance:
    """A review cannot be held in a channel: `why` is `not_a_member`, `shared`, `archived` or `outside`."""
    return Utterance("cannot_hold", {"why": why, "channel": channel})


def could_not_open(review: Review, reason: str) -> Utterance:
    about = {"deal": review.deal.name, "channel": review.channel, "reason": reason, "person": review.opened_by}
    return Utterance("could_not_open", about, f"{ONCE}refused:{review.id}")


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


def help_for_commands() -> Utterance:
    return Utterance("help_for_commands", {})


def unknown_command(typed: str, meant: str) -> Utterance:
    return Utterance("unknown_command", {"typed": typed, "meant": meant})


def unknown_deal(name: str) -> Utterance:
    return Utterance("unknown_deal", {"deal": name})


def unreviewed_deal(name: str) -> Utterance:
    """A deal that was brought in, and never talked about."""
    return Utterance("unreviewed_deal", {"deal": name})


def list_of_reviews(found: Sequence[tuple[Review, str]]) -> Utterance:
    """Reviews a person may read, each with the address of its thread."""
    return Utterance(
        "list_of_reviews", {"reviews": [{**contexts.standing(review), "link": link} for review, link in found]}
    )


def show_deal(review: Review, items: Sequence[Item], link: str, watched: Sequence[Flag] = ()) -> Utterance:
    """What is known about a deal, question by question, and how fresh it is; `review` is its latest.

    What was `watched` suggests that the customer may end without a decision.
    """
    return Utterance(
        "show_deal",
        {
            **contexts.standing(review),
            "review": review.id,
            "link": link,
            "playbook": review.playbook.ref,
            "details": contexts.details(review.deal),
            "customer": review.deal.name,
            "items": [contexts.item(each, review) for each in items],
            "last_reviewed": review.last_reviewed,
            "struggle": contexts.struggle(review),
            "flags": contexts.flags(watched),
        },
    )


def questions_to_take(review: Review, items: Sequence[Item]) -> Utterance:
    """What to ask a customer at the next meeting: what is open or was never talked about, then what is old."""
    return Utterance(
        "questions_to_take",
        {
            "playbook": review.playbook.ref,
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
    told = {key for review in reviews for key in review.answers} - {OPENING, AFTERWARDS}
    keys = newest.playbook.in_order(told | set(newest.playbook.steered))
    answered = ((key, [review.answer(key) for review in reviews]) for key in keys)
    return Utterance(
        "history",
        {
            "playbook": newest.playbook.ref,
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
            "moved": shares.plain(shown.moved) if shown.moved else None,
            "is_admin": shown.is_admin,
            "span": shown.span,
        },
    )
