"""Publishing a process: from YAML or JSON, once for each content, never changed."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.contract.operations import one_error, problem
from tests.contract.story import ONE_GATE, every_write
from tests.gateproof import Body, Gateproof

PATH = "/v1/processes/one-gate"


def plain() -> Any:
    return YAML(typ="safe", pure=True).load(ONE_GATE)


def publish(client: TestClient, document: str, kind: str = "application/yaml") -> Body:
    answer = client.put(PATH, content=document.encode(), headers={"Content-Type": kind})
    assert answer.status_code in (200, 201), answer.text
    body: Body = answer.json()
    assert answer.headers["Location"] == f"{PATH}/versions/{body['version']}"
    return body | {"status": answer.status_code}


def test_the_same_content_is_the_same_version_however_it_is_written(client: TestClient) -> None:
    first = publish(client, ONE_GATE)
    assert (first["version"], first["status"]) == (1, 201)
    backwards = dict(reversed(plain().items()))
    for document, kind in (
        (ONE_GATE, "text/yaml; charset=utf-8"),
        (f"# a comment\n---\nkey: one-gate\n{ONE_GATE.strip()}", "application/x-yaml"),
        (json.dumps(plain()), "application/json"),
        (json.dumps(backwards, indent="\t"), "application/json"),
        (f"\ufeff{ONE_GATE}", "application/yaml"),
    ):
        assert publish(client, document, kind) == first | {"status": 200}


def test_another_content_is_another_version_and_the_first_stays(client: TestClient) -> None:
    first = publish(client, ONE_GATE)
    second = publish(client, ONE_GATE.replace("One gate", "One narrow gate"))
    assert (second["version"], second["status"]) == (2, 201)
    assert client.get(PATH).json() | {"status": 201} == second
    assert client.get(f"{PATH}/versions/1").json() | {"status": 201} == first
    assert [each["version"] for each in client.get(f"{PATH}/versions").json()["items"]] == [1, 2]
    again = publish(client, ONE_GATE)
    assert (again["version"], again["status"]) == (1, 200)
    assert client.get(PATH).json()["version"] == 2


def test_json_may_hold_whatever_json_may(client: TestClient) -> None:
    for title in ("Ship it \U0001f680", 'a\tb \\ " / \u2028 c', "50 %"):
        document = plain() | {"title": title}
        for text in (json.dumps(document), json.dumps(document, ensure_ascii=False, indent="\t")):
            assert publish(client, text, "application/json")["document"]["title"] == title


def test_a_concept_keeps_the_version_that_was_newest_when_it_began(gateproof: Gateproof) -> None:
    publish(gateproof.client, ONE_GATE)
    gateproof.begin("one-gate")
    second = publish(gateproof.client, ONE_GATE.replace("One gate", "One narrow gate"))
    assert gateproof.get("/concepts/tariff-radar")["process"]["version"] == 1
    assert gateproof.readiness()["process"]["version"] == 1
    assert gateproof.readiness(process_version=2)["process"]["version"] == 2
    assert gateproof.concept("newer", process="one-gate")["process"] == {
        name: second[name] for name in ("key", "version", "digest")
    }


def test_what_is_published_fits_the_schema_that_is_served(client: TestClient) -> None:
    schema = Draft202012Validator(client.get("/v1/process-schema").json())
    schema.validate(plain())
    for key in ("stage-gate", "starter"):
        schema.validate(client.get(f"/v1/processes/{key}").json()["document"])
    assert not schema.is_valid(plain() | {"surprise": 1})


FLOOR = "{at_least: 1, of: conversations, waivable: false}"
TOO_MANY = FLOOR.replace("1,", "99999999999999999999,")
CRITERIA = "body.gates.0.decisions.0.criteria"
WRONG = [
    ("gates:", "gates: []\nother:", "body.gates", 3),
    ("{pattern: 1}", "{at_most: 3}", f"{CRITERIA}.1", 12),
    ("{pattern: 1}", "many", f"{CRITERIA}.1", 12),
    ("{pattern: 1}", "{pattern: 0}", f"{CRITERIA}.1.pattern", 12),
    ("{pattern: 1}", "{pattern: 1e400}", f"{CRITERIA}.1.pattern", 12),
    ("{pattern: 1}", "{at_least: 1, of: horses}", f"{CRITERIA}.1.of", 12),
    ("{pattern: 1}", "{pattern: 1, where: {colour: red}}", f"{CRITERIA}.1.where.colour", 12),
    ("{pattern: 1}", "{pattern: 1, where: {stance: likes}}", f"{CRITERIA}.1.where.stance.0", 12),
    ("{pattern: 1}", "{pattern: 1, waivable: 1}", f"{CRITERIA}.1.waivable", 12),
    ("title: One gate", "title: 7", "body.title", 2),
    ("title: One gate", "title: ''", "body.title", 2),
    ("title: One gate", "title: 2026-11-03", "body.title", 2),
    ("title: One gate", 'title: "\\ud800"', "body.title", 2),
    ("title: One gate", "title: One gate\nkey: other", "body.key", 3),
    ("title: One gate", "title: One gate\nmode: dream", "body.mode", 3),
    ("stage: building", "launch: 1\n    stage: building", "body.gates.0.launch", 6),
    (FLOOR, "{at_least: 1, of: conversations}", CRITERIA, 10),
    (FLOOR, TOO_MANY, f"{CRITERIA}.0.at_least", 11),
]
UNREADABLE = [
    ("", None),
    ("- a\n- b", None),
    ("just text", None),
    ("title: [", 1),
    ("title: a\n\ttitle: b", 2),
    ("title: a\ntitle: b", 2),
    ("title: a: b", 1),
    ("a: 1\n---\nb: 2", 2),
    ("a: &x 1\nb: *x", 2),
    ("a: !tag 1", 1),
    ("a: !!python/object:os.system x", 1),
    ("title: 2026-13-45", None),
    ("title: " + "9" * 5000, None),
    ("title: \x07", 1),
    ("\x00", 1),
    ("\udcff", None),
    ("[" * 100_000, 1),
    ("- " * 50_000, 1),
    ("{a: " * 30, 1),
    ("[" + "a," * 60_000 + "]", 1),
    ("a: " + "b" * 300_000, None),
]


def test_a_rule_that_is_broken_is_told_with_its_line(gateproof: Gateproof) -> None:
    known = gateproof.events(portfolio=None)
    for old, new, field, line in WRONG:
        assert old in ONE_GATE
        body = ONE_GATE.replace(old, new, 1)
        answer = gateproof.client.put(PATH, content=body, headers={"Content-Type": "application/yaml"})
        lines = {error["field"]: error["line"] for error in problem(answer, 422)["errors"]}
        assert lines.get(field) == line, (new, answer.text)
        assert answer.json()["type"].endswith("/invalid-process")
    assert gateproof.events(portfolio=None) == known


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_what_cannot_be_read_is_told_of_the_body(client: TestClient) -> None:
    for document, line in UNREADABLE:
        body = document.encode("utf-8", "surrogateescape")
        answer = client.put(PATH, content=body, headers={"Content-Type": "application/yaml"})
        assert one_error(answer, 422, "body")["line"] == line, (document[:40], answer.text)
    for document, line in (
        ('{"a": 1, "a": 2}', 1),
        ('{\n"a": }', 2),
        ("[" * 2000, 1),
        ("[" * 99 + "]" * 99, None),
    ):
        answer = client.put(PATH, content=document, headers={"Content-Type": "application/json"})
        assert one_error(answer, 422, "body")["line"] == line, (document[:40], answer.text)


def test_keys_of_fields_are_words(client: TestClient) -> None:
    for line in ("1: a", "[a]: b", "{a: b}: c", "true: x", "~: x", '"\\ud800": x', "? [a]\n: b"):
        body = f"{ONE_GATE}{line}\n"
        answer = client.put(PATH, content=body, headers={"Content-Type": "application/yaml"})
        assert answer.status_code == 422, (line, answer.text)
        assert answer.json()["errors"], line


def test_gates_and_criteria_have_names_of_their_own(client: TestClient) -> None:
    gates = ONE_GATE.partition("gates:")[2]
    twice = f"title: Two\ngates:{gates}{gates}"
    answer = client.put(PATH, content=twice, headers={"Content-Type": "application/yaml"})
    body = {error["field"]: error["line"] for error in answer.json()["errors"]}
    assert {"body.gates.0.key": 3, "body.gates.1.key": 13}.items() <= body.items(), body


def test_only_a_process_key_is_an_address(client: TestClient) -> None:
    write = every_write()["publish_process"]
    for key in ("-a", "a b", "k" * 65, "%C3%A9", "a%00"):
        answer = write._replace(path=f"/v1/processes/{key}").send(client)
        assert answer.status_code == (404 if "%00" in key else 422), answer.text
