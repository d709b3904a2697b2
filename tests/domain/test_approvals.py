from collections.abc import Callable
from typing import Any

import pytest

from service.domain.facts.fold import gather
from service.domain.record.edition import FIRST
from service.domain.rules.approval_rules import Ballot, VoteInputs, VotePlan, plan_vote
from service.domain.rules.process_rules import broken_rules
from service.domain.rules.review_outcomes import Objection
from tests.domain.building import NOW, Story, asks, days, gate, process, ref_of

ID = "g1-gate-1"


def new_story(needed: int = 1, **more: Any) -> Story:
    """The problem is heard, and so many approvals are asked for."""
    story = Story(process(gate("G1", criteria=[{"approvals": needed, **more}])))
    story.state("problem")
    story.hear()
    return story


def test_votes_of_different_persons_count_and_a_no_go_does_not() -> None:
    story = new_story(2)
    story.vote("one")
    story.vote("two", "no_go")
    entry = story.result(ID)
    assert (entry.actual, entry.outcome) == (1, "unmet")
    seen = [(each.by, each.vote, each.counts) for each in entry.approvals]
    assert seen == [("one", "go", True), ("two", "no_go", False)]
    assert entry.deficit
    assert (entry.deficit.missing, entry.deficit.of, entry.deficit.held_after) == (1, "approvals", None)
    story.vote("three")
    assert story.verdict().ready


def test_the_last_word_of_each_counts() -> None:
    story = new_story()
    story.vote("one")
    story.vote("one", "no_go")
    assert story.result(ID).actual == 0
    story.vote("one")
    assert story.result(ID).actual == 1


def test_a_vote_at_one_gate_is_none_at_another() -> None:
    story = new_story()
    story.vote("one", gate="G2")
    assert story.result(ID).approvals == []


CHANGES: dict[str, Callable[[Story], object]] = {
    "RESTATED": lambda story: story.state("problem"),
    "CONTRADICTED": lambda story: story.hear(stance="contradicts"),
    "WAIVED": lambda story: story.waive("weeks"),
    "EVIDENCE_WITHDRAWN": lambda story: story.withdraw("talk-1"),
    "EVIDENCE_ERASED": lambda story: story.erase("talk-1"),
    "PROCESS_MOVED": lambda story: story.move(2),
    "REVISED": lambda story: story.revise("talk-1", held_at=(NOW - days(2)).isoformat()),
    "DECIDED": lambda story: story.review("hold", "G1"),
    "BECAME_A_PARTY": lambda story: story.change_owner("problem", "one"),
}
BY_ITS_FIRST_EDITION = {*CHANGES} - {"REVISED", "DECIDED", "BECAME_A_PARTY"}


@pytest.mark.parametrize("why", CHANGES)
def test_what_changes_of_what_they_saw_outdates_it(why: str) -> None:
    story = new_story()
    story.vote("one")
    CHANGES[why](story)
    [seen] = story.result(ID).approvals
    assert (seen.counts, seen.outdated) == (False, why)


@pytest.mark.parametrize("why", CHANGES)
def test_what_the_first_edition_judged_it_judges_as_it_did(why: str) -> None:
    story = new_story()
    id = story.vote("one")
    CHANGES[why](story)
    facts = gather(story.events, FIRST)
    assert facts
    assert facts.approvals[id].outdated == (why if why in BY_ITS_FIRST_EDITION else None)


def test_a_revision_of_what_did_not_count_or_of_more_consent_takes_nothing_away() -> None:
    story = new_story()
    story.hear(minutes=None)
    vote = story.vote("one", counted=["talk-1"])
    story.revise("talk-2", minutes=30)
    story.revise("talk-1", consent="quote_publicly", reworded=False)
    assert story.outdated(vote) is None
    story.revise("talk-1", consent="quote_internally", reworded=False)
    assert story.outdated(vote) == "REVISED"


def test_other_words_alone_are_another_talk_and_the_same_once_more_are_not() -> None:
    story = new_story()
    vote = story.vote("one", counted=["talk-1"])
    story.revise("talk-1", reworded=False)
    assert story.outdated(vote) is None
    story.revise("talk-1", reworded=True)
    assert story.outdated(vote) == "REVISED"


DECISIONS: dict[str, Callable[[Story], object]] = {
    "held there": lambda story: story.review("hold", "G2"),
    "recycled to there": lambda story: story.review("recycle", "G2"),
    "recycled to before it": lambda story: story.review("recycle", "G2", to="G1"),
    "killed": lambda story: story.review("kill", "G2"),
}


@pytest.mark.parametrize("how", DECISIONS)
def test_a_vote_does_not_outlive_another_decision_on_its_gate(how: str) -> None:
    story = Story(process(gate("G1"), gate("G2", asks("price")), gate("G3", asks("channel"))))
    votes = [story.vote("one", gate=key) for key in ("G1", "G2", "G3")]
    DECISIONS[how](story)
    gone = {"held there": 1, "recycled to there": 2, "recycled to before it": 3, "killed": 3}[how]
    outdated = [story.outdated(vote) for vote in votes]
    assert outdated.count("DECIDED") == gone
    assert outdated[1] == "DECIDED"


PARTS: dict[str, Callable[[Story], object]] = {
    "stated": lambda story: story.state("problem", by="one"),
    "owns": lambda story: story.state("problem", owner="one"),
    "recorded": lambda story: story.cite(story.talk(author="one")),
    "revised": lambda story: story.revise("talk-1", by="one"),
    "cited": lambda story: story.cite(story.talk(), by="one"),
    "answered": lambda story: story.answer(story.hear(stance="mixed"), by="one"),
    "alone attended": lambda story: story.hear(attendees=[["one", "sales", False]]),
}


