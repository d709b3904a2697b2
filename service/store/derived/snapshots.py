"""What was folded from a concept's events up to a position, kept as one row: its facts, and its case at the
next gate.

Both are a function of the log and never the truth. They are sealed, bound to the concept, to the position and
to the log up to there, so that nobody but this service writes them; any row can be thrown away. Whether the
log went on since is asked each time.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from msgspec import DecodeError

from service.domain.facts.model import Facts
from service.domain.verdict.case import Case
from service.store.derived.snapshot_codec import FORM, decode_case, decode_facts, encode_case, encode_facts
from service.store.log.chains import chains, digest_at, events
from service.store.reading import changes
from service.store.sql.columns import UNSAMPLED, Moment, instant_of, metadata, micros
from service.store.sql.keyring import Damaged, WrongKey, keyring_of
from service.store.sql.prepared import Prepared
from service.store.sql.upserts import upsert

T = TypeVar("T")
log = logging.getLogger("gateproof")

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("concept", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("latest", Moment, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("wrapped_key", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("sealed_case", sa.LargeBinary, nullable=False, info=UNSAMPLED),
    sa.Column("sealed_facts", sa.LargeBinary, nullable=False, info=UNSAMPLED),
)
"""`latest`: of the events' instants. The facts come last, since verdicts seldom read them."""


class FactsSnapshot(NamedTuple):
    """Facts, and the position up to which they were folded."""

    facts: Facts
    position: int


class CaseSnapshot(NamedTuple):
    """A case, the position up to which it was folded, and the latest of the events' instants."""

    case: Case
    position: int
    latest: datetime


class _ClearColumns(NamedTuple):
    """The columns that a row has in the clear, and the digest of the log up to its position."""

    concept: str
    position: int
    latest: int
    digest: str

    def of(self, part: str) -> str:
        """The text to which a part is bound: no part of another row opens in its place."""
        return f"{part} of {self.concept} at {self.position}, {self.digest}, {self.latest}, as {FORM}"


def find_facts(connection: sa.Connection, concept: sa.Row[Any], position: int) -> FactsSnapshot | None:
    """The facts as they were folded last, at this position or before."""
    row = _LAST.first(
        connection, concept=concept.id, portfolio=concept.portfolio, position=position, form=FORM
    )
    if row is None or (facts := _opened(connection, concept.id, row, "facts", decode_facts)) is None:
        return None
    return FactsSnapshot(facts, row.position)


def find_case(connection: sa.Connection, concept: sa.Row[Any], position: int) -> CaseSnapshot | None:
    """The case at the next gate by the pinned version, where it is still what follows from the log up to this
    position, and what it cites is found; else None. It has no labels."""
    statement = _select_snapshot(len(concept.team_ever), len(concept.segments_ever))
    row = statement.first(connection, **changes.parameters(concept, position), form=FORM)
    if row is None or (case := _opened(connection, concept.id, row, "case", decode_case)) is None:
        return None
    if changes.hides(row.cited, case.cited):
        return None
    return CaseSnapshot(case, row.position, instant_of(row.latest))


def is_whole(connection: sa.Connection, concept: sa.Row[Any]) -> bool:
    """Returns whether the concept's row, where it has one that is read, is as this service sealed it."""
    values = {"concept": concept.id, "portfolio": concept.portfolio, "position": concept.last_position}
    try:
        for part, statement in (("facts", _LAST), ("case", _LAST_CASE)):
            row = statement.first(connection, **values, form=FORM)
            if row is not None:
                _open(connection, concept.id, row, part)
    except WrongKey:
        return True  # of a key that was replaced: nobody reads it
    except Damaged:
        return False
    return True


def _opened(
    connection: sa.Connection, concept: str, row: Any, part: str, decode: Callable[[bytes], T]
) -> T | None:
    """A part of the row; None where it is not as this service sealed it."""
    try:
        return decode(_open(connection, concept, row, part))
    except (WrongKey, Damaged, DecodeError, TypeError) as error:
        log.warning("a snapshot is not as it was sealed (%s), and is left out", type(error).__name__)
        return None


def _open(connection: sa.Connection, concept: str, row: Any, part: str) -> bytes:
    stated = _ClearColumns(concept, row.position, row.latest, row.digest)
    key = keyring_of(connection.dialect).key_of(record_of(concept), row.wrapped_key)
    return key.open(stated.of(part), row.sealed)


def record_of(concept: str) -> str:
    """The name by which a row's key is wrapped."""
    return f"snapshot {concept}"


def _row(sealed: sa.Column[Any]) -> sa.Select[Any]:
    """The query for a row: this sealed part, and the digest of the portfolio's log at its position.

    The values come as they are stored: SQLite stores any type in any column, which only opening it tells.
    """
    last = events.alias()
    return (
        sa.select(
            snapshots.c.position,
            sa.type_coerce(snapshots.c.latest, sa.BigInteger).label("latest"),
            snapshots.c.wrapped_key,
            sa.type_coerce(sealed, sa.types.NullType()).label("sealed"),
            last.c.digest,
        )
        .select_from(snapshots)
        .join(chains, chains.c.key == sa.bindparam("portfolio"))
        .join(last, (last.c.chain == chains.c.id) & (last.c.seq == snapshots.c.position))
        .where(
            snapshots.c.concept == sa.bindparam("concept"),
            snapshots.c.form == sa.bindparam("form"),
            snapshots.c.position <= sa.bindparam("position"),
        )
    )


_LAST = Prepared(_row(snapshots.c.sealed_facts))
_LAST_CASE = Prepared(_row(snapshots.c.sealed_case))


@lru_cache(maxsize=256)
def _select_snapshot(people: int, segments: int) -> Prepared:
    stale = changes.changes_since(people, segments, snapshots.c.position, snapshots.c.latest)
    cited = changes.cited_if_turned(snapshots.c.position)
    fresh = _row(snapshots.c.sealed_case).where(sa.not_(stale))
    return Prepared(fresh.add_columns(cited.label("cited")))


_SAVE = upsert(snapshots, where="snapshots.position <= excluded.position")


def save(
    tx: sa.Connection, concept: str, portfolio: str, position: int, digest: str, facts: Facts, case: Case
) -> None:
    """Stores what the log up to this position says of a concept, unless the row has a later position, or the
    log another digest there: then it is another log by now, as after a failover."""
    if digest_at(tx, portfolio, position) != digest:
        return
    stated = _ClearColumns(concept, position, micros(facts.latest), digest)
    key = keyring_of(tx.dialect).new_key(record_of(concept))
    _SAVE.run(
        tx,
        concept=concept,
        position=position,
        latest=facts.latest,
        form=FORM,
        wrapped_key=key.wrapped_key,
        sealed_case=key.seal(stated.of("case"), encode_case(case)),
        sealed_facts=key.seal(stated.of("facts"), encode_facts(facts)),
    )
