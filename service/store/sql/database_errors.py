"""Errors of the database, said without anything that somebody wrote."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from service.store.sql.faults import Fault, fault_of


def drop_all(connection: sa.Connection, error: Exception) -> None:
    """Closes this connection and, before they are used again, all others of its pool: they lead to a server
    that takes no writes, and new ones may lead to another."""
    driver = connection.connection
    connection.engine.pool._invalidate(driver, error)  # noqa: SLF001 - as SQLAlchemy does itself
    connection.invalidate(error)


def say_less(context: sa.ExceptionContext) -> None:
    """Drops rows and values from the error that SQLAlchemy is about to raise."""
    if fault_of(context.original_exception) is Fault.READ_ONLY:
        context.is_disconnect = True
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
    elif fault_of(error) is Fault.READ_ONLY:
        drop_all(connection, error)
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
