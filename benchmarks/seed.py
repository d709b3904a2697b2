"""What is measured on: concepts recorded through the use cases, and many copies of them made in SQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import orjson
from sqlalchemy import event, select

from benchmarks.copies import key_of, mark_of, multiply
from benchmarks.servers import KEYRING
from schemas.access import TokenIn
from schemas.citation import CitationIn
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn
from schemas.nouns import CustomerIn, PersonIn, PortfolioIn
from service.clock import now
from service.store.nouns.concepts import concepts
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.concepts.concepts import create_concept
from service.usecases.concepts.decisions import state_decision
from service.usecases.evidence.citations import cite
from service.usecases.evidence.conversations import record_conversation
from service.usecases.operations.bootstrap import ADMIN, prepare
from service.usecases.processes.documents import read_process
from service.usecases.processes.processes import publish_process
from service.usecases.registry.customers import create_customer
from service.usecases.registry.people import create_person
from service.usecases.registry.portfolios import create_portfolio
from service.usecases.registry.tokens import create_token
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.polling import poll, save_snapshot
from service.usecases.verdicts.readiness_index import behind, catch_up, target_now

TOKEN = "gp_of-the-benchmark-only"
CONCEPT = "measured"
BENCH, MOVES, HEAVY, FULL = "bench", "moves", "heavy", "full"
"""Portfolios: of what is polled; of what is written to while we measure; of concepts with many citations; of
concepts whose process asks three times as much."""
CALLER = Caller(ADMIN, now)
# Of another segment: what is recorded while we measure is not the measured concepts' business.
ELSEWHERE = "elsewhere"
DECISIONS = ("problem", "target_customer", "solution", "price")
TALKS_PER_DECISION, MANY_PER_DECISION = 3, 50
CRITERIA: dict[str, dict[str, Any]] = {
    "talks": {"at_least": 3, "of": "conversations", "waivable": False},
    "conversations": {"at_least": 3, "of": "conversations"},
    "customers": {"at_least": 3, "of": "customers"},
    "heard": {"at_least": 1, "of": "conversations", "waivable": False},
}
ONCE, THRICE = "measured", "measured-in-full"
PROCESSES = {ONCE: ["talks"], THRICE: ["heard", "conversations", "customers"]}
"""How many criteria each decision has: one, or as many as the default process's."""
KINDS, WANTING = 10, 2
"""Originals, held on days of their own; of them so many lack a citation and are blocked."""
GATES = 30
FOLDED_AT_ONCE = 500


def summary(talk: object) -> str:
    """As long as the median of real summaries; what was said in this talk and in no other."""
    return " ".join(f"word{n}of{talk}" for n in range(279))


class Sizes(NamedTuple):
    """How many concepts there are: like the measured one, to be advanced, with 200 citations, and of the
    process that asks for more."""

    alike: int = 10_000
    advancing: int = 0
    heavy: int = 0
    full: int = 0


class World(NamedTuple):
    """The keys of the copies, and the token of a bot."""

    alike: Sequence[str]
    advancing: Sequence[str]
    heavy: Sequence[str]
    full: Sequence[str]
    bot: str


