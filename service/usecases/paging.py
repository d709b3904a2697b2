"""Cursors: where the next page begins, opaque to the caller and checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select

from schemas.base import Model
from schemas.page import Page
from service.store.nouns.recorded import page
from service.usecases.errors import Refused, invalid, refused_field

T = TypeVar("T", bound=Model)
Item = TypeVar("Item")
INTEGERS = 2**31
MARK_BYTES = 16


class PageRequest(NamedTuple):
    """Which page: after the cursor (None: the first), at most `limit` items."""

    limit: int
    cursor: str | None = None


def pack(list_name: str, at: Any) -> str:
    """A cursor for one list."""
    return urlsafe_b64encode(orjson.dumps([list_name, at])).rstrip(b"=").decode()


def unpack(list_name: str, cursor: str) -> Any:
    """Returns what `pack` was given; refused when the cursor is not one of this list's."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        packed = orjson.loads(urlsafe_b64decode(padded.encode("ascii")))
        name, at = packed
    except (ValueError, TypeError):
        raise bad_cursor() from None
    if name != list_name or pack(list_name, at) != cursor:
        raise bad_cursor()
    return at


def unpack_text(list_name: str, cursor: str | None) -> str | None:
    """The text that a cursor holds; None where there is none."""
    if cursor is None:
        return None
    match unpack(list_name, cursor):
        case str(text) if text.isprintable():
            return text
    raise bad_cursor()


class Positions(NamedTuple):
    """The numbers that a cursor holds, by chain. `mark`: of what has them; older releases gave none."""

    numbers: dict[int, int]
    mark: str | None

    def require_same(
        self, names: Mapping[int, str], ends: Mapping[int, int], field: str
    ) -> dict[int, tuple[int, str]]:
        """Returns each number with the name of what has it, by chain; refused unless the cursor was made of
        these. What an older release gave is taken if it is not beyond these ends."""
        known = {id: (number, names.get(id, "")) for id, number in self.numbers.items()}
        is_within = all(number <= ends.get(id, 0) for id, number in self.numbers.items())
        if not is_within or self.mark not in (None, mark_of(known)):
            raise cursor_of_another_history(field)
        return known


def pack_positions(list_name: str, names: Mapping[int, tuple[int, str]]) -> str:
    """A cursor that holds a number by chain, and stands for the names of what has them."""
    return pack(list_name, [mark_of(names), sorted((id, number) for id, (number, _) in names.items())])


def unpack_positions(list_name: str, cursor: str) -> Positions:
    """The positions that a cursor holds."""
    mark: str | None = None
    at = unpack(list_name, cursor)
    match at:
        case [str(text), list(pairs)]:
            mark, at = text, pairs
    if not (isinstance(at, list) and all(map(_is_position, at))):
        raise bad_cursor()
    return Positions(dict(at), mark)


def _is_position(pair: Any) -> bool:
    """A chain and a position in it."""
    # By its very type: true and false are integers too, but no database compares positions with them.
    is_pair = isinstance(pair, list) and list(map(type, pair)) == [int, int]
    return is_pair and all(0 <= number < INTEGERS for number in pair)


def bad_cursor() -> Refused:
    """The cursor was not given by this list."""
    return invalid(
        "query.cursor",
        "is not a cursor that this list gave",
        "take it from next or the Link header, or leave it out for the first page",
    )


def mark_of(names: Mapping[int, tuple[int, str]]) -> str:
    """A short text that stands for numbers and for what has each: of chains, say, positions and digests."""
    content = "".join(f"{id} {number} {name}\n" for id, (number, name) in sorted(names.items()))
    return urlsafe_b64encode(sha256(content.encode()).digest()[:MARK_BYTES]).rstrip(b"=").decode()


def cursor_of_another_history(field: str = "query.cursor") -> Refused:
    """The cursor names what is not there: another history has its place, as after a failover or a restore."""
    return refused_field(
        "cursor-of-another-history",
        "What this cursor comes after is not in this log: another history has taken its place.",
        field,
        "names what is not here, or not here any more",
        "begin again without it; what you have of the log is still so as far as its digests are here",
    )


def first_of(
    items: Sequence[Item], limit: int, list_name: str, at: Callable[[Item], Any]
) -> tuple[Sequence[Item], str | None]:
    """The items of a page, and the cursor of the next where one more was looked up. `at`: what a cursor holds
    of the last item."""
    shown = items[:limit]
    return shown, pack(list_name, at(shown[-1])) if len(items) > limit else None


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
    """One page like `paged`, where `show` makes the items of all its rows at once."""
    after = unpack_text(list_name, wanted.cursor)
    rows, more = page(connection, query, key, after, wanted.limit)
    following = pack(list_name, getattr(rows[-1], str(key.key))) if more else None
    return Page(items=show(rows), next=following)
