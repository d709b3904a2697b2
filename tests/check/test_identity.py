"""With no secret at all: the CI system's own id token, exchanged once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.api.app import create_app
from service.check.identity import identity_of
from service.check.outcomes import Misused
from service.oidc.access import Oidc
from service.store.sql.engine import Database
from tests.check.conftest import Check
from tests.check.serving import Odd, served, with_json
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.oidc.conftest import ci, github, gitlab, oidc, people
from tests.oidc.issuer import LoopbackIssuer

__all__ = ["ci", "oidc", "people"]


@pytest.fixture
def url(gateproof: Gateproof, db: Database, oidc: Oidc, clock: FixedClock) -> Iterator[str]:
    """Of a service that trusts the CI system."""
    gateproof.begin()
    gateproof.ready_at_g1()
    with served(create_app(db, clock, oidc=oidc)) as base:
        yield base


def test_in_gitlab(check: Check, ci: LoopbackIssuer, url: str) -> None:
    id_token = ci.sign(gitlab(ci))
    done = check("tariff-radar", "--url", url, token=None, GATEPROOF_ID_TOKEN=id_token)
    assert (done.code, done.out.split(":")[0]) == (0, "READY")
    again = check("tariff-radar", "--url", url, token=None, GATEPROOF_ID_TOKEN=id_token)
    assert (again.code, "or it was exchanged before" in again.err) == (3, True)


def test_in_github_actions(check: Check, ci: LoopbackIssuer, url: str, odd: Odd) -> None:
    jtis = iter(range(10))

    def sign(request: Any) -> None:
        with_json({"value": ci.sign(github(ci, jti=f"run-{next(jtis)}"))})(request)

    odd.answering = sign
    environment = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{odd.url}/token?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-runner",
        "GATEPROOF_AUDIENCE": "https://gate proof",
    }
    for asked in ("tariff-radar", "--all"):
        assert check(asked, "--url", url, token=None, **environment).code == 0
    path, headers = odd.asked[0]
    assert path == "/token?api-version=2.0&audience=https%3A%2F%2Fgate%20proof"
    assert headers["authorization"] == "Bearer of-the-runner"
    del environment["GATEPROOF_AUDIENCE"]
    check("tariff-radar", "--url", url, token=None, **environment)
    assert odd.asked[-1][0].endswith(f"audience={url.replace(':', '%3A').replace('/', '%2F')}")


def test_a_wait_longer_than_the_token_gets_another_one_of_github(
    check: Check,
    ci: LoopbackIssuer,
    url: str,
    odd: Odd,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def sign(request: Any) -> None:
        at = int(clock().timestamp())
        with_json({"value": ci.sign(github(ci, jti=f"at-{at}", iat=at, nbf=at, exp=at + 300))})(request)

    odd.answering = sign
    monkeypatch.setattr("service.check.run.time.sleep", lambda seconds: clock.move(seconds=seconds))
    done = check(
        *("tariff-radar", "--gate", "G2", "--wait", "40m", "--url", url),
        token=None,
        ACTIONS_ID_TOKEN_REQUEST_URL=f"{odd.url}/token",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN="of-the-runner",
    )
    assert done.code == 1
    assert len(odd.asked) == 3


def test_whom_nobody_trusts_gets_no_answer(check: Check, ci: LoopbackIssuer, url: str) -> None:
    stranger = ci.sign(gitlab(ci, project_id="29"))
    assert check("tariff-radar", "--url", url, token=None, GATEPROOF_ID_TOKEN=stranger).code == 3
    environment = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
    }
    done = check("tariff-radar", "--url", url, token=None, **environment)
    assert (done.code, "GitHub gave no id token: " in done.err) == (3, True)


def test_which_token_goes_first(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("of-a-file")
    every = {
        "GATEPROOF_TOKEN": "plain",
        "GATEPROOF_TOKEN_FILE": str(file),
        "GATEPROOF_ID_TOKEN": "id",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://x",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "key",
    }
    assert identity_of(every, file).token == "of-a-file"
    for name, token in (
        ("GATEPROOF_TOKEN", "plain"),
        ("GATEPROOF_TOKEN_FILE", "of-a-file"),
        ("GATEPROOF_ID_TOKEN", "id"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", None),
    ):
        assert identity_of(every, None).token == token
        every[name] = " "
    with pytest.raises(Misused, match="There is no token"):
        identity_of(every, None)
