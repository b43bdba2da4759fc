"""Spans for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says where to send them; else nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from bot.settings import BadSetting

Span = Callable[[str, str], AbstractContextManager[None]]
"""Does something in a span of this name, which carries a reference."""


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Tracing:
    """How spans are made, and how the last of them are sent before the process ends."""

    span: Span = field(default=lambda name, reference: nullcontext())
    flush: Callable[[], None] = _nothing


def tracing(endpoint: str) -> Tracing:
    """How spans are made where an endpoint is named. Raises `BadSetting` if what it takes is not installed.

    Everything else, such as headers or the name of the service, is taken from OpenTelemetry's own environment
    variables. Spans have no words and no names in them.
    """
    if not endpoint:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise BadSetting(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends spans is not installed ({error}); "
            f"run {sys.executable} -m pip install 'dealreview[tracing]'."
        ) from error
    resource = Resource({SERVICE_NAME: "dealreview"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    tracer = provider.get_tracer("dealreview")

    @contextmanager
    def span(name: str, reference: str) -> Iterator[None]:
        with tracer.start_as_current_span(name, attributes={"dealreview.reference": reference}, record_exception=False):
            yield

    return Tracing(span, provider.shutdown)
