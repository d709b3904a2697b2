"""Good news only is visible: what the team heard and did not bring."""

import pytest

from tests.conftest import FixedClock
from tests.gateproof import Gateproof


@pytest.fixture
def begun(gateproof: Gateproof, clock: FixedClock) -> Gateproof:
    gateproof.begin("starter")
    gateproof.state("problem")
    clock.move(hours=1)
    return gateproof


def uncited(gateproof: Gateproof) -> list[str]:
    return [entry["conversation"] for entry in gateproof.readiness()["uncited"]]


def test_a_fitting_conversation_that_nobody_cited_is_listed(begun: Gateproof) -> None:
    talk = begun.talk()

    entry = begun.readiness()["uncited"][0]

    assert (entry["conversation"], entry["customer"], entry["segment"]) == (talk, "customer-1", "smb")
    begun.cite(talk, "problem", "contradicts")
    assert uncited(begun) == []


def test_withdrawing_the_citation_brings_it_back_and_says_so(begun: Gateproof) -> None:
    talk = begun.talk()
    begun.withdraw(begun.cite(talk, "problem")["id"])

    (entry,) = begun.readiness()["uncited"]
    assert entry["conversation"] == talk
    assert [each["what"] for each in entry["changes"]] == ["citation_withdrawn"]
    assert begun.readiness()["not_counted"][0]["code"] == "WITHDRAWN"


def test_other_segments_other_teams_and_what_is_no_evidence_are_not_listed(begun: Gateproof) -> None:
    begun.customer("big", segment="enterprise")
    begun.talk("big")
    begun.talk(attendees=["admin"])
    begun.talk(kind="survey")

    assert uncited(begun) == []


def test_a_wider_team_or_further_segments_bring_theirs(begun: Gateproof) -> None:
    begun.customer("big", segment="enterprise")
    elsewhere, others = begun.talk("big"), begun.talk(attendees=["admin"])

    patch = {"segments": ["enterprise"], "team": ["pm-1", "admin"]}
    begun.patch("/concepts/tariff-radar", patch, **{"If-Match": '"1"'})

    assert uncited(begun) == [elsewhere, others]


def test_what_was_recorded_before_the_last_gate_is_no_longer_listed(
    begun: Gateproof, clock: FixedClock
) -> None:
    for _ in range(2):
        begun.cite(begun.talk(), "problem")
    early = begun.talk()
    assert uncited(begun) == [early]
    clock.move(hours=1)
    begun.review("S1", "go")
    clock.move(hours=1)

    late = begun.talk()

    assert uncited(begun) == [late]
    begun.review("S2", "recycle", to="S1")
    assert uncited(begun) == [early, late]


def test_a_withdrawn_conversation_stays_with_who_withdrew_it(begun: Gateproof) -> None:
    talk = begun.talk()
    begun.post(f"/conversations/{talk}/withdraw", {"reason": "A colleague's cousin"}, 200)

    (entry,) = begun.readiness()["uncited"]
    assert entry["conversation"] == talk
    assert [(each["what"], each["by"]) for each in entry["changes"]] == [("withdrawn", "admin")]
