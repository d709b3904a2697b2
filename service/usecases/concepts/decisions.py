"""Decisions: state, restate, read; and the signed note that nothing spoke against them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, update

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
from service.domain.record.decision import DecisionStated, DisconfirmationNoted
from service.domain.rules.process_rules import decision_keys
from service.domain.texts.measures import alike, says_something
from service.store.nouns import citations, decisions
from service.store.reading import history
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import locked_concept, seen_concept
from service.usecases.concepts.outcome_views import outcomes_seen
from service.usecases.errors import invalid, no_concept, not_found
from service.usecases.paging import PageRequest, paged
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller, Work, join, transaction
from service.usecases.verdicts.cases import pinned

no_decision = partial(not_found, "decision")
STATED, RESTATED = "stated", "restated"


def state_decision(
    db: Database, caller: Caller, concept_key: str, key: str, body: DecisionIn
) -> tuple[Decision, bool]:
    """State or restate it; saying the same again changes nothing. Also whether it is new."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        require_asked(db, tx, concept, key)
        known = decisions.find(tx, concept.id, key)
        done = work.once(lambda: _state(work, concept, known, key, body))
        return _get(tx, concept, key), done == STATED


def get_decision(db: Database, caller: Caller, concept_key: str, key: str) -> Decision:
    """One decision as it stands."""
    with db.reading() as connection:
        return _get(connection, seen_concept(connection, caller, concept_key), key)


def list_decisions(db: Database, caller: Caller, concept_key: str) -> Sequence[Decision]:
    """A concept's decisions, by key. There are never more than its process asks for."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        seen = _outcomes(connection, concept)
        return [_show(concept, row, seen) for row in decisions.every(connection, concept.id)]


def list_decision_versions(
    db: Database, caller: Caller, concept_key: str, key: str
) -> Sequence[DecisionVersion]:
    """A decision's versions, the first one first."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        versions = [
            DecisionVersion(
                version=entry.event.version,
                revision=entry.event.revision,
                statement=(entry.words or {}).get("statement", ""),
                owner=entry.event.owner,
                alternatives=[Alternative(**each) for each in (entry.words or {}).get("alternatives", ())],
                stated_at=entry.at,
                stated_by=entry.actor,
            )
            for entry in history.stream(connection, concept.id)
            if isinstance(entry.event, DecisionStated) and entry.event.decision == key
        ]
    if not versions:
        raise no_decision()
    return versions


def sign_note(db: Database, caller: Caller, concept_key: str, body: DisconfirmationIn) -> DisconfirmationNote:
    """Sign that disconfirming evidence was sought for a gate and none was found."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        gates = [gate.key for gate in pinned(db, tx, concept).process.gates]
        if body.gate not in gates:
            rule = "must be a gate of the concept's process"
            raise invalid("body.gate", rule, f"one of {', '.join(gates)}")
        work = join(tx, caller, concept.portfolio, no_concept)
        note_id = work.once(lambda: _sign(work, concept, body))
        query = citations.notes_on(concept.id).where(citations.notes.c.id == note_id)
        return _show_note(concept_key, tx.execute(query).one())


def list_notes(
    db: Database, caller: Caller, wanted: PageRequest, concept_key: str
) -> Page[DisconfirmationNote]:
    """A concept's signed notes, the first one first."""
    with db.reading() as connection:
        query = citations.notes_on(seen_concept(connection, caller, concept_key).id)
        return paged(
            connection,
            "notes",
            query,
            citations.notes.c.id,
            wanted,
            lambda row: _show_note(concept_key, row),
        )


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
        work.expect(known.revision)
    stored = work.keep(**words)
    now: dict[str, Any] = {
        "version": (known.version if known else 0) + restated,
        "revision": (known.revision if known else 0) + 1,
        "owner": body.owner,
    }
    stated = DecisionStated(decision=key, **now, commitment=stored.commitment)
    work.record(stated, concept.id, stored.id)
    now["content"] = stored.id
    if restated:
        now |= {"stated_at": work.now, "stated_by": work.caller.person}
    _write(work, concept.id, key, known, now)
    return RESTATED if known else STATED


def _write(work: Work, concept: str, key: str, known: Row[Any] | None, now: dict[str, Any]) -> None:
    table = decisions.decisions
    if known is None:
        created = {"created_at": work.now, "created_by": work.caller.person}
        work.tx.execute(insert(table).values(concept=concept, key=key, **created, **now))
    else:
        mine = (table.c.concept == concept) & (table.c.key == key)
        work.tx.execute(update(table).where(mine).values(now))


def _sign(work: Work, concept: Row[Any], body: DisconfirmationIn) -> str:
    if not says_something(body.note):
        raise invalid("body.note", "says nothing", "say where and how you sought it")
    note_id = work.new_id("nte")
    stored = work.keep(note=body.note)
    noted = DisconfirmationNoted(note=note_id, gate=body.gate, commitment=stored.commitment)
    work.record(noted, concept.id, stored.id)
    work.tx.execute(
        insert(citations.notes).values(
            id=note_id,
            concept=concept.id,
            gate=body.gate,
            content=stored.id,
            signed_at=work.now,
            signed_by=work.caller.person,
        )
    )
    return note_id


def _show_note(concept_key: str, row: Row[Any]) -> DisconfirmationNote:
    return DisconfirmationNote(
        id=row.id,
        concept=concept_key,
        gate=row.gate,
        note=(row.words or {}).get("note", ""),
        signed_by=row.signed_by,
        signed_at=row.signed_at,
    )


def _get(connection: Connection, concept: Row[Any], key: str) -> Decision:
    row = decisions.find(connection, concept.id, key)
    if row is None:
        raise no_decision()
    return _show(concept, row, _outcomes(connection, concept))


def _outcomes(connection: Connection, concept: Row[Any]) -> dict[str, OutcomeSeen]:
    """The outcomes of the concept's decisions, by key."""
    return {seen.decision: seen for seen in outcomes_seen(connection, [concept.id])[concept.id]}


def _show(concept: Row[Any], row: Row[Any], seen: Mapping[str, OutcomeSeen]) -> Decision:
    words = row.words or {"statement": "", "alternatives": []}
    return Decision(
        key=row.key,
        concept=concept.key,
        statement=words["statement"],
        version=row.version,
        owner=row.owner,
        alternatives=[Alternative(**each) for each in words["alternatives"]],
        stated_at=row.stated_at,
        stated_by=row.stated_by,
        outcome=seen.get(row.key),
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
    )
