"""Changing what exists: only by somebody who has read it as it is."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import FixedClock, World, begins_with
from tests.contract.operations import one_error
from tests.contract.story import CONCEPT, every_write, tell
from tests.gateproof import Body, Gateproof

CHANGES = ["change_portfolio", "change_person", "change_customer", "change_concept"]
NOT_TO_BE_CHANGED: dict[str, Body] = {
    "portfolios/energy": {"key": "a"},
    "people/pm-1": {"key": "a"},
    "customers/acme": {"portfolio": "energy"},
    "concepts/tariff-radar": {"stage": "launched", "portfolio": "energy", "process": "starter"},
}


@pytest.fixture
def starting_state() -> World:
    return changed_once


def changed_once(gateproof: Gateproof, _: FixedClock) -> None:
    """Every noun is there."""
    for write, _ in tell(gateproof.client):
        if write.path == f"{CONCEPT}/decisions/problem":
            break


@pytest.mark.parametrize("operation", [*CHANGES, "state_decision"])
def test_a_change_needs_the_revision_that_was_read(
    client: TestClient, gateproof: Gateproof, operation: str
) -> None:
    change = every_write("other words")[operation]._replace(if_match=None)
    read = client.get(change.path)
    current = read.headers["ETag"]
    known = gateproof.events(portfolio=None)
    one_error(change.send(client), 428, "header.If-Match")
    for stale in ('"0"', '"99"', f"W/{current}", current.strip('"'), "", '"1", "77"'):
        if f'{current.partition("-")[0]}"' in stale.split(", "):
            continue
        one_error(change._replace(if_match=stale).send(client), 412, "header.If-Match")
    assert client.get(change.path).json() == read.json()
    assert gateproof.events(portfolio=None) == known

    done = change._replace(if_match=f'"77", {current}').send(client)
    assert done.status_code == 200
    revision = read.json()["revision"] + 1
    assert (done.json()["revision"], done.headers["ETag"].split("-")[0]) == (revision, f'"{revision}')
    assert client.get(change.path).json() == done.json()
    late = every_write("later words")[operation]._replace(if_match=current)
    one_error(late.send(client), 412, "header.If-Match")
    assert change._replace(if_match="*").send(client).status_code == 200


def test_what_is_not_said_stays(client: TestClient) -> None:
    for operation in CHANGES:
        path = every_write()[operation].path
        before = client.get(path).json()
        changed = client.patch(path, json={}, headers={"If-Match": f'"{before["revision"]}"'}).json()
        assert changed == before | {"revision": before["revision"] + 1}, operation


def test_each_field_of_a_noun_is_changed(gateproof: Gateproof) -> None:
    changes: dict[str, Body] = {
        "portfolios/energy": {"name": "Energy", "processes": ["starter", "stage-gate"]},
        "people/pm-1": {"name": "Second", "function": "research", "leader": True},
        "customers/acme": {"name": "Acme", "segment": "large", "relationship": "advocate"},
        "concepts/tariff-radar": {
            "title": "Radar",
            "origin": "other",
            "primary_segment": "large",
            "segments": ["public", "smb"],
            "team": ["admin", "pm-1"],
            "external": [{"system": "jira", "id": "PRD-12", "url": None}],
        },
    }
    for path, change in changes.items():
        before = gateproof.get(f"/{path}")
        changed = gateproof.patch(f"/{path}", change, **{"If-Match": "*"})
        assert changed == before | change | {"revision": before["revision"] + 1}


def test_a_name_can_be_taken_back_where_none_is_needed(gateproof: Gateproof) -> None:
    changed = gateproof.patch("/customers/acme", {"name": None}, **{"If-Match": "*"})
    assert changed["name"] is None


def test_some_things_are_not_changed_at_all(client: TestClient) -> None:
    for path, change in NOT_TO_BE_CHANGED.items():
        for name, value in change.items():
            answer = client.patch(f"/v1/{path}", json={name: value}, headers={"If-Match": "*"})
            one_error(answer, 422, f"body.{name}")


@begins_with("prepared")
def test_creating_needs_no_revision_and_a_review_takes_one(gateproof: Gateproof) -> None:
    gateproof.begin()
    hold = {"gate": "G1", "outcome": "hold", "rationale": "We wait."}
    path = "/v1/concepts/tariff-radar/reviews"
    stale = gateproof.client.post(path, json=hold, headers={"If-Match": '"9"'})
    one_error(stale, 412, "header.If-Match")
    seen = gateproof.client.get("/v1/concepts/tariff-radar").headers["ETag"]
    assert gateproof.client.post(path, json=hold, headers={"If-Match": seen}).status_code == 201
    assert gateproof.client.get("/v1/concepts/tariff-radar").headers["ETag"] != seen
    assert gateproof.client.post(path, json=hold).status_code == 201
