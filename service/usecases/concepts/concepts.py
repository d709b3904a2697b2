"""Concepts: create, change, read."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import convert
from sqlalchemy import Connection, Row, delete, insert, select

from schemas.concept import Concept, ConceptIn, ConceptPatch
from schemas.nouns import External
from schemas.outcome import OutcomeSeen
from schemas.page import Page
from schemas.process import ProcessRef
from schemas.readiness import Owed
from service.domain.facts.present import present
from service.domain.facts.progress import Progress, progress_of
from service.domain.record.concept import ConceptChanged, ConceptCreated, ExternalId
from service.domain.record.process import PinnedVersion
from service.domain.verdict.debts import owed
from service.domain.verdict.evaluation import outstanding
from service.store.nouns import concepts, portfolios, processes
from service.store.sql.engine import Database
from service.usecases.concept_access import work_on_concept
from service.usecases.concepts.outcome_views import outcomes_in_short
from service.usecases.errors import (
    external_taken,
    invalid,
    key_taken,
    no_concept,
    no_such_portfolio,
    require,
)
from service.usecases.paging import PageRequest, paged_together
from service.usecases.processes.processes import PublishedProcess, no_process_under, no_version, of_row
from service.usecases.registry.external_ids import required_pair
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller, Work, require_visible, work_on
from service.usecases.verdicts.cases import facts_now, labels, pinned
from service.usecases.views import etag_of, show_row

NAMES = ("process", "process_version")


def create_concept(db: Database, caller: Caller, body: ConceptIn) -> Concept:
    """A new idea before the first gate of its process's latest version."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return shown(db, work.tx, work.once(lambda: create(work, body)), work.now)


def change_concept(db: Database, caller: Caller, key: str, body: ConceptPatch) -> Concept:
    """New title, origin, segments, team or external ids."""
    with work_on_concept(db, caller, key) as (work, row):

        def change() -> str:
            work.expect(concept_etag(row))
            return change_locked(work, row, body)

        return shown(db, work.tx, work.once(change), work.now)


def get_concept(db: Database, caller: Caller, key: str) -> Concept:
    """One concept."""
    with db.reading() as connection:
        row = require_visible(concepts.find(connection, key, caller.portfolios), caller, no_concept)
        return _shown(db, connection, [row], caller.clock())[0]


def list_concepts(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None, external: str | None
) -> Page[Concept]:
    """Concepts by key, of one portfolio or of all, or those with an id in another system."""
    query = concepts.query()
    if external is not None:
        query = concepts.by_external(*required_pair(external, "query.external"))
    if portfolio is not None:
        query = query.where(concepts.concepts.c.portfolio == portfolio)
    query = query.where(caller.within(concepts.concepts.c.portfolio))
    now = caller.clock()
    with db.reading() as connection:
        show = partial(_shown, db, connection, now=now)
        return paged_together(connection, "concepts", query, concepts.concepts.c.key, wanted, show)


def create(work: Work, body: ConceptIn) -> str:
    """Enter a concept as part of a larger write; its key."""
    if concepts.find(work.tx, body.key) is not None:
        raise key_taken()
    chosen = allowed_process(work.tx, body.portfolio, body.process, body.process_version)
    require_people(work.tx, "body.team", body.team)
    concept_id = work.new_id("cpt")
    stored = work.store_words(title=body.title)
    created = ConceptCreated(
        key=body.key,
        portfolio=body.portfolio,
        process=PinnedVersion(**chosen.ref.model_dump()),
        enforced=chosen.process.mode == "enforce",
        origin=body.origin,
        primary_segment=body.primary_segment,
        segments=tuple(sorted(set(body.segments))),
        team=tuple(sorted(set(body.team))),
        external=tuple(ExternalId(**each.model_dump()) for each in body.external),
        commitment=stored.commitment,
    )
    work.enter(
        concepts.concepts,
        created,
        concept_id,
        stored,
        id=concept_id,
        process_key=chosen.ref.key,
        process_version=chosen.ref.version,
        facts=created.written(),
        team_ever=[*created.team],
        segments_ever=sorted({body.primary_segment, *body.segments}),
        revision=1,
        **work.stamp("created"),
        **progress_columns(progress_of(chosen.process, ())),
    )
    _replace_external_ids(work.tx, body.portfolio, concept_id, body.external)
    return body.key


def progress_columns(progress: Progress) -> dict[str, Any]:
    """The columns that say where a concept stands on its way."""
    return {
        "status": progress.status,
        "stage": progress.stage,
        "next_gate": progress.next_gate.key if progress.next_gate else None,
        "passed_gates": list(progress.passed),
        "launched_at": progress.launched_at,
        "last_go_at": max(progress.passed.values(), default=None),
    }


