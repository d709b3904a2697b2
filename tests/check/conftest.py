"""A check run as a bot runs it: arguments, environment, exit code, and what it wrote."""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.cli import main
from service.store.sql.engine import Database
from tests.check.serving import Odd, served
from tests.conftest import TOKEN, FixedClock


class Ran(NamedTuple):
    """An exit code, and what was written."""

    code: int
    out: str
    err: str


Check = Callable[..., Ran]


@pytest.fixture
def address(db: Database, clock: FixedClock, client: TestClient) -> Iterator[str]:
    """Where the service answers, by the clock that stands still."""
    with served(create_app(db, clock)) as base:
        yield base


@pytest.fixture
def odd() -> Iterator[Odd]:
    """A server that answers as a test says."""
    made = Odd()
    yield made
    made.close()


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], clock: FixedClock) -> Check:
    """`gateproof check`, with nothing in its environment but the token; it never shows that."""
    for name in [name for name in os.environ if name.startswith(("GATEPROOF_", "ACTIONS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr("service.check.run.now", clock)
    monkeypatch.setattr("service.check.service.PAUSES", (0.0, 0.0))

    def ran(*arguments: str, token: str | None = TOKEN, **environment: str) -> Ran:
        with pytest.MonkeyPatch.context() as here:
            if token is not None:
                here.setenv("GATEPROOF_TOKEN", token)
            for name, value in environment.items():
                here.setenv(name, value)
            code = main(["check", *arguments])
        output = capsys.readouterr()
        secrets = [value for name, value in environment.items() if "TOKEN" in name and "FILE" not in name]
        for secret in (*filter(None, [token]), *secrets):
            assert secret.strip() == "" or secret not in output.out + output.err
        return Ran(code, output.out, output.err)

    return ran
