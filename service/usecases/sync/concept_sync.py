"""Concepts as another system has them: found, created and updated by the id that they have there."""

from typing import Any

from sqlalchemy import Connection, Row

from schemas.concept import Concept, ConceptIn, ConceptPatch
from service.store.log.idempotency import KNOWN, NEW
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import change_held, create, held_concept, shown
from service.usecases.errors import Refused, invalid, no_concept, no_such_portfolio
from service.usecases.registry.external_ids import with_id
from service.usecases.sync.patches import patch_for
from service.usecases.unit_of_work import Caller, expect, join, transaction


def get_by_external(db: Database, caller: Caller, system: str, id: str, portfolio: str | None) -> Concept:
    """The one concept that the caller sees with this id; `portfolio` says which, where there are several."""
    with db.reading() as connection:
        found = [
            row
            for row in concepts.with_externals(connection, [(system, id)])
            if caller.sees(row.portfolio) and portfolio in (None, row.portfolio)
        ]
        if not found:
            raise no_concept()
        if len(found) > 1:
            rule = "concepts of several portfolios have this id"
            raise invalid("query.portfolio", rule, "name the portfolio")
        return shown(db, connection, found[0].key, caller.clock())


def put_by_external(
    db: Database, caller: Caller, system: str, id: str, body: ConceptIn
) -> tuple[Concept, bool]:
    """The concept as the body says, and whether it is new. What is so already is not written again."""
    wanted = body.model_copy(update={"external": with_id(body.external, system, id)})
    if not caller.sees(body.portfolio):
        raise no_such_portfolio()
    with transaction(db, caller) as tx:
        key = _key(tx, system, id, body.portfolio)
        # Whoever changes a concept holds it before its chain.
        row = held_concept(tx, caller, key) if key is not None else None
        work = join(tx, caller, body.portfolio, no_such_portfolio)
        if key != _key(tx, system, id, body.portfolio):
            raise Refused("busy", "Another writer was first. Nothing was written; try again.", retry_after=1)

        def put() -> str:
            if row is None:
                expect(caller.if_match, 0, required=False)
                return f"{NEW} {create(work, wanted)}"
            expect(caller.if_match, row.revision, required=False)
            if row.key != body.key:
                rule = "the concept with this id has another key"
                raise invalid("body.key", rule, "keys do not change: send the one that it has")
            if patch := _difference(tx, row, wanted):
                change_held(work, row, patch)
            return f"{KNOWN} {row.key}"

        outcome, _, made = work.once(put).partition(" ")
        return shown(db, tx, made, work.now), outcome == NEW


def _key(tx: Connection, system: str, id: str, portfolio: str) -> str | None:
    found = concepts.with_externals(tx, [(system, id)])
    return next((str(row.key) for row in found if row.portfolio == portfolio), None)


def _difference(tx: Connection, row: Row[Any], wanted: ConceptIn) -> ConceptPatch | None:
    """What has to change; None when nothing has. Its process and its stage are not the other system's."""
    found = concepts.find(tx, row.key)
    if found is None:
        raise no_concept()
    sets = {name: tuple(sorted(set(getattr(wanted, name)))) for name in ("segments", "team")}
    return patch_for(ConceptPatch, {**row.facts, **found.words}, wanted.model_copy(update=sets))
