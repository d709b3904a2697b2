"""Somebody writes between two statements of a read: what is answered is one moment's truth all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.citation import CitationIn, Shaped
from schemas.concept import ConceptPatch
from schemas.review import ReviewIn
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import change_concept
from service.usecases.evidence import citations
from service.usecases.gates.reviews import decide
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts import cases
from tests.conftest import FixedClock
from tests.gateproof import Gateproof

Act = Callable[[Database, Caller], Any]


def first(act: Callable[[], Any], then: Callable[..., Any]) -> Callable[..., Any]:
    """`then`, but the first time `act` happens just before."""
    pending = [act]

    def both(*args: Any, **named: Any) -> Any:
        while pending:
            pending.pop()()
        return then(*args, **named)

    return both


def widen_the_team(db: Database, caller: Caller) -> None:
    patch = ConceptPatch(team=("pm-1", "admin"))
    change_concept(db, caller._replace(if_match="*"), "tariff-radar", patch)


def recycle(db: Database, caller: Caller) -> None:
    decide(
        db,
        caller,
        "tariff-radar",
        ReviewIn(gate="S2", outcome="recycle", to="S1", rationale="Once again from there"),
    )


@pytest.mark.parametrize("act", [widen_the_team, recycle])
def test_a_verdict_beside_a_change_can_be_asked_for_again(
    gateproof: Gateproof, clock: FixedClock, db: Database, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    gateproof.begin("starter")
    gateproof.state("problem")
    for _ in range(2):
        gateproof.cite(gateproof.talk(), "problem")
    gateproof.talk()
    clock.move(hours=1)
    gateproof.review("S1", "go")
    gateproof.talk(attendees=["admin"])
    caller = Caller("admin", clock)
    monkeypatch.setattr(cases, "history", first(lambda: act(db, caller), cases.history))

    verdict = gateproof.readiness()

    asked = gateproof.readiness(position=verdict["position"], as_of=verdict["as_of"])
    assert asked == verdict


def test_a_list_of_citations_beside_a_new_one_is_whole(
    gateproof: Gateproof, clock: FixedClock, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateproof.begin()
    gateproof.state("problem")
    early, late = (gateproof.talk() for _ in range(2))
    made = gateproof.cite(early, "problem")["id"]
    shaped = Shaped(effect="confirmed", note="They said so too")
    body = CitationIn(conversation=late, decision="problem", stance="supports", shaped=shaped)
    act = first(
        lambda: citations.cite(db, Caller("admin", clock), "tariff-radar", body), citations.paged_together
    )
    monkeypatch.setattr(citations, "paged_together", act)

    listed = gateproof.get("/concepts/tariff-radar/citations")["items"]

    assert listed[0]["id"] == made
    assert [citation["counts"] for citation in listed] == [True, True]
