from collections.abc import Callable
from typing import Any

import pytest

from schemas.process import Process, Waivers
from service.domain.facts.fold import gather
from service.domain.facts.progress import progress_of
from service.domain.facts.waivers import state
from service.domain.record.edition import FIRST
from service.domain.rules.waiver_rules import WaiverTerms, request_objection, ruling_objection
from service.domain.verdict.evaluation import outstanding
from tests.domain.building import NOW, TICK, Story, asks, days, gate, process

HEARD = {"id": "heard", "at_least": 1, "of": "conversations", "waivable": False}
THREE = {"id": "three", "at_least": 3, "of": "customers"}
WEEKS = {"id": "weeks", "at_least": 2, "of": "weeks"}


def new_story(**counts: Any) -> Story:
    """The problem is heard once, and three customers are asked for at each of two gates."""
    second = asks("problem", HEARD | {"id": "heard-2"}, {"id": "one", "at_least": 1, "of": "customers"})
    story = Story(process(gate("G1", asks("problem", HEARD, THREE)), gate("G2", second), **counts))
    story.state("problem")
    story.hear()
    return story


def test_a_request_lets_nothing_pass() -> None:
    story = new_story()
    story.request_waiver("three")
    assert (story.verdict().verdict, story.result("three").waiver) == ("blocked", None)


def test_an_approved_waiver_makes_the_verdict_waived_and_keeps_the_raw_outcome() -> None:
    story = new_story()
    waiver = story.waive("three", days=5)
    verdict, entry = story.verdict(), story.result("three")
    assert (verdict.verdict, verdict.ready, verdict.blocking) == ("waived", True, [])
    assert (entry.outcome, entry.raw_outcome, entry.actual) == ("waived", "unmet", 1)
    assert entry.deficit
    assert entry.waiver
    assert (entry.waiver.id, entry.waiver.state, entry.waiver.expires_at) == (waiver, "active", NOW + days(5))
    assert verdict.decisions[0].outcome == "waived"
    assert [(owed.criteria, owed.due_at, owed.overdue) for owed in verdict.owed] == [
        (["three"], NOW + days(5), False)
    ]


def test_it_ends_to_the_microsecond_and_the_verdict_says_when() -> None:
    story = new_story()
    story.waive("three", days=5)
    end = NOW + days(5)
    assert story.verdict().passes_until == end
    assert story.verdict(as_of=end - TICK).verdict == "waived"
    over = story.verdict(as_of=end)
    assert over.verdict == "blocked"
    entry = story.result("three", as_of=end)
    assert entry.waiver
    assert entry.waiver.state == "expired"


def test_the_days_run_from_the_approval() -> None:
    story = new_story()
    waiver = story.request_waiver("three", days=5)
    story.wait(days=3)
    story.rule(waiver, "approved")
    assert story.verdict().passes_until == NOW + days(8)


def test_it_holds_no_longer_than_until_its_evidence_is_due() -> None:
    story = new_story()
    story.waive("three", days=20, due_at=NOW + days(4))
    assert story.verdict().passes_until == NOW + days(4)


def test_one_that_is_no_longer_needed_says_so_and_covers_what_ages_before_its_end() -> None:
    story = new_story(within_days=90)
    story.waive("three", days=30)
    story.hear(days_ago=80)
    story.hear()
    entry, verdict = story.result("three"), story.verdict()
    assert entry.waiver
    assert (entry.outcome, entry.waiver.state, verdict.verdict, verdict.owed) == (
        "met",
        "not_needed",
        "ready",
        [],
    )
    assert verdict.passes_until == NOW + days(30)
    assert story.verdict(as_of=NOW + days(10)).verdict == "waived"


def test_another_statement_outdates_it_for_good() -> None:
    story = new_story()
    waiver = story.waive("three")
    story.state("problem")
    story.hear()
    assert story.verdict().verdict == "blocked"
    assert state(story.facts().waivers[waiver], story.facts(), story.now) == "outdated"


def test_another_version_of_the_process_is_not_waived() -> None:
    story = new_story()
    story.waive("three")
    facts = story.facts()
    facts.process_version = 2
    assert state(next(iter(facts.waivers.values())), facts, story.now) == "outdated"


@pytest.mark.parametrize("ruling", ["rejected", "revoked"])
def test_what_is_rejected_or_revoked_holds_no_longer(ruling: str) -> None:
    story = new_story()
    waiver = story.request_waiver("three")
    if ruling == "revoked":
        story.rule(waiver, "approved")
    story.rule(waiver, ruling)
    assert story.verdict().verdict == "blocked"


def owing() -> Story:
    """G1 was passed on a waiver of five days."""
    story = new_story()
    story.waive("three", days=5)
    story.go("G1")
    return story


def test_what_is_owed_shows_at_the_next_gate_and_blocks_it_once_it_is_overdue() -> None:
    story = owing()
    before = story.verdict()
    assert (before.gate, before.verdict, before.passes_until) == ("G2", "ready", NOW + days(5))
    assert [(owed.gate, owed.criteria, owed.overdue) for owed in before.owed] == [("G1", ["three"], False)]
    assert story.result("evidence-owed").outcome == "not_applicable"
    late = story.verdict(as_of=NOW + days(5))
    assert (late.verdict, late.blocking) == ("blocked", ["evidence-owed"])
    assert story.result("evidence-owed", as_of=NOW + days(5)).remedy