def allowed_process(
    tx: Connection, portfolio_key: str, key: str, version: int | None, names: tuple[str, str] = NAMES
) -> PublishedProcess:
    """A version that the portfolio allows; None: the newest. `names`: the body's fields for the two."""
    portfolio = require(portfolios.find(tx, portfolio_key), no_such_portfolio)
    latest = processes.latest(tx, key)
    if latest is None:
        raise no_process_under(f"body.{names[0]}")
    if portfolio.processes is not None and key not in portfolio.processes:
        allowed = ", ".join(portfolio.processes) or "none yet"
        rule = "the portfolio does not allow this process"
        raise invalid(f"body.{names[0]}", rule, f"allowed: {allowed}")
    if version is None:
        return of_row(latest)
    chosen = processes.find(tx, key, version)
    return of_row(require(chosen, partial(no_version, f"body.{names[1]}", latest.version)))


def change_locked(work: Work, row: Row[Any], body: ConceptPatch) -> str:
    """Changes a concept whose row is locked, as part of a larger write; returns its key."""
    changes = {name: value for name in body.model_fields_set if (value := getattr(body, name)) is not None}
    require_people(work.tx, "body.team", changes.get("team", ()))
    title = changes.pop("title", None) or _find(work.tx, row.key).words["title"]
    stored = work.store_words(title=title)
    external = changes.pop("external", None)
    facts = {**row.facts, **changes, "commitment": stored.commitment}
    facts["segments"] = sorted(set(facts["segments"]))
    facts["team"] = sorted(set(facts["team"]))
    if external is not None:
        facts["external"] = [each.model_dump() for each in external]
        _replace_external_ids(work.tx, row.portfolio, row.id, external)
    changed = convert(facts, ConceptChanged)
    work.record(changed, row.id, stored.id)
    here = {facts["primary_segment"], *facts["segments"]}
    work.update(
        concepts.concepts,
        row.id,
        facts=changed.written(),
        team_ever=sorted({*row.team_ever, *facts["team"]}),
        segments_ever=sorted({*row.segments_ever, *here}),
        content=stored.id,
        revision=row.revision + 1,
    )
    return str(row.key)


def _replace_external_ids(
    tx: Connection, portfolio: str, concept: str, external: tuple[External, ...]
) -> None:
    table = concepts.externals
    tx.execute(delete(table).where(table.c.concept == concept))
    for index, each in enumerate(external):
        key = {"portfolio": portfolio, "system": each.system, "external_id": each.id}
        if tx.execute(select(table.c.concept).filter_by(**key)).first() is not None:
            raise external_taken(index)
        tx.execute(insert(table).values(**key, concept=concept))


def _find(tx: Connection, key: str) -> Row[Any]:
    return require(concepts.find(tx, key), no_concept)


def shown(db: Database, connection: Connection, key: str, now: datetime) -> Concept:
    """A concept as it stands, with what it owes."""
    return _shown(db, connection, [_find(connection, key)], now)[0]


def _shown(db: Database, connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> list[Concept]:
    """The concepts of these rows. Outcomes are read only for those that were launched, which are few."""
    launched = [row.id for row in rows if row.launched_at is not None]
    outcomes = outcomes_in_short(connection, launched) if launched else {}
    return [_show(row, _owed(db, connection, row, now), outcomes.get(row.id, [])) for row in rows]


def _owed(db: Database, connection: Connection, row: Row[Any], now: datetime) -> list[Owed]:
    """The open debts of the gates that the concept passed. Few concepts were ever given a waiver."""
    if not row.was_waived:
        return []
    judged_by, facts = pinned(db, connection, row), facts_now(connection, row)
    debts = outstanding(judged_by.process, facts, labels(connection, judged_by, facts))
    return owed(debts, present(now, facts.latest))


def _show(row: Row[Any], owing: list[Owed], outcomes: list[OutcomeSeen]) -> Concept:
    facts = row.facts
    return show_row(
        Concept,
        row,
        title=row.words["title"],
        process=ProcessRef(**facts["process"]),
        **{name: facts[name] for name in ("origin", "primary_segment", "segments", "team")},
        external=[External(**each) for each in facts["external"]],
        enforced=facts.get("enforced", True),
        conditional=bool(owing),
        owed=owing,
        outcomes=outcomes,
    ).tagged(concept_etag(row))


def concept_etag(row: Row[Any]) -> str:
    """The ETag of a concept: reviews move it, and enter no words of its own."""
    process = f"{row.process_key}@{row.process_version}"
    return etag_of(row, process, row.status, row.stage, row.next_gate, row.last_go_at)
