"""What templates need to know of a review, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import groupby
from typing import Any
from unicodedata import normalize

from flows.answer import HEARD, Answer, Explained
from flows.deal import Deal
from flows.freshness import State
from flows.home import Glance, Page
from flows.hours import Habits, countries
from flows.lens import Label
from flows.nudging import MOST_QUESTIONS, Matter
from flows.outlook import Item, playbook_of
from flows.playbook import OPENING, STRUGGLE
from flows.review import Review
from flows.summary import summarise
from flows.watch import Flag

LONGEST_SITTING = 120
"""In minutes."""


def asking(review: Review) -> dict[str, Any]:
    return {
        "review": review.id,
        "ask": review.ask,
        "question": review.asked,
        "playbook": review.playbook.ref,
        "deal": review.deal.name,
        "customer": review.deal.name,
        "owner": review.owner,
        "open": True,
        "is_short": OPENING not in review.questions,
        "standing": None,
        "source": None,
        "can_repeat": can_repeat(review),
        "heard_on": None,
        "due": None,
    }


def can_repeat(review: Review) -> bool:
    """Whether *still true* is offered for the open question."""
    answer = review.earlier.get(review.asked)
    return answer is not None and answer.may_be_repeated and review.asked != OPENING


def earlier(answer: Answer) -> dict[str, Any]:
    """What was heard before. Of the opening, which is a snapshot, all of it."""
    if answer.question == OPENING:
        said = [reply.text for reply in answer.carried]
    else:
        said = [line.text for line in answer.lines(*HEARD)]
    return {"said": said, "at": answer.said_at, "source": answer.source}


def struggle(review: Review) -> str | None:
    """The hard part in the rep's own words, for whoever has no idea yet how to help."""
    lines = review.answer(STRUGGLE).lines(Label.CUSTOMER)
    return lines[0].text if lines else None


def minutes(review: Review) -> int | None:
    """How long the review took, if it was done in one go: days between two replies say nothing."""
    if review.ended_at is None:
        return None
    minutes = max(1, round((review.ended_at - review.opened_at).total_seconds() / 60))
    return minutes if minutes < LONGEST_SITTING else None


def standing(review: Review) -> dict[str, Any]:
    """Where a review stands, in a line."""
    return {
        "deal": review.deal.name,
        "owner": review.owner,
        "channel": review.channel,
        "status": review.status,
        "number": review.number,
        "total": len(review.questions),
        "ended_at": review.ended_at,
    }


def item(each: Item, latest: Review) -> dict[str, Any]:
    """A question of a deal as it stands; it is news if the deal's latest review brought it, and was not the first."""
    known, fresh = each.known, each.freshness
    return {
        "question": each.question,
        "lines": list(known.lines) if known else [],
        "source": known.source if known else None,
        "due": known.due if known else None,
        "state": fresh.state,
        "cause": fresh.cause,
        "since": fresh.since,
        "days": fresh.days,
        "is_new": bool(known and not known.is_open and known.review == latest.id and latest.last_reviewed),
    }


def told(answer: Answer) -> dict[str, Any]:
    """An answer as the history of its question shows it."""
    return {
        "standing": answer.standing,
        "at": answer.said_at,
        "heard_on": answer.heard_on,
        "source": answer.source,
        "authors": list(dict.fromkeys(line.author for line in answer.lines())),
        "lines": [line.text for line in answer.lines()],
    }


def details(deal: Deal) -> dict[str, Any]:
    return {
        "stage": deal.stage,
        "their_date": deal.their_date,
        "their_date_source": deal.their_date_source,
        "close_date": deal.close_date,
        "amount": worth(deal),
        "period": deal.period,
        "ending": deal.ending,
        "closed_at": deal.closed_at,
        "waits_until": deal.waits_until,
        "waits_for": deal.waits_for,
    }


def worth(deal: Deal) -> str:
    """What a deal is worth to us, with the currency if it was told: "12,500 EUR". Empty if that is not known."""
    if deal.amount is None:
        return ""
    return f"{deal.amount:,.2f}".removesuffix(".00") + (f" {deal.currency}" if deal.currency else "")


def page(shown: Page, links: Mapping[int, str], today: date) -> dict[str, Any]:
    """A page of deals in App Home, with the addresses of their latest reviews."""
    return {
        "deals": [glance(each, links.get(each.deal.id, ""), today) for each in shown.glances],
        "number": shown.number,
        "pages": shown.pages,
        "found": shown.found,
        "all": shown.all,
    }


