"""Slips and admissions: confirmed by an independent gatekeeper, each with a reason."""

from typing import Any

from sqlalchemy import Row

from schemas.citation import Citation, ConfirmIn
from service.domain.facts.progress import progress_of
from service.domain.record.citation import CitationAdmitted, SlipConfirmed
from service.domain.rules.ways_out import admission_objection, lifted, slip_objection
from service.domain.texts.measures import says_enough
from service.store.sql.engine import Database
from service.usecases.concept_access import work_on_concept
from service.usecases.errors import invalid, refuse_if
from service.usecases.evidence.citations import read_citation, require_citation
from service.usecases.processes.processes import PublishedProcess
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import facts_at_head, pinned


def confirm_slip(
    db: Database, caller: Caller, concept_key: str, citation_id: str, body: ConfirmIn
) -> Citation:
    """A stance that was withdrawn within a day stands against nothing."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        work.once(lambda: _confirm_slip(work, concept, citation_id, body))
    return read_citation(db, caller, concept_key, citation_id, work.now)


def admit(db: Database, caller: Caller, concept_key: str, citation_id: str, body: ConfirmIn) -> Citation:
    """A citation counts in spite of rules of thumb."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        judged_by = pinned(db, work.tx, concept)
        work.once(lambda: _admit(work, concept, judged_by, citation_id, body))
    return read_citation(db, caller, concept_key, citation_id, work.now)


def _confirm_slip(work: Work, concept: Row[Any], citation_id: str, body: ConfirmIn) -> str:
    require_citation(work.tx, concept, citation_id)
    require_reason(body)
    facts = facts_at_head(work.tx, concept, work.chain.head.seq)
    refuse_if(slip_objection(facts, facts.citations[citation_id], work.caller.person))
    stored = work.store_words(reason=body.reason)
    work.record(SlipConfirmed(citation_id, stored.commitment), concept.id, stored.id)
    return citation_id


def _admit(
    work: Work, concept: Row[Any], judged_by: PublishedProcess, citation_id: str, body: ConfirmIn
) -> str:
    require_citation(work.tx, concept, citation_id)
    require_reason(body)
    facts, process = facts_at_head(work.tx, concept, work.chain.head.seq), judged_by.process
    citation, following = facts.citations[citation_id], progress_of(process, facts.reviews).next_gate
    gate = following.key if following else ""
    refuse_if(admission_objection(facts, process, citation, gate or None, work.caller.person))
    stored = work.store_words(reason=body.reason)
    codes = lifted(facts, process, citation)
    work.record(CitationAdmitted(citation_id, gate, codes, stored.commitment), concept.id, stored.id)
    return citation_id


def require_reason(body: ConfirmIn) -> None:
    """Refuses a reason without a word in it."""
    if not says_enough(body.reason):
        raise invalid("body.reason", "has fewer than three different words", "say how you know")
