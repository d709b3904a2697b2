"""Metrics for Prometheus. No label holds a key, an id, a path or a name: only what there are few of."""

from collections.abc import Callable, Iterator
from functools import partial
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

from schemas.review import Review
from schemas.vocabulary import VERDICTS
from service import __version__
from service.api.call import AppContext, context_of
from service.api.problems import of_status, problem_response, request_id_of
from service.observability_settings import ObservabilitySettings
from service.usecases.errors import Refused
from service.usecases.operations.gauges import Figures, figures

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
POLLED = "/v1/concepts/{concept}/readiness"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
NO_TOKEN = Refused(
    "unauthorized", "Send Authorization: Bearer and the token that GATEPROOF_METRICS_TOKEN holds."
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="gateproof metrics"'}
Answered = dict[int, int]


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self, context: AppContext) -> None:
        self.registry = CollectorRegistry()
        self.polls: Answered = {200: 0, 304: 0, 404: 0}
        """Polls that `Polls` answered, by status: it does no more than to add one."""
        self.figures: Figures | None = None
        self._context = context
        self._requests = Counter(
            "gateproof_requests",
            "Requests by method, route template and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "gateproof_request_duration_seconds",
            "How long requests took, but for polls that were answered in front.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._reviews = Counter(
            "gateproof_reviews",
            "Gates that were decided, or refused, by outcome and by the verdict at that instant.",
            ("outcome", "verdict", "accepted", "enforced"),
            registry=self.registry,
        )
        self._children: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request that was answered."""
        labels = method, route, status
        counted = self._children.get(labels)
        if counted is None:
            counted = self._children[labels] = partial(
                _count,
                self._requests.labels(method, route, str(status)).inc,
                self._seconds.labels(method, route).observe,
            )
        counted(seconds)

    def count_review(self, review: Review) -> None:
        """Counts a gate that was decided, or whose go was refused."""
        accepted, enforced = str(review.accepted).lower(), str(review.enforced).lower()
        self._reviews.labels(review.outcome, review.readiness.verdict, accepted, enforced).inc()

    def collect(self) -> Iterator[Metric]:
        """Yields the metrics whose values are read when Prometheus asks."""
        yield _gauge("build_info", "Always 1.", {__version__: 1}, "version")
        polls = CounterMetricFamily(
            "gateproof_polls", "Readiness polls answered in front, by status.", labels=("status",)
        )
        for status, count in self.polls.items():
            polls.add_metric((str(status),), count)
        yield polls
        yield from self._of_the_pool()
        if self.figures is not None:
            yield from _of_the_database(self.figures)

    def describe(self) -> list[Metric]:
        """Returns nothing, so that registering reads no values."""
        return []

    def _of_the_pool(self) -> Iterator[Metric]:
        pool: Any = self._context.db.engine.pool
        used = {"used": pool.checkedout(), "idle": pool.checkedin()}
        yield _gauge("pool_connections", "Open connections to the database.", used, "state")
        yield _gauge("pool_size", "Connections there may be.", pool.size())
        yield _gauge("writes_waiting", "Writes that wait for their turn.", self._context.writers.waiting)
        waiting = self._context.readers.statistics().tasks_waiting
        yield _gauge("reads_waiting", "Reads that wait for a thread (PostgreSQL).", waiting)


def _count(inc: Callable[[], None], observe: Callable[[float], None], seconds: float) -> None:
    inc()
    observe(seconds)


def _gauge(
    name: str, documentation: str, value: float | dict[str, int], label: str = ""
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"gateproof_{name}", documentation, labels=(label,) if label else ())
    for label_value, number in value.items() if isinstance(value, dict) else [("", value)]:
        family.add_metric((label_value,) if label else (), number)
    return family


def _of_the_database(figures: Figures) -> Iterator[Metric]:
    verdicts = {verdict: figures.verdicts.get(verdict, 0) for verdict in VERDICTS}
    documentation = "Live concepts by verdict, as last worked out for a page of readiness."
    yield _gauge("concepts", documentation, verdicts, "verdict")
    documentation = "Deliveries of webhooks still to be made; 10000: so many or more."
    yield _gauge("webhook_deliveries_pending", documentation, figures.deliveries)
    documentation = "Age of the oldest delivery of a webhook still to be made, or 0."
    yield _gauge("webhook_oldest_undelivered_seconds", documentation, figures.oldest_delivery)
    yield _gauge("sweep_lag_events", "Events not yet looked at for webhooks.", figures.unfollowed_events)
    documentation = "For how long the first of what is not looked at for webhooks waits, or 0."
    yield _gauge("sweep_lag_seconds", documentation, figures.sweep_lag)


def install(app: FastAPI, metrics: Metrics, observability: ObservabilitySettings) -> None:
    """Serves the metrics at /metrics, which the contract leaves out."""
    if observability.metrics == "off":
        return
    one_at_once = CapacityLimiter(1)

    @app.get("/metrics", include_in_schema=False)
    async def scrape(request: Request) -> Response:
        if observability.metrics_token is not None:
            if not _shows(request, observability.metrics_token):
                return problem_response(NO_TOKEN, request_id_of(request), CHALLENGE)
        elif observability.metrics == "loopback" and not _is_here(request):
            return of_status(404, request_id_of(request), request.url.path)
        context = context_of(request)
        async with one_at_once:
            metrics.figures = await _figures(context)
            text = generate_latest(metrics.registry)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _figures(context: AppContext) -> Figures | None:
    """Returns the figures of the database; None if it fails, so that the other metrics are served."""
    try:
        return await to_thread.run_sync(figures, context.db, context.clock(), limiter=context.readers)
    except Exception:
        return None


def _shows(request: Request, token: str) -> bool:
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and compare_digest(shown.strip().encode(), token.encode())


def _is_here(request: Request) -> bool:
    """True if the request comes from this machine, and no proxy here passed it on from elsewhere."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
