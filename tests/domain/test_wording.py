from datetime import date
from typing import get_args

import pytest

from schemas.readiness import Deficit
from schemas.vocabulary import Unit
from service.domain.criteria import wording


@pytest.mark.parametrize("unit", get_args(Unit))
def test_every_unit_has_a_singular(unit: Unit) -> None:
    assert wording.plural(1, unit) == f"1 {unit.removesuffix('s')}"
    assert wording.plural(2, unit) == f"2 {unit}"
    assert wording.plural(0, unit) == f"0 {unit}"


def test_filters_read_as_phrases() -> None:
    where = {"first_hand": True, "has": ["quote", "commitment"], "within_days": 30}
    assert wording.filters(where) == ", first hand yes, has quote or commitment, within days 30"
    assert wording.filters({}) == ""


def test_a_pattern_names_its_segment() -> None:
    assert "smb" in wording.pattern(3, 2, "smb")
    assert wording.pattern(3, 0, None).startswith("0 of 3 customers of one segment")


@pytest.mark.parametrize("kind", ["at_least", "pattern", "contradictions", "disconfirmation"])
def test_every_kind_of_criterion_has_a_remedy(kind: str) -> None:
    deficit = Deficit(missing=2, of="customers", where={}, held_after=date(2026, 8, 24))
    said = wording.remedy(kind, deficit)
    assert said.endswith(".")
    assert ("2026-08-24" in said) == (kind != "contradictions")


def test_each_kind_asks_for_something_of_its_own() -> None:
    deficit = Deficit(missing=1, of="customers", where={"segment": "smb"}, held_after=None)
    assert wording.remedy("at_least", deficit) == (
        "Needed: 1 more customer, segment smb; record and cite what they said."
    )
    assert "same theme from 1 customer more" in wording.remedy("pattern", deficit)
    assert "sign a note" in wording.remedy("disconfirmation", deficit)
    assert "owner answers" in wording.remedy("contradictions", deficit)


def test_where_nothing_contradicts_it_says_so() -> None:
    assert wording.contradictions(0, 0) == "Nothing cited contradicts."
    assert wording.contradictions(2, 1).startswith("1 of 2 answers")
