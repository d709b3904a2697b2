"""One call decides a review: what goes on record, or why nothing does."""

from typing import Any

import pytest

from schemas.review import ReviewIn
from service.domain.facts.progress import progress_of
from service.domain.rules.review_plan import Rejection, ReviewInputs, ReviewPlan, plan_review
from tests.domain.building import Story, gate, process, ref_of

ENFORCED = process(gate("G1"), gate("G2"))
WARNING = ENFORCED.model_copy(update={"mode": "warn"})
OBSERVING = ENFORCED.model_copy(update={"mode": "observe"})


def plan(story: Story, outcome: str = "go", gate: str | None = "G1", **body: Any) -> ReviewPlan | Rejection:
    facts = story.facts()
    review = ReviewIn.model_validate({"outcome": outcome, "gate": gate, "rationale": "We say so.", **body})
    inputs = ReviewInputs(story.rules, ref_of(), facts, {}, facts.conversations, story.now)
    return plan_review(review, inputs)


def planned(story: Story, outcome: str = "go", gate: str | None = "G1", **body: Any) -> ReviewPlan:
    made = plan(story, outcome, gate, **body)
    assert isinstance(made, ReviewPlan)
    return made


def rejected(story: Story, outcome: str = "go", gate: str | None = "G1", **body: Any) -> str:
    """The problem and the field at fault."""
    made = plan(story, outcome, gate, **body)
    assert isinstance(made, Rejection)
    return f"{made.objections[0].problem_type} {made.objections[0].field}"


@pytest.fixture
def bare() -> Story:
    story = Story(ENFORCED)
    story.state("problem")
    return story


@pytest.fixture
def ready(bare: Story) -> Story:
    bare.hear()
    return bare


def test_a_go_that_is_earned_passes_and_is_attested(ready: Story) -> None:
    made = planned(ready)

    assert (made.refused, made.objection, made.enforced, made.attested) == (None, None, True, True)
    assert (made.review.gate, made.review.versions, made.review.at) == ("G1", {"problem": 1}, ready.now)
    assert (made.progress.stage, [*made.progress.passed]) == ("after-G1", ["G1"])
    assert made.readiness == ready.verdict("G1")


def test_a_go_that_is_not_earned_goes_on_record_and_changes_nothing(bare: Story) -> None:
    made = planned(bare)

    assert (made.refused, made.objection, made.attested) == ("gate-not-ready", None, False)
    assert (made.review.gate, made.review.versions) == ("G1", {})
    assert made.progress == progress_of(ENFORCED, [])
    assert made.readiness.blocking == bare.verdict("G1").blocking


def test_a_go_out_of_order_goes_on_record_with_its_objection(ready: Story) -> None:
    made = planned(ready, gate="G2")

    assert made.objection is not None
    assert (made.refused, made.objection.problem_type, made.review.gate) == (
        "gate-not-next",
        "gate-not-next",
        "G2",
    )


@pytest.mark.parametrize("outcome", ["hold", "recycle", "kill"])
def test_what_is_out_of_order_and_no_go_leaves_no_trace(ready: Story, outcome: str) -> None:
    assert rejected(ready, outcome, "G2") == "gate-not-next body.gate"


def test_a_gate_that_has_its_go_is_not_tried_again(ready: Story) -> None:
    ready.go("G1")

    assert rejected(ready) == "gate-not-next body.gate"


def test_refusals_come_in_order(ready: Story) -> None:
    talk = ready.talk()
    ready.erase(talk)
    wrong: dict[str, Any] = {"rationale": "...", "conversations": ["ghost", "ghost", talk]}

    assert rejected(ready, "hold", "G2", **wrong) == "gate-not-next body.gate"
    assert rejected(ready, "hold", **wrong) == "invalid-request body.rationale"
    wrong["rationale"] = "We say so."
    assert rejected(ready, "hold", **wrong) == "invalid-request body.conversations.1"
    wrong["conversations"] = ["ghost", talk]
    assert rejected(ready, "hold", **wrong) == "invalid-request body.conversations.0"
    wrong["conversations"] = [talk]
    assert rejected(ready, "hold", **wrong) == "conversation-erased body.conversations.0"


def test_a_withdrawn_conversation_is_not_named(ready: Story) -> None:
    talk = ready.talk()
    ready.withdraw(talk)

    assert rejected(ready, "kill", conversations=[talk]) == "conversation-withdrawn body.conversations.0"


def test_recycle_takes_back_what_follows(ready: Story) -> None:
    ready.go("G1")

    made = planned(ready, "recycle", "G2", to="G1")

    assert (made.review.to, made.review.recycled, made.attested) == ("G1", ("G1", "G2"), False)
    assert (made.progress.stage, [*made.progress.passed]) == (ENFORCED.initial_stage, [])


def test_reopening_takes_somebody_heard_since_or_an_override(ready: Story) -> None:
    ready.review("kill", "G1")
    ready.wait(days=2)
    since, before = ready.talk(days_ago=1), ready.talk(days_ago=3)

    needs = "reopening-needs-conversation body.conversations"
    assert rejected(ready, "reopen", None) == needs
    assert rejected(ready, "reopen", None, conversations=[before]) == f"{needs}.0"
    for enough in ({"conversations": [since]}, {"override": {"reason": "It was by mistake"}}):
        made = planned(ready, "reopen", None, **enough)
        assert (made.review.gate, made.progress.status) == (None, "active")


def test_a_process_that_warns_wants_an_acknowledgement(bare: Story) -> None:
    bare.rules = WARNING

    assert planned(bare).refused == "gate-not-ready"
    went = planned(bare, acknowledged=True)
    assert (went.refused, went.enforced, went.attested) == (None, False, False)


def test_a_process_that_warns_says_how_to_reopen_all_the_same(bare: Story) -> None:
    bare.rules = WARNING
    bare.review("kill", "G1")

    made = plan(bare, "reopen", None)
    assert isinstance(made, Rejection)
    assert str(made.objections[0].detail).endswith("send acknowledged: true to reopen it all the same.")
    assert planned(bare, "reopen", None, acknowledged=True).progress.status == "active"


def test_a_process_that_observes_lets_everything_pass(bare: Story) -> None:
    bare.rules = OBSERVING

    went = planned(bare)

    assert (went.refused, went.enforced, went.attested, went.readiness.verdict) == (
        None,
        False,
        False,
        "blocked",
    )
