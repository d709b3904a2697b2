"""The portfolio's vocabulary of themes: the log knows only their ids."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, UniqueConstraint, insert, select

from service.store.columns import metadata
from service.store.ids import new_id

themes = Table(
    "themes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portfolio", Text, ForeignKey("portfolios.key"), nullable=False),
    Column("folded", Text, nullable=False),
    Column("label", Text, nullable=False),
    UniqueConstraint("portfolio", "folded"),
)


def ids_for(tx: Connection, portfolio: str, labels: dict[str, str], at: datetime) -> dict[str, str]:
    """Theme ids by folded label, for labels by folded label; new ones are made."""
    known = select(themes.c.folded, themes.c.id).where(
        themes.c.portfolio == portfolio, themes.c.folded.in_(list(labels))
    )
    ids = {row.folded: row.id for row in tx.execute(known)}
    for folded in labels.keys() - ids.keys():
        ids[folded] = new_id("thm", at)
        tx.execute(
            insert(themes).values(id=ids[folded], portfolio=portfolio, folded=folded, label=labels[folded])
        )
    return ids


def labels_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Labels by theme id."""
    query = select(themes.c.id, themes.c.label).where(themes.c.id.in_(list(ids)))
    return {row.id: row.label for row in connection.execute(query)}
