"""Passes that held beside passes that did not."""

from typing import Any

import pytest

from service.domain.launches.passes import (
    Comparison,
    GivenOutcome,
    LaunchedConcept,
    compare,
    pass_of,
    worst_of,
)

HELD, FAILED = GivenOutcome("held", "generalise"), GivenOutcome("did_not_hold", "leave_behind")


def criterion(id: str, outcome: str = "met", waiver: str | None = None) -> dict[str, Any]:
    waived = {"id": waiver} if waiver else None
    return {"id": id, "kind": "at_least", "level": "must", "outcome": outcome, "waiver": waived}


def asked(key: str, version: int | None, *criteria: dict[str, Any], by: str = "G1") -> dict[str, Any]:
    return {"key": key, "version": version, "asked_by": by, "criteria": list(criteria)}


def frozen(*decisions: dict[str, Any], whole: tuple[dict[str, Any], ...] = (), version: int = 1) -> Any:
    process = {"key": "small", "version": version}
    return {"gate": "G1", "process": process, "decisions": list(decisions), "gate_criteria": list(whole)}


def compared(*documents: Any, launched: dict[str, int], **verdicts: GivenOutcome) -> Comparison:
    passes = [pass_of(f"rev_{n}", each, launched, verdicts) for n, each in enumerate(documents)]
    return compare([LaunchedConcept(passes, verdicts)])


def counted(comparison: Comparison, id: str) -> dict[tuple[str, str], int]:
    return dict(comparison.criteria["small", id].counts)


def test_a_decisions_criterion_goes_by_that_decision() -> None:
    document = frozen(asked("problem", 1, criterion("three")), asked("price", 2, criterion("paid", "unmet")))
    comparison = compared(document, launched={"problem": 1, "price": 2}, problem=HELD, price=FAILED)

    assert counted(comparison, "three") == {("met", "held"): 1}
    assert counted(comparison, "paid") == {("unmet", "did_not_hold"): 1}
    assert comparison.decisions == {"held": 1, "did_not_hold": 1, "generalise": 1, "leave_behind": 1}


def test_a_gates_criterion_goes_by_all_its_decisions() -> None:
    document = frozen(asked("problem", 1), asked("price", 1), whole=(criterion("weeks"),))
    launched = {"problem": 1, "price": 1}

    assert counted(compared(document, launched=launched, problem=HELD, price=FAILED), "weeks") == {
        ("met", "did_not_hold"): 1
    }
    assert counted(compared(document, launched=launched, problem=HELD), "weeks") == {("met", "open"): 1}
    assert counted(compared(document, launched=launched, problem=HELD, price=HELD), "weeks") == {
        ("met", "held"): 1
    }


def test_what_was_restated_before_the_launch_cannot_be_told() -> None:
    document = frozen(asked("problem", 1, criterion("three")), asked("price", 1), whole=(criterion("weeks"),))
    comparison = compared(document, launched={"problem": 2, "price": 1}, problem=FAILED, price=HELD)

    assert counted(comparison, "three") == {("met", "restated"): 1}
    assert counted(comparison, "weeks") == {("met", "held"): 1}
    assert comparison.decisions == {"held": 1, "generalise": 1}


def test_nor_can_what_was_not_stated_when_it_passed() -> None:
    document = frozen(asked("problem", 1), asked("message", None, criterion("quotes", "unmet")))
    comparison = compared(document, launched={"problem": 1, "message": 1}, problem=HELD, message=FAILED)

    assert counted(comparison, "quotes") == {("unmet", "restated"): 1}
    assert comparison.without_waiver == {"held": 1}


def test_a_pass_with_a_waiver_is_counted_apart() -> None:
    waived = frozen(asked("price", 1, criterion("two", "waived", "wvr_1"), criterion("heard")))
    not_needed = frozen(asked("price", 1, criterion("two", "met", "wvr_2")))
    comparison = compared(waived, not_needed, launched={"price": 1}, price=FAILED)

    assert comparison.with_waiver == {"did_not_hold": 1}
    assert comparison.without_waiver == {"did_not_hold": 1}
    assert counted(comparison, "two") == {("waived", "did_not_hold"): 1, ("met", "did_not_hold"): 1}


def test_a_criterion_is_one_over_all_versions_and_shows_as_in_the_newest() -> None:
    first = frozen(asked("price", 1, criterion("two"), by="G1"), version=1)
    second = frozen(asked("price", 1, criterion("two"), by="G2"), version=2)
    comparison = compared(second, first, launched={"price": 1}, price=HELD).criteria["small", "two"]

    assert (comparison.versions, comparison.description[:3]) == ({1, 2}, (2, "G2", "price"))
    assert comparison.counts == {("met", "held"): 2}


def test_a_concept_without_a_pass_that_was_asked_for_is_not_counted() -> None:
    assert compare([LaunchedConcept([], {"problem": HELD})]) == Comparison()


@pytest.mark.parametrize(
    ("every", "text"),
    [
        ((), "restated"),
        (("held", "restated"), "held"),
        (("held", "open", "restated"), "open"),
        (("held", "open", "did_not_hold"), "did_not_hold"),
    ],
)
def test_one_that_did_not_hold_is_enough_and_all_have_to_be_told_of(every: Any, text: str) -> None:
    assert worst_of(every) == text
