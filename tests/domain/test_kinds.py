"""A kind of criterion is whole, or the service does not start."""

from dataclasses import fields
from typing import Any

import pytest
from msgspec import msgpack

from schemas.process import CRITERIA, KINDS
from service.domain.criteria import kinds
from service.domain.criteria.kind import Kind
from service.domain.verdict.case import Case
from service.domain.verdict.readiness import prepare
from tests.domain.building import Story, asks, gate, process, ref_of

EVERY = [*kinds.KINDS.values()]
each_kind = pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
ONE_OF_EACH: dict[str, dict[str, Any]] = {
    "at_least": {"at_least": 1, "of": "customers"},
    "pattern": {"pattern": 1},
    "contradictions": {"contradictions": "answered"},
    "disconfirmation": {"disconfirmation": 1},
    "approvals": {"approvals": 1},
}


def test_each_kind_of_the_language_has_its_file() -> None:
    assert {kind.name: kind.model for kind in EVERY} == CRITERIA
    assert set(KINDS) == set(CRITERIA)


@pytest.mark.parametrize("part", [each.name for each in fields(Kind)])
def test_a_kind_without_one_of_its_parts_is_none(part: str) -> None:
    parts = {name: value for name, value in vars(EVERY[0]).items() if name != part}
    with pytest.raises(TypeError, match=part):
        Kind(**parts)


def test_a_kind_of_the_language_without_a_file_stops_the_start() -> None:
    with pytest.raises(TypeError, match="distinct_weeks"):
        kinds.of_the_files({**CRITERIA, "distinct_weeks": object})


def test_a_file_without_a_kind_of_the_language_stops_the_start() -> None:
    fewer = {name: model for name, model in CRITERIA.items() if name != "pattern"}
    with pytest.raises(TypeError, match="pattern"):
        kinds.of_the_files(fewer)


@each_kind
def test_its_entry_says_how_it_stands_and_what_would_help(kind: Kind[Any, Any]) -> None:
    criterion = {**ONE_OF_EACH[kind.name], "id": "it"}
    story = Story(process(gate("G1", asks("problem"), criteria=[criterion])))
    story.state("problem")
    story.hear("problem", stance="contradicts", themes=["late"])
    case = prepare(story.rules, ref_of(), None, story.facts(), story.themes)
    assert case.inputs is not None
    (weighed,) = case.inputs.whole
    assert isinstance(weighed.inputs, kind.inputs)
    assert msgpack.decode(msgpack.encode(case), type=Case) == case

    entry = story.result("it")
    assert entry.kind == kind.name
    assert entry.message.endswith(".")
    assert (entry.remedy is not None) == (entry.outcome == "unmet")
