from tests.domain.building import NOW, Story, asks, gate, process, result_of

ONE = {"at_least": 1, "of": "conversations"}
TWO = {"at_least": 2, "of": "conversations"}


def three() -> Story:
    story = Story(process(gate("G1"), gate("G2"), gate("G3")))
    story.state("problem")
    story.hear()
    return story


def test_no_gate_is_skipped() -> None:
    verdict = three().verdict("G3")
    assert (verdict.verdict, verdict.blocking) == ("blocked", ["gates-in-order"])
    entry = result_of(verdict, "gates-in-order")
    assert (entry.level, entry.required, entry.actual, entry.waivable) == ("must", 2, 0, False)
    assert entry.message == "0 of 2 earlier gates are passed."
    assert entry.remedy == "Pass G1, G2 first."


def test_with_every_gate_before_passed_nothing_is_said_of_their_order() -> None:
    story = three()
    story.go("G1", "G2")
    assert story.verdict("G3").ready
    assert story.verdict("G3").gate_criteria == []


def test_a_gate_taken_back_by_a_recycle_is_missing() -> None:
    story = three()
    story.go("G1", "G2")
    story.review("recycle", "G3", to="G2")
    entry = result_of(story.verdict("G3"), "gates-in-order")
    assert (entry.actual, entry.remedy) == (1, "Pass G2 first.")
    assert entry.message == "1 of 2 earlier gates are passed."


def test_a_passed_gate_can_still_be_asked_about() -> None:
    story = three()
    story.go("G1")
    assert story.verdict("G1").gate == "G1"
    assert story.verdict("G1").ready


def test_a_criterion_that_should_be_met_warns() -> None:
    story = Story(process(gate("G1", asks("problem", ONE, {**TWO, "level": "should"}))))
    story.state("problem")
    story.hear()
    verdict = story.verdict()
    assert (verdict.verdict, verdict.warnings) == ("ready", ["g1-problem-2"])
    assert verdict.decisions[0].outcome == "met"


def test_every_criterion_of_a_decision_that_should_be_met_warns() -> None:
    story = Story(process(gate("G1", asks("problem"), asks("vision", ONE, level="should"))))
    story.state("problem")
    story.hear()
    verdict = story.verdict()
    assert (verdict.ready, verdict.warnings) == (True, ["g1-vision-1"])
    assert result_of(verdict, "g1-vision-1").level == "should"
    assert [decision.outcome for decision in verdict.decisions] == ["met", "unmet"]


def test_a_gates_criterion_blocks_unless_it_only_should_be_met() -> None:
    story = Story(process(gate("G1", criteria=[TWO, {**TWO, "level": "should"}])))
    story.state("problem")
    story.hear()
    verdict = story.verdict()
    assert verdict.blocking == ["g1-gate-1"]
    assert verdict.warnings == ["g1-gate-2"]


def test_a_window_is_counted_back_from_the_instant_asked_about() -> None:
    story = three()
    assert story.verdict(as_of=NOW).ready
    story.wait(days=90)
    assert not story.verdict().ready
    assert story.verdict(as_of=NOW).ready
