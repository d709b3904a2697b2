"""Describes a fault by its kind and place, never by its text, which may hold anything."""

import traceback

from service.store.sql.faults import Fault, fault_of


def fault_summary(error: BaseException) -> str:
    """Returns the kind of an exception and where it was raised, without its text; of the database's own, what
    is wrong with it."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-4:]]
    fault = fault_of(error)
    what = "" if fault is None or fault is Fault.OURS else f" ({fault.value})"
    return f"{type(error).__name__}{what} at {' > '.join(places)}"
