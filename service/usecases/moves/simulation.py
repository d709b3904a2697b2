"""Trying a process on every live concept that goes by it, without publishing anything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from schemas.process import Process, ProcessRef
from schemas.readiness import Readiness
from schemas.simulation import (
    Effect,
    EffectCounts,
    NewlyBlocking,
    SimulatedConcept,
    SimulatedProcess,
    Simulation,
)
from service.domain.rules.process_rules import digest, looks_at_themes
from service.store.nouns import processes
from service.store.nouns.concepts import concepts
from service.store.sql.engine import Database
from service.usecases.errors import invalid
from service.usecases.paging import PageRequest, bad_cursor, pack, unpack
from service.usecases.processes.processes import Published, no_process, published
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.process_comparison import ComparedConcept, compared, effect_of, in_short
from service.usecases.verdicts.readiness_index import ReadTarget

LIST = "simulation"
UNPUBLISHED = 0
neither = partial(
    invalid, "body", "a draft or a version is needed", "send the draft, or name a version: ?version=1"
)


class Trial(NamedTuple):
    """What is tried: a draft, or the version of the process `key`; on which concepts. `of`: the process
    that they go by (None: this one). No portfolios named: all that the caller sees."""

    key: str
    draft: Process | None = None
    version: int | None = None
    of: str | None = None
    portfolios: Sequence[str] = ()
    effect: Effect | None = None


class SimulationStart(NamedTuple):
    """Where a page begins: after this key, with what the first page counted."""

    key: str
    counts: EffectCounts


def simulate(
    db: Database, caller: Caller, target: ReadTarget, trial: Trial, wanted: PageRequest
) -> Simulation:
    """One page; the first one goes through all concepts to count them. The index is to have reached
    the target. Nothing is written."""
    with db.reading() as connection:
        tried = _tried(db, connection, trial)
        name = [tried.ref.digest, trial.of or trial.key]
        start = None if wanted.cursor is None else _start(wanted.cursor, name)
        rules = [caller.within(concepts.c.portfolio), concepts.c.process_key == (trial.of or trial.key)]
        if trial.portfolios:
            rules.append(concepts.c.portfolio.in_(trial.portfolios))
        comparisons = compared(db, connection, target, tried, rules, start.key if start else "")
        items: list[SimulatedConcept] = []
        counted: Counter[str] = Counter()
        for each in comparisons:
            effect = effect_of(each)
            counted[effect] += 1
            if len(items) <= wanted.limit and trial.effect in (None, effect):
                items.append(_shown(each, effect))
            if start is not None and len(items) > wanted.limit:
                break
    counts = start.counts if start else EffectCounts(**counted)
    following = None
    if len(items) > wanted.limit:
        following = pack(LIST, [*name, items[wanted.limit - 1].concept, list(counts.model_dump().values())])
    version = tried.ref.version
    return Simulation(
        items=items[: wanted.limit],
        next=following,
        as_of=target.as_of,
        process=SimulatedProcess(
            key=trial.key,
            version=None if version == UNPUBLISHED else version,
            digest=tried.ref.digest,
        ),
        counts=counts,
    )


def _tried(db: Database, connection: Connection, trial: Trial) -> Published:
    if trial.of is not None and processes.latest(connection, trial.of) is None:
        raise invalid("query.of", "no process is published under this key", "GET /v1/processes lists them")
    if trial.of is None and processes.latest(connection, trial.key) is None:
        raise no_process()
    if trial.draft is None:
        if trial.version is None:
            raise neither()
        tried = published(db, connection, trial.key, trial.version)
        if tried is None:
            raise no_process()
        return tried
    name = digest(trial.draft)
    known = processes.with_digest(connection, trial.key, name)
    ref = ProcessRef(key=trial.key, version=known.version if known else UNPUBLISHED, digest=name)
    return Published(ref, trial.draft, looks_at_themes(trial.draft))


def _start(cursor: str, name: list[str]) -> SimulationStart:
    match unpack(LIST, cursor):
        case [str(digest), str(of), str(key), [int(blocked), int(ready), int(unchanged)]] if [
            digest,
            of,
        ] == name and key.isprintable():
            counts = EffectCounts(newly_blocked=blocked, newly_ready=ready, unchanged=unchanged)
            return SimulationStart(key, counts)
    raise bad_cursor()


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
            yield NewlyBlocking(
                id=entry.id,
                decision=decision,
                required=entry.required,
                actual=entry.actual,
                message=entry.message,
            )
