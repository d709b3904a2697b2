"""`gateproof bench`: the arithmetic of capacity, the load that measures, and the command itself."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import orjson
import pytest

from service.cli import main
from service.commands.capacity import Measurements, capacity, carries, duration, moves
from service.commands.load import Unexpected, request, run, same

FIGURES = Measurements(
    unchanged=1_000,
    warm=800,
    cold=200,
    recorded=100,
    record_p99=30,
    listed=5_000,
    exported=2_000,
    bytes_each=6_000,
    resident=120,
    cores=4,
)


def test_half_of_what_was_measured_is_what_to_count_on() -> None:
    limits = capacity(FIGURES)
    assert (limits.polls, limits.listed, limits.records) == (400, 2_500, 50)
    assert limits.pipelines == 500 * 30
    assert limits.records_a_day == 50 * 8 * 3600


def test_what_takes_time_is_said_for_growing_numbers() -> None:
    limits = capacity(FIGURES)
    assert limits.anew == {100: 0.5, 1_000: 5, 10_000: 50, 100_000: 500}
    assert limits.exports == {100: 0.05, 1_000: 0.5, 10_000: 5}
    assert limits.gigabytes == 6
    sentences = dict(carries(limits))
    assert sentences["verdicts on 100,000 concepts worked out anew"] == "8 min"
    assert sentences["export of a customer with 100 conversations"] == "50 ms"


@pytest.mark.parametrize(("cores", "processes"), [(1, 1), (2, 1), (3, 2), (16, 15)])
def test_a_core_is_left_to_the_rest(cores: int, processes: int) -> None:
    figures = FIGURES._replace(cores=cores)
    limits = capacity(figures)
    assert limits.processes == processes
    advice = dict(moves(limits, figures))["more processes"]
    assert ("up to" in advice) == (processes > 1)
    assert f"{limits.polls:,.0f} polls" in advice


def test_where_to_move_goes_by_what_was_measured() -> None:
    advice = dict(moves(capacity(FIGURES), FIGURES))
    assert list(advice) == ["more processes", "PostgreSQL", "a replica"]
    assert "beyond 50 conversations a second" in advice["PostgreSQL"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0421, "42 ms"), (1, "1.0 s"), (119, "119.0 s"), (600, "10 min")]
)
def test_durations_are_said_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A server that answers each request so, a byte at a time; its port."""

    class Answering(StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            head = b""
            while line := self.rfile.readline():
                head += line
                if line == b"\r\n":
                    for byte in answer(head):
                        self.wfile.write(bytes([byte]))
                    head = b""

    with ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


ANSWERS = {
    200: b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    304: b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
    404: b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("status", ANSWERS)
def test_answers_are_counted_once_they_are_whole(status: int) -> None:
    with answering(lambda _: ANSWERS[status]) as port:
        result = run(port, [[request("GET", "/")] * 3, [request("GET", "/")] * 2], [status], 20)
    assert result.answers == 5
    assert 0 < result.median <= result.p99


def test_the_load_ends_when_its_seconds_do() -> None:
    with answering(lambda _: ANSWERS[200]) as port:
        result = run(port, same(request("GET", "/"), 2), [200], 0.2)
    assert result.answers > 2
    assert result.answers / result.rate == pytest.approx(0.2, rel=0.5)


def test_another_status_is_never_counted() -> None:
    asked = iter([200, 200, 404])
    with (
        answering(lambda _: ANSWERS[next(asked)]) as port,
        pytest.raises(Unexpected, match=r"expected \[200\].*404"),
    ):
        run(port, [repeat(request("GET", "/"))], [200], 20)


def test_a_request_says_how_long_its_body_is() -> None:
    sent = request("POST", "/x", {"a": 1}, "token", Idempotency_Key="k")
    head, body = sent.split(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.split(b"\r\n")[0] == b"POST /x HTTP/1.1"
    assert {b"Content-Length: 7", b"Authorization: Bearer token", b"Idempotency-Key: k"} <= set(
        head.split(b"\r\n")
    )


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The user's own database: a file that must stay as it is."""
    path = tmp_path / "own.db"
    sqlite3.connect(path).close()
    path.write_bytes(b"not to be touched")
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("GATEPROOF_RATE_LIMIT", "1/minute")
    return path


def test_bench_measures_on_a_database_of_its_own(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--seconds", "0.1", "--json"]) == 0
    output = orjson.loads(capsys.readouterr().out)
    figures = Measurements(**output["measured"])
    assert figures.cores == os.cpu_count()
    assert min(figures) > 0
    assert output["carries"]["polls"] == pytest.approx(figures.warm / 2)
    assert elsewhere.read_bytes() == b"not to be touched"
    assert [path.name for path in elsewhere.parent.iterdir()] == ["own.db"]


def test_bench_says_what_the_machine_carries(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--seconds", "0.1"]) == 0
    output = capsys.readouterr().out
    for expected in ("polls that find the verdict unchanged", "What to count on", "PostgreSQL", "a replica"):
        assert expected in output


def test_bench_says_why_it_did_not_measure(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("service.commands.trial.TOKEN", "gp_another", raising=True)
    monkeypatch.setattr("service.commands.trial.prepare", lambda db, clock, token: _prepare(db, clock))
    assert main(["bench", "--seconds", "0.1"]) == 1
    assert capsys.readouterr().err.strip().endswith("Not measured: HTTP Error 401: Unauthorized")


def _prepare(db: object, clock: object) -> object:
    from service.usecases.operations.bootstrap import prepare  # noqa: PLC0415 - the one that is replaced

    return prepare(db, clock, "gp_of-nobody")  # type: ignore[arg-type]
