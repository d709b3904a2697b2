"""The patch that makes a noun as another system has it; its fields follow from the models."""

from collections.abc import Mapping
from typing import Any, TypeVar

from schemas.base import Model

P = TypeVar("P", bound=Model)
REASON = "reason"
"""Why something changed is no part of what it is."""


def patch_for(patch: type[P], recorded: Mapping[str, Any], wanted: Model) -> P | None:
    """Every field of the patch as it is in `wanted`; None when all are `recorded` so, as in JSON."""
    fields = patch.model_fields.keys() & type(wanted).model_fields.keys() - {REASON}
    values = wanted.model_dump(mode="json", include=fields)
    if all(recorded.get(name) == value for name, value in values.items()):
        return None
    return patch.model_validate(values)
