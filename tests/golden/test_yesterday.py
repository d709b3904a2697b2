"""Databases of earlier releases, migrated: every answer is what it was, the log is byte for byte the same."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from service.domain.proof.difference import first_difference
from service.domain.record.edition import CURRENT, FIRST
from service.domain.record.event import EVENTS
from tests.golden.logs import NAMES, answers_of, fill, rows_of, served
from tests.golden.rows import dump


class Yesterday(NamedTuple):
    """A golden log, and the service of today on its database."""

    name: str
    url: str
    client: TestClient


@pytest.fixture(params=NAMES)
def yesterday(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[Yesterday]:
    url, name = new_database("empty"), request.param
    fill(url, name)
    with served(url, answers_of(name)[0]) as client:
        yield Yesterday(name, url, client)


def test_every_answer_is_what_it_was(yesterday: Yesterday) -> None:
    _, answers = answers_of(yesterday.name)
    changed = {}
    for asked, (status, body) in answers.items():
        answer = yesterday.client.get(f"/v1/{asked}")
        plain = _of_any_edition if "/readiness" in asked else _lasting
        where = first_difference(*(plain(_without_later(each)) for each in (body, answer.json())))
        if (answer.status_code, where) != (status, None):
            changed[asked] = (answer.status_code, where)
    assert changed == {}, "a field that answers have had since stands in LATER"


LATER: dict[str, list[Any]] = {
    "coded": [[]],
    "edition": [FIRST, CURRENT],
    "admission": [None],
    "admissions": [{"most": 1}],
    "admitted": [None],
    "leaps": [[]],
    "changes": [[]],
    "uncited_count": [None],
    "clear_of": [None],
    "effect": [None],
    "observations": [[]],
    "most_criteria": [None],
    "repairs": [[]],
    "revisions": [[]],
    "merged_into": [None],
    "shaped_withheld": [False],
    "slip": [None],
    "token": [None],
    "withheld": [False],
    "wording_confirmed": [None],
    "wording_of": [None],
    "wording_only": [None],
}
"""Fields that answers have had since, and what they say of what was written before."""
OF_REASONS = {"found", "required", "remedy"}
"""What is said since of whatever does not count: of anything, but in frozen reviews, whose replays tell."""


OF_THIS_EDITION = ("observations", "uncited", "uncited_count", "input_digest", "position")
"""What follows from rules that verdicts went by others before."""


def _without_later(body: Any) -> Any:
    """As an answer was before it had those fields."""
    if isinstance(body, list):
        return [_without_later(each) for each in body]
    if not isinstance(body, dict):
        return body
    return {name: _without_later(value) for name, value in body.items() if not _is_later(body, name, value)}


def _is_later(body: dict[str, Any], name: str, value: Any) -> bool:
    if "code" in body and name in OF_REASONS:
        return True
    return name in LATER and value in LATER[name]


def _of_any_edition(body: Any) -> Any:
    """A verdict of today without what follows from rules that were others before."""
    return {name: value for name, value in _lasting(body).items() if name not in OF_THIS_EDITION}


def _lasting(body: Any) -> Any:
    """Without what is of one request only."""
    return {**body, "request_id": ""} if "request_id" in body else body


def test_the_log_is_byte_for_byte_what_it_was(yesterday: Yesterday) -> None:
    rows = [line for line in rows_of(yesterday.name) if _table(line) == "events"]
    assert [line for line in dump(yesterday.url) if _table(line) == "events"] == rows
    written = {row["digest"]: _told(row | {"subject": row["stream"]}) for _, row in map(json.loads, rows)}
    assert {event["digest"]: _told(event) for event in _events(yesterday.client)} == written
    verified = yesterday.client.get("/v1/audit/verify").json()
    assert (verified["ok"], sum(chain["events"] for chain in verified["chains"])) == (True, len(rows))


def _told(event: dict[str, Any]) -> dict[str, Any]:
    data = json.loads(event["data"]) if isinstance(event["data"], str) else event["data"]
    return {"data": data, **{name: event[name] for name in ("type", "actor", "subject")}}


def _table(line: str) -> str:
    name: str = json.loads(line)[0]
    return name


def _events(client: TestClient) -> Iterator[dict[str, Any]]:
    page = client.get("/v1/events?limit=200").json()
    while page["items"]:
        yield from page["items"]
        page = client.get(f"/v1/events?limit=200&cursor={quote(page['resume'])}").json()


def test_every_type_of_event_that_there_is_stands_in_a_golden_log() -> None:
    rows = [row for name in NAMES for table, row in map(json.loads, rows_of(name)) if table == "events"]
    missing = EVENTS.keys() - {row["type"] for row in rows}
    assert missing == set(), "tell them in tests/golden/world.py, then: python -m tests.golden.make NAME"
