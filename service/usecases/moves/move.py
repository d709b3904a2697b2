"""Moving a concept to another process version: explicit, recorded, and shown before it is done."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.concept import Move, MoveIn, Standing
from service.domain.facts.fold import move
from service.domain.facts.model import Facts, Review
from service.domain.facts.progress import progress_of
from service.domain.record.concept import ConceptMoved
from service.domain.record.process import PinnedVersion
from service.domain.verdict.readiness import verdict
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.concepts.concepts import allowed_process, concept_etag, progress_columns
from service.usecases.errors import Refused
from service.usecases.planning.what_if_verdicts import load_facts
from service.usecases.processes.processes import PublishedProcess, version_of
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import case_at, facts_now, pinned

NAMES = ("key", "version")
unchanged = partial(Refused, "process-unchanged", "The concept goes by that version already.")


def preview_move(db: Database, caller: Caller, concept_key: str, body: MoveIn) -> Move:
    """The changes that a move of the concept would make. Nothing is written."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        target = _target(connection, concept, body)
        loaded = load_facts(connection, concept, None, caller.clock())
        if loaded.facts is None:
            raise LookupError("a concept has no events")
        before = pinned(db, connection, concept)
        return _shown(connection, concept, before, target, loaded.facts, loaded.at, moved=False)


def move_concept(db: Database, caller: Caller, concept_key: str, body: MoveIn) -> Move:
    """Moves a concept to another version; what was decided stays as it was decided."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        tx, facts = work.tx, facts_now(work.tx, concept)
        made = work.once(lambda: _move(work, concept, _target(tx, concept, body), facts, body))
        # The same request again is answered the same: it moved from there, though it stands here by now.
        before, after = (_named(db, tx, ref) for ref in made.split(" "))
        return _shown(tx, concept, before, after, facts, work.now, moved=True)


def _target(connection: Connection, concept: Row[Any], body: MoveIn) -> PublishedProcess:
    key = body.key or concept.process_key
    target = allowed_process(connection, concept.portfolio, key, body.version, NAMES)
    if (target.ref.key, target.ref.version) == (concept.process_key, concept.process_version):
        raise unchanged()
    return target


def _move(work: Work, concept: Row[Any], target: PublishedProcess, facts: Facts, body: MoveIn) -> str:
    work.expect(concept_etag(concept), required=False)
    record_move(work, concept, target, facts.reviews, body.reason)
    return f"{concept.process_key}@{concept.process_version} {target.ref.key}@{target.ref.version}"


def record_move(
    work: Work, concept: Row[Any], target: PublishedProcess, reviews: Iterable[Review], reason: str
) -> None:
    """Enter the move of a locked concept, as part of a larger write."""
    stored = work.store_words(reason=reason)
    enforced = concept.facts.get("enforced", True) and target.process.mode == "enforce"
    ref = target.ref.model_dump()
    moved = ConceptMoved(process=PinnedVersion(**ref), enforced=enforced, commitment=stored.commitment)
    work.record(moved, concept.id, stored.id)
    work.update(
        concepts.concepts,
        concept.id,
        **progress_columns(progress_of(target.process, reviews)),
        process_key=target.ref.key,
        process_version=target.ref.version,
        facts={**concept.facts, "process": ref, "enforced": enforced},
        revision=concept.revision + 1,
    )


def _named(db: Database, connection: Connection, ref: str) -> PublishedProcess:
    key, _, version = ref.partition("@")
    return version_of(db, connection, key, int(version))


def _shown(
    connection: Connection,
    concept: Row[Any],
    before: PublishedProcess,
    after: PublishedProcess,
    facts: Facts,
    now: datetime,
    *,
    moved: bool,
) -> Move:
    before_move = _standing_by(connection, before, facts, now)
    # The move itself outdates what was said under the version before.
    move(facts, after.ref.key, after.ref.version)
    after_move = _standing_by(connection, after, facts, now)
    return Move(concept=concept.key, before=before_move, after=after_move, moved=moved)


def _standing_by(
    connection: Connection, judged_by: PublishedProcess, facts: Facts, now: datetime
) -> Standing:
    progress = progress_of(judged_by.process, facts.reviews)
    judged = verdict(case_at(connection, judged_by, facts), judged_by.process, now)
    return Standing(
        process=judged_by.ref,
        stage=progress.stage,
        next_gate=progress.next_gate.key if progress.next_gate else None,
        verdict=judged.verdict,
        blocking=judged.blocking,
    )
