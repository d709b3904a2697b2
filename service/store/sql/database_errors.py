"""Errors of the database, said without anything that somebody wrote."""

from typing import Any

from sqlalchemy import Connection, ExceptionContext
from sqlalchemy.exc import DBAPIError


def say_less(context: ExceptionContext) -> None:
    """What the toolkit is about to raise."""
    if context.sqlalchemy_exception is not None:
        _say_less(context.sqlalchemy_exception, context.original_exception)


def as_elsewhere(connection: Connection, sql: str, error: Exception) -> Exception:
    """What a driver raised, as the toolkit would have raised it."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    said = DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )
    if dialect.is_disconnect(error, driver, None):  # type: ignore[arg-type]
        connection.invalidate(error)
    _say_less(said, error)
    return said


def _say_less(error: Exception, original: BaseException) -> None:
    """PostgreSQL's errors quote rows (in their detail) and values (of SQLSTATE class 22): drop those."""
    found: Any = getattr(original, "diag", None)
    if found is None or found.sqlstate is None:
        return
    said = "a value was refused" if found.sqlstate.startswith("22") else found.message_primary
    original.args = (said,)
    error.args = (f"({type(original).__name__} {found.sqlstate}) {said}",)
