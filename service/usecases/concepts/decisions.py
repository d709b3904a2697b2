"""Decisions: state, restate, read; and the signed note that nothing spoke against them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, update

from schemas.citation import Confirmed, ConfirmIn
from schemas.concept import (
    Alternative,
    Decision,
    DecisionIn,
    DecisionVersion,
    DisconfirmationIn,
    DisconfirmationNote,
)
from schemas.outcome import OutcomeSeen
from schemas.page import Page
from service.domain.record.decision import DecisionStated, DisconfirmationNoted, WordingConfirmed
from service.domain.record.event import LogEntry
from service.domain.rules.process_rules import decision_keys
from service.domain.rules.ways_out import wording_objection
from service.domain.texts.measures import alike, says_something
from service.store.nouns import citations, decisions
from service.store.reading import history
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.concepts.outcome_views import outcomes_in_short
from service.usecases.errors import invalid, not_found, refuse_if, require
from service.usecases.paging import PageRequest, paged
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import facts_at_head, pinned
from service.usecases.verdicts.readiness import require_gate
from service.usecases.views import etag_of, show_row

no_decision = partial(not_found, "decision")
STATED, RESTATED = "stated", "restated"


def state_decision(
    db: Database, caller: Caller, concept_key: str, key: str, body: DecisionIn
) -> tuple[Decision, bool]:
    """State or restate it; saying the same again changes nothing. Also whether it is new."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        require_asked(db, work.tx, concept, key)
        known = decisions.find(work.tx, concept.id, key)
        done = work.once(lambda: _state(work, concept, known, key, body))
        return _get(work.tx, concept, key), done == STATED


def get_decision(db: Database, caller: Caller, concept_key: str, key: str) -> Decision:
    """One decision as it stands."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        return _get(connection, concept, key)


def list_decisions(db: Database, caller: Caller, concept_key: str) -> Sequence[Decision]:
    """A concept's decisions, by key. There are never more than its process asks for."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        seen = _outcomes(connection, concept)
        return [_show(concept, row, seen) for row in decisions.every(connection, concept.id)]


def list_decision_versions(
    db: Database, caller: Caller, concept_key: str, key: str
) -> Sequence[DecisionVersion]:
    """A decision's versions, the first one first."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        entries = history.stream(connection, concept.id)
        versions = [
            show_row(
                DecisionVersion,
                entry.event,
                stated_at=entry.at,
                stated_by=entry.actor,
                wording_confirmed=_confirmed(entries, key, entry.event.version),
                **_worded(entry.words),
            )
            for entry in entries
            if isinstance(entry.event, DecisionStated) and entry.event.decision == key
        ]
    if not versions:
        raise no_decision()
    return versions


def confirm_wording(db: Database, caller: Caller, concept_key: str, key: str, body: ConfirmIn) -> Decision:
    """What rested on the wording before rests on today's: it says the same in other words."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        require(decisions.find(work.tx, concept.id, key), no_decision)
        work.once(lambda: _confirm_wording(work, concept, key, body))
        return _get(work.tx, concept, key)


def _confirm_wording(work: Work, concept: Row[Any], key: str, body: ConfirmIn) -> str:
    if not says_something(body.reason):
        raise invalid("body.reason", "says nothing", "say why it is the same")
    facts = facts_at_head(work.tx, concept, work.chain.head.seq)
    decision = facts.decisions[key]
    refuse_if(wording_objection(facts, decision, work.caller.person))
    stored = work.store_words(reason=body.reason)
    before = decision.wording_of or decision.version
    confirmed = WordingConfirmed(key, decision.version, before, stored.commitment)
    work.record(confirmed, concept.id, stored.id)
    return key


def _confirmed(entries: Iterable[LogEntry[Any]], key: str, version: int) -> Confirmed | None:
    """Who confirmed that this version is another wording only."""
    for entry in entries:
        event = entry.event
        if isinstance(event, WordingConfirmed) and (event.decision, event.version) == (key, version):
            return Confirmed(by=entry.actor, at=entry.at, reason=(entry.words or {}).get("reason", ""))
    return None


def sign_note(db: Database, caller: Caller, concept_key: str, body: DisconfirmationIn) -> DisconfirmationNote:
    """Sign that disconfirming evidence was sought for a gate and none was found."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        require_gate(pinned(db, work.tx, concept), body.gate, "body")
        note_id = work.once(lambda: _sign(work, concept, body))
        query = citations.notes_on(concept.id).where(citations.notes.c.id == note_id)
        return _show_note(concept_key, work.tx.execute(query).one())


def list_notes(
    db: Database, caller: Caller, wanted: PageRequest, concept_key: str
) -> Page[DisconfirmationNote]:
    """A concept's signed notes, the first one first."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        query, show = citations.notes_on(concept.id), partial(_show_note, concept_key)
        return paged(connection, "notes", query, citations.notes.c.id, wanted, show)


