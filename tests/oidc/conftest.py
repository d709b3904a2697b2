"""Two issuers on loopback, one for CI runs and one for people, and whoever trusts them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.oidc.access import Oidc
from service.oidc.trust_file import read_trust
from tests.conftest import START
from tests.oidc.issuer import LoopbackIssuer

TRUST = """
issuers:
  - issuer: {ci}
    audience: gateproof
    use: ci
    rules:
      - when:
          repository_id: "800"
          ref: [refs/heads/main, refs/heads/next]
        role: bot
        portfolios: [energy]
      - when: {{project_id: "28"}}
        role: bot
        portfolios: null
  - issuer: {people}
    audience: https://gateproof.test
    use: people
    algorithms: [RS256, PS256, ES256, EdDSA]
    rules:
      - role: gatekeeper
        portfolios: null
        when: {{groups: deciders}}
        people: {{u-anna: anna}}
      - role: product_manager
        portfolios: [energy]
        people: {{u-anna: anna, u-bert: bert}}
      - when: {{sub: dashboard}}
        role: bot
        portfolios: [energy]
"""


class Seen:
    """Remembers every jti that was claimed."""

    def __init__(self) -> None:
        self.claimed: dict[tuple[str, str], datetime] = {}

    def __call__(self, issuer: str, jti: str, until: datetime) -> bool:
        if (issuer, jti) in self.claimed:
            return False
        self.claimed[issuer, jti] = until
        return True


@pytest.fixture
def ci() -> Iterator[LoopbackIssuer]:
    made = LoopbackIssuer()
    yield made
    made.close()


@pytest.fixture
def people() -> Iterator[LoopbackIssuer]:
    made = LoopbackIssuer()
    yield made
    made.close()


@pytest.fixture
def oidc(ci: LoopbackIssuer, people: LoopbackIssuer, tmp_path: Path) -> Oidc:
    path = tmp_path / "oidc.yaml"
    path.write_text(TRUST.format(ci=ci.url, people=people.url))
    return Oidc(read_trust(path), seconds=2.0)


@pytest.fixture
def seen() -> Seen:
    return Seen()


def times(lasting: int = 300) -> dict[str, Any]:
    at = int(START.timestamp())
    return {"iat": at, "nbf": at, "exp": at + lasting}


def github(issuer: LoopbackIssuer, **other: Any) -> dict[str, Any]:
    """What GitHub says of a run; a claim that is None is left out."""
    claims = {
        **times(6 * 3600),
        "iss": issuer.url,
        "aud": "gateproof",
        "jti": "4a576b35-ff09-41c5",
        "sub": "repo:octo/radar:ref:refs/heads/main",
        "repository": "octo/radar",
        "repository_id": "800",
        "repository_owner": "octo",
        "repository_owner_id": "65",
        "ref": "refs/heads/main",
        "event_name": "push",
        **other,
    }
    return {name: value for name, value in claims.items() if value is not None}


def gitlab(issuer: LoopbackIssuer, **other: Any) -> dict[str, Any]:
    """What GitLab says of a job."""
    return {
        **times(3600),
        "iss": issuer.url,
        "aud": "gateproof",
        "jti": "63ab75f4-2606-4f0e",
        "sub": "project_path:root/radar:ref_type:branch:ref:main",
        "namespace_id": "1",
        "project_id": "28",
        "project_path": "root/radar",
        "runner_id": 1,
        **other,
    }


def person(issuer: LoopbackIssuer, sub: str = "u-bert", **other: Any) -> dict[str, Any]:
    """What an identity provider says in an access token."""
    claims = {**times(3600), "iss": issuer.url, "aud": "https://gateproof.test", "sub": sub, **other}
    return {name: value for name, value in claims.items() if value is not None}
