from service.domain.facts.progress import Progress, previous_go, progress_of
from tests.domain.building import NOW, Story, asks, days, gate, process

THREE = process(gate("G1"), gate("G2", launch=True), gate("G3"))


def new_story() -> Story:
    story = Story(THREE)
    story.state("problem")
    return story


def way(story: Story) -> Progress:
    return progress_of(story.rules, story.facts().reviews)


def next_gate(story: Story) -> str | None:
    following = way(story).next_gate
    return following.key if following else None


def test_a_new_concept_stands_before_the_first_gate() -> None:
    stands = way(new_story())
    assert (stands.status, stands.stage, stands.launched_at) == ("active", "discovery", None)
    assert next_gate(new_story()) == "G1"
    assert stands.passed == {}


def test_a_go_opens_the_gates_stage() -> None:
    story = new_story()
    story.go("G1")
    assert (way(story).stage, next_gate(story)) == ("after-G1", "G2")
    assert way(story).passed == {"G1": NOW}


def test_the_go_at_the_launching_gate_is_the_launch() -> None:
    story = new_story()
    story.go("G1")
    assert way(story).launched_at is None
    story.wait(days=3)
    story.go("G2")
    assert way(story).launched_at == NOW + days(3)


def test_the_last_go_completes() -> None:
    story = new_story()
    story.go("G1", "G2", "G3")
    stands = way(story)
    assert (stands.status, stands.stage, stands.next_gate) == ("completed", "after-G3", None)


def test_hold_keeps_the_stage_and_allows_a_later_go() -> None:
    story = new_story()
    story.go("G1")
    story.review("hold", "G2")
    assert (way(story).status, way(story).stage, next_gate(story)) == ("on_hold", "after-G1", "G2")
    story.go("G2")
    assert (way(story).status, next_gate(story)) == ("active", "G3")


def test_what_a_recycle_took_back_stays_so_under_a_version_that_names_its_gate_otherwise() -> None:
    story = new_story()
    story.go("G1", "G2")
    story.review("recycle", "G3", to="G1")
    story.move(2, process(gate("S1"), gate("G2", launch=True), gate("G3")))
    assert (way(story).passed, way(story).launched_at, next_gate(story)) == ({}, None, "S1")


def test_recycle_takes_back_every_gate_from_there() -> None:
    story = new_story()
    story.go("G1", "G2")
    story.review("recycle", "G3", to="G1")
    assert (way(story).stage, next_gate(story)) == ("discovery", "G1")
    assert way(story).passed == {}


def test_recycle_leaves_the_gates_before() -> None:
    story = new_story()
    story.go("G1", "G2")
    story.review("recycle", "G3", to="G2")
    assert (way(story).stage, next_gate(story)) == ("after-G1", "G2")
    story.go("G2")
    assert next_gate(story) == "G3"


def test_recycle_at_the_same_gate_keeps_the_stage() -> None:
    story = new_story()
    story.go("G1")
    story.review("recycle", "G2", to="G2")
    assert (way(story).status, way(story).stage, next_gate(story)) == ("active", "after-G1", "G2")


def test_recycle_ends_a_hold() -> None:
    story = new_story()
    story.review("hold", "G1")
    story.review("recycle", "G1", to="G1")
    assert way(story).status == "active"


def test_kill_closes() -> None:
    story = new_story()
    story.go("G1")
    story.review("kill", "G2")
    assert (way(story).status, way(story).stage) == ("killed", "after-G1")


def test_reopen_restores_the_stage_before_the_kill() -> None:
    story = new_story()
    story.go("G1")
    story.review("kill", "G2")
    story.review("reopen")
    assert (way(story).status, way(story).stage, next_gate(story)) == ("active", "after-G1", "G2")


def test_a_go_again_is_the_latest_go() -> None:
    story = new_story()
    story.go("G1")
    story.wait(days=2)
    story.review("recycle", "G2", to="G1")
    story.wait(days=2)
    story.go("G1")
    assert way(story).passed == {"G1": NOW + days(4)}


def test_the_go_before_a_gate() -> None:
    story = new_story()
    story.go("G1")
    first, second, third = THREE.gates
    passed = way(story).passed
    assert previous_go(THREE, passed, first) is None
    assert previous_go(THREE, passed, second) == NOW
    assert previous_go(THREE, passed, third) is None


def test_no_go_is_before_the_first_gate_even_when_all_are_passed() -> None:
    story = new_story()
    story.go("G1", "G2", "G3")
    assert previous_go(THREE, way(story).passed, THREE.gates[0]) is None


def test_a_go_remembers_what_it_judged() -> None:
    story = new_story()
    story.go("G1")
    assert way(story).judged == {"problem": ("G1", 1)}
    story.state("problem")
    story.go("G2")
    assert way(story).judged == {"problem": ("G2", 2)}


def test_hold_and_recycle_pass_no_decision() -> None:
    story = new_story()
    story.review("hold", "G1", judged={"problem": 1})
    story.review("recycle", "G1", to="G1", judged={"problem": 1})
    assert way(story).judged == {}


def test_gates_of_another_version_of_the_process_do_not_matter() -> None:
    story = new_story()
    story.go("G1")
    other = process(gate("G0"), gate("G1"))
    stands = progress_of(other, story.facts().reviews)
    assert (stands.stage, stands.next_gate and stands.next_gate.key) == ("discovery", "G0")


def test_a_recycle_to_a_gate_that_another_version_has_not_takes_nothing_back_there() -> None:
    story = new_story()
    story.go("G1", "G2")
    story.review("recycle", "G3", to="G2")
    stands = progress_of(process(gate("G1"), gate("G3")), story.facts().reviews)
    assert stands.next_gate is not None
    assert stands.next_gate.key == "G3"


def test_a_decision_that_another_version_does_not_ask_for_is_remembered_by_its_gate() -> None:
    story = new_story()
    story.go("G1")
    other = process(gate("G1", asks("price")))
    assert progress_of(other, story.facts().reviews).judged == {"problem": ("G1", 1)}
