"""The progress of each bulk move, so that one that broke off can go on, and another set is not mistaken for
it."""

from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, Table, Text, select, update

from service.store.sql.columns import metadata
from service.store.sql.upserts import insert_if_absent

moved_sets = Table(
    "moved_sets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("moved", Integer, nullable=False),
    Column("marks", Text, nullable=False),
)
"""`marks`: what stands for those that have moved."""


_BEGIN = insert_if_absent(moved_sets)


def find(connection: Connection, name: str) -> Row[Any] | None:
    """The row that says how far the move of this set is; None when none of it has moved."""
    return connection.execute(select(moved_sets).where(moved_sets.c.name == name)).one_or_none()


def lock(tx: Connection, name: str, nothing: str) -> Row[Any]:
    """The row that says how far the move of this set is, locked until the transaction ends; begun when it
    was not."""
    _BEGIN.run(tx, name=name, moved=0, marks=nothing)
    return tx.execute(select(moved_sets).where(moved_sets.c.name == name).with_for_update()).one()


def note(tx: Connection, name: str, moved: int, marks: str) -> None:
    """Stores how many have moved by now, and their joined digest."""
    tx.execute(update(moved_sets).where(moved_sets.c.name == name).values(moved=moved, marks=marks))
