import json
from typing import Any

import pytest

from schemas.readiness import Readiness
from service.domain.record.decision import DecisionStated
from service.domain.verdict.readiness import Question, evaluate, not_yet_recorded
from tests.domain.building import NOW, TALK, TICK, Story, asks, days, gate, one, process, ref_of

HEARD = {"at_least": 1, "of": "conversations", "waivable": False}
LAUNCHED = process(gate("G1", launch=True), gate("PLR", opens={"after_launch_days": 60, "due_days": 180}))


def new_story(*criteria: dict[str, Any], **counts: Any) -> Story:
    story = Story(one(*(criteria or (HEARD,)), **counts))
    story.state("problem")
    return story


def why(verdict: Readiness) -> str | None:
    return verdict.not_evaluable.code if verdict.not_evaluable else None


# --- ready and blocked ------------------------------------------------------------------------


def test_ready_when_every_must_is_met() -> None:
    story = new_story()
    story.hear()
    verdict = story.verdict()
    assert (verdict.verdict, verdict.ready, verdict.blocking) == ("ready", True, [])
    assert verdict.decisions[0].outcome == "met"


def test_blocked_by_each_must_that_is_not() -> None:
    story = new_story(HEARD, {"at_least": 2, "of": "customers"}, {"at_least": 3, "of": "weeks"})
    story.hear()
    verdict = story.verdict()
    assert (verdict.verdict, verdict.ready) == ("blocked", False)
    assert verdict.blocking == ["g1-problem-2", "g1-problem-3"]
    assert verdict.decisions[0].outcome == "unmet"


def test_a_new_concept_is_blocked_and_told_to_state_its_decision() -> None:
    verdict = Story(one(HEARD)).verdict()
    (decision,) = verdict.decisions
    assert verdict.verdict == "blocked"
    assert (decision.statement, decision.version, decision.owner) == (None, None, None)
    assert decision.outcome == "unmet"
    assert decision.remedy is not None
    assert decision.remedy.startswith("State this decision first")


def test_the_document_says_of_what_it_speaks() -> None:
    story = Story(process(gate("G1"), gate("G2")))
    story.state("problem", words="They learn of it too late")
    verdict = story.verdict()
    assert (verdict.concept, verdict.portfolio, verdict.as_of) == ("radar", "energy", NOW)
    assert (verdict.gate, verdict.gate_title) == ("G1", "Gate G1")
    assert verdict.process == ref_of()
    (decision,) = verdict.decisions
    assert (decision.key, decision.title, decision.version) == ("problem", "problem", 1)
    assert (decision.statement, decision.owner) == ("They learn of it too late", "pm-1")
    assert decision.remedy is None


def test_the_next_gate_is_asked_about_unless_another_is_named() -> None:
    story = Story(process(gate("G1"), gate("G2")))
    story.state("problem")
    story.go("G1")
    assert story.verdict().gate == "G2"
    assert story.verdict("G1").gate == "G1"


def test_another_version_of_the_process_may_be_asked() -> None:
    story = new_story()
    story.hear()
    stricter = one({"at_least": 2, "of": "conversations"})
    assert story.verdict().ready
    assert not story.verdict(rules=stricter).ready


def test_a_concept_on_hold_is_judged_all_the_same() -> None:
    story = new_story()
    story.hear()
    story.review("hold", "G1")
    assert story.verdict().verdict == "ready"


# --- not evaluable ----------------------------------------------------------------------------


def test_a_killed_concept_is_not_evaluable_until_it_is_reopened() -> None:
    story = new_story()
    story.hear()
    story.review("kill", "G1")
    verdict = story.verdict()
    assert (verdict.verdict, verdict.ready, why(verdict)) == (
        "not_evaluable",
        False,
        "CONCEPT_KILLED",
    )
    assert (verdict.gate, verdict.decisions, verdict.passes_until) == ("G1", [], None)
    story.review("reopen")
    assert story.verdict().ready


def test_after_the_last_gate_there_is_nothing_to_evaluate() -> None:
    story = new_story()
    story.hear()
    story.go("G1")
    verdict = story.verdict()
    assert (verdict.ready, why(verdict), verdict.gate) == (False, "ALL_GATES_PASSED", None)
    assert story.verdict("G1").ready


def test_a_gate_that_the_process_has_not_is_not_evaluable() -> None:
    verdict = new_story().verdict("G9")
    assert (verdict.ready, why(verdict)) == (False, "NO_SUCH_GATE")
    assert (verdict.gate, verdict.gate_title) == ("G9", None)


