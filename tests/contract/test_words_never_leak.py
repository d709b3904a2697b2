"""What people say stands in one place, and nobody reads it anywhere else."""

import logging
from collections.abc import Callable
from typing import Any, Never

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from service.store.nouns.reviews import reviews
from service.store.sql.engine import Database
from service.store.tables import metadata
from service.usecases.evidence import conversations
from tests.contract.operations import guarded, problem
from tests.contract.story import every_write, tell
from tests.gateproof import SUMMARY, Gateproof

CANARY = "the canary sings"
SHOWN_ONCE = ("create_token", "rotate_token")


def test_no_table_holds_words_that_can_be_read(client: TestClient, db: Database) -> None:
    list(tell(client, CANARY))
    with db.reading() as connection:
        for table in metadata.sorted_tables:
            rows = [str(row).lower() for row in connection.execute(select(table))]
            assert not any(CANARY in row for row in rows), table.name


def test_a_frozen_verdict_on_what_was_said_does_not_keep_it(gateproof: Gateproof, db: Database) -> None:
    every_write()["publish_process"].send(gateproof.client)
    gateproof.begin("one-gate")
    gateproof.state("problem")
    body = {"summary": f"{CANARY} {SUMMARY}", "quotes": [{"text": CANARY, "participant": "p1"}]}
    gateproof.cite(gateproof.talk(themes=[CANARY], **body), "problem")
    verdict = gateproof.review("G1", "go")["readiness"]
    assert [criterion["actual"] for criterion in verdict["decisions"][0]["criteria"]] == [1, 1]
    with db.reading() as connection:
        assert CANARY not in str(connection.execute(select(reviews)).all()).lower()


def test_words_are_neither_in_the_log_nor_in_any_header(
    gateproof: Gateproof, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _, response in tell(gateproof.client, CANARY):
        assert CANARY not in str(response.headers).lower()
    for operation in guarded():
        known = {"concept": "tariff-radar", "customer": "acme", "person": "pm-1", "decision": "problem"}
        gateproof.client.get(operation.at(**known))
    assert CANARY not in str(gateproof.events(portfolio=None)).lower()
    assert CANARY not in caplog.text.lower()


def test_a_token_is_nowhere_but_in_the_answer_that_made_it(
    gateproof: Gateproof, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = [response.json() for write, response in tell(gateproof.client) if write.operation in SHOWN_ONCE]
    secrets = [each["token"] for each in made]
    assert len(secrets) == len(SHOWN_ONCE) + 2
    answers = [gateproof.client.get(operation.at(concept="tariff-radar")) for operation in guarded()]
    text = "".join(f"{answer.text} {answer.headers}" for answer in answers)
    with db.reading() as connection:
        rows = "".join(str(connection.execute(select(table)).all()) for table in metadata.sorted_tables)
    for secret in secrets:
        for place in (text, rows, caplog.text, str(gateproof.events(portfolio=None))):
            assert secret not in place


def test_no_refusal_repeats_what_was_sent(client: TestClient) -> None:
    list(tell(client, CANARY))
    for write in every_write(CANARY).values():
        for body in _broken(write.body):
            answer = write._replace(body=body).send(client)
            assert 400 <= answer.status_code < 500, (write.operation, body, answer.text)
            _mute(answer)


def test_no_address_or_parameter_is_repeated(client: TestClient) -> None:
    for operation in guarded():
        path = operation.at(**dict.fromkeys(_parameters(operation.path), CANARY))
        _mute(client.request(operation.method, path))
        _mute(client.get(operation.at(), params={CANARY: CANARY}))
        for name in operation.queries:
            _mute(client.get(operation.at(), params={name: CANARY}))
        for header in ("If-Match", "Idempotency-Key", "Content-Type", "Authorization", "X-Request-Id"):
            _mute(client.request(operation.method, operation.at(), headers={header: CANARY}))


def test_a_fault_says_where_it_was_and_nothing_else(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> Never:
        raise RuntimeError(CANARY) from ValueError(CANARY)

    monkeypatch.setattr(conversations, "get_conversation", fail)
    monkeypatch.setattr(conversations, "record_conversation", fail)
    caplog.set_level(logging.DEBUG)
    write = every_write(CANARY)["record_conversation"]
    faults: list[Callable[[], Response]] = [
        lambda: client.get("/v1/conversations/ghost"),
        lambda: write.send(client),
    ]
    for fault in faults:
        answer = fault()
        body = problem(answer, 500)
        assert CANARY not in answer.text
        assert CANARY not in caplog.text
        assert f"request {body['request_id']} failed: RuntimeError at" in caplog.text
        assert "test_words_never_leak.py:" in caplog.text


def _broken(body: Any) -> list[Any]:
    """The same body with something wrong in it."""
    if isinstance(body, str):
        return [
            f"{body}{CANARY}: 1",
            f"{body}description: [{CANARY}]",
            f"{body}\n  {CANARY}: [",
            f"- {CANARY}",
        ]
    wrong = [{**body, CANARY: CANARY}, {**body, "surprise": CANARY}, [CANARY], CANARY]
    for name in body:
        wrong += [{**body, name: {CANARY: CANARY}}, {**body, name: [[CANARY]]}, {**body, name: f"{CANARY}\0"}]
        if isinstance(body[name], list):
            wrong += [
                {**body, name: [{**each, CANARY: CANARY}]} for each in body[name] if isinstance(each, dict)
            ]
    return wrong


def _parameters(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]


def _mute(answer: Response) -> None:
    assert "canary" not in f"{answer.text} {answer.headers}".lower(), (answer.request, answer.text)
