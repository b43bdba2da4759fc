"""Numbers for whoever watches the bot, as Prometheus reads them. There are no names in them, and no words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.tenancy import EVERYWHERE, at_work_for
from storage.vitals import Vitals, vitals

SLACK_WAITS = 3.0
"""In seconds; so long Slack waits to be told that something arrived."""

ACKNOWLEDGED_IN = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, SLACK_WAITS, 10.0)
READ_IN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 8.0)


class Metrics:
    """What this process counts, and what it finds in the database when it is asked."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._registry = CollectorRegistry()
        self.replies_accepted = Counter(
            "dealreview_replies_accepted",
            "What people wrote, edited or deleted in reviews and is kept; what Slack sends again may count again.",
            ["kind"],
            registry=self._registry,
        )
        self.acknowledge_seconds = Histogram(
            "dealreview_acknowledge_seconds",
            "From when a request of Slack's is read until its answer is given, by kind.",
            ["kind"],
            buckets=ACKNOWLEDGED_IN,
            registry=self._registry,
        )
        self.messages = Counter(
            "dealreview_messages",
            "What became of attempts to say something: said, found, taken back, refused, rested or later.",
            ["result"],
            registry=self._registry,
        )
        self.lens_seconds = Histogram(
            "dealreview_lens_seconds",
            "How long a reply took to be read.",
            buckets=READ_IN,
            registry=self._registry,
        )
        self._registry.register(_Kept(database, clock))

    def text(self) -> bytes:
        """All of it, in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Kept(Collector):
    """What the database says; every replica says the same of it, so take the greatest and add nothing up."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing, so that nothing is asked of the database before it is there."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with at_work_for(EVERYWHERE), self._database.transaction() as session:
                found = vitals(session, self._clock())
        except DBAPIError:
            yield GaugeMetricFamily("dealreview_database_up", "1 if the database answers.", 0)
            return
        yield GaugeMetricFamily("dealreview_database_up", "1 if the database answers.", 1)
        yield from _families(found)


def _families(found: Vitals) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily(
        "dealreview_questions_waiting", "Open reviews, by what they await.", labels=["awaiting"]
    )
    for status, count in found.reviews.items():
        waiting.add_metric([status.value.removeprefix("awaiting_")], count)
    yield waiting
    nudges = GaugeMetricFamily("dealreview_nudges", "Nudges of the last 90 days, by outcome.", labels=["outcome"])
    for result, count in found.nudges.items():
        nudges.add_metric([result.value if result else "none_yet"], count)
    yield nudges
    yield GaugeMetricFamily("dealreview_arrivals_waiting", "Kept, and not yet taken.", found.arrivals)
    yield GaugeMetricFamily("dealreview_arrivals_failed", "Could not be taken, and was given up.", found.failed)
    yield GaugeMetricFamily("dealreview_messages_waiting", "Decided, and not yet said.", found.messages)
    yield GaugeMetricFamily("dealreview_messages_refused", "Refused by Slack, and given up.", found.refused)
    yield GaugeMetricFamily(
        "dealreview_due_lag_seconds", "How long the oldest thing due waits.", found.lag.total_seconds()
    )
