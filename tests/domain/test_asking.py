from schemas.readiness import Readiness
from tests.domain.building import Story, asks, gate, process, result_of

ONE = {"at_least": 1, "of": "conversations", "waivable": False}
TWO = {"at_least": 2, "of": "conversations"}


def asked(verdict: Readiness) -> list[tuple[str, str]]:
    """Each decision asked for, with the gate whose criteria it has to meet."""
    return [(decision.key, decision.asked_by) for decision in verdict.decisions]


def new_story() -> Story:
    """The problem is asked for at the first gate only; the solution at the second; the price last."""
    story = Story(
        process(
            gate("G1", asks("problem", ONE, TWO)),
            gate("G2", asks("solution")),
            gate("G3", asks("price")),
        )
    )
    story.state("problem", "solution", "price")
    story.hear("problem", "solution", "price")
    story.hear("problem")
    story.go("G1")
    return story


def test_a_gate_asks_for_its_own_decisions() -> None:
    assert asked(new_story().verdict()) == [("solution", "G2")]


def test_a_decision_restated_since_it_was_passed_is_asked_for_again() -> None:
    story = new_story()
    story.state("problem")
    assert asked(story.verdict()) == [("solution", "G2"), ("problem", "G1")]
    assert story.verdict().blocking == ["g1-problem-1", "g1-problem-2"]


def test_it_is_asked_for_with_the_criteria_of_the_gate_that_passed_it() -> None:
    story = new_story()
    story.state("problem")
    story.hear("problem")
    verdict = story.verdict()
    assert result_of(verdict, "g1-problem-1").outcome == "met"
    assert result_of(verdict, "g1-problem-2").outcome == "unmet"
    story.hear("problem")
    assert story.verdict().ready


def test_it_is_asked_for_at_every_later_gate_until_it_passes() -> None:
    story = new_story()
    story.state("problem")
    story.review("go", "G2", judged={"solution": 1})
    assert asked(story.verdict("G3")) == [("price", "G3"), ("problem", "G1")]


def test_once_passed_it_is_not_asked_for_again() -> None:
    story = new_story()
    story.state("problem")
    story.hear("problem")
    story.hear("problem")
    story.go("G2")
    assert asked(story.verdict()) == [("price", "G3")]


def test_restated_again_it_is_asked_for_again_with_the_same_criteria() -> None:
    story = new_story()
    story.state("problem")
    story.hear("problem")
    story.hear("problem")
    story.go("G2")
    story.state("problem")
    assert asked(story.verdict()) == [("price", "G3"), ("problem", "G1")]
    assert story.verdict().blocking == ["g1-problem-1", "g1-problem-2"]


def test_restated_before_it_was_ever_passed_it_is_only_asked_for_where_it_stands() -> None:
    story = new_story()
    story.state("price")
    assert asked(story.verdict()) == [("solution", "G2")]


def test_a_new_owner_asks_nothing_again() -> None:
    story = new_story()
    story.change_owner("problem", "pm-2")
    assert asked(story.verdict()) == [("solution", "G2")]


def test_a_gate_that_asks_for_it_itself_uses_its_own_criteria() -> None:
    story = Story(process(gate("G1", asks("problem", ONE, TWO)), gate("G2", asks("problem"))))
    story.state("problem")
    story.go("G1")
    story.state("problem")
    assert asked(story.verdict()) == [("problem", "G2")]


def test_the_latest_gate_that_passed_it_sets_the_criteria() -> None:
    story = Story(
        process(
            gate("G1", asks("problem")),
            gate("G2", asks("problem", ONE, TWO)),
            gate("G3", asks("price")),
        )
    )
    story.state("problem")
    story.go("G1", "G2")
    story.state("problem")
    assert asked(story.verdict()) == [("price", "G3"), ("problem", "G2")]


def test_a_gate_that_only_should_ask_for_it_does_not_take_the_must_away() -> None:
    story = Story(
        process(
            gate("G1", asks("problem")),
            gate("G2", asks("price"), asks("problem", {**ONE, "level": "should"}, level="should")),
            gate("G3", asks("price")),
        )
    )
    story.state("problem", "price")
    story.hear("problem", "price")
    story.go("G1")
    story.state("problem")
    assert asked(story.verdict()) == [("price", "G2"), ("problem", "G2"), ("problem", "G1")]
    assert story.verdict().blocking == ["g1-problem-1"]
    story.hear("problem")
    story.go("G2")
    story.state("problem")
    assert story.verdict().blocking == ["g1-problem-1"]


def test_a_decision_that_only_should_be_met_only_warns_when_asked_again() -> None:
    story = Story(process(gate("G1", asks("problem"), asks("vision", ONE, level="should")), gate("G2")))
    story.state("problem", "vision")
    story.hear("problem", "vision")
    story.go("G1")
    story.state("vision")
    verdict = story.verdict()
    assert asked(verdict) == [("problem", "G2"), ("vision", "G1")]
    assert (verdict.ready, verdict.warnings) == (True, ["g1-vision-1"])


def test_restated_again_it_still_only_warns() -> None:
    story = Story(
        process(gate("G1", asks("problem"), asks("vision", ONE, level="should")), gate("G2"), gate("G3"))
    )
    story.state("problem", "vision")
    story.hear("problem", "vision")
    story.go("G1")
    story.state("vision")
    story.go("G2")
    assert asked(story.verdict()) == [("problem", "G3")]
    story.state("vision")
    assert asked(story.verdict()) == [("problem", "G3"), ("vision", "G1")]


def test_an_earlier_gate_does_not_ask_for_what_a_later_one_passed() -> None:
    story = new_story()
    story.go("G2")
    story.state("solution")
    assert asked(story.verdict("G1")) == [("problem", "G1")]


def test_after_a_recycle_each_gate_asks_for_its_own_again() -> None:
    story = new_story()
    story.go("G2")
    story.state("problem", "solution")
    story.review("recycle", "G3", to="G1")
    assert asked(story.verdict()) == [("problem", "G1")]
    assert asked(story.verdict("G2")) == [("solution", "G2"), ("problem", "G1")]


def test_the_criteria_asked_again_use_their_own_gates_window() -> None:
    story = Story(process(gate("G1", within_days=10), gate("G2", asks("price"))))
    story.state("problem", "price")
    story.hear("problem", "price")
    story.go("G1")
    story.state("problem")
    story.hear("problem", "price", days_ago=20)
    assert story.verdict().blocking == ["g1-problem-1"]
