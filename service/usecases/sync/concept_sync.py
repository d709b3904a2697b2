"""Concepts as another system has them, looked up, created and updated by the id that they have there."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.concept import Concept, ConceptIn, ConceptPatch
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.concept_access import locked_concept
from service.usecases.concepts.concepts import change_locked, concept_etag, create, shown
from service.usecases.errors import Refused, no_concept, no_such_portfolio, require
from service.usecases.registry.external_ids import with_id
from service.usecases.sync.upserts import only_one, patch_for, put_once, require_same
from service.usecases.unit_of_work import Caller, join, transaction


def get_by_external(db: Database, caller: Caller, system: str, id: str, portfolio: str | None) -> Concept:
    """The one concept that the caller sees with this id; `portfolio` says which, where there are several."""
    with db.reading() as connection:
        rows = concepts.with_externals(connection, [(system, id)])
        key = only_one(rows, caller, portfolio, "concept", no_concept).key
        return shown(db, connection, key, caller.clock())


def put_by_external(
    db: Database, caller: Caller, system: str, id: str, body: ConceptIn
) -> tuple[Concept, bool]:
    """The concept as the body says, and whether it is new. What is so already is not written again."""
    wanted = with_id(body, body.external, system, id)
    if not caller.sees(body.portfolio):
        raise no_such_portfolio()
    with transaction(db, caller) as tx:
        key = _key(tx, system, id, body.portfolio)
        # Whoever changes a concept locks it before its chain.
        if key is not None:
            locked_concept(tx, caller, key)
        work = join(tx, caller, body.portfolio, no_such_portfolio)
        if key != _key(tx, system, id, body.portfolio):
            raise Refused("busy", "Another writer was first. Nothing was written; try again.", retry_after=1)

        def update(key: str) -> None:
            row = require(concepts.find(tx, key), no_concept)
            work.expect(concept_etag(row), required=False)
            require_same("concept", key, body.key)
            if patch := _difference(row, wanted, body.model_fields_set):
                change_locked(work, row, patch)

        made, is_new = put_once(work, key, partial(create, work, wanted), update)
        return shown(db, tx, made, work.now), is_new


def _key(tx: Connection, system: str, id: str, portfolio: str) -> str | None:
    rows = concepts.with_externals(tx, [(system, id)])
    return next((str(row.key) for row in rows if row.portfolio == portfolio), None)


def _difference(row: Row[Any], wanted: ConceptIn, said: set[str]) -> ConceptPatch | None:
    """The patch that makes the concept as wanted; None: it is so. Its process and stage are not the other
    system's."""
    sets = {name: tuple(sorted(set(getattr(wanted, name)))) for name in ("segments", "team")}
    return patch_for(ConceptPatch, {**row.facts, **row.words}, wanted.model_copy(update=sets), said)
