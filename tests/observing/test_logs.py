"""Lines of the log: a request's id, few fields, and nothing that anybody wrote."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Never

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.logs import FIELDS, SERVER, configure_logging, formatter
from service.observability_settings import ObservabilitySettings, observability_of
from service.store.sql.engine import Database
from service.usecases.evidence import conversations
from tests.conftest import TOKEN, FixedClock
from tests.contract.operations import guarded
from tests.contract.story import every_write, tell
from tests.gateproof import Gateproof

CANARY = "the canary sings"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
POLL = "/v1/concepts/tariff-radar/readiness"
USUAL = {"timestamp", "level", "logger", "event", "request_id", "fault"}
Line = dict[str, Any]


class Lines(logging.StreamHandler[io.StringIO]):
    """What JSON lines were written."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.setFormatter(formatter("json"))
        # The test's own client logs what it asks for.
        self.addFilter(lambda record: not record.name.startswith("httpx2"))

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def all(self) -> list[Line]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def requests(self) -> list[Line]:
        return [line for line in self.all if line["event"] == "request"]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root, handler = logging.getLogger(), Lines()
    was = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # As configure_logging would have them: a server that another test ran has set them its own way.
    servers = [logging.getLogger(name) for name in SERVER]
    were = [(server, server.level, server.propagate) for server in servers]
    for server in servers:
        server.setLevel(logging.INFO)
        server.propagate = True
    yield handler
    root.removeHandler(handler)
    root.setLevel(was)
    for server, level, propagate in were:
        server.setLevel(level)
        server.propagate = propagate


@pytest.fixture
def client(db: Database, clock: FixedClock, lines: Lines) -> Iterator[TestClient]:
    app = create_app(db, clock, observability=ObservabilitySettings(requests="all"))
    with TestClient(app, headers=BEARER, raise_server_exceptions=False) as made:
        yield made


def test_each_request_is_one_line_under_its_id(gateproof: Gateproof, lines: Lines) -> None:
    answer = gateproof.client.get("/v1/concepts/ghost", headers={"X-Request-Id": "mine"})
    assert answer.headers["X-Request-Id"] == "mine"
    [line] = lines.requests
    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "gateproof.requests",
        "request_id": "mine",
        "method": "GET",
        "route": "/v1/concepts/{concept}",
        "status": 404,
        "role": "admin",
    }


def test_polls_are_lines_where_all_are_asked_for(gateproof: Gateproof, lines: Lines) -> None:
    gateproof.begin()
    before = len(lines.requests)
    answer = gateproof.client.get(POLL)
    [line] = lines.requests[before:]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["route"], line["status"], line["role"]) == ("/v1/concepts/{concept}/readiness", 200, "admin")


def test_a_poll_without_a_token_that_stands_is_a_line_like_any_refusal(
    gateproof: Gateproof, db: Database, clock: FixedClock, lines: Lines
) -> None:
    gateproof.begin()
    with TestClient(create_app(db, clock)) as other:
        before = len(lines.requests)
        refused = [other.get(POLL, headers={"Authorization": "Bearer nobodys"}), other.get("/v1/people")]
    logged = lines.requests[before:]
    assert [line.pop("request_id") for line in logged] == [each.headers["X-Request-Id"] for each in refused]
    for line in logged:
        assert line.pop("duration_ms") > 0
        del line["timestamp"]
    assert logged[0] == logged[1]
    assert (logged[0]["route"], logged[0]["status"], logged[0]["role"]) == ("unmatched", 401, None)


@pytest.mark.parametrize(("value", "expected"), [("yes", 1), ("no", 0)])
def test_polls_are_no_lines_unless_asked_for(
    gateproof: Gateproof, db: Database, clock: FixedClock, lines: Lines, value: Any, expected: int
) -> None:
    gateproof.begin()
    with TestClient(
        create_app(db, clock, observability=ObservabilitySettings(requests=value)), headers=BEARER
    ) as other:
        other.get(POLL)  # The first takes the normal route: it records that the token is used.
        before = len(lines.requests)
        other.get(POLL)
        other.get("/v1/concepts/tariff-radar")
    assert len(lines.requests) - before == expected


