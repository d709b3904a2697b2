"""The exit codes of a check, and the exceptions of checks that end without a verdict."""

READY, BLOCKED, USAGE, UNANSWERED = 0, 1, 2, 3


class Misused(Exception):
    """The question cannot be asked; the text says what to write instead."""


class Unanswered(Exception):
    """The service gave no verdict. `passing`: asking again may help, after `wait` seconds."""

    def __init__(self, why: str, *, passing: bool = False, wait: float | None = None) -> None:
        super().__init__(why)
        self.passing, self.wait = passing, wait


class Unauthorised(Unanswered):
    """The token is not valid, or no longer."""
