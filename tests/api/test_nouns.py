"""Portfolios, people, customers and concepts: made, read, listed, found again."""

from typing import Any

import pytest

from tests.contract.operations import one_error, problem
from tests.gateproof import Body, Gateproof

KEYS = ("a", "7", "A.b-c_d", "k" * 64)
NO_KEYS = ("", "-a", ".a", "_a", "a b", "a/b", "é", "a\n", "a\0", "k" * 65, 7, None, ["a"])
MADE = {"revision": 1, "created_at": "2026-11-22T09:00:00Z", "created_by": "admin"}


def noun(kind: str, key: Any) -> Body:
    """The least that makes one."""
    return {
        "portfolios": {"key": key, "name": "Energy data"},
        "people": {"key": key, "name": "First", "function": "product"},
        "customers": {"key": key, "portfolio": "energy", "segment": "smb", "relationship": "prospect"},
        "concepts": {
            "key": key,
            "portfolio": "energy",
            "title": "Tariff radar",
            "process": "stage-gate",
            "origin": "mandate",
            "primary_segment": "smb",
        },
    }[kind]


NOUNS = ("portfolios", "people", "customers", "concepts")
UNSAID: dict[str, Body] = {
    "portfolios": {"processes": None, "retention_days": None},
    "people": {"leader": False, "external": []},
    "customers": {"name": None, "external": [], "erased_at": None, "merged_into": None},
    "concepts": {
        "segments": [],
        "team": [],
        "external": [],
        "status": "active",
        "stage": "discovery",
        "next_gate": "G1",
        "passed_gates": [],
        "launched_at": None,
        "enforced": True,
        "conditional": False,
        "owed": [],
        "outcomes": [],
    },
}


