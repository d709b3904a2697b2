from collections.abc import Callable
from typing import Any

import pytest

from service.domain.facts.progress import progress_of
from service.domain.rules.approval_rules import Ballot, approval_objection
from service.domain.rules.process_rules import broken_rules
from tests.domain.building import NOW, Story, asks, days, gate, process

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
}


@pytest.mark.parametrize("why", CHANGES)
def test_what_changes_of_what_they_saw_outdates_it(why: str) -> None:
    story = new_story()
    story.vote("one")
    CHANGES[why](story)
    [seen] = story.result(ID).approvals
    assert (seen.counts, seen.outdated) == (False, why)


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


def objection(
    story: Story, person: str = "one", *, position: int | None = None, vote: Any = "go"
) -> str | None:
    facts = story.facts()
    way = progress_of(story.rules, facts.reviews)
    ballot = Ballot("G1", vote, person, position)
    problem = approval_objection(story.rules, story.events, facts, way, ballot)
    return problem.problem_type if problem else None


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
