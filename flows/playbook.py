"""Which questions a review asks, and in what order: data, so that a team can have its own."""

from __future__ import annotations

from dataclasses import dataclass

OPENING = "opening"
NEXT_STEP = "next_step"
OUR_HELP = "our_help"
STRUGGLE = "struggle"
PEOPLE = "people"

AFTERWARDS = "afterwards"
"""Not asked: where a reply is kept that comes when the review is over."""


@dataclass(frozen=True)
class Question:
    """One question, known by its key; its words are in `templates/questions/<key>.j2`.

    `angles` is how many follow-ups it has for an answer that was about us. Zero means that it is never probed.
    """

    key: str
    angles: int = 3


PLAYBOOK: tuple[Question, ...] = (
    Question(OPENING, angles=0),
    Question("why_change"),
    Question("no_action"),
    Question("destination"),
    Question(PEOPLE),
    Question("decision_path"),
    Question(STRUGGLE),
    Question(OUR_HELP),
    Question(NEXT_STEP),
)
"""The nine questions of a first review. The opening is the default telling, before any question steers it."""

STEERED = tuple(question.key for question in PLAYBOOK if question.key != OPENING)
"""All but the opening: what is to be known about a customer."""

BY_KEY = {question.key: question for question in PLAYBOOK}
