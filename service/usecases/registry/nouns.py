"""Nouns that are as their models say: what is no word is recorded and has a column, words are sealed."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import convert
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, true

from schemas.base import Model, Tagged, corrected, sealed_in
from schemas.page import Page
from service.domain.record.event import Event
from service.store.nouns.recorded import within
from service.store.sql.engine import Database
from service.store.words.blind_index import NounName
from service.usecases.errors import RefusedFactory, require
from service.usecases.paging import PageRequest, paged
from service.usecases.registry.external_ids import replace_external_ids
from service.usecases.unit_of_work import Caller, Work
from service.usecases.views import etag_of, show_row

M = TypeVar("M", bound=Tagged)


class Noun(NamedTuple, Generic[M]):
    """`model`: as it is entered; `shown`: as it is answered; `query`: its rows, with their words; `missing`:
    the refusal where there is none; `portfolio`: the column that says who sees it, if not everybody does;
    `indexed_as`: its name in the blind index, if it has ids in other systems."""

    model: type[Model]
    shown: type[M]
    created: type[Event]
    changed: type[Event]
    table: Table
    query: Callable[[], Select[Any]]
    missing: RefusedFactory
    portfolio: Column[str] | None = None
    indexed_as: NounName | None = None


def read(db: Database, caller: Caller, noun: Noun[M], key: str) -> M:
    """The noun with this key, if the caller sees it."""
    with db.reading() as connection:
        return show(noun, find(connection, noun, key, caller.portfolios))


def listed(
    db: Database, caller: Caller, noun: Noun[M], wanted: PageRequest, portfolio: str | None = None
) -> Page[M]:
    """Those that the caller sees by key, of one portfolio or of all."""
    query = noun.query().where(_is_within(noun, caller.portfolios))
    if portfolio is not None:
        query = query.where(_is_within(noun, [portfolio]))
    with db.reading() as connection:
        return paged(connection, noun.table.name, query, noun.table.c.key, wanted, partial(show, noun))


def get(connection: Connection, noun: Noun[M], key: str) -> M:
    """The noun with this key as it stands, also within the transaction of a write."""
    return show(noun, find(connection, noun, key))


def find(
    connection: Connection, noun: Noun[Any], key: str, portfolios: Collection[str] | None = None
) -> Row[Any]:
    """Its row, with its words; refused where there is none in these portfolios (None: in any)."""
    query = noun.query().where(noun.table.c.key == key, _is_within(noun, portfolios))
    row: Row[Any] | None = connection.execute(query).one_or_none()
    return require(row, noun.missing)


def _is_within(noun: Noun[Any], portfolios: Collection[str] | None) -> ColumnElement[bool]:
    return true() if noun.portfolio is None else within(noun.portfolio, portfolios)


def enter(work: Work, noun: Noun[Any], body: Model) -> str:
    """Enters it as part of a larger write; its key."""
    facts = body.model_dump(mode="json", include=set(noun.model.model_fields))
    words = {name: facts.pop(name) for name in sealed_in(noun.model)}
    key = str(facts["key"])
    _replace_external_ids(work, noun, key, {}, words)
    stored = work.store_words(**words)
    event = convert({**facts, "commitment": stored.commitment}, noun.created)
    work.enter(noun.table, event, key, stored, revision=1, **work.stamp("created"))
    return key


def correct(work: Work, noun: Noun[M], key: str, body: Model) -> M:
    """Changes it once, where If-Match names what stands; it as it stands then."""

    def change_found() -> str:
        row = find(work.tx, noun, key)
        work.expect(etag_of(row))
        return change(work, noun, row, body)

    return get(work.tx, noun, work.once(change_found))


def change(work: Work, noun: Noun[Any], row: Row[Any], body: Model) -> str:
    """Changes it as part of a larger write; its key. What is not said stays as it is."""
    key, before = str(row.key), row.words or {}
    given = corrected(body, noun.model)
    names = type(body).model_fields.keys() & {*noun.changed.__struct_fields__}
    facts = {name: given.get(name, getattr(row, name)) for name in names}
    words = {name: given.get(name, before.get(name, empty)) for name, empty in sealed_in(noun.model).items()}
    if "external" in given:
        _replace_external_ids(work, noun, key, before, words)
    words |= body.model_dump(include={"reason"})
    stored = work.store_words(**words)
    event = convert({"key": key, **facts, "commitment": stored.commitment}, noun.changed)
    work.record(event, key, stored.id)
    work.update(noun.table, key, **facts, content=stored.id, revision=row.revision + 1)
    return key


def show(noun: Noun[M], row: Row[Any]) -> M:
    """The noun of a row as it is shown, from its columns and its words."""
    words = {**sealed_in(noun.model), **(row.words or {})}
    given = {name: words[name] for name in noun.shown.model_fields if name in words}
    return show_row(noun.shown, row, **given).tagged(etag_of(row))


def _replace_external_ids(
    work: Work, noun: Noun[Any], key: str, before: Mapping[str, Any], words: Mapping[str, Any]
) -> None:
    """Makes the noun found by the ids elsewhere in these words."""
    if noun.indexed_as is not None:
        replace_external_ids(work, noun.indexed_as, work.chain.head.key, key, before, words["external"])
