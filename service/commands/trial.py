"""A service on a database of its own, and what it does there: the measuring of `gateproof bench`."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import NamedTuple
from urllib.request import Request, urlopen

import orjson

from schemas.concept import ConceptIn
from schemas.nouns import CustomerIn, PortfolioIn
from service.clock import now
from service.commands.capacity import Measurements
from service.commands.load import Load, request, run, same
from service.store.sql.engine import Database
from service.store.sql.keyring import new_key, parse
from service.store.sql.migrating import migrate
from service.usecases.concepts.concepts import create_concept
from service.usecases.operations.bootstrap import ADMIN, prepare
from service.usecases.operations.example import BEGINS, load_example
from service.usecases.registry.customers import create_customer
from service.usecases.registry.portfolios import create_portfolio
from service.usecases.unit_of_work import Caller

CONNECTIONS = 16
PATIENCE = 60.0
READINESS = "/v1/concepts/will-it-sail/readiness"
"""Of the example portfolio."""
LISTED, CUSTOMER, EXPORTED_CUSTOMER = "bench", "bench-customer", "bench-exported"
CONCEPTS, EXPORTED = 100, 200
"""Concepts on a page, and conversations of one customer that are exported."""
TOKEN = "gp_of-gateproof-bench-only"  # noqa: S105 - of a database that is thrown away
SUMMARY = " ".join(f"word{n}" for n in range(279))
"""As long as the median of real summaries."""
STEPS = 6


class MeasuredProcess(NamedTuple):
    """The process that is measured."""

    port: int
    database: Path

    def read(self, path: str) -> tuple[bytes, str]:
        """Returns the bytes of an answer, and its ETag."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": "127.0.0.1"}
        with urlopen(
            Request(f"http://127.0.0.1:{self.port}{path}", headers=headers), timeout=PATIENCE
        ) as answer:
            return answer.read(), answer.headers.get("ETag", "")


def measure(seconds: float, announce: Callable[[str], None]) -> Measurements:
    """Returns the figures of one process on SQLite. `announce` takes the name of what is measured next."""
    with TemporaryDirectory(prefix="gateproof-bench-") as folder:
        with _serving(Path(folder)) as service:
            announce("polls, unchanged")
            _, etag = service.read(READINESS)
            known = request("GET", READINESS, token=TOKEN, If_None_Match=etag)
            unchanged = run(service.port, same(known, CONNECTIONS), [304], seconds)
            announce("polls, whole verdicts")
            poll = request("GET", READINESS, token=TOKEN)
            warm = run(service.port, same(poll, CONNECTIONS), [200], seconds)
            announce("verdicts, worked out anew")
            cold = run(service.port, [_of_the_past() for _ in range(CONNECTIONS)], [200], seconds)
            announce("pages of verdicts")
            listed = _listed(service, seconds)
            announce("conversations, recorded")
            before = service.database.stat().st_size
            recorded = _recorded(service, seconds)
            announce("an export")
            exported = _exported(service)
        grown = service.database.stat().st_size - before
        resident = _most_memory()
    return Measurements(
        unchanged=unchanged.rate,
        warm=warm.rate,
        cold=cold.rate,
        recorded=recorded.rate,
        record_p99=recorded.p99,
        listed=listed,
        exported=exported,
        bytes_each=grown / (recorded.answers + EXPORTED),
        resident=resident,
        cores=os.cpu_count() or 1,
    )


def _of_the_past() -> Iterator[bytes]:
    """Yields polls for verdicts of another instant each: those are not cached."""
    while True:
        as_of = (now() - timedelta(milliseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        yield request("GET", f"{READINESS}?as_of={as_of}", token=TOKEN)


def _listed(service: MeasuredProcess, seconds: float) -> float:
    """Returns how many verdicts a second the pages of readiness have."""
    path = f"/v1/readiness?portfolio={LISTED}&limit={CONCEPTS}"
    shown = len(orjson.loads(service.read(path)[0])["items"])
    page = request("GET", path, token=TOKEN)
    return run(service.port, same(page, CONNECTIONS), [200], seconds).rate * shown


def _recorded(service: MeasuredProcess, seconds: float) -> Load:
    """Records conversations with sixteen writers, after the conversations that will be exported."""
    numbers = count()
    exported = (_conversation(next(numbers), EXPORTED_CUSTOMER) for _ in range(EXPORTED))
    run(service.port, [exported], [201], PATIENCE)

    def writer() -> Iterator[bytes]:
        while True:
            yield _conversation(next(numbers), CUSTOMER)

    return run(service.port, [writer() for _ in range(CONNECTIONS)], [201], seconds)


def _exported(service: MeasuredProcess) -> float:
    """Returns how many conversations a second an export has."""
    began = perf_counter()
    service.read(f"/v1/customers/{EXPORTED_CUSTOMER}/export")
    return EXPORTED / (perf_counter() - began)


def _conversation(number: int, customer: str) -> bytes:
    body = {
        "portfolio": LISTED,
        "kind": "interview",
        "held_at": (now() - timedelta(days=5)).isoformat(),
        "duration_minutes": 30,
        "customer": customer,
        "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
        "attendees": [ADMIN],
        "solution_shown": False,
        "summary": f"Talk {number}. {SUMMARY}",
        "consent": "notes",
    }
    return request("POST", "/v1/conversations", body, TOKEN, Idempotency_Key=f"bench-{number}")


@contextmanager
def _serving(folder: Path) -> Iterator[MeasuredProcess]:
    """Yields the service as `gateproof serve` starts it, with settings of its own; ends it afterwards."""
    database, key, port = folder / "gateproof.db", new_key(), _free_port()
    url = f"sqlite:///{database}"
    _seed(Database(url, parse(key)))
    env = {name: value for name, value in os.environ.items() if not name.startswith("GATEPROOF_")}
    env |= {"GATEPROOF_DATABASE_URL": url, "GATEPROOF_KEY": key, "GATEPROOF_PORT": str(port)}
    env["GATEPROOF_DRAIN_SECONDS"] = "0"
    output = folder / "output"
    with output.open("wb") as file:
        command = [sys.executable, "-m", "service.cli", "serve"]
        process = subprocess.Popen(command, env=env, stdout=file, stderr=file)  # noqa: S603
    try:
        _wait(process, port, output)
        yield MeasuredProcess(port, database)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _seed(db: Database) -> None:
    """Loads the example portfolio, and a hundred concepts to list."""
    migrate(db)
    prepare(db, lambda: now() - BEGINS, TOKEN)
    load_example(db, now())
    caller = Caller(ADMIN, now)
    create_portfolio(db, caller, PortfolioIn(key=LISTED, name=LISTED))
    for key in (CUSTOMER, EXPORTED_CUSTOMER):
        customer = CustomerIn(key=key, portfolio=LISTED, segment="smb", relationship="prospect")
        create_customer(db, caller, customer)
    for number in range(CONCEPTS):
        concept = ConceptIn(
            key=f"bench-{number}",
            portfolio=LISTED,
            title="Measured",
            process="starter",
            origin="other",
            primary_segment="smb",
            team=(ADMIN,),
        )
        create_concept(db, caller, concept)
    db.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    ends = perf_counter() + PATIENCE
    while perf_counter() < ends:
        if process.poll() is not None:
            raise OSError(f"the service did not start: {output.read_text()[-500:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.02)
        else:
            return
    raise TimeoutError("the service did not start in time")


def _most_memory() -> float:
    """Returns the most megabytes that the process had; it has ended."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
