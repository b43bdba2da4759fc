"""What a person tells of a nudge: it is still true, they wait, no more; each kept in the deal's latest review.

Every function takes the latest review of a deal, what happened and when (`now`, in UTC), and returns an `Outcome`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from flows import utterances as say
from flows.answer import Answer, Standing
from flows.review import Review, Turn
from flows.steering import Act, Outcome, reflect


def still_true(review: Review, question: str, day: date, due: date | None, by: Act, now: datetime) -> Outcome:
    """The customer was heard on a day to say that something is still so: it is as new as that day, and no newer.

    What the latest review did not ask for is carried into it, as if it had been called still true there. `due` is the
    new day of a step of theirs, None if there is none.
    """
    said = _heard(review, question)
    if said is None:
        return Outcome(review, hint=say.nothing_stale())
    told = replace(said, heard_on=day, due=due or said.due, repeats=0)
    turn = Turn("heard_on", by.person, by.occasion, now, question, " ".join(str(each) for each in (day, due) if each))
    after = review.with_answer(told)
    return Outcome(after, turn, reflect(after))


def waits(review: Review, until: date, reason: str, by: Act, now: datetime) -> Outcome:
    """The customer cannot move before a day, for a reason; nobody is nudged until that is over."""
    after = replace(review, deal=replace(review.deal, waits_until=until, waits_for=reason))
    return Outcome(after, Turn("waits", by.person, by.occasion, now, text=f"{until}: {reason}"), reflect(after))


def no_more(review: Review, by: Act, now: datetime) -> Outcome:
    """The owner does not want to be asked about the deal any more."""
    after = replace(review, deal=replace(review.deal, nudges=False))
    return Outcome(after, Turn("no_more_nudges", by.person, by.occasion, now), reflect(after))


def _heard(review: Review, question: str) -> Answer | None:
    """The answer that holds what was last heard, in the review or before it; None if that is not known any more."""
    answer, earlier = review.answer(question), review.earlier.get(question)
    if answer.standing is Standing.NOT_KNOWN:
        return None
    if answer.heard:
        return answer
    if earlier is None:
        return None
    return replace(earlier, replies=answer.replies, probes=answer.probes)
