"""Nouns that are as their models say: what is no word is recorded and has a column, words are sealed."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from msgspec import convert
from sqlalchemy import Row, Table, insert, update

from schemas.base import Model, corrected, sealed_in
from service.domain.record.event import Event
from service.store.words.blind_index import Kind
from service.usecases.registry.external_ids import linked
from service.usecases.unit_of_work import Work

M = TypeVar("M", bound=Model)


class Noun(NamedTuple):
    """`linked`: what it is called where ids in other systems are found; None: it has none."""

    model: type[Model]
    created: type[Event]
    changed: type[Event]
    table: Table
    linked: Kind | None


def enter(work: Work, noun: Noun, body: Model) -> str:
    """Enters it as part of a larger write; its key."""
    facts = body.model_dump(mode="json", include=set(noun.model.model_fields))
    words = {name: facts.pop(name) for name in sealed_in(noun.model)}
    key = str(facts["key"])
    _link(work, noun, key, {}, words)
    kept = work.keep(**words)
    event = convert({**facts, "commitment": kept.commitment}, noun.created)
    work.record(event, key, kept.id)
    row = {**facts, "content": kept.id, "revision": 1}
    row |= {"created_at": work.now, "created_by": work.caller.person}
    work.tx.execute(insert(noun.table).values(row))
    return key


def change(work: Work, noun: Noun, row: Row[Any], body: Model) -> str:
    """Changes it as part of a larger write; its key. What is not said stays as it is."""
    key, before = str(row.key), row.words or {}
    given = corrected(body, noun.model)
    names = type(body).model_fields.keys() & {*noun.changed.__struct_fields__}
    facts = {name: given.get(name, getattr(row, name)) for name in names}
    words = {name: given.get(name, before.get(name, empty)) for name, empty in sealed_in(noun.model).items()}
    if "external" in given:
        _link(work, noun, key, before, words)
    words |= body.model_dump(include={"reason"})
    kept = work.keep(**words)
    event = convert({"key": key, **facts, "commitment": kept.commitment}, noun.changed)
    work.record(event, key, kept.id)
    mine = noun.table.c.key == key
    work.tx.execute(
        update(noun.table).where(mine).values(**facts, content=kept.id, revision=row.revision + 1)
    )
    return key


def show(noun: Noun, shown: type[M], row: Row[Any]) -> M:
    """It as it stands now, from its row and its words."""
    words = {**sealed_in(noun.model), **(row.words or {})}
    fields = shown.model_fields
    return shown(**{name: words[name] if name in words else getattr(row, name) for name in fields})


def _link(work: Work, noun: Noun, key: str, before: Mapping[str, Any], words: Mapping[str, Any]) -> None:
    """From now on it is found by these ids in other systems."""
    if noun.linked is not None:
        linked(work, noun.linked, work.chain.head.key, key, before, words["external"])
