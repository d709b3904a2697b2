from collections.abc import Callable
from typing import Any

import pytest

from service.domain.facts.progress import progress_of
from service.domain.rules.approval_rules import Ballot, approval_objection
from service.domain.rules.process_rules import broken_rules
from tests.domain.building import NOW, Story, asks, days, gate, process

ID = "g1-gate-1"


def story(needed: int = 1, **more: Any) -> Story:
    """The problem is heard, and so many approvals are asked for."""
    told = Story(process(gate("G1", criteria=[{"approvals": needed, **more}])))
    told.state("problem")
    told.hear()
    return told


def test_votes_of_different_persons_count_and_a_no_go_does_not() -> None:
    told = story(2)
    told.vote("one")
    told.vote("two", "no_go")
    entry = told.result(ID)
    assert (entry.actual, entry.outcome) == (1, "unmet")
    seen = [(each.by, each.vote, each.counts) for each in entry.approvals]
    assert seen == [("one", "go", True), ("two", "no_go", False)]
    assert entry.deficit
    assert (entry.deficit.missing, entry.deficit.of, entry.deficit.held_after) == (1, "approvals", None)
    told.vote("three")
    assert told.verdict().ready


def test_the_last_word_of_each_counts() -> None:
    told = story()
    told.vote("one")
    told.vote("one", "no_go")
    assert told.result(ID).actual == 0
    told.vote("one")
    assert told.result(ID).actual == 1


def test_a_vote_at_one_gate_is_none_at_another() -> None:
    told = story()
    told.vote("one", gate="G2")
    assert told.result(ID).approvals == []


CHANGES: dict[str, Callable[[Story], object]] = {
    "RESTATED": lambda told: told.state("problem"),
    "CONTRADICTED": lambda told: told.hear(stance="contradicts"),
    "WAIVED": lambda told: told.waive("weeks"),
    "EVIDENCE_WITHDRAWN": lambda told: told.withdraw("talk-1"),
    "EVIDENCE_ERASED": lambda told: told.erase("talk-1"),
    "PROCESS_MOVED": lambda told: told.move(2),
}


@pytest.mark.parametrize("why", CHANGES)
def test_what_changes_of_what_they_saw_outdates_it(why: str) -> None:
    told = story()
    told.vote("one")
    CHANGES[why](told)
    [seen] = told.result(ID).approvals
    assert (seen.counts, seen.outdated) == (False, why)


def test_what_they_did_not_see_or_what_only_adds_does_not() -> None:
    told = story()
    told.vote("one")
    new = told.hear()
    told.withdraw(new)
    told.vote("two")
    told.request_waiver("weeks")
    told.change_owner("problem", "pm-2")
    told.wait(days=80)
    assert [seen.counts for seen in told.result(ID).approvals] == [True, True]


def test_what_a_move_outdated_stays_so_when_the_concept_is_moved_back() -> None:
    told = story()
    told.vote("one")
    told.move(2)
    told.move(1)
    [seen] = told.result(ID).approvals
    assert (seen.counts, seen.outdated) == (False, "PROCESS_MOVED")


def test_one_place_stays_free_for_somebody_who_spoke_with_a_customer() -> None:
    told = story(2, first_hand_within_days=30)
    for person in ("one", "two", "three"):
        told.vote(person, heard=NOW - days(31))
    assert told.result(ID).actual == 1
    told.vote("four", heard=NOW - days(30))
    assert told.result(ID).outcome == "met"
    assert told.result(ID, as_of=NOW + days(60)).outcome == "met"


def test_consent_is_of_the_whole_gate_and_not_waivable() -> None:
    with pytest.raises(ValueError, match="False"):
        process(gate("G1", criteria=[{"approvals": 1, "waivable": True}]))
    heard = {"at_least": 1, "of": "conversations", "waivable": False}
    [broken] = broken_rules(process(gate("G1", asks("problem", heard, {"approvals": 1}))))
    assert broken.path == ("gates", 0, "decisions", 0, "criteria", 1)


def objection(
    told: Story, person: str = "one", *, position: int | None = None, vote: Any = "go"
) -> str | None:
    facts = told.facts()
    way = progress_of(told.rules, facts.reviews)
    said = Ballot("G1", vote, person, position)
    found = approval_objection(told.rules, told.events, facts, way, said)
    return found.problem_type if found else None


def test_who_had_a_part_in_it_has_no_vote() -> None:
    told = story()
    told.cite(told.talk(author="author"), by="citer")
    for person in ("pm-1", "author", "citer"):
        assert objection(told, person) == "forbidden"
    assert objection(told) is None


def test_nobody_says_the_same_twice_while_it_stands() -> None:
    told = story()
    told.vote("one")
    assert objection(told) == "already-approved"
    assert objection(told, vote="no_go") is None
    told.hear(stance="mixed")
    assert objection(told) is None


def test_a_vote_on_what_has_changed_since_is_refused() -> None:
    told = story()
    read = told.verdict().position
    told.hear()
    assert objection(told, position=read) is None
    told.hear(stance="contradicts")
    assert objection(told, position=read) == "changed-since"
    assert objection(told, position=told.verdict().position) is None
    read = told.verdict().position
    told.move(2)
    assert objection(told, position=read) == "changed-since"
    assert objection(told, position=999) == "invalid-request"


def test_a_killed_concept_is_not_voted_on() -> None:
    told = story()
    told.review("kill", "G1")
    assert objection(told) == "concept-killed"
