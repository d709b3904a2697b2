"""The portfolio's vocabulary of themes: the log knows only their ids, and equal themes by their mark."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from service.store.columns import metadata
from service.store.contents import contents, keep, words
from service.store.ids import new_id
from service.store.prepared import Prepared, numbered, numbers
from service.store.secrets import mark, secret_for

themes = Table(
    "themes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portfolio", Text, ForeignKey("portfolios.key"), nullable=False),
    Column("mark", Text, nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("portfolio", "mark"),
)


def ids_for(tx: Connection, portfolio: str, labels: dict[str, str], at: datetime) -> dict[str, str]:
    """Theme ids by folded label, for labels by folded label; new ones are made."""
    secret = secret_for(tx, "themes")
    marks = {folded: mark(secret, f"{portfolio}\0{folded}") for folded in labels}
    known = _marked(len(marks)).all(tx, portfolio=portfolio, **numbered([*marks.values()]))
    ids = {row.mark: row.id for row in known}
    for folded, its_mark in marks.items():
        if its_mark not in ids:
            ids[its_mark] = new_id("thm", at)
            content = keep(tx, {"label": labels[folded]}, at).id
            made = {"id": ids[its_mark], "portfolio": portfolio, "mark": its_mark, "content": content}
            tx.execute(insert(themes).values(made))
    return {folded: ids[its_mark] for folded, its_mark in marks.items()}


@lru_cache(maxsize=64)
def _marked(count: int) -> Prepared:
    mine = (themes.c.portfolio == bindparam("portfolio")) & themes.c.mark.in_(numbers(count))
    return Prepared(select(themes.c.mark, themes.c.id).where(mine))


def forget(tx: Connection, ids: Iterable[str]) -> None:
    """Their labels are gone: nothing that is said from now on is the same theme."""
    for id in ids:
        tx.execute(update(themes).where(themes.c.id == id).values(mark=f"erased {id}"))


def labels_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Labels by theme id; what was erased is missing."""
    query = (
        select(themes.c.id, words)
        .join(contents, contents.c.id == themes.c.content)
        .where(themes.c.id.in_(list(ids)))
    )
    return {row.id: row.words["label"] for row in connection.execute(query)}
