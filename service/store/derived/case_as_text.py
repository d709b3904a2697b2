"""A concept's case written out as JSON, each thing as the list of its fields.

Left out is what has a place of its own: what the process says, the decisions' statements, the themes' labels.
A citation stands once, whichever criteria look at it; the values that it adds to a count are numbered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson

from schemas.process import Process
from schemas.readiness import ApprovalSeen, Evidence, Uncited
from service.domain.criteria.intervals import Spell
from service.domain.criteria.weighing import Terms, Voice, Weighed
from service.domain.verdict.evaluation import Docket, Matter
from service.domain.verdict.not_counted import Looker, Watch, Watched
from service.domain.verdict.readiness import Case

Pool = dict[tuple[str, datetime | None], tuple[int, Evidence]]
"""By citation, and when it expires: its place among all, and the entry."""

EVIDENCE = [each.name for each in fields(Evidence)]
UNCITED = [each.name for each in fields(Uncited)]
WORDS = [*ApprovalSeen.model_fields]
THINGS = (Case, Docket, Weighed, Voice, Terms, Spell, Watch, Watched, Looker)
SHAPE = [EVIDENCE, UNCITED, WORDS, *(each._fields for each in THINGS)]
_evidence_fields, _uncited_fields, _word_fields = (attrgetter(*names) for names in (EVIDENCE, UNCITED, WORDS))


def is_written(case: Case) -> bool:
    """Whether it is: not where a waiver plays a part. Such cases are prepared each time."""
    return case.docket is None or not (case.docket.given or case.docket.debts)


def write(case: Case, process: Process) -> str:
    """As `case_from_text` reads it."""
    docket = case.docket
    pool: Pool = {}
    said = [
        case.killed_at,
        None if case.gate is None else _place(process.gates, case.gate.key),
        _head_written(case.head),
        None if docket is None else _docket_written(docket, process, pool),
        [_evidence_fields(evidence) for _, evidence in pool.values()],
        _watch_written(case.watch),
    ]
    return orjson.dumps(said).decode()


def _place(things: Sequence[Any], key: str) -> int:
    return next(place for place, each in enumerate(things) if each.key == key)


def _head_written(head: Mapping[str, Any]) -> dict[str, Any]:
    uncited = [_uncited_fields(each) for each in head["uncited"]]
    return {**head, "process": None, "uncited": uncited}


def _docket_written(docket: Docket, process: Process, pool: Pool) -> list[Any]:
    return [
        [_matter_written(matter, process, pool) for matter in docket.matters],
        [_weighed_written(weighed, pool) for weighed in docket.whole],
        docket.earlier,
        docket.skipped,
    ]


def _matter_written(matter: Matter, process: Process, pool: Pool) -> list[Any]:
    (decision, gate), stated, weighed = matter
    return [
        _place(process.gates, gate.key),
        _place(gate.decisions, decision.key),
        None if stated is None else [stated.version, stated.owner],
        [_weighed_written(each, pool) for each in weighed],
    ]


def _weighed_written(weighed: Weighed, pool: Pool) -> list[Any]:
    """Most have nothing but terms and spells."""
    where, window, since = weighed.terms
    more = {
        "voices": [
            [each.segment, each.theme, *_spells_written(each.spells, pool)] for each in weighed.voices
        ],
        "notes": [[start, end, len(values)] for start, end, values, _ in weighed.notes],
        "unanswered": weighed.unanswered,
        "words": [_word_fields(each) for each in weighed.words],
        "agreed": weighed.agreed,
    }
    terms = [where, None if window is None else window.days, since]
    said = {name: value for name, value in more.items() if value}
    return [*terms, *_spells_written(weighed.spells, pool), said or None]


def _spells_written(spells: Sequence[Spell], pool: Pool) -> tuple[list[int], list[list[int]]]:
    """Places in the pool, and the numbers of their values."""
    numbers: dict[object, int] = {}
    places = []
    for _, _, values, evidence in spells:
        for value in values:
            numbers.setdefault(value, len(numbers))
        if evidence is not None:
            its_name = evidence.citation, evidence.expires_at
            places.append(pool.setdefault(its_name, (len(pool), evidence))[0])
    return places, [[numbers[value] for value in each.values] for each in spells]


def _watch_written(watch: Watch) -> list[Any]:
    watched = watch.every()
    lookings = {id(each.looking): each.looking for each in watched}
    places = {its_id: place for place, its_id in enumerate(lookings)}
    return [
        watch.since,
        watch.until,
        [[_looker_written(looker) for looker in each.lookers] for each in lookings.values()],
        [[*each[:-1], places[id(each.looking)]] for each in watched],
    ]


def _looker_written(looker: Looker) -> tuple[str, int | None]:
    return looker.criterion, None if looker.window is None else looker.window.days
