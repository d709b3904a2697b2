"""Statements that every request runs: compiled once for each database, and run by its driver.

The toolkit's way through compiled caches, contexts and result objects takes four to ten times as long as
SQLite takes to find a row by its key, or to write one.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    TextClause,
    TextualSelect,
    Update,
    bindparam,
)

from service.store.database_errors import as_elsewhere

Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete | TextClause | TextualSelect
Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """`binds`: name, the value where the statement has it, and how the driver wants it. `by_name`: whether
    the driver takes values by name. `converts`: of the columns that need it, by their place."""

    sql: str
    binds: Sequence[tuple[str, Any, Convert | None]]
    by_name: bool
    converts: Sequence[tuple[int, Convert]]
    row: Convert

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """Converted column by column: half the time of row by row."""
        columns: list[Iterable[Any]] = list(zip(*found, strict=True))
        for place, convert in self.converts:
            columns[place] = map(convert, columns[place])
        return list(map(self.row, zip(*columns, strict=True)))


class Prepared:
    """A statement whose parameters are all named when it is run. Rows have their columns by name, in a tuple
    of this type (None: one of its own)."""

    def __init__(self, statement: Statement, row: type[Any] | None = None) -> None:
        self.statement, self._row = statement, row
        self._compiled: WeakKeyDictionary[Dialect, _Compiled] = WeakKeyDictionary()

    def first(self, connection: Connection, **said: Any) -> Any | None:
        """The first row; None when there is none."""
        return self._execute(connection, said, _first)

    def all(self, connection: Connection, **said: Any) -> list[Any]:
        """Every row."""
        found: list[Any] = self._execute(connection, said, _all)
        return found

    def run(self, connection: Connection, **said: Any) -> int:
        """Write. How many rows it was about."""
        rows: int = self._execute(connection, said, _count)
        return rows

    def _execute(
        self, connection: Connection, said: Mapping[str, Any], fetch: Callable[[Any, _Compiled], Any]
    ) -> Any:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect)
        if compiled is None:
            compiled = self._compiled[dialect] = _compile(self.statement, dialect, self._row)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, bound(compiled, said))
            return fetch(cursor, compiled)
        except dialect.loaded_dbapi.Error as error:
            raise as_elsewhere(connection, compiled.sql, error) from None
        finally:
            cursor.close()


class Together:
    """Writes that go to the database at once: PostgreSQL takes them as one statement, SQLite one by one.

    A parameter of the same name is the same value in all of them. PostgreSQL promises no order among them.
    """

    def __init__(self, *statements: Insert | Update | Delete) -> None:
        self._each = [Prepared(statement) for statement in statements]
        *earlier, last = statements
        for n, statement in enumerate(earlier):
            last = last.add_cte(statement.cte(f"write_{n}"))
        self._one = Prepared(last)

    def run(self, connection: Connection, **said: Any) -> None:
        """Write all of it."""
        if connection.dialect.name == "postgresql":
            self._one.run(connection, **said)
            return
        for each in self._each:
            each.run(connection, **said)


def numbers(count: int) -> list[BindParameter[Any]]:
    """So many parameters, for a list of values of that length."""
    return [bindparam(f"n{n}") for n in range(count)]


def numbered(values: Sequence[Any]) -> dict[str, Any]:
    """The values for such parameters."""
    return {f"n{n}": value for n, value in enumerate(values)}


def _first(cursor: Any, compiled: _Compiled) -> Any | None:
    found = cursor.fetchone()
    return None if found is None else compiled.rows([found])[0]


def _all(cursor: Any, compiled: _Compiled) -> list[Any]:
    found = cursor.fetchall()
    return compiled.rows(found) if found else []


def _count(cursor: Any, _: _Compiled) -> Any:
    return cursor.rowcount


def bound(compiled: _Compiled, said: Mapping[str, Any]) -> Mapping[str, Any] | Sequence[Any]:
    """The values as the driver takes them."""
    values = [
        (said[name] if convert is None else convert(said[name])) if name in said else known
        for name, known, convert in compiled.binds
    ]
    if compiled.by_name:
        return dict(zip([name for name, *_ in compiled.binds], values, strict=True))
    return tuple(values)


def _compile(statement: Statement, dialect: Dialect, row: type[Any] | None) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    names = list(compiled.positiontup or ()) if compiled.positional else list(compiled.params)
    binds = [_bind(compiled.binds[name], name, compiled.params[name], dialect) for name in names]
    columns = (
        statement.selected_columns if isinstance(statement, Select | CompoundSelect | TextualSelect) else ()
    )
    converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Compiled(
        sql=str(compiled),
        binds=binds,
        by_name=not compiled.positional,
        converts=[(place, convert) for place, convert in enumerate(converts) if convert is not None],
        row=partial(tuple.__new__, row or namedtuple("Row", [str(column.key) for column in columns])),
    )


def _bind(
    parameter: BindParameter[Any], name: str, value: Any, dialect: Dialect
) -> tuple[str, Any, Convert | None]:
    convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    return name, value if convert is None or value is None else convert(value), convert
