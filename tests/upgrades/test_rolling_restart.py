"""Two services behind HAProxy are restarted one after the other, and nobody gets an error."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

from tests.conftest import TOKEN
from tests.packaging.running import PATIENCE, Running, free_port, get, running

HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
ROOT = Path(__file__).parents[2]
CONFIG = """
defaults
    mode http
    timeout connect 2s
    timeout client 20s
    timeout server 20s
    timeout check 5s
frontend all
    bind 127.0.0.1:{port}
    default_backend services
backend services
    balance roundrobin
    option httpchk GET /readyz
    http-response set-header X-Server %s
    default-server check inter 100ms fall 1 rise 1
    server one 127.0.0.1:{one}
    server two 127.0.0.1:{two}
"""
DRAIN = 1.0


@contextmanager
def serving(folder: Path, url: str, port: int) -> Iterator[Running]:
    settings = {
        "GATEPROOF_DATABASE_URL": url,
        "GATEPROOF_KEY": os.environ["GATEPROOF_KEY"],
        "GATEPROOF_PORT": str(port),
        "GATEPROOF_DELIVER": "no",
        "GATEPROOF_DRAIN_SECONDS": str(DRAIN),
        "PYTHONPATH": str(ROOT),
    }
    with running([sys.executable, "-m", "service.cli", "serve"], folder, **settings) as service:
        yield service


class Callers:
    """Two who ask and write without a pause, on connections that stay open."""

    def __init__(self, address: str) -> None:
        self.address, self.over = address, Event()
        self.answered, self.wrong = 0, list[str]()
        self.threads = [Thread(target=self._call, args=(name,)) for name in ("a", "b")]

    def __enter__(self) -> "Callers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _call(self, name: str) -> None:
        headers, number = {"Authorization": f"Bearer {TOKEN}"}, 0
        with httpx2.Client(base_url=self.address, headers=headers, trust_env=False, timeout=20) as client:
            while not self.over.is_set():
                number += 1
                person = {"key": f"{name}-{number}", "name": name, "function": "product"}
                try:
                    for answer in (client.get("/v1/people"), client.post("/v1/people", json=person)):
                        self.answered += 1
                        time.sleep(0.005)
                        if answer.status_code not in (200, 201):
                            self.wrong.append(f"{answer.status_code} {answer.text}")
                except httpx2.TransportError as error:
                    self.wrong.append(repr(error))


@pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed")
def test_a_rolling_restart_behind_haproxy_has_no_error(
    database_of: Callable[[str, str], str], tmp_path: Path
) -> None:
    url = database_of("sqlite", "prepared")
    front, ports = free_port(), {"one": free_port(), "two": free_port()}
    config = tmp_path / "haproxy.cfg"
    config.write_text(CONFIG.format(port=front, **ports))
    address = f"http://127.0.0.1:{front}"
    with ExitStack() as up:
        services = {name: up.enter_context(serving(tmp_path, url, port)) for name, port in ports.items()}
        up.enter_context(running([str(HAPROXY), "-f", config], tmp_path))
        for name in services:
            wait_for(address, name)
        with Callers(address) as callers:
            for name, service in services.items():
                service.process.send_signal(signal.SIGTERM)
                assert reason_of(ports[name]) == "draining"
                service.process.wait(20)
                before = callers.answered
                up.enter_context(serving(tmp_path, url, ports[name]))
                wait_for(address, name)
                assert callers.answered > before
    assert callers.wrong == []


def reason_of(port: int) -> str:
    """Why this service is not ready, as soon as it says so."""
    while (answer := get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
        time.sleep(0.02)
    return str(answer.json()["reason"])


def wait_for(address: str, name: str) -> None:
    """Until HAProxy sends requests to this service."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if get(f"{address}/livez").headers.get("x-server") == name:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"HAProxy did not find {name} ready")
