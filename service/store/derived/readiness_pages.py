"""Pages of the readiness index: filtered, counted, and by what expires first."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from schemas.vocabulary import VERDICTS
from service.store.derived import followers
from service.store.derived.readiness_index import INDEX, counted, readiness_index
from service.store.nouns.concepts import concepts, externals
from service.store.nouns.decisions import decisions
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.contents import contents, words

_index = readiness_index.c
COUNTED_BY = frozenset({"portfolio", "process_key", "gate"})
"""Filters by which counts stand with the cursors; by others the rows are counted."""


class Shape(NamedTuple):
    """The key of a statement: the filters that are named, and the number of portfolios (None: all)."""

    filters: frozenset[str]
    portfolios: int | None


class PageRules(NamedTuple):
    """Rows by the filters of FILTERS, within these portfolios (None: all)."""

    filters: Mapping[str, Any]
    portfolios: Sequence[str] | None

    @property
    def shape(self) -> Shape:
        """The shape of the statements that these rules need."""
        return Shape(frozenset(self.filters), None if self.portfolios is None else len(self.portfolios))

    def parameters(self) -> dict[str, Any]:
        """The values for its statements."""
        return {**self.filters, **numbered(self.portfolios or ())}

    def without(self, name: str) -> "PageRules":
        """These rules without one of the filters."""
        return self._replace(filters={key: value for key, value in self.filters.items() if key != name})


def _linked(*rules: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return _index.concept.in_(sa.select(externals.c.concept).where(*rules))


_SYSTEM = externals.c.system == sa.bindparam("system")
FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "portfolio": _index.portfolio == sa.bindparam("portfolio"),
    "process_key": _index.process_key == sa.bindparam("process_key"),
    "gate": _index.gate == sa.bindparam("gate"),
    "verdict": _index.verdict == sa.bindparam("verdict"),
    "owner": _index.concept.in_(
        sa.select(decisions.c.concept).where(decisions.c.owner == sa.bindparam("owner"))
    ),
    "expires_by": _index.expires_at <= sa.bindparam("expires_by"),
    "system": _linked(_SYSTEM),
    "external_id": _linked(_SYSTEM, externals.c.external_id == sa.bindparam("external_id")),
}


def page(
    connection: sa.Connection, chosen: PageRules, after: tuple[int, str] | None, limit: int, *, titled: bool
) -> Sequence[sa.Row[Any]]:
    """Rows of the index by what expires first, then by key; after the row with these two."""
    if chosen.portfolios == ():
        return ()
    parameters = chosen.parameters() | {"limit": limit}
    if after is not None:
        parameters |= {"after_at": after[0], "after_key": after[1]}
    return _page(chosen.shape, after is not None, titled).all(connection, **parameters)


def counts(connection: sa.Connection, chosen: PageRules) -> Mapping[str, int]:
    """The number of rows of each verdict."""
    if chosen.portfolios == ():
        return {}
    if not COUNTED_BY.issuperset(chosen.filters):
        return dict(_counted(chosen.shape).all(connection, **chosen.parameters()))
    filters = dict(chosen.filters)
    cursors = followers.cursors(connection, INDEX, _among(chosen.portfolios, filters.pop("portfolio", None)))
    return counted(cursors, **filters)


def _among(portfolios: Sequence[str] | None, named: str | None) -> Sequence[str] | None:
    if named is None:
        return portfolios
    return [named] if portfolios is None or named in portfolios else []


@lru_cache(maxsize=256)
def _page(shape: Shape, is_after: bool, titled: bool) -> Prepared:
    shown: sa.Select[Any] = sa.select(readiness_index, concepts.c.facts)
    query = shown.join(concepts, concepts.c.id == _index.concept)
    if titled:
        query = query.add_columns(words).outerjoin(contents, contents.c.id == concepts.c.content)
    query = query.where(_index.verdict.is_not(None), *_rules(shape))
    if is_after:
        place = sa.tuple_(
            sa.bindparam("after_at", type_=sa.BigInteger), sa.bindparam("after_key", type_=sa.Text)
        )
        query = query.where(sa.tuple_(_index.expires_at, _index.key) > place)
    return Prepared(query.order_by(_index.expires_at, _index.key).limit(sa.bindparam("limit")))


@lru_cache(maxsize=256)
def _counted(shape: Shape) -> Prepared:
    query: sa.Select[Any] = sa.select(_index.verdict, sa.func.count().label("concepts")).group_by(
        _index.verdict
    )
    return Prepared(query.where(sa.or_(*(_index.verdict == each for each in VERDICTS)), *_rules(shape)))


def _rules(shape: Shape) -> list[sa.ColumnElement[bool]]:
    rules = [FILTERS[name] for name in sorted(shape.filters)]
    if shape.portfolios is not None:
        rules.append(_index.portfolio.in_(numbers(shape.portfolios)))
    return rules
