"""What is said about running the service is what it does."""

import re
from pathlib import Path

from service.api.middleware.rate_limits import MAX_KEYS
from service.api.middleware.request_limits import MAX_ADDRESS_BYTES, MAX_HEADER_BYTES, MAX_HEADER_LINES
from service.api.problems import MAX_BODY_BYTES
from service.edge_settings import LOOPBACK, USUAL

ROOT = Path(__file__).parents[2]
RUNNING = (ROOT / "docs" / "running.md").read_text()
NGINX = (ROOT / "docs" / "nginx.conf").read_text()
README = (ROOT / "README.md").read_text()
KIB, MIB = 1024, 1024 * 1024


def set_to(directive: str) -> str:
    """What the sample of a proxy sets a directive to, first."""
    match = re.search(rf"^ *{directive} +(.+);$", NGINX, re.MULTILINE)
    assert match, directive
    return match[1]


def test_the_limits_are_said_as_they_are() -> None:
    headers, address, body = (
        f"{MAX_HEADER_BYTES // KIB} KiB",
        f"{MAX_ADDRESS_BYTES // KIB} KiB",
        f"{MAX_BODY_BYTES // MIB} MiB",
    )
    assert f"| headers | {headers} (names and values) or {MAX_HEADER_LINES} lines" in RUNNING
    assert f"| address | {address}" in RUNNING
    assert f"| body | {body}" in RUNNING
    assert f"`{USUAL.failed_logins.amount}/minute`" in RUNNING
    assert f"{MAX_KEYS:,} tokens" in RUNNING
    assert f"`{LOOPBACK}`" in RUNNING
    assert (
        f"headers over {headers} or {MAX_HEADER_LINES} lines, addresses over {address} and bodies over {body}"
        in NGINX
    )


def test_the_sample_lets_the_service_refuse_what_is_too_large() -> None:
    number, size = set_to("large_client_header_buffers").split()
    assert size.endswith("k")
    assert int(size[:-1]) * KIB > MAX_ADDRESS_BYTES
    assert int(number) * int(size[:-1]) * KIB > MAX_HEADER_BYTES + MAX_ADDRESS_BYTES
    assert int(set_to("client_max_body_size").removesuffix("m")) * MIB > MAX_BODY_BYTES


def test_the_sample_waits_for_slow_clients_in_place_of_the_service() -> None:
    for directive in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert int(set_to(directive).removesuffix("s")) <= 10
    assert set_to("proxy_request_buffering") == "on"
    # uvicorn closes what is idle for 5 seconds.
    assert int(set_to("keepalive_timeout").removesuffix("s")) < 5


def test_the_sample_passes_on_who_asks_and_writes_no_query_down() -> None:
    assert set_to("proxy_set_header X-Forwarded-For") == "$remote_addr"
    assert set_to("proxy_set_header X-Forwarded-Proto") == "$scheme"
    assert not re.search(r"\$(request|request_uri|args|query_string|is_args)\b", NGINX)


def test_every_variable_of_the_edge_is_explained() -> None:
    for name in ("RATE_LIMIT", "FAILED_LOGIN_LIMIT", "CORS_ORIGINS", "PUBLIC_URL"):
        assert f"`GATEPROOF_{name}" in RUNNING
        assert f"`GATEPROOF_{name}`" in README
    assert "`FORWARDED_ALLOW_IPS`" in README
    assert "--forwarded-allow-ips" in RUNNING
