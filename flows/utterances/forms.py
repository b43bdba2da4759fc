"""Forms, and what is said at a line of one that does not work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flows import contexts
from flows.answer import Explained, Line
from flows.deal import Deal
from flows.home import Shown
from flows.hours import Habits, countries
from flows.playbook import SHIPPED, Shelf
from flows.review import Review
from flows.utterances.saying import Utterance


def start_form(channel: str, person: str, shelf: Shelf = SHIPPED) -> Utterance:
    """How a review is started; where a team has several playbooks, with a choice among them."""
    playbooks = [[each.key, each.name] for each in shelf.playbooks.values()]
    return Utterance("start_form", {"channel": channel, "person": person, "details": None, "playbooks": playbooks})


def details_form(review: Review) -> Utterance:
    return Utterance(
        "details_form", {"review": review.id, "deal": review.deal.name, "details": contexts.details(review.deal)}
    )


def close_form(deal: Deal) -> Utterance:
    return Utterance("close_form", {"id": deal.id, "deal": deal.name})


def settings_form(habits: Habits, today: date, shown: Shown, nudges: bool = True) -> Utterance:
    """When a person works, and whether they want to be nudged; `shown` is where to return to in App Home.

    `nudges` is whether there are any in their workspace.
    """
    return Utterance(
        "settings_form",
        {
            "shown": str(shown),
            "nudged_here": nudges,
            "habits": contexts.habits(habits, today),
            "countries": contexts.countries_by_letter(),
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


def impossible_amount() -> Utterance:
    return Utterance("impossible_amount", {})


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
