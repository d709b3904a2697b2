"""How a check ends: the exit codes, and the two ways of not getting as far as a verdict."""

READY, BLOCKED, USAGE, UNANSWERED = 0, 1, 2, 3


class Misused(Exception):
    """What was asked cannot be asked; the text says what to write instead."""


class Unanswered(Exception):
    """There is no verdict, so nothing is known. `passing`: asking again may help, after `wait` seconds."""

    def __init__(self, why: str, *, passing: bool = False, wait: float | None = None) -> None:
        super().__init__(why)
        self.passing, self.wait = passing, wait


class Unauthorised(Unanswered):
    """The token is none, or no longer one."""