def glance(shown: Glance, link: str, today: date) -> dict[str, Any]:
    """How a deal stands: the questions to ask by their keys, of all others only how many there are."""
    step, opened = shown.next_step, shown.those(State.OPEN)
    return {
        "deal": shown.deal.name,
        "link": link,
        "owner": shown.deal.owner,
        "closes": shown.deal.close_date,
        "playbook": playbook_of(shown.items),
        "stale": [item.question for item in shown.those(State.STALE)],
        "open": [item.question for item in opened],
        "never": [item.question for item in shown.those(State.NEVER)],
        "unknown": [item.question for item in shown.those(State.OPEN, State.NEVER)],
        "is_new": len(shown.those(State.NEVER)) == len(shown.items),
        "waiting": len(shown.those(State.WAITING)),
        "amber": len(shown.those(State.AMBER)),
        "fresh": len(shown.those(State.FRESH)),
        "step": step.known.due if step and step.known else None,
        "step_is_over": bool(step and step.known and step.known.due and step.known.due < today),
        "wait": asdict(shown.wait) if shown.wait else None,
        "asks": [{"question": item.question, "days": item.freshness.days} for item in opened],
        "flags": [flag.kind for flag in shown.flags],
    }


def habits(kept: Habits, today: date) -> dict[str, Any]:
    """When a person works. An absence that is over is none."""
    is_over = kept.away_until is not None and kept.away_until < today
    country, _, part = kept.country.partition("-")
    return {
        "zone": kept.zone,
        "begins": f"{kept.begins:%H:%M}",
        "ends": f"{kept.ends:%H:%M}",
        "workdays": [str(day) for day in sorted(kept.workdays)],
        "country": country,
        "country_name": dict(countries()).get(country, country) if country else "",
        "part": part,
        "away_from": None if is_over else kept.away_from,
        "away_until": None if is_over else kept.away_until,
        "nudges": kept.nudges,
        "mirror": kept.mirror,
    }


def countries_by_letter() -> list[list[Any]]:
    """Every country whose holidays are known, with its code, under the letter that its name begins with."""
    named = groupby(countries(), key=lambda each: normalize("NFKD", each[1])[0])
    return [[letter, [list(each) for each in group]] for letter, group in named]


def why(explained: Explained) -> dict[str, Any]:
    """Why a line stands where it does. It was moved by somebody unknown if the lens has forgotten the lesson since."""
    return {
        "line": explained.line.text,
        "label": explained.line.label,
        "read_as": explained.read_as,
        **asdict(explained.reason),
        "lesson": asdict(explained.lesson) if explained.lesson else None,
    }


def summary(review: Review) -> dict[str, Any]:
    summed = summarise(review)
    return {
        **asdict(summed),
        "review": review.id,
        "playbook": review.playbook.ref,
        "deal": review.deal.name,
        "customer": review.deal.name,
        "owner": review.owner,
        "people": review.people,
        "status": review.status,
        "opened_at": review.opened_at,
        "ended_at": review.ended_at,
        "carried_on": False,
        "minutes": minutes(review),
        "last_reviewed": review.last_reviewed,
        "details": details(review.deal),
        "struggle": struggle(review),
    }


def matter(matter: Matter) -> dict[str, Any]:
    """One deal of a nudge: its most urgent questions and how old they are, or what came of it."""
    return {
        "id": matter.deal.id,
        "deal": matter.deal.name,
        "customer": matter.deal.name,
        "came": matter.came,
        "until": matter.deal.waits_until,
        "reason": matter.deal.waits_for,
        "items": [aged(item) for item in matter.items[:MOST_QUESTIONS]],
        "more": max(0, len(matter.items) - MOST_QUESTIONS),
    }


def aged(item: Item) -> dict[str, Any]:
    """How old what is known about a question is."""
    known, fresh = item.known, item.freshness
    due = known.due if known else None
    return {
        "question": item.question,
        "playbook": item.playbook,
        "state": fresh.state,
        "cause": fresh.cause,
        "days": fresh.days,
        "due": due,
    }


def flags(found: Sequence[Flag]) -> list[dict[str, Any]]:
    """What suggests that a customer may end without a decision, with the reasons."""
    return [{"kind": flag.kind, "reasons": [asdict(reason) for reason in flag.reasons]} for flag in found]


def to_choose(nudge: int, matters: Sequence[Matter]) -> dict[str, Any]:
    """The deals of a nudge, and all their questions, that can be chosen in a form."""
    return {
        "nudge": nudge,
        "matters": [
            {"id": each.deal.id, "deal": each.deal.name, "questions": [item.question for item in each.items]}
            for each in matters
        ],
    }
