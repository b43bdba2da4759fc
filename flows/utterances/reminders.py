"""What is said to somebody whose reviews are open before a forecast call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.calls import Call
from flows.home import UnderWay
from flows.reminding import MOST_REMINDERS, Reminder, Snooze
from flows.review import OPEN, Status
from flows.utterances.saying import Link, Retouch, Utterance, reminder_slot

MOST_NAMED = 10
"""So many deals are named in a reminder, and as many that are done; it has to fit a phone."""


def reminder(
    reminder: Reminder,
    call: Call,
    reviews: Sequence[UnderWay],
    link: Link,
    snoozes: Mapping[Snooze, datetime],
) -> Utterance:
    """Which of a person's reviews are open for a call, and which are done; edited in place.

    `snoozes` are the ways to put it off, each with until when (UTC); `link` gives the address of a review's thread.
    """
    open_ones = [_review(each, link) for each in reviews if each.status in OPEN]
    over = [_review(each, link) for each in reviews if each.status not in OPEN]
    return Utterance(
        "reminder",
        {
            "reminder": reminder.id,
            "person": reminder.person,
            "manager": call.manager,
            "at": call.at,
            "count": len(open_ones),
            "to_do": open_ones[:MOST_NAMED],
            "more": max(0, len(open_ones) - MOST_NAMED),
            "done": over[:MOST_NAMED],
            "more_done": max(0, len(over) - MOST_NAMED),
            "answer_at": next((each["link"] for each in open_ones if each["link"]), ""),
            "snoozes": [str(each) for each in snoozes],
            "snoozed_until": reminder.snoozed_until,
            "is_last": reminder.number >= MOST_REMINDERS,
            "is_off": call.cancelled_at is not None,
            "open": True,
        },
        reminder_slot(reminder.id),
    )


def reminder_followed(reminder: Reminder) -> Retouch:
    """Take the buttons off a reminder: the next one has come."""
    return Retouch(reminder_slot(reminder.id), {"open": False})


def no_time_to_snooze() -> Utterance:
    """There is no working time left before a call to be reminded once more."""
    return Utterance("no_time_to_snooze", {})


def call_is_off() -> Utterance:
    """A call was cancelled."""
    return Utterance("call_is_off", {})


def not_your_reminder() -> Utterance:
    return Utterance("not_your_reminder", {})


def _review(review: UnderWay, link: Link) -> dict[str, Any]:
    return {
        "deal": review.deal,
        "link": link(review.channel, review.thread_ts),
        "is_reviewed": review.status is Status.FINISHED,
    }
