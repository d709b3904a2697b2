from service.domain.facts.fold import gather
from service.domain.record.edition import FIRST
from service.domain.verdict.readiness import Question, evaluate
from tests.domain.building import NOW, Story, days, gate, process, ref_of


def new_story() -> Story:
    story = Story(process(gate("G1"), gate("G2")), segments=["public"])
    story.state("problem")
    return story


def uncited(story: Story) -> list[str]:
    return [entry.conversation for entry in story.verdict().uncited]


def test_a_conversation_of_the_teams_that_nobody_cited_is_visible() -> None:
    story = new_story()
    story.talk(customer="acme", days_ago=2)
    (entry,) = story.verdict().uncited
    assert (entry.conversation, entry.customer, entry.segment) == ("talk-1", "acme", "smb")
    assert entry.held_at == NOW - days(2)


def changes(story: Story) -> list[list[str]]:
    return [[each.what for each in entry.changes] for entry in story.verdict().uncited]


def test_once_cited_it_is_not_and_it_is_back_when_the_citation_is_withdrawn() -> None:
    story = new_story()
    citation = story.hear(stance="contradicts")
    assert uncited(story) == []
    story.withdraw(citation)
    assert (uncited(story), changes(story)) == (["talk-1"], [["citation_withdrawn"]])
    assert story.codes(citation) == ["WITHDRAWN"]


def test_a_neutral_citation_and_one_that_does_not_count_take_nothing_off() -> None:
    story = new_story()
    story.hear(stance="neutral")
    story.hear(minutes=None)
    assert uncited(story) == ["talk-1", "talk-2"]


def test_a_citation_for_a_decision_that_the_gate_does_not_ask_for_takes_nothing_off() -> None:
    story = new_story()
    story.state("price")
    story.hear("price")
    assert uncited(story) == ["talk-1"]


def test_what_was_done_to_it_stays_with_it() -> None:
    story = new_story()
    for change in ({"kind": "survey"}, {"held_at": (NOW - days(9)).isoformat()}):
        story.revise(story.talk(), **change)
    story.withdraw(story.talk())
    assert changes(story) == [["kind"], ["date"], ["withdrawn"]]


def test_whoever_leaves_the_team_and_a_segment_that_is_dropped_hide_nothing() -> None:
    story = new_story()
    story.talk(author="pm-2", attendees=[["pm-2", "product", False]])
    story.talk(segment="public")
    story.change(team=["pm-1"], segments=[])
    assert uncited(story) == ["talk-1", "talk-2"]


def test_the_newest_hundred_are_shown_and_all_are_counted() -> None:
    story = new_story()
    for _ in range(103):
        story.talk()
    verdict = story.verdict()
    assert (len(verdict.uncited), verdict.uncited_count) == (100, 103)
    assert verdict.uncited[-1].conversation == "talk-103"


def test_the_first_edition_lists_what_it_did() -> None:
    story = new_story()
    story.withdraw(story.hear(stance="contradicts"))
    story.withdraw(story.talk())
    talk = story.talk()
    facts = gather(story.events, FIRST)
    assert facts is not None
    verdict = evaluate(Question(story.rules, ref_of(), NOW), facts, {})
    assert [each.conversation for each in verdict.uncited] == [talk]
    assert verdict.uncited_count is None


def test_only_customers_of_the_concepts_segments() -> None:
    story = new_story()
    story.talk(segment="enterprise")
    talk = story.talk(segment="public")
    assert uncited(story) == [talk]


def test_only_the_team_recording_or_attending() -> None:
    story = new_story()
    stranger = [["somebody", "sales", False]]
    story.talk(author="somebody", attendees=stranger)
    recorded = story.talk(author="pm-2", attendees=stranger)
    attended = story.talk(author="somebody")
    assert uncited(story) == [recorded, attended]


def test_only_kinds_that_can_be_evidence() -> None:
    story = new_story()
    story.talk(kind="survey")
    assert uncited(story) == []


def test_an_erased_one_is_gone() -> None:
    story = new_story()
    story.erase(story.talk())
    assert uncited(story) == []


def test_only_those_recorded_since_the_last_gate() -> None:
    story = new_story()
    story.talk()
    story.wait(days=1)
    story.go("G1")
    assert uncited(story) == []
    same_instant = story.talk()
    story.wait(days=1)
    later = story.talk(days_ago=50)
    assert uncited(story) == [same_instant, later]


def test_the_last_gate_is_the_latest_one_passed() -> None:
    story = new_story()
    story.go("G1")
    story.wait(days=1)
    story.talk()
    story.wait(days=1)
    story.go("G2")
    assert uncited(story) == []


def test_only_those_recorded_since_the_concept() -> None:
    story = new_story()
    story.now -= days(1)
    story.talk()
    assert uncited(story) == []


def test_a_hold_or_kill_hides_none() -> None:
    story = new_story()
    talk = story.talk()
    story.wait(days=1)
    story.review("hold", "G1")
    assert uncited(story) == [talk]
    story.review("kill", "G1")
    assert uncited(story) == [talk]


def test_a_thin_or_short_one_shows_too() -> None:
    story = new_story()
    talk = story.talk(minutes=None, words=3, consent="none")
    assert uncited(story) == [talk]
