"""Cursors: where the next page begins, opaque to the caller and checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select

from schemas.base import Model
from schemas.page import Page
from service.store.nouns.recorded import page
from service.usecases.errors import Refused, invalid

T = TypeVar("T", bound=Model)


class PageRequest(NamedTuple):
    """Which page: after the cursor (None: the first), at most `limit` items."""

    limit: int
    cursor: str | None = None


def pack(list_name: str, at: Any) -> str:
    """A cursor for one list."""
    return urlsafe_b64encode(orjson.dumps([list_name, at])).rstrip(b"=").decode()


def unpack(list_name: str, cursor: str) -> Any:
    """What pack() was given; refused when the cursor is not one of this list's."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        packed = orjson.loads(urlsafe_b64decode(padded.encode("ascii")))
        name, at = packed
    except (ValueError, TypeError):
        raise bad_cursor() from None
    if name != list_name or pack(list_name, at) != cursor:
        raise bad_cursor()
    return at


def bad_cursor() -> Refused:
    """The cursor was not given by this list."""
    return invalid(
        "query.cursor",
        "is not a cursor that this list gave",
        "take it from next or the Link header, or leave it out for the first page",
    )


def paged(
    connection: Connection,
    list_name: str,
    query: Select[Any],
    key: ColumnElement[str],
    wanted: PageRequest,
    show: Callable[[Row[Any]], T],
) -> Page[T]:
    """One page of a list that is ordered by a text key."""
    return paged_together(connection, list_name, query, key, wanted, lambda rows: [show(row) for row in rows])


def paged_together(
    connection: Connection,
    list_name: str,
    query: Select[Any],
    key: ColumnElement[str],
    wanted: PageRequest,
    show: Callable[[Sequence[Row[Any]]], list[T]],
) -> Page[T]:
    """The same, for what is looked up for all of a page at once."""
    after = None
    if wanted.cursor is not None:
        after = unpack(list_name, wanted.cursor)
        if not (isinstance(after, str) and after.isprintable()):
            raise bad_cursor()
    rows, more = page(connection, query, key, after, wanted.limit)
    following = pack(list_name, getattr(rows[-1], str(key.key))) if more else None
    return Page(items=show(rows), next=following)
