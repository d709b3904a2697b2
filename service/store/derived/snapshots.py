"""What was folded from a concept's events up to a position, kept as one row: its facts, and its case at the
next gate.

Both are a function of the log and never the truth. Whether the log went on since is asked each time; any row
can be thrown away.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Connection, Integer, Row, Select, Table, Text, bindparam, not_, select, text

from service import __version__
from service.domain.facts.model import Facts
from service.domain.verdict.readiness import Case
from service.store.derived import case_as_text, case_from_text, facts_as_text
from service.store.derived.case_from_text import Judge
from service.store.log.chains import chains
from service.store.reading import changes
from service.store.sql.columns import Moment, metadata
from service.store.sql.keyring import Damaged, Envelope, WrongKey, keyring_of
from service.store.sql.prepared import Prepared

FORM = sha256(f"{__version__} {facts_as_text.SHAPE} {case_as_text.SHAPE}".encode()).hexdigest()[:16]
"""Of another release, or with other fields, it is folded anew."""

folded = Table(
    "folded",
    metadata,
    Column("concept", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("latest", Moment, nullable=False),
    Column("form", Text, nullable=False),
    Column("wrapped_key", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("prepared", Text),
    Column("facts", Text, nullable=False),
)
"""`latest`: of the events' instants. Sealed are the decisions' statements: they are words. `prepared`: the
case, where one can be kept."""


class Found(NamedTuple):
    """Facts, and the position up to which they were folded."""

    facts: Facts
    position: int


class FoundCase(NamedTuple):
    """A case, the position up to which it was folded, the latest of the events' instants, and its length as
    it was written."""

    case: Case
    position: int
    latest: datetime
    length: int


def find(connection: Connection, concept: Row[Any], position: int) -> Found | None:
    """The facts as they were folded last, at this position or before."""
    row = _LAST.first(connection, concept=concept.id, position=position, form=FORM)
    if row is None or (said := _statements(connection, concept, row)) is None:
        return None
    return Found(facts_as_text.read(row.facts, said), row.position)


def find_case(connection: Connection, concept: Row[Any], position: int, judge: Judge) -> FoundCase | None:
    """The case at the next gate by the pinned version, where it is still what follows from the log up to this
    position; else None."""
    statement = _standing(len(concept.team_ever), len(concept.segments_ever))
    row = statement.first(connection, **changes.parameters(concept, position), form=FORM)
    if row is None or (said := _statements(connection, concept, row)) is None:
        return None
    case = case_from_text.read(row.prepared, said, judge)
    return FoundCase(case, row.position, row.latest, len(row.prepared))


def _statements(connection: Connection, concept: Row[Any], row: Any) -> Mapping[str, str | None] | None:
    """By decision; None where they cannot be read."""
    try:
        words = keyring_of(connection.dialect).open(_name(concept.id), Envelope(row.wrapped_key, row.sealed))
    except (WrongKey, Damaged):
        return None
    found: Mapping[str, str | None] = orjson.loads(words)
    return found


def _mine(*columns: Column[Any]) -> Select[Any]:
    return select(folded.c.position, folded.c.wrapped_key, folded.c.sealed, *columns).where(
        folded.c.concept == bindparam("concept"),
        folded.c.form == bindparam("form"),
        folded.c.position <= bindparam("position"),
    )


_LAST = Prepared(_mine(folded.c.facts))


@lru_cache(maxsize=256)
def _standing(people: int, segments: int) -> Prepared:
    return Prepared(
        _mine(folded.c.latest, folded.c.prepared)
        .join(chains, chains.c.key == bindparam("portfolio"))
        .where(
            folded.c.prepared.is_not(None),
            not_(changes.changes_since(people, segments, folded.c.position, folded.c.latest)),
        )
    )


_KEEP = Prepared(
    text(
        "INSERT INTO folded (concept, position, latest, form, wrapped_key, sealed, prepared, facts)"
        " VALUES (:concept, :position, :latest, :form, :wrapped_key, :sealed, :prepared, :facts)"
        " ON CONFLICT (concept) DO UPDATE"
        " SET position = excluded.position, latest = excluded.latest, form = excluded.form,"
        " wrapped_key = excluded.wrapped_key, sealed = excluded.sealed,"
        " prepared = excluded.prepared, facts = excluded.facts"
        " WHERE folded.position <= excluded.position"
    ).bindparams(bindparam("latest", type_=Moment))
)


def keep(tx: Connection, concept: str, position: int, facts: Facts, prepared: str | None) -> None:
    """Keep what the log up to this position says of a concept, unless more of it is kept already. `prepared`:
    the case written out."""
    statements = {key: each.statement for key, each in facts.decisions.items()}
    envelope = keyring_of(tx.dialect).seal(_name(concept), orjson.dumps(statements))
    row = {"position": position, "latest": facts.latest, "form": FORM, "prepared": prepared}
    _KEEP.run(tx, concept=concept, facts=facts_as_text.write(facts), **row, **envelope._asdict())


def _name(concept: str) -> str:
    return f"folded {concept}"
