"""Which themes are one, and which talks were coded with them later: read from the log, which has few of such
events."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.domain.facts.leaps import stream_of
from service.domain.facts.merges import merge
from service.domain.record.catalogue import read
from service.domain.record.theme import ThemeCoded, ThemesMerged
from service.store.log.chains import events
from service.store.reading.concerns import CLOCK
from service.store.sql.prepared import Prepared
from service.store.words.contents import contents, words


class Merging(NamedTuple):
    """Two themes became one; `words`: why, where it was said."""

    at: datetime
    actor: str
    event: ThemesMerged
    words: Any


def _of_type(type: str) -> Prepared:
    return Prepared(
        sa.select(*events.c["at", "actor", "type", "data"], words)
        .outerjoin(contents, contents.c.id == events.c.content)
        .where(events.c.stream == CLOCK, events.c.type == type)
        .order_by(events.c.seq)
    )


_MERGINGS, _CODINGS = _of_type(ThemesMerged.type), _of_type(ThemeCoded.type)


def mergings(connection: sa.Connection, portfolio: str) -> list[Merging]:
    """Every merging of themes of the portfolio, in order."""
    rows: Sequence[Any] = _MERGINGS.all(connection, clock=stream_of(portfolio))
    return [Merging(row.at, row.actor, _theme_event(row), row.words) for row in rows]


def _theme_event(row: Any) -> Any:
    return read(row.type, row.data)


def counted_as(connection: sa.Connection, portfolio: str) -> dict[str, str]:
    """By theme that was merged: the one that it is counted as."""
    merged: dict[str, str] = {}
    for each in mergings(connection, portfolio):
        merge(merged, each.event.theme, each.event.into)
    return merged


def codings(connection: sa.Connection, portfolio: str) -> list[ThemeCoded]:
    """Every coding of talks of the portfolio, in order."""
    rows: Sequence[Any] = _CODINGS.all(connection, clock=stream_of(portfolio))
    return [_theme_event(row) for row in rows]


def coded_themes(
    connection: sa.Connection, portfolio: str, conversations: Collection[str]
) -> dict[str, list[str]]:
    """The themes that each of these conversations was coded with after it was recorded."""
    coded: dict[str, list[str]] = {}
    for each in codings(connection, portfolio):
        for id in each.conversations:
            if id in conversations:
                coded.setdefault(id, []).append(each.theme)
    return coded


def same_as(merged: dict[str, str], ids: Iterable[str]) -> set[str]:
    """These themes, and all that are counted as the same."""
    roots = {merged.get(id, id) for id in ids}
    return roots | {id for id, root in merged.items() if root in roots}
