from tests.domain.building import NOW, Story, days, gate, process


def story() -> Story:
    told = Story(process(gate("G1"), gate("G2")), segments=["public"])
    told.state("problem")
    return told


def uncited(told: Story) -> list[str]:
    return [entry.conversation for entry in told.verdict().uncited]


def test_a_conversation_of_the_teams_that_nobody_cited_is_visible() -> None:
    told = story()
    told.talk(customer="acme", days_ago=2)
    (entry,) = told.verdict().uncited
    assert (entry.conversation, entry.customer, entry.segment) == ("talk-1", "acme", "smb")
    assert entry.held_at == NOW - days(2)


def test_once_cited_it_is_not_even_when_the_citation_is_withdrawn() -> None:
    told = story()
    citation = told.hear(stance="contradicts")
    assert uncited(told) == []
    told.withdraw(citation)
    assert uncited(told) == []
    assert told.codes(citation) == ["WITHDRAWN"]


def test_only_customers_of_the_concepts_segments() -> None:
    told = story()
    told.talk(segment="enterprise")
    talk = told.talk(segment="public")
    assert uncited(told) == [talk]


def test_only_the_team_recording_or_attending() -> None:
    told = story()
    stranger = [["somebody", "sales", False]]
    told.talk(author="somebody", attendees=stranger)
    recorded = told.talk(author="pm-2", attendees=stranger)
    attended = told.talk(author="somebody")
    assert uncited(told) == [recorded, attended]


def test_only_kinds_that_can_be_evidence() -> None:
    told = story()
    told.talk(kind="survey")
    assert uncited(told) == []


def test_neither_withdrawn_nor_erased_ones() -> None:
    told = story()
    told.withdraw(told.talk())
    told.erase(told.talk())
    assert uncited(told) == []


def test_only_those_recorded_since_the_last_gate() -> None:
    told = story()
    told.talk()
    told.wait(days=1)
    told.go("G1")
    assert uncited(told) == []
    same_instant = told.talk()
    told.wait(days=1)
    later = told.talk(days_ago=50)
    assert uncited(told) == [same_instant, later]


def test_the_last_gate_is_the_latest_one_passed() -> None:
    told = story()
    told.go("G1")
    told.wait(days=1)
    told.talk()
    told.wait(days=1)
    told.go("G2")
    assert uncited(told) == []


def test_only_those_recorded_since_the_concept() -> None:
    told = story()
    told.now -= days(1)
    told.talk()
    assert uncited(told) == []


def test_a_hold_or_kill_hides_none() -> None:
    told = story()
    talk = told.talk()
    told.wait(days=1)
    told.review("hold", "G1")
    assert uncited(told) == [talk]
    told.review("kill", "G1")
    assert uncited(told) == [talk]


def test_a_thin_or_short_one_shows_too() -> None:
    told = story()
    talk = told.talk(minutes=None, words=3, consent="none")
    assert uncited(told) == [talk]