def test_what_is_delivered_late_is_delivered() -> None:
    story = owing()
    story.wait(days=6)
    story.hear()
    assert story.verdict().blocking == ["evidence-owed"]
    story.hear()
    assert story.verdict().verdict == "ready"
    assert story.result("evidence-owed").outcome == "met"
    assert story.verdict(as_of=NOW + days(400)).owed == []


def test_revoking_after_the_go_forgives_nothing() -> None:
    story = owing()
    story.rule(next(iter(story.facts().waivers)), "revoked")
    assert story.verdict(as_of=NOW + days(5)).blocking == ["evidence-owed"]


def test_a_decision_that_is_restated_owes_what_it_owed() -> None:
    story = owing()
    story.state("problem")
    story.hear()
    assert [owed.criteria for owed in story.verdict().owed] == [["three"]]
    story.hear()
    story.hear()
    assert story.verdict().owed == []


def test_the_first_edition_forgave_what_was_restated() -> None:
    story = owing()
    story.state("problem")
    facts = gather(story.events, FIRST)
    assert facts
    assert outstanding(story.rules, facts, {}) == []


def test_what_was_paid_before_the_decision_was_restated_is_paid() -> None:
    story = owing()
    story.hear()
    story.hear()
    story.wait(days=1)
    assert story.verdict().owed == []
    story.state("problem")
    assert story.verdict().owed == []


def test_what_a_later_gate_met_without_a_waiver_is_paid() -> None:
    again = asks("problem", {**HEARD, "id": "again"}, {**THREE, "id": "four", "at_least": 4})
    first = gate("G1", asks("problem", HEARD, THREE))
    story = Story(process(first, gate("G2", again), gate("G3", asks("price"))))
    story.state("problem")
    story.hear()
    story.waive("three", days=20)
    story.go("G1")
    more = [story.hear() for _ in range(3)]
    story.go("G2")
    for citation in more:
        story.withdraw(citation)
    story.state("price")
    story.hear("price")
    assert story.verdict().owed == []
    story.waive("three", gate="G3")
    assert story.verdict().owed == []


def test_no_waiver_is_given_for_a_decision_whose_debt_is_open() -> None:
    again = asks("problem", {**HEARD, "id": "again"}, {**THREE, "id": "four", "at_least": 4})
    price = asks("price", {**HEARD, "id": "p"}, {**THREE, "id": "pricey"})
    story = Story(process(gate("G1", asks("problem", HEARD, THREE)), gate("G2", again, price)))
    story.state("problem", "price")
    story.hear()
    story.waive("three", days=20)
    story.go("G1")
    assert objection(story, "four", gate="G2") == "debt-open body.criteria"
    assert objection(story, "pricey", gate="G2") is None
    early = story.request_waiver("four", gate="G2")
    assert ruling(story, early, "approved") == "debt-open"
    story.state("problem")
    assert objection(story, "four", gate="G2") == "debt-open body.criteria"
    for _ in range(3):
        story.hear()
    assert objection(story, "four", gate="G2") is None


def test_a_process_may_say_how_many_criteria_of_a_gate_are_waived() -> None:
    rules = process(gate("G1", asks("problem", HEARD, THREE, WEEKS)))
    story = Story(rules.model_copy(update={"waivers": Waivers(most_criteria=1)}))
    story.state("problem")
    assert objection(story, "three", "weeks") == "invalid-request body.criteria"
    assert objection(story) is None
    story.waive("three", days=5)
    assert objection(story, "weeks") == "invalid-request body.criteria"


INTERESTED: dict[str, Callable[[Story], object]] = {
    "owes its evidence": lambda story: None,
    "was on the team": lambda story: (story.change(team=["pm-1", "one"]), story.change(team=["pm-1"])),
    "cited": lambda story: story.cite(story.talk(), by="one"),
    "owns": lambda story: story.change_owner("problem", "one"),
}


@pytest.mark.parametrize("how", INTERESTED)
def test_nobody_who_has_a_part_in_it_approves_and_anybody_rejects(how: str) -> None:
    story = new_story()
    INTERESTED[how](story)
    waiver = story.request_waiver("three", owed_by="one" if how.startswith("owes") else "pm-1")
    assert ruling(story, waiver, "approved", "one") == "forbidden"
    assert ruling(story, waiver, "rejected", "one") is None
    assert ruling(story, waiver, "approved") is None


def renamed(three: str, price: str) -> Process:
    """Another version: what the problem's criterion was called stands for another one, or for none."""
    criterion = {"at_least": 1, "of": "conversations", "waivable": False}
    first = asks("problem", criterion, {"id": three, "at_least": 3, "of": "customers"})
    return process(
        gate("G1", first), gate("G2", asks("price", criterion, {"id": price, "at_least": 1, "of": "weeks"}))
    )


