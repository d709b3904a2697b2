from datetime import date
from typing import Any, get_args

import pytest

from schemas.readiness import Deficit
from schemas.vocabulary import Unit
from service.domain.criteria import wording
from service.domain.criteria.kind import Kind
from service.domain.criteria.kinds import KINDS


@pytest.mark.parametrize("unit", get_args(Unit))
def test_every_unit_has_a_singular(unit: Unit) -> None:
    assert wording.plural(1, unit) == f"1 {unit.removesuffix('s')}"
    assert wording.plural(2, unit) == f"2 {unit}"
    assert wording.plural(0, unit) == f"0 {unit}"


def test_filters_read_as_phrases() -> None:
    where = {"first_hand": True, "has": ["quote", "commitment"], "within_days": 30}
    assert wording.filters(where) == ", first hand yes, has quote or commitment, within days 30"
    assert wording.filters({}) == ""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_says_what_would_help(kind: Kind[Any, Any]) -> None:
    deficit = Deficit(missing=2, of="customers", where={}, held_after=date(2026, 8, 24))
    remedy = kind.remedy(deficit)
    assert remedy.endswith(".")
    assert ("2026-08-24" in remedy) == kind.traits.ages


def test_each_kind_asks_for_something_of_its_own() -> None:
    deficit = Deficit(missing=1, of="customers", where={"segment": "smb"}, held_after=None)
    remedies = {kind.name: kind.remedy(deficit) for kind in KINDS.values()}
    assert remedies["at_least"] == "Needed: 1 more customer, segment smb; record and cite what they said."
    assert "same theme from 1 customer more" in remedies["pattern"]
    assert "sign a note" in remedies["disconfirmation"]
    assert "owner answers" in remedies["contradictions"]
    assert "Ask 1 gatekeeper" in remedies["approvals"]
