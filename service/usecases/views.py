"""Rows as the API shows them."""

from typing import Any, TypeVar

from schemas.base import Model

M = TypeVar("M", bound=Model)


def show_row(model: type[M], row: Any, **given: Any) -> M:
    """A row as this model: each field as it is given, or else the row's column of that name."""
    columns = {name: getattr(row, name) for name in model.model_fields if name not in given}
    return model(**columns, **given)
