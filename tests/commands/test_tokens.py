"""gateproof token: by whoever has the database."""

import json

import pytest
from fastapi.testclient import TestClient

from service.cli import main
from tests.conftest import FixedClock
from tests.gateproof import Gateproof

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str, clock: FixedClock) -> None:
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", database_url)
    monkeypatch.setattr("service.commands.tokens.now", clock)


def who(client: TestClient, token: str) -> int | dict[str, object]:
    answer = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer.json() if answer.status_code == 200 else answer.status_code


def made(capsys: Printed, *arguments: str) -> str:
    """The token that is alone on standard output."""
    assert main(["token", *arguments]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    return out.strip()


def test_from_made_to_revoked(gateproof: Gateproof, client: TestClient, capsys: Printed) -> None:
    gateproof.begin()
    token = made(capsys, "create", "Nightly", "--role", "bot", "--portfolio", "energy")
    me = who(client, token)
    assert isinstance(me, dict)
    assert (me["role"], me["portfolios"], me["person"]) == ("bot", ["energy"], None)
    id = str(me["token"])

    assert main(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert f"{id}  bot of nobody, sees energy, ends 2027-02-20 09:00 UTC: Nightly\n" in listed
    assert token not in listed
    following = made(capsys, "rotate", id, "--overlap-minutes", "0")
    assert who(client, token) == 401
    successor = who(client, following)
    assert isinstance(successor, dict)
    assert main(["token", "revoke", str(successor["token"]), "--reason", "Lost"]) == 0
    assert who(client, following) == 401
    assert main(["token", "list", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()[1:]]
    assert [line["revoked_at"] is not None for line in lines if line["id"] == successor["token"]] == [True]
    assert "token.revoked" in [event["type"] for event in gateproof.events(None)]


def test_the_way_back_in(gateproof: Gateproof, client: TestClient, capsys: Printed) -> None:
    me = who(client, made(capsys, "create", "New admin", "--role", "admin"))
    assert isinstance(me, dict)
    assert (me["role"], me["person"], me["portfolios"]) == ("admin", "admin", None)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("create", "x", "--role", "bot", "--portfolio", "ghost"), 1, "create it with"),
        (("create", "x", "--role", "bot", "--person", "admin"), 1, "a bot is nobody"),
        (("create", "x", "--role", "bot", "--expires-in-days", "91"), 1, "long_lived"),
        (("create", "x", "--role", "bot", "--expires-in-days", "0"), 2, "expires_in_days"),
        (("create", " ", "--role", "bot"), 2, "name"),
        (("create", "x"), 2, "--role"),
        (("create", "x", "--role", "king"), 2, "--role"),
        (("rotate", "ghost"), 1, "no such token"),
        (("revoke", "ghost"), 1, "no such token"),
        (("revoke",), 2, "ID"),
    ],
    ids=str,
)
def test_refusals_teach(
    capsys: Printed, client: TestClient, arguments: tuple[str, ...], code: int, word: str
) -> None:
    assert main(["token", *arguments]) == code
    output = capsys.readouterr()
    assert (output.out, word in output.err) == ("", True), output.err
