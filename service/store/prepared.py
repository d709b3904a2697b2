"""Statements that every poll runs: compiled once for each database, and run by its driver.

The toolkit's way through compiled caches, contexts and result objects takes four times as long as SQLite
takes to find a row by its key.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Select

Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    sql: str
    names: Sequence[str] | None
    """The parameters in their order; None: the driver takes them by name."""
    converts: Sequence[Convert | None]


class Prepared:
    """A select of at most one row, by parameters that need no conversion."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._row = _row_of(statement.selected_columns.keys())
        self._compiled: WeakKeyDictionary[Dialect, _Compiled] = WeakKeyDictionary()

    def first(self, connection: Connection, **said: str) -> Any | None:
        """The row, its columns by name; None when there is none."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect)
        if compiled is None:
            compiled = self._compiled[dialect] = self._compile(dialect)
        values = said if compiled.names is None else [said[name] for name in compiled.names]
        try:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(compiled.sql, values)
                found = cursor.fetchone()
        except dialect.loaded_dbapi.Error:
            # What went wrong is said as everywhere else: without values, and by its kind.
            connection.execute(self.statement, said).first()
            raise
        if found is None:
            return None
        pairs = zip(compiled.converts, found, strict=True)
        return self._row._make([value if convert is None else convert(value) for convert, value in pairs])

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self.statement.compile(dialect=dialect)
        converts = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in self.statement.selected_columns
        ]
        names = list(compiled.positiontup or ()) if compiled.positional else None
        return _Compiled(str(compiled), names, converts)


def _row_of(names: Sequence[str]) -> Any:
    return namedtuple("Row", names)
