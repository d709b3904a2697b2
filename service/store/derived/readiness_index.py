"""The readiness index: the verdict on each live concept, and until when it holds.

Its rows are derived from the log and can be thrown away. A forged row is not shown, and is made anew.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.domain.criteria.intervals import FOREVER
from service.store.derived import followers
from service.store.derived.followers import EPOCH_MICROS, Cursor, Follower
from service.store.log.chains import chains, digest_at
from service.store.nouns.concepts import LIVE, concepts
from service.store.reading import leaps
from service.store.sql.columns import metadata, micros
from service.store.sql.prepared import Prepared
from service.store.words.authentic import checked, with_code

FOREVER_MICROS = micros(FOREVER)
log = logging.getLogger("gateproof")

readiness_index = sa.Table(
    "readiness_index",
    metadata,
    sa.Column("concept", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("portfolio", sa.Text, nullable=False),
    sa.Column("process_key", sa.Text, nullable=False),
    sa.Column("gate", sa.Text),
    sa.Column("verdict", sa.Text),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("holds_until", sa.BigInteger, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Index("ix_readiness_index_portfolio_due", "portfolio", "due_at"),
    sa.Index("ix_readiness_index_portfolio_verdict", "portfolio", "verdict", "expires_at", "key"),
    sa.Index("ix_readiness_index_portfolio_expires", "portfolio", "expires_at", "key"),
    sa.Index("ix_readiness_index_verdict", "verdict", "expires_at", "key"),
    sa.Index("ix_readiness_index_expires", "expires_at", "key"),
)
"""Instants are microseconds. `entry`: what a page shows of it, as JSON without words. `position`: of the log
that it was worked out from. `code`: over all columns but `due_at`, which is `holds_until`, or sooner where an
event touched the concept since. Without a verdict and a code it is not worked out yet."""

INDEX = Follower("readiness_index", readiness_index)
"""The state of its cursors: how many rows there are of each [process, gate, verdict]."""

CountKey = tuple[str, str | None, str]
"""A process, a gate and a verdict: what rows are counted by."""


class IndexRow(NamedTuple):
    """The columns of an evaluated row, all of them derived from the log."""

    key: str
    portfolio: str
    process_key: str
    gate: str | None
    verdict: str
    expires_at: int
    entry: str
    holds_until: int


class NotAsWritten(Exception):
    """Rows of these concepts are not as they were written here, or no longer hold."""

    def __init__(self, concepts: Iterable[str]) -> None:
        super().__init__("rows of the readiness index are not as they were written")
        self.concepts = list(concepts)


def are_valid(connection: sa.Connection, rows: Sequence[Any], instant: int) -> Iterator[bool]:
    """Returns whether each row (of the table's columns, and more) is as it was written and holds at this
    instant."""
    for row, is_ours in checked(connection, readiness_index, rows):
        is_due_in_time = isinstance(row.due_at, int) and row.due_at <= row.holds_until
        yield is_ours and instant < row.holds_until and is_due_in_time


def require_valid(connection: sa.Connection, rows: Sequence[Any], instant: int) -> None:
    """Raises NotAsWritten unless all of these rows are good at this instant."""
    good = are_valid(connection, rows, instant)
    if bad := [row.concept for row, is_good in zip(rows, good, strict=True) if not is_good]:
        raise NotAsWritten(bad)


def rows_of(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
    """These rows, in the order of their concepts."""
    query = sa.select(readiness_index).where(chosen).order_by(readiness_index.c.concept)
    return connection.execute(query).all()


def concepts_with(
    connection: sa.Connection, verdict: str, portfolios: Iterable[str] | None
) -> sa.Select[tuple[str]]:
    """The concepts of these portfolios (None: of all) with this verdict. May raise NotAsWritten."""
    chosen = readiness_index.c.verdict == verdict
    if portfolios is not None:
        chosen &= readiness_index.c.portfolio.in_(list(portfolios))
    _checked(connection, chosen)
    return sa.select(readiness_index.c.concept).where(chosen)


def lock(tx: sa.Connection, portfolio: str) -> Cursor:
    """The portfolio's cursor, locked until the transaction ends. A missing one starts at 0; so does a forged
    one, once the portfolio's rows are repaired, and one of another log, once they are gone."""
    start = Cursor(INDEX.name, portfolio, 0, EPOCH_MICROS, 0, [])
    followers.begin(tx, start)
    cursor = followers.lock(tx, INDEX, portfolio)
    if cursor is None:
        return repair(tx, start)
    if not cursor.is_of(digest_at(tx, portfolio, cursor.position)):
        log.warning("the readiness index of a portfolio is of another log, and is made anew")
        tx.execute(sa.delete(readiness_index).where(readiness_index.c.portfolio == portfolio))
        return repair(tx, start)
    return cursor


def follow(tx: sa.Connection, cursor: Cursor) -> None:
    """Makes every row due that an event after the cursor touched (the end of a leap: every row); adds and
    deletes rows as concepts begin and end.

    A portfolio's events touch only its own concepts; with a condition that says so SQLite walks all its rows.
    """
    portfolio, since = cursor.portfolio, cursor.position
    head = tx.execute(sa.select(chains.c.seq).where(chains.c.key == portfolio)).scalar_one()
    streams = followers.streams_between(portfolio, since, head)
    ended = sa.select(concepts.c.id).where(concepts.c.id.in_(streams), concepts.c.status.not_in(LIVE))
    gone = readiness_index.c.concept.in_(ended)
    counts = _counts(cursor)
    counts.subtract(_count_keys(_checked(tx, gone)))
    tx.execute(sa.delete(readiness_index).where(gone))
    leap = leaps.end_between(tx, portfolio, since, head)
    if leap is None:
        touched = followers.concerned_between(portfolio, since, head)
        followers.make_due(tx, INDEX, readiness_index.c.concept.in_(touched))
    else:
        followers.make_due(tx, INDEX, readiness_index.c.portfolio == portfolio)
        cursor = cursor._replace(at=min(cursor.at, micros(leap.at)))
    _add_missing(tx, concepts.c.id.in_(streams) if since else concepts.c.portfolio == portfolio)
    followers.advance(tx, cursor._replace(position=head, state=_state(counts)))


_SAVE = Prepared(
    sa.update(readiness_index)
    .where(readiness_index.c.concept == sa.bindparam("new_concept"))
    .values({name: sa.bindparam(f"new_{name}") for name in (*IndexRow._fields, "position", "code", "due_at")})
)


def save(
    tx: sa.Connection, cursor: Cursor, evaluated_at: tuple[int, str], at: int, rows: Mapping[str, IndexRow]
) -> None:
    """Stores rows that were evaluated from the log up to a position, where it had this digest, at an instant
    no later than `at`. Rows that a later event touched, or that were evaluated from more of the log, are
    left; so are all if the log is another one by now. May raise NotAsWritten."""
    position, digest = evaluated_at
    if position and digest_at(tx, cursor.portfolio, position) != digest:
        return
    before = _checked(tx, readiness_index.c.concept.in_(list(rows)))
    if strays := [id for id, row in rows.items() if row.portfolio != cursor.portfolio]:
        raise NotAsWritten(strays)
    touched: set[str] = set()
    if leaps.end_between(tx, cursor.portfolio, position, cursor.position) is not None:
        return  # they were evaluated at an instant that is not to come
    if cursor.position > position:
        later = followers.concerned_between(cursor.portfolio, position, cursor.position)
        touched = set(tx.execute(later).scalars())
    counts = _counts(cursor)
    for row in before:
        if row.concept in touched or row.position > position:
            continue
        index_row = rows[row.concept]
        columns = {"concept": row.concept, "position": position, "due_at": index_row.holds_until}
        new = with_code(tx, readiness_index, index_row._asdict() | columns)
        _SAVE.run_with(tx, {f"new_{name}": value for name, value in new.items()})
        counts.subtract(_count_keys([row]))
        counts.update(_count_keys([index_row]))
    followers.advance(tx, cursor._replace(at=max(cursor.at, at), state=_state(counts)))


def _checked(tx: sa.Connection, chosen: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
    rows = rows_of(tx, chosen)
    evaluated = [row for row in rows if row.verdict is not None or row.code is not None]
    require_valid(tx, evaluated, EPOCH_MICROS)
    return rows


def repair(tx: sa.Connection, cursor: Cursor) -> Cursor:
    """Deletes the forged rows of the cursor's portfolio, adds the missing ones, and counts the others anew.
    The cursor is locked."""
    of_portfolio = concepts.c.portfolio == cursor.portfolio
    here = readiness_index.c.portfolio == cursor.portfolio
    all_of_it = sa.or_(here, readiness_index.c.concept.in_(sa.select(concepts.c.id).where(of_portfolio)))
    bad, counts = [], Counter[CountKey]()
    rows = rows_of(tx, all_of_it)
    for row, is_good in zip(rows, are_valid(tx, rows, EPOCH_MICROS), strict=True):
        if is_good:
            counts.update(_count_keys([row]))
        else:
            bad.append(row.concept)
    for first in range(0, len(bad), 500):
        some = bad[first : first + 500]
        tx.execute(sa.delete(readiness_index).where(readiness_index.c.concept.in_(some)))
    _add_missing(tx, of_portfolio)
    mended = cursor._replace(state=_state(counts))
    followers.advance(tx, mended)
    return mended


def drop_unknown(tx: sa.Connection, ids: Sequence[str]) -> None:
    """Deletes those of these rows whose concept does not exist."""
    unknown = readiness_index.c.concept.not_in(sa.select(concepts.c.id))
    tx.execute(sa.delete(readiness_index).where(readiness_index.c.concept.in_(ids), unknown))


def counted(
    cursors: Iterable[Cursor], process_key: str | None = None, gate: str | None = None
) -> Counter[str]:
    """The number of rows of each verdict, of this process and gate (None: of any)."""
    counts: Counter[str] = Counter()
    for cursor in cursors:
        for (process, at_gate, verdict), number in _counts(cursor).items():
            if process_key in (None, process) and gate in (None, at_gate):
                counts[verdict] += number
    return counts


def _counts(cursor: Cursor) -> Counter[CountKey]:
    return Counter({(process, gate, verdict): number for process, gate, verdict, number in cursor.state})


def _state(counts: Counter[CountKey]) -> list[list[Any]]:
    return [[*key, number] for key, number in sorted(counts.items(), key=str) if number > 0]


def _count_keys(rows: Iterable[Any]) -> list[CountKey]:
    """The keys by which rows are counted; a row without a verdict is counted nowhere."""
    return [(row.process_key, row.gate, row.verdict) for row in rows if row.verdict is not None]


def _add_missing(tx: sa.Connection, chosen: sa.ColumnElement[bool]) -> None:
    """A row for each live concept that has none: due at once."""
    known = sa.select(readiness_index.c.concept).where(readiness_index.c.concept == concepts.c.id)
    new: dict[str, sa.ColumnElement[Any]] = {
        "concept": concepts.c.id,
        **{name: concepts.c[name] for name in ("key", "portfolio", "process_key")},
        "expires_at": sa.literal(FOREVER_MICROS, sa.BigInteger),
        "entry": sa.literal("{}", sa.Text),
        "position": sa.literal(0, sa.Integer),
        "holds_until": sa.literal(FOREVER_MICROS, sa.BigInteger),
        "due_at": sa.literal(EPOCH_MICROS, sa.BigInteger),
    }
    missing = sa.select(*new.values()).where(concepts.c.status.in_(LIVE), ~known.exists(), chosen)
    tx.execute(sa.insert(readiness_index).from_select([*new], missing))
