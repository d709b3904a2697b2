from service.domain.facts.fold import gather
from service.domain.record.conversation import Attendee
from tests.domain.building import NOW, Story, days, one

ONE = one({"at_least": 1, "of": "conversations"})


def test_without_the_concept_there_are_no_facts() -> None:
    assert gather([]) is None
    story = Story(ONE)
    story.talk()
    assert gather(story.events[1:]) is None


def test_what_was_recorded_before_the_concept_is_known_too() -> None:
    story = Story(ONE)
    talk = story.talk()
    created, recorded = story.events
    facts = gather([created._replace(seq=2), recorded._replace(seq=1)])
    assert facts is not None
    assert (facts.concept, list(facts.conversations)) == ("radar", [talk])


def test_the_concept_as_created() -> None:
    facts = Story(ONE, team=["pm-1"], segments=["enterprise"]).facts()
    assert (facts.concept, facts.portfolio, facts.created_at) == ("radar", "energy", NOW)
    assert (facts.process_key, facts.process_version) == ("a-process", 1)
    assert facts.primary_segment == "smb"
    assert facts.segments == {"smb", "enterprise"}
    assert facts.team == {"pm-1"}


def test_the_concept_as_last_changed() -> None:
    story = Story(ONE)
    story.wait(days=1)
    story.change(team=["pm-9"], primary_segment="public", segments=["smb"])
    facts = story.facts()
    assert facts.team == {"pm-9"}
    assert facts.primary_segment == "public"
    assert facts.segments == {"public", "smb"}
    assert facts.created_at == NOW


def test_events_are_taken_in_the_order_of_their_positions() -> None:
    story = Story(ONE)
    story.state("problem", words="first")
    story.state("problem", words="second")
    facts = gather(reversed(story.events))
    assert facts is not None
    assert facts.decisions["problem"].statement == "second"
    assert facts.decisions["problem"].version == 2


def test_a_decision_without_its_words_has_no_statement() -> None:
    story = Story(ONE)
    data = {"decision": "problem", "version": 1, "revision": 1, "owner": "pm-2"}
    story.record("decision.stated", "radar/problem", data)
    decision = story.facts().decisions["problem"]
    assert decision.statement is None
    assert (decision.owner, decision.stated_by) == ("pm-2", "pm-1")


def test_a_revision_replaces_but_keeps_author_and_instant_of_recording() -> None:
    story = Story(ONE)
    talk = story.talk(author="pm-2", minutes=5)
    story.wait(days=3)
    story.revise(talk, by="pm-1", minutes=50, attendees=[["pm-1", "sales", True]])
    conversation = story.facts().conversations[talk]
    assert conversation.minutes == 50
    assert conversation.attendees == (Attendee("pm-1", "sales", leader=True),)
    assert conversation.revision == 2
    assert (conversation.author, conversation.recorded_at) == ("pm-2", NOW)
    assert conversation.digest == story.events[-1].digest


def test_held_at_keeps_every_microsecond() -> None:
    story = Story(ONE)
    held = NOW - days(1.000001)
    talk = story.talk(held_at=held)
    assert story.facts().conversations[talk].held_at == held


def test_withdrawal_and_erasure_outlive_a_revision() -> None:
    story = Story(ONE)
    talk, other = story.talk(), story.talk()
    story.withdraw(talk)
    story.erase(other)
    story.revise(talk, minutes=50)
    story.revise(other, minutes=50)
    conversations = story.facts().conversations
    assert conversations[talk].withdrawn
    assert not conversations[talk].erased
    assert conversations[other].erased


def test_a_citation_and_its_withdrawal() -> None:
    story = Story(ONE)
    story.state("problem")
    citation = story.hear("problem", stance="mixed")
    made = story.facts().citations[citation]
    assert (made.conversation, made.decision, made.version) == ("talk-1", "problem", 1)
    assert (made.stance, made.shaped, made.copied, made.citer) == ("mixed", True, False, "pm-1")
    assert not made.withdrawn
    story.withdraw(citation)
    assert story.facts().citations[citation].withdrawn


def test_answers_reviews_and_notes() -> None:
    story = Story(ONE)
    story.state("problem")
    citation = story.hear("problem", stance="contradicts")
    story.answer(citation)
    story.note("G1")
    story.review("recycle", "G2", to="G1")
    facts = story.facts()
    assert facts.answered == {(citation, 1)}
    assert [(note.gate, note.at, note.signer) for note in facts.notes] == [("G1", NOW, "pm-1")]
    assert [(r.gate, r.outcome, r.to, r.at) for r in facts.reviews] == [("G2", "recycle", "G1", NOW)]


def test_events_of_other_types_are_no_facts() -> None:
    story = Story(ONE)
    before = story.facts()
    story.record("review.refused", "radar", {"gate": "G1", "outcome": "go", "to": None, "decisions": {}})
    story.record("token.made", "token-1", {})
    assert story.facts() == before


def test_every_event_seen_is_remembered_with_its_position() -> None:
    story = Story(ONE)
    story.state("problem")
    story.record("token.made", "token-1", {})
    story.hear("problem")
    assert [seq for seq, _, _ in story.facts().used] == [1, 2, 4, 5]
