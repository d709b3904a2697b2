"""A concept's case read back from its JSON, as `case_as_text` writes it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import orjson

from schemas.process import Contradictions, Criterion, Process, ProcessRef
from schemas.readiness import ApprovalSeen, Evidence, Uncited
from schemas.vocabulary import Level
from service.domain.criteria.intervals import ALWAYS, FOREVER, Spell
from service.domain.criteria.weighing import Terms, Voice, Weighed, level_of
from service.domain.verdict.asked_decisions import Asked
from service.domain.verdict.evaluation import Docket, Matter, Stated
from service.domain.verdict.not_counted import Looker, Looking, Watch, Watched, lasting_of
from service.domain.verdict.readiness import Case
from service.store.derived.case_as_text import WORDS


class Judge(NamedTuple):
    """What a case is judged by: a version of a process, and where the labels of themes are found."""

    process: Process
    ref: ProcessRef
    labels: Callable[[Collection[str]], Mapping[str, str]]


Statements = Mapping[str, str | None]
Pool = list[Spell]
"""Each citation, and when it counts."""
# Two dozen for each verdict: half the time of the constructor that takes them by name.
_spell: Callable[[tuple[Any, ...]], Spell] = partial(tuple.__new__, Spell)


def read(written: str, statements: Statements, judge: Judge) -> Case:
    """The case again."""
    killed_at, place, head, docket, evidence, watch = orjson.loads(written)
    gate = None if place is None else judge.process.gates[place]
    found = None
    if docket is not None and gate is not None:
        pool = list(map(_citation, evidence))
        matters, whole, earlier, skipped = docket
        found = Docket(
            matters=[_matter(matter, statements, judge, pool) for matter in matters],
            whole=_weighed(gate.criteria, "must", whole, judge, pool),
            earlier=earlier,
            skipped=skipped,
            given={},
            debts=[],
        )
    return Case(_instant(killed_at), gate, _head(head, judge.ref), found, _watch(*watch))


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _citation(row: Sequence[Any]) -> Spell:
    citation, conversation, revision, digest, held_at, expires_at, stance = row
    start = datetime.fromisoformat(held_at)
    expires = None if expires_at is None else datetime.fromisoformat(expires_at)
    evidence = Evidence(
        citation=citation,
        conversation=conversation,
        revision=revision,
        digest=digest,
        held_at=start,
        expires_at=expires,
        stance=stance,
    )
    return _spell((start, expires or FOREVER, (), evidence))


def _head(head: dict[str, Any], ref: ProcessRef) -> dict[str, Any]:
    head["process"] = ref
    head["opens_at"], head["due_at"] = _instant(head["opens_at"]), _instant(head["due_at"])
    head["uncited"] = [
        Uncited(
            conversation=conversation,
            customer=customer,
            segment=segment,
            held_at=datetime.fromisoformat(held_at),
        )
        for conversation, customer, segment, held_at in head["uncited"]
    ]
    return head


def _matter(matter: Sequence[Any], statements: Statements, judge: Judge, pool: Pool) -> Matter:
    place, place_in_gate, stated, weighed = matter
    gate = judge.process.gates[place]
    decision = gate.decisions[place_in_gate]
    known = None if stated is None else Stated(statements[decision.key], *stated)
    criteria = _weighed(decision.criteria, decision.level, weighed, judge, pool)
    return Matter(Asked(decision, gate), known, criteria)


def _weighed(
    criteria: Sequence[Criterion], level: Level, found: Sequence[Any], judge: Judge, pool: Pool
) -> list[Weighed]:
    every = []
    for criterion, (where, days, since, places, values, more) in zip(criteria, found, strict=True):
        window = None if days is None else timedelta(days=days)
        terms = Terms(where, window, None if since is None else date.fromisoformat(since))
        spells = _spells(places, values, pool)
        if type(criterion) is Contradictions:
            spells = [Spell(ALWAYS, FOREVER, (), spell.evidence) for spell in spells]
        weighed = Weighed(criterion, level_of(criterion, level), terms, spells)
        every.append(weighed if more is None else weighed._replace(**_more(more, judge, pool)))
    return every


def _spells(places: Sequence[int], values: Sequence[Sequence[int]], pool: Pool) -> list[Spell]:
    found = []
    for place, each in zip(places, values, strict=True):
        start, end, _, evidence = pool[place]
        found.append(_spell((start, end, tuple(each), evidence)))
    return found


def _more(more: dict[str, Any], judge: Judge, pool: Pool) -> dict[str, Any]:
    """What only some kinds have."""
    if "voices" in more:
        labels = judge.labels({theme for _, theme, *_ in more["voices"]})
        more["voices"] = [
            Voice(segment, theme, labels.get(theme), _spells(places, values, pool))
            for segment, theme, places, values in more["voices"]
        ]
    if "notes" in more:
        more["notes"] = [
            Spell(
                datetime.fromisoformat(start),
                datetime.fromisoformat(end),
                tuple(("note", n) for n in range(enough)),
            )
            for start, end, enough in more["notes"]
        ]
    if "words" in more:
        more["words"] = [
            ApprovalSeen.model_validate(dict(zip(WORDS, each, strict=True))) for each in more["words"]
        ]
    return more


def _watch(since: str, until: str, lookings: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Watch:
    with_codes = [row for row in rows if row[_CODES]]
    return Watch(
        since=datetime.fromisoformat(since),
        until=datetime.fromisoformat(until),
        lasting=lasting_of(_every(with_codes, lookings)) if with_codes else (),
        every=partial(_every, rows, lookings),
    )


_CODES = Watched._fields.index("codes")


def _every(rows: Sequence[Sequence[Any]], lookings: Sequence[Any]) -> list[Watched]:
    looking = [
        Looking.by([Looker(name, None if days is None else timedelta(days=days)) for name, days in each])
        for each in lookings
    ]
    return [_watched(row, looking) for row in rows]


def _watched(row: Sequence[Any], lookings: Sequence[Looking]) -> Watched:
    citation, conversation, decision, held_at, codes, place = row
    return Watched(citation, conversation, decision, datetime.fromisoformat(held_at), codes, lookings[place])
