"""What is said of a fault: its kind and place, never its text, which may hold anything."""

import traceback


def place_of(error: BaseException) -> str:
    """The kind of an exception and where it came from, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-4:]]
    return f"{type(error).__name__} at {' > '.join(places)}"
