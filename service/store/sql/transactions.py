"""A transaction under way: its memo, its savepoints, and whether it can still be committed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from service.store.sql.outcome import WITNESS, Witness
from service.store.sql.prepared import Prepared

_SAVE, _ROLL_BACK = (
    Prepared(sa.text("SAVEPOINT one_write")),
    Prepared(sa.text("ROLLBACK TO SAVEPOINT one_write")),
)

_MEMOS: WeakKeyDictionary[sa.Connection, dict[Any, Any]] = WeakKeyDictionary()


def transaction_memo(tx: sa.Connection) -> dict[Any, Any]:
    """Values that a transaction has read under its locks, so that it need not ask again. Cleared when a
    savepoint is rolled back, since that releases locks."""
    return _MEMOS.setdefault(tx, {})


def forget_locks(tx: sa.Connection, witness: Witness | None) -> None:
    """Clears the memo, since a savepoint was rolled back, but for a witness of what was written before it."""
    memo = transaction_memo(tx)
    memo.clear()
    if witness is not None:
        memo[WITNESS] = witness


@contextmanager
def savepoint(connection: sa.Connection) -> Iterator[None]:
    """SAVEPOINTs of one name are nested and never released; COMMIT ends them all. A missing savepoint means
    that the transaction was rolled back."""
    _SAVE.run(connection)
    before = transaction_memo(connection).get(WITNESS)
    try:
        yield
    except BaseException:
        forget_locks(connection, before)
        with suppress(SQLAlchemyError):
            _ROLL_BACK.run(connection)
        raise


def is_committable(connection: sa.Connection) -> bool:
    """Returns whether the transaction can still be committed."""
    if connection.invalidated:
        return False
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return bool(driver.info.transaction_status.name == "INTRANS")


def changes(connection: sa.Connection) -> int | None:
    """The number of rows that were changed so far. None: PostgreSQL does not say; a fault lets nothing go
    on there."""
    driver: Any = connection.connection.dbapi_connection
    return getattr(driver, "total_changes", None)
