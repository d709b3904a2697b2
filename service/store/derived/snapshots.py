"""What was folded from a concept's events up to a position, kept as one row: its facts, and its case at the
next gate.

Both are a function of the log and never the truth. They are sealed, bound to the concept and to the position,
so that nobody but this service writes them; any row can be thrown away. Whether the log went on since is
asked each time.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Integer, Row, Select, Table, Text, bindparam, not_, select, text

from service.domain.facts.model import Facts
from service.domain.verdict.case import Case
from service.store.derived.snapshot_codec import FORM, decode_case, decode_facts, encode_case, encode_facts
from service.store.log.chains import chains
from service.store.reading import changes
from service.store.sql.columns import Moment, metadata, micros
from service.store.sql.keyring import Damaged, WrongKey, keyring_of
from service.store.sql.prepared import Prepared

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
"""`latest`: of the events' instants. `prepared`: the case."""


class FactsSnapshot(NamedTuple):
    """Facts, and the position up to which they were folded."""

    facts: Facts
    position: int


class CaseSnapshot(NamedTuple):
    """A case, the position up to which it was folded, and the latest of the events' instants."""

    case: Case
    position: int
    latest: datetime


def find_facts(connection: Connection, concept: Row[Any], position: int) -> FactsSnapshot | None:
    """The facts as they were folded last, at this position or before."""
    row = _LAST.first(connection, concept=concept.id, position=position, form=FORM)
    if row is None or (encoded := _opened(connection, concept.id, row, "facts")) is None:
        return None
    return FactsSnapshot(decode_facts(encoded), row.position)


def find_case(connection: Connection, concept: Row[Any], position: int) -> CaseSnapshot | None:
    """The case at the next gate by the pinned version, where it is still what follows from the log up to this
    position; else None. It has no labels."""
    statement = _standing(len(concept.team_ever), len(concept.segments_ever))
    row = statement.first(connection, **changes.parameters(concept, position), form=FORM)
    if row is None or (encoded := _opened(connection, concept.id, row, "prepared")) is None:
        return None
    return CaseSnapshot(decode_case(encoded), row.position, row.latest)


def is_whole(connection: Connection, concept: str) -> bool:
    """Whether the concept's row, where it has one that is read, is as this service sealed it."""
    row = connection.execute(_WHOLE, {"concept": concept, "form": FORM}).one_or_none()
    if row is None:
        return True
    try:
        key = keyring_of(connection.dialect).key_of(_record(concept), row.wrapped_key)
        for part in ("facts", "prepared"):
            if (sealed := getattr(row, part)) is not None:
                key.open(_stated(concept, row.position, row.latest, part), sealed)
    except WrongKey:
        return True  # of a key that was replaced: nobody reads it
    except Damaged:
        return False
    return True


def _opened(connection: Connection, concept: str, row: Any, part: str) -> bytes | None:
    """A part of the row; None where it is not as this service sealed it."""
    try:
        key = keyring_of(connection.dialect).key_of(_record(concept), row.wrapped_key)
        return key.open(_stated(concept, row.position, row.latest, part), getattr(row, part))
    except (WrongKey, Damaged):
        return None


def _record(concept: str) -> str:
    return f"snapshot {concept}"


def _stated(concept: str, position: int, latest: datetime, part: str) -> str:
    """All that the row states in the clear: another row's part does not open here."""
    return f"{part} of {concept} at {position}, {micros(latest)}, as {FORM}"


def _row(*columns: Column[Any]) -> Select[Any]:
    return select(folded.c.position, folded.c.latest, folded.c.wrapped_key, *columns).where(
        folded.c.concept == bindparam("concept"),
        folded.c.form == bindparam("form"),
        folded.c.position <= bindparam("position"),
    )


_WHOLE = select(folded).where(folded.c.concept == bindparam("concept"), folded.c.form == bindparam("form"))
_LAST = Prepared(_row(folded.c.facts))


@lru_cache(maxsize=256)
def _standing(people: int, segments: int) -> Prepared:
    return Prepared(
        _row(folded.c.prepared)
        .join(chains, chains.c.key == bindparam("portfolio"))
        .where(
            folded.c.prepared.is_not(None),
            not_(changes.changes_since(people, segments, folded.c.position, folded.c.latest)),
        )
    )


_KEEP = Prepared(
    text(
        "INSERT INTO folded (concept, position, latest, form, wrapped_key, sealed, prepared, facts)"
        " VALUES (:concept, :position, :latest, :form, :wrapped_key, '', :prepared, :facts)"
        " ON CONFLICT (concept) DO UPDATE"
        " SET position = excluded.position, latest = excluded.latest, form = excluded.form,"
        " wrapped_key = excluded.wrapped_key, prepared = excluded.prepared, facts = excluded.facts"
        " WHERE folded.position <= excluded.position"
    ).bindparams(bindparam("latest", type_=Moment))
)


def keep(tx: Connection, concept: str, position: int, facts: Facts, case: Case) -> None:
    """Keep what the log up to this position says of a concept, unless more of it is kept already."""
    key = keyring_of(tx.dialect).new_key(_record(concept))
    parts = {
        part: key.seal(_stated(concept, position, facts.latest, part), encoded)
        for part, encoded in (("facts", encode_facts(facts)), ("prepared", encode_case(case)))
    }
    stated = {"position": position, "latest": facts.latest, "form": FORM, "wrapped_key": key.wrapped_key}
    _KEEP.run(tx, concept=concept, **stated, **parts)
