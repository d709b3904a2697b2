"""Pages of kept verdicts: filtered, counted, and by what expires first."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, bindparam, func, or_, select, tuple_

from service.store.derived.readiness_index import VERDICTS, kept_verdicts, verdict_counts
from service.store.nouns.concepts import concepts, externals
from service.store.nouns.decisions import decisions
from service.store.sql.columns import Moment
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, words

_kept = kept_verdicts.c
_ROW = (_kept.expires_at, _kept.key, _kept.entry, concepts.c.facts)
COUNTED_BY = frozenset({"portfolio", "process_key", "gate"})
"""Filters by which counts are kept; for others they are counted."""


class Shape(NamedTuple):
    """Which filters are said, and how many portfolios are there for the caller (None: all): the same shape
    is the same statement."""

    filters: frozenset[str]
    portfolios: int | None


class PageRules(NamedTuple):
    """Rows by the filters of FILTERS, within these portfolios (None: all)."""

    filters: Mapping[str, Any]
    portfolios: Sequence[str] | None

    @property
    def shape(self) -> Shape:
        """What statements go by."""
        return Shape(frozenset(self.filters), None if self.portfolios is None else len(self.portfolios))

    def said(self) -> dict[str, Any]:
        """The parameters."""
        return {**self.filters, **numbered(self.portfolios or ())}

    def without(self, name: str) -> "PageRules":
        """The same, without one of the filters."""
        return self._replace(filters={key: value for key, value in self.filters.items() if key != name})


def _linked(*rules: ColumnElement[bool]) -> ColumnElement[bool]:
    return _kept.concept.in_(select(externals.c.concept).where(*rules))


_SYSTEM = externals.c.system == bindparam("system")
FILTERS: dict[str, ColumnElement[bool]] = {
    "portfolio": _kept.portfolio == bindparam("portfolio"),
    "process_key": _kept.process_key == bindparam("process_key"),
    "gate": _kept.gate == bindparam("gate"),
    "verdict": _kept.verdict == bindparam("verdict"),
    "owner": _kept.concept.in_(select(decisions.c.concept).where(decisions.c.owner == bindparam("owner"))),
    "expires_by": _kept.expires_at <= bindparam("expires_by"),
    "system": _linked(_SYSTEM),
    "external_id": _linked(_SYSTEM, externals.c.external_id == bindparam("external_id")),
}


def page(
    connection: Connection, chosen: PageRules, after: tuple[Any, str] | None, limit: int, *, titled: bool
) -> Sequence[Row[Any]]:
    """Rows by what expires first, then by key; after the row with these two."""
    if chosen.portfolios == ():
        return ()
    said = chosen.said() | {"limit": limit}
    if after is not None:
        said |= {"after_at": after[0], "after_key": after[1]}
    return _page(chosen.shape, after is not None, titled).all(connection, **said)


def counts(connection: Connection, chosen: PageRules) -> dict[str, int]:
    """How many rows there are of each verdict."""
    if chosen.portfolios == ():
        return {}
    counting = _kept_counts if COUNTED_BY.issuperset(chosen.filters) else _counted
    return dict(counting(chosen.shape).all(connection, **chosen.said()))


@lru_cache(maxsize=256)
def _page(shape: Shape, is_after: bool, titled: bool) -> Prepared:
    query: Select[Any] = select(*_ROW).join(concepts, concepts.c.id == _kept.concept)
    if titled:
        query = query.add_columns(words).outerjoin(contents, contents.c.id == concepts.c.content)
    query = query.where(_kept.verdict.is_not(None), *_rules(shape))
    if is_after:
        place = tuple_(bindparam("after_at", type_=Moment), bindparam("after_key", type_=Text))
        query = query.where(tuple_(_kept.expires_at, _kept.key) > place)
    return Prepared(query.order_by(_kept.expires_at, _kept.key).limit(bindparam("limit")))


@lru_cache(maxsize=256)
def _counted(shape: Shape) -> Prepared:
    query: Select[Any] = select(_kept.verdict, func.count().label("concepts")).group_by(_kept.verdict)
    return Prepared(query.where(or_(*(_kept.verdict == each for each in VERDICTS)), *_rules(shape)))


@lru_cache(maxsize=256)
def _kept_counts(shape: Shape) -> Prepared:
    table = verdict_counts.c
    rules = [table[name] == bindparam(name) for name in sorted(shape.filters)]
    if shape.portfolios is not None:
        rules.append(table.portfolio.in_(numbers(shape.portfolios)))
    query: Select[Any] = select(table.verdict, func.sum(table.count).label("concepts"))
    return Prepared(query.where(*rules).group_by(table.verdict))


def _rules(shape: Shape) -> list[ColumnElement[bool]]:
    rules = [FILTERS[name] for name in sorted(shape.filters)]
    if shape.portfolios is not None:
        rules.append(_kept.portfolio.in_(numbers(shape.portfolios)))
    return rules
