"""The readiness of one concept: may it pass this gate at this instant?"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept
from service.usecases.errors import invalid, refused_field, require
from service.usecases.processes.processes import PublishedProcess, published
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery, judge, pinned

LAG = timedelta(minutes=5)
"""Who asks of so short a time ago asks of now."""


def read_readiness(
    db: Database, caller: Caller, key: str, asked: VerdictQuery, *, required: bool = False
) -> Readiness:
    """The verdict, writing nothing. `required`: it is to be a pass, so only what is real is asked for."""
    with reading_concept(db, caller, key) as (connection, concept):
        if asked.position is not None and asked.position > concept.last_position:
            raise invalid("query.position", "is later than the last event", "use the position of a verdict")
        judged_by = judged_by_asked(db, connection, concept, asked)
        if required:
            _require_real(concept, asked, caller.clock())
        return judge(connection, judged_by, concept, asked, caller.clock())


def _require_real(concept: Row[Any], asked: VerdictQuery, now: datetime) -> None:
    """Refused where a pass would be none: of another gate, version, position or time."""
    if asked.gate not in (None, concept.next_gate):
        rule = (
            f"the next gate is {concept.next_gate}" if concept.next_gate else "there is no gate left to pass"
        )
        detail = f"Whether {asked.gate} may be passed is not what comes next."
        raise refused_field(
            "gate-not-next", detail, "query.gate", rule, "leave it out, or name the next gate"
        )
    here = {
        "process_version": asked.process_version in (None, concept.process_version),
        "position": asked.position in (None, concept.last_position),
        "as_of": asked.as_of is None or asked.as_of >= now - LAG,
    }
    for name in (name for name, is_real in here.items() if not is_real):
        detail = "With require=ready only the verdict of now, by the concept's own version, is a pass."
        rule = "asks of what is not so, or is no longer"
        raise refused_field("hypothetical", detail, f"query.{name}", rule, "leave it out")


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
