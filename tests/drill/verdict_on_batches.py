"""The verdict on calls that were prepared: each deal has one review, its manager one message, everybody one digest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.utterances import PARENT
from tests.drill.batches import Prepared

if TYPE_CHECKING:
    from tests.drill.verdict import Scene


def of_batch(scene: Scene, call: Prepared, lost: bool) -> Iterator[str]:
    """Each deal of a batch has one review, which stands in Slack once; and its manager is told in one message."""
    parents = [each.text for each in scene.posted if each.key.endswith(f":{PARENT}")]
    for deal in call.deals:
        reviews = sum(each.deal == deal for each in scene.held)
        shown = sum(f"*{deal}*" in text for text in parents)
        if (min(reviews, shown) < 1) if lost else (max(reviews, shown) > 1):
            yield f"{deal} of {call.period} has {reviews} reviews, and {shown} of them in Slack"
    told = len(_numbers(scene, call))
    if told < 1 if lost else told > 1:
        yield f"{call.manager} was told of {call.period} in {told} messages"


def digests_of(scene: Scene, call: Prepared, lost: bool) -> Iterator[str]:
    """The manager and the owner of its deals have one digest each."""
    for number in _numbers(scene, call) or [""]:
        for person in (call.manager, call.owner):
            slot = f"digest:{number}:U0{person.upper()}"
            times = sum(each.key.partition(":")[2] == slot for each in scene.posted)
            if times < 1 if lost else times > 1:
                yield f"{person} has {times} digests before {call.period}"


def _numbers(scene: Scene, call: Prepared) -> list[str]:
    """The numbers under which a call is told of in Slack: those of the messages that name one of its deals."""
    told = [each for each in scene.posted if ":batch:" in each.key and f"|{call.deals[0]}>" in each.text]
    return [each.key.rpartition(":")[2] for each in told]