def test_before_the_concept_was_recorded_nothing_is() -> None:
    rules = one(HEARD)
    question = Question(rules, ref_of(), NOW, "G1")
    verdict = not_yet_recorded(question, "radar", "energy")
    assert (verdict.verdict, verdict.ready, why(verdict)) == (
        "not_evaluable",
        False,
        "NOT_YET_RECORDED",
    )
    assert (verdict.gate, verdict.position, verdict.next_change_at) == ("G1", 0, None)


def launched() -> Story:
    story = Story(LAUNCHED)
    story.state("problem")
    story.hear()
    story.go("G1")
    return story


def test_a_gate_opens_so_many_days_after_the_launch() -> None:
    story = launched()
    opens = NOW + days(60)
    early = story.verdict(as_of=opens - TICK)
    assert (early.ready, why(early), early.gate) == (False, "GATE_NOT_OPEN", "PLR")
    assert (early.opens_at, early.next_change_at) == (opens, opens)
    assert early.not_evaluable is not None
    assert opens.isoformat() in early.not_evaluable.message
    assert story.verdict(as_of=opens).verdict == "ready"


def test_a_gate_that_opened_does_not_close_when_it_is_due() -> None:
    story = launched()
    story.wait(days=400)
    story.hear()
    verdict = story.verdict()
    assert verdict.ready
    assert verdict.due_at == NOW + days(180)


def test_a_killed_concept_waits_for_no_gate_to_open() -> None:
    story = launched()
    story.review("kill", "PLR")
    verdict = story.verdict()
    assert (why(verdict), verdict.opens_at) == ("CONCEPT_KILLED", NOW + days(60))
    assert verdict.next_change_at is None


def test_a_gate_may_open_without_ever_being_due() -> None:
    story = Story(process(gate("G1", launch=True), gate("PLR", opens={"after_launch_days": 60})))
    story.state("problem")
    story.go("G1")
    assert (story.verdict().opens_at, story.verdict().due_at) == (NOW + days(60), None)


def test_before_the_launch_the_gate_after_it_is_not_open() -> None:
    verdict = Story(LAUNCHED).verdict("PLR")
    assert (why(verdict), verdict.opens_at, verdict.due_at) == ("GATE_NOT_OPEN", None, None)
    assert verdict.next_change_at is None


def test_what_is_not_evaluable_still_shows_what_nobody_cited() -> None:
    story = new_story()
    story.talk()
    story.review("kill", "G1")
    assert [entry.conversation for entry in story.verdict().uncited] == ["talk-1"]


# --- time -------------------------------------------------------------------------------------


def test_it_passes_until_the_first_must_falls_short() -> None:
    story = new_story(HEARD, {"at_least": 2, "of": "customers"}, within_days=30)
    story.hear(days_ago=20)
    story.hear(days_ago=10)
    until = story.verdict().passes_until
    assert until == NOW + days(10)
    assert story.verdict(as_of=until - TICK).ready
    assert not story.verdict(as_of=until).ready


def test_what_only_should_be_met_does_not_end_a_pass() -> None:
    should = {"at_least": 2, "of": "customers", "level": "should"}
    story = new_story(HEARD, should, within_days=30)
    story.hear(days_ago=20)
    story.hear(days_ago=10)
    assert story.verdict().passes_until == NOW + days(20)
    assert story.verdict().next_change_at == NOW + days(10)


def test_a_pass_that_no_window_holds_has_no_end() -> None:
    story = new_story(within_days=None)
    story.hear()
    verdict = story.verdict()
    assert (verdict.ready, verdict.passes_until, verdict.next_change_at) == (True, None, None)


def test_what_was_withdrawn_changes_nothing_when_its_window_ends() -> None:
    story = new_story(within_days=30)
    story.withdraw(story.hear(days_ago=20))
    story.withdraw(story.hear(held_at=NOW + days(0.001)))
    story.hear(days_ago=10)
    assert story.verdict().next_change_at == NOW + days(20)


def test_what_is_blocked_passes_until_no_instant() -> None:
    assert new_story().verdict().passes_until is None


def test_what_was_just_recorded_for_a_moment_ahead_bridges_the_end() -> None:
    story = new_story(within_days=30)
    story.hear(held_at=NOW - days(30) + days(0.002))
    story.hear(held_at=NOW + days(0.001) - TALK)
    assert story.verdict().passes_until == NOW + days(30.001) - TALK


