import pytest

from schemas.vocabulary import ReviewOutcome
from service.domain.facts.progress import progress_of
from service.domain.rules.review_outcomes import is_attempt, misplaced, objection
from tests.domain.building import Story, gate, process

THREE = process(gate("G1"), gate("G2"), gate("G3"))
AT_A_GATE: list[ReviewOutcome] = ["go", "hold", "recycle", "kill"]


def at(passed: int, *, killed: bool = False) -> Story:
    """A concept that has passed so many gates."""
    story = Story(THREE)
    story.state("problem")
    story.go(*["G1", "G2", "G3"][:passed])
    if killed:
        story.review("kill", "G1")
    return story


def refused(
    story: Story, outcome: ReviewOutcome, gate: str | None = None, to: str | None = None
) -> str | None:
    """The kind of problem and the field at fault; None when the outcome is in order."""
    problem = objection(THREE, progress_of(THREE, story.facts().reviews), outcome, gate, to)
    return f"{problem.problem_type} {problem.field}" if problem else None


@pytest.mark.parametrize("outcome", AT_A_GATE)
def test_the_next_gate_is_decided(outcome: ReviewOutcome) -> None:
    assert refused(at(1), outcome, "G2") is None


@pytest.mark.parametrize("outcome", AT_A_GATE)
@pytest.mark.parametrize("gate", ["G1", "G3"])
def test_no_other_gate_is(outcome: ReviewOutcome, gate: str) -> None:
    assert refused(at(1), outcome, gate) == "gate-not-next body.gate"


@pytest.mark.parametrize("gate", [None, "G9"])
def test_the_gate_must_be_one_of_the_process(gate: str | None) -> None:
    assert refused(at(1), "hold", gate) == "invalid-request body.gate"


def test_only_recycle_says_where_to() -> None:
    assert refused(at(1), "go", "G2", to="G1") == "invalid-request body.to"
    assert refused(at(1), "recycle", "G2", to="G1") is None
    assert refused(at(1), "recycle", "G2", to="G2") is None


@pytest.mark.parametrize("to", ["G3", "G9"])
def test_recycle_goes_back_or_stays(to: str) -> None:
    assert refused(at(1), "recycle", "G2", to=to) == "invalid-request body.to"


@pytest.mark.parametrize("outcome", AT_A_GATE)
def test_a_killed_concept_is_only_reopened(outcome: ReviewOutcome) -> None:
    assert refused(at(1, killed=True), outcome, "G2") == "concept-killed body.outcome"
    assert refused(at(1, killed=True), "reopen") is None


def test_only_a_killed_concept_is_reopened() -> None:
    assert refused(at(1), "reopen") == "concept-not-killed body.outcome"


def test_after_the_last_gate_a_concept_may_still_be_recycled_or_killed() -> None:
    assert refused(at(3), "recycle", "G3", to="G1") is None
    assert refused(at(3), "kill", "G3") is None
    assert refused(at(3), "go", "G3") == "all-gates-passed body.gate"
    assert refused(at(3), "hold", "G3") == "all-gates-passed body.gate"


@pytest.mark.parametrize("outcome", ["hold", "recycle", "kill", "reopen"])
def test_what_a_decision_rests_on_is_said_of_all_but_a_go(outcome: ReviewOutcome) -> None:
    assert misplaced(outcome, conversations=True, override=False) is None
    problem = misplaced("go", conversations=True, override=False)
    assert problem is not None
    assert (problem.problem_type, problem.field) == ("invalid-request", "body.conversations")


@pytest.mark.parametrize("outcome", AT_A_GATE)
def test_only_a_reopening_is_overridden(outcome: ReviewOutcome) -> None:
    assert misplaced("reopen", conversations=False, override=True) is None
    problem = misplaced(outcome, conversations=False, override=True)
    assert problem is not None
    assert (problem.problem_type, problem.field) == ("invalid-request", "body.override")


@pytest.mark.parametrize(
    ("outcome", "gate", "killed", "recorded"),
    [
        ("go", "G3", False, True),
        ("go", "G1", False, False),
        ("go", "G9", False, False),
        ("hold", "G3", False, False),
        ("go", "G2", True, True),
        ("go", "G1", True, True),
        ("go", "G9", True, False),
        ("kill", "G2", True, False),
    ],
)
def test_a_go_at_a_gate_that_is_shut_is_an_attempt(
    outcome: ReviewOutcome, gate: str, *, killed: bool, recorded: bool
) -> None:
    way = progress_of(THREE, at(1, killed=killed).facts().reviews)
    problem = objection(THREE, way, outcome, gate, None)
    assert problem is not None
    assert is_attempt(problem, way, outcome, gate) == recorded


def test_what_goes_on_record_as_refused_is_never_ready() -> None:
    for killed in (False, True):
        story = at(1, killed=killed)
        story.hear()
        way = progress_of(THREE, story.facts().reviews)
        for key in ("G1", "G2", "G3"):
            problem = objection(THREE, way, "go", key, None)
            if problem and is_attempt(problem, way, "go", key):
                assert not story.verdict(key).ready
