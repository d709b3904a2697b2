from tests.domain.building import NOW, Story, days, gate, process


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


def test_once_cited_it_is_not_even_when_the_citation_is_withdrawn() -> None:
    story = new_story()
    citation = story.hear(stance="contradicts")
    assert uncited(story) == []
    story.withdraw(citation)
    assert uncited(story) == []
    assert story.codes(citation) == ["WITHDRAWN"]


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


def test_neither_withdrawn_nor_erased_ones() -> None:
    story = new_story()
    story.withdraw(story.talk())
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