# --- what it rests on -------------------------------------------------------------------------


def test_the_position_is_the_last_event_that_matters() -> None:
    story = new_story()
    story.hear()
    position = len(story.events)
    story.record("token.made", "token-1", {})
    story.talk(segment="elsewhere", author="somebody", attendees=[])
    assert story.verdict().position == position
    story.talk()
    assert story.verdict().position == position + 3


@pytest.mark.parametrize("change", ["withdraw", "erase", "revise", "cite and answer"])
def test_what_it_says_is_what_the_events_up_to_its_position_say(change: str) -> None:
    story = new_story()
    talk = story.talk()
    citation = story.hear(stance="mixed")
    match change:
        case "withdraw":
            story.withdraw(talk)
        case "erase":
            story.erase(talk)
        case "revise":
            story.revise(talk, segment="elsewhere")
        case _:
            story.answer(citation)
    verdict = story.verdict()
    story.events = [event for event in story.events if event.seq <= verdict.position]
    assert story.verdict() == verdict


def test_a_conversation_that_does_not_matter_does_not_touch_the_digest() -> None:
    story = new_story()
    story.hear()
    before = story.verdict()
    talk = story.talk(segment="elsewhere")
    story.revise(talk, minutes=50)
    story.withdraw(talk)
    assert story.verdict() == before


def test_the_digest_moves_with_whatever_matters() -> None:
    story = new_story(HEARD, {"contradictions": "answered"})
    digests = [story.verdict().input_digest]

    def moved() -> bool:
        digests.append(story.verdict().input_digest)
        return digests[-1] not in digests[:-1]

    citation = story.hear(stance="contradicts")
    assert moved()
    story.answer(citation)
    assert moved()
    story.revise("talk-1", minutes=50)
    assert moved()
    story.state("problem")
    assert moved()
    story.talk()
    assert moved()
    story.note()
    assert moved()
    story.review("hold", "G1")
    assert moved()


def test_the_digest_does_not_move_with_time_alone() -> None:
    story = new_story()
    story.hear()
    now, later = story.verdict(), story.verdict(as_of=NOW + days(200))
    assert now.input_digest == later.input_digest
    assert now.ready
    assert not later.ready


def test_the_digest_tells_gates_apart() -> None:
    story = Story(process(gate("G1"), gate("G2")))
    assert story.verdict("G1").input_digest == story.verdict().input_digest
    assert story.verdict("G1").input_digest != story.verdict("G2").input_digest


def test_the_past_reads_as_it_was_whatever_is_recorded_later() -> None:
    story = new_story()
    story.hear()
    verdict, position = story.verdict(), len(story.events)
    story.wait(days=5)
    story.state("problem")
    story.withdraw("talk-1")
    story.events = story.events[:position]
    assert story.verdict(as_of=NOW) == verdict


# --- words ------------------------------------------------------------------------------------


def test_no_words_but_the_statement_are_in_the_document() -> None:
    secret = "they weep over invoices"
    story = Story(
        process(
            gate(
                "G1",
                asks("problem", {"at_least": 9, "of": "customers"}, {"pattern": 9}),
                criteria=[{"contradictions": "answered"}, {"disconfirmation": 9}],
            )
        )
    )
    story.state("problem", words=secret)
    story.hear(minutes=1)
    story.hear(stance="contradicts", themes=["theme-1"])
    document = json.loads(story.verdict().model_dump_json())
    assert document["decisions"][0].pop("statement") == secret
    assert secret not in json.dumps(document)


def test_without_words_the_verdict_is_the_same_but_for_the_statement() -> None:
    story = new_story()
    story.hear()
    with_words = story.verdict()
    data = {"decision": "problem", "version": 1, "revision": 1, "owner": "pm-1"}
    story.events = [e for e in story.events if not isinstance(e.event, DecisionStated)]
    story.record("decision.stated", "radar/problem", data)
    without = story.verdict()
    assert without.decisions[0].statement is None
    assert (without.verdict, without.blocking) == (with_words.verdict, with_words.blocking)


def test_the_function_reads_its_arguments_only() -> None:
    story = new_story()
    story.hear()
    question = Question(story.rules, ref_of(), NOW)
    facts = story.facts()
    first = evaluate(question, facts, {})
    assert evaluate(question, facts, {}) == first
    assert facts == story.facts()
