"""Whether the service is there."""

from typing import Literal

from pydantic import Field

from schemas.base import Model

NotReady = Literal[
    "unreachable",
    "no-answer",
    "refused",
    "busy",
    "broken",
    "read-only",
    "not-migrated",
    "behind",
    "newer",
    "clock-differs",
    "draining",
]
"""Why the service is not ready: the `reason` of `/readyz`. There may be more of them one day."""


class Health(Model):
    status: Literal["ok"]


class Warned(Model):
    """Something that is wrong, and keeps nobody from being served."""

    code: Literal["log-ahead"]
    """`log-ahead`: a clock dated the log's last events later than now. There may be more of them one day."""
    detail: str


class Ready(Health):
    warnings: list[Warned] = Field(default_factory=list)
    """Left out where there is none."""
