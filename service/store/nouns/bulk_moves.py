"""The progress of each bulk move, so that one that broke off can go on, and another set is not mistaken for
it."""

from typing import Any

import sqlalchemy as sa

from service.store.sql.columns import metadata
from service.store.sql.upserts import insert_if_absent

moved_sets = sa.Table(
    "moved_sets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("moved", sa.Integer, nullable=False),
    sa.Column("marks", sa.Text, nullable=False),
)
"""`marks`: what stands for those that have moved."""


_BEGIN = insert_if_absent(moved_sets)


def find(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    """The row that says how far the move of this set is; None when none of it has moved."""
    return connection.execute(sa.select(moved_sets).where(moved_sets.c.name == name)).one_or_none()


def lock(tx: sa.Connection, name: str, nothing: str) -> sa.Row[Any]:
    """The row that says how far the move of this set is, locked until the transaction ends; begun when it
    was not."""
    _BEGIN.run(tx, name=name, moved=0, marks=nothing)
    return tx.execute(sa.select(moved_sets).where(moved_sets.c.name == name).with_for_update()).one()


def note(tx: sa.Connection, name: str, moved: int, marks: str) -> None:
    """Stores how many have moved by now, and their joined digest."""
    tx.execute(sa.update(moved_sets).where(moved_sets.c.name == name).values(moved=moved, marks=marks))
