"""Nouns that are as their models say: what is no word is recorded and has a column, words are sealed."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import convert
from sqlalchemy import Connection, Row, Table

from schemas.base import Model, corrected, sealed_in
from service.domain.record.event import Event
from service.store.words.blind_index import NounName
from service.usecases.errors import RefusedFactory, require
from service.usecases.registry.external_ids import replace_external_ids
from service.usecases.unit_of_work import Work
from service.usecases.views import show_row

M = TypeVar("M", bound=Model)


class Noun(NamedTuple, Generic[M]):
    """`model`: as it is entered; `shown`: as it is answered; `find`: its row by its key; `missing`: the
    refusal where there is none; `indexed_as`: its name in the blind index, if it has ids in other systems."""

    model: type[Model]
    shown: type[M]
    created: type[Event]
    changed: type[Event]
    table: Table
    find: Callable[[Connection, str], Row[Any] | None]
    missing: RefusedFactory
    indexed_as: NounName | None = None


def get(connection: Connection, noun: Noun[M], key: str) -> M:
    """The noun with this key as it stands, also within the transaction of a write."""
    return show(noun, find(connection, noun, key))


def find(connection: Connection, noun: Noun[Any], key: str) -> Row[Any]:
    """Its row, with its words; refused where there is none."""
    return require(noun.find(connection, key), noun.missing)


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
        work.expect(row.revision)
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
    return show_row(noun.shown, row, **given)


def _replace_external_ids(
    work: Work, noun: Noun[Any], key: str, before: Mapping[str, Any], words: Mapping[str, Any]
) -> None:
    """Makes the noun found by the ids elsewhere in these words."""
    if noun.indexed_as is not None:
        replace_external_ids(work, noun.indexed_as, work.chain.head.key, key, before, words["external"])
