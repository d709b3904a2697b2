"""Many at once: threads that start together, and a desk that writes without HTTP."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

from schemas.citation import CitationIn, Shaped
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn, Participant
from schemas.nouns import CustomerIn, PortfolioIn
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import create_concept
from service.usecases.concepts.decisions import state_decision
from service.usecases.evidence.citations import cite
from service.usecases.evidence.conversations import record_conversation
from service.usecases.registry.customers import create_customer
from service.usecases.registry.portfolios import create_portfolio
from service.usecases.unit_of_work import Caller
from tests.conftest import KEYRING, START
from tests.gateproof import SUMMARY

ADMIN = Caller("admin", lambda: START)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of these at once; what each returned or raised."""
    barrier = Barrier(len(acts))

    def at_once(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(at_once, acts))


@contextmanager
def databases(url: str, number: int) -> Iterator[Sequence[Database]]:
    """So many services' views of one database."""
    made = [Database(url, KEYRING) for _ in range(number)]
    try:
        yield made
    finally:
        for database in made:
            database.close()


def add_portfolio(db: Database, key: str) -> None:
    create_portfolio(db, ADMIN, PortfolioIn(key=key, name=key))


def add_customer(db: Database, key: str, portfolio: str = "energy") -> None:
    body = CustomerIn(key=key, portfolio=portfolio, segment="smb", relationship="prospect")
    create_customer(db, ADMIN, body)


def add_talk(db: Database, customer: str) -> str:
    body = ConversationIn(
        portfolio="energy",
        kind="interview",
        held_at=START - timedelta(days=10),
        duration_minutes=30,
        customer=customer,
        participants=(Participant(ref="p1", colleague=False),),
        attendees=("admin",),
        solution_shown=False,
        summary=SUMMARY,
        consent="notes",
    )
    return record_conversation(db, ADMIN, body)["id"]


def add_concept(db: Database, key: str, customers: Sequence[str]) -> list[str]:
    """A concept that is just ready for S1: one talk with each of two customers; the citations' ids."""
    concept = ConceptIn(
        key=key,
        portfolio="energy",
        title=key,
        process="starter",
        origin="other",
        primary_segment="smb",
        team=("admin",),
    )
    create_concept(db, ADMIN, concept)
    state_decision(db, ADMIN, key, "problem", DecisionIn(statement="They hear too late", owner="admin"))
    return [
        cite(
            db,
            ADMIN,
            key,
            CitationIn(
                conversation=add_talk(db, customer),
                decision="problem",
                stance="supports",
                shaped=Shaped(effect="confirmed", note=f"What {customer} said"),
            ),
        ).id
        for customer in customers
    ]