def seed(url: str, sizes: Sizes) -> World:
    """A migrated database with the measured concept, and others in their thousands."""
    with opened(url) as db:
        for process, criteria in PROCESSES.items():
            document = orjson.dumps(process_document(criteria))
            publish_process(db, CALLER, process, read_process(document, is_json=True, key=process))
        for portfolio in (BENCH, MOVES, HEAVY, FULL):
            create_portfolio(db, CALLER, PortfolioIn(key=portfolio, name=portfolio))
            for n in range(TALKS_PER_DECISION * len(DECISIONS)):
                _customer(db, portfolio, f"{portfolio}-c{n}", "smb")
        _customer(db, MOVES, ELSEWHERE, "large")
        concept(db, BENCH, CONCEPT, days=5)
        alike = [f"alike-{n}-{mark_of(BENCH)}" for n in range(KINDS)] if sizes.alike else []
        for n, key in enumerate(alike):
            concept(db, BENCH, key, days=5 + n, lacking=int(n >= KINDS - WANTING))
        advancing, heavy = f"advancing-{mark_of(MOVES)}", f"heavy-{mark_of(HEAVY)}"
        full = f"full-{mark_of(FULL)}"
        if sizes.advancing:
            concept(db, MOVES, advancing, days=5)
        if sizes.heavy:
            concept(db, HEAVY, heavy, days=5, each=MANY_PER_DECISION, team="pm-heavy")
        if sizes.full:
            concept(db, FULL, full, days=5, process=THRICE)
        _work_out(db)
        multiply(db, BENCH, sizes.alike // KINDS)
        multiply(db, MOVES, sizes.advancing)
        multiply(db, HEAVY, sizes.heavy)
        multiply(db, FULL, sizes.full)
        _ask_for_each(db)
        bot = TokenIn(name="bench", role="bot", portfolios=(BENCH,))
        return World(
            [key_of(key, BENCH, n) for n in _to(sizes.alike // KINDS) for key in alike[:-WANTING]],
            [key_of(advancing, MOVES, n) for n in _to(sizes.advancing)],
            [key_of(heavy, HEAVY, n) for n in _to(sizes.heavy)],
            [key_of(full, FULL, n) for n in _to(sizes.full)],
            create_token(db, CALLER, bot).token,
        )


def _to(last: int) -> range:
    return range(1, last + 1)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A migrated and prepared database; its administrator's token is TOKEN. Nobody waits for its disk."""
    db = Database(url, KEYRING)
    hasty = "PRAGMA synchronous=OFF" if db.is_sqlite else "SET synchronous_commit = off"
    event.listen(db.engine, "connect", lambda connection, _: connection.cursor().execute(hasty))
    migrate(db)
    prepare(db, now, TOKEN)
    yield db
    db.close()


def concept(
    db: Database,
    portfolio: str,
    key: str,
    *,
    days: int,
    each: int = TALKS_PER_DECISION,
    lacking: int = 0,
    team: str | None = None,
    process: str = ONCE,
) -> None:
    """A concept with `each` citations for each of four decisions, all but the last `lacking`, of talks held
    `days` ago and before. With a `team` of that name, copies share those talks; else each has its own."""
    person = team or f"pm-{key}"
    create_person(db, CALLER, PersonIn(key=person, name="Product manager", function="product"))
    fields = {"key": key, "portfolio": portfolio, "title": "Measured concept", "process": process}
    fields |= {"origin": "customer_pattern", "primary_segment": "smb"}
    named = _named(key)
    create_concept(db, named, ConceptIn(**fields, team=(person,)))
    talkers = named if team is None else _named(person)
    numbers = count()
    for decision in DECISIONS:
        statement = f"What we hold about {decision}, said in one sentence of a usual length"
        state_decision(db, named, key, decision, DecisionIn(statement=statement, owner=ADMIN))
        for n in range(each):
            number = next(numbers)
            customer = f"{portfolio}-c{number % (TALKS_PER_DECISION * len(DECISIONS))}"
            body = conversation(number, customer, portfolio, person, days)
            talk = record_conversation(db, talkers, ConversationIn(**body))["id"]
            if decision != DECISIONS[-1] or n < each - lacking:
                cite(db, named, key, CitationIn(**_citation(talk, decision)))


def conversation(
    n: int, customer: str, portfolio: str = MOVES, attendee: str = ADMIN, days: int = 5
) -> dict[str, Any]:
    """A body for POST /v1/conversations: it counts everywhere."""
    return {
        "portfolio": portfolio,
        "kind": "interview",
        "held_at": (now() - timedelta(days=days + 3 * (n % 12))).isoformat(),
        "duration_minutes": 30,
        "customer": customer,
        "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
        "attendees": [attendee],
        "conducted_by": "own_team",
        "solution_shown": False,
        "summary": summary(f"{customer}x{n}"),
        "quotes": [{"text": "I find out when it hurts.", "participant": "p1"}],
        "themes": ["late news"],
        "commitments": [],
        "consent": "quote_internally",
        "external": [],
    }


def gate_key(n: int) -> str:
    """The key of a gate, from 0; all are equally long."""
    return f"G{n + 10}"


def process_document(criteria: Sequence[str]) -> dict[str, Any]:
    """Thirty gates that ask the same of four decisions each. Thirty, so that one concept can be advanced
    thirty times."""
    return {"title": "Measured", "gates": [_gate(n, criteria) for n in range(GATES)]}


def _gate(n: int, criteria: Sequence[str]) -> dict[str, Any]:
    gate = gate_key(n)
    decisions = [
        {
            "key": decision,
            "title": decision,
            "criteria": [{"id": f"{gate}-{decision}-{name}", **CRITERIA[name]} for name in criteria],
        }
        for decision in DECISIONS
    ]
    return {"key": gate, "title": f"Gate {n + 1}", "stage": f"stage-{n + 1}", "decisions": decisions}


def _customer(db: Database, portfolio: str, key: str, segment: str) -> None:
    body = {"key": key, "portfolio": portfolio, "segment": segment, "relationship": "prospect"}
    create_customer(db, CALLER, CustomerIn(**body))


def _named(name: str) -> Caller:
    """A caller whose ids hold a name, so that a copy's can be told from the original's."""
    numbers = count()

    def new_id(kind: str, _: datetime) -> str:
        return f"{kind}_{next(numbers):06d}-{name}"

    made: Callable[[str, datetime], str] = new_id
    return CALLER._replace(new_id=made)


def _citation(talk: str, decision: str) -> dict[str, Any]:
    note = f"In {talk} they said what {decision} rests on"
    shaped = {"effect": "confirmed", "note": note}
    return {"conversation": talk, "decision": decision, "stance": "supports", "shaped": shaped}


def _ask_for_each(db: Database) -> None:
    """Every concept's facts are folded once, as by the first poll after its last change."""
    with db.reading() as connection:
        keys = list(connection.execute(select(concepts.c.key)).scalars())
    for first in range(0, len(keys), FOLDED_AT_ONCE):
        polled = [poll(db, CALLER, key, None).pending for key in keys[first : first + FOLDED_AT_ONCE]]
        with db.group_commit(with_savepoints=True):
            for pending in polled:
                if pending is not None:
                    save_snapshot(db, pending)


def _work_out(db: Database) -> None:
    """The page's verdicts on the originals, which are then copied too."""
    target = target_now(db, CALLER)
    while (portfolio := behind(db, target)) is not None:
        catch_up(db, CALLER, target, portfolio)
