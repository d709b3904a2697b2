from service.domain.facts.progress import Progress, previous_go, progress_of
from tests.domain.building import NOW, Story, asks, days, gate, process

THREE = process(gate("G1"), gate("G2", launch=True), gate("G3"))


def story() -> Story:
    told = Story(THREE)
    told.state("problem")
    return told


def way(told: Story) -> Progress:
    return progress_of(told.rules, told.facts().reviews)


def next_gate(told: Story) -> str | None:
    following = way(told).next_gate
    return following.key if following else None


def test_a_new_concept_stands_before_the_first_gate() -> None:
    stands = way(story())
    assert (stands.status, stands.stage, stands.launched_at) == ("active", "discovery", None)
    assert next_gate(story()) == "G1"
    assert stands.passed == {}


def test_a_go_opens_the_gates_stage() -> None:
    told = story()
    told.go("G1")
    assert (way(told).stage, next_gate(told)) == ("after-G1", "G2")
    assert way(told).passed == {"G1": NOW}


def test_the_go_at_the_launching_gate_is_the_launch() -> None:
    told = story()
    told.go("G1")
    assert way(told).launched_at is None
    told.wait(days=3)
    told.go("G2")
    assert way(told).launched_at == NOW + days(3)


def test_the_last_go_completes() -> None:
    told = story()
    told.go("G1", "G2", "G3")
    stands = way(told)
    assert (stands.status, stands.stage, stands.next_gate) == ("completed", "after-G3", None)


def test_hold_keeps_the_stage_and_allows_a_later_go() -> None:
    told = story()
    told.go("G1")
    told.review("hold", "G2")
    assert (way(told).status, way(told).stage, next_gate(told)) == ("on_hold", "after-G1", "G2")
    told.go("G2")
    assert (way(told).status, next_gate(told)) == ("active", "G3")


def test_what_a_recycle_took_back_stays_so_under_a_version_that_names_its_gate_otherwise() -> None:
    told = story()
    told.go("G1", "G2")
    told.review("recycle", "G3", to="G1")
    told.move(2, process(gate("S1"), gate("G2", launch=True), gate("G3")))
    assert (way(told).passed, way(told).launched_at, next_gate(told)) == ({}, None, "S1")


def test_recycle_takes_back_every_gate_from_there() -> None:
    told = story()
    told.go("G1", "G2")
    told.review("recycle", "G3", to="G1")
    assert (way(told).stage, next_gate(told)) == ("discovery", "G1")
    assert way(told).passed == {}


def test_recycle_leaves_the_gates_before() -> None:
    told = story()
    told.go("G1", "G2")
    told.review("recycle", "G3", to="G2")
    assert (way(told).stage, next_gate(told)) == ("after-G1", "G2")
    told.go("G2")
    assert next_gate(told) == "G3"


def test_recycle_at_the_same_gate_keeps_the_stage() -> None:
    told = story()
    told.go("G1")
    told.review("recycle", "G2", to="G2")
    assert (way(told).status, way(told).stage, next_gate(told)) == ("active", "after-G1", "G2")


def test_recycle_ends_a_hold() -> None:
    told = story()
    told.review("hold", "G1")
    told.review("recycle", "G1", to="G1")
    assert way(told).status == "active"


def test_kill_closes() -> None:
    told = story()
    told.go("G1")
    told.review("kill", "G2")
    assert (way(told).status, way(told).stage) == ("killed", "after-G1")


def test_reopen_restores_the_stage_before_the_kill() -> None:
    told = story()
    told.go("G1")
    told.review("kill", "G2")
    told.review("reopen")
    assert (way(told).status, way(told).stage, next_gate(told)) == ("active", "after-G1", "G2")


def test_a_go_again_is_the_latest_go() -> None:
    told = story()
    told.go("G1")
    told.wait(days=2)
    told.review("recycle", "G2", to="G1")
    told.wait(days=2)
    told.go("G1")
    assert way(told).passed == {"G1": NOW + days(4)}


def test_the_go_before_a_gate() -> None:
    told = story()
    told.go("G1")
    first, second, third = THREE.gates
    passed = way(told).passed
    assert previous_go(THREE, passed, first) is None
    assert previous_go(THREE, passed, second) == NOW
    assert previous_go(THREE, passed, third) is None


def test_no_go_is_before_the_first_gate_even_when_all_are_passed() -> None:
    told = story()
    told.go("G1", "G2", "G3")
    assert previous_go(THREE, way(told).passed, THREE.gates[0]) is None


def test_a_go_remembers_what_it_judged() -> None:
    told = story()
    told.go("G1")
    assert way(told).judged == {"problem": ("G1", 1)}
    told.state("problem")
    told.go("G2")
    assert way(told).judged == {"problem": ("G2", 2)}


def test_hold_and_recycle_pass_no_decision() -> None:
    told = story()
    told.review("hold", "G1", judged={"problem": 1})
    told.review("recycle", "G1", to="G1", judged={"problem": 1})
    assert way(told).judged == {}


def test_gates_of_another_version_of_the_process_do_not_matter() -> None:
    told = story()
    told.go("G1")
    other = process(gate("G0"), gate("G1"))
    stands = progress_of(other, told.facts().reviews)
    assert (stands.stage, stands.next_gate and stands.next_gate.key) == ("discovery", "G0")


def test_a_recycle_to_a_gate_that_another_version_has_not_takes_nothing_back_there() -> None:
    told = story()
    told.go("G1", "G2")
    told.review("recycle", "G3", to="G2")
    stands = progress_of(process(gate("G1"), gate("G3")), told.facts().reviews)
    assert stands.next_gate is not None
    assert stands.next_gate.key == "G3"


def test_a_decision_that_another_version_does_not_ask_for_is_remembered_by_its_gate() -> None:
    told = story()
    told.go("G1")
    other = process(gate("G1", asks("price")))
    assert progress_of(other, told.facts().reviews).judged == {"problem": ("G1", 1)}
