"""What Prometheus is told: few labels, no keys, and what only the database knows."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from service.api.app import create_app
from service.observability_settings import ObservabilitySettings
from service.store.notify.deliveries import deliveries
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import problem
from tests.delivery.conftest import LOOPBACK, deliver, subscribe, target  # noqa: F401 - fixtures
from tests.delivery.target import Target
from tests.gateproof import Gateproof

HERE = ("127.0.0.1", 50_000)
CANARY = "canary-sings"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
METRICS_TOKEN = "scrape-scrape-scrape"
Labels = dict[str, str]


def value(client: TestClient, name: str, **labels: str) -> float:
    """The sum of the samples of this name that have these labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    assert any(each.name == name for each in samples), name
    wanted = labels.items()
    return sum(each.value for each in samples if each.name == name and wanted <= each.labels.items())


def served(
    db: Database, clock: FixedClock, observability: ObservabilitySettings, address: tuple[str, int]
) -> TestClient:
    return TestClient(create_app(db, clock, observability=observability), client=address)


@pytest.fixture
def client(db: Database, clock: FixedClock) -> Iterator[TestClient]:
    app = create_app(db, clock, targets=LOOPBACK)
    with TestClient(app, headers=BEARER, raise_server_exceptions=False, client=HERE) as made:
        yield made


