"""Text that is none and numbers that are none: refused wherever they stand, before anything is written."""

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import World
from tests.contract.operations import guarded, one_error, problem
from tests.contract.story import ONE_GATE, every_write
from tests.gateproof import Gateproof
from tests.worlds import all_that_can_be_written

BEFORE_ANY_DATABASE = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
"""Bodies are refused as they are read."""
JSON = {"Content-Type": "application/json", "If-Match": "*"}
SURROGATES = (r'"\ud800"', r'"late \udfff news"', r'"\udc00\ud800"')
CONTROLS = (r'"\u0000"', r'"late\u0000news"')
NUMBERS = ("1e400", "-1e400", "NaN", "-Infinity", "9007199254740993", "1" * 4000, "0.1e-400")
DEEP = "[" * 900 + "]" * 900
PLACE = "here it comes"
WRITES = every_write()
PROCESS = YAML(typ="safe", pure=True).load(ONE_GATE)
BAD_PATHS = ("%00", "a%00b", "%ff", "%ed%a0%80", "%f0%9f", "..%2f..", "%2e%2e", "a%0ab", "k" * 5000)


@pytest.fixture
def starting_state() -> World:
    return all_that_can_be_written


@pytest.fixture
def unchanged(gateproof: Gateproof) -> Iterator[Gateproof]:
    """Everything that could be changed is there; and at the end is as it was."""
    known = len(gateproof.events(portfolio=None))
    yield gateproof
    assert len(gateproof.events(portfolio=None)) == known


@BEFORE_ANY_DATABASE
@pytest.mark.parametrize(
    "wrong", [SURROGATES, CONTROLS, NUMBERS, (DEEP,)], ids=["surrogate", "nul", "number", "deep"]
)
def test_no_text_is_taken_from_what_is_none(unchanged: Gateproof, wrong: tuple[str, ...]) -> None:
    for write in WRITES.values():
        body = PROCESS if isinstance(write.body, str) else write.body
        for holed in _with_holes(body):
            for value in wrong:
                content = json.dumps(holed).replace(f'"{PLACE}"', value)
                answer = unchanged.client.request(write.method, write.path, content=content, headers=JSON)
                error = problem(answer, 422, (write.operation, content[:300]))
                assert error["errors"]


@BEFORE_ANY_DATABASE
def test_names_of_fields_are_text_too(unchanged: Gateproof) -> None:
    for write in WRITES.values():
        for name in (r"\ud800", r"\u0000", "a b", "k" * 5000):
            content = f'{{"{name}": 1}}'
            answer = unchanged.client.request(write.method, write.path, content=content, headers=JSON)
            fields = [error["field"] for error in problem(answer, 422)["errors"]]
            assert "body.?" in fields or "body" in fields, (write.operation, fields)


def test_no_address_leads_to_a_fault(unchanged: Gateproof) -> None:
    for operation in guarded():
        names = re.findall(r"{(\w+)}", operation.path)
        known = ({}, {"concept": "tariff-radar"}) if "concept" in names else ({},)
        for bad, right in product(BAD_PATHS, known):
            path = operation.at(**dict.fromkeys(names, bad) | right)
            if bad not in path:
                continue
            write = WRITES.get(operation.id)
            sent = (
                write._replace(path=path).send(unchanged.client)
                if write
                else unchanged.client.request(operation.method, path)
            )
            assert sent.status_code in (404, 405, 422), path
            assert problem(sent, 404 if "%00" in bad else sent.status_code)


def test_no_parameter_leads_to_a_fault(unchanged: Gateproof) -> None:
    for operation in guarded():
        path = operation.at(concept="tariff-radar")
        ask = partial(unchanged.client.request, operation.method)
        for name in operation.queries:
            for bad in ("%00", "late%00news"):
                one_error(ask(f"{path}?{name}={bad}"), 422, f"query.{name}")
            for bad in ("%ff", "%ed%a0%80", "%F0%9F%9A%80", "k" * 5000, "1e400", "9" * 400, "%0d%0a"):
                answer = ask(f"{path}?{name}={bad}")
                assert answer.status_code in (200, 404, 422), (path, name, bad)
                if answer.status_code != 200:
                    problem(answer, answer.status_code)


def _with_holes(body: Any) -> Iterator[Any]:
    """The body as often as it has values, each time with another one of them taken out."""
    yield PLACE
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        for holed in _with_holes(value):
            changed = body.copy()
            changed[key] = holed
            yield changed
