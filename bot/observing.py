"""Watches the bot at work: each request and each piece of work has a reference, a span, and is counted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot import reference
from bot.metrics import Metrics
from bot.tracing import Tracing
from flows.lens import Correction, Lens, Reading


class Observer:
    """Goes around what the bot does, and lets it do it."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self.metrics = metrics
        self.tracing = tracing

    @contextmanager
    def request(self, kind: str, received: float) -> Iterator[None]:
        """A request of Slack's, of this kind, received at a moment of `time.perf_counter`."""
        try:
            with reference.referred_to() as known_by, self.tracing.span(f"slack {kind}", known_by):
                yield
        finally:
            self.metrics.acknowledge_seconds.labels(kind).observe(time.perf_counter() - received)

    @contextmanager
    def work(self, name: str) -> Iterator[None]:
        """A piece of the engine's work, of this name."""
        with reference.referred_to() as known_by, self.tracing.span(name, known_by):
            yield

    def lens(self, read: Lens) -> Lens:
        """A lens that reads what `read` does, while somebody looks at the clock."""

        def observed(question: str, text: str, taught: Sequence[Correction] = ()) -> Reading:
            with self.metrics.lens_seconds.time(), self.tracing.span("read", reference.current()):
                return read(question, text, taught)

        return observed

    def accepted(self, kind: str) -> None:
        """What somebody did in a review, of this kind, is kept."""
        self.metrics.replies_accepted.labels(kind).inc()

    def attempted(self, result: str) -> None:
        """An attempt to say something ended like this."""
        self.metrics.messages.labels(result).inc()
