"""`python -m benchmarks.portfolio`: the page of readiness and simulating, beside single verdicts."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple

import orjson
import psutil
from sqlalchemy import select, update

from benchmarks.seed import DECISIONS, PROCESSES, THRICE, TOKEN, process_document, summary
from benchmarks.servers import KEYRING
from schemas.citation import CitationIn
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn
from schemas.nouns import CustomerIn, PersonIn, PortfolioIn
from schemas.process import Process
from service.clock import now
from service.store.log.chains import chains
from service.store.nouns.concepts import concepts
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.concepts.concepts import create_concept
from service.usecases.concepts.decisions import state_decision
from service.usecases.evidence.citations import cite
from service.usecases.evidence.conversations import record_conversation
from service.usecases.moves.simulation import Trial, simulate
from service.usecases.operations.bootstrap import ADMIN, prepare
from service.usecases.paging import PageRequest
from service.usecases.processes.documents import read_process
from service.usecases.processes.processes import publish_process
from service.usecases.registry.customers import create_customer
from service.usecases.registry.people import create_person
from service.usecases.registry.portfolios import create_portfolio
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery
from service.usecases.verdicts.readiness import read_readiness
from service.usecases.verdicts.readiness_index import ReadTarget, behind, catch_up, target_now
from service.usecases.verdicts.readiness_page import PageFilters, list_readiness

CONCEPT = "subject"
SIZES = (1_000, 10_000)
ROUNDS = 7
SINGLES = 40
TALKS = 5
"""For each of four decisions: twenty citations a concept."""
ROOM = 1_000
CALLER = Caller(ADMIN, now)
OWN = re.compile(r"\b(?:cpt|cnv|cit)_\w+(?:-\w+)*|\bsubject\b|\bpm\b")
"""What is a copy's own: ids, the concept's key, the one who talks."""
SHARED = {("decisions", "owner"), ("conversations", "revised_by"), ("conversations", "created_by")}
COPIED = {
    "concepts": "true",
    "decisions": "true",
    "conversations": "true",
    "attended": "true",
    "citations": "true",
    "events": "stream LIKE 'cpt_%' OR stream LIKE 'cnv_%'",
}
"""Tables, and which of their rows; words are shared."""


class Figures(NamedTuple):
    """Seconds, but for the last three: concepts a second, the same of process time, and megabytes."""

    single: float
    page: float
    after_a_write: float
    filling: float
    simulated: float
    simulated_alone: float
    resident: float


def main() -> int:
    """Print a table, and a line for each bar."""
    results = {}
    for size in SIZES:
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'gateproof.db'}"
            with get_context("spawn").Pool(1) as pool:
                pool.apply(seed, (url, size))
            with get_context("spawn").Pool(1) as pool:
                results[size] = pool.apply(measure, (url,))
    _print(results)
    return 0


def _print(results: dict[int, Figures]) -> None:
    print(f"{'':52}" + "".join(f"{size:>10,}" for size in results))
    rows: dict[str, Callable[[Figures], str]] = {
        "a single verdict, all read anew, ms": lambda f: f"{f.single * 1e3:.2f}",
        "a page of 100, by verdict and what expires, ms": lambda f: f"{f.page * 1e3:.2f}",
        "the same in single verdicts": lambda f: f"{f.page / f.single:.1f}",
        "the same after a write, in single verdicts": lambda f: f"{f.after_a_write / f.single:.1f}",
        "the first page of all, everything worked out, s": lambda f: f"{f.filling:.1f}",
        "simulated, concepts a second": lambda f: f"{f.simulated:,.0f}",
        "simulated, concepts a second of process time": lambda f: f"{f.simulated_alone:,.0f}",
        "a concept simulated, in single verdicts": lambda f: f"{1 / f.simulated / f.single:.2f}",
        "resident memory after all of this, MB": lambda f: f"{f.resident:.0f}",
    }
    for name, row in rows.items():
        print(f"{name:52}" + "".join(f"{row(each):>10}" for each in results.values()))
    small, large = (results[size] for size in SIZES)
    print()
    _say(f"a page over {SIZES[0]:,} concepts, in single verdicts", small.page / small.single, SINGLES)
    _say(f"a page over {SIZES[1]:,} concepts, in single verdicts", large.page / large.single, SINGLES)
    ratio = (large.page / large.single) / (small.page / small.single)
    _say(f"a page over {SIZES[1]:,}, beside one over {SIZES[0]:,}", ratio, 2)
    _say("concepts simulated a second of process time", large.simulated_alone, 1_000, at_least=True)
    _say("resident memory, MB", large.resident, 300)


def _say(what: str, value: float, bar: float, *, at_least: bool = False) -> None:
    met = value >= bar if at_least else value <= bar
    print(f"{'met' if met else 'MISSED':6} {what}: {value:,.2f} ({'>=' if at_least else '<='} {bar:,})")


def measure(url: str) -> Figures:
    """In a process of its own, so that its memory is its own."""
    db = Database(url, KEYRING)
    filling = _timed(lambda: _page(db))
    keys = _keys(db)
    rounds: dict[str, list[float]] = {"single": [], "page": [], "after": []}
    for number in range(ROUNDS):
        rounds["single"].append(_timed(lambda: _singles(db, keys)) / SINGLES)
        rounds["page"].append(_timed(lambda: _page(db)))
        _write(db, keys[number])
        rounds["after"].append(_timed(lambda: _page(db)))
    draft = _draft()
    target = _caught_up(db)
    began = process_time()
    seconds = _timed(lambda: simulate(db, CALLER, target, Trial("measured", draft), PageRequest(100)))
    alone = process_time() - began
    resident = psutil.Process().memory_info().rss / 2**20
    single, page, after = (median(rounds[name]) for name in ("single", "page", "after"))
    size = sum(
        simulate(db, CALLER, target, Trial("measured", draft), PageRequest(1)).counts.model_dump().values()
    )
    db.close()
    return Figures(single, page, after, filling, size / seconds, size / alone, resident)


def _keys(db: Database) -> list[str]:
    with db.reading() as connection:
        rows = connection.execute(select(concepts.c.key).limit(max(SINGLES, ROUNDS)))
        return [str(key) for key in rows.scalars()]


def _singles(db: Database, keys: list[str]) -> None:
    """As after a write: nothing that was worked out is at hand, but the process version is."""
    for key in keys[:SINGLES]:
        read_readiness(db, CALLER, key, VerdictQuery(as_of=now() - timedelta(microseconds=1)))


def _page(db: Database) -> None:
    target = _caught_up(db)
    page = list_readiness(db, CALLER, target, PageFilters(verdict="ready"), PageRequest(100))
    assert len(page.items) == 100


def _caught_up(db: Database) -> ReadTarget:
    target = target_now(db, CALLER)
    while (portfolio := behind(db, target)) is not None:
        catch_up(db, CALLER, target, portfolio)
    return target


def _write(db: Database, key: str) -> None:
    """A decision of one of the concepts is handed over."""
    body = DecisionIn(statement="What we hold about problem", owner="pm")
    state_decision(db, CALLER._replace(if_match="*"), key, "problem", body)


def _draft() -> Process:
    """The same, asking for more customers than there are for half of the decisions."""
    document = process_document(PROCESSES[THRICE])
    for criteria in (each["criteria"] for each in document["gates"][0]["decisions"][:2]):
        criteria[2]["at_least"] = TALKS + 1
    return read_process(orjson.dumps(document), is_json=True, key="measured")


def _timed(do: Callable[[], object]) -> float:
    began = perf_counter()
    do()
    return perf_counter() - began


def seed(url: str, size: int) -> None:
    """So many concepts with twenty conversations of their own each, held on different days."""
    with database(url) as db:
        process = read_process(
            orjson.dumps(process_document(PROCESSES[THRICE])), is_json=True, key="measured"
        )
        publish_process(db, CALLER, "measured", process)
        create_portfolio(db, CALLER, PortfolioIn(key="bench", name="Bench"))
        create_person(db, CALLER, PersonIn(key="pm", name="Product manager", function="product"))
        for n in range(TALKS):
            body = CustomerIn(key=f"c{n}", portfolio="bench", segment="smb", relationship="prospect")
            create_customer(db, CALLER, body)
        _concept(db)
        _multiply(db, size - 1)


@contextmanager
def database(url: str) -> Iterator[Database]:
    """A new database, ready to be used."""
    db = Database(url, KEYRING)
    migrate(db)
    prepare(db, now, TOKEN)
    yield db
    db.close()


def _concept(db: Database) -> None:
    body = {"key": CONCEPT, "portfolio": "bench", "title": "Measured", "process": "measured"}
    body |= {"origin": "other", "primary_segment": "smb"}
    create_concept(db, CALLER, ConceptIn(**body, team=("pm",)))
    for decision in DECISIONS:
        statement = f"What we hold about {decision}"
        state_decision(db, CALLER, CONCEPT, decision, DecisionIn(statement=statement, owner=ADMIN))
        for n in range(TALKS):
            talk = record_conversation(db, CALLER, _conversation(n))["id"]
            shaped = {"effect": "confirmed", "note": f"In {talk} they said what {decision} rests on"}
            cited = {"conversation": talk, "decision": decision, "stance": "supports", "shaped": shaped}
            cite(db, CALLER, CONCEPT, CitationIn(**cited))


def _conversation(n: int) -> ConversationIn:
    return ConversationIn(
        portfolio="bench",
        kind="interview",
        held_at=now() - timedelta(days=5 + 9 * n),
        duration_minutes=30,
        customer=f"c{n}",
        participants=[{"ref": "p1", "colleague": False}],
        attendees=["pm"],
        conducted_by="own_team",
        solution_shown=False,
        summary=summary(n),
        consent="notes",
    )


def _multiply(db: Database, copies: int) -> None:
    """Copies of the one concept with all that it has: recording each would take an hour."""
    with db.writing() as tx:
        for table, chosen in COPIED.items():
            originals = tx.exec_driver_sql(f"SELECT * FROM {table} WHERE {chosen}")
            names, rows = list(originals.keys()), [tuple(row) for row in originals]
            marks = ", ".join("?" * len(names))
            for n in range(1, copies + 1):
                copied = [_copy(table, names, row, n) for row in rows]
                tx.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", copied)
        tx.execute(update(chains).where(chains.c.key == "bench").values(seq=(copies + 1) * ROOM))


def _copy(table: str, names: list[str], row: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    """A row of the n-th copy: ids, keys and people are its own."""
    values = dict(zip(names, row, strict=True))
    for name, value in values.items():
        if name == "seq":
            values[name] = value + n * ROOM
        elif isinstance(value, str) and name != "content" and (table, name) not in SHARED:
            values[name] = OWN.sub(rf"\g<0>-{n}", value)
    return tuple(values.values())


if __name__ == "__main__":
    sys.exit(main())
