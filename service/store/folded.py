"""Facts that were folded from the log up to a position, kept beside the concept: read as one row.

They are a function of the log and never the truth. Whether the log went on since is asked each time; any row
can be thrown away.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Integer, Row, Table, Text, bindparam, not_, select, text

from service.domain.facts import Facts
from service.store.chains import chains
from service.store.columns import Moment, metadata
from service.store.facts_as_text import FORM, read, write
from service.store.keyring import Damaged, Envelope, WrongKey, keyring_of
from service.store.prepared import Prepared
from service.store.touching import said, touches

folded = Table(
    "folded",
    metadata,
    Column("concept", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("latest", Moment, nullable=False),
    Column("form", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("wrapped_key", Text, nullable=False),
    Column("sealed", Text, nullable=False),
)
"""`latest`: of the events' instants. `form`: of the facts; another release may know another one. Sealed are
the decisions' statements: they are words."""


class Found(NamedTuple):
    """Facts, and the position up to which they were folded."""

    facts: Facts
    position: int


def find(connection: Connection, concept: Row[Any], position: int) -> Found | None:
    """What was folded, where it is still all there is to know up to this position; else None."""
    statement = _standing(len(concept.team_ever), len(concept.segments_ever))
    row = statement.first(connection, **said(concept, position), form=FORM)
    if row is None:
        return None
    try:
        keyring, envelope = keyring_of(connection.dialect), Envelope(row.wrapped_key, row.sealed)
        return Found(read(row.facts, keyring.open(_name(concept.id), envelope)), row.position)
    except (WrongKey, Damaged):
        return None


@lru_cache(maxsize=256)
def _standing(people: int, segments: int) -> Prepared:
    return Prepared(
        select(folded.c.position, folded.c.facts, folded.c.wrapped_key, folded.c.sealed)
        .select_from(folded)
        .join(chains, chains.c.key == bindparam("portfolio"))
        .where(
            folded.c.concept == bindparam("concept"),
            folded.c.form == bindparam("form"),
            folded.c.position <= bindparam("position"),
            not_(touches(people, segments, folded.c.position, folded.c.latest)),
        )
    )


_KEEP = Prepared(
    text(
        "INSERT INTO folded (concept, position, latest, form, facts, wrapped_key, sealed)"
        " VALUES (:concept, :position, :latest, :form, :facts, :wrapped_key, :sealed)"
        " ON CONFLICT (concept) DO UPDATE"
        " SET position = excluded.position, latest = excluded.latest, form = excluded.form,"
        " facts = excluded.facts, wrapped_key = excluded.wrapped_key, sealed = excluded.sealed"
        " WHERE folded.position <= excluded.position"
    ).bindparams(bindparam("latest", type_=Moment))
)


def keep(tx: Connection, concept: str, position: int, facts: Facts) -> None:
    """Keep what the log up to this position says of a concept, unless more of it is kept already."""
    written = write(facts)
    envelope = keyring_of(tx.dialect).seal(_name(concept), written.statements)
    row = {"position": position, "latest": facts.latest, "form": FORM, "facts": written.facts}
    _KEEP.run(tx, concept=concept, **row, **envelope._asdict())


def _name(concept: str) -> str:
    return f"folded {concept}"
