"""`gateproof serve` takes what is set of the edge to the server and the application."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import cli
from service.commands.draining import DrainingServer


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the server was last told; it serves nothing."""
    options: dict[str, Any] = {}

    def run(server: DrainingServer) -> None:
        options.update(vars(server.config))
        server.started = True

    monkeypatch.setattr(DrainingServer, "run", run)
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", f"sqlite:///{tmp_path / 'gateproof.db'}")
    return options


def test_the_option_wins_over_the_variable(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.7")
    for options, believed in (([], "10.0.0.7"), (["--forwarded-allow-ips", "10.0.0.8"], "10.0.0.8")):
        assert cli.main(["serve", "--migrate", *options]) == 0
        assert served["forwarded_allow_ips"] == believed
        with TestClient(served["app"]):
            pass
    assert cli.main(["serve", "--forwarded-allow-ips", "10.0.0.8/8"]) == 2
    assert re.match(r"--forwarded-allow-ips must be .*: correct it", capsys.readouterr().err)


def test_the_limits_that_are_set_are_those_that_hold(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEPROOF_FAILED_LOGIN_LIMIT", "1/day")
    cli.main(["serve", "--migrate"])
    with TestClient(served["app"]) as client:
        assert [client.get("/v1/people").status_code for _ in range(2)] == [401, 429]
