"""Copies of concepts with all that they have, made in SQL: recording each would take hours.

Whatever row has its portfolio's mark in one of its texts is copied, and the mark becomes a number: in keys,
ids, people, and what events say of them. Words are sealed with their row's name: copies share the original's.
"""

from typing import Any
from warnings import catch_warnings

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Row,
    String,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.exc import SAWarning

from service.store.derived.readiness_index import lock, readiness_index, repair, rows_of
from service.store.log.chains import chains, events
from service.store.sql.engine import Database
from service.store.words.authentic import code_of
from service.store.words.contents import contents

DIGITS = 6


def mark_of(portfolio: str) -> str:
    """What stands in the place of a number in the originals' names."""
    return f"copy-of-{portfolio}"


def key_of(original: str, portfolio: str, number: int) -> str:
    """The key of a copy, numbered from 1."""
    return original.replace(mark_of(portfolio), f"{number:0{DIGITS}}")


def multiply(db: Database, portfolio: str, copies: int) -> None:
    """So many copies of whatever has the portfolio's mark in its names."""
    if copies < 1:
        return
    with db.writing() as tx:
        chain = tx.execute(select(chains).where(chains.c.key == portfolio)).one()
        known = MetaData()
        with catch_warnings(action="ignore", category=SAWarning):  # an index of an expression is no column
            known.reflect(tx)
        for table in known.sorted_tables:
            if table.name != contents.name:
                _copy(tx, table, mark_of(portfolio), chain, copies)
        last = chain.seq * (copies + 1)
        tx.execute(update(chains).where(chains.c.id == chain.id).values(seq=last))
        _vouch_for_index(tx, portfolio, last)
    if not db.is_sqlite:
        with db.reading() as connection:
            connection.execute(text("ANALYZE"))


def _vouch_for_index(tx: Connection, portfolio: str, position: int) -> None:
    """The copied rows of the readiness index get codes of their own, and are counted."""
    rows = list(rows_of(tx, readiness_index.c.portfolio == portfolio))
    if rows:
        mine = update(readiness_index).where(readiness_index.c.concept == bindparam("of_concept"))
        named = [{"of_concept": row.concept, "new": code_of(tx, readiness_index, row)} for row in rows]
        tx.execute(mine.values(code=bindparam("new")), named)
    repair(tx, lock(tx, portfolio)._replace(position=position))


def _copy(tx: Connection, table: Table, mark: str, chain: Row[Any], copies: int) -> None:
    """One statement a table. Each copy's events get positions of their own in the portfolio's chain; what the
    organisation's says of people is left alone."""
    texts = {column.name for column in table.c if isinstance(column.type, String)}
    if not texts:
        return
    n = select(literal(1).label("n")).cte("numbers", recursive=True)
    n = n.union_all(select(n.c.n + 1).where(n.c.n < copies))
    number = func.substr(cast(n.c.n + 10**DIGITS, Text), 2)
    values: dict[str, ColumnElement[Any]] = {
        column.name: func.replace(column, mark, number) if column.name in texts else column
        for column in table.c
    }
    marked = or_(*(table.c[name].contains(mark) for name in sorted(texts)))
    if table.name == events.name:
        values["seq"] = table.c.seq + n.c.n * chain.seq
        marked &= table.c.chain == chain.id
    rows = select(*values.values()).select_from(table).join(n, true()).where(marked)
    tx.execute(insert(table).from_select(list(values), rows))
