"""A lens of the company's own: an OpenAI-compatible endpoint is asked whose story a text tells."""

from __future__ import annotations

import asyncio
import json
import logging
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import openai
from pydantic import BaseModel

from bot.settings import Endpoint
from flows.lens import Correction, Label, Lens, Reading, Span
from flows.playbook import OPENING

INSTRUCTION = Path(__file__).with_suffix(".txt")
LIMIT_SECONDS = 8.0
"""For the whole of it: looking up the name, connecting, trying once more, and the last byte of the answer."""
RETRIES = 1
FAILURES_IN_A_ROW = 5
REST_SECONDS = 60.0
EXAMPLES = 20
CONFIDENCE = 0.99
"""Not measured: an endpoint gives a label without a number, and is told to say UNCLEAR where it is in doubt."""
MADE_UP = "Their auditors fined them last spring, and their CFO carries it."
LONGEST_PROBLEM = 300

log = logging.getLogger(__name__)


# The endpoint gets both of these as a JSON schema, with what their docstrings say.


class Part(BaseModel, extra="forbid"):
    """A sentence or clause of the note, copied, and whose story it tells."""

    text: str
    label: Label


class Answer(BaseModel, extra="forbid"):
    """The whole note, part by part, in order."""

    parts: list[Part]


class Unusable(Exception):
    """The endpoint answered, but not with a reading of the text. The message says why and quotes nothing."""


class HostedLens:
    """Reads by asking `endpoint`. Where that fails, `fallback` reads instead, and only the log tells of it.

    A text goes to the endpoint's host and nowhere else: redirects are not followed. What comes back can only label the
    words of the text it was asked about, so a text that gives orders to the model reaches no further than its own
    labels. An endpoint that failed FAILURES_IN_A_ROW times is left alone for REST_SECONDS, and again after each
    further failure until it succeeds. `limit` is how long a reading may take, in seconds; `clock` counts seconds and
    never goes back. Many threads may read, but none that runs an event loop.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        fallback: Lens,
        limit: float = LIMIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._fallback = fallback
        self._limit = limit
        self._clock = clock
        self._instruction = INSTRUCTION.read_text(encoding="utf-8")
        self._counting = threading.Lock()
        self._failures = 0
        self._rests_until = clock()

    def __call__(self, question: str, text: str, taught: Sequence[Correction] = (), /) -> Reading:
        """Say whose story each part of `text` tells as an answer to `question` (a playbook key).

        The latest EXAMPLES of what the workspace `taught` go along as examples.
        """
        if not text.strip() or self._clock() < self._rests_until:
            return self._fallback(question, text, taught)
        try:
            reading = self._ask(question, text, taught[:EXAMPLES])
        except Exception as error:  # whatever goes wrong over there, what a person wrote is read
            log.warning("%s did not read an answer: %s", self._endpoint.host, _reason(error))
            self._count(failed=True)
            return self._fallback(question, text, taught)
        self._count(failed=False)
        return reading

    def problem(self) -> str:
        """What keeps the endpoint from reading a made-up sentence, in its own words if it has any; else empty."""
        try:
            self._ask(OPENING, MADE_UP)
        except Exception as error:  # which is what was asked for
            told = error.message if isinstance(error, openai.APIStatusError) else _reason(error)
            if self._endpoint.key:
                told = told.replace(self._endpoint.key, "…")
            return textwrap.shorten(told, LONGEST_PROBLEM, placeholder=" …")
        return ""

    def _count(self, failed: bool) -> None:
        with self._counting:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= FAILURES_IN_A_ROW:
                self._rests_until = self._clock() + REST_SECONDS
                log.warning("%s is left alone for %g seconds", self._endpoint.host, REST_SECONDS)

    def _ask(self, question: str, text: str, taught: Sequence[Correction] = ()) -> Reading:
        lines = [{"line": each.line, "label": each.label} for each in taught]
        asked = json.dumps({"question": question, "examples": lines, "note": text}, ensure_ascii=False)
        loop = asyncio.new_event_loop()
        try:
            answer = loop.run_until_complete(self._answer(asked))
        finally:
            loop.close()  # `asyncio.run` would wait for a look-up of the name that hangs, however long
        return Reading(tuple(_spans(answer, text)), text)

    async def _answer(self, asked: str) -> Answer:
        """Ask, within one limit for the whole of it; the client's own would start anew with each byte and each try."""
        async with asyncio.timeout(self._limit), self._client() as client:
            completion = await client.chat.completions.parse(
                model=self._endpoint.model,
                messages=[
                    {"role": "system", "content": self._instruction},
                    {"role": "user", "content": asked},
                ],
                response_format=Answer,
                temperature=0,
            )
        answer = completion.choices[0].message.parsed
        if answer is None:
            raise Unusable("it declined")
        return answer

    def _client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            base_url=self._endpoint.url,
            api_key=self._endpoint.key or "none",  # the client insists on one
            max_retries=RETRIES,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )


def _spans(answer: Answer, text: str) -> Iterator[Span]:
    """Find the answer's parts in the text, by the characters that are not space. Raises `Unusable` if any differs."""
    inked = [place for place, character in enumerate(text) if not character.isspace()]
    parts = [("".join(part.text.split()), part.label) for part in answer.parts]
    if "".join(copied for copied, _ in parts) != "".join(text.split()):
        raise Unusable("it changed the words")
    begin = 0
    for copied, label in parts:
        if copied:
            end = begin + len(copied)
            yield Span(inked[begin], inked[end - 1] + 1, label, CONFIDENCE)
            begin = end


def _reason(error: Exception) -> str:
    """Why there is no reading, in words of ours: an error of the client's may quote the text it is about."""
    match error:
        case Unusable():
            return str(error)
        case openai.APIStatusError():
            return f"HTTP {error.status_code}"
        case TimeoutError() | openai.APITimeoutError():
            return "it took too long"
        case openai.APIConnectionError():
            return "it cannot be reached"
        case openai.LengthFinishReasonError() | openai.ContentFilterFinishReasonError():
            return "it broke off"
        case ValueError() | TypeError() | AttributeError() | LookupError():  # the client takes any JSON for an answer
            return "it answered in another form than it was asked to"
        case _:
            return type(error).__name__