@pytest.mark.parametrize("names", [("others", "three"), ("others", "weeks")])
def test_a_move_forgives_nothing(names: tuple[str, str]) -> None:
    """Not even to a version where the criterion's name stands for another decision's, stated or not."""
    story = owing()
    story.move(2, renamed(*names))
    for _ in range(2):
        story.wait(days=6)
        late = story.result("evidence-owed")
        assert late.outcome == "unmet"
        assert late.remedy
        assert late.remedy.endswith(
            "The process does not ask for three any more: move the concept to a version that does."
        )
        story.state("price")
        story.hear("price")
    story.hear()
    story.hear()
    story.move(1, new_story().rules)
    assert story.result("evidence-owed").outcome == "met"


def test_a_waiver_without_a_go_owes_nothing_later() -> None:
    story = new_story()
    story.waive("three", days=5)
    story.hear()
    story.hear()
    story.wait(days=6)
    story.go("G1")
    assert story.verdict().gate_criteria == []


def objection(story: Story, *criteria: str, **fields: Any) -> str | None:
    facts = story.facts()
    wanted = WaiverTerms(
        **{"gate": "G1", "criteria": criteria or ("three",), "days": 30, "due_at": None} | fields
    )
    debts = outstanding(story.rules, facts, {})
    problem = request_objection(
        story.rules, facts, progress_of(story.rules, facts.reviews), wanted, story.now, debts
    )
    return f"{problem.problem_type} {problem.field}" if problem else None


def test_what_can_be_asked_for_and_what_cannot() -> None:
    story = new_story()
    assert objection(story) is None
    assert objection(story, "heard") == "invalid-request body.criteria.0"
    assert objection(story, "three", "four") == "invalid-request body.criteria.1"
    assert objection(story, "three", "three") == "invalid-request body.criteria.1"
    assert objection(story, "one") == "invalid-request body.criteria.0"
    assert objection(story, "evidence-owed") == "invalid-request body.criteria.0"
    assert objection(story, days=31) == "invalid-request body.days"
    assert objection(story, due_at=NOW) == "invalid-request body.owed.due_at"
    assert objection(story, due_at=NOW + days(30) + TICK) == "invalid-request body.owed.due_at"
    assert objection(story, due_at=NOW + days(30)) is None
    assert objection(story, gate="G2") == "gate-not-next body.gate"
    assert objection(story, gate="G7") == "invalid-request body.gate"
    story.review("kill", "G1")
    assert objection(story) == "concept-killed path.concept"


def test_overdue_evidence_is_nothing_that_could_be_waived() -> None:
    story = owing()
    story.wait(days=5)
    assert objection(story, "evidence-owed", gate="G2") == "invalid-request body.criteria.0"


def test_what_only_warns_or_is_not_stated_is_not_waived() -> None:
    decisions = (
        asks("problem", HEARD, {**THREE, "level": "should"}),
        asks("price", HEARD | {"id": "h2"}, WEEKS),
    )
    story = Story(process(gate("G1", *decisions)))
    story.state("problem")
    assert objection(story) == "invalid-request body.criteria.0"
    assert objection(story, "weeks") == "invalid-request body.criteria.0"
    story.state("price")
    assert objection(story, "weeks") is None


def test_a_criterion_is_waived_once_per_gate() -> None:
    story = new_story()
    first = story.request_waiver("three", days=5)
    assert objection(story) == "already-waived body.criteria.0"
    story.rule(first, "rejected")
    assert objection(story) is None
    second = story.waive("three", days=5)
    story.rule(second, "revoked")
    assert objection(story) == "already-waived body.criteria.0"


def ruling(story: Story, waiver: str, value: Any, person: str = "gatekeeper") -> str | None:
    facts = story.facts()
    way = progress_of(story.rules, facts.reviews)
    asked, debts = facts.waivers[waiver], outstanding(story.rules, facts, {})
    problem = ruling_objection(story.rules, facts, way, asked, value, person, story.now, debts)
    return problem.problem_type if problem else None


def test_who_asked_has_no_say() -> None:
    story = new_story()
    waiver = story.request_waiver("three", by="pm-1")
    for verdict in ("approved", "rejected", "revoked"):
        assert ruling(story, waiver, verdict, "pm-1") == "forbidden"
    assert ruling(story, waiver, "approved") is None


def test_a_waiver_is_decided_once_and_revoked_while_it_holds() -> None:
    story = new_story()
    waiver = story.request_waiver("three", days=5)
    assert ruling(story, waiver, "revoked") == "waiver-not-active"
    story.rule(waiver, "approved")
    assert ruling(story, waiver, "approved") == ruling(story, waiver, "rejected") == "waiver-not-open"
    assert ruling(story, waiver, "revoked") is None
    story.wait(days=5)
    assert ruling(story, waiver, "revoked") == "waiver-not-active"


def test_a_request_that_has_passed_is_not_approved() -> None:
    story = new_story()
    late = story.request_waiver("three", due_at=NOW + days(1))
    story.wait(days=1)
    assert ruling(story, late, "approved") == "waiver-not-open"
    other = story.request_waiver("three")
    story.review("kill", "G1")
    assert ruling(story, other, "approved") == "concept-killed"
    assert ruling(story, other, "rejected") is None
