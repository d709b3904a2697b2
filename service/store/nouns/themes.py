"""The portfolio's vocabulary of themes: the log knows only their ids, and equal themes by their mark."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from service.store.nouns.recorded import within
from service.store.sql.columns import UNSAMPLED, metadata
from service.store.sql.ids import new_id
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, is_erased, store, words
from service.store.words.secrets import keyed_hash, secret_for

themes = sa.Table(
    "themes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text, sa.ForeignKey("portfolios.key"), nullable=False),
    sa.Column("mark", sa.Text, nullable=False, info=UNSAMPLED),
    sa.Column("content", sa.Text, nullable=False),
    sa.UniqueConstraint("portfolio", "mark"),
)


def marks_of(connection: sa.Connection, portfolio: str, labels: Iterable[str]) -> dict[str, str]:
    """Marks by folded label: what its themes are found by."""
    secret = secret_for(connection, "themes")
    return {folded: keyed_hash(secret, f"{portfolio}\0{folded}") for folded in labels}


def add(
    tx: sa.Connection, portfolio: str, its_mark: str, label: str, at: datetime, id: str | None = None
) -> str:
    """A theme that is new to the portfolio; its id."""
    id, content = id or new_id("thm", at), store(tx, {"label": label}, at).id
    tx.execute(sa.insert(themes).values(id=id, portfolio=portfolio, mark=its_mark, content=content))
    return id


def query() -> sa.Select[tuple[str, str]]:
    """Themes, without their labels."""
    return sa.select(themes.c.id, themes.c.portfolio)


def find(
    connection: sa.Connection, id: str, portfolios: Collection[str] | None = None
) -> sa.Row[tuple[str, str]] | None:
    """One theme; None when there is none in these portfolios (None: in any)."""
    matching = (themes.c.id == id) & within(themes.c.portfolio, portfolios)
    return connection.execute(query().where(matching)).one_or_none()


def marked(connection: sa.Connection, portfolio: str, its_mark: str) -> str | None:
    """The id of the portfolio's theme with this mark."""
    matching = (themes.c.portfolio == portfolio) & (themes.c.mark == its_mark)
    return connection.execute(sa.select(themes.c.id).where(matching)).scalar_one_or_none()


def forget(tx: sa.Connection, ids: Iterable[str]) -> None:
    """Their labels are gone: nothing that is said from now on is the same theme."""
    for id in ids:
        tx.execute(sa.update(themes).where(themes.c.id == id).values(mark=f"erased {id}"))


def labels_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """Labels by theme id; what was erased is missing."""
    asked = [*ids]
    rows = _labels(len(asked)).all(connection, **numbered(asked)) if asked else []
    return {row.id: row.words["label"] for row in rows}


@lru_cache(maxsize=256)
def _labels(count: int) -> Prepared:
    return Prepared(
        sa.select(themes.c.id, words)
        .join(contents, contents.c.id == themes.c.content)
        .where(themes.c.id.in_(numbers(count)), ~is_erased)
    )