def test_no_line_holds_words_tokens_paths_or_people(gateproof: Gateproof, lines: Lines) -> None:
    secrets = [TOKEN, CANARY, "/v1/concepts/tariff-radar", "tariff-radar", "pm-1", "admin@", "testclient"]
    badges = []
    for write, response in tell(gateproof.client, CANARY):
        answer = response.json() if response.content else {}
        secrets += [answer[name] for name in ("token", "secret") if isinstance(answer.get(name), str)]
        if write.operation == "create_badge":
            badges.append(answer["url"])
    for operation in guarded():
        gateproof.client.get(operation.at(concept="tariff-radar", person="pm-1"), params={"q": CANARY})
    for badge in badges:
        gateproof.client.get(badge)
        secrets.append(badge.split("/")[-2])
    assert badges
    assert len(lines.requests) > 100
    for secret in secrets:
        assert secret.lower() not in lines.text.lower(), secret
    for line in lines.all:
        assert set(line) <= USUAL | set(FIELDS), line
        assert "request_id" in line
    assert all(line["request_id"] for line in lines.requests)


def test_a_fault_is_told_under_its_id_and_without_its_text(
    gateproof: Gateproof, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Never:
        raise RuntimeError(CANARY) from ValueError(CANARY)

    monkeypatch.setattr(conversations, "record_conversation", fail)
    answer = every_write(CANARY)["record_conversation"].send(gateproof.client)
    assert answer.status_code == 500
    [fault] = [line for line in lines.all if line["level"] == "error"]
    assert fault["request_id"] == answer.json()["request_id"]
    assert "RuntimeError at" in fault["event"]
    assert lines.requests[-1]["status"] == 500
    assert CANARY not in lines.text


def test_what_others_log_of_faults_is_cut(lines: Lines) -> None:
    """The server's traceback, the event loop's repr of a task: their texts may hold anything."""

    async def fail() -> None:
        raise RuntimeError(CANARY)

    async def forgotten() -> None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        loop.call_exception_handler(
            {
                "message": f"Exception in callback tell({CANARY!r})",
                "exception": task.exception(),
                "task": task,
            }
        )

    asyncio.run(forgotten())
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
        logging.getLogger("uvicorn.error").exception("Exception", stack_info=True)
    logging.getLogger("gateproof").info("request", extra={"path": CANARY, "status": 200})
    assert CANARY not in lines.text
    cut = [line for line in lines.all if "fault" in line]
    assert {line["event"] for line in cut} == {
        "Exception in callback tell",
        "Exception in ASGI application",
        "Exception",
    }
    assert all("RuntimeError at test_logs.py" in line["fault"] for line in cut)


@pytest.mark.parametrize("shape", ["text", "json"])
def test_the_process_logs_in_one_shape(shape: Any, capsys: pytest.CaptureFixture[str]) -> None:
    names = (None, "gateproof", "uvicorn", "uvicorn.error", "uvicorn.access", "httpx2")
    was = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    try:
        configure_logging(shape)
        logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
        logging.getLogger("gateproof").info("request", extra={"route": "/livez"})
        logging.getLogger("uvicorn.access").error("GET /badges/%s.svg", CANARY)
        logging.getLogger("httpx2").info("HTTP Request: POST https://receiver/%s", CANARY)
    finally:
        logging.getLogger().handlers[:] = handlers
        for logger, level in was:
            logger.setLevel(level)
    written = capsys.readouterr()
    assert written.out == ""
    first, second = written.err.splitlines()
    assert "Started server process [7]" in first
    assert "/livez" in second
    assert "request_id" in first
    if shape == "json":
        assert json.loads(second)["route"] == "/livez"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GATEPROOF_LOG", "xml"),
        ("GATEPROOF_LOG_REQUESTS", "some"),
        ("GATEPROOF_METRICS", "maybe"),
        ("GATEPROOF_METRICS_TOKEN", "short"),
        ("GATEPROOF_TRACES", "1"),
    ],
)
def test_what_is_malformed_is_refused_at_the_start(name: str, text: str) -> None:
    with pytest.raises(SystemExit, match=f"{name} must"):
        observability_of({name: text}.get)
