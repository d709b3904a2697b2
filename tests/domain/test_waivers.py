from typing import Any

import pytest

from schemas.process import Process
from service.domain.facts.progress import progress_of
from service.domain.facts.waivers import state
from service.domain.rules.waiver_rules import WaiverTerms, request_objection, ruling_objection
from tests.domain.building import NOW, TICK, Story, asks, days, gate, process

HEARD = {"id": "heard", "at_least": 1, "of": "conversations", "waivable": False}
THREE = {"id": "three", "at_least": 3, "of": "customers"}
WEEKS = {"id": "weeks", "at_least": 2, "of": "weeks"}


def story(**counts: Any) -> Story:
    """The problem is heard once, and three customers are asked for at each of two gates."""
    second = asks("problem", HEARD | {"id": "heard-2"}, {"id": "one", "at_least": 1, "of": "customers"})
    told = Story(process(gate("G1", asks("problem", HEARD, THREE)), gate("G2", second), **counts))
    told.state("problem")
    told.hear()
    return told


def test_a_request_lets_nothing_pass() -> None:
    told = story()
    told.request_waiver("three")
    assert (told.verdict().verdict, told.result("three").waiver) == ("blocked", None)


def test_an_approved_waiver_makes_the_verdict_waived_and_keeps_the_raw_outcome() -> None:
    told = story()
    waiver = told.waive("three", days=5)
    said, entry = told.verdict(), told.result("three")
    assert (said.verdict, said.ready, said.blocking) == ("waived", True, [])
    assert (entry.outcome, entry.raw_outcome, entry.actual) == ("waived", "unmet", 1)
    assert entry.deficit
    assert entry.waiver
    assert (entry.waiver.id, entry.waiver.state, entry.waiver.expires_at) == (waiver, "active", NOW + days(5))
    assert said.decisions[0].outcome == "waived"
    assert [(owed.criteria, owed.due_at, owed.overdue) for owed in said.owed] == [
        (["three"], NOW + days(5), False)
    ]


def test_it_ends_to_the_microsecond_and_the_verdict_says_when() -> None:
    told = story()
    told.waive("three", days=5)
    end = NOW + days(5)
    assert told.verdict().passes_until == end
    assert told.verdict(as_of=end - TICK).verdict == "waived"
    over = told.verdict(as_of=end)
    assert over.verdict == "blocked"
    entry = told.result("three", as_of=end)
    assert entry.waiver
    assert entry.waiver.state == "expired"


def test_the_days_run_from_the_approval() -> None:
    told = story()
    waiver = told.request_waiver("three", days=5)
    told.wait(days=3)
    told.rule(waiver, "approved")
    assert told.verdict().passes_until == NOW + days(8)


def test_it_holds_no_longer_than_until_its_evidence_is_due() -> None:
    told = story()
    told.waive("three", days=20, due_at=NOW + days(4))
    assert told.verdict().passes_until == NOW + days(4)


def test_one_that_is_no_longer_needed_says_so_and_covers_what_ages_before_its_end() -> None:
    told = story(within_days=90)
    told.waive("three", days=30)
    told.hear(days_ago=80)
    told.hear()
    entry, said = told.result("three"), told.verdict()
    assert entry.waiver
    assert (entry.outcome, entry.waiver.state, said.verdict, said.owed) == ("met", "not_needed", "ready", [])
    assert said.passes_until == NOW + days(30)
    assert told.verdict(as_of=NOW + days(10)).verdict == "waived"


def test_another_statement_outdates_it_for_good() -> None:
    told = story()
    waiver = told.waive("three")
    told.state("problem")
    told.hear()
    assert told.verdict().verdict == "blocked"
    assert state(told.facts().waivers[waiver], told.facts(), told.now) == "outdated"


def test_another_version_of_the_process_is_not_waived() -> None:
    told = story()
    told.waive("three")
    facts = told.facts()
    facts.process_version = 2
    assert state(next(iter(facts.waivers.values())), facts, told.now) == "outdated"


@pytest.mark.parametrize("ruling", ["rejected", "revoked"])
def test_what_is_rejected_or_revoked_holds_no_longer(ruling: str) -> None:
    told = story()
    waiver = told.request_waiver("three")
    if ruling == "revoked":
        told.rule(waiver, "approved")
    told.rule(waiver, ruling)
    assert told.verdict().verdict == "blocked"


def owing() -> Story:
    """G1 was passed on a waiver of five days."""
    told = story()
    told.waive("three", days=5)
    told.go("G1")
    return told


def test_what_is_owed_shows_at_the_next_gate_and_blocks_it_once_it_is_overdue() -> None:
    told = owing()
    before = told.verdict()
    assert (before.gate, before.verdict, before.passes_until) == ("G2", "ready", NOW + days(5))
    assert [(owed.gate, owed.criteria, owed.overdue) for owed in before.owed] == [("G1", ["three"], False)]
    assert told.result("evidence-owed").outcome == "not_applicable"
    late = told.verdict(as_of=NOW + days(5))
    assert (late.verdict, late.blocking) == ("blocked", ["evidence-owed"])
    assert told.result("evidence-owed", as_of=NOW + days(5)).remedy


def test_what_is_delivered_late_is_delivered() -> None:
    told = owing()
    told.wait(days=6)
    told.hear()
    assert told.verdict().blocking == ["evidence-owed"]
    told.hear()
    assert told.verdict().verdict == "ready"
    assert told.result("evidence-owed").outcome == "met"
    assert told.verdict(as_of=NOW + days(400)).owed == []


def test_revoking_after_the_go_forgives_nothing() -> None:
    told = owing()
    told.rule(next(iter(told.facts().waivers)), "revoked")
    assert told.verdict(as_of=NOW + days(5)).blocking == ["evidence-owed"]


