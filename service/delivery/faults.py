"""Describes a fault by its kind and place, never by its text, which may hold anything."""

import traceback


def fault_summary(error: BaseException) -> str:
    """Returns the kind of an exception and where it was raised, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-4:]]
    return f"{type(error).__name__} at {' > '.join(places)}"
