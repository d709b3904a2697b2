"""The classes of what goes wrong with a database: each error of a driver, of SQLAlchemy, of its pool has one.

Whoever answers, retries or logs asks here, and nobody else looks at codes or messages.
"""

from enum import Enum

from sqlalchemy import exc


class Fault(Enum):
    """What an error says of the database."""

    GONE = "unreachable"
    """It is not there, or went away: nobody listens, or the connection was closed."""
    READ_ONLY = "read-only"
    """It answers, and takes no writes: a standby, or an operator's setting."""
    BUSY = "busy"
    """A lock, or a connection, was not to be had in time. The same call may be tried again."""
    REFUSED = "refused"
    """It does not let this program in: user, password, database or rights."""
    TIMED_OUT = "no-answer"
    """It did not answer in time."""
    BROKEN = "broken"
    """It cannot do what is asked: its disk, its files, or tables that are not there."""
    OURS = "fault"
    """Anything else: this program asked for something wrong."""


class KnownFault(Exception):
    """An error that this program found itself, of a class of its own."""

    fault = Fault.OURS


class Busy(KnownFault):
    """The wait for a lock ran out. Nothing of this transaction was written; the same call may be tried
    again. `detail` says who holds it, as far as that is known."""

    fault = Fault.BUSY

    def __init__(self, detail: str = "Another writer took too long.") -> None:
        super().__init__(detail)
        self.detail = detail


class Deferred(Exception):
    """A write would have to wait for a lock in a shared transaction: it has to begin one of its own."""


class RolledBack(KnownFault):
    """The database rolled the whole transaction back: SQLite where its disk is full, PostgreSQL after a fault
    that was caught and not raised. Nothing was written."""

    fault = Fault.BROKEN


class OutcomeUnknown(KnownFault):
    """COMMIT was not answered, and the database could not be asked in time: the transaction was committed, or
    it was not."""

    fault = Fault.GONE


class ReadOnly(KnownFault):
    """The database takes no writes."""

    fault = Fault.READ_ONLY


DRIVERS = ("psycopg", "sqlite3", "pysqlite3")
_STATES = {
    "25006": Fault.READ_ONLY,
    "25P03": Fault.GONE,  # idle in a transaction for too long: the server closed the connection
    "25P04": Fault.GONE,
    "28": Fault.REFUSED,
    "08": Fault.GONE,
    "3D": Fault.REFUSED,
    "40001": Fault.BUSY,
    "40P01": Fault.BUSY,
    "42501": Fault.REFUSED,
    "42P01": Fault.BROKEN,
    "42703": Fault.BROKEN,
    "53": Fault.BROKEN,
    "53300": Fault.BUSY,
    "55P03": Fault.BUSY,
    "57014": Fault.TIMED_OUT,
    "57P": Fault.GONE,
    "57P04": Fault.REFUSED,
    "58": Fault.BROKEN,
    "XX": Fault.BROKEN,
}
"""PostgreSQL's codes, or how they begin: its messages come in the server's language."""
_SQLITE_CODES = {
    3: Fault.REFUSED,  # PERM
    5: Fault.BUSY,
    6: Fault.BUSY,  # LOCKED
    7: Fault.BROKEN,  # NOMEM
    8: Fault.READ_ONLY,
    9: Fault.TIMED_OUT,  # INTERRUPT
    10: Fault.BROKEN,  # IOERR
    11: Fault.BROKEN,  # CORRUPT
    13: Fault.BROKEN,  # FULL
    14: Fault.GONE,  # CANTOPEN
    23: Fault.REFUSED,  # AUTH
    26: Fault.BROKEN,  # NOTADB
}
_OF_SQLALCHEMY: dict[type[Exception], Fault] = {
    exc.TimeoutError: Fault.BUSY,
    exc.DisconnectionError: Fault.GONE,
    exc.PendingRollbackError: Fault.GONE,
    exc.ResourceClosedError: Fault.GONE,
}


def fault_of(error: BaseException) -> Fault | None:
    """Returns the class of an error; None: it is no error of a database."""
    if isinstance(error, KnownFault):
        return error.fault
    for kind, fault in _OF_SQLALCHEMY.items():
        if isinstance(error, kind):
            return fault
    if isinstance(error, exc.DBAPIError):
        if error.connection_invalidated and _of_driver(error.orig) is Fault.OURS:
            return Fault.GONE
        return _of_driver(error.orig)
    if isinstance(error, exc.SQLAlchemyError):
        return Fault.OURS
    return _of_driver(error) if _is_of_driver(error) else None


def _is_of_driver(error: BaseException) -> bool:
    return any(kind.__module__.split(".")[0] in DRIVERS for kind in type(error).mro())


def _of_driver(error: BaseException | None) -> Fault:
    if isinstance(error, KnownFault):
        return error.fault
    state: str | None = getattr(error, "sqlstate", None)
    if state is not None:
        known = (_STATES[state[:length]] for length in (5, 3, 2) if state[:length] in _STATES)
        return next(known, Fault.OURS)
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_CODES.get(code & 0xFF, _of_message(str(error)))
    names = {kind.__name__ for kind in type(error).mro()}
    if "ConnectionTimeout" in names:
        return Fault.TIMED_OUT
    return Fault.GONE if names & {"OperationalError", "InterfaceError"} else Fault.OURS


def _of_message(message: str) -> Fault:
    """SQLite has no code for a table that is not there; its messages come in English."""
    return Fault.BROKEN if message.startswith(("no such table", "no such column")) else Fault.OURS