def test_a_decision_that_is_restated_is_asked_for_anew_and_owes_no_more() -> None:
    told = owing()
    told.state("problem")
    told.hear()
    assert told.verdict().owed == []


def renamed(three: str, price: str) -> Process:
    """Another version: what the problem's criterion was called stands for another one, or for none."""
    heard = {"at_least": 1, "of": "conversations", "waivable": False}
    first = asks("problem", heard, {"id": three, "at_least": 3, "of": "customers"})
    return process(
        gate("G1", first), gate("G2", asks("price", heard, {"id": price, "at_least": 1, "of": "weeks"}))
    )


@pytest.mark.parametrize("names", [("others", "three"), ("others", "weeks")])
def test_a_move_forgives_nothing(names: tuple[str, str]) -> None:
    """Not even to a version where the criterion's name stands for another decision's, stated or not."""
    told = owing()
    told.move(2, renamed(*names))
    for _ in range(2):
        told.wait(days=6)
        late = told.result("evidence-owed")
        assert late.outcome == "unmet"
        assert late.remedy
        assert late.remedy.endswith(
            "The process does not ask for three any more: move the concept to a version that does."
        )
        told.state("price")
        told.hear("price")
    told.hear()
    told.hear()
    told.move(1, story().rules)
    assert told.result("evidence-owed").outcome == "met"


def test_a_waiver_without_a_go_owes_nothing_later() -> None:
    told = story()
    told.waive("three", days=5)
    told.hear()
    told.hear()
    told.wait(days=6)
    told.go("G1")
    assert told.verdict().gate_criteria == []


def objection(told: Story, *criteria: str, **said: Any) -> str | None:
    facts = told.facts()
    wanted = WaiverTerms(
        **{"gate": "G1", "criteria": criteria or ("three",), "days": 30, "due_at": None} | said
    )
    found = request_objection(told.rules, facts, progress_of(told.rules, facts.reviews), wanted, told.now)
    return f"{found.problem_type} {found.field}" if found else None


def test_what_can_be_asked_for_and_what_cannot() -> None:
    told = story()
    assert objection(told) is None
    assert objection(told, "heard") == "invalid-request body.criteria.0"
    assert objection(told, "three", "four") == "invalid-request body.criteria.1"
    assert objection(told, "three", "three") == "invalid-request body.criteria.1"
    assert objection(told, "one") == "invalid-request body.criteria.0"
    assert objection(told, "evidence-owed") == "invalid-request body.criteria.0"
    assert objection(told, days=31) == "invalid-request body.days"
    assert objection(told, due_at=NOW) == "invalid-request body.owed.due_at"
    assert objection(told, due_at=NOW + days(30) + TICK) == "invalid-request body.owed.due_at"
    assert objection(told, due_at=NOW + days(30)) is None
    assert objection(told, gate="G2") == "gate-not-next body.gate"
    assert objection(told, gate="G7") == "invalid-request body.gate"
    told.review("kill", "G1")
    assert objection(told) == "concept-killed path.concept"


def test_overdue_evidence_is_nothing_that_could_be_waived() -> None:
    told = owing()
    told.wait(days=5)
    assert objection(told, "evidence-owed", gate="G2") == "invalid-request body.criteria.0"


def test_what_only_warns_or_is_not_stated_is_not_waived() -> None:
    decisions = (
        asks("problem", HEARD, {**THREE, "level": "should"}),
        asks("price", HEARD | {"id": "h2"}, WEEKS),
    )
    told = Story(process(gate("G1", *decisions)))
    told.state("problem")
    assert objection(told) == "invalid-request body.criteria.0"
    assert objection(told, "weeks") == "invalid-request body.criteria.0"
    told.state("price")
    assert objection(told, "weeks") is None


def test_a_criterion_is_waived_once_per_gate() -> None:
    told = story()
    first = told.request_waiver("three", days=5)
    assert objection(told) == "already-waived body.criteria.0"
    told.rule(first, "rejected")
    assert objection(told) is None
    second = told.waive("three", days=5)
    told.rule(second, "revoked")
    assert objection(told) == "already-waived body.criteria.0"


def ruling(told: Story, waiver: str, said: Any, person: str = "gatekeeper") -> str | None:
    facts = told.facts()
    way = progress_of(told.rules, facts.reviews)
    found = ruling_objection(facts, way, facts.waivers[waiver], said, person, told.now)
    return found.problem_type if found else None


def test_who_asked_has_no_say() -> None:
    told = story()
    waiver = told.request_waiver("three", by="pm-1")
    for said in ("approved", "rejected", "revoked"):
        assert ruling(told, waiver, said, "pm-1") == "forbidden"
    assert ruling(told, waiver, "approved") is None


def test_a_waiver_is_decided_once_and_revoked_while_it_holds() -> None:
    told = story()
    waiver = told.request_waiver("three", days=5)
    assert ruling(told, waiver, "revoked") == "waiver-not-active"
    told.rule(waiver, "approved")
    assert ruling(told, waiver, "approved") == ruling(told, waiver, "rejected") == "waiver-not-open"
    assert ruling(told, waiver, "revoked") is None
    told.wait(days=5)
    assert ruling(told, waiver, "revoked") == "waiver-not-active"


def test_a_request_that_has_passed_is_not_approved() -> None:
    told = story()
    late = told.request_waiver("three", due_at=NOW + days(1))
    told.wait(days=1)
    assert ruling(told, late, "approved") == "waiver-not-open"
    other = told.request_waiver("three")
    told.review("kill", "G1")
    assert ruling(told, other, "approved") == "concept-killed"
    assert ruling(told, other, "rejected") is None
