"""What is answered to a command when Slack waits no longer for it."""

from __future__ import annotations

import logging
import time
from http.client import HTTPException
from typing import Any

from slack_bolt import BoltContext, Respond

IN_TIME = 2.5
"""In seconds: Slack waits three for the answer to a command, and some of them are gone on the way."""

log = logging.getLogger(__name__)


def left_to_acknowledge(words: dict[str, Any], respond: Respond, context: BoltContext) -> dict[str, Any]:
    """What of the answer to a command is to go with its acknowledgement: all of it, or nothing if that is late.

    Then it goes beside it, to where Slack takes answers for half an hour, and the acknowledgement follows: Bolt gives
    it when a listener is done. What does not arrive there goes with the acknowledgement all the same.
    """
    is_late = time.perf_counter() - context["received"] > IN_TIME
    return {} if is_late and respond.response_url and _has_arrived(words, respond) else words


def _has_arrived(words: dict[str, Any], respond: Respond) -> bool:
    try:
        answer = respond(**words)
    except (OSError, HTTPException) as error:
        log.warning("a late answer did not arrive: %s", error)
        return False
    if answer.status_code != 200:
        log.warning("a late answer was refused: %s %s", answer.status_code, answer.body)
    return bool(answer.status_code == 200)
