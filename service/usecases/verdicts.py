"""From a concept's row to its facts and its verdict."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from service.domain.facts import Facts
from service.domain.gather import gather
from service.domain.judging import Question
from service.domain.readiness import evaluate, not_yet_recorded
from service.store import themes
from service.store.engine import Database
from service.store.history import history
from service.usecases.processes import Published, published


class Asked(NamedTuple):
    """What to judge: the next gate, now, by the pinned version, unless said otherwise."""

    gate: str | None = None
    as_of: datetime | None = None
    position: int | None = None
    process_version: int | None = None


def pinned(db: Database, connection: Connection, concept: Row[Any]) -> Published:
    """The process version that the concept goes by."""
    found = published(db, connection, concept.process_key, concept.process_version)
    if found is None:
        raise LookupError("a concept's process version is gone")
    return found


def facts_now(connection: Connection, concept: Row[Any]) -> Facts:
    """Everything recorded of the concept until now."""
    facts = gather(history(connection, concept))
    if facts is None:
        raise LookupError("a concept has no events")
    return facts


def judge(
    connection: Connection, judged_by: Published, concept: Row[Any], asked: Asked, now: datetime
) -> Readiness:
    """The verdict. Asked of the past it sees what was recorded by then; else everything."""
    until = asked.as_of if asked.as_of is not None and asked.as_of < now else None
    # The row says whose conversations matter. What was written since it was read is left out, so that
    # row and events tell of one moment.
    position = concept.last_position if asked.position is None else asked.position
    events = history(connection, concept, until=until, position=position)
    # Another process's clock may be ahead of ours: what is recorded is never in the future.
    latest = max((event.at for event in events), default=now)
    as_of = asked.as_of if asked.as_of is not None else max(now, latest)
    question = Question(judged_by.process, judged_by.ref, as_of, asked.gate)
    facts = gather(events)
    if facts is None:
        return not_yet_recorded(question, concept.key, concept.portfolio)
    return evaluate(question, facts, labels(connection, judged_by, facts))


def labels(connection: Connection, judged_by: Published, facts: Facts) -> dict[str, str]:
    """The themes' labels, where the process looks at themes."""
    if not judged_by.themed:
        return {}
    ids = {id for conversation in facts.conversations.values() for id in conversation.themes}
    return themes.labels_of(connection, ids) if ids else {}
