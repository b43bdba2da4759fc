"""A tour of an app: what to try next, and what of it has happened, as the maker of the app describes it.

Nothing here is remembered. A step is done while what it looks for can be seen in the workspace, however it came about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from aiohttp import web

from sandbox.model import Channel, Ephemeral, Json, Message
from sandbox.workspace import Workspace

DAY = 86_400
APP = "app"


@dataclass(frozen=True)
class Sight:
    """Something said that can be looked for: words that match `says`, by a person (their name) or by the `app`.

    It is in the thread in which the tour began, or in the messages and notes of the app to one person, `to`. It came
    `days_later` than the beginning or after that, the app's next words in the thread match `then`, the app has reacted
    to it where it has to be `heard`, and `to` has read it where it has to be `read`. `says` and `then` are regular
    expressions, of which a part has to match.
    """

    by: str
    says: str
    to: str = ""
    then: str = ""
    days_later: float = 0
    heard: bool = False
    read: bool = False


@dataclass(frozen=True)
class Step:
    """One thing to try. `words` say how, `seen` is how it shows that it was done, `offers` is what PROTOCOL.md has.

    `left` is a regular expression for a question of the app's in the thread, with two groups: the how-manieth it is,
    and of how many.
    """

    key: str
    title: str
    words: str
    seen: Sight
    left: str = ""
    offers: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Tour:
    """`begins` is the reply in `channel` that it goes on from; where nobody has said that, there is no tour."""

    channel: str
    begins: Sight
    steps: tuple[Step, ...]
    end: str = ""

    @classmethod
    def of(cls, told: Json) -> "Tour":
        """A tour from plain data. Raises TypeError or KeyError if a name in it is not one of those above."""
        steps = tuple(Step(**{**step, "seen": Sight(**step["seen"])}) for step in told["steps"])
        return cls(**{**told, "begins": Sight(**told["begins"]), "steps": steps})


class TourDoor:
    """What the page is told of the tour of one workspace, if it has one."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.tour: Tour | None = None

    async def show(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "tour": self.standing()})

    def standing(self) -> Json | None:
        """Where the tour began, and its steps with what is done of them; None where there is none."""
        opening = self._opening()
        if not self.tour or not opening:
            return None
        return {
            "channel": opening.channel,
            "thread": opening.thread_ts,
            "began": opening.ts,
            "end": self.tour.end,
            "steps": [self._step(step, opening) for step in self.tour.steps],
        }

    def _opening(self) -> Message | None:
        """The latest that was said so: the same words may have been said before the scene was set again."""
        if not self.tour:
            return None
        begins = self.tour.begins
        said = reversed(self._workspace.said_in(self._workspace.channel(self.tour.channel)))
        return next((each for each in said if each.is_reply and self._is(begins, each)), None)

    def _step(self, step: Step, opening: Message) -> Json:
        done = any(self._is(step.seen, each) for each in self._where(step.seen, opening))
        shown = {"key": step.key, "title": step.title, "words": step.words, "done": done, **step.offers}
        return shown | ({"left": 0 if done else self._left(step.left, opening)} if step.left else {})

    def _left(self, pattern: str, opening: Message) -> int:
        """How many questions are open, the one that was asked last included."""
        asked = [each.text for each in self._thread(opening) if each.user == self._workspace.bot.id]
        found = next(filter(None, (re.search(pattern, text) for text in reversed(asked))), None)
        return int(found[2]) - int(found[1]) + 1 if found else 0

    def _where(self, sight: Sight, opening: Message) -> Iterator[Message | Ephemeral]:
        since = float(opening.ts) + sight.days_later * DAY
        if sight.to:
            said: list[Message | Ephemeral] = [*self._to(sight), *self._notes(sight)]
        elif sight.then:
            bot = self._workspace.bot.id
            said = [
                one
                for one, next_one in pairwise(self._thread(opening))
                if next_one.user == bot and re.search(sight.then, next_one.text)
            ]
        else:
            said = [*self._thread(opening)]
        return (each for each in said if float(each.ts) > since and (not sight.heard or self._is_heard(each)))

    def _is_heard(self, said: Message | Ephemeral) -> bool:
        return isinstance(said, Message) and any(self._workspace.bot.id in who for who in said.reactions.values())

    def _thread(self, opening: Message) -> list[Message]:
        channel = self._workspace.channels[opening.channel]
        return self._workspace.replies(channel, opening.thread_ts or opening.ts)

    def _to(self, sight: Sight) -> list[Message]:
        """What was said in that person's direct messages; only what they have read, where it has to be."""
        user = self._workspace.user(sight.to)
        channel = next((each for each in self._workspace.channels.values() if _is_between(each, user.id)), None)
        if not channel:
            return []
        said = self._workspace.said_in(channel)
        up_to = float(self._workspace.last_read.get((user.id, channel.id), "0"))
        return [each for each in said if not sight.read or float(each.ts) <= up_to]

    def _notes(self, sight: Sight) -> list[Ephemeral]:
        user = self._workspace.user(sight.to)
        return [each for each in self._workspace.ephemerals.values() if each.user == user.id]

    def _is(self, sight: Sight, said: Message | Ephemeral) -> bool:
        by = self._workspace.bot if sight.by == APP else self._workspace.user(sight.by)
        author = said.user if isinstance(said, Message) else self._workspace.bot.id
        return author == by.id and bool(re.search(sight.says, said.text))


def _is_between(channel: Channel, user_id: str) -> bool:
    return channel.kind == "im" and user_id in channel.members
