"""What an admin is shown who settles things for a workspace, and what others are told of that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flows import contexts
from flows.forgetting import FORGOTTEN
from flows.playbook import Shelf
from flows.rules import LONGEST_CREW_NAME, MOST_CREWS, Crew, Rules
from flows.utterances.saying import Utterance

KEPT = (0, 90, 180, 365, 730, 1095)
"""For how many days closed deals may be kept, as the form offers it; 0 is for ever."""

AS_USUAL = "-"
"""What stands in the form for no playbook of the team's own: the key of none."""


def rules_form(rules: Rules) -> Utterance:
    """All that can be settled for a workspace."""
    return Utterance(
        "rules_form",
        {
            "managers": _there(rules.managers),
            "crews": [{"id": crew.id, "name": crew.name} for crew in rules.crews],
            "may_add": len(rules.crews) < MOST_CREWS,
            "channels": list(rules.channels),
            "habits": contexts.habits(rules.usual, date.min),
            "countries": contexts.countries_by_letter(),
            "nudges": rules.nudges,
            "year_begins": rules.periods.begins,
            "span": rules.periods.span,
            "kept": rules.retention_days,
            "offered": sorted({*KEPT, rules.retention_days}),
        },
    )


def crew_form(crew: Crew, under: str, shelf: Shelf) -> Utterance:
    """A team, its managers, its members and its playbook; `under` is the id of the view that the form is shown over."""
    return Utterance(
        "crew_form",
        {
            "id": crew.id,
            "under": under,
            "crew": crew.name,
            "most": LONGEST_CREW_NAME,
            "managers": _there(crew.managers),
            "members": _there(crew.members),
            "asks": crew.playbook if crew.playbook in shelf.playbooks else AS_USUAL,
            "as_usual": AS_USUAL,
            "playbooks": [[each.key, each.name] for each in shelf.playbooks.values()],
        },
    )


def bad_team(why: str) -> Utterance:
    """Why a team cannot be kept: `why` is `no_name`, `taken` or `too_many`."""
    return Utterance("bad_team", {"why": why, "most": MOST_CREWS, "longest": LONGEST_CREW_NAME})


def only_admins() -> Utterance:
    """Somebody wants to settle things who is no admin."""
    return Utterance("only_admins", {})


def held_elsewhere(channels: Sequence[str]) -> Utterance:
    """No review is held here: they are in these channels."""
    return Utterance("held_elsewhere", {"channels": list(channels)})


def not_a_manager(managers: tuple[Sequence[str], int]) -> Utterance:
    """Somebody is not to begin the reviews of a call; `managers` are some who do, and how many more there are."""
    return Utterance("not_a_manager", {"people": list(managers[0]), "more": managers[1]})


def outside_your_team(owners: tuple[Sequence[str], int]) -> Utterance:
    """These owners of deals, and so many more, are in no team of the manager's."""
    return Utterance("outside_your_team", {"people": list(owners[0]), "more": owners[1]})


def _there(people: Sequence[str]) -> list[str]:
    """Those whom Slack knows: who is forgotten cannot be shown in a form."""
    return [person for person in people if person != FORGOTTEN]
