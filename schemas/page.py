"""Lists: a page and the cursor to the next."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from schemas.base import Model

T = TypeVar("T")


class Page(Model, Generic[T]):
    """One page of a list; the next one is also in the Link header."""

    items: list[T]
    next: Annotated[str | None, Field(description="Opaque cursor of the next page; null on the last.")]