def require_asked(
    db: Database, tx: Connection, concept: Row[Any], key: str, field: str = "path.decision"
) -> None:
    """Refused unless some gate of the concept's process asks for this decision."""
    asked = decision_keys(pinned(db, tx, concept).process)
    if key not in asked:
        raise invalid(
            field,
            f"the process {concept.process_key} does not ask for this decision",
            f"one of {', '.join(asked)}",
        )


def _state(work: Work, concept: Row[Any], known: Row[Any] | None, key: str, body: DecisionIn) -> str:
    require_people(work.tx, "body.owner", [body.owner])
    words = {
        "statement": body.statement,
        "alternatives": [each.model_dump() for each in body.alternatives],
    }
    if known is not None and (known.owner, known.words) == (body.owner, words):
        return RESTATED
    restated = known is None or alike(known.words["statement"]) != alike(body.statement)
    if known is not None:
        work.expect(etag_of(known))
    is_wording = known is not None and restated and body.wording_only
    wording_of = _wording_of(work, concept, key) if is_wording else None
    stored = work.store_words(**words)
    stated = DecisionStated(
        decision=key,
        version=(known.version if known else 0) + restated,
        revision=(known.revision if known else 0) + 1,
        owner=body.owner,
        wording_of=wording_of,
        commitment=stored.commitment,
    )
    stamps = work.stamp("stated") if restated else {}
    if known is None:
        stamps |= work.stamp("created")
        work.enter(decisions.decisions, stated, concept.id, stored, concept=concept.id, key=key, **stamps)
        return STATED
    work.record(stated, concept.id, stored.id)
    table = decisions.decisions
    matching = (table.c.concept == concept.id) & (table.c.key == key)
    now = {"version": stated.version, "revision": stated.revision, "owner": body.owner, "content": stored.id}
    work.tx.execute(update(table).where(matching).values(**now, **stamps))
    return RESTATED


def _wording_of(work: Work, concept: Row[Any], key: str) -> int:
    """The version of which the next is another wording: where today's is one that nobody confirmed yet, the
    same as that one."""
    decision = facts_at_head(work.tx, concept, work.chain.head.seq).decisions[key]
    is_pending = decision.wording_of is not None and not decision.is_confirmed
    return decision.wording_of if is_pending and decision.wording_of else decision.version


def _sign(work: Work, concept: Row[Any], body: DisconfirmationIn) -> str:
    if not says_something(body.note):
        raise invalid("body.note", "says nothing", "say where and how you sought it")
    note_id = work.new_id("nte")
    stored = work.store_words(note=body.note)
    noted = DisconfirmationNoted(note=note_id, gate=body.gate, commitment=stored.commitment)
    columns = {"id": note_id, "concept": concept.id, **work.stamp("signed")}
    work.enter(citations.notes, noted, concept.id, stored, **columns)
    return note_id


def _show_note(concept_key: str, row: Row[Any]) -> DisconfirmationNote:
    note = (row.words or {}).get("note", "")
    return show_row(DisconfirmationNote, row, concept=concept_key, note=note)


def _get(connection: Connection, concept: Row[Any], key: str) -> Decision:
    row = require(decisions.find(connection, concept.id, key), no_decision)
    return _show(concept, row, _outcomes(connection, concept))


def _outcomes(connection: Connection, concept: Row[Any]) -> dict[str, OutcomeSeen]:
    """The outcomes of the concept's decisions, by key."""
    return {seen.decision: seen for seen in outcomes_in_short(connection, [concept.id])[concept.id]}


def _show(concept: Row[Any], row: Row[Any], seen: Mapping[str, OutcomeSeen]) -> Decision:
    outcome = seen.get(row.key)
    return show_row(Decision, row, concept=concept.key, outcome=outcome, **_worded(row.words)).tagged(
        etag_of(row)
    )


def _worded(words: Mapping[str, Any] | None) -> dict[str, Any]:
    """The words of a decision, empty where they were erased."""
    known = words or {}
    alternatives = [Alternative(**each) for each in known.get("alternatives", ())]
    return {"statement": known.get("statement", ""), "alternatives": alternatives}
