"""Spans of requests, sent over OTLP when that is configured; else nothing of OpenTelemetry is imported."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

FAULT = 500


class Tracing:
    """Sends our spans by a provider of its own: others' spans, which may say more, are not sent with them."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        self._provider = provider
        self._tracer = provider.get_tracer("gateproof", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._server = SpanKind.SERVER

    def begin(self, traceparent: str | None) -> "Span":
        """Returns a request's span, below the caller's where it names one. The rest of a caller's trace
        context (tracestate, baggage) may hold anything, so it is not passed on."""
        carrier: Mapping[str, str] = {} if traceparent is None else {"traceparent": traceparent}
        parent = self._propagator.extract(carrier)
        return self._tracer.start_span("request", parent, self._server, record_exception=False)

    def end(self, span: "Span", method: str, route: str, status: int) -> str:
        """Ends the span with what it was; returns the id of its trace."""
        from opentelemetry.trace import StatusCode  # noqa: PLC0415

        span.update_name(f"{method} {route}")
        span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )
        if status >= FAULT:
            span.set_status(StatusCode.ERROR)
        span.end()
        return f"{span.get_span_context().trace_id:032x}"

    def close(self) -> None:
        """Sends the spans that wait."""
        self._provider.shutdown()


def open_tracing() -> Tracing:
    """Returns tracing as OTEL_EXPORTER_OTLP_ENDPOINT (where to) and OTEL_TRACES_SAMPLER (how many) say."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource({"service.name": "gateproof", "service.version": __version__})
    provider = TracerProvider(resource=resource.merge(Resource.create()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
