"""Spans arrive at a collector where one is named; where none is, nothing of OpenTelemetry is imported."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from service.api.app import create_app
from service.observability_settings import ObservabilitySettings, observability_of
from service.store.sql.engine import Database
from service.usecases.evidence import conversations
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import guarded
from tests.contract.story import tell

CANARY = "the canary sings"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """What an OTLP collector was sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: set[str] = set()

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            collector.paths.add(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield collector, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as (made, address):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield made


@contextmanager
def traced(db: Database, clock: FixedClock) -> Iterator[TestClient]:
    """Spans are sent at the latest when it ends."""
    app = create_app(db, clock, observability=ObservabilitySettings(traces=True))
    with TestClient(app, headers=BEARER, raise_server_exceptions=False) as client:
        yield client


def attributes(span: Span) -> dict[str, Any]:
    return {
        each.key: each.value.string_value or each.value.int_value or each.value.bool_value
        for each in span.attributes
    }


def test_each_request_is_a_span_by_its_template(
    db: Database, clock: FixedClock, collector: Collector
) -> None:
    with traced(db, clock) as client:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"us={CANARY.replace(' ', '')}"}
        client.get("/v1/concepts/ghost", headers=headers)
    [span] = collector.spans
    assert collector.paths == {"/v1/traces"}
    assert span.name == "GET /v1/concepts/{concept}"
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "/v1/concepts/{concept}",
        "http.response.status_code": 404,
    }
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert span.kind == Span.SPAN_KIND_SERVER
    assert "canary" not in str(collector.requests)


def test_polls_are_spans_too_and_once(db: Database, clock: FixedClock, collector: Collector) -> None:
    with traced(db, clock) as client:
        for _ in tell(client):
            pass
        before = client.get("/v1/concepts/tariff-radar/readiness")
        assert before.status_code == 200
        client.get("/v1/concepts/tariff-radar/readiness", headers={"If-None-Match": before.headers["ETag"]})
    polled = [span for span in collector.spans if span.name == "GET /v1/concepts/{concept}/readiness"]
    assert [attributes(span)["http.response.status_code"] for span in polled] == [200, 304]


def test_no_span_holds_words_tokens_paths_or_faults(
    db: Database, clock: FixedClock, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(CANARY)

    secrets = [CANARY, TOKEN, "tariff-radar", "pm-1", "testclient"]
    with traced(db, clock) as client:
        for write, response in tell(client, CANARY):
            answer = response.json() if response.content else {}
            secrets += [answer[name] for name in ("token", "secret") if isinstance(answer.get(name), str)]
            if write.operation == "create_badge":
                badge = answer["url"]
        client.get(badge)
        secrets.append(badge.split("/")[-2])
        for operation in guarded():
            client.get(operation.at(concept="tariff-radar", person="pm-1"), params={"q": CANARY})
        monkeypatch.setattr(conversations, "get_conversation", fail)
        assert client.get("/v1/conversations/ghost").status_code == 500
    assert len(collector.spans) > 100
    text = str(collector.requests).lower()
    for secret in secrets:
        assert secret.lower() not in text, secret
    [fault] = [span for span in collector.spans if attributes(span)["http.response.status_code"] == 500]
    assert (fault.status.message, len(fault.events)) == ("", 0)


def test_they_are_on_where_a_collector_is_named_unless_switched_off() -> None:
    named = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    assert not observability_of({}.get).traces
    assert observability_of(named.get).traces
    assert observability_of({"GATEPROOF_TRACES": "on"}.get).traces
    assert not observability_of({**named, "GATEPROOF_TRACES": "off"}.get).traces


def test_without_it_nothing_of_it_is_imported() -> None:
    """The sdk and the exporter cost a fifth of a second and some ten megabytes."""
    program = (
        "import sys; from service.api.app import create_app\n"
        "from service.store.sql.engine import Database; from service.store.sql.keyring import Keyring\n"
        "create_app(Database('sqlite://', Keyring([bytes(32)])), lambda: None)\n"
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
