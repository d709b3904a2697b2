"""Whether the service is there."""

from typing import Literal

from schemas.base import Model


class Health(Model):
    status: Literal["ok"]
