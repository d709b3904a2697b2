"""Statements that every request runs: compiled once for each database, and run by its driver.

The toolkit's way through compiled caches, contexts and result objects takes four to ten times as long as
SQLite takes to find a row by its key, or to write one.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from service.store.sql.database_errors import as_elsewhere

Statement = (
    sa.Select[Any]
    | sa.CompoundSelect[Any]
    | sa.Insert
    | sa.Update
    | sa.Delete
    | sa.TextClause
    | sa.TextualSelect
)
Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """A statement compiled for one dialect.

    `binds`: converters of parameters that the driver does not take as they are, by name, or by place where it
    takes them positionally; `known`: values that the statement has itself; `listed`: puts all parameters in
    order (None: they go by name); `converts`: converters of fetched values, by the column's place."""

    sql: str
    binds: Sequence[tuple[Any, Convert]]
    known: Mapping[str, Any]
    listed: Callable[[Mapping[str, Any]], Sequence[Any]] | None
    converts: Sequence[tuple[int, Convert]]
    row: Convert

    def rows(self, fetched: Sequence[Sequence[Any]]) -> list[Any]:
        """The fetched rows, converted column by column: half the time of row by row."""
        columns: list[Iterable[Any]] = list(zip(*fetched, strict=True))
        for index, convert in self.converts:
            columns[index] = map(convert, columns[index])
        return list(map(self.row, zip(*columns, strict=True)))


class Prepared:
    """A statement whose parameters are all named when it is run. Rows have their columns by name, in a tuple
    of this type (None: one of its own); or are what a function makes of their columns."""

    def __init__(self, statement: Statement, row: type[Any] | Convert | None = None) -> None:
        self.statement, self._row = statement, row
        self._compiled: WeakKeyDictionary[sa.Dialect, _Compiled] = WeakKeyDictionary()
        self._last: tuple[sa.Dialect, _Compiled] | None = None

    def first(self, connection: sa.Connection, **params: Any) -> Any | None:
        """The first row; None when there is none."""
        return self._execute(connection, params, _first)

    def all(self, connection: sa.Connection, **params: Any) -> list[Any]:
        """Every row."""
        rows: list[Any] = self._execute(connection, params, _all)
        return rows

    def run(self, connection: sa.Connection, **params: Any) -> int:
        """Writes; returns the number of rows that it affected."""
        return self.run_with(connection, params)

    def run_with(self, connection: sa.Connection, params: Mapping[str, Any]) -> int:
        """Like `run`, from one mapping; keys that the statement lacks are ignored."""
        rows: int = self._execute(connection, params, _count)
        return rows

    def _execute(
        self, connection: sa.Connection, params: Mapping[str, Any], fetch: Callable[[Any, _Compiled], Any]
    ) -> Any:
        dialect, last = connection.dialect, self._last
        compiled = last[1] if last is not None and last[0] is dialect else self._for(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, bound(compiled, params))
            return fetch(cursor, compiled)
        except dialect.loaded_dbapi.Error as error:
            raise as_elsewhere(connection, compiled.sql, error) from None
        finally:
            cursor.close()

    def _for(self, dialect: sa.Dialect) -> _Compiled:
        """The compiled statement. A process has one database, tests have one after another."""
        compiled = self._compiled.get(dialect)
        if compiled is None:
            compiled = self._compiled[dialect] = _compile(self.statement, dialect, self._row)
        self._last = dialect, compiled
        return compiled


class PipelinedWrites:
    """Writes that go to the database at once: PostgreSQL takes them as one statement, SQLite one by one.

    A parameter of the same name is the same value in all of them. PostgreSQL promises no order among them.
    """

    def __init__(self, *statements: sa.Insert | sa.Update | sa.Delete) -> None:
        self._each = [Prepared(statement) for statement in statements]
        *earlier, last = statements
        for n, statement in enumerate(earlier):
            last = last.add_cte(statement.cte(f"write_{n}"))
        self._one = Prepared(last)

    def run(self, connection: sa.Connection, params: Mapping[str, Any]) -> None:
        """Write all of it."""
        if connection.dialect.name == "postgresql":
            self._one.run_with(connection, params)
            return
        for each in self._each:
            each.run_with(connection, params)


def numbers(count: int) -> list[sa.BindParameter[Any]]:
    """`count` parameters named n0, n1, ...: placeholders for a list of values."""
    return [sa.bindparam(f"n{n}") for n in range(count)]


def numbered(values: Sequence[Any]) -> dict[str, Any]:
    """A list of values by the names of its placeholders."""
    return {f"n{n}": value for n, value in enumerate(values)}


def _first(cursor: Any, compiled: _Compiled) -> Any | None:
    fetched = cursor.fetchone()
    return None if fetched is None else compiled.rows([fetched])[0]


def _all(cursor: Any, compiled: _Compiled) -> list[Any]:
    fetched = cursor.fetchall()
    return compiled.rows(fetched) if fetched else []


def _count(cursor: Any, _: _Compiled) -> Any:
    return cursor.rowcount


def bound(compiled: _Compiled, params: Mapping[str, Any]) -> Mapping[str, Any] | Sequence[Any]:
    """The values as the driver takes them."""
    if compiled.known:
        params = {**params, **compiled.known}
    values: Any = {**params} if compiled.listed is None else [*compiled.listed(params)]
    for index, convert in compiled.binds:
        values[index] = convert(values[index])
    return values  # type: ignore[no-any-return]


def _compile(statement: Statement, dialect: sa.Dialect, row: type[Any] | Convert | None) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    names = list((compiled.positiontup if compiled.positional else compiled.params) or ())
    binds = {name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    known = {name for name in names if not compiled.binds[name].required}
    columns = (
        statement.selected_columns
        if isinstance(statement, sa.Select | sa.CompoundSelect | sa.TextualSelect)
        else ()
    )
    converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Compiled(
        sql=str(compiled),
        binds=[
            (index if compiled.positional else name, convert)
            for index, name in enumerate(names)
            if (convert := binds[name]) and name not in known
        ],
        known={name: _converted(compiled.params[name], binds[name]) for name in known},
        listed=_lister(names) if compiled.positional else None,
        converts=[(index, convert) for index, convert in enumerate(converts) if convert is not None],
        row=_maker(row or namedtuple("Row", [str(column.key) for column in columns])),
    )


def _maker(row: type[Any] | Convert) -> Convert:
    return partial(tuple.__new__, row) if isinstance(row, type) else row


def _converted(value: Any, convert: Convert | None) -> Any:
    return value if convert is None or value is None else convert(value)


def _lister(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda params: tuple(params[name] for name in names)
