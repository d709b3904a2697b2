"""On its way: tries and their log, resending, secrets that change, and what ends a subscription."""

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.api.app import create_app
from service.delivery.sending import wait_of
from service.delivery.worker import Worker
from service.domain.notify.retries import DELAYS, after_try
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import problem
from tests.delivery.conftest import LOOPBACK, Deliver, subscribe
from tests.delivery.target import Got, Target
from tests.gateproof import Body, Gateproof


def ping(gateproof: Gateproof, webhook: str) -> str:
    made: str = gateproof.post(f"/webhooks/{webhook}/ping", {})["id"]
    return made


def log_of(gateproof: Gateproof, webhook: str, delivery: str) -> Body:
    return gateproof.get(f"/webhooks/{webhook}/deliveries/{delivery}")


def is_verified(got: Got, secret: str, now: datetime) -> bool:
    """By the stock verifier, whose clock is the machine's: the signature is over the stamp that was sent."""
    stamp = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    assert abs(stamp - now) < timedelta(seconds=1)
    expected = Webhook(secret).sign(got.headers["webhook-id"], stamp, got.body.decode())
    return expected in got.headers["webhook-signature"].split(" ")


def test_a_stock_verifier_believes_it(db: Database, target: Target) -> None:
    """By the machine's own clock, as a receiver would."""

    def now() -> datetime:
        return datetime.now(UTC)

    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(db, now, targets=LOOPBACK), headers=headers) as client:
        gateproof = Gateproof(client, now)
        made = subscribe(gateproof, target)
        ping(gateproof, made["id"])
        anyio.run(Worker(db, now, LOOPBACK).run_until_idle)

    [got] = target.got
    verified = Webhook(made["secret"]).verify(got.body, got.headers)
    assert (verified["type"], verified["data"]) == ("webhook.ping", {"webhook": made["id"]})
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(got.body + b" ", got.headers)
    assert len(b64decode(made["secret"].removeprefix("whsec_"))) == 32