@pytest.fixture(autouse=True)
def energy(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", noun("portfolios", "energy"))


@pytest.mark.parametrize("kind", NOUNS)
def test_a_noun_is_made_where_it_says_and_read_as_it_was_answered(gateproof: Gateproof, kind: str) -> None:
    for key in KEYS:
        body = noun(kind, key)
        made = gateproof.client.post(f"/v1/{kind}", json=body)
        assert made.status_code == 201, made.text
        assert made.headers["Location"] == f"/v1/{kind}/{key}"
        read = gateproof.client.get(made.headers["Location"])
        assert read.json() == made.json()
        assert read.headers["ETag"] == made.headers["ETag"]
        assert made.headers["ETag"].startswith('"1-')
        assert made.json() | {"process": None} == body | UNSAID[kind] | MADE | {"process": None}
    assert set(KEYS) <= {each["key"] for each in gateproof.get(f"/{kind}")["items"]}


@pytest.mark.parametrize("kind", NOUNS)
def test_a_key_is_a_name_and_is_taken_once(gateproof: Gateproof, kind: str) -> None:
    for key in NO_KEYS:
        one_error(gateproof.client.post(f"/v1/{kind}", json=noun(kind, key)), 422, "body.key")
    gateproof.post(f"/{kind}", noun(kind, "first"))
    known = gateproof.events(portfolio=None)
    taken = one_error(gateproof.client.post(f"/v1/{kind}", json=noun(kind, "first")), 409, "body.key")
    assert (taken["rule"], taken["remedy"]) == ("this key is taken", "choose another key")
    assert gateproof.events(portfolio=None) == known


def test_a_key_taken_in_another_portfolio_is_taken_without_saying_where(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", noun("portfolios", "water"))
    for kind in ("customers", "concepts"):
        gateproof.post(f"/{kind}", noun(kind, "first"))
        answer = gateproof.client.post(f"/v1/{kind}", json=noun(kind, "first") | {"portfolio": "water"})
        assert "energy" not in str(problem(answer, 409))


def test_no_portfolio_is_called_as_the_log_of_the_organisation(gateproof: Gateproof) -> None:
    answer = gateproof.client.post("/v1/portfolios", json=noun("portfolios", "organisation"))
    one_error(answer, 409, "body.key")


def test_nobody_is_called_as_bots_are_in_the_log(gateproof: Gateproof) -> None:
    one_error(gateproof.client.post("/v1/people", json=noun("people", "bot")), 409, "body.key")


def test_a_noun_names_what_exists(gateproof: Gateproof) -> None:
    wrong: dict[str, tuple[str, Body]] = {
        "body.portfolio": ("concepts", {"portfolio": "ghost"}),
        "body.process": ("concepts", {"process": "ghost"}),
        "body.team.1": ("concepts", {"team": ["admin", "ghost"]}),
        "body.processes.0": ("portfolios", {"processes": ["ghost"]}),
    }
    for field, (kind, value) in wrong.items():
        one_error(gateproof.client.post(f"/v1/{kind}", json=noun(kind, "new") | value), 422, field)
    answer = gateproof.client.post("/v1/customers", json=noun("customers", "new") | {"portfolio": "ghost"})
    one_error(answer, 422, "body.portfolio")


def test_a_portfolio_says_which_processes_its_concepts_may_take(gateproof: Gateproof) -> None:
    gateproof.patch("/portfolios/energy", {"processes": ["starter"]}, **{"If-Match": '"1"'})
    refused = gateproof.client.post("/v1/concepts", json=noun("concepts", "new"))
    assert "starter" in one_error(refused, 422, "body.process")["remedy"]
    gateproof.post("/concepts", noun("concepts", "new") | {"process": "starter"})
    gateproof.patch("/portfolios/energy", {"processes": None}, **{"If-Match": '"2"'})
    gateproof.post("/concepts", noun("concepts", "newer"))


def test_a_concept_is_found_by_its_id_elsewhere(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", noun("portfolios", "water"))
    there = {"external": [{"system": "jira", "id": "PRD-12:b", "url": "https://jira.example/PRD-12"}]}
    gateproof.post("/concepts", noun("concepts", "first") | there)
    gateproof.post("/concepts", noun("concepts", "second") | there | {"portfolio": "water"})

    def keys_by(**query: str) -> list[str]:
        return [each["key"] for each in gateproof.get("/concepts", **query)["items"]]

    assert keys_by(external="jira:PRD-12:b") == ["first", "second"]
    assert keys_by(external="jira:PRD-12:b", portfolio="water") == ["second"]
    assert keys_by(external="jira:PRD-12") == keys_by(external="Jira:PRD-12:b") == []
    for wrong in ("jira", "jira:", ":PRD-12", ""):
        answer = gateproof.client.get("/v1/concepts", params={"external": wrong})
        one_error(answer, 422, "query.external")


def test_an_id_elsewhere_belongs_to_one_concept_of_a_portfolio(gateproof: Gateproof) -> None:
    there = {"external": [{"system": "jira", "id": "PRD-12"}]}
    gateproof.post("/concepts", noun("concepts", "first") | there)
    second = gateproof.client.post("/v1/concepts", json=noun("concepts", "second") | there)
    one_error(second, 409, "body.external.0")
    twice = {"external": [{"system": "jira", "id": "PRD-13"}] * 2}
    one_error(
        gateproof.client.post("/v1/concepts", json=noun("concepts", "third") | twice), 409, "body.external.1"
    )
    gateproof.patch("/concepts/first", {"external": []}, **{"If-Match": '"1"'})
    gateproof.post("/concepts", noun("concepts", "second") | there)


def test_lists_of_one_portfolio_hold_nothing_of_another(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", noun("portfolios", "water"))
    for kind in ("customers", "concepts"):
        gateproof.post(f"/{kind}", noun(kind, "mine"))
        gateproof.post(f"/{kind}", noun(kind, "theirs") | {"portfolio": "water"})
        for portfolio, key in (("energy", "mine"), ("water", "theirs")):
            items = gateproof.get(f"/{kind}", portfolio=portfolio)["items"]
            assert [each["key"] for each in items] == [key]
        assert gateproof.get(f"/{kind}", portfolio="ghost")["items"] == []


@pytest.mark.parametrize("key", ["by-external", "bulk"])
def test_no_key_is_a_part_of_an_address(gateproof: Gateproof, key: str) -> None:
    refused = gateproof.post("/customers", {"key": key, "portfolio": "energy"}, 422)
    assert "body.key" in {error["field"] for error in refused["errors"]}
    refused = gateproof.post("/people", {"key": key, "name": "Somebody", "function": "product"}, 422)
    assert [error["field"] for error in refused["errors"]] == ["body.key"]
