"""Errors of the database, said without anything that somebody wrote."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError


def say_less(context: sa.ExceptionContext) -> None:
    """Drops rows and values from the error that SQLAlchemy is about to raise."""
    if context.sqlalchemy_exception is not None:
        _say_less(context.sqlalchemy_exception, context.original_exception)


def as_elsewhere(connection: sa.Connection, sql: str, error: Exception) -> Exception:
    """Wraps an error of the driver as SQLAlchemy would, without rows and values."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    wrapped = DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )
    if dialect.is_disconnect(error, driver, None):  # type: ignore[arg-type]
        connection.invalidate(error)
    _say_less(wrapped, error)
    return wrapped


def _say_less(error: Exception, original: BaseException) -> None:
    """PostgreSQL's errors quote rows (in their detail) and values (of SQLSTATE class 22): drop those."""
    diagnostics: Any = getattr(original, "diag", None)
    if diagnostics is None or diagnostics.sqlstate is None:
        return
    message = "a value was refused" if diagnostics.sqlstate.startswith("22") else diagnostics.message_primary
    original.args = (message,)
    error.args = (f"({type(original).__name__} {diagnostics.sqlstate}) {message}",)
