"""What a poll asks: what is known of a concept at its next gate, until the log goes on with what matters."""

from typing import NamedTuple

from service.store import concepts
from service.store.engine import Database
from service.usecases.readiness import no_concept
from service.usecases.verdicts import Asked, Known, known_now, pinned
from service.usecases.work import Caller, seen

NEXT_GATE_NOW = Asked()


class Polled(NamedTuple):
    """`position`: of the portfolio's log, up to which this is known."""

    portfolio: str
    position: int
    known: Known


def poll(db: Database, caller: Caller, key: str) -> Polled:
    """The same `known` as before, where nothing that matters to the concept was recorded since."""
    with db.reading() as connection:
        concept = seen(concepts.on_its_way(connection, key), caller, no_concept)
        known = known_now(db, connection, pinned(db, connection, concept), concept, NEXT_GATE_NOW)
        return Polled(concept.portfolio, concept.last_position, known)
