"""The stages of other systems as ours: how far a deal is, or how it ended, where that is plain."""

from __future__ import annotations

import re

from flows.deal import Ending, Stage

STAGES: dict[Stage, frozenset[str]] = {
    Stage.EXPLORING: frozenset(
        {
            "exploring", "new", "lead", "lead in", "prospecting", "prospect", "qualification", "qualified", "qualify",
            "qualifiedtobuy", "qualified to buy", "appointmentscheduled", "appointment scheduled", "contact made",
            "discovery", "needs analysis", "initial contact",
        }
    ),
    Stage.COMPARING: frozenset(
        {
            "comparing", "value proposition", "id. decision makers", "perception analysis", "presentationscheduled",
            "presentation scheduled", "demo", "demo scheduled", "needs defined", "evaluation", "technical evaluation",
            "scoping", "solution", "trial", "pilot", "proof of concept",
        }
    ),
    Stage.DECIDING: frozenset(
        {
            "deciding", "proposal", "proposal/price quote", "proposal/quote", "proposal made", "proposal sent", "quote",
            "quote sent", "decisionmakerboughtin", "decision maker bought-in", "decision", "business case",
        }
    ),
    Stage.SIGNING: frozenset(
        {
            "signing", "negotiation", "negotiation/review", "negotiations started", "negotiating", "contractsent",
            "contract sent", "contract", "commit", "verbal commit", "legal", "procurement", "closing",
        }
    ),
}  # fmt: skip
WON = frozenset({"won", "closed won", "closedwon", "closed - won"})
LOST = frozenset({"lost", "closed lost", "closedlost", "closed - lost", "lost to another"})
UNDECIDED = frozenset({"no decision", "no_decision", "closed no decision", "closed - no decision"})
OPEN = frozenset({"open", "in progress"})

_NUMBER = re.compile(r"^\d+\s*[-.):]\s*")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_UNDECIDED = re.compile(
    r"\b(?:no|non|without a)[ -]?decision\b(?![ -]?maker)|\bstatus quo\b|\bdid nothing\b|\bno action\b", re.IGNORECASE
)
_STAGE = {name: stage for stage, names in STAGES.items() for name in names}


def stage_of(told: str) -> Stage | None:
    """Our stage for another system's, None if that is not plain. Whatever its number or pipeline is, is passed over."""
    return _STAGE.get(_key(told))


def ending_of(told: str, reason: str = "") -> Ending | None:
    """How a deal ended that has this stage or status, None if it has not. A `reason` may say that nobody decided."""
    key = _key(told)
    if key in WON:
        return Ending.WON
    if key in UNDECIDED or (key in LOST and _UNDECIDED.search(reason.replace("_", " "))):
        return Ending.NO_DECISION
    return Ending.LOST if key in LOST else None


def is_open(told: str) -> bool:
    """Whether a stage or status says that a deal is under way."""
    return _key(told) in OPEN or stage_of(told) is not None


def _key(told: str) -> str:
    return _IN_BRACKETS.sub("", _NUMBER.sub("", " ".join(told.casefold().split())))
