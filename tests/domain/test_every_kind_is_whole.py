"""Each kind of criterion is counted, worded, planned for and read by the check, wherever rules ask for it."""

import json
from typing import Any

import pytest

from schemas.process import KINDS, Process
from service.check.answer import Line, read_verdict
from service.domain.planning.plan import plan
from service.domain.planning.what_if import Nameable, World
from service.domain.rules.process_rules import broken_rules
from service.domain.verdict.readiness import Question
from tests.domain.building import Criterion, Story, asks, gate, process, ref_of
from tests.domain.test_kinds import ONE_OF_EACH
from tests.domain.test_plan import PEOPLE

NO_CONVERSATION_HELPS = {"contradictions", "approvals"}
HEARD: Criterion = {"id": "heard", "at_least": 1, "of": "conversations", "waivable": False}
DECIDED, WHOLE = "decision", "gate"


def asking(kind: str, place: str) -> Process:
    """A process that asks for this kind, of a decision or of the gate as a whole."""
    criterion = {"id": "asked", **ONE_OF_EACH[kind]}
    if place == DECIDED:
        return process(gate("G1", asks("problem", HEARD, criterion)))
    return process(gate("G1", asks("problem", HEARD), criteria=[criterion]))


def stories(rules: Process) -> list[Story]:
    """Nothing said, something said, and bad news beside it."""
    untouched, supported, contradicted = (Story(rules) for _ in range(3))
    for story in (supported, contradicted):
        story.state("problem")
        story.hear("problem")
    contradicted.hear("problem", stance="contradicts")
    return [untouched, supported, contradicted]


def asked_for(story: Story) -> dict[str, Any]:
    document = json.loads(story.verdict().model_dump_json())
    entries = [*document["gate_criteria"], *document["decisions"][0]["criteria"]]
    [entry] = [each for each in entries if each["id"] == "asked"]
    return entry


PLACES = {
    (kind, place): rules
    for kind in KINDS
    for place in (DECIDED, WHOLE)
    if not broken_rules(rules := asking(kind, place))
}


@pytest.fixture(params=PLACES, ids="-".join)
def rules(request: pytest.FixtureRequest) -> Process:
    return PLACES[request.param]


def test_rules_may_ask_for_every_kind_somewhere() -> None:
    assert {kind for kind, _ in PLACES} == set(KINDS)


def test_the_verdict_counts_it_and_says_what_would_help(rules: Process) -> None:
    for story in stories(rules):
        entry = asked_for(story)
        assert entry["kind"] in KINDS
        assert entry["message"].endswith(".")
        assert bool(entry["remedy"]) is (entry["outcome"] == "unmet")
    assert "unmet" in {asked_for(story)["outcome"] for story in stories(rules)}


def test_the_plan_has_conversations_for_what_they_can_help(rules: Process) -> None:
    for story in stories(rules):
        question = Question(rules, ref_of(), story.now)
        planned = plan(question, World(story.facts(), story.themes), Nameable(PEOPLE, {}, "pm-1"))
        entry = asked_for(story)
        helpless = entry["kind"] in NO_CONVERSATION_HELPS and entry["outcome"] == "unmet"
        assert [*planned.not_plannable] == (["asked"] if helpless else [])


def test_the_check_reads_it_also_as_bots_get_it(rules: Process) -> None:
    for story in stories(rules):
        document = json.loads(story.verdict().model_dump_json())
        line = line_of(document)
        assert line.message == asked_for(story)["message"]
        for entry in (*document["gate_criteria"], *document["decisions"][0]["criteria"]):
            del entry["message"], entry["remedy"]
        bare = line_of(document)
        if bare.outcome == "unmet":
            assert not bare.message.endswith(f" of {asked_for(story)['required']}."), "so many of what"
            assert bare.remedy or bare.deficit is None


def line_of(document: dict[str, Any]) -> Line:
    answer = read_verdict(document, document["concept"], document["gate"])
    [line] = [line for group in answer.groups for line in group.lines if line.id == "asked"]
    return line
