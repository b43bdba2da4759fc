"""A question's words as templates use them: a team's own are shown as they were typed, and are never a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.playbook import Question, fill


@dataclass(frozen=True)
class Wording:
    """The words of a question, encoded for where they are shown; `known` is what may be filled in, encoded already.

    `translate` gives the words of a question that ships in the language of whoever reads them, and a team's own as they
    are.
    """

    question: Question
    known: Mapping[str, str]
    encode: Callable[[str], str]
    translate: Callable[[str], str] = str

    @property
    def label(self) -> str:
        """What it is called in a list."""
        return self._put(self.question.label)

    @property
    def matter(self) -> str:
        """What it is called in a sentence."""
        return self._put(self.question.matter or self.question.label)

    @property
    def ask(self) -> str:
        return self._filled(self.question.ask) or self._put(self.question.ask)

    def probe(self, name: str) -> str:
        """A follow-up by its name, such as "vague" or "about_us_2"."""
        return self._filled(self.question.probe(name))

    @property
    def could_ask(self) -> str:
        """What to ask the customer; if a team wrote nothing for that, what its own people are asked."""
        return self._filled(self.question.could_ask) or self.ask

    @property
    def not_known(self) -> str:
        """What to say to whoever does not know; empty if nothing was written, or it needs what is not known either."""
        return self._filled(self.question.not_known)

    def _filled(self, words: str) -> str:
        could_ask = fill(self._put(self.question.could_ask), self.known)
        return fill(self._put(words), {**self.known, "could_ask": could_ask})

    def _put(self, words: str) -> str:
        return self.encode(self.translate(words))
