"""The conversations in the documents, played in the local workspace with the real bot: typed as told, heard as told.

A conversation stands in a fence of that name. A line is what one of its people does or what the bot says, two spaces
after the name; a line without a name is more of the same.

- a person types a command, or a reply in the review's thread; `✅` after it is what the bot puts on it
- `[A button]` is pressed; what stands after it is filled into the form that opens: `Our close date: in 23 days`
- the bot's words are found in what it said last: in the thread, on the channel, or to the one who just did something.
  `…` stands for words that are left out
- `(three weeks later)` moves the clock, and a lone `…` stands for answers that are not shown
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.conftest import DEALS, Room, Thread
from tests.reading import Message, buttons, words

BOT = "dealreview"
DONE = "✅"
WEEKS = {"a": 1, "two": 2, "three": 3}


@dataclass(frozen=True)
class Line:
    """What somebody does, or what the bot says. Who moves the clock is nobody."""

    who: str
    text: str


def lines(conversation: str) -> Iterator[Line]:
    who = ""
    for line in conversation.splitlines():
        if not line.strip():
            continue
        if line.startswith(("(", "…")):
            yield Line("", line.strip())
            continue
        if not line.startswith(" "):
            who, _, line = line.partition("  ")
        yield Line(who.strip(), line.strip())


@dataclass
class Scene:
    """Plays conversations one after the other in one room. `unshown` are the answers that a lone `…` stands for."""

    room: Room
    unshown: Sequence[str] = ()
    told: str = ""
    """What the one who just did something was shown in answer."""
    actor: str = ""
    _thread: Thread | None = field(default=None, init=False)

    def plays(self, conversation: str) -> None:
        """Do and hear all of it. Fails at the first line that does not come true."""
        for line in lines(conversation):
            if line.who == BOT:
                self._hears(line.text)
            elif line.who:
                self._does(line.who.casefold(), line.text)
            elif later := re.fullmatch(r"\((\w+) weeks? later\)", line.text):
                self.room.clock.passes(weeks=WEEKS[later[1]])
                self.room.tick()
            else:
                assert line.text == "…" and self.unshown, f"nobody knows how to play {line.text!r}"
                self.thread.answers(self.actor, *self.unshown)

    @property
    def thread(self) -> Thread:
        assert self._thread, "no review was started"
        return self._thread

    def _does(self, who: str, text: str) -> None:
        self.actor, self.told = who, ""
        if text.startswith("/dealreview"):
            self._commands(who, text.removeprefix("/dealreview").strip())
        elif pressed := re.fullmatch(r"\[([^\]]+)\](?: +(.+): in (\d+) days)?", text):
            self._presses(who, *pressed.groups())
        else:
            said = self.thread.says(who, text.removesuffix(DONE).strip())
            assert text.endswith(DONE) is ("white_check_mark" in self.thread.reactions(said)), text

    def _commands(self, who: str, text: str) -> None:
        self.told = self.room.command(who, text)
        self._takes_up_the_latest_review()

    def _presses(self, who: str, label: str, asked: str | None, days: str | None) -> None:
        on = next(m for m in reversed(self._before(who)) if label in buttons(m))
        self.room.workspace.action(who, on, buttons(on)[label])
        self.room.settle()
        if asked:
            form = self.room.form(who)
            block = next(b["block_id"] for b in form["blocks"] if b.get("label", {}).get("text") == asked)
            day = (self.room.clock.utc() + timedelta(days=int(days or 0))).date()
            assert not self.room.workspace.submit(who, form["id"], {block: {"value": day.isoformat()}})
            self.room.settle()
        self._takes_up_the_latest_review()

    def _takes_up_the_latest_review(self) -> None:
        """Be in the thread of the review that began last, on the channel or between its owner and the bot."""
        begun = [
            (float(message["ts"]), place, message["ts"])
            for place in (DEALS, self.room.workspace.dm(self.actor))
            for message in self.room.workspace.messages(place)
            if re.search(r"question \d+ of \d+", message["text"])
        ]
        if begun:
            _, place, ts = max(begun)
            self._thread = Thread(self.room, place, ts)

    def _before(self, who: str) -> list[Message]:
        """What somebody has before their eyes, the latest last: the thread, then their direct messages."""
        direct = self.room.workspace.messages(self.room.workspace.dm(who))
        return sorted([*(self._thread.messages if self._thread else ()), *direct], key=lambda m: float(m["ts"]))

    def _hears(self, text: str) -> None:
        said = [self.told, *self.room.whispers(self.actor)[-1:]]
        said += [words(m) for m in [*self._before(self.actor)[-2:], *([self.thread.parent] if self._thread else [])]]
        heard = [plain(each) for each in said]
        assert any(_has(each, plain(text)) for each in heard), f"{text!r} was not said, but {heard}"


def plain(text: str) -> str:
    """Words as they are read: without what makes them bold or quoted, and on one line."""
    named = re.sub(r"<@U0(\w+)>", lambda who: "@" + who[1].casefold(), text)
    shown = re.sub(r"<[^|>]+\|([^>]+)>", r"\1", named)
    return " ".join(re.sub(r"(?<!\w)[*_]|[*_](?!\w)|^> ", "", shown, flags=re.MULTILINE).split())


def _has(said: str, quoted: str) -> bool:
    """Whether all parts of a quotation are in what was said, in their order."""
    place = 0
    for part in filter(None, (each.strip() for each in quoted.split("…"))):
        found = said.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return True