def test_both_secrets_sign_until_the_overlap_ends(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    made = subscribe(gateproof, target)
    new = gateproof.post(f"/webhooks/{made['id']}/rotate", {"overlap_hours": 2})
    for _ in range(2):
        ping(gateproof, made["id"])
        deliver()
        clock.move(hours=2)

    during, after = target.got
    secrets = (made["secret"], new["secret"])
    then = clock() - timedelta(hours=4)
    assert [is_verified(during, secret, then) for secret in secrets] == [True, True]
    assert [is_verified(after, secret, then + timedelta(hours=2)) for secret in secrets] == [False, True]
    assert len(after.headers["webhook-signature"].split(" ")) == 1


def test_it_is_tried_ever_later_and_then_the_webhook_is_disabled(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    made = subscribe(gateproof, target, path="/broken")
    delivery, began = ping(gateproof, made["id"]), clock()
    for _ in range(20):
        deliver()
        seen = log_of(gateproof, made["id"], delivery)
        if seen["next_try_at"] is None:
            break
        clock.instant = datetime.fromisoformat(seen["next_try_at"])

    assert (seen["state"], seen["tries"], seen["last_status"]) == ("failed", 10, 500)
    assert len(set(target.ids)) == 1
    assert len({got.body for got in target.got}) == 1
    assert timedelta(days=3) < clock() - began < timedelta(days=4)
    assert [each["status"] for each in seen["log"]] == [500] * 10
    hook = gateproof.get(f"/webhooks/{made['id']}")
    assert (hook["enabled"], hook["disabled_reason"]) == (False, "failing")
    ended = gateproof.events("organisation", type="webhook.disabled")
    assert [each["data"] for each in ended] == [{"webhook": made["id"], "reason": "failing"}]


def test_one_that_answers_now_and_then_is_not_disabled(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    made = subscribe(gateproof, target, path="/broken")
    delivery = ping(gateproof, made["id"])
    deliver()
    _change(gateproof, made["id"], url=target.url("/ok"))
    other = ping(gateproof, made["id"])
    deliver()
    assert log_of(gateproof, made["id"], other)["state"] == "delivered"
    _change(gateproof, made["id"], url=target.url("/broken"))
    while at := log_of(gateproof, made["id"], delivery)["next_try_at"]:
        clock.instant = datetime.fromisoformat(at)
        deliver()
    assert log_of(gateproof, made["id"], delivery)["state"] == "failed"
    assert gateproof.get(f"/webhooks/{made['id']}")["enabled"]


def test_gone_ends_it_at_once_and_cancels_what_was_on_its_way(
    gateproof: Gateproof, target: Target, deliver: Deliver
) -> None:
    made = subscribe(gateproof, target, path="/gone")
    first = ping(gateproof, made["id"])
    deliver()
    hook = gateproof.get(f"/webhooks/{made['id']}")
    assert (hook["enabled"], hook["disabled_reason"]) == (False, "gone")
    assert log_of(gateproof, made["id"], first)["state"] == "failed"
    for path in ("ping", f"deliveries/{first}/resend"):
        problem(gateproof.client.post(f"/v1/webhooks/{made['id']}/{path}", json={}), 409)


def test_enabled_again_it_is_told_from_then_on(
    gateproof: Gateproof, target: Target, deliver: Deliver
) -> None:
    made = subscribe(gateproof, target)
    waiting = ping(gateproof, made["id"])
    stopped = _change(gateproof, made["id"], enabled=False)
    assert (stopped["enabled"], stopped["disabled_reason"]) == (False, "asked")
    deliver()
    assert target.got == []
    assert log_of(gateproof, made["id"], waiting)["state"] == "cancelled"
    assert _change(gateproof, made["id"], enabled=True)["disabled_reason"] is None
    gateproof.post(f"/webhooks/{made['id']}/deliveries/{waiting}/resend", {}, 200)
    deliver()
    assert len(target.got) == 1


def test_retry_after_is_heeded(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    made = subscribe(gateproof, target, path="/busy")
    delivery = ping(gateproof, made["id"])
    deliver()
    at = datetime.fromisoformat(log_of(gateproof, made["id"], delivery)["next_try_at"])
    assert timedelta(hours=2) <= at - clock() < timedelta(hours=2, minutes=1)


def test_sent_again_it_has_the_same_id_and_body(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    made = subscribe(gateproof, target)
    delivery = ping(gateproof, made["id"])
    deliver()
    clock.move(days=2)
    gateproof.post(f"/webhooks/{made['id']}/deliveries/{delivery}/resend", {}, 200)
    deliver()
    first, second = target.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert [each["number"] for each in log_of(gateproof, made["id"], delivery)["log"]] == [1, 2]


def test_an_odd_delivery_ends_no_worker(
    gateproof: Gateproof,
    target: Target,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(target.url())

    made = subscribe(gateproof, target)
    delivery = ping(gateproof, made["id"])
    with monkeypatch.context() as broken:
        broken.setattr("service.delivery.worker.signed", fail)
        deliver()
    seen = log_of(gateproof, made["id"], delivery)
    assert (seen["state"], seen["last_error"]) == ("pending", "connection-failed")
    assert "a delivery could not be tried: RuntimeError at" in caplog.text
    assert target.url() not in [
        record.getMessage() for record in caplog.records if "gateproof" in record.name
    ]


def test_the_log_says_what_was_sent_and_how_it_stands(
    gateproof: Gateproof, target: Target, deliver: Deliver
) -> None:
    made = subscribe(gateproof, target)
    ids = [ping(gateproof, made["id"]) for _ in range(3)]
    assert _listed(gateproof, made["id"], state="pending") == sorted(ids)
    deliver()
    assert _listed(gateproof, made["id"], state="delivered") == sorted(ids)
    assert _listed(gateproof, made["id"], state="failed") == []


def test_address_and_secret_are_nowhere_but_in_their_answers(gateproof: Gateproof, target: Target) -> None:
    made = subscribe(gateproof, target, path="/in/capability-77", description="The board")
    path = f"/webhooks/{made['id']}"
    text = "".join(str(gateproof.get(each)) for each in (path, "/webhooks", f"{path}/deliveries"))
    text += str(gateproof.events(portfolio=None))
    assert "capability-77" not in text
    assert made["secret"] not in text
    assert gateproof.get(path)["origin"] == f"http://127.0.0.1:{target.port}"
    again = {"url": target.url(), "types": ["readiness.ready"]}
    gateproof.post("/webhooks", again, **{"Idempotency-Key": "k-1"})
    gateproof.post("/webhooks", again, 409, **{"Idempotency-Key": "k-1"})


def test_somebody_limited_sees_and_makes_only_their_own(gateproof: Gateproof, target: Target) -> None:
    for key in ("energy", "water"):
        gateproof.post("/portfolios", {"key": key, "name": key})
    own = subscribe(gateproof, target, portfolios=["energy"])["id"]
    others = [subscribe(gateproof, target, portfolios=each)["id"] for each in (["energy", "water"], None)]
    limited = gateproof.post("/tokens", {"name": "a", "role": "admin", "portfolios": ["energy"]})["token"]
    headers = {"Authorization": f"Bearer {limited}"}
    page = gateproof.client.get("/v1/webhooks?limit=1", headers=headers).json()
    assert ([hook["id"] for hook in page["items"]], page["next"]) == ([own], None)
    for id in others:
        problem(gateproof.client.get(f"/v1/webhooks/{id}", headers=headers), 404)
    for portfolios in (["water"], None):
        body = {"url": target.url(), "types": ["readiness.ready"], "portfolios": portfolios}
        problem(gateproof.client.post("/v1/webhooks", json=body, headers=headers), 422)


@given(st.integers(1, 10), st.sampled_from([None, 100, 302, 404, 429, 500, 503]), st.floats(0, 1))
def test_no_wait_is_shorter_than_the_schedule_or_longer_than_a_day_and_a_bit(
    number: int, status: int | None, jitter: float
) -> None:
    asked = timedelta(days=3)
    wait = after_try(number, status, None, jitter)
    if number > len(DELAYS):
        assert (wait.state, wait.wait) == ("failed", None)
        return
    assert wait.wait is not None
    assert DELAYS[number - 1] <= wait.wait <= DELAYS[number - 1] * 1.2
    longer = after_try(number, status, asked, jitter).wait
    assert longer is not None
    assert timedelta(hours=24) <= longer <= timedelta(hours=24) * 1.2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 22 Nov 2026 09:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(header: str | None, seconds: int | None) -> None:
    wait = wait_of(header, FixedClock()())
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def _change(gateproof: Gateproof, id: str, **fields: object) -> Body:
    tag = f'"{gateproof.get(f"/webhooks/{id}")["revision"]}"'
    return gateproof.patch(f"/webhooks/{id}", fields, **{"If-Match": tag})


def _listed(gateproof: Gateproof, id: str, **query: str) -> Sequence[str]:
    return [each["id"] for each in gateproof.get(f"/webhooks/{id}/deliveries", **query)["items"]]
