"""Approvals: say go or no-go on what stands, and read what was said."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from schemas.approval import Approval, ApprovalIn
from schemas.page import Page
from schemas.process import Process
from service.domain.criteria.admissible import FOR_GOOD, Age, reasons_against
from service.domain.facts.approvals import last_words
from service.domain.facts.model import Facts
from service.domain.facts.teams import is_attended_by
from service.domain.record.approval import ApprovalGiven
from service.domain.record.process import VersionName
from service.domain.rules.approval_rules import Ballot, VoteInputs, plan_vote
from service.domain.rules.review_outcomes import Objection
from service.store.nouns import approvals, conversations
from service.store.reading.history import history
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.errors import refused_by
from service.usecases.paging import PageRequest, paged
from service.usecases.processes.processes import PublishedProcess
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import facts_now, fold, labels, pinned
from service.usecases.views import show_row


def give_approval(db: Database, caller: Caller, concept_key: str, body: ApprovalIn) -> Approval:
    """A gatekeeper's word on the next gate, bound to what stands at this instant."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        judged_by = pinned(db, work.tx, concept)
        approval_id = work.once(lambda: _give(work, concept, judged_by, body))
        row = approvals.find(work.tx, concept.id, approval_id)
        return _show(concept, row, facts_now(work.tx, concept))


def list_approvals(db: Database, caller: Caller, wanted: PageRequest, concept_key: str) -> Page[Approval]:
    """A concept's approvals in the order of saying, outdated ones among them."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        facts = facts_now(connection, concept)
        query = approvals.query(concept.id).where(approvals.approvals.c.id.in_(list(facts.approvals)))
        column = approvals.approvals.c.id
        return paged(connection, "approvals", query, column, wanted, lambda row: _show(concept, row, facts))


def _give(work: Work, concept: Row[Any], judged_by: PublishedProcess, body: ApprovalIn) -> str:
    events, process, ref = history(work.tx, concept), judged_by.process, judged_by.ref
    facts = fold(events)
    ballot = Ballot(body.gate, body.vote, work.caller.person, body.position, body.input_digest)
    themes = labels(work.tx, judged_by, facts)
    plan = plan_vote(ballot, VoteInputs(process, ref, events, facts, themes, work.now))
    if isinstance(plan, Objection):
        raise refused_by(plan)
    first_hand_at = _first_hand_at(work, concept, process)
    approval_id = work.new_id("apr")
    stored = work.store_words(reason=body.reason)
    given = ApprovalGiven(
        approval=approval_id,
        gate=body.gate,
        vote=body.vote,
        process=VersionName(ref.key, ref.version),
        first_hand_at=first_hand_at,
        commitment=stored.commitment,
        **plan._asdict(),
    )
    columns = {"id": approval_id, "concept": concept.id, **work.stamp("given")}
    work.enter(approvals.approvals, given, concept.id, stored, **columns)
    return approval_id


def _first_hand_at(work: Work, concept: Row[Any], process: Process) -> datetime | None:
    """The instant at which the caller last spoke with a customer, in a talk that the process would count."""
    voter, age = frozenset({work.caller.person}), Age(FOR_GOOD, work.now)
    for row in conversations.attended_by(work.tx, concept.portfolio, work.caller.person):
        talk = conversations.from_row(row)
        if is_attended_by(talk, voter) and not reasons_against(talk, process.counts, age=age):
            return talk.held_at
    return None


def _show(concept: Row[Any], row: Row[Any], facts: Facts) -> Approval:
    approval = facts.approvals[row.id]
    counting = {each.id for each in last_words(facts, row.gate) if each.counts}
    return show_row(
        Approval,
        row,
        concept=concept.key,
        reason=(row.words or {}).get("reason", ""),
        counts=row.id in counting,
        outdated=approval.outdated,
        first_hand_at=approval.first_hand_at,
    )
