"""Every error of a driver, of SQLAlchemy and of its pool has a class."""

import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import exc, text

from service.store.sql.engine import Database
from service.store.sql.faults import Busy, Fault, ReadOnly, RolledBack, fault_of
from tests.conftest import KEYRING


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("08006", Fault.GONE),
        ("25006", Fault.READ_ONLY),
        ("25P03", Fault.GONE),
        ("28P01", Fault.REFUSED),
        ("3D000", Fault.REFUSED),
        ("42501", Fault.REFUSED),
        ("40P01", Fault.BUSY),
        ("55P03", Fault.BUSY),
        ("53300", Fault.BUSY),
        ("53100", Fault.BROKEN),
        ("57014", Fault.TIMED_OUT),
        ("57P01", Fault.GONE),
        ("57P03", Fault.GONE),
        ("XX001", Fault.BROKEN),
        ("42P01", Fault.BROKEN),
        ("42601", Fault.OURS),
        ("22012", Fault.OURS),
    ],
)
def test_codes_of_postgresql(state: str, fault: Fault) -> None:
    error = errors.lookup(state)("in whatever language")
    assert fault_of(error) is fault
    assert fault_of(exc.DBAPIError.instance("SELECT", None, error, psycopg.Error)) is fault


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (psycopg.OperationalError("the connection is closed"), Fault.GONE),
        (psycopg.InterfaceError("the connection is closed"), Fault.GONE),
        (errors.ConnectionTimeout("expired"), Fault.TIMED_OUT),
        (psycopg.ProgrammingError("no such placeholder"), Fault.OURS),
        (exc.TimeoutError("the pool is empty"), Fault.BUSY),
        (exc.PendingRollbackError("invalidated"), Fault.GONE),
        (exc.InvalidRequestError("whatever"), Fault.OURS),
        (Busy(), Fault.BUSY),
        (RolledBack(), Fault.BROKEN),
        (ReadOnly(), Fault.READ_ONLY),
        (RuntimeError("cannot schedule new futures"), None),
        (TimeoutError(), None),
    ],
)
def test_errors_without_a_code(error: Exception, fault: Fault | None) -> None:
    assert fault_of(error) is fault


@pytest.mark.parametrize(
    ("url", "sql", "fault"),
    [
        ("sqlite:////nowhere/at/all.db", "SELECT 1", Fault.GONE),
        ("sqlite://", "SELECT * FROM lost", Fault.BROKEN),
        ("sqlite://", "SELECT nonsense(1)", Fault.OURS),
        ("postgresql://nobody@127.0.0.1:1/nothing", "SELECT 1", Fault.GONE),
    ],
)
def test_errors_as_they_come(url: str, sql: str, fault: Fault) -> None:
    db = Database(url, KEYRING)
    with pytest.raises(exc.DBAPIError) as caught, db.reading() as connection:
        connection.execute(text(sql))
    assert fault_of(caught.value) is fault
    db.close()


def test_a_file_that_is_no_database_is_broken_and_not_a_fault_of_ours() -> None:
    error = sqlite3.DatabaseError("file is not a database")
    error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    assert fault_of(error) is Fault.BROKEN
