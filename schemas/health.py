"""Whether the service is there."""

from typing import Literal

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
]
"""Why the service is not ready: the `reason` of `/readyz`. There may be more of them one day."""


class Health(Model):
    status: Literal["ok"]
