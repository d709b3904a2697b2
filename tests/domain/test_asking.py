from schemas.readiness import Readiness
from tests.domain.building import Story, asks, gate, process, result_of

ONE = {"at_least": 1, "of": "conversations", "waivable": False}
TWO = {"at_least": 2, "of": "conversations"}


def asked(verdict: Readiness) -> list[tuple[str, str]]:
    """Each decision asked for, with the gate whose criteria it has to meet."""
    return [(decision.key, decision.asked_by) for decision in verdict.decisions]


def story() -> Story:
    """The problem is asked for at the first gate only; the solution at the second; the price last."""
    told = Story(
        process(
            gate("G1", asks("problem", ONE, TWO)),
            gate("G2", asks("solution")),
            gate("G3", asks("price")),
        )
    )
    told.state("problem", "solution", "price")
    told.hear("problem", "solution", "price")
    told.hear("problem")
    told.go("G1")
    return told


def test_a_gate_asks_for_its_own_decisions() -> None:
    assert asked(story().verdict()) == [("solution", "G2")]


def test_a_decision_restated_since_it_was_passed_is_asked_for_again() -> None:
    told = story()
    told.state("problem")
    assert asked(told.verdict()) == [("solution", "G2"), ("problem", "G1")]
    assert told.verdict().blocking == ["g1-problem-1", "g1-problem-2"]


def test_it_is_asked_for_with_the_criteria_of_the_gate_that_passed_it() -> None:
    told = story()
    told.state("problem")
    told.hear("problem")
    verdict = told.verdict()
    assert result_of(verdict, "g1-problem-1").outcome == "met"
    assert result_of(verdict, "g1-problem-2").outcome == "unmet"
    told.hear("problem")
    assert told.verdict().ready


def test_it_is_asked_for_at_every_later_gate_until_it_passes() -> None:
    told = story()
    told.state("problem")
    told.review("go", "G2", judged={"solution": 1})
    assert asked(told.verdict("G3")) == [("price", "G3"), ("problem", "G1")]


def test_once_passed_it_is_not_asked_for_again() -> None:
    told = story()
    told.state("problem")
    told.hear("problem")
    told.hear("problem")
    told.go("G2")
    assert asked(told.verdict()) == [("price", "G3")]


def test_restated_again_it_is_asked_for_again_with_the_same_criteria() -> None:
    told = story()
    told.state("problem")
    told.hear("problem")
    told.hear("problem")
    told.go("G2")
    told.state("problem")
    assert asked(told.verdict()) == [("price", "G3"), ("problem", "G1")]
    assert told.verdict().blocking == ["g1-problem-1", "g1-problem-2"]


def test_restated_before_it_was_ever_passed_it_is_only_asked_for_where_it_stands() -> None:
    told = story()
    told.state("price")
    assert asked(told.verdict()) == [("solution", "G2")]


def test_a_new_owner_asks_nothing_again() -> None:
    told = story()
    told.change_owner("problem", "pm-2")
    assert asked(told.verdict()) == [("solution", "G2")]


def test_a_gate_that_asks_for_it_itself_uses_its_own_criteria() -> None:
    told = Story(process(gate("G1", asks("problem", ONE, TWO)), gate("G2", asks("problem"))))
    told.state("problem")
    told.go("G1")
    told.state("problem")
    assert asked(told.verdict()) == [("problem", "G2")]


def test_the_latest_gate_that_passed_it_sets_the_criteria() -> None:
    told = Story(
        process(
            gate("G1", asks("problem")),
            gate("G2", asks("problem", ONE, TWO)),
            gate("G3", asks("price")),
        )
    )
    told.state("problem")
    told.go("G1", "G2")
    told.state("problem")
    assert asked(told.verdict()) == [("price", "G3"), ("problem", "G2")]


def test_a_gate_that_only_should_ask_for_it_does_not_take_the_must_away() -> None:
    told = Story(
        process(
            gate("G1", asks("problem")),
            gate("G2", asks("price"), asks("problem", {**ONE, "level": "should"}, level="should")),
            gate("G3", asks("price")),
        )
    )
    told.state("problem", "price")
    told.hear("problem", "price")
    told.go("G1")
    told.state("problem")
    assert asked(told.verdict()) == [("price", "G2"), ("problem", "G2"), ("problem", "G1")]
    assert told.verdict().blocking == ["g1-problem-1"]
    told.hear("problem")
    told.go("G2")
    told.state("problem")
    assert told.verdict().blocking == ["g1-problem-1"]


def test_a_decision_that_only_should_be_met_only_warns_when_asked_again() -> None:
    told = Story(process(gate("G1", asks("problem"), asks("vision", ONE, level="should")), gate("G2")))
    told.state("problem", "vision")
    told.hear("problem", "vision")
    told.go("G1")
    told.state("vision")
    verdict = told.verdict()
    assert asked(verdict) == [("problem", "G2"), ("vision", "G1")]
    assert (verdict.ready, verdict.warnings) == (True, ["g1-vision-1"])


def test_restated_again_it_still_only_warns() -> None:
    told = Story(
        process(gate("G1", asks("problem"), asks("vision", ONE, level="should")), gate("G2"), gate("G3"))
    )
    told.state("problem", "vision")
    told.hear("problem", "vision")
    told.go("G1")
    told.state("vision")
    told.go("G2")
    assert asked(told.verdict()) == [("problem", "G3")]
    told.state("vision")
    assert asked(told.verdict()) == [("problem", "G3"), ("vision", "G1")]


def test_an_earlier_gate_does_not_ask_for_what_a_later_one_passed() -> None:
    told = story()
    told.go("G2")
    told.state("solution")
    assert asked(told.verdict("G1")) == [("problem", "G1")]


def test_after_a_recycle_each_gate_asks_for_its_own_again() -> None:
    told = story()
    told.go("G2")
    told.state("problem", "solution")
    told.review("recycle", "G3", to="G1")
    assert asked(told.verdict()) == [("problem", "G1")]
    assert asked(told.verdict("G2")) == [("solution", "G2"), ("problem", "G1")]


def test_the_criteria_asked_again_use_their_own_gates_window() -> None:
    told = Story(process(gate("G1", within_days=10), gate("G2", asks("price"))))
    told.state("problem", "price")
    told.hear("problem", "price")
    told.go("G1")
    told.state("problem")
    told.hear("problem", "price", days_ago=20)
    assert told.verdict().blocking == ["g1-problem-1"]