@pytest.mark.parametrize("what", PARTS)
def test_a_party_has_no_vote(what: str) -> None:
    story = new_story()
    assert objection(story) is None
    PARTS[what](story)
    problem = plan(story)
    assert isinstance(problem, Objection)
    assert problem.problem_type == "forbidden"
    assert what in problem.rule


@pytest.mark.parametrize("what", sorted(PARTS.keys() - {"stated", "owns"}))
def test_whoever_becomes_a_party_by_it_loses_their_vote(what: str) -> None:
    story = new_story()
    contradiction = story.hear(stance="contradicts") if what == "answered" else ""
    vote = story.vote("one", counted=[])
    if contradiction:
        story.answer(contradiction, by="one")
    else:
        PARTS[what](story)
    assert story.outdated(vote) == "BECAME_A_PARTY"


def test_a_part_in_what_the_gate_does_not_look_at_is_none() -> None:
    story = new_story()
    story.state("price", owner="one", by="one")
    story.cite(story.talk(author="one"), "price", by="one")
    story.hear(attendees=[["one", "sales", False], ["pm-1", "product", False]])
    assert objection(story) is None


def test_a_gate_with_criteria_of_its_own_looks_at_every_citation() -> None:
    whole = [{"approvals": 1}, {"at_least": 1, "of": "conversations"}]
    story = Story(process(gate("G1", criteria=whole)))
    story.state("problem", "price")
    story.hear()
    story.cite(story.talk(), "price", by="one")
    assert objection(story) == "forbidden"


def test_what_they_did_not_see_or_what_only_adds_does_not() -> None:
    story = new_story()
    story.vote("one")
    new = story.hear()
    story.withdraw(new)
    story.vote("two")
    story.request_waiver("weeks")
    story.change_owner("problem", "pm-2")
    story.wait(days=80)
    assert [seen.counts for seen in story.result(ID).approvals] == [True, True]


def test_what_a_move_outdated_stays_so_when_the_concept_is_moved_back() -> None:
    story = new_story()
    story.vote("one")
    story.move(2)
    story.move(1)
    [seen] = story.result(ID).approvals
    assert (seen.counts, seen.outdated) == (False, "PROCESS_MOVED")


def test_one_place_stays_free_for_somebody_who_spoke_with_a_customer() -> None:
    story = new_story(2, first_hand_within_days=30)
    for person in ("one", "two", "three"):
        story.vote(person, first_hand_at=NOW - days(31))
    assert story.result(ID).actual == 1
    story.vote("four", first_hand_at=NOW - days(30))
    assert story.result(ID).outcome == "met"
    assert story.result(ID, as_of=NOW + days(60)).outcome == "met"


def test_consent_is_of_the_whole_gate_and_not_waivable() -> None:
    with pytest.raises(ValueError, match="False"):
        process(gate("G1", criteria=[{"approvals": 1, "waivable": True}]))
    criterion = {"at_least": 1, "of": "conversations", "waivable": False}
    [broken] = broken_rules(process(gate("G1", asks("problem", criterion, {"approvals": 1}))))
    assert broken.path == ("gates", 0, "decisions", 0, "criteria", 1)


def plan(
    story: Story, person: str = "one", *, position: int | None = None, vote: Any = "go"
) -> VotePlan | Objection:
    inputs = VoteInputs(
        story.rules, ref_of(story.version), story.events, story.facts(), story.themes, story.now
    )
    return plan_vote(Ballot("G1", vote, person, position), inputs)


def objection(story: Story, person: str = "one", **more: Any) -> str | None:
    problem = plan(story, person, **more)
    return problem.problem_type if isinstance(problem, Objection) else None


def test_there_is_nothing_to_approve_before_all_else_is_met() -> None:
    story = new_story()
    story.withdraw("talk-1")
    nothing = plan(story)
    assert isinstance(nothing, Objection)
    assert nothing.problem_type == "nothing-to-approve"
    assert "g1-problem-1" in nothing.rule
    assert objection(story, vote="no_go") is None
    blocked = story.verdict().position
    story.hear()
    assert objection(story) is None
    assert objection(story, position=blocked) == "nothing-to-approve"
    assert objection(story, position=story.verdict().position) is None
    assert objection(story, position=0) == "invalid-request"


def test_a_vote_is_bound_to_what_counted_and_to_what_speaks_against_it() -> None:
    story = new_story()
    story.hear(minutes=None)
    story.hear(stance="contradicts")
    bound = plan(story)
    assert isinstance(bound, VotePlan)
    assert (bound.counted, bound.asked, bound.whole) == (("talk-1", "talk-3"), ("problem",), False)


def test_who_had_a_part_in_it_has_no_vote() -> None:
    story = new_story()
    story.cite(story.talk(author="author"), by="citer")
    for person in ("pm-1", "author", "citer"):
        assert objection(story, person) == "forbidden"
    assert objection(story) is None


def test_nobody_says_the_same_twice_while_it_stands() -> None:
    story = new_story()
    story.vote("one")
    assert objection(story) == "already-approved"
    assert objection(story, vote="no_go") is None
    story.hear(stance="mixed")
    assert objection(story) is None


def test_a_vote_on_what_has_changed_since_is_refused() -> None:
    story = new_story()
    read = story.verdict().position
    story.hear()
    assert objection(story, position=read) is None
    story.hear(stance="contradicts")
    assert objection(story, position=read) == "changed-since"
    assert objection(story, position=story.verdict().position) is None
    read = story.verdict().position
    story.move(2)
    assert objection(story, position=read) == "changed-since"
    assert objection(story, position=999) == "invalid-request"


def test_a_killed_concept_is_not_voted_on() -> None:
    story = new_story()
    story.review("kill", "G1")
    assert objection(story) == "concept-killed"
