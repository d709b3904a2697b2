"""The readiness of one concept: may it pass this gate at this instant?"""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept
from service.usecases.errors import invalid, require
from service.usecases.processes.processes import PublishedProcess, published
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery, judge, pinned


def read_readiness(db: Database, caller: Caller, key: str, asked: VerdictQuery) -> Readiness:
    """The verdict, writing nothing."""
    with reading_concept(db, caller, key) as (connection, concept):
        if asked.position is not None and asked.position > concept.last_position:
            raise invalid("query.position", "is later than the last event", "use the position of a verdict")
        judged_by = judged_by_asked(db, connection, concept, asked)
        return judge(connection, judged_by, concept, asked, caller.clock())


def judged_by_asked(
    db: Database, connection: Connection, concept: Row[Any], asked: VerdictQuery, *, path: str = "query"
) -> PublishedProcess:
    """The process version that is asked about; refused when version or gate, said in `path`, is none."""
    if asked.process_version is not None:
        named = published(db, connection, concept.process_key, asked.process_version)
        rule = f"the process {concept.process_key} has no such version"
        remedy = f"GET /v1/processes/{concept.process_key}/versions lists them"
        return require(named, partial(invalid, f"{path}.process_version", rule, remedy))
    judged_by = pinned(db, connection, concept)
    if asked.gate is not None:
        require_gate(judged_by, asked.gate, path)
    return judged_by


def require_gate(judged_by: PublishedProcess, gate: str, path: str) -> None:
    """Refused unless it is a gate of the process; `path`: where it is said."""
    gates = [each.key for each in judged_by.process.gates]
    if gate not in gates:
        rule = "must be a gate of the concept's process"
        raise invalid(f"{path}.gate", rule, f"one of {', '.join(gates)}")
