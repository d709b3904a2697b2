"""Trying a process on every live concept that goes by it, without publishing anything."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from schemas.process import Process, ProcessRef
from schemas.readiness import Readiness
from schemas.simulation import Effect, NewlyBlocking, SimulatedConcept, SimulatedProcess, Simulation
from service.domain.rules.process_rules import digest, looks_at_themes
from service.store.nouns import processes
from service.store.nouns.concepts import concepts
from service.store.sql.engine import Database
from service.usecases.errors import invalid, require
from service.usecases.paging import PageRequest, first_of
from service.usecases.processes.processes import PublishedProcess, no_process, no_process_under, published
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.process_comparison import (
    ComparedConcept,
    compared,
    counts_in,
    in_short,
    page_of,
    start_of,
)
from service.usecases.verdicts.readiness_index import ReadTarget
from service.usecases.views import show_row

LIST = "simulation"
UNPUBLISHED = 0
neither = partial(
    invalid, "body", "a draft or a version is needed", "send the draft, or name a version: ?version=1"
)


class Trial(NamedTuple):
    """A simulation's subject: a draft, or the version of the process `key`; on which concepts. `of`: the
    process that they go by (None: this one). No portfolios named: all that the caller sees."""

    key: str
    draft: Process | None = None
    version: int | None = None
    of: str | None = None
    portfolios: Sequence[str] = ()
    effect: Effect | None = None


def simulate(
    db: Database, caller: Caller, target: ReadTarget, trial: Trial, wanted: PageRequest
) -> Simulation:
    """One page; the first one goes through all concepts to count them. The index is to have reached
    the target. Nothing is written."""
    with db.reading() as connection:
        tried = _tried(db, connection, trial)
        name = [tried.ref.digest, trial.of or trial.key]
        after, summary = start_of(LIST, wanted.cursor, name)
        rules = [caller.within(concepts.c.portfolio), concepts.c.process_key == (trial.of or trial.key)]
        if trial.portfolios:
            rules.append(concepts.c.portfolio.in_(trial.portfolios))
        comparisons = compared(db, connection, target, tried, rules, after)
        is_first = summary is None
        items, counted = page_of(comparisons, wanted.limit, _shown, chosen=trial.effect, whole=is_first)
    counts = counted if summary is None else counts_in(summary)
    first_page = [*counts.model_dump().values()]
    shown, following = first_of(items, wanted.limit, LIST, lambda each: [*name, each.concept, first_page])
    version = tried.ref.version
    return Simulation(
        items=[*shown],
        next=following,
        as_of=target.as_of,
        process=SimulatedProcess(
            key=trial.key,
            version=None if version == UNPUBLISHED else version,
            digest=tried.ref.digest,
        ),
        counts=counts,
    )


def _tried(db: Database, connection: Connection, trial: Trial) -> PublishedProcess:
    missing = no_process if trial.of is None else partial(no_process_under, "query.of")
    require(processes.latest(connection, trial.of or trial.key), missing)
    if trial.draft is None:
        version = require(trial.version, neither)
        return require(published(db, connection, trial.key, version), no_process)
    name = digest(trial.draft)
    known = processes.with_digest(connection, trial.key, name)
    ref = ProcessRef(key=trial.key, version=known.version if known else UNPUBLISHED, digest=name)
    return PublishedProcess(ref, trial.draft, looks_at_themes(trial.draft))


def _shown(compared: ComparedConcept, effect: Effect) -> SimulatedConcept:
    concept, now, then = compared.concept, compared.now, compared.then
    new = set(then.blocking) - set(now.blocking)
    return SimulatedConcept(
        concept=concept.key,
        portfolio=concept.portfolio,
        effect=effect,
        now=now,
        then=in_short(then),
        newly_blocking=list(_newly_blocking(then, new)),
        no_longer_blocking=[id for id in now.blocking if id not in then.blocking],
    )


def _newly_blocking(then: Readiness, new: set[str]) -> Iterator[NewlyBlocking]:
    entries = [(each.key, entry) for each in then.decisions for entry in each.criteria]
    for decision, entry in [*entries, *((None, entry) for entry in then.gate_criteria)]:
        if entry.id in new:
            yield show_row(NewlyBlocking, entry, decision=decision)
