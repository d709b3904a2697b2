"""Waivers: request, approve, reject, revoke, read."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert

from schemas.page import Page
from schemas.vocabulary import WaiverRuling
from schemas.waiver import ApproveIn, RulingIn, Waiver, WaiverIn
from service.domain.facts.progress import progress
from service.domain.record.process import ProcessVersion
from service.domain.record.waiver import WaiverApproved, WaiverRejected, WaiverRequested, WaiverRevoked
from service.domain.record.waiver import WaiverRuling as Ruling
from service.domain.rules.review_outcomes import Objection
from service.domain.rules.waiver_rules import (
    WaiverTerms,
    places_at,
    request_objection,
    ruling_objection,
    versions_of,
)
from service.store.nouns import waivers
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import locked_concept, seen_concept
from service.usecases.errors import no_concept, not_found, objected
from service.usecases.gates.waiver_views import WaiverViews
from service.usecases.paging import PageRequest, paged
from service.usecases.processes.processes import Published
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller, Work, join, transaction
from service.usecases.verdicts.cases import facts_now, pinned

no_waiver = partial(not_found, "waiver")
RULINGS: dict[WaiverRuling, type[Ruling]] = {
    "approved": WaiverApproved,
    "rejected": WaiverRejected,
    "revoked": WaiverRevoked,
}


def request_waiver(db: Database, caller: Caller, concept_key: str, body: WaiverIn) -> Waiver:
    """Ask for an exception at the concept's next gate. It lets nothing pass until somebody else approves."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        judged_by = pinned(db, tx, concept)
        waiver_id = work.once(lambda: _request(work, concept, judged_by, body))
        return WaiverViews(tx, judged_by, concept, work.now).show(_require(tx, concept, waiver_id))


def approve_waiver(db: Database, caller: Caller, concept_key: str, waiver_id: str, body: ApproveIn) -> Waiver:
    """Approves the waiver: it holds from this instant on, and its days run."""
    return _rule(db, caller, concept_key, waiver_id, "approved", {"reason": body.note})


def reject_waiver(db: Database, caller: Caller, concept_key: str, waiver_id: str, body: RulingIn) -> Waiver:
    """Rejects the request. The same waiver may be requested again."""
    return _rule(db, caller, concept_key, waiver_id, "rejected", {"reason": body.reason})


def revoke_waiver(db: Database, caller: Caller, concept_key: str, waiver_id: str, body: RulingIn) -> Waiver:
    """Revokes the waiver: it holds no longer. The debts of gates passed with it stay."""
    return _rule(db, caller, concept_key, waiver_id, "revoked", {"reason": body.reason})


def get_waiver(db: Database, caller: Caller, concept_key: str, waiver_id: str) -> Waiver:
    """One waiver, as it stands now."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        row = _require(connection, concept, waiver_id)
        return WaiverViews(connection, pinned(db, connection, concept), concept, caller.clock()).show(row)


def list_waivers(db: Database, caller: Caller, wanted: PageRequest, concept_key: str) -> Page[Waiver]:
    """A concept's waivers in the order of asking, each as it stands now."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        views = WaiverViews(connection, pinned(db, connection, concept), concept, caller.clock())
        query = waivers.query(concept.id)
        return paged(connection, "waivers", query, waivers.waivers.c.id, wanted, views.show)


def _request(work: Work, concept: Row[Any], judged_by: Published, body: WaiverIn) -> str:
    process, facts = judged_by.process, facts_now(work.tx, concept)
    way = progress(process, facts.reviews)
    asked = WaiverTerms(body.gate, body.criteria, body.days, body.owed.due_at)
    _refuse(request_objection(process, facts, way, asked, work.now))
    require_people(work.tx, "body.owed.by", [body.owed.by])
    gate = next(gate for gate in process.gates if gate.key == body.gate)
    places = places_at(process, gate, facts, way)
    waiver_id = work.new_id("wvr")
    stored = work.keep(reason=body.reason, evidence=body.owed.evidence)
    columns: dict[str, Any] = {
        "gate": body.gate,
        "criteria": sorted(body.criteria),
        "days": body.days,
        "owed_by": body.owed.by,
    }
    due_at = body.owed.due_at
    requested = WaiverRequested(
        waiver=waiver_id,
        **columns,
        due_at=due_at,
        decisions=versions_of((places[id] for id in body.criteria), facts, places),
        process=ProcessVersion(judged_by.ref.key, judged_by.ref.version),
        commitment=stored.commitment,
    )
    work.record(requested, concept.id, stored.id)
    work.tx.execute(
        insert(waivers.waivers).values(
            id=waiver_id,
            concept=concept.id,
            **columns,
            due_at=due_at,
            content=stored.id,
            requested_at=work.now,
            requested_by=work.caller.person,
        )
    )
    return waiver_id


def _rule(
    db: Database,
    caller: Caller,
    concept_key: str,
    waiver_id: str,
    ruling: WaiverRuling,
    words: dict[str, str | None],
) -> Waiver:
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        judged_by = pinned(db, tx, concept)
        work.once(lambda: _write_ruling(work, concept, judged_by, waiver_id, ruling, words))
        return WaiverViews(tx, judged_by, concept, work.now).show(_require(tx, concept, waiver_id))


def _write_ruling(
    work: Work,
    concept: Row[Any],
    judged_by: Published,
    waiver_id: str,
    ruling: WaiverRuling,
    words: dict[str, str | None],
) -> str:
    _require(work.tx, concept, waiver_id)
    facts = facts_now(work.tx, concept)
    way = progress(judged_by.process, facts.reviews)
    waiver = facts.waivers[waiver_id]
    _refuse(ruling_objection(facts, way, waiver, ruling, work.caller.person, work.now))
    stored = work.keep(**words)
    ruled = RULINGS[ruling](waiver_id, waiver.gate, stored.commitment)
    work.record(ruled, concept.id, stored.id)
    work.tx.execute(
        insert(waivers.rulings).values(
            waiver=waiver_id,
            ruling=ruling,
            content=stored.id,
            ruled_at=work.now,
            ruled_by=work.caller.person,
        )
    )
    return waiver_id


def _refuse(objection: Objection | None) -> None:
    if objection is not None:
        raise objected(objection)


def _require(connection: Connection, concept: Row[Any], waiver_id: str) -> Row[Any]:
    row = waivers.find(connection, concept.id, waiver_id)
    if row is None:
        raise no_waiver()
    return row