def test_requests_are_counted_by_template(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.get("/concepts/tariff-radar")
    gateproof.get("/concepts/tariff-radar/decisions")
    gateproof.get(f"/concepts/{CANARY}", status=404)
    gateproof.client.get(f"/{CANARY}/{CANARY}")
    gateproof.client.request(CANARY.upper(), f"/v1/concepts/{CANARY}")
    gateproof.client.get("/v1/people", headers={"Authorization": f"Bearer {CANARY}"})

    route = "/v1/concepts/{concept}"
    client = gateproof.client
    assert value(client, "gateproof_requests_total", route=route, status="200", method="GET") == 1
    assert value(client, "gateproof_requests_total", route=route, status="404") == 1
    assert value(client, "gateproof_requests_total", route="unmatched", status="404") == 1
    assert value(client, "gateproof_requests_total", route="unmatched", status="401") == 1
    assert value(client, "gateproof_requests_total", method="other", status="405") == 1
    assert value(client, "gateproof_request_duration_seconds_count", route=route, method="GET") == 2
    text = client.get("/metrics").text.lower()
    for secret in (CANARY, "tariff-radar", "energy", "pm-1", TOKEN):
        assert secret not in text


def test_files_are_counted_by_their_folder(client: TestClient) -> None:
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", CANARY):
        client.get(f"/docs/files/{name}")
    client.get("/docs")
    assert value(client, "gateproof_requests_total", route="/docs/files", status="200") == 2
    assert value(client, "gateproof_requests_total", route="/docs/files", status="404") == 1
    assert value(client, "gateproof_requests_total", route="/docs", status="200") == 1
    assert CANARY not in client.get("/metrics").text


def test_polls_are_counted_by_status(gateproof: Gateproof) -> None:
    gateproof.begin()
    path = "/v1/concepts/tariff-radar/readiness"
    gateproof.client.get(path, params={"gate": "G1"})  # takes the normal route
    first = gateproof.client.get(path)
    gateproof.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    gateproof.client.get("/v1/concepts/ghost/readiness")
    polled = [
        value(gateproof.client, "gateproof_polls_total", status=status) for status in ("200", "304", "404")
    ]
    assert polled == [1, 1, 1]
    assert value(gateproof.client, "gateproof_requests_total", route="/v1/concepts/{concept}/readiness") == 1


def test_decisions_are_counted_by_outcome_and_verdict(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.review("G1", "go", status=409)
    gateproof.ready_at_g1()
    gateproof.review("G1", "go")
    name = "gateproof_reviews_total"
    assert value(gateproof.client, name, outcome="go", verdict="blocked", accepted="false") == 1
    assert value(gateproof.client, name, outcome="go", verdict="ready", accepted="true", enforced="true") == 1


def test_concepts_are_counted_by_verdict(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.concept("second")
    gateproof.get("/readiness")
    assert value(gateproof.client, "gateproof_concepts", verdict="blocked") == 2
    assert value(gateproof.client, "gateproof_concepts", verdict="ready") == 0


def test_what_is_not_delivered_ages(
    gateproof: Gateproof,
    clock: FixedClock,
    target: Target,  # noqa: F811
    deliver: Callable[[], None],  # noqa: F811
) -> None:
    name = "gateproof_webhook_oldest_undelivered_seconds"
    hook = subscribe(gateproof, target)["id"]
    assert value(gateproof.client, name) == 0
    gateproof.post(f"/webhooks/{hook}/ping", {})
    clock.move(minutes=3)
    gateproof.post(f"/webhooks/{hook}/ping", {})
    assert value(gateproof.client, name) == 180
    assert value(gateproof.client, "gateproof_webhook_deliveries_pending") == 2
    deliver()
    assert value(gateproof.client, name) == 0
    assert value(gateproof.client, "gateproof_webhook_deliveries_pending") == 0


def test_what_is_not_followed_lags(
    gateproof: Gateproof,
    clock: FixedClock,
    target: Target,  # noqa: F811
    deliver: Callable[[], None],  # noqa: F811
) -> None:
    gateproof.begin()
    subscribe(gateproof, target)
    deliver()
    clock.move(days=10)
    assert value(gateproof.client, "gateproof_sweep_lag_seconds") == 0
    gateproof.customer("late")
    gateproof.customer("later")
    clock.move(seconds=20)
    assert value(gateproof.client, "gateproof_sweep_lag_events") == 2
    assert value(gateproof.client, "gateproof_sweep_lag_seconds") == 20
    deliver()
    assert value(gateproof.client, "gateproof_sweep_lag_events") == 0
    assert value(gateproof.client, "gateproof_sweep_lag_seconds") == 0


def test_what_time_changes_and_nobody_looked_at_lags_too(
    gateproof: Gateproof,
    clock: FixedClock,
    target: Target,  # noqa: F811
    deliver: Callable[[], None],  # noqa: F811
) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    subscribe(gateproof, target)
    deliver()
    clock.move(days=400)
    assert value(gateproof.client, "gateproof_sweep_lag_events") == 0
    assert 0 < value(gateproof.client, "gateproof_sweep_lag_seconds") < 400 * 86400
    deliver()
    assert value(gateproof.client, "gateproof_sweep_lag_seconds") == 0


def test_the_pool_and_those_who_wait_are_told(gateproof: Gateproof) -> None:
    gateproof.begin()
    assert value(gateproof.client, "gateproof_pool_size") == 12
    assert value(gateproof.client, "gateproof_pool_connections") >= 1
    assert value(gateproof.client, "gateproof_writes_waiting") == 0


def test_without_a_database_the_rest_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(Database, "reading", refuse)
    text = client.get("/metrics").text
    assert "gateproof_pool_size 12.0" in text
    assert "gateproof_sweep_lag_seconds" not in text
    assert CANARY not in text


def test_only_this_machine_is_told_unless_said_otherwise(db: Database, clock: FixedClock) -> None:
    elsewhere = ("192.0.2.7", 50_000)
    with served(db, clock, ObservabilitySettings(), elsewhere) as client:
        problem(client.get("/metrics"), 404)
    with served(db, clock, ObservabilitySettings(), ("::1", 50_000)) as client:
        assert client.get("/metrics").status_code == 200
        problem(client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}), 404)
    with served(db, clock, ObservabilitySettings(metrics="on"), elsewhere) as client:
        assert client.get("/metrics").status_code == 200
    with served(db, clock, ObservabilitySettings(metrics="off"), HERE) as client:
        problem(client.get("/metrics"), 404)


def test_with_a_token_only_who_shows_it_is_told(db: Database, clock: FixedClock) -> None:
    settings = ObservabilitySettings(metrics_token=METRICS_TOKEN)
    with served(db, clock, settings, HERE) as client:
        for shown in ({}, BEARER, {"Authorization": METRICS_TOKEN}):
            assert METRICS_TOKEN not in str(problem(client.get("/metrics", headers=shown), 401))
    with served(db, clock, settings, ("192.0.2.7", 50_000)) as client:
        shown = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        assert client.get("/metrics", headers=shown).status_code == 200


def test_a_long_queue_costs_no_more_than_a_bound(
    gateproof: Gateproof,
    db: Database,
    clock: FixedClock,
    target: Target,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.store.derived.backlog.MOST", 2)
    hook = subscribe(gateproof, target)["id"]
    made = [gateproof.post(f"/webhooks/{hook}/ping", {})["id"] for _ in range(3)]
    assert value(gateproof.client, "gateproof_webhook_deliveries_pending") == 2
    with db.writing() as tx:
        late = {"since": clock() - timedelta(hours=1)}
        tx.execute(update(deliveries).where(deliveries.c.id.in_(made)).values(late))
    assert value(gateproof.client, "gateproof_webhook_oldest_undelivered_seconds") == 3600
