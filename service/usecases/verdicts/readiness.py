"""The readiness of one concept: may it pass this gate at this instant?"""

from typing import Any

from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.errors import invalid, no_concept
from service.usecases.processes.processes import Published, published
from service.usecases.unit_of_work import Caller, seen
from service.usecases.verdicts.cases import VerdictQuery, judge, pinned


def read_readiness(db: Database, caller: Caller, key: str, asked: VerdictQuery) -> Readiness:
    """The verdict, writing nothing."""
    with db.reading() as connection:
        concept = seen(concepts.on_its_way(connection, key), caller, no_concept)
        if asked.position is not None and asked.position > concept.last_position:
            raise invalid("query.position", "is later than the last event", "use the position of a verdict")
        judged_by = judged_by_asked(db, connection, concept, asked)
        return judge(connection, judged_by, concept, asked, caller.clock())


def judged_by_asked(
    db: Database, connection: Connection, concept: Row[Any], asked: VerdictQuery, *, place: str = "query"
) -> Published:
    """The process version that is asked about; refused when version or gate, said in `place`, is none."""
    if asked.process_version is not None:
        judged_by = published(db, connection, concept.process_key, asked.process_version)
        if judged_by is None:
            raise invalid(
                f"{place}.process_version",
                f"the process {concept.process_key} has no such version",
                f"GET /v1/processes/{concept.process_key}/versions lists them",
            )
        return judged_by
    judged_by = pinned(db, connection, concept)
    gates = [gate.key for gate in judged_by.process.gates]
    if asked.gate is not None and asked.gate not in gates:
        rule = "must be a gate of the concept's process"
        raise invalid(f"{place}.gate", rule, f"one of {', '.join(gates)}")
    return judged_by
