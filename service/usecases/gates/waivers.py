"""Waivers: request, approve, reject, revoke, read."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.vocabulary import WaiverRuling
from schemas.waiver import Waiver, WaiverIn
from service.domain.facts.model import Facts
from service.domain.facts.progress import progress_of
from service.domain.record.process import VersionName
from service.domain.record.waiver import (
    RulingFacts,
    WaiverApproved,
    WaiverRejected,
    WaiverRequested,
    WaiverRevoked,
)
from service.domain.rules.waiver_rules import (
    WaiverTerms,
    criteria_at,
    request_objection,
    ruling_objection,
    versions_of,
)
from service.domain.verdict.debts import Debt
from service.domain.verdict.evaluation import outstanding
from service.store.nouns import waivers
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.errors import not_found, refuse_if, require
from service.usecases.gates.waiver_views import WaiverViews
from service.usecases.paging import PageRequest, paged
from service.usecases.processes.processes import PublishedProcess
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import facts_now, labels, pinned

no_waiver = partial(not_found, "waiver")
RULINGS: dict[WaiverRuling, type[RulingFacts]] = {
    "approved": WaiverApproved,
    "rejected": WaiverRejected,
    "revoked": WaiverRevoked,
}


def request_waiver(db: Database, caller: Caller, concept_key: str, body: WaiverIn) -> Waiver:
    """Ask for an exception at the concept's next gate. It lets nothing pass until somebody else approves."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        judged_by = pinned(db, work.tx, concept)
        waiver_id = work.once(lambda: _request(work, concept, judged_by, body))
        return WaiverViews(work.tx, judged_by, concept, work.now).show(_find(work.tx, concept, waiver_id))


def rule_on_waiver(
    db: Database, caller: Caller, concept_key: str, waiver_id: str, ruling: WaiverRuling, reason: str | None
) -> Waiver:
    """Rules on the waiver. Approved, it holds from this instant on, and its days run; rejected, the same may
    be requested again; revoked, it holds no longer, and the debts of gates passed with it stay."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        judged_by = pinned(db, work.tx, concept)

        def write_ruling() -> str:
            _find(work.tx, concept, waiver_id)
            facts = facts_now(work.tx, concept)
            process, waiver = judged_by.process, facts.waivers[waiver_id]
            progress, debts = progress_of(process, facts.reviews), _debts(work, judged_by, facts)
            refuse_if(
                ruling_objection(process, facts, progress, waiver, ruling, caller.person, work.now, debts)
            )
            stored = work.store_words(reason=reason)
            ruled = RULINGS[ruling](waiver_id, waiver.gate, stored.commitment)
            columns = {"ruling": ruling, **work.stamp("ruled")}
            work.enter(waivers.rulings, ruled, concept.id, stored, **columns)
            return waiver_id

        work.once(write_ruling)
        return WaiverViews(work.tx, judged_by, concept, work.now).show(_find(work.tx, concept, waiver_id))


def get_waiver(db: Database, caller: Caller, concept_key: str, waiver_id: str) -> Waiver:
    """One waiver, as it stands now."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        row = _find(connection, concept, waiver_id)
        return WaiverViews(connection, pinned(db, connection, concept), concept, caller.clock()).show(row)


def list_waivers(db: Database, caller: Caller, wanted: PageRequest, concept_key: str) -> Page[Waiver]:
    """A concept's waivers in the order of asking, each as it stands now."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        views = WaiverViews(connection, pinned(db, connection, concept), concept, caller.clock())
        query = waivers.query(concept.id)
        return paged(connection, "waivers", query, waivers.waivers.c.id, wanted, views.show)


def _request(work: Work, concept: Row[Any], judged_by: PublishedProcess, body: WaiverIn) -> str:
    process, facts = judged_by.process, facts_now(work.tx, concept)
    progress = progress_of(process, facts.reviews)
    asked = WaiverTerms(body.gate, body.criteria, body.days, body.owed.due_at)
    debts = _debts(work, judged_by, facts)
    refuse_if(request_objection(process, facts, progress, asked, work.now, debts))
    require_people(work.tx, "body.owed.by", [body.owed.by])
    gate = next(gate for gate in process.gates if gate.key == body.gate)
    criteria = criteria_at(process, gate, facts, progress)
    waiver_id = work.new_id("wvr")
    stored = work.store_words(reason=body.reason, evidence=body.owed.evidence)
    requested = WaiverRequested(
        waiver=waiver_id,
        gate=body.gate,
        criteria=tuple(sorted(body.criteria)),
        days=body.days,
        owed_by=body.owed.by,
        due_at=body.owed.due_at,
        decisions=versions_of((criteria[id] for id in body.criteria), facts, criteria),
        process=VersionName(judged_by.ref.key, judged_by.ref.version),
        commitment=stored.commitment,
    )
    columns = {"id": waiver_id, "concept": concept.id, **work.stamp("requested")}
    work.enter(waivers.waivers, requested, concept.id, stored, **columns)
    return waiver_id


def _debts(work: Work, judged_by: PublishedProcess, facts: Facts) -> list[Debt]:
    return outstanding(judged_by.process, facts, labels(work.tx, judged_by, facts))


def _find(connection: Connection, concept: Row[Any], waiver_id: str) -> Row[Any]:
    return require(waivers.find(connection, concept.id, waiver_id), no_waiver)
