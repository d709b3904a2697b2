"""Column types that behave the same on SQLite and PostgreSQL, and the metadata of every table."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from msgspec.json import Decoder

from service.domain.record.event import Event

metadata = sa.MetaData(
    naming_convention={
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(
    name: str, *columns: sa.Column[Any], where: sa.ColumnElement[bool], unique: bool = False
) -> sa.Index:
    """An index over the rows of which this is so. Queries that say the same use it."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


UNSAMPLED: dict[str, Any] = {"sampled": False}
"""The info of a column of which PostgreSQL's statistics hold no samples: they would outlive an erasure. A
migration says it to PostgreSQL (SET STATISTICS 0)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (instant - EPOCH) // MICROSECOND


def instant_of(microseconds: int) -> datetime:
    """The instant so many microseconds after 1970, UTC."""
    return EPOCH + timedelta(0, 0, microseconds)


class Moment(sa.TypeDecorator[datetime]):
    """An instant as whole microseconds since 1970: exact, ordered and the same on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def bind_processor(self, *_: object) -> Callable[[datetime | None], int | None]:
        return _micros

    def result_processor(self, *_: object) -> Callable[[int | None], datetime | None]:
        return _instant


class Json(sa.TypeDecorator[Any]):
    """A JSON value as text."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, *_: object) -> Callable[[Any], str | None]:
        return _text

    def result_processor(self, *_: object) -> Callable[[str | None], Any]:
        return _parsed


class EventData(sa.TypeDecorator[Event]):
    """The data of an event of this type, as text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, event: type[Event]) -> None:
        super().__init__()
        self.event = event

    def bind_processor(self, *_: object) -> Callable[[Any], str]:
        """Takes its data as JSON too: what was dumped is restored as it was written."""
        return _written

    def result_processor(self, *_: object) -> Callable[[Any], Event]:
        return Decoder(self.event).decode


def _written(value: Event | dict[str, Any]) -> str:
    return orjson.dumps(value if isinstance(value, dict) else value.written()).decode()


def _micros(value: datetime | None) -> int | None:
    return None if value is None else micros(value)


def _text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _instant(value: int | None) -> datetime | None:
    return None if value is None else instant_of(value)


def _parsed(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
