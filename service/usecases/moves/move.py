"""Moving a concept to another process version: explicit, recorded, and shown before it is done."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.concept import Move, MoveIn, Standing
from service.domain.facts.fold import move
from service.domain.facts.model import Facts, Review
from service.domain.facts.progress import progress
from service.domain.record.concept import ConceptMoved
from service.domain.record.process import ProcessRef
from service.domain.verdict.readiness import verdict
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.concepts.concepts import allowed_process, standing
from service.usecases.errors import Refused
from service.usecases.planning.what_if_verdicts import learn
from service.usecases.processes.processes import Published, version_of
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import case_at, facts_now, pinned

NAMES = ("key", "version")
unchanged = partial(Refused, "process-unchanged", "The concept goes by that version already.")


def preview_move(db: Database, caller: Caller, concept_key: str, body: MoveIn) -> Move:
    """The changes that a move of the concept would make. Nothing is written."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        target = _target(connection, concept, body)
        learnt = learn(connection, concept, None, caller.clock())
        if learnt.facts is None:
            raise LookupError("a concept has no events")
        before = pinned(db, connection, concept)
        return _shown(connection, concept, before, target, learnt.facts, learnt.at, moved=False)


def move_concept(db: Database, caller: Caller, concept_key: str, body: MoveIn) -> Move:
    """Moves a concept to another version; what was decided stays as it was decided."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        tx, facts = work.tx, facts_now(work.tx, concept)
        made = work.once(lambda: _move(work, concept, _target(tx, concept, body), facts, body))
        # The same request again is answered the same: it moved from there, though it stands here by now.
        before, after = (_named(db, tx, ref) for ref in made.split(" "))
        return _shown(tx, concept, before, after, facts, work.now, moved=True)


def _target(connection: Connection, concept: Row[Any], body: MoveIn) -> Published:
    key = body.key or concept.process_key
    target = allowed_process(connection, concept.portfolio, key, body.version, NAMES)
    if (target.ref.key, target.ref.version) == (concept.process_key, concept.process_version):
        raise unchanged()
    return target


def _move(work: Work, concept: Row[Any], target: Published, facts: Facts, body: MoveIn) -> str:
    work.expect(concept.revision, required=False)
    record_move(work, concept, target, facts.reviews, body.reason)
    return f"{concept.process_key}@{concept.process_version} {target.ref.key}@{target.ref.version}"


def record_move(
    work: Work, concept: Row[Any], target: Published, reviews: Iterable[Review], reason: str
) -> None:
    """Enter the move of a concept that is held, as part of a larger write."""
    stored = work.keep(reason=reason)
    enforced = concept.facts.get("enforced", True) and target.process.mode == "enforce"
    ref = target.ref.model_dump()
    moved = ConceptMoved(process=ProcessRef(**ref), enforced=enforced, commitment=stored.commitment)
    work.record(moved, concept.id, stored.id)
    work.update(
        concepts.concepts,
        concept.id,
        **standing(progress(target.process, reviews)),
        process_key=target.ref.key,
        process_version=target.ref.version,
        facts={**concept.facts, "process": ref, "enforced": enforced},
        revision=concept.revision + 1,
    )


def _named(db: Database, connection: Connection, ref: str) -> Published:
    key, _, version = ref.partition("@")
    return version_of(db, connection, key, int(version))


def _shown(
    connection: Connection,
    concept: Row[Any],
    before: Published,
    after: Published,
    facts: Facts,
    now: datetime,
    *,
    moved: bool,
) -> Move:
    stood = _standing(connection, before, facts, now)
    # The move itself outdates what was said under the version before.
    move(facts, after.ref.key, after.ref.version)
    stands = _standing(connection, after, facts, now)
    return Move(concept=concept.key, before=stood, after=stands, moved=moved)


def _standing(connection: Connection, judged_by: Published, facts: Facts, now: datetime) -> Standing:
    way = progress(judged_by.process, facts.reviews)
    judged = verdict(case_at(connection, judged_by, facts), judged_by.process, now)
    return Standing(
        process=judged_by.ref,
        stage=way.stage,
        next_gate=way.next_gate.key if way.next_gate else None,
        verdict=judged.verdict,
        blocking=judged.blocking,
    )
