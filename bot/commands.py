"""What a person asks of `/dealreview`: the words after the command, read."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

SUBCOMMANDS = (
    "help", "list", "show", "full", "ask", "close", "reopen", "handover", "batch", "schedule", "digest", "lens",
    "playbook", "delete", "my", "forget", "settings",
)  # fmt: skip
ALONE = ("help", "list", "lens", "settings")
"""Subcommands that nothing follows: with more words they begin a deal's name."""
WITH_WORDS = ("batch", "schedule", "digest", "playbook")
OF_A_DEAL = ("show", "full", "ask", "close", "reopen", "delete")
OF_TWO_WORDS = {"my": "my data", "forget": "forget me"}
"""Subcommands that are only ones with the word after them: "my" may well begin a deal's name."""
COMMONLY_TRIED = frozenset(
    {"add", "archive", "config", "create", "edit", "export", "import", "new", "open", "pause",
     "remove", "rename", "report", "resume", "review", "start", "status", "stop", "summary", "update"}
)  # fmt: skip
"""Words people expect to be subcommands. A deal may still be called so: in quotes."""

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_QUOTED = re.compile(r"""^["“](.*)["”]$""", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command as read: what is asked (`start`, `form`, `unknown` or a subcommand), and of what.

    `name` is a deal's name, still in Slack's encoding, or the words after or instead of a subcommand; `people` are the
    mentioned people's ids; `meant` is the subcommand that unknown words resemble. A name that `is_quoted` is nothing
    but a name.
    """

    kind: str
    name: str = ""
    people: tuple[str, ...] = ()
    meant: str = ""
    is_quoted: bool = False


def parse(text: str) -> Command:
    """Read the words after `/dealreview`. Anything that is no subcommand, nor looks like one, names a deal."""
    people = tuple(dict.fromkeys(_MENTION.findall(text)))
    words = " ".join(_MENTION.sub(" ", text).split())
    if quoted := _QUOTED.match(words):
        return Command("start", quoted[1].strip(), people, is_quoted=True)
    first, _, rest = words.partition(" ")
    verb = first.casefold()
    if words.casefold() in OF_TWO_WORDS.values():
        return Command(verb, "", people)
    if not words:
        return Command("start" if people else "form", "", people)
    if verb in ALONE and not rest:
        return Command(verb)
    if verb == "handover" and not rest:
        return Command(verb, "", people)
    if verb in OF_A_DEAL:
        return Command(verb, _unquoted(rest), people)
    if verb in WITH_WORDS:
        return Command(verb, rest, people)
    if verb in COMMONLY_TRIED or first.startswith("--"):
        return Command("unknown", words, people, meant=_nearest(verb))
    if words.islower() and (two := difflib.get_close_matches(words, OF_TWO_WORDS.values(), n=1, cutoff=0.75)):
        return Command("unknown", words, people, meant=two[0])
    if first.islower() and len(first) > 2 and (meant := _nearest(verb)) and (not rest or meant in (*OF_A_DEAL, verb)):
        return Command("unknown", words, people, meant=meant)
    return Command("start", words, people)


def _unquoted(name: str) -> str:
    quoted = _QUOTED.match(name)
    return quoted[1].strip() if quoted else name


def _nearest(verb: str) -> str:
    of_one_word = [each for each in SUBCOMMANDS if each not in OF_TWO_WORDS]
    return next(iter(difflib.get_close_matches(verb, of_one_word, n=1, cutoff=0.7)), "")
