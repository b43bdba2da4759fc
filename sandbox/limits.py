"""How many calls Slack takes, counted by itself: per method, and for posting per channel.

https://docs.slack.dev/apis/web-api/rate-limits; the tier of a method is on the method's own page.

The bucket is a few lines of ours because no library fits: `limits` and `throttled-py` read the wall clock and no other,
`aiolimiter` makes a caller wait where Slack refuses, and `pyrate-limiter` runs a thread to tidy up.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.model import Json


@dataclass(frozen=True)
class Rate:
    """After a rest `burst` calls at once, and then one every `every` seconds."""

    burst: int
    every: float


TIER_1, TIER_2, TIER_3, TIER_4 = (Rate(calls, 60 / calls) for calls in (1, 20, 50, 100))
"""Slack promises that many calls a minute at least, and welcomes bursts: here all of a minute's may come at once."""

POST = "chat.postMessage"
POSTING = Rate(10, 1.0)
"""Slack's one message a second in a channel, with "short bursts" whose length it does not tell. People have counted 25
(https://github.com/RamblingCookieMonster/PSSlack/issues/52); a bot that lives with ten here is polite enough there."""

RATES: dict[str, Rate] = {
    POST: POSTING,
    "apps.uninstall": TIER_1,
    **dict.fromkeys(("conversations.list", "reactions.remove", "users.list"), TIER_2),
    **dict.fromkeys(
        (
            "apps.connections.open", "auth.revoke", "bots.info", "chat.delete", "chat.update", "conversations.history",
            "conversations.info", "conversations.join", "conversations.open", "conversations.replies", "dnd.info",
            "reactions.add", "reactions.get", "users.conversations", "users.lookupByEmail",
        ),
        TIER_3,
    ),
    **dict.fromkeys(
        (
            "api.test", "chat.postEphemeral", "conversations.members", "files.completeUploadExternal",
            "files.getUploadURLExternal", "users.info", "views.open", "views.publish",
            "views.push", "views.update",
        ),
        TIER_4,
    ),
}  # fmt: skip

JITTER = 1e-6
"""In seconds: sums of fractions are not exact, and who has waited as long as told is not to be told again."""


class TooManyCalls(Exception):
    """`seconds`, a whole number, is how long to wait before the call is taken."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


class Limits:
    """A token bucket for each method, and for each channel posted to, while `on`.

    `clock` gives seconds that only go forward. It is not the workspace's own clock: a bot waits in real time, also
    where a test holds the date still.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, on: bool = False) -> None:
        self.on = on
        self._clock = clock
        self._full_at: dict[tuple[str, str], float] = {}

    def switch(self, on: bool) -> None:
        """Counts from now on, or no longer; either way with every bucket full."""
        self.on = on
        self.forget()

    def forget(self) -> None:
        self._full_at.clear()

    def count(self, method: str, arguments: Json) -> None:
        """Takes a call, or raises TooManyCalls; a call that is not taken does not count."""
        rate = RATES.get(method)
        if not self.on or rate is None:
            return
        bucket = (method, str(arguments.get("channel")) if method == POST else "")
        now = self._clock()
        full_at = max(self._full_at.get(bucket, now), now) + rate.every
        too_early = full_at - now - rate.burst * rate.every
        if too_early > JITTER:
            raise TooManyCalls(math.ceil(too_early - JITTER))
        self._full_at[bucket] = full_at
