"""Notices: the messages to subscribers, one for each change; ids, codes and instants, never words."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from service.store.notify.deliveries import deliveries, tries
from service.store.sql.columns import Json, Moment, instant_of, metadata, micros
from service.store.words.authentic import as_stored, checked, code_of

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text),
    sa.Column("seq", sa.Integer),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("noticed_at", Moment, nullable=False),
    sa.Column("days", sa.Integer),
    sa.Column("data", Json, nullable=False),
    sa.Column("process_key", sa.Text),
    sa.Column("process_version", sa.Integer),
    sa.Column("code", sa.Text),
    sa.UniqueConstraint("portfolio", "seq"),
    sa.Index("ix_notices_noticed_at", "noticed_at"),
)
"""`seq`: gap-free in its portfolio, in the order in which they were noticed; a ping has neither. The id
follows from what it says, so that the same change never gets another. `code`: over all of it."""


class Notice(NamedTuple):
    """A row of `notices` as this service wrote it."""

    id: str
    portfolio: str | None
    seq: int | None
    type: str
    at: datetime
    noticed_at: datetime
    days: int | None
    data: dict[str, Any]
    process_key: str | None
    process_version: int | None


def id_of(type: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The id of a notice: the same for the same change, whoever finds it."""
    content = orjson.dumps([type, at, data], option=orjson.OPT_SORT_KEYS)
    return f"ntc_{sha256(content).hexdigest()[:32]}"


def add(tx: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Enter notices: their columns, each with its code."""
    if rows:
        tx.execute(sa.insert(notices), [{**row, "code": code_of(tx, notices, _stored(row))} for row in rows])


def _stored(row: Mapping[str, Any]) -> list[Any]:
    at, noticed_at = micros(row["at"]), micros(row["noticed_at"])
    stored = {**row, "at": at, "noticed_at": noticed_at, "data": orjson.dumps(row["data"]).decode()}
    return [stored.get(name) for name in Notice._fields]


def make_way(tx: sa.Connection, portfolio: str, ids: Collection[str], count: int) -> set[str]:
    """Returns which of these notices are there. Deletes what this service did not write where it has one of
    their ids, or a number after the first `count`."""
    columns = notices.c
    in_place = columns.id.in_(ids) | ((columns.portfolio == portfolio) & (columns.seq > count))
    rows = tx.execute(as_stored(notices).where(in_place)).all()
    is_ours = {row.id: is_ours for row, is_ours in checked(tx, notices, rows)}
    _delete(tx, [id for id, ours in is_ours.items() if not ours])
    return {id for id, ours in is_ours.items() if ours}


def with_ids(connection: sa.Connection, ids: Collection[str]) -> dict[str, Notice]:
    """Those of these notices that are as this service wrote them, by id."""
    rows = connection.execute(as_stored(notices).where(notices.c.id.in_(ids))).all()
    return {each.id: each for each in _ours(connection, rows) if each is not None}


def between(
    connection: sa.Connection, numbers: Mapping[str, int], ends: Mapping[str, int], limit: int
) -> list[tuple[str, int, str, Notice | None]]:
    """Each portfolio's notices after its number, up to its end: portfolio, number, id, and the notice; None
    where it is not as this service wrote it."""
    columns = notices.c
    waiting = [
        sa.and_(columns.portfolio == key, columns.seq > numbers[key], columns.seq <= end)
        for key, end in ends.items()
    ]
    query = as_stored(notices).where(sa.or_(sa.false(), *waiting))
    rows = connection.execute(query.order_by(columns.portfolio, columns.seq).limit(limit)).all()
    ours = zip(rows, _ours(connection, rows), strict=True)
    return [(row.portfolio, row.seq, row.id, notice) for row, notice in ours]


def ids_at(connection: sa.Connection, numbers: Mapping[str, int]) -> dict[str, str]:
    """The id of each of these portfolios' notice that has this number, where there is one."""
    columns = notices.c
    named = sa.tuple_(columns.portfolio, columns.seq).in_(list(numbers.items()))
    query: sa.Select[Any] = sa.select(columns.portfolio, columns.id).where(named)
    return {row.portfolio: row.id for row in connection.execute(query)}


def last(connection: sa.Connection, portfolio: str) -> int:
    """The number of the latest notice of this portfolio that this service wrote; 0 where it has none."""
    query = as_stored(notices).where(notices.c.portfolio == portfolio).order_by(notices.c.seq.desc())
    with connection.execute(query) as rows:
        return next((row.seq for row, is_ours in checked(connection, notices, rows) if is_ours), 0)


def _ours(connection: sa.Connection, rows: Iterable[Any]) -> Iterator[Notice | None]:
    for row, is_ours in checked(connection, notices, rows):
        yield _notice(row) if is_ours else None


def _notice(row: Any) -> Notice:
    notice = Notice(*row[:-1])
    at, noticed_at = instant_of(row.at), instant_of(row.noticed_at)
    return notice._replace(at=at, noticed_at=noticed_at, data=orjson.loads(row.data))


def purge(tx: sa.Connection, before: datetime) -> int:
    """Forget what was noticed before this instant and is not still being delivered, but for the last of each
    portfolio: who was told it comes back with its number. Returns how many."""
    open_still = sa.select(deliveries.c.id).where(
        deliveries.c.notice == notices.c.id, deliveries.c.due_at.is_not(None)
    )
    later = notices.alias()
    is_followed = sa.exists().where(later.c.portfolio == notices.c.portfolio, later.c.seq > notices.c.seq)
    is_old = (notices.c.noticed_at < before) & (notices.c.seq.is_(None) | is_followed)
    old = sa.select(notices.c.id).where(is_old, ~open_still.exists()).limit(1000)
    ids = list(tx.execute(old).scalars())
    _delete(tx, ids)
    return len(ids)


def _delete(tx: sa.Connection, ids: Collection[str]) -> None:
    gone = sa.select(deliveries.c.id).where(deliveries.c.notice.in_(ids))
    tx.execute(sa.delete(tries).where(tries.c.delivery.in_(gone)))
    tx.execute(sa.delete(deliveries).where(deliveries.c.notice.in_(ids)))
    tx.execute(sa.delete(notices).where(notices.c.id.in_(ids)))
