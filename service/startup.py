"""A start beside a database that is not there yet, and how a command ends where it stays away: in one
sentence."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from service.clock import ClockDiffers
from service.store.sql.faults import Busy, Fault, fault_of
from service.store.sql.migrating import SHAPES, NewerDatabase
from service.usecases.errors import Refused

T = TypeVar("T")
PAUSE = 0.25
NAMED = "the database of GATEPROOF_DATABASE_URL"
SENTENCES = {
    Fault.GONE: "{named} cannot be reached{why}: start it, or correct the setting.",
    Fault.READ_ONLY: "{named} takes no writes: name the primary, not a standby, and let it be written to.",
    Fault.BUSY: "{named} is locked{why}: end what holds it, and try again.",
    Fault.REFUSED: "{named} does not let the service in{why}: correct the user, the password or its rights.",
    Fault.TIMED_OUT: "{named} does not answer: look at it and at the network between, and try again.",
    Fault.BROKEN: "{named} cannot be used{why}: look at its log and its disk.",
    Fault.OURS: "{named} does not do what this program asks{why}: correct what the setting asks for.",
}


def when_there(attempt: Callable[[], T], seconds: float) -> T:
    """Returns what `attempt` does, tried again for so many seconds while the database is away."""
    until = monotonic() + seconds
    while True:
        try:
            return attempt()
        except Exception as error:
            if _fault_of(error) in (None, Fault.OURS) or monotonic() >= until:
                raise
        sleep(PAUSE)


def sentence_of(error: BaseException) -> str | None:
    """Returns what is wrong with the database and what to do; None: it is another fault."""
    if isinstance(error, NewerDatabase):
        return SHAPES["newer"]
    if isinstance(error, ClockDiffers):
        return f"{error} Set it right first: `gateproof doctor` compares clocks."
    fault = _fault_of(error)
    if fault is None:
        return None
    sentence = SENTENCES[fault].format(named=NAMED, why=_why(error))
    return sentence[0].upper() + sentence[1:]


def _fault_of(error: BaseException) -> Fault | None:
    """A use case turns a wait for a lock that ran out into a refusal."""
    is_busy = isinstance(error, Refused) and error.problem_type in ("busy", "request-in-progress")
    return Fault.BUSY if is_busy else fault_of(error)


def _why(error: BaseException) -> str:
    """The driver's own reason: of a connection that failed, where it has nobody's words in it."""
    if isinstance(error, Busy | Refused):
        return f" ({error.detail.partition('.')[0]})"
    original = getattr(error, "orig", None) or error
    text = str(original).partition("\n")[0].removeprefix("connection failed: ").strip()
    is_connecting = getattr(original, "sqlstate", None) is None and "orig" in dir(error)
    return f" ({text})" if text and is_connecting else ""
