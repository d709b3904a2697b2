"""What is answered where the database fails: by the class of the error, and in one place for every route."""

from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.clock import ClockDiffers
from service.store.sql.faults import Busy, Fault, OutcomeUnknown, fault_of
from service.store.sql.keyring import Damaged, WrongKey
from service.usecases.errors import Refused

NOTHING_WRITTEN = " Nothing was written."
AGAIN, SOON = 5, 1
"""Seconds after which to come again."""
FAULT = Refused("internal-error", "It is logged under this request's id. Nothing was half-written.")
DAMAGED = Refused("damaged", "What was stored is not what was sealed, so it is not shown.")
OUTCOME_UNKNOWN = Refused(
    "outcome-unknown",
    "The connection to the database broke while this was being written: it may be there, or not. Send the"
    " same request with the same Idempotency-Key again; without one look first whether it is there.",
    retry_after=AGAIN,
)
DETAILS = {
    Fault.GONE: "The database cannot be reached just now.",
    Fault.READ_ONLY: "The database takes no writes just now: it is a standby, or set to read only.",
    Fault.REFUSED: "The database does not let the service in.",
    Fault.TIMED_OUT: "The database did not answer in time.",
    Fault.BROKEN: "The database cannot do this just now: its operator has to look.",
}


def refusal_of(error: BaseException, *, is_unwritten: bool) -> Refused:
    """Returns the answer to a request that failed. `is_unwritten`: it is known that nothing was written."""
    if isinstance(error, Damaged | WrongKey):
        return DAMAGED
    if isinstance(error, OutcomeUnknown):
        return OUTCOME_UNKNOWN
    if isinstance(error, ClockDiffers):
        return clock_differs(error)
    fault = fault_of(error)
    if fault is Fault.BUSY:
        return busy(error, is_unwritten=is_unwritten)
    if fault is None or fault is Fault.OURS:
        return FAULT
    return unavailable(fault, is_unwritten=is_unwritten)


def clock_differs(error: ClockDiffers) -> Refused:
    """Returns the refusal of a write at an instant that another clock contradicts."""
    return Refused("clock-differs", f"{error}{NOTHING_WRITTEN}", retry_after=30)


def unavailable(fault: Fault, *, is_unwritten: bool) -> Refused:
    """Returns the answer while the database is away; its `reason` is the class, for machines."""
    detail = DETAILS[fault] + (NOTHING_WRITTEN if is_unwritten else "")
    return Refused("unavailable", detail, reason=fault.value, retry_after=AGAIN)


def busy(error: BaseException, *, is_unwritten: bool) -> Refused:
    """Returns the answer to whoever waited in vain for a lock or a connection."""
    detail = "A lock in the database was not to be had in time."
    if isinstance(error, Busy):
        detail = error.detail
    elif isinstance(error, PoolTimeout):
        detail = "All connections to the database are in use."
    end = "; try again." if is_unwritten else " Try again."
    return Refused("busy", detail + (" Nothing was written" if is_unwritten else "") + end, retry_after=SOON)
