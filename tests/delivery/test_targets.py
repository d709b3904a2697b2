"""Nothing is sent to where only the operator's own machines should be heard."""

import time
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from httpx2 import URL

from service.api.app import create_app
from service.delivery import sending
from service.delivery.sending import DeliveryAnswer, open_client, send, signed
from service.delivery.targets import Forbidden, NotResolved, Targets, is_public, networks
from service.delivery.worker import Worker
from service.store.sql.engine import Database
from tests.conftest import TOKEN, FixedClock
from tests.delivery.conftest import LOOPBACK, subscribe
from tests.delivery.target import LARGE, Target, certificate, listening
from tests.gateproof import Gateproof

INSIDE = [
    *("127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
    *("ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    *("2001:db8::1", "64:ff9b:1::a00:1"),
]
OUTSIDE = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is(address: str) -> None:
    assert is_public(ip_address(address))


def knows(*addresses: str) -> Targets:
    """Every name is at these addresses."""

    async def resolve(_: str, __: int) -> Sequence[str]:
        return addresses

    return Targets(resolve=resolve)


def test_one_address_inside_among_others_is_too_many() -> None:
    with pytest.raises(Forbidden):
        anyio.run(knows("1.1.1.1", "10.0.0.1").addresses, URL("https://two.example/"))
    assert anyio.run(knows("1.1.1.1").addresses, URL("https://one.example/")) == ["1.1.1.1"]
    with pytest.raises(NotResolved):
        anyio.run(knows().addresses, URL("https://none.example/"))


def test_without_tls_only_where_the_operator_allows_it() -> None:
    with pytest.raises(Forbidden, match="https"):
        anyio.run(knows("1.1.1.1").addresses, URL("http://plain.example/"))
    allowing = knows("10.0.0.1")._replace(allowed=(ip_network("10.0.0.0/8"),))
    assert anyio.run(allowing.addresses, URL("http://within.example/")) == ["10.0.0.1"]


def test_the_operator_s_networks_are_read_or_refused() -> None:
    assert networks("X", " 10.0.0.0/8, ::1 ") == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert networks("X", None) == ()
    with pytest.raises(SystemExit, match="GATEPROOF_WEBHOOK_ALLOW"):
        networks("GATEPROOF_WEBHOOK_ALLOW", "everybody")


URLS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/latest/meta-data",
    "https://169.254.169.254/",
    "https://localhost/",
    "https://localhost.:8443/",
    "http://1.1.1.1/",
    "http://hooks.example/",
    "https://user:hunter2@1.1.1.1/",
    "https://1.1.1.1/#part",
    "https:///nowhere",
    "https://1.1.1.1:0/",
    "https://1.1.1.1:99999/",
    "https://[::1/",
    "ftp://1.1.1.1/",
    "https://a b/",
    "",
]


@pytest.mark.usefixtures("unknown_names")
@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_such_targets_are_refused_when_they_are_named(db: Database, clock: FixedClock) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(db, clock), headers=headers) as client:
        for url in URLS:
            body = {"url": url, "types": ["readiness.ready"]}
            response = client.post("/v1/webhooks", json=body)
            assert response.status_code == 422, url
            [error] = response.json()["errors"]
            assert error["field"] == "body.url", url
            assert "hunter2" not in response.text
        body = {"url": "https://1.1.1.1/in", "types": ["readiness.ready"]}
        made = client.post("/v1/webhooks", json=body).json()
        path = f"/v1/webhooks/{made['id']}"
        changed = client.patch(path, json={"url": "https://10.0.0.1/"}, headers={"If-Match": '"1"'})
        assert changed.status_code == 422


def test_a_name_that_moved_inside_is_refused_at_delivery(
    gateproof: Gateproof, target: Target, db: Database, clock: FixedClock
) -> None:
    made = subscribe(gateproof, target)
    delivery = gateproof.post(f"/webhooks/{made['id']}/ping", {})["id"]
    # The worker's operator allows nothing: the name is as good as moved.
    anyio.run(Worker(db, clock, Targets()).run_until_idle)

    assert target.got == []
    seen = gateproof.get(f"/webhooks/{made['id']}/deliveries/{delivery}")
    assert (seen["state"], seen["last_error"], seen["last_status"]) == ("pending", "address-refused", None)


def test_what_was_checked_is_what_is_connected_to(target: Target) -> None:
    asked = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    answer = _send(f"http://rebinding.example:{target.port}/ok", LOOPBACK._replace(resolve=resolve))
    assert answer.status == 204
    assert asked == ["rebinding.example"]
    assert target.got[0].headers["host"] == f"rebinding.example:{target.port}"


def test_a_redirect_is_not_followed(target: Target) -> None:
    answer = _send(target.url("/moved"))
    assert (answer.status, answer.error) == (307, "redirect-refused")
    assert [got.path for got in target.got] == ["/moved"]


@pytest.mark.parametrize("path", ["/never", "/slow"])
def test_a_target_that_takes_its_time_is_given_up(
    target: Target, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 1.0)
    began = time.monotonic()
    answer = _send(target.url(path))
    assert (answer.status, answer.error) == (None, "timed-out")
    assert time.monotonic() - began < 5


def test_of_a_large_answer_nothing_is_read(target: Target) -> None:
    answer = _send(target.url("/large"))
    assert answer.status == 200
    time.sleep(0.2)
    assert target.sent_back < LARGE


@pytest.mark.parametrize(("path", "error"), [("/nonsense", "answer-malformed"), ("", "connection-failed")])
def test_a_target_that_is_none(target: Target, path: str, error: str) -> None:
    url = target.url(path) if path else "http://127.0.0.1:9/"
    assert _send(url).error == error


def test_a_certificate_has_to_be_one_that_is_trusted(tmp_path: Path) -> None:
    with listening(tls=certificate(tmp_path)) as target:
        assert _send(f"https://127.0.0.1:{target.port}/").error == "tls-failed"
        assert target.got == []


def _send(url: str, targets: Targets = LOOPBACK) -> DeliveryAnswer:
    async def run() -> DeliveryAnswer:
        async with open_client() as client:
            headers = signed("ntc_1", [b"secret"], b"{}", FixedClock()())
            return await send(client, targets, url, headers, b"{}")

    return anyio.run(run)
